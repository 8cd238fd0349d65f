//! With `--marks`: which lines are marks, and where each stands. A time that a line begins with is taken off its text only
//! if the mark stands at that time. What is kept of them is left to `input::marks`.

use std::time::Instant;

use super::Sampler;
use super::time::written;
use crate::input::grammar::cells::measure::Measure;
use crate::input::grammar::cells::moment::{Moment, Written};
use crate::input::grammar::refusal::Refusal;
use crate::input::grammar::{Verdict, clean, remark};
use crate::input::marks::Place;
use crate::input::schema::{Name, Role};
use crate::input::timestamp::Timestamps;

impl Sampler {
    /// With `--marks`: whether a line that is refused is one.
    pub(super) fn is_mark(&self, verdict: Verdict, line: &[u8]) -> bool {
        use Refusal::{NoNames, NoNumber, NotUnderstood};
        let is_refused = matches!(
            verdict,
            Verdict::Comment | Verdict::Refused(NoNumber | NotUnderstood | NoNames)
        );
        // What --match finds no number in may have some elsewhere.
        let is_wordy = || self.grammar.has_pattern() || remark::is_remark(clean(line).trim_ascii());
        self.marks.is_some() && is_refused && is_wordy()
    }

    /// Takes a line as a mark at its own time, if it has one, else where it came.
    pub(super) fn mark(&mut self, line: &[u8], now: Instant) {
        let clean = clean(line);
        let line = clean.trim_ascii();
        match self.mark_place(line) {
            Ok((text, place)) => self.add_mark(text, place),
            Err(refusal) => self.reject(refusal, self.counts.lines, now),
        }
    }

    /// What of a line is the text, and where it stands.
    fn mark_place<'a>(&mut self, line: &'a [u8]) -> Result<(&'a [u8], Place), Refusal> {
        if self.grammar.has_pattern() {
            let reading = std::mem::take(&mut self.grammar.reading);
            let time = self.time(reading.items(), &reading);
            self.grammar.reading = reading;
            match time {
                Ok(time) if !time.is_nan() => return Ok((remark::rest(line), Place::At(time))),
                Err(refusal) if refusal != Refusal::NoTime => return Err(refusal),
                _ => {}
            }
        }
        let own = |times: &mut Timestamps| {
            times.beside(Written::Moment(Moment::whole(remark::time(line)?)?))
        };
        Ok(match self.timestamps.as_mut().and_then(own) {
            Some(time) => (remark::rest(line), Place::At(time)),
            None => (line, Place::After(self.rows.len())),
        })
    }

    /// Takes a line that begins with a number that is its time, and has no other one: `1763886080 deploy`. Where the samples
    /// have elapsed seconds, any number could be one: there only what stands in the column of the time is.
    pub(super) fn takes_numbered_mark(&mut self, line: &[u8]) -> bool {
        if self.marks.is_none() || self.grammar.has_pattern() {
            return false;
        }
        let Some(timestamps) = &mut self.timestamps else { return false };
        let clean = clean(line);
        let Some((number, text)) = remark::numbered(clean.trim_ascii()) else { return false };
        let name = self.grammar.tables.name(0);
        let in_column = matches!(self.schema.role(Name::bare(name), false), Role::Time(_));
        let written = match in_column {
            true => written(Measure { value: number, unit: None }, name),
            false => Some(Written::Number(number)).filter(|_| timestamps.is_absolute()),
        };
        let Some(time) = written.and_then(|written| timestamps.beside(written)) else {
            return false;
        };
        self.add_mark(text, Place::At(time));
        true
    }

    pub(super) fn add_mark(&mut self, text: &[u8], place: Place) {
        if let Some(marks) = &mut self.marks {
            marks.add(text, place);
        }
    }

    /// Remembers where a line came that may be a header, or a mark.
    pub(super) fn wait_for_header(&mut self) {
        let line = self.counts.lines;
        if let Some(marks) = &mut self.marks
            && self.grammar.tables.newest_candidate() == Some(line)
        {
            marks.wait(line, Place::After(self.rows.len()));
        }
    }
}
