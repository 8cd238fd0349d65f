//! Draws the numbers piped into it, in a window that blocking input cannot freeze.
//!
//! ```text
//! input    stdin → reader → lines → parse → columns → intake ─┐   one named thread; may block for ever
//! series                                     store (one lock) ┤   raw samples, min/max pyramid
//! view               draw ← plot ← columns ← snapshot ────────┘   the window's thread
//! signals  INT, TERM → close the window                           one named thread
//! ```
//!
//! The reader and the window meet in the store alone: the reader holds its lock to append a batch, the
//! view to copy the few points that it draws.

pub mod args;
pub mod error;
pub mod input;
pub mod series;
pub mod signals;
pub mod view;
