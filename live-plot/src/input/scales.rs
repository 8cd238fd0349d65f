//! One unit for each series, the first that it is seen with: other values are turned into it. Pure.

use super::grammar::measure::Measure;
use super::grammar::unit::Unit;

/// The units of the series.
#[derive(Debug, Default)]
pub(super) struct Scales(Vec<Scale>);

#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    unit: Option<Unit>,
    /// A number without a unit has come. 0 is the same in all of them.
    has_bare: bool,
    is_reported: bool,
}

/// A value that is not of its series' kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Not reported before.
    pub(super) is_new: bool,
}

impl Scales {
    /// The value in the unit of the series.
    pub(super) fn value(&mut self, series: usize, measure: Measure) -> Result<f64, Mismatch> {
        let Self(scales) = self;
        if scales.len() <= series {
            scales.resize(series + 1, Scale::default());
        }
        let scale = &mut scales[series];
        let value = match (scale.unit, measure.unit) {
            (None, None) => {
                scale.has_bare |= measure.value != 0.0 && !measure.value.is_nan();
                Some(measure.value)
            }
            (None, Some(unit)) if !scale.has_bare => {
                scale.unit = Some(unit);
                Some(measure.value)
            }
            (Some(unit), Some(other)) => other.turned_into(measure.value, unit),
            (Some(_), None) if measure.value == 0.0 || measure.value.is_nan() => {
                Some(measure.value)
            }
            _ => None,
        };
        value.ok_or_else(|| Mismatch { is_new: !std::mem::replace(&mut scale.is_reported, true) })
    }

    /// The unit of a series, if its numbers bear one.
    pub(super) fn unit(&self, series: usize) -> Option<Unit> {
        let Self(scales) = self;
        scales.get(series)?.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(values: &[(f64, &str)]) -> Vec<Option<f64>> {
        let mut scales = Scales::default();
        let unit = |text: &str| Unit::named(text.as_bytes());
        let each = values.iter().map(|(value, text)| Measure { value: *value, unit: unit(text) });
        each.map(|measure| scales.value(0, measure).ok()).collect()
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
    fn a_mismatch_is_new_once() {
        let mut scales = Scales::default();
        let bare = Measure { value: 5.0, unit: None };
        assert!(scales.value(1, Measure { unit: Unit::named(b"s"), ..bare }).is_ok());
        assert_eq!(scales.value(1, bare), Err(Mismatch { is_new: true }));
        assert_eq!(scales.value(1, bare), Err(Mismatch { is_new: false }));
    }
}
