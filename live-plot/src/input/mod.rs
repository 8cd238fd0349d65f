//! From bytes to samples: a `source` reads blocks, the `splitter` cuts them into lines, the `grammar` finds the numbers
//! in a line, the `schema` knows which series each belongs to, `timestamp` when it was, `counters` how fast it goes, and
//! the `sampler` what to reject. For the window a named thread does this (`reader`); an export does it itself.

mod counters;
mod grammar;
pub mod reader;
mod sampler;
mod schema;
pub mod source;
mod splitter;
mod timestamp;
