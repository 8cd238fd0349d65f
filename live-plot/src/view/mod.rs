//! The window: how it opens (`window`), its frames (`app`) and when they are drawn (`repaint`), what stands around the
//! plot (`panels`), what keys do (`keys`), which part of the time is looked at (`viewport`, pure), saving (`save`), the
//! plot in its middle (`plot`) and what of it stands on whole pixels (`step_mesh`), and how it looks (`theme`). It reads
//! the store and never waits for input.

mod app;
mod keys;
mod panels;
pub mod plot;
mod repaint;
mod save;
mod step_mesh;
pub(crate) mod theme;
mod viewport;
mod window;

pub use window::run;
