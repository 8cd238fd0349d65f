//! What has been read: the series and their samples, and what of them a picture of so many pixels shows.
//! Pure but for `shared`, the lock: no clock, no input, no screen.

pub mod columns;
mod pyramid;
mod ring;
mod shared;
pub mod store;
mod sum;

pub use pyramid::{Hull, Sample};
pub use shared::Shared;
pub use sum::Sum;
