//! From bytes to samples in the store: a named thread reads (`reader`), cuts lines (`lines`), finds the
//! numbers in them (`parse`) and knows which series each belongs to (`columns`).

mod columns;
mod intake;
mod lines;
mod parse;
pub mod reader;
