//! From bytes to samples: `source` reads blocks, `splitter` cuts them into lines, `grammar` finds the numbers in a line,
//! `schema` knows which series each number belongs to, `timestamp` reads a line's own time, `counters` turns a counter
//! into its change a second, and `sampler` puts this together and rejects bad lines. For the window a thread of its own
//! does this (`reader`); an export does it in its own loop.

mod counters;
mod grammar;
pub mod reader;
mod sampler;
mod schema;
pub mod source;
mod splitter;
mod timestamp;
