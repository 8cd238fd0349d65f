//! What an operator needs of a server: signals and statistics (`housekeeping`, `signals`, `stats`), stopping (`shutdown`), the
//! log of clients (`log`), the limit on descriptors (`descriptors`) and the service manager (`systemd`).

pub(crate) mod descriptors;
pub mod housekeeping;
pub(crate) mod log;
pub mod shutdown;
pub(crate) mod signals;
pub mod stats;
pub mod systemd;
