//! What is reported of runs: the data of one run (`run`), the sums over all (`tally`), and the words for both (`text`, `human`).

pub(crate) mod human;
pub(crate) mod run;
pub(crate) mod tally;
pub(crate) mod text;
