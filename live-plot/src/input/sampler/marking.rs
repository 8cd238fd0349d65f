//! With `--marks`: which lines are marks, and where each stands. What is kept of them is left to `input::marks`.

use std::time::Instant;

use super::Sampler;
use crate::input::grammar::{Verdict, clean, remark};
use crate::input::marks::Place;
use crate::input::problems::Problem;

impl Sampler {
    /// With `--marks`: whether a line that is refused is one.
    pub(super) fn is_mark(&self, verdict: Verdict, line: &[u8]) -> bool {
        use Verdict::{Comment, NoNames, NoNumber, NotUnderstood};
        let is_refused = matches!(verdict, Comment | NoNumber | NotUnderstood | NoNames);
        // What --match finds no number in may have some elsewhere.
        let is_wordy = || self.grammar.has_pattern() || remark::is_remark(clean(line).trim_ascii());
        self.marks.is_some() && is_refused && is_wordy()
    }

    /// Takes a line as a mark at its own time, if it has one, else where it came.
    pub(super) fn mark(&mut self, line: &[u8], now: Instant) {
        let clean = clean(line);
        let line = clean.trim_ascii();
        match self.mark_place(line) {
            Ok(place) => self.add_mark(line, place),
            Err(problem) => self.reject(problem, self.counts.lines, now),
        }
    }

    fn mark_place(&mut self, line: &[u8]) -> Result<Place, Problem> {
        if self.grammar.has_pattern() {
            let reading = std::mem::take(&mut self.grammar.reading);
            let time = reading.rows().next().map(|row| self.time(row, &reading));
            self.grammar.reading = reading;
            match time {
                Some(Ok(time)) if !time.is_nan() => return Ok(Place::At(time)),
                Some(Err(problem)) if problem != Problem::NoTime => return Err(problem),
                _ => {}
            }
        }
        let own = self.timestamps.as_mut().and_then(|times| times.beside(remark::time(line)?));
        Ok(own.map_or_else(|| self.here(), Place::At))
    }

    pub(super) fn add_mark(&mut self, line: &[u8], place: Place) {
        let is_timed = self.timestamps.is_some();
        if let Some(marks) = &mut self.marks {
            marks.add(line, is_timed, place);
        }
    }

    /// Where a line came: before the first timestamp at that one.
    fn here(&self) -> Place {
        match self.timestamps {
            Some(_) => Place::At(self.latest.max(0.0)),
            None => Place::After(self.rows.len()),
        }
    }

    /// Remembers where a line came that may be a header, or a mark.
    pub(super) fn wait_for_header(&mut self) {
        let (line, place) = (self.counts.lines, self.here());
        if let Some(marks) = &mut self.marks
            && self.grammar.tables.newest_candidate() == Some(line)
        {
            marks.wait(line, place);
        }
    }
}
