//! The most common line, and nothing else: a number of at most fifteen digits, `-12.5`, and the LF behind it. A word of
//! eight bytes is read at once, so a flood of such lines costs little. All other numbers are left to `number`.

/// Ten to these powers is exact in a double, and so is a product or quotient of two exact doubles, once rounded
/// (Clinger 1990).
pub(super) const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Any number of so many digits is exact in a double.
const MOST_DIGITS: usize = 15;

/// The same byte in all eight places of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The number that is all of the line which the text begins with, and the line's length with its LF. `None` for any other
/// line.
pub(in crate::input) fn line(text: &[u8]) -> Option<(f64, usize)> {
    let (value, end) = number(text, 0, b'.')?;
    (text.get(end) == Some(&b'\n')).then_some((value, end + 1))
}

/// The number that begins at `at`, and where it ends.
#[inline]
pub(in crate::input) fn number(text: &[u8], at: usize, sign: u8) -> Option<(f64, usize)> {
    let is_negative = *text.get(at)? == b'-';
    let start = at + usize::from(is_negative);
    let (whole, mut end) = digits(text, start)?;
    let count = end - start;
    if !(1..=MOST_DIGITS).contains(&count) {
        return None;
    }
    let mut magnitude = exact(whole);
    if text.get(end) == Some(&sign) {
        let begin = end + 1;
        let fraction;
        (fraction, end) = digits(text, begin)?;
        let places = end - begin;
        if count + places > MOST_DIGITS {
            return None;
        }
        magnitude = exact(whole * WHOLE[places] + fraction) / POWERS[places];
    }
    Some((if is_negative { -magnitude } else { magnitude }, end))
}

/// A number of at most [`MOST_DIGITS`]. The processor converts signed ones at once.
fn exact(number: u64) -> f64 {
    number.cast_signed() as f64
}

/// Ten to these powers.
const WHOLE: [u64; MOST_DIGITS + 1] = {
    let mut powers = [1; MOST_DIGITS + 1];
    let mut at = 1;
    while at <= MOST_DIGITS {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The digits that begin at `at` as a number, and where they end; `None` if there are too many.
#[inline]
pub(in crate::input) fn digits(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let (first, length) = eight(text, at)?;
    if length < 8 {
        return Some((first, at + length));
    }
    let (second, length) = eight(text, at + 8)?;
    let both = first * WHOLE[length] + second;
    if length < 8 {
        return Some((both, at + 8 + length));
    }
    // A word holds any number of nineteen digits.
    let (third, length) = eight(text, at + 16)?;
    (length < 4).then(|| (both * WHOLE[length] + third, at + 16 + length))
}

/// The digits among the next eight bytes as a number, and how many there are.
#[inline]
fn eight(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let rest = text.get(at..)?;
    // Near the end zeros follow.
    let word = match (rest.first_chunk(), text.last_chunk()) {
        (Some(next), _) => u64::from_le_bytes(*next),
        (None, Some(last)) => {
            let missing = u32::try_from(8 * (8 - rest.len())).ok()?;
            u64::from_le_bytes(*last).checked_shr(missing).unwrap_or(0)
        }
        (None, None) => rest.iter().rfold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    // A digit becomes its value; the first byte above 9 ends the number. It alone is looked for: what is added to it may
    // carry into the bytes behind it.
    let values = word ^ (EACH * u64::from(b'0'));
    let others = (values.wrapping_add(EACH * (0x7f - 9)) | values) & (EACH << 7);
    let length = others.trailing_zeros() / 8;
    // The last digit is put into the highest byte, zeros before the first one.
    let values = values.checked_shl(64 - 8 * length).unwrap_or(0);
    // Two digits, four, eight (Lemire, "Quickly parsing eight digits", 2018).
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    const PAIR: u64 = 0x0000_00ff_0000_00ff;
    let upper = (pairs & PAIR).wrapping_mul(100 + (1_000_000 << 32));
    let lower = ((pairs >> 16) & PAIR).wrapping_mul(1 + (10_000 << 32));
    Some((upper.wrapping_add(lower) >> 32, usize::try_from(length).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::grammar::cells::number;
    use proptest::prelude::*;

    /// The line with enough behind it.
    fn read(text: &str) -> Option<(f64, usize)> {
        line(format!("{text}the next lines").as_bytes())
    }

    #[test]
    fn a_line_of_digits_is_a_number_and_any_other_is_left_alone() {
        for (text, value) in [
            ("0\n", 0.0),
            ("12345678\n", 12_345_678.0),
            ("-7\n", -7.0),
            ("123456789012345\n", 123_456_789_012_345.0),
            ("0.1\n", 0.1),
            ("5.\n", 5.0),
            ("-1234.5678\n", -1234.5678),
        ] {
            assert_eq!(read(text), Some((value, text.len())), "{text}");
        }
        for text in [
            "",
            "\n",
            "-\n",
            ".5\n",
            "1234567890123456\n",
            "1\r\n",
            "1 \n",
            "1e5\n",
            "+1\n",
            "1.2.3\n",
            "1_0\n",
            "nan\n",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!([line(b"1\n"), line(b"1")], [Some((1.0, 2)), None]);
    }

    proptest! {
        #[test]
        fn a_line_that_is_read_is_read_as_number_reads_it(
            text in "-?[0-9]{0,17}(\\.[0-9]{0,17})?[\n\r ex]", bytes in prop::collection::vec(any::<u8>(), 0..20)
        ) {
            for text in [text.as_bytes(), &bytes] {
                let text = [text, b"        "].concat();
                if let Some((value, length)) = line(&text) {
                    let expected = number::prefix(&text[..length - 1]);
                    let (expected, end) = expected.unwrap();
                    prop_assert_eq!((value.to_bits(), length - 1), (expected.to_bits(), end));
                    prop_assert_eq!(text[length - 1], b'\n');
                }
            }
        }
    }
}
