//! The same picture in characters. The scene is painted into cells (`painter`; where things stand: `layout`; the dots
//! of the series: `braille`; `legend`, `status_line`, `help`) in the colours that a terminal has (`colors`): as one
//! text (`still`), or as it comes. Then one thread draws (`live`; how it is started: `start`, what the others post to it:
//! `inbox`). The bytes to and from the terminal (`wire`; `tty`) are what has changed (`screen`), and its keys (`keys`).

mod braille;
mod cells;
pub(crate) mod colors;
mod help;
mod inbox;
mod keys;
mod layout;
mod legend;
mod live;
mod painter;
mod screen;
mod start;
mod status_line;
pub(crate) mod still;
mod tty;
mod wire;

pub use start::run;
