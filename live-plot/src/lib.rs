//! Draws the numbers piped into it, in a window that blocking input cannot freeze.
//!
//! ```text
//! stdin → input → series ← picture ← view or export
//!
//! input/    source → splitter → grammar → schema → sampler   a named thread (reader); it may block for ever
//! series/   store (one lock) ← samples                       raw samples, a min/max pyramid over them
//! picture/  scene ← decimate, scale                          what every painter shares: pure
//! view/     window, app, panels, keys, viewport, plot        the window's thread
//! export/   png, svg, csv, summary                           instead of a window
//! signals   INT, TERM → close the window, end the input
//! ```
//!
//! The reader and the window meet in the store alone: the reader holds its lock to append a batch, the
//! view to copy the few points that it draws. What decides (parsing, the store, decimation, scales) is
//! pure and takes the time as an argument.

pub mod args;
pub mod config;
pub mod error;
pub mod export;
pub mod input;
pub mod picture;
pub mod series;
pub mod signals;
pub mod view;
