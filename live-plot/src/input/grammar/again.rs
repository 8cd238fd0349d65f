//! A line that differs from an earlier one in its plain numbers and its times alone is read as that one was, without a look
//! at the forms.
//!
//! Of a line that was read the slow way a skeleton is kept: what stands between its numbers and times, and to which cell
//! each of them went. No form tells that, nor whether it depends on them: it is found by trial. A copy of the grammar reads
//! the line with other numbers in the place of all, each another one, and where one of them turns up is that number's cell.
//! If more than that changes, each half of the numbers is tried by itself. Then it reads the line with short and long
//! numbers in all places, with a sign, a point, more blanks before them or fewer, and with other times, and the skeleton has
//! to read the same; else the line is left to the forms. The line is learned only if the copy is as before after each of
//! these, and the skeleton is used only while the grammar is as it was then.
//!
//! The law, which is tested in `sampler`: with and without skeletons all is the same, but for the time that it takes.

mod numbers;
mod skeleton;
mod times;
mod trial;

use super::cells::moment::Moment;
use super::reading::Reading;
use super::{Grammar, Verdict};
pub(in crate::input) use skeleton::Samples;
use skeleton::Skeleton;
use trial::Trial;

/// So many skeletons are kept: lines of several kinds come in turn.
const MOST: usize = 8;

/// How many lines are read the slow way for each trial; so many trials are free. A line of so many bytes counts twice, and
/// so on.
const PRICE: i64 = 64;
const FREE: i64 = 250;
const LONG: usize = 1024;

/// The lines that were learned.
#[derive(Debug)]
pub(in crate::input) struct Again {
    skeletons: Vec<Skeleton>,
    /// The grammar that they hold for.
    grammar: Option<Grammar>,
    /// The grammar is still like that.
    is_current: bool,
    /// The skeleton that is likely to fit next.
    next: usize,
    /// The one that fitted the last line, if one did, and whether the grammar has its reading.
    found: Option<usize>,
    is_lent: bool,
    /// What there is for trials, in lines.
    pub(in crate::input) credit: i64,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            skeletons: Vec::new(),
            grammar: None,
            is_current: false,
            next: 0,
            found: None,
            is_lent: false,
            credit: FREE * PRICE,
        }
    }
}

impl Again {
    /// What the line is, if one like it was learned.
    pub(in crate::input) fn read(&mut self, line: &[u8], grammar: &mut Grammar) -> Option<Verdict> {
        if std::mem::take(&mut self.is_lent) {
            self.swap(grammar);
        }
        let Self { skeletons, next, .. } = self;
        let mut places = (*next..skeletons.len()).chain(0..*next);
        let found = places.find(|place| skeletons[*place].read(line))?;
        if !self.is_current {
            let then = self.grammar.as_mut()?;
            // Not what a line is, but whether it is the next of a table, depends on how many there were.
            then.tables.begun = grammar.tables.begun;
            self.is_current = then.is_like(grammar);
            self.is_current.then_some(())?;
        }
        *next = if found + 1 < skeletons.len() { found + 1 } else { 0 };
        self.found = Some(found);
        Some(skeletons[found].verdict)
    }

    /// Gives the grammar the reading of the last line, until the next one comes.
    pub(in crate::input) fn lend(&mut self, grammar: &mut Grammar) {
        self.is_lent = true;
        self.swap(grammar);
    }

    fn swap(&mut self, grammar: &mut Grammar) {
        if let Some(found) = self.found {
            std::mem::swap(&mut self.skeletons[found].reading, &mut grammar.reading);
        }
    }

    /// What became of the line that this one is like, if it was learned while there were so many series, and the reading of
    /// this one.
    pub(in crate::input) fn known(&self, series: usize) -> Option<(&Samples, &Reading)> {
        let Skeleton { samples, reading, .. } = &self.skeletons[self.found?];
        samples.as_ref().filter(|known| known.series == series).map(|known| (known, reading))
    }

    /// The moment on the last line, if there is one alone.
    pub(in crate::input) fn moment(&self) -> Option<Moment> {
        let [only] = self.skeletons[self.found?].moments[..] else { return None };
        Some(only)
    }

    pub(in crate::input) fn learn_samples(&mut self, samples: Samples) {
        if let Some(found) = self.found {
            self.skeletons[found].samples = Some(samples);
        }
    }

    /// Learns a line that was read the slow way, if there is credit for it and it can be.
    pub(in crate::input) fn learn(&mut self, line: &[u8], verdict: Verdict, grammar: &Grammar) {
        self.is_current = false;
        let weight = i64::try_from(1 + line.len() / LONG).unwrap_or(i64::MAX);
        self.credit += weight;
        // Over a line that may be a header the next one may stand otherwise.
        let may_be_row =
            matches!(verdict, Verdict::Refused(_)) && line.iter().any(u8::is_ascii_digit);
        let is_below_header = may_be_row && grammar.tables.newest_candidate().is_some();
        if self.credit < 0 || grammar.has_pattern() || grammar.is_waiting() || is_below_header {
            return;
        }
        let mut trial = Trial::new(grammar, verdict, line);
        let skeleton = trial.learn();
        self.credit -= trial.count * PRICE * weight;
        let Some(skeleton) = skeleton else { return };
        if !self.grammar.as_ref().is_some_and(|then| then.is_like(grammar)) {
            self.skeletons.clear();
            self.grammar = Some(grammar.clone());
        }
        if self.skeletons.len() == MOST {
            self.skeletons.remove(0);
        }
        self.skeletons.push(skeleton);
        self.next = 0;
    }
}
