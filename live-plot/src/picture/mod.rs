//! What a picture shows, whoever draws it: the scene (`scene`), its panels (`panels`) and its traces (`traces`), its pixel
//! columns and the few points that draw a series (`decimate`, `dots`, `lit_rows`), its pixels (`pixels`, `discs`, `dashes`, `band`),
//! where its axes begin, end and are marked (`scale`, `axes`, `marks`, `labels`, `time_marks`, `clock`), its colours and dashes
//! (`palette`), values as text (`number`), names that are too long (`elide`), and the marks of `--marks` (`annotations`).
//! Pure: painting is left to `view`, `export` and `terminal`.

pub mod annotations;
mod axes;
pub mod band;
pub mod clock;
mod dashes;
pub mod decimate;
mod discs;
pub mod dots;
pub(crate) mod elide;
mod labels;
mod lit_rows;
pub mod marks;
pub mod number;
pub mod palette;
pub(crate) mod panels;
pub mod pixels;
pub mod scale;
pub mod scene;
pub mod time_marks;
mod traces;
