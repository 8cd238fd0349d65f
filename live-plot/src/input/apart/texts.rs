//! The texts that have come under one name, and what their order says: that they are in turn, states, or all different.

use super::super::schema::is_same;

/// More different texts than this are names of nothing, and are not kept.
const MOST: usize = 64;

/// So many things may come in turn, and there may be so many states of one.
const MOST_THINGS: usize = 16;
const MOST_STATES: usize = 8;

/// What the texts so far have shown.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Each text, and how often it came.
    known: Vec<(Vec<u8>, u64)>,
    last: usize,
    /// How often it was another one than before, and how often the same.
    changes: u64,
    stays: u64,
    /// One came again after another.
    is_back: bool,
}

impl Texts {
    pub(super) fn take(&mut self, text: &[u8]) {
        let is_last = self.known.get(self.last).is_some_and(|(last, _)| is_same(last, text));
        let known = match is_last {
            true => Some(self.last),
            false => self.known.iter().position(|(known, _)| is_same(known, text)),
        };
        let place = known.unwrap_or(self.known.len());
        if place > MOST {
            return;
        }
        if !self.known.is_empty() {
            *(if is_last { &mut self.stays } else { &mut self.changes }) += 1;
            self.is_back |= !is_last && known.is_some();
        }
        self.last = place;
        match self.known.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => self.known.push((text.to_vec(), 1)),
        }
    }

    /// Whether they are names of things in turn: each has come twice, hardly ever one behind itself, for a state stays for
    /// some rows. Of an identity it is enough that two came back.
    pub(super) fn are_in_turn(&self, is_identity: bool) -> bool {
        let come_twice = self.known.iter().filter(|(_, count)| *count > 1).count();
        let are_in_turn = come_twice == self.known.len() && 4 * self.stays <= self.changes;
        self.are_several() && come_twice > 1 && ((is_identity && self.is_back) || are_in_turn)
    }

    /// Whether they may be states of one thing: one came twice side by side, and again after another.
    pub(super) fn are_states(&self) -> bool {
        self.stays > 0 && self.is_back && !self.are_no_states()
    }

    /// Whether there are too many for states.
    pub(super) fn are_no_states(&self) -> bool {
        self.known.len() > MOST_STATES
    }

    /// Whether there are several, and not too many.
    pub(super) fn are_several(&self) -> bool {
        (2..=MOST_THINGS).contains(&self.known.len())
    }

    /// Whether each has come so many times, and all of them as often as there are rows.
    pub(super) fn have_come(&self, times: u64, rows: u64) -> bool {
        self.known.len() as u64 * times == rows && self.known.iter().all(|(_, came)| *came == times)
    }

    /// One that came more than once.
    pub(super) fn twin(&self) -> Option<&[u8]> {
        self.known.iter().find(|(_, count)| *count > 1).map(|(text, _)| &text[..])
    }

    /// Each text once, in the order in which they came.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.known.iter().map(|(text, _)| &text[..])
    }

    /// All of them in a warning.
    pub(super) fn list(&self) -> Vec<u8> {
        self.texts().collect::<Vec<_>>().join(&b", "[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many of these texts the question is answered with yes.
    fn found(texts: &str, is_so: impl Fn(&Texts) -> bool) -> Option<usize> {
        let mut all = Texts::default();
        let mut answers = texts.split(' ').map(|text| {
            all.take(text.as_bytes());
            is_so(&all)
        });
        answers.position(|answer| answer).map(|place| place + 1)
    }

    #[test]
    fn texts_that_change_from_row_to_row_and_come_back_are_in_turn() {
        for (texts, expected) in [
            ("a b a b", Some(4)),
            ("a b c a c b", Some(6)),
            ("a b", None),
            ("on on on off off on off on", None),
            ("a b c d e f g h i j k l m n o p q a b c d e f g h i j k l m n o p q", None),
        ] {
            assert_eq!(found(texts, |all| all.are_in_turn(false)), expected, "{texts}");
        }
    }

    #[test]
    fn an_identity_need_not_come_in_turn() {
        for (texts, expected) in [
            ("12 12 77 12 77", Some(5)),
            ("12 12 77 77 5 12", Some(6)),
            ("1 2 3 4 5 6 7 8", None),
            ("12 12 77 77", None),
        ] {
            assert_eq!(found(texts, |all| all.are_in_turn(true)), expected, "{texts}");
        }
        assert_eq!(found("12 12 77 12 77", |all| all.are_in_turn(false)), None);
    }

    #[test]
    fn texts_that_come_twice_side_by_side_and_come_back_may_be_states() {
        assert_eq!(found("ok ok fail ok", Texts::are_states), Some(4));
        for texts in
            ["sda sda sda", "sda sdb sda sdb", "web1 web1 web2 web2", "a b c d e f g h i i a"]
        {
            assert_eq!(found(texts, Texts::are_states), None, "{texts}");
        }
    }

    #[test]
    fn a_flood_of_texts_is_not_kept() {
        let mut all = Texts::default();
        (0..10 * MOST).for_each(|number| all.take(number.to_string().as_bytes()));
        assert_eq!(all.known.len(), MOST + 1);
        assert!(!all.have_come(1, 10 * MOST as u64));
    }
}
