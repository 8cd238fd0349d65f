//! What a picture shows, whoever draws it: the scene (`scene`), its pixel columns and the few points that draw a series
//! (`decimate`), where its axes begin, end and are marked (`scale`), and its colours and dashes (`palette`). Pure: painting
//! is left to `view` and `export`.

pub mod decimate;
pub mod palette;
pub mod scale;
pub mod scene;
