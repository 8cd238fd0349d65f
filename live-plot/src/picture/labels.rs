//! The texts of an axis' marks: decimal numbers in one unit, each with the digits that tell it from its neighbours. What all
//! of them share is written once. Pure. Where marks are is left to `marks`, times to `time_marks`.

/// A label with more digits than this is split: what all labels share is shown once, as an offset.
const DIGITS: usize = 6;

/// Units that take the prefixes of labels: `20k` of them is `20 kB`.
const PREFIXED: [&str; 12] = ["B", "bit", "Hz", "Wh", "Ah", "VA", "W", "V", "A", "J", "Pa", "Ω"];

/// The labels of numbers of so many units of 10^power, from the least to the greatest, and what is to be added to each.
pub(super) fn of(units: &[i128], power: i32) -> (Vec<String>, Option<String>) {
    let (least, most) = units.first().copied().zip(units.last().copied()).unwrap_or_default();
    let longest = digits(least).max(digits(most));
    let base = if longest > DIGITS { base(least, most) } else { 0 };
    let largest = (least - base).abs().max((most - base).abs());
    let unit = Unit::of(largest, power);
    let labels = units.iter().map(|units| unit.label(units - base, power)).collect();
    (labels, (base != 0).then(|| offset(base, power)))
}

/// The label of a positive number whose neighbours are many times smaller or larger: it has a unit of its own.
pub(super) fn alone(units: i128, power: i32) -> String {
    Unit::of(units, power).label(units, power)
}

/// A label with the unit of the values.
pub(super) fn in_unit(label: &str, unit: &str) -> String {
    let base = unit.strip_suffix("/s").unwrap_or(unit);
    let prefix = label.find(['k', 'M', 'G', 'T']).filter(|_| PREFIXED.contains(&base));
    let (number, prefix) = label.split_at(prefix.unwrap_or(label.len()));
    format!("{number} {prefix}{unit}")
}

/// The round number below `least` that all numbers up to `most` share.
fn base(least: i128, most: i128) -> i128 {
    let mut round = 1;
    while round < most - least {
        round *= 10;
    }
    least.div_euclid(round) * round
}

/// An offset with all its digits, for example `+1.763886e15`.
fn offset(base: i128, power: i32) -> String {
    let sign = if base < 0 { '-' } else { '+' };
    let text = base.unsigned_abs().to_string();
    let exponent = power + last_place(text.len());
    let digits = text.trim_end_matches('0');
    if (0..6).contains(&exponent) && digits.len() <= DIGITS + 2 {
        return format!(
            "{sign}{}",
            decimal(base.abs(), power, 0).trim_end_matches('0').trim_end_matches('.')
        );
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{exponent}")
}

fn digits(number: i128) -> usize {
    number.unsigned_abs().to_string().len()
}

/// The place of a number's first digit, counted from its last one.
fn last_place(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX) - 1
}

/// The power of ten in which all labels of an axis are written, and how it is shown after each.
struct Unit {
    power: i32,
    suffix: String,
}

impl Unit {
    /// The unit for numbers up to `largest` times 10^power.
    fn of(largest: i128, power: i32) -> Self {
        let exponent = power + last_place(digits(largest));
        let (power, suffix) = match exponent {
            -5..4 => (0, String::new()),
            // `99998` is shorter than `99.998k`.
            4..6 if power < 2 => (0, String::new()),
            4..6 => (3, "k".to_owned()),
            6..9 => (6, "M".to_owned()),
            9..12 => (9, "G".to_owned()),
            12..15 => (12, "T".to_owned()),
            _ => (exponent, format!("e{exponent}")),
        };
        Self { power, suffix }
    }

    fn label(&self, units: i128, power: i32) -> String {
        match units {
            0 => "0".to_owned(),
            _ => decimal(units, power, self.power) + &self.suffix,
        }
    }
}

/// `units`·10^power in units of 10^unit, as a decimal number without rounding.
fn decimal(units: i128, power: i32, unit: i32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = units.unsigned_abs().to_string();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let decimals = unit - power;
    if decimals <= 0 {
        return format!("{sign}{digits}{}", zeros(-decimals));
    }
    let padded = zeros(decimals - last_place(digits.len())) + &digits;
    let point = padded.len() - usize::try_from(decimals).unwrap_or(0);
    format!("{sign}{}.{}", &padded[..point], &padded[point..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_takes_the_prefix_of_the_number() {
        assert_eq!(in_unit("20k", "B/s"), "20 kB/s");
        assert_eq!(in_unit("2.0M", "W"), "2.0 MW");
        assert_eq!(in_unit("0.4", "V"), "0.4 V");
        assert_eq!(in_unit("4e18", "B"), "4e18 B");
        // What has a prefix takes no second one, and not every unit takes one.
        assert_eq!(in_unit("20k", "ms"), "20k ms");
        assert_eq!(in_unit("20k", "MiB"), "20k MiB");
        assert_eq!(in_unit("100", "%"), "100 %");
    }

    #[test]
    fn a_number_alone_is_as_short_as_among_others() {
        let labels: Vec<String> = (-6..17).step_by(2).map(|power| alone(5, power)).collect();
        let short = "5e-6 0.0005 0.05 5 500 50k 5M 500M 50G 5T 500T 5e16";
        assert_eq!(labels.join(" "), short);
        for (power, label) in (-6..17).step_by(2).zip(labels) {
            assert_eq!(of(&[5], power), (vec![label], None));
        }
    }
}
