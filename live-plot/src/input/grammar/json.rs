//! JSON (RFC 8259) as programs write it, and Python's way to print a dictionary: an object, several of them on a line, or
//! an array of numbers. Nested names are joined by dots, the items of arrays are numbered. What the objects of an array are
//! is left to `array`, and what is printed in many lines to `outline`.
//!
//! A reader of its own, for it takes what `serde_json` must not (`NaN`, `'a'`, `None`, tuples), keeps the order of the
//! members, builds no tree, and reads numbers to the last bit.

mod array;
pub(super) mod behind;
mod jq;
mod lists;
pub(super) mod names;
mod objects;
pub(super) mod outline;
mod samples;
mod string;

use std::borrow::Cow;
use std::ops::Range;

use super::cells::measure::Measure;
use super::cells::number;
use super::reading::{Cell, Key, Reading, Span, Unsure};
use names::Things;
use objects::Objects;
use string::string;

/// Deeper nesting is refused: no program prints it by the line.
const DEEPEST: usize = 64;

/// A text that takes more memory is refused: each number is kept with all the names on the way to it.
const LARGEST: usize = 32 << 20;

/// Reads the line if all of it is JSON and holds a number.
pub(super) fn read(line: &[u8], things: &mut Things, reading: &mut Reading) -> bool {
    document(line, things, reading).is_some() && reading.has_number()
}

/// Reads a text if all of it is JSON.
fn document(text: &[u8], things: &mut Things, reading: &mut Reading) -> Option<()> {
    let path = Vec::new();
    let mut json = Json { text, at: 0, depth: 0, path, lists: Vec::new(), things, reading };
    let is_whole = json.values();
    if text.first() == Some(&b'[')
        && let Some(unsure) = reading.unsure
    {
        let filter = reading.keep(&[b".[]|", reading.text(unsure.filter)].concat());
        reading.unsure = Some(Unsure { filter, ..unsure });
    }
    reading.sort_rows();
    reading.is_json = true;
    is_whole
}

struct Json<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// The names on the way to a value, joined by dots.
    path: Vec<u8>,
    /// The items of each array of values in what is open.
    lists: Vec<Range<usize>>,
    things: &'a mut Things,
    reading: &'a mut Reading,
}

