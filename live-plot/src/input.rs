//! From bytes to samples: a `feed` reads blocks, cuts them into `lines`, finds the numbers in them
//! (`parse`), knows which series each belongs to (`columns`), when it was (`time`), how fast it goes
//! (`counters`) and what to reject (`intake`). For the window a named thread does this (`reader`); an
//! export does it itself.

mod columns;
mod counters;
pub mod feed;
mod intake;
mod lines;
mod parse;
pub mod reader;
mod time;

pub use columns::Naming;
pub use intake::Rules;
