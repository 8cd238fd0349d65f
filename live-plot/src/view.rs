//! The window: what is on it (`app`), the plot in its middle (`plot`), what that shows (`scene`, pure), where
//! its axes begin, end and are marked (`scale`, pure), and how it looks (`look`). It reads the store and never waits for input.

mod app;
pub(crate) mod look;
mod plot;
pub mod scale;
pub(crate) mod scene;

pub use app::run;
