//! What is reported of runs: the data of one run (`run`), the sums over all (`tally`), what the exit status stands for
//! (`verdict`), and the words for all of it (`text`, `exec`, `human`).

pub(crate) mod exec;
pub(crate) mod human;
pub(crate) mod run;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod verdict;
