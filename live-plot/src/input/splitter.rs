//! Cuts blocks into lines, wherever the blocks happen to end. A line longer than [`LONGEST`] is skipped
//! and reported, however long it is, so that memory stays at one line.

/// The longest line that is looked at, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// A line without its newline and carriage return.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    TooLong,
}

/// The line that a block left unfinished.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    partial: Vec<u8>,
    too_long: bool,
}

impl Splitter {
    /// Calls `line` for every line that `block` ends.
    pub(super) fn feed(&mut self, block: &[u8], mut line: impl FnMut(Line<'_>)) {
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', block) {
            let text = &block[start..newline];
            start = newline + 1;
            if self.too_long || self.partial.len() + text.len() > LONGEST {
                line(Line::TooLong);
            } else if self.partial.is_empty() {
                line(Line::Text(trimmed(text)));
            } else {
                self.partial.extend_from_slice(text);
                line(Line::Text(trimmed(&self.partial)));
            }
            self.partial.clear();
            self.too_long = false;
        }
        self.keep(&block[start..]);
    }

    /// Calls `line` for the last line, if the input does not end in a newline.
    pub(super) fn finish(&mut self, mut line: impl FnMut(Line<'_>)) {
        if self.too_long || !self.partial.is_empty() {
            self.feed(b"\n", &mut line);
        }
    }

    fn keep(&mut self, rest: &[u8]) {
        self.too_long |= self.partial.len() + rest.len() > LONGEST;
        if self.too_long {
            self.partial.clear();
        } else {
            self.partial.extend_from_slice(rest);
        }
    }
}

/// The line without its carriage return, and without the byte order mark that some editors begin a file with.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split<'a>(blocks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<Vec<u8>>> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        let mut take = |line: Line<'_>| match line {
            Line::Text(text) => lines.push(Some(text.to_vec())),
            Line::TooLong => lines.push(None),
        };
        for block in blocks {
            splitter.feed(block, &mut take);
        }
        splitter.finish(&mut take);
        lines
    }

    #[test]
    fn a_line_too_long_is_reported_once_and_the_next_one_is_read() {
        let block = vec![b'x'; LONGEST];
        let blocks = [&block[..], &block, &block, b"\n42\n"];
        assert_eq!(split(blocks), [None, Some(b"42".to_vec())]);
    }

    #[test]
    fn carriage_returns_a_byte_order_mark_and_a_missing_last_newline_change_nothing() {
        let lines = [Some(b"1".to_vec()), Some(b"2".to_vec())];
        assert_eq!(split([&b"1\r\n2"[..]]), lines);
        assert_eq!(split([&b"1\n2\n"[..]]), lines);
        assert_eq!(split(["\u{feff}1\r\n2\n".as_bytes()]), lines);
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_where_the_blocks_end(
            text in "[0-9\r\n ]{0,200}", size in 1_usize..20
        ) {
            let whole = split([text.as_bytes()]);
            prop_assert_eq!(split(text.as_bytes().chunks(size)), whole);
        }
    }
}
