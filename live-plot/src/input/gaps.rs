//! In which columns, or under which names, a gap has come in which something stands: each is reported once. A column that
//! never holds a number is one of texts, and has no gaps. Pure. The words are left to the sampler.

/// A stranger may send any number of names: of more there is no warning.
const MOST: usize = 64;

/// A cell that is no number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) name: Vec<u8>,
    pub(super) text: Vec<u8>,
    /// The number of its line.
    pub(super) line: u64,
    /// There are numbers under its name, too.
    pub(super) is_mixed: bool,
}

/// The names so far.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Those with a number or a gap.
    known: Vec<Vec<u8>>,
    new: Vec<Gap>,
    /// The first cells of columns that have held no number yet.
    waiting: Vec<Gap>,
}

impl Gaps {
    /// Keeps the cell if it is the first of its name.
    pub(super) fn add(&mut self, gap: Gap) {
        if self.known.len() < MOST && !self.known.contains(&gap.name) {
            self.known.push(gap.name.clone());
            self.new.push(gap);
        }
    }

    /// Keeps the cell until its column holds a number.
    pub(super) fn wait(&mut self, gap: Gap) {
        let is_same = |other: &Gap| other.name == gap.name;
        if self.waiting.len() < MOST && !self.waiting.iter().any(is_same) {
            self.waiting.push(gap);
        }
    }

    /// The column holds a number.
    pub(super) fn begin(&mut self, name: &[u8]) {
        if let Some(place) = self.waiting.iter().position(|gap| gap.name == name) {
            let gap = self.waiting.swap_remove(place);
            self.add(Gap { is_mixed: true, ..gap });
        }
    }

    /// What was kept since the last call.
    pub(super) fn take(&mut self) -> Vec<Gap> {
        std::mem::take(&mut self.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(name: &str, text: &str) -> Gap {
        Gap { name: name.into(), text: text.into(), line: 1, is_mixed: false }
    }

    #[test]
    fn each_name_is_new_once_and_there_is_an_end_of_them() {
        let mut gaps = Gaps::default();
        assert_eq!(gaps.take(), []);
        gaps.add(gap("a", "1/2"));
        gaps.add(gap("b", "<5"));
        gaps.add(gap("a", "1/3"));
        assert_eq!(gaps.take(), [gap("a", "1/2"), gap("b", "<5")]);
        gaps.add(gap("b", "<6"));
        assert_eq!(gaps.take(), []);
        (0..100).for_each(|number| gaps.add(gap(&number.to_string(), "<5")));
        assert_eq!(gaps.take().len(), MOST - 2);
    }

    #[test]
    fn a_column_has_gaps_once_it_has_held_a_number() {
        let mut gaps = Gaps::default();
        gaps.wait(gap("READY", "1/1"));
        gaps.wait(gap("size", "1/2"));
        gaps.wait(gap("size", "1/3"));
        gaps.begin(b"size");
        gaps.begin(b"other");
        assert_eq!(gaps.take(), [Gap { is_mixed: true, ..gap("size", "1/2") }]);
    }
}
