//! A value as text: all of it, for files, or what a person reads. Pure. Labels of axes are left to `marks`.

/// The shortest decimal that reads back as the same number.
#[must_use]
pub fn exact(value: f64) -> String {
    let mut text = String::new();
    push_exact(&mut text, value);
    text
}

/// Appends what [`exact`] gives, without a text of its own for each number.
pub fn push_exact(text: &mut String, value: f64) {
    if value.is_nan() {
        text.push_str("nan");
    } else if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        let mut buffer = zmij::Buffer::new();
        let digits = buffer.format(value);
        text.push_str(digits.strip_suffix(".0").unwrap_or(digits));
    } else {
        text.push_str(&format!("{value:e}"));
    }
}

/// A value for a person to read: six digits, or all digits of a whole number.
#[must_use]
pub fn value(value: f64) -> String {
    if value.is_nan() {
        return "gap".to_owned();
    }
    if value.abs() >= 1e16 || (value != 0.0 && value.abs() < 1e-4) {
        return format!("{value:.5e}");
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let whole_digits = value.abs().log10().floor().max(0.0) + 1.0;
    let decimals = (0..6).rev().find(|n| f64::from(*n) + whole_digits <= 6.0).unwrap_or(0);
    let text = format!("{value:.*}", usize::try_from(decimals).unwrap_or(0));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_have_six_digits() {
        let cases = [
            (5.0, "5"),
            (0.1 + 0.2, "0.3"),
            (-2.345_678_9, "-2.34568"),
            (1234.5678, "1234.57"),
            (1_234_567.5, "1234568"),
            (123_456_789.0, "123456789"),
            (1_763_886_079_000_000.0, "1763886079000000"),
            (0.000_012_3, "1.23000e-5"),
            (f64::NAN, "gap"),
        ];
        for (number, text) in cases {
            assert_eq!(value(number), text);
        }
    }

    /// What std writes in the same places: its shortest digits may be others, but are as many.
    fn as_std(value: f64) -> String {
        match value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
            true => value.to_string(),
            false => format!("{value:e}"),
        }
    }

    #[test]
    fn exact_has_an_exponent_where_digits_would_be_zeros() {
        let near = |value: f64| [value.next_down(), value, value.next_up()];
        let values = [0.0, 1e-5, 1e-4, 1.0, 1e15, 1e16, 1e17, 5e-324, f64::MAX, f64::INFINITY];
        for value in values.into_iter().flat_map(near).flat_map(|value| [value, -value]) {
            let (found, wanted) = (exact(value), as_std(value).replace("NaN", "nan"));
            assert_eq!(found, wanted, "{value:e}");
        }
        assert_eq!(exact(1_304_807_806_272_673.2), "1304807806272673.2");
    }

    proptest! {
        #[test]
        fn exact_reads_back_as_the_same_number_and_is_as_short_as_std(
            value in prop_oneof![any::<f64>(), (-1_000_000_i64..1_000_000).prop_map(|n| n as f64 / 1000.0)]
        ) {
            prop_assume!(!value.is_nan());
            let text = exact(value);
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{}", text);
            prop_assert_eq!(text.len(), as_std(value).len());
        }
    }
}