impl<'a> Json<'a> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The values of the line: a row each.
    fn values(&mut self) -> Option<()> {
        while let Some(first) = self.peek() {
            b"{[(".contains(&first).then_some(())?;
            self.value(None)?;
            self.reading.end_row();
            self.eat(b',');
        }
        Some(())
    }

    /// What parts the members of an object or the items of an array that has this end.
    fn comma(&mut self, end: u8) -> Option<()> {
        (self.eat(b',') || self.peek() == Some(end)).then_some(())
    }

    fn object(&mut self) -> Option<()> {
        self.enter()?;
        let (start, lists) = (self.reading.items().len(), self.lists.len());
        let ended = self.reading.ended();
        while !self.eat(b'}') {
            let before = self.path.len();
            self.name()?;
            self.eat(b':').then_some(())?;
            self.value(None)?;
            self.path.truncate(before);
            self.comma(b'}')?;
        }
        let lists = self.lists.split_off(lists);
        if !lists.is_empty() {
            lists::arrange(&lists, start, ended, self.reading);
        }
        samples::describe(&self.path, ended, start, &self.things.rows, self.reading);
        self.depth -= 1;
        Some(())
    }

    /// The items of an array or tuple. At the top values are columns, and objects or arrays are rows.
    fn items(&mut self, end: u8) -> Option<()> {
        let is_top = self.path.is_empty();
        self.enter()?;
        let (lists, first) = (self.lists.len(), self.reading.items().len());
        let (mut number, mut values, mut objects) = (0, 0, Vec::new());
        while !self.eat(end) {
            let (before, start) = (self.path.len(), self.reading.items().len());
            let open = self.peek()?;
            let is_value = !b"{[(".contains(&open);
            if !is_top {
                self.descend(number.to_string().as_bytes());
            }
            self.value((is_top && is_value).then_some(number))?;
            self.path.truncate(before);
            if is_top && !is_value {
                self.reading.end_row();
            }
            if open == b'{' {
                objects.push(start..self.reading.items().len());
            }
            number += 1;
            values += usize::from(is_value);
            self.comma(end)?;
        }
        self.depth -= 1;
        let lists = self.lists.split_off(lists);
        let all = first..self.reading.items().len();
        if is_top && values == number {
            lists::name_by_word(all, self.reading);
        } else if is_top && (values > 0 || self.depth > 1) {
            return None;
        } else if values == number && number > 0 {
            self.lists.push(all);
        } else if lists.len() == number {
            lists::arrange_pairs(&lists, &self.path, self.reading);
        } else if objects.len() == number {
            let objects = Objects { path: &self.path, each: &objects };
            array::arrange(&objects, self.things, self.reading);
        }
        Some(())
    }

    fn enter(&mut self) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    fn descend(&mut self, name: &[u8]) {
        if !self.path.is_empty() {
            self.path.push(b'.');
        }
        self.path.extend_from_slice(name);
    }

    /// A member's name: a string, or a number as Python allows it.
    fn name(&mut self) -> Option<()> {
        if matches!(self.peek()?, b'"' | b'\'') {
            let name = self.string()?;
            self.descend(&name);
        } else {
            let rest = &self.text[self.at..];
            let (_, length) = number::prefix(rest)?;
            self.descend(&rest[..length]);
            self.at += length;
        }
        Some(())
    }

    /// A text in quotes.
    fn string(&mut self) -> Option<Cow<'a, [u8]>> {
        let (text, length) = string(&self.text[self.at..])?;
        self.at += length;
        Some(text)
    }

    /// A value; `column` if it is an item of an array at the top.
    fn value(&mut self, column: Option<usize>) -> Option<()> {
        (self.reading.size() <= LARGEST).then_some(())?;
        let cell = match self.peek()? {
            b'{' => return self.object(),
            b'[' => return self.items(b']'),
            b'(' => return self.items(b')'),
            b'"' | b'\'' => {
                let text = self.string()?;
                self.reading.cell(&text)
            }
            _ => self.literal()?,
        };
        let key = match column {
            Some(column) => Key::Column(column),
            None => Key::Name(self.reading.keep(&self.path)),
        };
        self.reading.push(Span::default(), key, cell);
        Some(())
    }

    /// A number, or a word: null is a gap, true and false are not drawn.
    fn literal(&mut self) -> Option<Cell> {
        let rest = &self.text[self.at..];
        if let Some((value, length)) = number::prefix(rest) {
            self.at += length;
            return Some(Cell::Number(Measure { value, unit: None }));
        }
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        self.at += length;
        match &rest[..length] {
            b"null" | b"None" => Some(Cell::GAP),
            b"true" | b"false" | b"True" | b"False" => Some(Cell::Empty),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;
    use super::*;

    /// The rows of a line.
    fn rows(line: &str) -> Option<Vec<String>> {
        let mut reading = Reading::default();
        read(line.as_bytes(), &mut Things::default(), &mut reading).then(|| {
            let rows: Vec<usize> = reading.rows().map(<[_]>::len).collect();
            let all = shown(&reading);
            let mut items = all.split(' ');
            rows.iter()
                .map(|count| items.by_ref().take(*count).collect::<Vec<_>>().join(" "))
                .collect()
        })
    }

    #[track_caller]
    fn assert_rows(line: &str, expected: &[&str]) {
        assert_eq!(rows(line).unwrap_or_default(), expected, "{line}");
    }

    #[test]
    fn nested_names_are_joined_by_dots_in_their_own_order() {
        assert_rows(
            r#"{"t": 1.5, "cpu": {"user": 2, "sys": "3"}, "load": [4, [5]], "ok": true, "s": "x"}"#,
            &["t=1.5 cpu.user=2 cpu.sys=3 load.0=4 load.1.0=5 ok= s='x'"],
        );
        assert_rows(r#"{"a": 1, "b": null, "c": "12 ms"}"#, &["a=1 b=NaN c=12ms"]);
        assert_rows(r#"{"a\u00e9\ud83d\ude00\n\"": 1}"#, &["aé😀\n\"=1"]);
    }

    #[test]
    fn python_and_javascript_write_more_than_the_standard_allows() {
        assert_rows(
            "{'loss': 0.5, 'ok': True, 'n': None, 't': (1, 2),}",
            &["loss=0.5 ok= n=NaN t.0=1 t.1=2"],
        );
        assert_rows(
            r#"{"a": NaN, "NaN": 5, "b": -Infinity, "c": inf}"#,
            &["a=NaN NaN=5 b=-inf c=inf"],
        );
        assert_rows("{1: 0.5, 'it\\'s': 2}", &["1=0.5 it's=2"]);
    }

    #[test]
    fn several_values_on_a_line_are_rows_and_an_array_of_numbers_has_columns() {
        assert_rows(r#"{"a":1} {"a":2},{"a":3}"#, &["a=1", "a=2", "a=3"]);
        assert_rows(r#"[{"a":1},{"a":2}]"#, &["a=1", "a=2"]);
        assert_rows("[[1,2],[3,4]]", &["#0=1 #1=2", "#0=3 #1=4"]);
        assert_rows("[1, null, 3],", &["#0=1 #1=NaN #2=3"]);
    }

    #[test]
    fn what_is_torn_or_holds_no_number_is_not_read() {
        for line in [
            r#"{"a": 1"#,
            r#"{"a" 1}"#,
            r#"{"a": 1}}"#,
            r#"{"a": "b"}"#,
            "{}",
            "[]",
            "{a=5}",
            "[12:30] 5",
            "[1 2]",
            "[1,2] x",
            r#"{"a": 1x}"#,
            &"[".repeat(10_000),
            "{\"a",
            "{\"\\",
        ] {
            assert_eq!(rows(line), None, "{line}");
        }
    }
}
