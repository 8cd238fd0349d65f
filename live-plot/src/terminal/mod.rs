//! The same picture in characters: the scene painted into cells (`painter`; where things stand: `layout`, the dots of the
//! series: `braille`), and these as text (`still`) in the colours that a terminal has (`colors`).

mod braille;
mod cells;
pub(crate) mod colors;
mod layout;
pub(crate) mod painter;
pub(crate) mod still;
