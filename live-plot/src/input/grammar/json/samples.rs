//! Whether objects follow each other: each has its time.

use super::super::cells::moment::Moment;
use super::super::metrics::is_epoch;
use super::super::reading::{Cell, Reading};
use super::objects::{MOST, Objects};

/// Whether the member with this key is the time of its object, or of the object that it is in.
pub(super) fn is_time(key: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] =
        [b"time", b"timestamp", b"ts", b"t", b"dt", b"date", b"epoch", b"start"];
    let last = key.rsplit(|byte| *byte == b'.').next();
    last.is_some_and(|last| NAMES.contains(&last))
}

/// Whether each object has a time: a date or a clock time, or under a name for it seconds since 1970, or a number that
/// grows from object to object, from about 0 on. Streams side by side begin at nearly the same number. Objects of one
/// moment are several things.
pub(super) fn are_samples(objects: &Objects<'_>, reading: &Reading) -> bool {
    let has_time = |(_, key, cell): (usize, &[u8], Cell)| match cell {
        Cell::Text(text) => Moment::whole(reading.text(text)).is_some(),
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
        let steps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let least = steps.reduce(f64::min).unwrap_or_default();
        least > 0.0 && values[0] <= 2.0 * least
    };
    let mut times = objects.members(0, reading).filter(|(_, key, _)| is_time(key)).take(MOST);
    let all = 0..objects.each.len();
    let found = all.map(|number| objects.members(number, reading).find(|member| has_time(*member)));
    let cells = found.map(|time| time.map(|(_, _, cell)| cell)).collect::<Option<Vec<Cell>>>();
    cells.is_some_and(|cells| differ(&cells, reading)) || times.any(|(_, key, _)| grows(key))
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
