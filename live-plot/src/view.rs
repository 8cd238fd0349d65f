//! The window: what is on it (`app`), the plot in its middle (`plot`), where its axes begin, end and are
//! marked (`scale`, pure), and how it looks (`look`). It reads the store and never waits for input.

mod app;
mod look;
mod plot;
pub mod scale;

pub use app::run;
