//! Without a window: reads the input to its end and writes what was asked for: pictures (`figure`, as `svg` or PNG by
//! `raster`; in characters by `terminal`), tables (`csv`; `rows` for the window), the `summary`. Files are whole or not
//! there (`atomic_file`). It needs no display.

pub(crate) mod atomic_file;
pub(crate) mod csv;
pub(crate) mod figure;
mod percentiles;
pub(crate) mod raster;
pub(crate) mod rows;
mod stream;
mod summary;
mod svg;
mod text;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf, absolute};

use common::{exit, logging, words};

use atomic_file::Target;
use csv::Table;
use figure::Figure;
use summary::Summary;

use crate::config::{Axis, Config, Outputs, Theme};
use crate::error::Error;
use crate::input::pipeline::Input;
use crate::input::source::Source;
use crate::picture::scene::{Extent, Scene};
use crate::series::Shared;
use crate::series::store::{End, Store};
use crate::signals::{Event, Flag, Signals};
use crate::system_font;
use crate::terminal::colors::Depth;
use crate::terminal::still;

/// Reads to the end and writes. If the reader of stdout closes it, the export ends, and that is no error.
///
/// # Errors
/// When the input cannot be read, holds no number, or a file cannot be written.
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
    let stop = watch(signals)?;
    let is_typed = source.is_typed();
    let stdout = (outputs.to_stdout() > 0).then(io::stdout);
    let input = Input::new(source, config.rules.clone(), config.axis());
    let mut input = input.stopped_by(stop.clone(), stdout);
    if outputs.csv.as_deref() == Some(Path::new("-")) {
        input = input.watched();
    }
    // Opened before anything is read: a mistyped name should not cost hours of input.
    let open =
        |path: &Option<PathBuf>| path.as_deref().map(|path| Target::open(path, &stop)).transpose();
    let (png, svg) = (open(&outputs.png)?, open(&outputs.svg)?);
    let mut table = open(&outputs.csv)?.map(Table::new);
    let mut summary = outputs.summary.then(Summary::default);
    let mut store = Store::new(if outputs.is_drawn() { config.history } else { 0 });
    let end = read(&mut input, &mut store, config.axis(), table.as_mut(), summary.as_mut())?;
    let is_empty = store.series().iter().all(|series| series.total.count == 0);
    let from = || input.source_name().to_owned();
    match end {
        // Ended by a signal it has not failed; but a file that is there is worth more than an empty one.
        End::Stopped if is_empty => {
            tracing::warn!("no number was read from {}; nothing is written", from());
            return Ok(());
        }
        End::Error(problem) if is_empty => return Err(Error::Read { from: from(), problem }),
        End::Input if is_empty => {
            return Err(Error::Nothing { from: from(), lines: input.counts().lines });
        }
        _ => {}
    }
    if let Some(table) = table {
        table.finish(config.axis(), input.names())?.keep()?;
    }
    if let Some(summary) = summary {
        Target::open(Path::new("-"), &stop)?.write(summary.lines(store.series()).as_bytes())?;
    }
    let store = Shared::new(store);
    if outputs.is_figure() {
        draw(config, &store, is_typed, png, svg)?;
    }
    if outputs.still {
        let is_colored = logging::is_colored(config.color, io::stdout().is_terminal());
        let text = still::of(config, &store, is_typed, Depth::here(is_colored));
        Target::open(Path::new("-"), &stop)?.write(text.as_bytes())?;
    }
    match end {
        End::Error(problem) => Err(Error::Read { from: from(), problem }),
        End::Input | End::Stopped | End::Closed => Ok(()),
    }
}

/// A flag that is raised when a signal asks to stop.
fn watch(signals: Signals) -> Result<Flag, Error> {
    let stop = Flag::new()?;
    let raised = stop.clone();
    signals.watch(move |event| match event {
        Event::Stop => {
            raised.raise();
            system_font::give_up();
        }
        Event::End => atomic_file::remove_drafts(),
        Event::Continued | Event::Suspend | Event::Resized => {}
    })?;
    Ok(stop)
}

/// Reads to the end, into the store, the table and the summary.
fn read(
    input: &mut Input,
    store: &mut Store,
    axis: Axis,
    mut table: Option<&mut Table>,
    mut summary: Option<&mut Summary>,
) -> Result<End, Error> {
    loop {
        let end = input.advance();
        input.describe(store);
        store.append(input.entries());
        input.annotations().iter().cloned().for_each(|mark| store.annotate(mark));
        if let Some(table) = &mut table {
            table.append(axis, input.names(), input.entries())?;
            table.flush_rows(axis)?;
        }
        if let Some(summary) = &mut summary {
            summary.append(input.entries());
        }
        if let Some(end) = end {
            return Ok(end);
        }
    }
}

/// Writes the pictures.
fn draw(
    config: &Config,
    store: &Shared,
    is_typed: bool,
    png: Option<Target>,
    svg: Option<Target>,
) -> Result<(), Error> {
    let window = config.window().map(|window| window.as_secs_f64());
    let extent = Extent::newest(config.axis(), window, store.hold(|store| store.head));
    let view = config.view(is_typed);
    let make = |size| Scene::outline(store, &view, extent, size, |_| false);
    let figure = Figure::new(config, store, config.theme != Theme::Light, make);
    if figure.left_out() > 0 {
        let count = words::count(figure.left_out(), "value");
        tracing::warn!("{count} of 0 or less not drawn: a logarithmic axis has no place for them.");
    }
    svg.map(|target| target.finish(svg::svg(&figure).as_bytes())).transpose()?;
    if let Some(target) = png {
        target.finish(&raster::png(&figure).map_err(Error::Picture)?)?;
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
