//! Draws the numbers piped into it, in a window that blocking input cannot freeze.
//!
//! ```text
//! input    stdin → feed → lines → parse → columns → intake ─┐   a named thread; it may block for ever
//! series                         store (one lock) ← samples ┤   raw samples, min/max pyramid
//! view     draw ← plot ← scene ← columns ← the store ───────┤   the window's thread
//! export   png, svg ← figure ← scene   csv, summary ← feed ─┘   instead of a window
//! signals  INT, TERM → close the window, end the input
//! ```
//!
//! The reader and the window meet in the store alone: the reader holds its lock to append a batch, the
//! view to copy the few points that it draws. What decides (parsing, the store, decimation, scales) is
//! pure and takes the time as an argument.

pub mod args;
pub mod error;
pub mod export;
pub mod input;
pub mod series;
pub mod signals;
pub mod times;
pub mod view;
