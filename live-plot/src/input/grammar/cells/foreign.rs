//! Numbers that are written in a way that is not read: hexadecimal ones, and those with the exponent of Fortran. They are
//! no names either, and no decimal numbers.

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Foreign {
    Hexadecimal,
    Fortran,
}

impl Foreign {
    /// How a word is written, if it is such a number.
    pub(in crate::input) fn of(word: &[u8]) -> Option<Self> {
        let word = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
        let digits = word.strip_prefix(b"0x").or_else(|| word.strip_prefix(b"0X"));
        if digits
            .is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit))
        {
            return Some(Self::Hexadecimal);
        }
        let at = memchr::memchr2(b'D', b'd', word)?;
        let (mantissa, exponent) = (&word[..at], &word[at + 1..]);
        let is_mantissa =
            mantissa.first().is_some_and(|first| first.is_ascii_digit() || *first == b'.')
                && mantissa.contains(&b'.')
                && mantissa.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let digits = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-"))?;
        let is_exponent = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        (is_mantissa && is_exponent).then_some(Self::Fortran)
    }

    /// How numbers of the line are written, if all of its other words are numbers; a Fortran exponent is unlike any word.
    pub(in crate::input) fn on(line: &[u8], is_number: impl Fn(&[u8]) -> bool) -> Option<Self> {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;=:()[]".contains(byte);
        let words = || line.split(ends).filter(|word| !word.is_empty());
        if words().any(|word| Self::of(word) == Some(Self::Fortran)) {
            return Some(Self::Fortran);
        }
        let mut has_any = false;
        let are_all = words().all(|word| {
            let is_hexadecimal = Self::of(word).is_some();
            has_any |= is_hexadecimal;
            is_hexadecimal || is_number(word)
        });
        (are_all && has_any).then_some(Self::Hexadecimal)
    }
}

/// Whether the word is a hexadecimal number: `0x1F`.
pub(in crate::input) fn is_hexadecimal(word: &[u8]) -> bool {
    Foreign::of(word) == Some(Foreign::Hexadecimal)
}

/// Whether the digits are those of a hexadecimal number as the kernel pads them: `00000000` of /proc/net/route.
pub(in crate::input) fn is_padded(word: &[u8]) -> bool {
    matches!(word.len(), 8 | 16) && word[0] == b'0' && word.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_numbers_and_exponents_of_fortran_are_known() {
        for (word, expected) in [
            ("0x1F", Some(Foreign::Hexadecimal)),
            ("-0XAB", Some(Foreign::Hexadecimal)),
            ("1.5D+03", Some(Foreign::Fortran)),
            ("-.5d-01", Some(Foreign::Fortran)),
            ("0x", None),
            ("0x1G", None),
            ("1.5D", None),
            ("5D+03", None),
            ("1D12h", None),
            ("SD-5", None),
        ] {
            assert_eq!(Foreign::of(word.as_bytes()), expected, "{word}");
        }
        assert!(is_padded(b"00000000") && is_padded(b"0000000000000010"));
        assert!(!is_padded(b"10000000") && !is_padded(b"0000000") && !is_padded(b"0000.000"));
    }

    #[test]
    fn a_line_is_hexadecimal_if_its_other_words_are_numbers() {
        let on =
            |line: &str| Foreign::on(line.as_bytes(), |word| word.iter().all(u8::is_ascii_digit));
        assert_eq!(on("0x1F"), Some(Foreign::Hexadecimal));
        assert_eq!(on("1, 0x20"), Some(Foreign::Hexadecimal));
        assert_eq!(on("E= -0.5D+02"), Some(Foreign::Fortran));
        assert_eq!(on("entry 0x400805f0"), None);
        assert_eq!(on("1 2"), None);
    }
}
