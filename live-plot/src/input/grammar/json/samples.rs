//! Whether objects follow each other: each has its time. Of what they are says what stands beside them.

use super::super::cells::moment::Moment;
use super::super::metrics::is_epoch;
use super::super::reading::{Cell, Item, Key, Reading};
use super::super::vocabulary;
use super::objects::{MOST, Objects};

/// Whether the member with this key is the time of its object, or of the object that it is in.
pub(super) fn is_time(key: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] =
        [b"time", b"timestamp", b"ts", b"t", b"dt", b"date", b"epoch", b"start"];
    let last = key.rsplit(|byte| *byte == b'.').next();
    last.is_some_and(|last| NAMES.contains(&last))
}

/// Gives the samples in an object with this path, in which rows have ended, the text beside them that says of what they are:
/// `"device": "a"`, or what is among the `rows` of `--rows`.
pub(super) fn describe(
    path: &[u8],
    ended: usize,
    start: usize,
    rows: &[String],
    reading: &mut Reading,
) {
    let says = |reading: &Reading, item: &Item| {
        let Key::Name(name) = item.key else { return false };
        let name = reading.text(name);
        let is_own = reading.text(item.row).is_empty();
        let own = name.get(path.len() + usize::from(!path.is_empty())..).unwrap_or_default();
        let is_identity = matches!(item.cell, Cell::Text(_)) && vocabulary::is_identity(own);
        let is_of_rows = || rows.iter().any(|row| row.as_bytes() == name);
        is_own && !own.contains(&b'.') && (is_identity || is_of_rows())
    };
    if reading.ended() > ended {
        reading.share(ended, start, says);
    }
}

/// Whether each object has a time: a date or a clock time, or under a name for it seconds since 1970, or a number that
/// grows from 0 or one step on, from object to object, in even steps. Streams side by side begin at nearly the same number,
/// and two temperatures may grow.
pub(super) fn are_samples(objects: &Objects<'_>, reading: &Reading) -> bool {
    let has_time = |(_, key, cell): &(usize, &[u8], Cell)| match cell {
        Cell::Text(text) => Moment::whole(reading.text(*text)).is_some(),
        Cell::Number(measure) => is_epoch(measure.value) && is_time(key),
        Cell::Empty => false,
    };
    let grows = |key: &[u8]| {
        let value = |(_, cell)| match cell {
            Cell::Number(measure) => measure.value,
            _ => f64::NAN,
        };
        let column = objects.column(key, reading).unwrap_or_default();
        let values: Vec<f64> = column.into_iter().map(value).collect();
        let from_zero = values.first().is_some_and(|first| *first != 0.0).then_some(0.0);
        let all: Vec<f64> = from_zero.into_iter().chain(values).collect();
        let steps = || all.windows(2).map(|pair| pair[1] - pair[0]);
        let least = steps().fold(f64::INFINITY, f64::min);
        objects.each.len() > 1 && least > 0.0 && steps().all(|step| step <= 1.1 * least)
    };
    let mut times = objects.members(0, reading).filter(|(_, key, _)| is_time(key)).take(MOST);
    let all = 0..objects.each.len();
    let found = all.map(|number| objects.members(number, reading).find(has_time));
    let cells = found.map(|time| time.map(|(_, _, cell)| cell)).collect::<Option<Vec<Cell>>>();
    cells.is_some_and(|cells| differ(&cells, reading)) || times.any(|(_, key, _)| grows(key))
}

/// Whether all are dates or clock times, and not all the same: what is of one moment is of several things.
pub(super) fn are_moments(cells: &[Cell], reading: &Reading) -> bool {
    let is_moment = |cell: &Cell| matches!(cell, Cell::Text(text) if Moment::whole(reading.text(*text)).is_some());
    cells.iter().all(is_moment) && differ(cells, reading)
}

/// Whether all are seconds since 1970, one after the other.
pub(super) fn are_epochs(cells: &[Cell]) -> bool {
    let value = |cell: &Cell| match cell {
        Cell::Number(measure) if is_epoch(measure.value) => Some(measure.value),
        _ => None,
    };
    let values: Option<Vec<f64>> = cells.iter().map(value).collect();
    values.is_some_and(|values| {
        values.is_sorted_by(|one, next| one < next) || values.is_sorted_by(|one, next| one > next)
    })
}

/// Whether these are not all the same time.
fn differ(times: &[Cell], reading: &Reading) -> bool {
    let is_same = |pair: &[Cell]| match (pair[0], pair[1]) {
        (Cell::Number(one), Cell::Number(other)) => one.value == other.value,
        (Cell::Text(one), Cell::Text(other)) => reading.text(one) == reading.text(other),
        _ => false,
    };
    times.len() < 2 || !times.windows(2).all(is_same)
}
