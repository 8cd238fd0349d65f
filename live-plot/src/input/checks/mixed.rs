//! One name for two things: `requests=5 took=12` and `jobs=3 took=95` have one series took. It is reported when a name comes
//! on lines whose first names are different, and neither of these ever stands on the other's lines: so a field that is left
//! out now and then makes no such case.

/// So many names and kinds of lines are looked at; a bit stands for each name.
pub(in crate::input) const MOST_NAMES: usize = 64;
const MOST_KINDS: usize = 32;

/// The names so far, and the kinds of lines by their first name.
#[derive(Debug, Default)]
pub(in crate::input) struct Mixed {
    names: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    last: usize,
    is_reported: bool,
}

#[derive(Debug)]
struct Kind {
    first: usize,
    /// Which names stand on its lines.
    names: u64,
    /// It came again after another one.
    is_back: bool,
}

impl Mixed {
    /// Takes the names of a line, in order, and finds one of two things: that, and the first names of lines with it.
    pub(in crate::input) fn line(&mut self, names: &[Vec<u8>]) -> Option<[Vec<u8>; 3]> {
        if self.is_reported {
            return None;
        }
        let names: Vec<usize> = names.iter().filter_map(|name| self.number(name)).collect();
        let here = self.kind(*names.first()?)?;
        self.kinds[here].is_back |= self.last != here && self.kinds[here].names != 0;
        self.kinds[here].names |= names.iter().fold(0, |all, name| all | 1 << name);
        self.last = here;
        let (other, name) =
            names.iter().find_map(|name| Some((self.other(here, *name)?, *name)))?;
        self.is_reported = true;
        let found = [name, self.kinds[other].first, self.kinds[here].first];
        Some(found.map(|name| self.names[name].clone()))
    }

    /// The kind of lines that begin with this name.
    fn kind(&mut self, first: usize) -> Option<usize> {
        let known = self.kinds.iter().position(|kind| kind.first == first);
        if known.is_none() && self.kinds.len() < MOST_KINDS {
            self.kinds.push(Kind { first, names: 0, is_back: false });
            return Some(self.kinds.len() - 1);
        }
        known
    }

    /// Another kind of lines with this name. `Epoch 1` is another one than `Epoch 0` only if that comes back.
    fn other(&self, here: usize, name: usize) -> Option<usize> {
        let one = &self.kinds[here];
        let letters = |kind: &Kind| {
            let name = self.names[kind.first].iter();
            name.filter(|byte| !byte.is_ascii_digit()).copied().collect::<Vec<_>>()
        };
        self.kinds.iter().position(|kind| {
            kind.names & 1 << name != 0
                && kind.names & 1 << one.first == 0
                && one.names & 1 << kind.first == 0
                && (one.is_back || letters(kind) != letters(one))
        })
    }

    fn number(&mut self, name: &[u8]) -> Option<usize> {
        let known = self.names.iter().position(|known| known == name);
        if known.is_none() && self.names.len() < MOST_NAMES {
            self.names.push(name.to_vec());
            return Some(self.names.len() - 1);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found on lines of names, the first that shows it.
    fn found(lines: &[&str]) -> Option<(String, String)> {
        let mut mixed = Mixed::default();
        lines.iter().find_map(|line| {
            let names: Vec<Vec<u8>> = line.split(',').map(|name| name.into()).collect();
            let [name, one, other] =
                mixed.line(&names)?.map(|name| String::from_utf8(name).unwrap());
            Some((name, format!("{one}|{other}")))
        })
    }

    #[test]
    fn a_name_on_lines_of_two_kinds_is_found() {
        for (lines, name, firsts) in [
            (&["Acc X,Y", "Rot X,Y"][..], "Y", "Acc X|Rot X"),
            (&["Acc X,Y", "X,Y"], "Y", "Acc X|X"),
            (&["avg,min", "x,z", "vus,min"], "min", "avg|vus"),
            (&["Node 1,t", "Node 2,t", "Node 1,t"], "t", "Node 2|Node 1"),
        ] {
            let expected = Some((name.to_owned(), firsts.to_owned()));
            assert_eq!(found(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn fields_that_are_left_out_and_counts_make_no_such_case() {
        for lines in [
            &["a,b,c", "a,c", "b,c", "c"][..],
            &["a,c", "a,b,c", "b,c"],
            &["a,c", "c,a"],
            &["a", "b", "c"],
            &["a,c", "b,d"],
            &["Epoch 0,v", "Epoch 0,v", "Epoch 1,v", "Epoch 2,v"],
        ] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }
}
