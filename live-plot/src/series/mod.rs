//! What has been read: all series (`store`) behind one lock (`shared`); of each series its samples and their minima and
//! maxima (`pyramid`, made of `chunked_log`s and `summary`) and its exact sum (`sum`); the marks (`annotations`). Pure but
//! for `shared`: no input, no screen.

mod annotations;
mod chunked_log;
pub(crate) mod pyramid;
mod shared;
pub mod store;
mod sum;
mod summary;

pub use annotations::{Annotation, Annotations};
pub use shared::Shared;
pub use sum::Sum;
pub use summary::{Sample, Summary};
