//! What is wrong with a line, and how often that is reported: so many lines a second one by one, the rest by their number.

use std::time::{Duration, Instant};

use common::throttle::Throttle;

use super::proposal::Proposals;

/// How many bad lines a second are reported one by one; the others are counted.
const MAX_REPORTED: u32 = 10;

/// Why a line is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    NoNumber,
    NotUnderstood,
    Cells,
    Groups,
    Comma,
    CommaBehindPoints,
    CommaInQuotes,
    Hexadecimal,
    Fortran,
    Torn,
    LongRow,
    NoTime,
    BadTime,
    BackInTime,
}

impl Problem {
    const ALL: [Self; 14] = [
        Self::NoNumber,
        Self::NotUnderstood,
        Self::Cells,
        Self::Groups,
        Self::Comma,
        Self::CommaBehindPoints,
        Self::CommaInQuotes,
        Self::Hexadecimal,
        Self::Fortran,
        Self::Torn,
        Self::LongRow,
        Self::NoTime,
        Self::BadTime,
        Self::BackInTime,
    ];

    /// The ways out for a decimal comma, for one behind points, and for one in quotes between commas.
    pub(super) const COMMA: &'static str = "if its comma is a decimal point, run its program with LC_ALL=C or put sed -u y/,/./ before live-plot";
    pub(super) const COMMA_BEHIND_POINTS: &'static str = r"if its comma is a decimal point, put sed -uE ':a;s/([0-9])[.]([0-9]{3}[.,])/\1\2/;ta;y/,/./' before live-plot";

    pub(super) const COMMA_IN_QUOTES: &'static str = r#"if its comma is a decimal point, put sed -uE 's/"([-+]?[0-9][^",]*),([0-9][^",]*)"/\1.\2/g' before live-plot"#;

    /// The way out for an exponent of Fortran, which a cell of a row may have, too.
    pub(super) const FORTRAN: &'static str =
        r"put sed -uE 's/([0-9.])[Dd]([-+])/\1e\2/g' before live-plot";

    /// The ways out for `<5`, between commas or blanks and in `x=<5`.
    pub(super) const BOUND: &'static str =
        r"put sed -uE 's/[<>~]=?([0-9])/\1/g' before live-plot to draw bounds as numbers";
    pub(super) const BOUND_OF_NAME: &'static str =
        r"put sed -uE 's/=?[<>~]=?([0-9])/=\1/g' before live-plot to draw bounds as numbers";

    /// The way out for `1 234`, alone on a line or in a cell.
    pub(super) const BLANKS: &'static str = r"if blanks part the groups of one, put sed -uE ':a;s/([0-9]) ([0-9]{3})\b/\1\2/;ta' before live-plot";

    /// The way out for a hexadecimal number, which may stand where a series had another one.
    pub(super) const HEXADECIMAL: &'static str =
        "put perl -pe '$|=1;s/0x[0-9a-f]+/hex $&/gie' before live-plot";

    /// The way out where no option could be made for the line.
    pub(super) const MATCH: &'static str =
        "--match says which of its numbers to draw, with a group (?<NAME>…) for each";

    /// What is wrong, and the way out.
    fn text(self) -> &'static str {
        match self {
            Self::NoNumber => "Input must be a number.",
            Self::NotUnderstood => {
                "The line is not understood; --match says which of its numbers to draw, with a group (?<NAME>…) for each."
            }
            Self::Cells => "The line has more or fewer cells than its table: not drawn.",
            Self::Groups => {
                "The line may be one number in groups of three digits or several: --names A, or --names A,B, decides."
            }
            Self::Comma => {
                "The line is not understood: if its comma is a decimal point, run its program with LC_ALL=C or put sed -u y/,/./ before live-plot; else --names or --match says which of its numbers to draw."
            }
            Self::CommaBehindPoints => {
                r"The line is not understood: if its comma is a decimal point, put sed -uE ':a;s/([0-9])[.]([0-9]{3}[.,])/\1\2/;ta;y/,/./' before live-plot; else --match says which of its numbers to draw."
            }
            Self::CommaInQuotes => {
                r#"The line is not understood: if its comma is a decimal point, put sed -uE 's/"([-+]?[0-9][^",]*),([0-9][^",]*)"/\1.\2/g' before live-plot."#
            }
            Self::Hexadecimal => {
                "The line is not understood: hexadecimal numbers are not read; put perl -pe '$|=1;s/0x[0-9a-f]+/hex $&/gie' before live-plot."
            }
            Self::Fortran => {
                "The line is not understood: an exponent begins with e; put sed -uE 's/([0-9.])[Dd]([-+])/\\1e\\2/g' before live-plot."
            }
            Self::Torn => {
                "The JSON that begins here does not end, or is longer than 4 MiB, so it is not drawn; --match 'took (?<ms>[0-9.]+)' says which of its numbers to draw."
            }
            Self::LongRow => {
                "A number of more than 15 digits cannot name a row: --match with a group (?<name>[0-9]+) keeps them all."
            }
            Self::NoTime => "The line has no time in the column of --time.",
            Self::BadTime => {
                "The time is not understood; write RFC 3339, 2026-11-25 17:00:00, 17:00:00, or seconds since 1970."
            }
            Self::BackInTime => "The line's time is before the last one's.",
        }
    }

    /// The same with options that were made for the line, and tried on it.
    fn text_with(self, options: &str) -> String {
        match self {
            Self::Comma => format!("The line is not understood: {}; else {options}.", Self::COMMA),
            Self::CommaBehindPoints => format!(
                "The line is not understood: {}; else {options}.",
                Self::COMMA_BEHIND_POINTS
            ),
            Self::Cells => format!("The line has {options}."),
            Self::Torn => {
                format!(
                    "The JSON that begins here does not end, or is longer than 4 MiB, so it is not drawn; {options}."
                )
            }
            Self::Groups => format!(
                "The line may be one number in groups of three digits, or several: {options}."
            ),
            _ => format!("The line is not understood; {options}."),
        }
    }

    /// The same where the options have been written.
    fn text_again(self) -> &'static str {
        match self {
            Self::Cells | Self::Groups => self.text(),
            _ => "The line is not understood; the same way out draws it.",
        }
    }
}

