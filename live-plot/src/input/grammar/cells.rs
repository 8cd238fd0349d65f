//! What a cell is: a number, a time, nothing, figures or a word; and which of these a line has.

pub(in crate::input) mod bare;
pub(in crate::input) mod calendar;
pub(in crate::input) mod comma;
pub(in crate::input) mod delimiter;
pub(super) mod duration;
pub(in crate::input) mod foreign;
pub(in crate::input) mod groups;
pub(in crate::input) mod measure;
pub(in crate::input) mod moment;
pub(in crate::input) mod number;
pub(in crate::input) mod unit;

use delimiter::Delimiter;
use foreign::Foreign;
use measure::Measure;
use moment::Moment;

/// What a cell of a table is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Number(Measure),
    Empty,
    /// A date, a clock time or both.
    Time,
    /// Digits and marks, but no number that is read: `1/234`, `0,5` between blanks, `--:--:--`, `>`, `0x1F`.
    Figures,
    Word,
}

/// What the cell is, in a table of this delimiter.
pub(super) fn kind(cell: &[u8], delimiter: Delimiter) -> Kind {
    if delimiter.is_semicolon()
        && let Some(value) = pointed(cell)
    {
        return Kind::Number(Measure { value, unit: None });
    }
    if delimiter == Delimiter::SemicolonAndComma
        && let Some(measure) = comma::grouped_by_points(cell)
    {
        return Kind::Number(measure);
    }
    let is_padded = foreign::is_padded(cell);
    // Nearly every cell is digits.
    if let Some((value, length)) = number::prefix(cell)
        && length == cell.len()
        && !(is_padded && matches!(delimiter, Delimiter::Blanks | Delimiter::Tab))
    {
        return Kind::Number(Measure { value, unit: None });
    }
    if is_empty(cell) {
        return Kind::Empty;
    }
    // Without a digit it is no number, but those that were found above, nor a time.
    if cell.first().is_some_and(u8::is_ascii_alphabetic) && !cell.iter().any(u8::is_ascii_digit) {
        return Kind::Word;
    }
    if is_padded || Foreign::of(cell).is_some() {
        return Kind::Figures;
    }
    let is_quoted = matches!(delimiter, Delimiter::Comma | Delimiter::Tab);
    let measure = measure::whole(cell)
        // `1,234` may be a number with a decimal comma in such a table.
        .filter(|_| !delimiter.is_semicolon() || !cell.contains(&b','))
        .or_else(|| (delimiter != Delimiter::Blanks).then(|| measure::below_zero(cell))?)
        .or_else(|| delimiter.is_semicolon().then(|| comma::decimal(cell))?)
        .or_else(|| is_quoted.then(|| comma::grouped_by_two(cell))?);
    if let Some(measure) = measure {
        return Kind::Number(measure);
    }
    // With a zone that is not known, or anything else behind it, a date is no name either.
    let has_date = || Moment::prefix(cell).is_some_and(|(moment, _)| moment.date.is_some());
    if Moment::whole(cell).is_some() || has_date() {
        Kind::Time
    } else if are_figures(cell) {
        Kind::Figures
    } else {
        Kind::Word
    }
}

/// Whether a cell has no letter: a counter, a duration, a sign. A path and an address of four numbers are words.
fn are_figures(cell: &[u8]) -> bool {
    let dots = cell.iter().filter(|byte| **byte == b'.').count();
    let has_letter = cell.iter().any(u8::is_ascii_alphabetic)
        || cell.utf8_chunks().any(|chunk| {
            chunk.valid().chars().any(char::is_alphabetic) || !chunk.invalid().is_empty()
        });
    !has_letter && dots != 3 && cell != b"/"
}

/// Whether no cell of the line is a number: it may be a header.
pub(super) fn are_words(line: &[u8]) -> bool {
    let delimiter = Delimiter::of(line);
    !delimiter.cells(line).any(|cell| matches!(kind(cell, delimiter), Kind::Number(_)))
}

/// Whether a cell of the line is a word.
pub(super) fn has_word(line: &[u8]) -> bool {
    let delimiter = Delimiter::of(line);
    delimiter.cells(line).any(|cell| kind(cell, delimiter) == Kind::Word)
}

/// Whether the line has three cells or more, and numbers are half of them: `/dev/vda 252G 43G /`.
pub(super) fn are_mostly_numbers(line: &[u8]) -> bool {
    let delimiter = Delimiter::of(line);
    let cells = delimiter.cells(line).map(|cell| matches!(kind(cell, delimiter), Kind::Number(_)));
    let (count, numbers) = cells
        .fold((0, 0), |(count, numbers), is_number| (count + 1, numbers + usize::from(is_number)));
    count > 2 && 2 * numbers >= count
}

/// Whether a word of the line is a number.
pub(in crate::input) fn has_number(line: &[u8]) -> bool {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;=:()[]{}|\"'".contains(byte);
    line.split(ends)
        .any(|word| !word.is_empty() && matches!(kind(word, Delimiter::Comma), Kind::Number(_)))
}

/// Whether the line is one word, a part of which begins with a digit and is no number: `512/300`, `x=1f`. Times, versions,
/// addresses and numbers in hexadecimal digits hold none.
pub(super) fn has_figures(line: &[u8]) -> bool {
    let begins = |part: &[u8]| part.first().is_some_and(u8::is_ascii_digit);
    let is_hash = |part: &[u8]| part.len() > 6 && part.iter().all(u8::is_ascii_hexdigit);
    let is_version = |part: &[u8]| part.iter().filter(|byte| **byte == b'.').count() > 1;
    !line.iter().any(u8::is_ascii_whitespace)
        && Moment::prefix(line).is_none()
        && line.split(|byte| b",;=:()[]{}|\"'".contains(byte)).any(|part| {
            begins(part) && !is_hash(part) && !is_version(part) && Foreign::of(part).is_none()
        })
}

