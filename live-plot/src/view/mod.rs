//! The window: opening it (`window`, `icon`, `error_window`), its state and each of its frames (`app`), when the next
//! frame is drawn (`repaint`), the plot in its middle (`plot`) with its axes (`axes`), what is around it (`legend`,
//! `buttons`, `status_line`) and over it (`hint`, `help`, `readout`), who has the keyboard meanwhile (`overlay`), what the
//! pointer does (`pointer`), what is copied (`copy`), and egui's colours, sizes and letters (`theme`, `fallback_font`,
//! `visual_order`). The terminal shares what the user has chosen to see (`controls`) and which part of the time that is
//! (`viewport`), what keys do (`keys`), what is said around the plot (`status`) and with how many digits (`digits`),
//! and saving to files (`save`). It reads the store and never waits for input.

mod app;
mod axes;
mod buttons;
pub(crate) mod controls;
mod copy;
pub(crate) mod digits;
mod error_window;
mod fallback_font;
mod help;
mod hint;
mod icon;
pub(crate) mod keys;
mod legend;
mod overlay;
pub mod plot;
mod pointer;
mod readout;
pub(crate) mod repaint;
pub(crate) mod save;
pub(crate) mod status;
mod status_line;
mod text;
pub(crate) mod theme;
pub(crate) mod viewport;
mod visual_order;
mod window;

pub use window::{display, run, show_error};
