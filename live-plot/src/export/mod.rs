//! Without a window: reads the input to its end and writes what was asked for: pictures (`svg`), tables (`csv`; `rows` for
//! the window), the summary. Files are whole or not there (`atomic_file`). It needs no display.

pub(crate) mod atomic_file;
mod csv;
pub(crate) mod rows;
pub(crate) mod svg;

use std::io;
use std::path::{PathBuf, absolute};

use common::{exit, output};

use atomic_file::Target;
use csv::Table;

use crate::config::{Config, Outputs, Theme};
use crate::error::Error;
use crate::input::source::{Input, Source};
use crate::picture::scale::exact;
use crate::picture::scene::{Extent, Scene};
use crate::series::Shared;
use crate::series::store::Store;
use crate::signals::Signals;

/// Reads to the end and writes. If the reader of stdout closes it, the export ends, and that is no error.
///
/// # Errors
/// When a file cannot be written.
pub fn run(config: &Config, source: Source, signals: Signals) -> Result<u8, Error> {
    match export(config, source, signals) {
        Err(Error::Stream { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(exit::OK)
        }
        written => written.map(|()| exit::OK),
    }
}

fn export(config: &Config, source: Source, signals: Signals) -> Result<(), Error> {
    let outputs = &config.outputs;
    if let Some(path) = outputs.files().find(|path| source.is_file(path)) {
        return Err(Error::Replaced(path.clone()));
    }
    if let Some(path) = written_twice(outputs) {
        return Err(Error::Twice(path));
    }
    let input = Input::new(source, config.rules.clone(), config.axis());
    let mut input = input.stopped_by(signals.descriptor()?);
    if outputs.to_stdout() > 0 {
        input = input.stopped_by_closing(io::stdout());
    }
    // Opened before anything is read: a mistyped name should not cost hours of input.
    let open = |path: &Option<PathBuf>| path.as_deref().map(Target::open).transpose();
    let (png, svg) = (open(&outputs.png)?, open(&outputs.svg)?);
    let mut table = outputs.csv.as_deref().map(Table::open).transpose()?;
    let mut store = Store::new(if outputs.is_drawn() { config.history } else { 0 });
    loop {
        let end = input.advance();
        store.declare(input.names());
        store.append(input.entries());
        if let Some(table) = &mut table {
            table.append(config.axis(), input.names(), input.entries())?;
            table.flush_rows(config.axis())?;
        }
        if end.is_some() {
            break;
        }
    }
    if let Some(table) = table {
        table.finish(config.axis(), input.names())?.keep()?;
    }
    if outputs.summary {
        summary(&store)?;
    }
    if outputs.is_drawn() {
        if store.series().is_empty() {
            tracing::warn!("There was nothing to draw: the picture is empty.");
        }
        let names: Vec<String> = store.series().iter().map(|series| series.name.clone()).collect();
        let window = config.window.map(|window| window.as_secs_f64());
        let extent = Extent::newest(config.axis(), window, store.head);
        let scene =
            Scene::of(&Shared::new(store), config.view(), extent, svg::plot_width(config), |_| {
                false
            });
        let drawing = svg::svg(scene, &names, config, config.theme != Theme::Light);
        svg.map(|target| target.finish(drawing.as_bytes())).transpose()?;
        if let Some(target) = png {
            target.finish(&svg::png(&drawing).map_err(Error::Picture)?)?;
        }
    }
    Ok(())
}

/// A file that two of the outputs would replace, if there is one.
fn written_twice(outputs: &Outputs) -> Option<PathBuf> {
    // A device or FIFO can take both.
    let replaced = outputs.files().filter(|path| path.is_file() || !path.exists());
    let mut files: Vec<PathBuf> = replaced.filter_map(|path| absolute(path).ok()).collect();
    files.sort();
    files.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
}

/// Prints a line about each series.
fn summary(store: &Store) -> Result<(), Error> {
    let lines: String = store
        .series()
        .iter()
        .map(|series| {
            let total = &series.total;
            let mean = exact(series.sum.value() / total.count as f64);
            // Without a value there is neither minimum nor maximum.
            let extreme = |value| exact(if total.count > 0 { value } else { f64::NAN });
            let (min, max) = (extreme(total.min), extreme(total.max));
            format!("{} count={} min={min} max={max} mean={mean}\n", series.name, total.count)
        })
        .collect();
    let printed = output::print(lines.as_bytes());
    printed.map_err(|source| Error::Stream { to: "stdout".to_owned(), source })
}
