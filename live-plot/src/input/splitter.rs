//! Cuts blocks into lines, wherever the blocks happen to end. A line ends at LF, at CR LF, or at a CR alone, with which
//! progress meters write over their last line. It ends at once: no line waits for the next byte. A line longer than
//! [`LONGEST`] is skipped and reported, however long it is, so that memory stays at one line.

/// The longest line that is looked at, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// A line without its end.
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
    /// The last block ended in a CR: a LF that follows belongs to it.
    after_return: bool,
}

impl Splitter {
    /// Calls `line` for every line that `block` ends.
    pub(super) fn feed(&mut self, block: &[u8], mut line: impl FnMut(Line<'_>)) {
        let mut start = 0;
        for end in memchr::memchr2_iter(b'\n', b'\r', block) {
            let text = &block[start..end];
            let is_rest_of_end = block[end] == b'\n' && text.is_empty() && self.after_return;
            start = end + 1;
            self.after_return = block[end] == b'\r';
            if is_rest_of_end {
                continue;
            }
            if self.too_long || self.partial.len() + text.len() > LONGEST {
                line(Line::TooLong);
            } else if self.partial.is_empty() {
                line(Line::Text(unmarked(text)));
            } else {
                self.partial.extend_from_slice(text);
                line(Line::Text(unmarked(&self.partial)));
            }
            self.partial.clear();
            self.too_long = false;
        }
        self.keep(&block[start..]);
    }

    /// Whether the next byte begins a line.
    pub(super) fn is_between_lines(&self) -> bool {
        self.partial.is_empty() && !self.too_long && !self.after_return
    }

    /// Calls `line` for the last line, if the input does not end in a newline.
    pub(super) fn finish(&mut self, mut line: impl FnMut(Line<'_>)) {
        if self.too_long || !self.partial.is_empty() {
            self.feed(b"\n", &mut line);
        }
    }

    fn keep(&mut self, rest: &[u8]) {
        self.after_return &= rest.is_empty();
        self.too_long |= self.partial.len() + rest.len() > LONGEST;
        if self.too_long {
            self.partial.clear();
        } else {
            self.partial.extend_from_slice(rest);
        }
    }
}

/// The line without the byte order mark that some editors begin a file with.
fn unmarked(line: &[u8]) -> &[u8] {
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
    fn a_line_ends_at_a_carriage_return_at_once_and_a_newline_after_it_ends_no_other() {
        let mut splitter = Splitter::default();
        let mut lines = |block: &[u8]| {
            let mut lines = Vec::new();
            splitter.feed(block, |line| lines.push(format!("{line:?}")));
            lines.len()
        };
        assert_eq!(lines(b"10%\r20%\r"), 2);
        assert_eq!(lines(b"\n"), 0);
        assert_eq!(lines(b"\n"), 1, "an empty line");
        assert_eq!(lines(b"1\r"), 1);
        assert_eq!(lines(b"2\n"), 1);
        assert_eq!(lines(b"3\r\n4\r\n"), 2);
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
            let ends = text.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(&split([ends.as_bytes()]), &whole);
            prop_assert_eq!(split(text.as_bytes().chunks(size)), whole);
        }
    }
}
