//! Who is answered (`admission`), how often (`rate_limit`), and how long a connection may take to close (`linger`). Pure:
//! the time is an argument.

pub mod admission;
pub mod linger;
pub mod rate_limit;
