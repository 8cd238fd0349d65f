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

use super::cells::moment::Written;
use super::cells::unit::Unit;
use super::reading::{Cell, Item, Key, Reading, Span};
use super::{Grammar, Verdict};
pub(in crate::input) use skeleton::Known;
use skeleton::{Content, Contents, Hole, Samples, Skeleton};
use trial::Trial;

/// So many skeletons are kept: lines of several kinds come in turn.
const MOST: usize = 8;

/// How many lines are read the slow way for each trial; so many trials are free. A line of so many bytes counts twice, and
/// so on.
const PRICE: i64 = 64;
const FREE: i64 = 250;
const MOST_PRICE: i64 = 64 * PRICE;
const LONG: usize = 1024;

/// After so many lines that are like none all are forgotten, and trials cost twice as much: each line may be another one.
const MOST_MISSES: u32 = 500;

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
    /// The one that fitted the last line, if one did, and what stands in its holes.
    found: Option<usize>,
    contents: Contents,
    /// The one whose reading the grammar has.
    lent: Option<usize>,
    /// What there is for trials, in lines, and what one costs.
    pub(in crate::input) credit: i64,
    price: i64,
    /// How many lines since the last one were like none that was learned.
    misses: u32,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            skeletons: Vec::new(),
            grammar: None,
            is_current: false,
            next: 0,
            found: None,
            contents: Contents::default(),
            lent: None,
            credit: FREE * PRICE,
            price: PRICE,
            misses: 0,
        }
    }
}

impl Again {
    /// What the line is, if one like it was learned.
    pub(in crate::input) fn read(&mut self, line: &[u8], grammar: &mut Grammar) -> Option<Verdict> {
        self.found = None;
        if let Some(lent) = self.lent.take() {
            std::mem::swap(&mut self.skeletons[lent].reading, &mut grammar.reading);
        }
        let Self { skeletons, next, contents, .. } = self;
        let mut places = (*next..skeletons.len()).chain(0..*next);
        let found = places.find(|place| skeletons[*place].read(line, contents))?;
        if !self.is_current {
            let then = self.grammar.as_mut()?;
            // Not what a line is, but whether it is the next of a table, depends on how many there were.
            then.tables.begun = grammar.tables.begun;
            self.is_current = then.is_like(grammar);
            self.is_current.then_some(())?;
        }
        *next = if found + 1 < skeletons.len() { found + 1 } else { 0 };
        self.misses = 0;
        self.found = Some(found);
        Some(skeletons[found].verdict)
    }

    /// Gives the grammar the reading of the last line, until the next one comes.
    pub(in crate::input) fn lend(&mut self, grammar: &mut Grammar) {
        let Some(found) = self.found else { return };
        let skeleton = &mut self.skeletons[found];
        skeleton.fill(&self.contents);
        std::mem::swap(&mut skeleton.reading, &mut grammar.reading);
        self.lent = Some(found);
    }

    /// What is known of the last line, if its samples were learned, and there are so many series as there were then.
    pub(in crate::input) fn known(&self, series: usize) -> Option<Known<'_>> {
        let Self { skeletons, contents, .. } = self;
        let samples = skeletons[self.found?].samples.as_ref()?;
        let fits = samples.series == series
            && samples.zeros.iter().all(|hole| contents.numbers[*hole] == 0.0)
            && contents.numbers.iter().all(|number| number.is_finite());
        fits.then_some(Known { samples, contents })
    }

    /// Learns the samples of the last line: of each the series and the place of its cell, and the place of the cell that is
    /// its time. If a sample is of a number that stands in no hole, or is not in the unit of its series, the line stays with
    /// its reading. 0 is the same in all units.
    pub(in crate::input) fn learn_samples(
        &mut self,
        series: usize,
        cells: &[(usize, usize)],
        time: Option<(usize, Written)>,
        is_unit_of: impl Fn(Option<Unit>, usize) -> bool,
        reading: &Reading,
    ) {
        let Some(found) = self.found else { return };
        let Skeleton { holes, samples, .. } = &mut self.skeletons[found];
        let items = reading.items();
        let mut hole_of = vec![usize::MAX; items.len()];
        for (hole, content) in holes.iter().map(|hole| &hole.content).enumerate() {
            if let Content::Number(Some(item)) = content {
                hole_of[*item] = hole;
            }
        }
        let time = time.and_then(|(place, written)| {
            let hole = match items[place].cell {
                Cell::Text(text) => time_of(holes, text)?,
                _ => Some(hole_of[place]).filter(|hole| *hole < holes.len())?,
            };
            Some((hole, written))
        });
        let mut zeros = Vec::new();
        let each = |(series, place): &(usize, usize)| {
            let hole = hole_of[*place];
            let Cell::Number(measure) = items[*place].cell else {
                return Some((*series, usize::MAX));
            };
            if !is_unit_of(measure.unit, *series) {
                let is_zero = measure.value == 0.0 && measure.unit.is_none();
                is_zero.then(|| zeros.push(hole))?;
            }
            (hole < holes.len()).then_some((*series, hole))
        };
        let each = cells.iter().map(each).collect::<Option<_>>();
        let is_row = matches!(items.first(), Some(Item { key: Key::Column(_), .. }));
        *samples = each.map(|each| Samples { series, is_row, each, zeros, time });
    }

    /// Learns a line that was read the slow way, if there is credit for it and it can be.
    pub(in crate::input) fn learn(&mut self, line: &[u8], verdict: Verdict, grammar: &Grammar) {
        self.is_current = false;
        let weight = i64::try_from(1 + line.len() / LONG).unwrap_or(i64::MAX);
        self.credit += weight;
        self.misses += 1;
        if self.misses == MOST_MISSES {
            (self.misses, self.next) = (0, 0);
            self.skeletons.clear();
            self.price = (2 * self.price).min(MOST_PRICE);
        }
        if self.credit < 0 || grammar.has_pattern() || grammar.is_waiting() {
            return;
        }
        // Copies cost something, too.
        let mut trial = Trial::new(grammar, verdict, 4);
        let skeleton = trial.learn(line);
        self.credit -= trial.count * self.price * weight;
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

/// The hole of the only time of a line, if it is all of this text.
fn time_of(holes: &[Hole], text: Span) -> Option<usize> {
    let is_time = |hole: &Hole| matches!(hole.content, Content::Time(..));
    let hole = holes.iter().position(is_time)?;
    let Content::Time(shape, place) = &holes[hole].content else { return None };
    let is_only = !holes[hole + 1..].iter().any(is_time);
    (is_only && text.is(place.as_ref().copied()?, shape.len())).then_some(hole)
}
