//! Copying to the clipboard: the picture as it would be saved, or the samples that are seen, as a table. A thread of its own
//! makes and hands over what is copied, so that the window goes on.
//!
//! On X11 a clipboard holds nothing: whoever copied answers each request to paste (ICCCM 2), here a thread of arboard's.
//! What was copied is gone when live-plot ends, unless the desktop has a clipboard manager, which takes it over.

use std::sync::Arc;

use arboard::ImageData;
use parking_lot::Mutex;

use super::save::{Message, Picture, aside, is_empty};
use crate::config::{Axis, Config};
use crate::error::Error;
use crate::export::csv::{TableText, first_column};
use crate::export::raster;
use crate::picture::decimate::{self, Grid};
use crate::series::store::{Entry, Store};

/// The most samples that are copied: some megabytes of text.
const MOST: usize = 100_000;

/// How many samples are copied under one hold of the lock: some 30 µs.
const PIECE: usize = 2048;

/// The clipboard: opened at the first copy, for that takes some milliseconds, and open until the end.
#[derive(Clone, Default)]
pub(super) struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    fn set(
        &self,
        set: impl FnOnce(&mut arboard::Clipboard) -> Result<(), arboard::Error>,
    ) -> Result<(), Error> {
        let failed = |error: arboard::Error| Error::Clipboard(error.to_string());
        let mut held = self.0.lock();
        let clipboard = match held.take() {
            Some(clipboard) => clipboard,
            None => arboard::Clipboard::new().map_err(failed)?,
        };
        // Opened anew after a failure: the display may be another one.
        set(held.insert(clipboard)).map_err(failed).inspect_err(|_| *held = None)
    }

    /// Copies the picture.
    pub(super) fn copy_picture(
        &self,
        picture: Picture,
        config: &Config,
        message: Message,
        done: impl FnOnce() + Send + 'static,
    ) {
        let (clipboard, config) = (self.clone(), config.clone());
        aside("copy", message, done, move || {
            if is_empty(&picture.store) {
                return Err(Error::NothingTo("copy"));
            }
            let (width, height, rgba) =
                picture.drawn(&config, raster::rgba).map_err(Error::Picture)?;
            clipboard.set(|to| to.set_image(ImageData { width, height, bytes: rgba.into() }))?;
            Ok(format!("copied the picture, {width}x{height}"))
        });
    }

    /// Copies the samples that are seen.
    pub(super) fn copy_samples(
        &self,
        seen: Seen,
        message: Message,
        done: impl FnOnce() + Send + 'static,
    ) {
        let clipboard = self.clone();
        aside("copy", message, done, move || {
            let samples = seen.samples()?;
            let table = table(seen.picture.view.axis, &samples);
            clipboard.set(|to| to.set_text(table))?;
            Ok(samples.report())
        });
    }
}

/// What is seen of the samples.
pub(super) struct Seen {
    pub(super) picture: Picture,
    pub(super) grid: Grid,
    pub(super) drawn_until: f64,
}

/// Samples in the order of their times, and the names of their series.
#[derive(Debug, Default)]
struct Samples {
    names: Vec<String>,
    entries: Vec<Entry>,
    /// Some are no longer kept.
    is_partial: bool,
}

impl Seen {
    fn samples(&self) -> Result<Samples, Error> {
        let Picture { store, view, hidden, .. } = &self.picture;
        let mut samples = Samples::default();
        let count = store.hold(|store| store.series().len());
        for number in (0..count).filter(|number| !hidden.contains(number)) {
            let range = store.hold(|store| {
                let series = &store.series()[number];
                samples.names.push(series.name.clone());
                let seen = decimate::visible(series, self.grid, view.draw, self.drawn_until);
                samples.is_partial |= seen.start < series.samples.begin();
                seen.start.max(series.samples.begin())..seen.end
            });
            if samples.entries.len() + range.len() > MOST {
                return Err(Error::TooMany(MOST));
            }
            let column = samples.names.len() - 1;
            for piece in range.collect::<Vec<_>>().chunks(PIECE) {
                store.hold(|store| samples.append(store, number, column, piece));
            }
        }
        if samples.entries.is_empty() {
            return Err(Error::NothingTo("copy"));
        }
        samples.entries.sort_by(|a, b| a.sample.time.total_cmp(&b.sample.time));
        Ok(samples)
    }
}

impl Samples {
    fn append(&mut self, store: &Store, number: usize, column: usize, piece: &[usize]) {
        let kept = &store.series()[number].samples;
        let samples = piece.iter().filter_map(|at| kept.sample(*at));
        self.entries.extend(samples.map(|sample| Entry { series: column, sample }));
    }

    fn report(&self) -> String {
        let count = common::words::count(self.entries.len() as u64, "sample");
        let rest =
            if self.is_partial { "; older ones are kept as minima and maxima only" } else { "" };
        format!("copied {count}{rest}")
    }
}

/// The samples as a table whose cells are parted by tabs, as spreadsheets take it.
fn table(axis: Axis, samples: &Samples) -> String {
    let mut rows = TableText::new('\t');
    let names = samples.names.iter().map(String::as_str);
    let header: Vec<&str> = [first_column(axis)].into_iter().chain(names).collect();
    rows.text = header.join("\t") + "\n";
    rows.append(axis, samples.names.len(), &samples.entries);
    rows.end_row();
    rows.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Sample;

    #[test]
    fn what_has_one_time_is_one_row_unless_a_series_comes_twice() {
        let entry = |series, time, value| Entry { series, sample: Sample { time, value } };
        let samples = Samples {
            names: vec!["a".to_owned(), "b".to_owned()],
            entries: vec![
                entry(0, 1.0, 0.1),
                entry(1, 1.0, f64::NAN),
                entry(1, 2.5, 5.0),
                entry(1, 2.5, 6.0),
                entry(0, 2.5, 7.0),
                // An arrival is known by the nanosecond.
                entry(0, 2.858_106_961_f64.next_down(), 8.0),
            ],
            is_partial: false,
        };
        let rows = "time\ta\tb\n1\t0.1\tnan\n2.5\t\t5\n2.5\t7\t6\n2.858106961\t8\t\n";
        assert_eq!(table(Axis::Arrival, &samples), rows);
        assert_eq!(samples.report(), "copied 6 samples");
    }
}
