//! The window: opening it (`window`), its state and each of its frames (`app`), when the next frame is drawn (`repaint`),
//! which part of the time it shows (`viewport`, pure), the plot in its middle (`plot`), what is around the plot (`panels`),
//! what keys and the pointer do (`keys`, `pointer`), saving to files (`save`), and egui's colours and sizes (`theme`). It reads the store and never
//! waits for input.

mod app;
mod keys;
mod panels;
pub mod plot;
mod pointer;
mod repaint;
mod save;
pub(crate) mod theme;
mod viewport;
mod window;

pub use window::run;
