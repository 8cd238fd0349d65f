//! One unit for each kind at the axis, the first that is seen: values in others are turned into it, so that what is drawn
//! side by side can be compared. A series keeps its kind. Pure.

use super::grammar::measure::Measure;
use super::grammar::unit::Unit;

/// The units of the series.
#[derive(Debug, Default)]
pub(super) struct Scales {
    series: Vec<Scale>,
    /// Whether the numbers of a column have a prefix alone, `250m`, or none; one scale for all of its rows.
    columns: Vec<Option<Option<Unit>>>,
    /// The unit of each kind that has come.
    axis: Vec<Unit>,
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
        let axis = &mut self.axis;
        let at_axis = |unit: Unit| match axis.iter().find(|known| known.shares_axis(unit)) {
            Some(known) => *known,
            None => {
                axis.push(unit);
                unit
            }
        };
        let unit = if unit.is_none_or(Unit::is_prefix) {
            if self.columns.len() <= column {
                self.columns.resize(column + 1, None);
            }
            *self.columns[column].get_or_insert_with(|| unit.map(at_axis))
        } else {
            unit.map(at_axis)
        };
        self.series[series].unit = Some(unit);
        unit
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
    fn one_kind_has_one_scale_over_all_series_and_a_prefix_alone_over_its_column() {
        let mut scales = Scales::default();
        for (series, column, value, unit, expected) in [
            (0, 0, 10.0, "Gi", 10.0),
            (1, 0, 512.0, "Mi", 0.5),
            (2, 1, 2.0, "s", 2.0),
            (3, 2, 500.0, "ms", 0.5),
            (4, 3, 5.0, "", 5.0),
            (5, 4, 1.0, "", 1.0),
            (6, 4, 250.0, "m", 0.25),
            (7, 5, 250.0, "m", 250.0),
            (8, 6, 3.0, "K", 3.0),
            (9, 7, 3.0, "M", 3.0),
            (10, 6, 3.0, "M", 3000.0),
        ] {
            let measure = Measure { value, unit: Unit::named(unit.as_bytes()) };
            assert_eq!(scales.value(series, column, measure), Ok(expected), "{series}");
        }
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
