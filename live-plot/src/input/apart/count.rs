//! Whether numbers count from 0 or 1 up to the same one again and again.

/// So many things may come in turn.
const MOST_THINGS: u64 = 512;

/// What the numbers so far have shown.
#[derive(Debug, Default)]
pub(super) enum Count {
    #[default]
    Begun,
    /// Which one was the first, how many have come, and how many come each time, if that is known.
    Up(u64, u64, Option<u64>),
    Other,
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

    #[test]
    fn numbers_that_count_up_twice_tell_things_apart() {
        for (numbers, expected) in [
            (&[0.0, 1.0, 0.0, 1.0][..], Some(2)),
            (&[0.0, 1.0, 2.0, 0.0, 1.0, 2.0], Some(3)),
            (&[1.0, 2.0, 1.0, 2.0], Some(2)),
            (&[0.0, 1.0, 2.0, 3.0, 4.0], None),
            (&[0.0, 1.0, 2.0, 0.0, 1.0], None),
            (&[0.0, 0.0, 0.0, 0.0], None),
            (&[1.0, 0.0, 1.0, 0.0], None),
            (&[0.0, 1.0, 1.0, 0.0, 1.0], None),
            (&[0.0, 1.5, 0.0, 1.5], None),
        ] {
            let mut count = Count::default();
            let found = numbers.iter().find_map(|number| count.take(Some(*number)));
            assert_eq!(found, expected, "{numbers:?}");
        }
    }
}
