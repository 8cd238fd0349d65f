//! What has been read: the series and their samples. Pure but for `shared`, the lock: no clock, no input, no screen.

mod chunked_log;
pub(crate) mod pyramid;
mod shared;
pub mod store;
mod sum;

pub use pyramid::{Sample, Summary};
pub use shared::Shared;
pub use sum::Sum;
