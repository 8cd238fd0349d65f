//! From bytes to samples: `source` opens (`file`) and reads (`followed`: a file that grows), `splitter` cuts blocks into
//! lines, `grammar` finds the numbers in a line and their names, `schema` knows which series each number belongs to,
//! `scales` its unit, `timestamp` reads a line's own time, `counters` turns a counter into its change a second, and
//! `sampler` puts this together and rejects bad lines, which `problems` reports, or takes them as `marks`; `gaps` are cells
//! that are no numbers; `checks` finds what a form has read otherwise than it was meant, and `apart`, over many lines, what
//! tells things apart; `proposal` is the way out that a report names, `shown` a name in it.
//! `pipeline` waits, and passes all of it on; `producer` and `utf16` recognise what goes wrong before us. For the window a
//! thread of its own does this (`reader`); an export does it in its own loop.

mod apart;
mod checks;
mod counters;
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
