//! What is reported of runs: how one ended (`run`), what they add up to (`tally`), and the words for it (`text`, `units`).

pub(crate) mod run;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod units;
