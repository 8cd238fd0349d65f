//! Lines that are not drawn: each is reported with the options that would draw it, or is a mark. How many of them are reported
//! one by one is left to `problems`, the options to `proposal`.

use std::time::Instant;

use super::Sampler;
use crate::input::grammar::cells::comma::is_behind_points;
use crate::input::grammar::refusal::{COMMA, COMMA_BEHIND_POINTS, COMMA_IN_QUOTES, MATCH, Refusal};
use crate::input::grammar::{Verdict, clean};
use crate::input::proposal;

impl Sampler {
    /// Reports a line that the grammar refuses, with the options that would draw it.
    pub(super) fn refuse(&mut self, refusal: Refusal, text: &[u8], number: u64, now: Instant) {
        use Refusal::{Cells, Comma, Fortran, Groups, Hexadecimal, NoNames, NotUnderstood};
        self.counts.rejected += 1;
        let Self { problems, grammar, schema, .. } = self;
        let (clean, tables) = (clean(text), &grammar.tables);
        let line = clean.trim_ascii();
        let cut = || proposal::cut(line, tables);
        // A header in force has names already.
        let may_name = matches!(refusal, NoNames | Comma) && !tables.has_header();
        let refusal = match refusal {
            NoNames if cut().is_some() => Cells,
            NoNames => NotUnderstood,
            other => other,
        };
        problems.report(refusal, number, now, |proposals| match refusal {
            _ if grammar.has_pattern() => None,
            Hexadecimal | Fortran => None,
            Cells => cut(),
            Groups => Some(proposal::groups(line)),
            Comma if tables.has_commas() && line.contains(&b'"') => {
                Some(COMMA_IN_QUOTES.to_owned())
            }
            Comma => {
                let own = if is_behind_points(line) { COMMA_BEHIND_POINTS } else { COMMA };
                let options = proposals.options(line, may_name, schema.given());
                Some(format!("{own}; else {}", options.as_deref().unwrap_or(MATCH)))
            }
            _ => proposals.options(line, may_name, schema.given()),
        });
    }

    /// Reports a row that cannot be drawn.
    pub(super) fn reject(&mut self, refusal: Refusal, line: u64, now: Instant) {
        self.counts.rejected += 1;
        self.problems.report(refusal, line, now, |_| None);
    }

    /// Rejects the lines that were kept as possible headers and are none. With `--marks` they are marks where they came.
    pub(super) fn reject_headers(&mut self, now: Instant) {
        for (line, text, refusal) in self.grammar.take_unread() {
            let place = self.marks.as_ref().and_then(|marks| marks.place(line));
            match place.filter(|_| self.is_mark(Verdict::Refused(refusal), &text)) {
                Some(place) => self.add_mark(&text, place),
                None => self.refuse(refusal, &text, line, now),
            }
        }
    }
}
