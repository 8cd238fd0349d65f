//! With `--time`: the time of a row, from the cell or the two cells that are named. What a text means as a time is left to
//! `timestamp`.

use super::Sampler;
use super::row::name;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::{Moment, Written};
use crate::input::grammar::cells::unit::Unit;
use crate::input::grammar::reading::{Cell, Item, Reading};
use crate::input::grammar::refusal::Refusal;
use crate::input::grammar::table::Tables;
use crate::input::grammar::table::row::is_half_of_day;
use crate::input::schema::Role;

impl Sampler {
    /// The time of a row; NaN if rows have none of their own.
    pub(super) fn time(&mut self, row: &[Item], reading: &Reading) -> Result<f64, Refusal> {
        if self.timestamps.is_none() {
            return Ok(f64::NAN);
        }
        self.time_cells = self.find_time(row, reading)?;
        let tables = &mut self.grammar.tables;
        let written = written_in(&self.time_cells, row, reading, tables);
        self.timed(written)
    }

    /// The cells of a row that are its time: one or two, and a half of the day.
    fn find_time(&mut self, row: &[Item], reading: &Reading) -> Result<Vec<usize>, Refusal> {
        let mut parts: [Option<usize>; 2] = [None; 2];
        for (place, item) in row.iter().enumerate() {
            let name = name(item, reading, &mut self.grammar.tables);
            if let Role::Time(part) = self.schema.role(name, false) {
                parts[part.min(1)].get_or_insert(place);
            }
        }
        let text = |place: usize| match row.get(place)?.cell {
            Cell::Text(span) => Some(reading.text(span)),
            _ => None,
        };
        let first = parts[0].ok_or(Refusal::NoTime)?;
        // A date, and the clock time in the cell that is named too, or simply follows.
        let second = match self.schema.time_parts() {
            2 => Some(parts[1].ok_or(Refusal::NoTime)?),
            _ => Some(first + 1).filter(|next| is_split(text(first), text(*next))),
        };
        let last = second.unwrap_or(first);
        let half = Some(last + 1).filter(|next| text(*next).is_some_and(is_half_of_day));
        Ok([Some(first), second, half].into_iter().flatten().collect())
    }

    /// The time that is written so; NaN if rows have none of their own.
    pub(super) fn timed(&mut self, written: Option<Written>) -> Result<f64, Refusal> {
        let Some(timestamps) = &mut self.timestamps else { return Ok(f64::NAN) };
        let time = written.and_then(|written| timestamps.read(written));
        if std::mem::take(&mut timestamps.guessed) {
            self.problems.warn(format!("Dates such as 05/11/2026 are read with the month first; if their day is first, put sed -uE 's,([0-9]+)/([0-9]+)/([0-9]{{4}}),\\3-\\2-\\1,' before live-plot. (line {})", self.counts.lines));
        }
        let time = time.ok_or(Refusal::BadTime)?;
        if time < self.latest {
            return Err(Refusal::BackInTime);
        }
        self.latest = time;
        Ok(time)
    }
}

/// What stands as a time in these cells of a row.
pub(super) fn written_in(
    cells: &[usize],
    row: &[Item],
    reading: &Reading,
    tables: &mut Tables,
) -> Option<Written> {
    let text = |place: usize| match row[place].cell {
        Cell::Text(text) => reading.text(text),
        _ => b"",
    };
    match *cells {
        [] => None,
        [only] => match row[only].cell {
            Cell::Number(measure) => written(measure, name(&row[only], reading, tables).name),
            _ => Written::of(text(only)),
        },
        _ => Written::of(&cells.iter().map(|place| text(*place)).collect::<Vec<_>>().join(&b' ')),
    }
}

/// A number as a time: in its unit, or in that which the name of its column ends in: `time_ms`, `t [ms]`. `None` if that is
/// no unit of time.
pub(super) fn written(measure: Measure, name: &[u8]) -> Option<Written> {
    let nanos = |unit: Unit| unit.turned_into(1e9, Unit::SECOND);
    if let Some(unit) = measure.unit {
        return nanos(unit).map(|nanos| Written::Counted(measure.value, nanos));
    }
    let mut words = name.rsplit(|byte| b"_ [](),".contains(byte)).filter(|word| !word.is_empty());
    let unit = words.next().filter(|word| word.len() < name.len()).and_then(Unit::of_time);
    Some(match unit.and_then(nanos) {
        Some(nanos) => Written::Counted(measure.value, nanos),
        None => Written::Number(measure.value),
    })
}

/// Whether a date and a clock time stand in two cells.
fn is_split(first: Option<&[u8]>, second: Option<&[u8]>) -> bool {
    // Nearly always the second is a number.
    let moment = |text: Option<&[u8]>| Moment::whole(text?);
    moment(second).is_some_and(|clock| clock.date.is_none())
        && moment(first).is_some_and(|date| date.clock.is_none())
}
