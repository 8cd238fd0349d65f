//! Draws the numbers piped into it, in a window that blocking input cannot freeze.
//!
//! ```text
//! args → config          the command line, checked and turned into plain settings; place: where the picture goes
//!
//! bytes → input → series → picture → view, a window
//!                                  → terminal, a screen of characters
//!                                  → export, files
//!
//! input/    pipeline   waits for a block      } in a thread of its own (reader), which may block for ever;
//!           source     reads it               } without a window in export's loop
//!           splitter   cuts it into lines     }
//!           grammar    finds `a` and 1 in the line `a=1`, a file a form
//!           schema     finds the series that is called `a`; scales, timestamp, counters
//!           sampler    puts this together: samples, each with its series and time; problems
//! series/   shared     the one lock, around
//!           store      all series: of each the raw samples, and minima and maxima above them (pyramid)
//! picture/  scene      a picture as data: its part of the axis, its panels; traces: one a series       } pure
//!           decimate   its pixel columns, how many and where, and the few points in each; dots       }
//!           scale      where an axis begins and ends; marks, time_marks: its marks and labels        }
//!           pixels     grid, steps and dots (discs) on whole pixels; palette: colours and dashes     }
//! view/     window     opens, and starts the threads; app: one frame
//!           repaint    when the next frame is drawn
//!           plot       paints the scene; viewport: which part of the axis; panels, buttons, keys, …
//! terminal/ painter    the scene and what is around it in cells of characters (layout, braille)
//!           still      one of these as text
//!           live       a screen: waits for samples, keys and signals
//!           wire       the bytes to and from the terminal (tty): screen sends what has changed, keys reads
//! export/   figure (text: svg, pixels: raster), csv, the summary; atomic_file: whole files or none; stream: what
//!           somebody reads meanwhile
//! zone      the local time zone; system_font: a font for letters that the built-in ones lack
//! signals   INT, TERM, HUP → close the window or the screen, or end the input
//! defect    a panic → the end
//! ```
//!
//! The reader and the window share the store alone. The reader holds its lock to append a batch, the window to copy the
//! few points that it draws. Parsing, the store, decimation and scales are pure: they take the time as an argument.

pub mod args;
pub mod config;
pub mod defect;
pub mod error;
pub mod export;
pub mod input;
pub mod picture;
pub mod place;
pub mod series;
pub mod signals;
mod system_font;
pub mod terminal;
pub mod view;
mod zone;
