//! Lines that are not drawn: each is reported with the options that would draw it, or is a mark. How many of them are reported
//! one by one is left to `problems`, the options to `proposal`.

use std::time::Instant;

use super::Sampler;
use crate::input::grammar::{Verdict, clean};
use crate::input::problems::Problem;
use crate::input::proposal;

impl Sampler {
    /// Reports a line that the grammar refuses, with the options that would draw it.
    pub(super) fn refuse(&mut self, verdict: Verdict, text: &[u8], number: u64, now: Instant) {
        let problem = match verdict {
            Verdict::Silent | Verdict::Comment | Verdict::Read | Verdict::PassedOver => return,
            Verdict::NoNumber => Problem::NoNumber,
            Verdict::NotUnderstood | Verdict::NoNames => Problem::NotUnderstood,
            Verdict::Cells => Problem::Cells,
            Verdict::Groups => Problem::Groups,
            Verdict::Comma => Problem::Comma,
            Verdict::CommaBehindPoints => Problem::CommaBehindPoints,
            Verdict::Hexadecimal => Problem::Hexadecimal,
            Verdict::Fortran => Problem::Fortran,
            Verdict::Torn => Problem::Torn,
        };
        self.counts.rejected += 1;
        let Self { problems, grammar, schema, .. } = self;
        let (clean, tables) = (clean(text), &grammar.tables);
        let line = clean.trim_ascii();
        let cut = || proposal::cut(line, tables);
        let problem = match verdict {
            Verdict::NoNames if cut().is_some() => Problem::Cells,
            Verdict::Comma if tables.has_commas() && line.contains(&b'"') => Problem::CommaInQuotes,
            _ => problem,
        };
        problems.report(problem, number, now, |proposals| match problem {
            _ if grammar.has_pattern() => None,
            Problem::Cells => cut(),
            Problem::Groups => Some(proposal::groups(line)),
            Problem::NoNumber
            | Problem::NotUnderstood
            | Problem::Torn
            | Problem::Comma
            | Problem::CommaBehindPoints => {
                // A header in force has names already.
                let may_name = matches!(verdict, Verdict::NoNames | Verdict::Comma);
                proposals.options(line, may_name && !tables.has_header(), schema.given())
            }
            _ => None,
        });
    }

    /// Reports a row that cannot be drawn.
    pub(super) fn reject(&mut self, problem: Problem, line: u64, now: Instant) {
        self.counts.rejected += 1;
        self.problems.report(problem, line, now, |_| None);
    }

    /// Rejects the lines that were kept as possible headers and are none. With `--marks` they are marks where they came.
    pub(super) fn reject_headers(&mut self, now: Instant) {
        for (line, text, verdict) in self.grammar.take_unread() {
            let place = self.marks.as_ref().and_then(|marks| marks.place(line));
            match place.filter(|_| self.is_mark(verdict, &text)) {
                Some(place) => self.add_mark(&text, place),
                None => self.refuse(verdict, &text, line, now),
            }
        }
    }
}
