//! The unit of each series is the first that is seen: values in others of its kind are turned into it. Pure.

use super::grammar::cells::measure::Measure;
use super::grammar::cells::unit::Unit;

/// The units of the series.
#[derive(Debug, Default)]
pub(super) struct Scales {
    series: Vec<Scale>,
    /// The unit of each column's first series, if it has one, and which series that is.
    columns: Vec<Option<(Option<Unit>, usize)>>,
    /// The unit of each kind that has come, and which series has it.
    axis: Vec<(Unit, usize)>,
    /// The first two series that share an axis and are of one kind, in different units.
    beside: Option<(usize, usize)>,
    /// A number like `1020M` has come: its program goes on to the next prefix at 1024, as `du -h` does, and not at 1000.
    has_1024s: bool,
    /// A number was turned from one prefix alone into another one by 1000s.
    has_turned: bool,
    /// A bare number has come where others bear an `m`, which is read as thousandths: it may be minutes.
    pub(super) has_thousandths: bool,
    /// The number that came after such ones and shows 1024s.
    late: Option<Measure>,
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
        let is_large = unit.is_some_and(Unit::is_large_prefix);
        if is_large && !self.has_1024s && value.abs() > 1000.0 && value.abs() < 1024.0 {
            self.has_1024s = true;
            self.late = self.has_turned.then_some(measure);
        }
        let own = match self.series[series].unit {
            Some(own) => own,
            None => self.begin(series, column, unit),
        };
        let counted = |unit: Unit| if self.has_1024s { unit.in_1024s() } else { unit };
        let turned = match (own.map(counted), unit.map(counted)) {
            (None, None) => Some(value),
            (Some(own), Some(other)) => other.turned_into(value, own),
            // A prefix alone is a way to write a number.
            (Some(own), None) if own.is_prefix() => Unit::ONE.turned_into(value, own),
            (None, Some(other)) if other.is_prefix() => other.turned_into(value, Unit::ONE),
            _ => None,
        };
        let is_m = |unit: Option<Unit>| unit.is_some_and(Unit::is_lone_m);
        self.has_thousandths |= own.is_some() != unit.is_some() && (is_m(own) || is_m(unit));
        let is_turned = turned.is_some_and(|turned| turned != value);
        self.has_turned |= is_turned && (is_large || own.is_some_and(Unit::is_large_prefix));
        let scale = &mut self.series[series];
        turned.ok_or_else(|| Mismatch { is_new: !std::mem::replace(&mut scale.is_reported, true) })
    }

    /// The unit of a series that begins with a number in this one. `250m` and `1` in the rows of a column are one kind.
    fn begin(&mut self, series: usize, column: usize, unit: Option<Unit>) -> Option<Unit> {
        if self.columns.len() <= column {
            self.columns.resize(column + 1, None);
        }
        let (of_column, first) = *self.columns[column].get_or_insert((unit, series));
        let unit = match (unit, of_column) {
            (None, Some(known)) if known.is_lone_m() => Some(known),
            (Some(own), None) if own.is_lone_m() => None,
            (Some(own), Some(known)) => Some(own.beside(known)),
            _ => unit,
        };
        // So are those with K, M or G and without, but each is drawn as it stands.
        let is_prefix = unit.or(of_column).is_some_and(Unit::is_prefix);
        if unit.is_none() != of_column.is_none() && is_prefix {
            self.beside.get_or_insert((first, series));
        }
        if let Some(unit) = unit {
            let of_column = of_column.filter(|known| known.beside(unit) != *known);
            let beside = match self.axis.iter().find(|(known, _)| known.shares_axis(unit)) {
                Some((known, other)) if *known != unit => Some((*other, series)),
                Some(_) => None,
                None => {
                    self.axis.push((unit, series));
                    of_column.map(|_| (first, series))
                }
            };
            self.beside = self.beside.or(beside);
        }
        self.series[series].unit = Some(unit);
        unit
    }

    /// Whether this is the unit of a series, or none if it has none, and no number in it is to be looked at: each is then its
    /// own value.
    pub(super) fn is_of(&self, series: usize, unit: Option<Unit>) -> bool {
        let is_settled = self.has_1024s || !unit.is_some_and(Unit::is_large_prefix);
        is_settled && self.series.get(series).is_some_and(|scale| scale.unit == Some(unit))
    }

    /// The first two series of one kind whose units differ, if there are such: side by side their numbers mislead.
    pub(super) fn beside(&self) -> Option<(usize, usize)> {
        self.beside
    }

    /// The first number that shows that K, M and G are 1024s, if others were read by 1000s before.
    pub(super) fn take_late(&mut self) -> Option<Measure> {
        self.late.take()
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
        assert_eq!(taken(&[(512.0, ""), (1.5, "K")]), [Some(512.0), Some(1500.0)]);
    }

    #[test]
    fn a_number_from_1000_to_1023_shows_that_prefixes_count_in_1024s() {
        let read = taken(&[(980.0, "M"), (1.5, "G"), (1020.0, "M"), (1.1, "G"), (512.0, "K")]);
        assert_eq!(read, [980.0, 1500.0, 1020.0, 1126.4, 0.5].map(Some));
        // 999,999 may be rounded to 1000 thousands.
        assert_eq!(taken(&[(1000.0, "K"), (1024.0, "K"), (1.0, "M")])[2], Some(1000.0));
        assert_eq!(taken(&[(1020.0, "MB"), (1.1, "GB")])[1], Some(1100.0));
        for (first, is_late) in [("G", true), ("M", false)] {
            let mut scales = Scales::default();
            for (value, unit) in [(980.0, "M"), (1.0, first), (1020.0, "M")] {
                let measure = Measure { value, unit: Unit::named(unit.as_bytes()) };
                scales.value(0, 0, measure).unwrap();
            }
            assert_eq!(scales.take_late().is_some(), is_late, "{first}");
        }
    }

    /// The values of rows in one column, and the units that they begin with.
    fn rows(values: &[(f64, &str)]) -> (Vec<String>, Option<(usize, usize)>) {
        let mut scales = Scales::default();
        let shown = values.iter().enumerate().map(|(series, (value, unit))| {
            let measure = Measure { value: *value, unit: Unit::named(unit.as_bytes()) };
            let value = scales.value(series, 0, measure).unwrap();
            format!("{value}{}", scales.unit(series).map_or(String::new(), |unit| unit.to_string()))
        });
        (shown.collect(), scales.beside())
    }

    #[test]
    fn each_row_of_a_column_has_its_own_unit() {
        for (values, shown, beside) in [
            (&[(112.0, "K"), (47.6, "G")][..], &["112K", "47.6G"][..], Some((0, 1))),
            (&[(1.0, ""), (250.0, "m")], &["1", "0.25"], None),
            (&[(250.0, "m"), (1.0, "")], &["250m", "1000m"], None),
            (&[(4.0, "Gi"), (2.0, "")], &["4Gi", "2"], Some((0, 1))),
            (&[(5.125, "d"), (45.0, "m")], &["5.125d", "45min"], Some((0, 1))),
            (&[(45.0, "m"), (22.0, "d")], &["45m", "22d"], Some((0, 1))),
            (&[(2.0, "s"), (5.0, ""), (500.0, "ms")], &["2s", "5", "500ms"], Some((0, 2))),
            (&[(23.0, "Gi"), (8.0, "Gi"), (5.0, "V")], &["23Gi", "8Gi", "5V"], None),
        ] {
            let shown: Vec<_> = shown.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(rows(values), (shown, beside), "{values:?}");
        }
    }

    #[test]
    fn a_bare_number_beside_thousandths_raises_a_doubt() {
        for (values, expected) in [
            (&[(26.0, "m"), (345.0, "")][..], true),
            (&[(345.0, ""), (26.0, "m")], true),
            (&[(26.0, "m"), (0.0, "")], false),
            (&[(1.5, "K"), (512.0, "")], false),
            (&[(26.0, "m"), (17.0, "h")], false),
        ] {
            let mut scales = Scales::default();
            for (value, unit) in values {
                let measure = Measure { value: *value, unit: Unit::named(unit.as_bytes()) };
                scales.value(0, 0, measure).unwrap();
            }
            assert_eq!(scales.has_thousandths, expected, "{values:?}");
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
