//! How a whole number is written in an option; what is none is refused in a user's words.

use std::fmt::Display;
use std::str::FromStr;

/// A parser of whole numbers that are not below `least`, for clap's `value_parser`.
pub fn at_least<T: Number>(least: T) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|number| *number >= least);
        number.ok_or_else(|| format!("write a whole number, at least {least}"))
    }
}

/// A parser of whole numbers from `least` to `most`, for clap's `value_parser`.
pub fn within<T: Number>(
    least: T,
    most: T,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("write a whole number from {least} to {most}"))
    }
}

/// An integer type.
pub trait Number: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static {}

impl<T: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static> Number for T {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_or_out_of_range_is_refused_in_words() {
        assert_eq!(at_least(1_u64)("7"), Ok(7));
        let refused = Err("write a whole number, at least 1".to_owned());
        assert_eq!(at_least(1_u64)("0"), refused);
        assert_eq!(at_least(1_u64)("99999999999999999999"), refused);
        assert_eq!(within(0_u16, 65535)("0"), Ok(0));
        let refused = Err("write a whole number from 0 to 65535".to_owned());
        for text in ["65536", "x", "", "-1", "1.5"] {
            assert_eq!(within(0_u16, 65535)(text), refused, "{text}");
        }
    }
}
