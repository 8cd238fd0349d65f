//! In which columns, or under which names, a gap has come in which something stands: each is reported once. Pure. The words
//! are left to the sampler.

/// A stranger may send any number of names: of more there is no warning.
const MOST: usize = 64;

/// A cell that is no number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) name: Vec<u8>,
    pub(super) text: Vec<u8>,
}

impl Gap {
    pub(super) fn new(name: &[u8], text: &[u8]) -> Self {
        Self { name: name.to_vec(), text: text.to_vec() }
    }
}

/// The names so far.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    known: Vec<Vec<u8>>,
    new: Vec<Gap>,
}

impl Gaps {
    /// Keeps the cell if it is the first of its name.
    pub(super) fn add(&mut self, name: &[u8], text: &[u8]) {
        if self.known.len() < MOST && !self.known.iter().any(|known| known == name) {
            self.known.push(name.to_vec());
            self.new.push(Gap::new(name, text));
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

    #[test]
    fn each_name_is_new_once_and_there_is_an_end_of_them() {
        let mut gaps = Gaps::default();
        assert_eq!(gaps.take(), []);
        gaps.add(b"a", b"1/2");
        gaps.add(b"b", b"<5");
        gaps.add(b"a", b"1/3");
        assert_eq!(gaps.take(), [Gap::new(b"a", b"1/2"), Gap::new(b"b", b"<5")]);
        gaps.add(b"b", b"<6");
        assert_eq!(gaps.take(), []);
        (0..100).for_each(|number| gaps.add(number.to_string().as_bytes(), b"<5"));
        assert_eq!(gaps.take().len(), MOST - 2);
    }
}
