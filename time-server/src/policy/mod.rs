//! Who is answered (`admission`), how often (`rate_limit`), how long a connection may take to close (`linger`), and how
//! many may be closing (`closing`). Pure: the time is an argument.

pub mod admission;
pub mod closing;
pub mod linger;
pub mod rate_limit;
