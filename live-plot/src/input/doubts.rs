//! What only many rows show: that rows which the reading takes for one thing are of several in turn, or that those it takes
//! for several are of one. No line waits for the next ones to be drawn, so this is reported and changes nothing. Pure.

use super::schema::is_same;

/// So many things may come in turn.
const MOST_THINGS: u64 = 512;

/// More words than this are no states.
const MOST_STATES: usize = 8;

/// Whether a name is that of a state, which is 0 and 1 in turn and counts nothing: `on`, `relay`.
pub(super) fn is_state(name: &[u8]) -> bool {
    const STATES: [&str; 14] = [
        "on", "off", "state", "status", "active", "enabled", "open", "switch", "relay", "phase",
        "flag", "alarm", "motion", "led",
    ];
    STATES.iter().any(|state| state.as_bytes().eq_ignore_ascii_case(name))
}

/// What the rows seem to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Those of so many things, which the first column counts from 0 or 1.
    InTurn(u64),
    /// Those of one thing, each called by the state it was in.
    States(String),
}

/// What the rows so far have shown.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    count: Count,
    /// Which table it is.
    table: u64,
    /// The names of its rows, and that of the last one.
    names: Vec<Vec<u8>>,
    last: usize,
    /// The same name came twice side by side, and came again after another one.
    is_doubled: bool,
    is_back: bool,
    has_states: bool,
    /// One has been raised.
    pub(super) is_reported: bool,
}

/// Whether numbers count from 0 or 1 up to the same one again and again.
#[derive(Debug, Default)]
pub(super) enum Count {
    #[default]
    Begun,
    /// Which one was the first, how many have come, and how many come each time, if that is known.
    Up(u64, u64, Option<u64>),
    Other,
}

impl Doubts {
    /// Takes a row of the nth table, its name and the number in its first column.
    pub(super) fn row(&mut self, table: u64, name: &[u8], first: Option<f64>) -> Option<Doubt> {
        if std::mem::replace(&mut self.table, table) != table {
            self.names.clear();
            (self.last, self.is_doubled, self.is_back) = (0, false, false);
        }
        let is_same = self.names.get(self.last).is_none_or(|last| is_same(last, name));
        if !is_same {
            self.count = Count::Other;
        }
        let count = self.count.take(first).map(Doubt::InTurn);
        let doubt = count.or_else(|| self.name(name, is_same));
        self.is_reported |= doubt.is_some();
        doubt
    }

    /// Whether more rows like those before can raise no doubt.
    pub(super) fn are_settled(&self, table: u64) -> bool {
        let are_named = self.names.len() != 1 || !self.names[0].is_empty();
        matches!(self.count, Count::Other)
            && self.table == table
            && (!are_named || self.has_states || self.names.len() > MOST_STATES)
    }

    fn name(&mut self, name: &[u8], is_same: bool) -> Option<Doubt> {
        if self.has_states || self.names.len() > MOST_STATES {
            return None;
        }
        let known = if is_same {
            Some(self.last)
        } else {
            self.names.iter().position(|known| known == name)
        };
        self.is_doubled |= is_same && !self.names.is_empty() && !name.is_empty();
        self.is_back |= !is_same && known.is_some();
        self.last = known.unwrap_or(self.names.len());
        if self.last == self.names.len() {
            self.names.push(name.to_vec());
        }
        self.has_states = self.is_doubled && self.is_back;
        self.has_states.then(|| {
            let names = self.names.iter().filter(|name| !name.is_empty());
            let names: Vec<_> = names.map(|name| String::from_utf8_lossy(name)).collect();
            Doubt::States(names.join(", "))
        })
    }
}

impl Count {
    /// How many numbers there are, once all have come twice.
    pub(super) fn take(&mut self, number: Option<f64>) -> Option<u64> {
        let (first, come, all) = match *self {
            Self::Begun if number == Some(1.0) => (1, 0, None),
            Self::Begun => (0, 0, None),
            Self::Up(first, come, all) => (first, come, all),
            Self::Other => return None,
        };
        let is = |expected: u64| number == Some(expected as f64);
        *self = if is(first + come) && come < MOST_THINGS {
            Self::Up(first, come + 1, all)
        } else if is(first) && come > 1 && all.is_none() {
            Self::Up(first, 1, Some(come))
        } else {
            Self::Other
        };
        if let Self::Up(_, come, Some(all)) = *self
            && come == all
        {
            *self = Self::Other;
            return Some(all);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(numbers: &[f64]) -> Option<Doubt> {
        let mut doubts = Doubts::default();
        numbers.iter().find_map(|number| doubts.row(0, b"", Some(*number)))
    }

    #[test]
    fn numbers_that_count_up_twice_tell_things_apart() {
        assert_eq!(counted(&[0.0, 1.0, 0.0, 1.0]), Some(Doubt::InTurn(2)));
        assert_eq!(counted(&[0.0, 1.0, 2.0, 0.0, 1.0, 2.0]), Some(Doubt::InTurn(3)));
        assert_eq!(counted(&[1.0, 2.0, 1.0, 2.0]), Some(Doubt::InTurn(2)));
        for numbers in [
            &[0.0, 1.0, 2.0, 3.0, 4.0][..],
            &[0.0, 1.0, 2.0, 0.0, 1.0],
            &[0.0, 0.0, 0.0, 0.0],
            &[1.0, 0.0, 1.0, 0.0],
            &[0.0, 1.0, 1.0, 0.0, 1.0],
            &[0.0, 1.5, 0.0, 1.5],
        ] {
            assert_eq!(counted(numbers), None, "{numbers:?}");
        }
    }

    fn named(names: &str) -> Option<Doubt> {
        let mut doubts = Doubts::default();
        names.split(' ').find_map(|name| doubts.row(0, name.as_bytes(), None))
    }

    #[test]
    fn names_that_come_twice_side_by_side_and_come_back_may_be_states() {
        assert_eq!(named("ok ok fail ok"), Some(Doubt::States("ok, fail".to_owned())));
        for names in
            ["sda sda sda", "sda sdb sda sdb", "web1 web1 web2 web2", "a b c d e f g h i i a"]
        {
            assert_eq!(named(names), None, "{names}");
        }
    }
}
