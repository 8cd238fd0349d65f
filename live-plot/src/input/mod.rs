//! The way of a line, from its bytes to the store.
//!
//! Bytes: `source` opens what is read (`file`), also a file that grows (`followed`). `pipeline` waits until there is a block,
//! reads it, and passes all of it on as below. `producer` and `utf16` recognise what goes wrong before us.
//!
//! Line: `splitter` cuts the blocks into lines, wherever a block happens to end.
//!
//! Reading: `grammar` finds the numbers in a line and what each is called. It tries one form after the other, and what it
//! found is a reading: rows of cells with their names. A line that no form explains is refused.
//!
//! Samples: `sampler` takes the rows of a reading. `schema` knows which series a name is, `scales` in which unit, `timestamp`
//! reads a line's own time, `counters` turns a counter into its change a second. A line that is not drawn is reported
//! (`problems`, with the way out of `proposal`, in which `shown` writes the names) or is one of the `marks`. What may be meant
//! otherwise is reported, too, and read all the same: cells that are no numbers (`gaps`), what a form has left out or mixed
//! (`checks`), rows of several things (`apart`).
//!
//! Store: `pipeline` gives the samples of a block their times. For a window or a screen a thread of its own (`reader`) appends
//! them to the store, without one the loop of `export` does.

mod apart;
mod checks;
mod counters;
mod figures;
mod file;
mod followed;
mod gaps;
mod grammar;
mod marks;
pub mod pipeline;
mod problems;
mod producer;
mod proposal;
pub mod reader;
mod sampler;
mod scales;
mod schema;
mod shown;
pub mod source;
mod splitter;
mod timestamp;
mod utf16;
