//! The window: how it opens (`window`), its frames (`app`) and when they are drawn (`pace`), what stands around the
//! plot (`bars`), what keys do (`keys`), which part of the time is looked at (`lens`, pure), saving (`save`), the plot
//! in its middle (`plot`) and what of it stands on whole pixels (`crisp`), what that shows (`scene`, pure), where its
//! axes begin, end and are marked (`scale`, pure), and how it looks (`look`). It reads the store and never waits for
//! input.

mod app;
mod bars;
mod crisp;
mod keys;
mod lens;
pub(crate) mod look;
mod pace;
pub mod plot;
mod save;
pub mod scale;
pub mod scene;
mod window;

pub use window::run;
