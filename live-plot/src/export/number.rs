//! Writes numbers as fast as the rest of a table: what `picture::scale::exact` makes of them, without a new text for each.

use crate::picture::scale::exact;

/// Appends the shortest digits that are this number again; a gap is `nan`.
pub(super) fn push(text: &mut String, value: f64) {
    // Outside of these, `exact` uses an exponent. 0 is a common value.
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        let mut buffer = zmij::Buffer::new();
        let digits = buffer.format(value);
        text.push_str(digits.strip_suffix(".0").unwrap_or(digits));
    } else {
        text.push_str(&exact(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pushed(value: f64) -> String {
        let mut text = String::new();
        push(&mut text, value);
        text
    }

    #[test]
    fn the_borders_of_the_exponent_are_those_of_exact() {
        let near = |value: f64| [value.next_down(), value, value.next_up()];
        let values = [0.0, 1e-5, 1e-4, 1.0, 1e15, 1e16, 1e17, 5e-324, f64::MAX, f64::INFINITY];
        for value in values.into_iter().flat_map(near).flat_map(|value| [value, -value]) {
            assert_eq!(pushed(value), exact(value), "{value:e}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_written_as_exact_does(
            value in prop_oneof![any::<f64>(), (-1_000_000_i64..1_000_000).prop_map(|n| n as f64 / 1000.0)]
        ) {
            prop_assert_eq!(pushed(value), exact(value));
        }
    }
}