/// The warnings about lines.
#[derive(Debug)]
pub(super) struct Problems {
    warnings: Vec<String>,
    throttle: Throttle,
    proposals: Proposals,
    /// How many lines were not reported, by what is wrong with them.
    suppressed: [u64; Problem::ALL.len()],
    /// Lines are typed at a prompt, where a line's number is of no use.
    is_typed: bool,
}

impl Problems {
    pub(super) fn new(is_typed: bool) -> Self {
        Self {
            warnings: Vec::new(),
            proposals: Proposals::default(),
            throttle: Throttle::new(MAX_REPORTED, Duration::from_secs(1)),
            suppressed: [0; Problem::ALL.len()],
            is_typed,
        }
    }

    /// Reports the line with this number, with options that are made for it, or counts it.
    pub(super) fn report(
        &mut self,
        problem: Problem,
        line: u64,
        now: Instant,
        options: impl FnOnce(&mut Proposals) -> Option<String>,
    ) {
        self.report_suppressed(now);
        if self.throttle.admit(now) {
            let text = match options(&mut self.proposals) {
                Some(options) if self.proposals.is_made(&options) => {
                    problem.text_again().to_owned()
                }
                Some(options) => problem.text_with(&options),
                None => problem.text().to_owned(),
            };
            let place = if self.is_typed { String::new() } else { format!(" (line {line})") };
            self.warnings.push(format!("{text}{place}"));
        } else {
            self.suppressed[problem as usize] += 1;
        }
    }

    /// Warns how many lines were not reported, once their second is over.
    pub(super) fn report_suppressed(&mut self, now: Instant) {
        if self.throttle.take_suppressed(now).is_none() {
            return;
        }
        for (problem, count) in Problem::ALL.into_iter().zip(std::mem::take(&mut self.suppressed)) {
            if count > 0 {
                self.warnings.push(format!("{} ({count} more such lines)", problem.text()));
            }
        }
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    /// The warnings since the last call.
    pub(super) fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_for_a_line_are_written_once() {
        let mut problems = Problems::new(false);
        let now = common::clock::now();
        for (line, problem) in
            [Problem::NotUnderstood, Problem::NotUnderstood, Problem::Comma].into_iter().enumerate()
        {
            let options =
                format!("--names {} draws its cells", if line < 2 { "a,b" } else { "a,b,c" });
            problems.report(problem, line as u64, now, |_| Some(options));
        }
        assert_eq!(
            problems.take(),
            [
                "The line is not understood; --names a,b draws its cells. (line 0)",
                "The line is not understood; the same way out draws it. (line 1)",
                &format!(
                    "The line is not understood: {}; else --names a,b,c draws its cells. (line 2)",
                    Problem::COMMA
                ),
            ]
        );
    }

    #[test]
    fn a_flood_is_counted_by_what_is_wrong() {
        let mut problems = Problems::new(false);
        let now = common::clock::now();
        (0..10).for_each(|line| problems.report(Problem::NoNumber, line, now, |_| None));
        assert_eq!(problems.take()[9], "Input must be a number. (line 9)");
        (0..7).for_each(|line| problems.report(Problem::NoNumber, line, now, |_| None));
        (0..3).for_each(|line| problems.report(Problem::BackInTime, line, now, |_| None));
        problems.report_suppressed(now + Duration::from_secs(1));
        assert_eq!(
            problems.take(),
            [
                "Input must be a number. (7 more such lines)",
                "The line's time is before the last one's. (3 more such lines)"
            ]
        );
    }
}
