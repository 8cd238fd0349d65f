//! What every painter shares, pure: the scene (`scene`), the few points that draw a series (`decimate`), and where its
//! axes begin, end and are marked (`scale`).

pub mod decimate;
pub mod palette;
pub mod scale;
pub mod scene;