/// Whether the cell is a number with the exponent of Fortran.
pub(in crate::input) fn is_fortran(cell: &[u8]) -> bool {
    Foreign::of(cell) == Some(Foreign::Fortran)
}

/// Whether a cell that is no number begins with one: `1.2kB / 0B`, `5 of 10`, `2/220`, `>100`, `(5)`.
pub(in crate::input) fn begins_with_number(cell: &[u8]) -> bool {
    let is_mark = |c: char| "<>~=≤≥≈±()".contains(c);
    let begins = |cell: &[u8]| {
        let text = String::from_utf8_lossy(cell);
        text.trim_start_matches(is_mark).starts_with(|c: char| c.is_ascii_digit())
    };
    let is_number = || measure::prefix(cell).is_some() || (are_figures(cell) && begins(cell));
    Moment::prefix(cell).is_none() && is_number()
}

/// The number that is all of the cell, with a decimal comma perhaps: the most common cell between semicolons.
fn pointed(cell: &[u8]) -> Option<f64> {
    let (value, end) = bare::number(cell, 0, b',')?;
    (end == cell.len() && !cell.ends_with(b",")).then_some(value)
}

/// Whether a cell says that there is nothing in it: vnlog and many tables write a dash, nvidia-smi `[N/A]`, kubectl
/// `<unknown>`.
pub(super) fn is_empty(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"-" | b"--" | b"null" | b"None" | b"\"\"")
        || matches!(cell, b"[Not Supported]" | b"<unknown>" | b"<none>")
        || is_not_available(cell)
}

/// Whether a text says that there is no number where one was expected, as `nan` does: `bitrate=N/A` of ffmpeg.
pub(super) fn is_not_available(text: &[u8]) -> bool {
    matches!(text, b"N/A" | b"n/a" | b"NA" | b"[N/A]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_letter_is_no_name() {
        for text in [
            "--:--:--",
            ">",
            "1/234",
            "(987.65)",
            "$",
            "1-02:03:04",
            "│",
            "0x1F",
            "1.5D+03",
            "00000000",
        ] {
            assert_eq!(kind(text.as_bytes(), Delimiter::Blanks), Kind::Figures, "{text}");
        }
        let zoned = b"2026-11-26 00:00:00 CET";
        assert_eq!(kind(zoned, Delimiter::Comma), Kind::Time);
        for text in ["/", "10.0.0.1", "%usr", "日", "a1"] {
            assert_eq!(kind(text.as_bytes(), Delimiter::Blanks), Kind::Word, "{text}");
        }
    }

    #[test]
    fn a_word_may_hold_figures() {
        for (line, expected) in [
            ("512/300", true),
            ("1-2", true),
            ("x=1f", true),
            ("1-0:1.7.0(01.193*kW)", true),
            ("12:30:01", false),
            ("10.0.0.1", false),
            ("3f2b1c4", false),
            ("v1.2", false),
            ("redis_version:7.2.4", false),
            ("clk_drv:0x00,q_drv:0x00", false),
            ("2 nd", false),
        ] {
            assert_eq!(has_figures(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_number_behind_a_mark_or_before_more_is_none_but_is_seen() {
        for (cell, expected) in [
            ("5MiB / 2GiB", true),
            ("2/220", true),
            (">100", true),
            ("≤5", true),
            ("(5)", true),
            ("1.2*", true),
            ("1-02:03:04", true),
            ("12:30:00", false),
            ("2026-11-26", false),
            ("10.0.0.1", false),
            (":::80", false),
            ("a1", false),
            ("--:--", false),
        ] {
            assert_eq!(begins_with_number(cell.as_bytes()), expected, "{cell}");
        }
    }

    #[test]
    fn an_amount_of_money_in_brackets_is_below_zero() {
        let value = |text: &str, delimiter| match kind(text.as_bytes(), delimiter) {
            Kind::Number(measure) => measure.value,
            _ => f64::NAN,
        };
        assert_eq!(value("($1,234.50)", Delimiter::Comma), -1234.5);
        assert_eq!(value("(345.00 €)", Delimiter::Tab), -345.0);
        assert_eq!(value("(1,234.50)", Delimiter::Comma), -1234.5);
        assert_eq!(value("$-5.20", Delimiter::Comma), -5.2);
        assert_eq!(value("+$1.00", Delimiter::Comma), 1.0);
        for (text, delimiter) in [
            ("(5)", Delimiter::Comma),
            ("(5.5)", Delimiter::Comma),
            ("($5)", Delimiter::Blanks),
            ("($5) x", Delimiter::Comma),
        ] {
            assert!(value(text, delimiter).is_nan(), "{text}");
        }
    }

    #[test]
    fn a_comma_is_the_decimal_sign_between_semicolons_alone() {
        let value = |text: &str, delimiter| match kind(text.as_bytes(), delimiter) {
            Kind::Number(measure) => measure.value,
            _ => f64::NAN,
        };
        assert_eq!(value("-0,375", Delimiter::Semicolon), -0.375);
        assert_eq!(value("1,234", Delimiter::Semicolon), 1.234);
        assert_eq!(value("0.5", Delimiter::Semicolon), 0.5);
        assert_eq!(value("1,234", Delimiter::Blanks), 1234.0);
        assert!(value("0,5", Delimiter::Blanks).is_nan());
        assert_eq!(value("1.234,5", Delimiter::Semicolon), 1234.5);
        assert_eq!(value("1.000", Delimiter::Semicolon.with_sign_of(b"5;1.000")), 1.0);
        assert_eq!(value("1.000", Delimiter::Semicolon.with_sign_of(b"1,5;1.000")), 1000.0);
    }
}
