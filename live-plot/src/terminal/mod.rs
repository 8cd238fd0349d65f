//! The same picture in characters. The scene is painted into cells (`painter`; where things stand: `layout`; the dots of the
//! series: `braille`; `legend`, `help`) in the colours that a terminal has (`colors`): as one text (`still`), or as it comes.
//! Then one thread draws (`live`; how it is started: `start`, what the others tell it: `inbox`), sends what has changed
//! (`screen`) to the terminal (`tty`), and reads its keys (`keys`).

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
pub(crate) mod still;
mod tty;

pub use start::run;
