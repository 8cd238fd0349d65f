//! What has been read: the series and their samples, and what of them a picture of so many pixels shows.
//! Pure: no clock, no input, no screen.

pub mod columns;
mod pyramid;
mod ring;
pub mod store;

pub use pyramid::{Hull, Sample};
