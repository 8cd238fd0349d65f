//! The unit of each series is the first that is seen: values in others of its kind are turned into it. Pure.

use super::grammar::cells::measure::Measure;
use super::grammar::cells::unit::Unit;

/// The units of the series.
#[derive(Debug, Default)]
pub(super) struct Scales {
    series: Vec<Scale>,
    /// Whether the numbers of a column have a prefix alone, `250m`, or none; one scale for all of its rows.
    columns: Vec<Option<Option<Unit>>>,
    /// The unit of each kind that has come, and which series has it.
    axis: Vec<(Unit, usize)>,
    /// The first two series that share an axis and are of one kind, in different units.
    beside: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    /// `Some(None)` for bare numbers; `None` before the first number. 0 is the same in all of them.
    unit: Option<Option<Unit>>,
    is_reported: bool,
}

/// A value that is not of its series' kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Not reported before.
    pub(super) is_new: bool,
}

impl Scales {
    /// The value in the unit of the series, which is of this column.
    pub(super) fn value(
        &mut self,
        series: usize,
        column: usize,
        measure: Measure,
    ) -> Result<f64, Mismatch> {
        let Measure { value, unit } = measure;
        if unit.is_none() && (value == 0.0 || value.is_nan()) {
            return Ok(value);
        }
        if self.series.len() <= series {
            self.series.resize(series + 1, Scale::default());
        }
        let own = match self.series[series].unit {
            Some(own) => own,
            None => self.begin(series, column, unit),
        };
        let turned = match (own, unit) {
            (None, None) => Some(value),
            (Some(own), Some(other)) => other.turned_into(value, own),
            // A prefix alone is a way to write a number.
            (Some(own), None) if own.is_prefix() => Unit::ONE.turned_into(value, own),
            (None, Some(other)) if other.is_prefix() => other.turned_into(value, Unit::ONE),
            _ => None,
        };
        let scale = &mut self.series[series];
        turned.ok_or_else(|| Mismatch { is_new: !std::mem::replace(&mut scale.is_reported, true) })
    }

    /// The unit of a series that begins with a number in this one.
    fn begin(&mut self, series: usize, column: usize, unit: Option<Unit>) -> Option<Unit> {
        let unit = if unit.is_none_or(Unit::is_prefix) {
            if self.columns.len() <= column {
                self.columns.resize(column + 1, None);
            }
            *self.columns[column].get_or_insert(unit)
        } else {
            unit
        };
        if let Some(unit) = unit {
            match self.axis.iter().find(|(known, _)| known.shares_axis(unit)) {
                Some((known, _)) if *known == unit => {}
                Some((_, first)) => self.beside = self.beside.or(Some((*first, series))),
                None => self.axis.push((unit, series)),
            }
        }
        self.series[series].unit = Some(unit);
        unit
    }

    /// Whether this is the unit of a series, or none if it has none: a number is then its value.
    pub(super) fn is_of(&self, series: usize, unit: Option<Unit>) -> bool {
        self.series.get(series).is_some_and(|scale| scale.unit == Some(unit))
    }

    /// The first two series of one kind whose units differ, if there are such: side by side their numbers mislead.
    pub(super) fn beside(&self) -> Option<(usize, usize)> {
        self.beside
    }

    /// The unit of a series, if its numbers bear one.
    pub(super) fn unit(&self, series: usize) -> Option<Unit> {
        self.series.get(series)?.unit?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(values: &[(f64, &str)]) -> Vec<Option<f64>> {
        let mut scales = Scales::default();
        let unit = |text: &str| Unit::named(text.as_bytes());
        let each = values.iter().map(|(value, text)| Measure { value: *value, unit: unit(text) });
        each.map(|measure| scales.value(0, 0, measure).ok()).collect()
    }

    #[test]
    fn a_changed_unit_is_scaled_to_the_first_one_and_another_kind_is_a_gap() {
        assert_eq!(
            taken(&[
                (0.0, ""),
                (950.0, "ms"),
                (1.2, "s"),
                (0.0, ""),
                (5.0, ""),
                (5.0, "K"),
                (3.0, "ms")
            ]),
            [Some(0.0), Some(950.0), Some(1200.0), Some(0.0), None, None, Some(3.0)]
        );
        assert_eq!(taken(&[(5.0, ""), (5.0, "ms"), (6.0, "")]), [Some(5.0), None, Some(6.0)]);
    }

    #[test]
    fn a_series_has_its_own_unit_and_a_prefix_alone_is_its_columns() {
        let mut scales = Scales::default();
        for (series, column, value, unit, expected) in [
            (0, 0, 10.0, "Gi", 10.0),
            (2, 1, 2.0, "s", 2.0),
            (4, 3, 5.0, "", 5.0),
            (5, 4, 1.0, "", 1.0),
            (6, 4, 250.0, "m", 0.25),
            (7, 5, 250.0, "m", 250.0),
        ] {
            let measure = Measure { value, unit: Unit::named(unit.as_bytes()) };
            assert_eq!(scales.value(series, column, measure), Ok(expected), "{series}");
        }
        assert_eq!(scales.beside(), None);
        let other = Measure { value: 500.0, unit: Unit::named(b"ms") };
        assert_eq!(scales.value(8, 6, other), Ok(500.0));
        assert_eq!(scales.beside(), Some((2, 8)), "s and ms");
    }

    #[test]
    fn a_mismatch_is_new_once() {
        let mut scales = Scales::default();
        let bare = Measure { value: 5.0, unit: None };
        assert!(scales.value(1, 0, Measure { unit: Unit::named(b"s"), ..bare }).is_ok());
        assert_eq!(scales.value(1, 0, bare), Err(Mismatch { is_new: true }));
        assert_eq!(scales.value(1, 0, bare), Err(Mismatch { is_new: false }));
    }
}
