//! Where the columns and words of a line stand, in characters: a name stands over its column. So a row with an empty cell, or
//! with blanks in one, is read by place.

use std::ops::Range;

use super::row;
use crate::input::grammar::cells::measure;

/// Where each word of a line that is indented so far begins and ends, in characters.
pub(in crate::input) fn spans(indent: usize, line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut place = indent;
    line.chunk_by(|one, other| one.is_ascii_whitespace() == other.is_ascii_whitespace()).filter_map(
        move |part| {
            let start = place;
            place += part.iter().filter(|byte| is_first_of_character(byte)).count();
            (!part[0].is_ascii_whitespace()).then_some(start..place)
        },
    )
}

/// Where a part of a line stands in it, in characters.
pub(in crate::input) fn of(line: &[u8], part: &[u8]) -> Range<usize> {
    let count = |bytes: &[u8]| bytes.iter().filter(|byte| is_first_of_character(byte)).count();
    let start = count(&line[..row::offset(line, part)]);
    start..start + count(part)
}

/// The words of a line.
pub(in crate::input) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The cells of a row whose last one is the rest of the line, a command with its arguments. It begins below its name, or
/// further right if a wide cell stands before it.
pub(in crate::input) fn with_rest<'a>(
    row: &'a [u8],
    names: &[Range<usize>],
) -> Option<Vec<&'a [u8]>> {
    let mut cells: Vec<&[u8]> = words(row).take(names.len()).collect();
    let (last, name) = (cells.pop()?, names.last()?);
    if cells.len() + 1 < names.len() || of(row, last).start < name.start {
        return None;
    }
    cells.push(row[row::offset(row, last)..].trim_ascii_end());
    Some(cells)
}

/// A cell without the remark behind its number: `4 (12m ago)` of kubectl.
fn without_remark(cell: &[u8]) -> &[u8] {
    let end = if cell.ends_with(b")") { memchr::memmem::find(cell, b" (") } else { None };
    let number = end.map(|end| &cell[..end]).filter(|text| measure::whole(text).is_some());
    number.unwrap_or(cell)
}

/// The cells of a row below names that stand at these places; an empty one is where no word stands. `None` if a word stands
/// under no name or under several, but for one that goes on after a single blank, or in the last column.
pub(in crate::input) fn cells<'a>(row: &'a [u8], names: &[Range<usize>]) -> Option<Vec<&'a [u8]>> {
    let mut cells: Vec<Option<Range<usize>>> = vec![None; names.len()];
    let (mut last, mut last_end, mut at) = (0, 0, 0);
    for place in spans(0, row) {
        at += row[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let length = row[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let mut under = (0..names.len()).filter(|column| touch(&names[*column], &place));
        let is_text = |cell: Range<usize>| measure::whole(&row[cell]).is_none();
        // A text in the last column takes the rest of the line.
        let goes_on = (place.start == last_end + 1 && last_end > 0)
            || (last + 1 == names.len() && cells[last].clone().is_some_and(is_text));
        let column = match (under.next(), under.next()) {
            (Some(column), None) if cells[column].is_none() || goes_on => column,
            // The first may be all that is left of the header, into which a number of the next column reaches; or both are the
            // words of one name, `Local Address:Port`, above a text.
            (Some(one), Some(other))
                if cells[other].is_none()
                    && (names[one].end == names[other].start
                        || (names[one].end + 1 == names[other].start
                            && is_text(at..at + length))) =>
            {
                other
            }
            (None, _)
                if goes_on && names.get(last + 1).is_none_or(|next| place.end < next.start) =>
            {
                last
            }
            _ => return None,
        };
        if column < last {
            return None;
        }
        let start = cells[column].as_ref().map_or(at, |cell| cell.start);
        cells[column] = Some(start..at + length);
        (last, last_end, at) = (column, place.end, at + length);
    }
    let cells: Vec<&[u8]> = cells
        .into_iter()
        .map(|cell| cell.map_or(&b""[..], |cell| without_remark(&row[cell])))
        .collect();
    // A number or two below a long header may be of anything, but not if a number or blanks stand below the last name.
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let (last, name) = (cells.last()?, names.last()?);
    let is_whole = row.len() >= name.start && (last.is_empty() || measure::whole(last).is_some());
    (is_whole || 2 * filled > cells.len() || (filled > 2 && !cells[0].is_empty())).then_some(cells)
}

/// Whether two words of a row are one cell, a text or a number and its unit, and another cell is empty, so that there may be
/// as many words as names: `web app  2.5` below `name cpu mem`.
pub(in crate::input) fn are_shifted(row: &[u8], names: &[Range<usize>]) -> bool {
    let is_word =
        |three: &[u8]| three[1] == b' ' && three[0] != b' ' && three[2].is_ascii_alphabetic();
    if names.is_empty() || !row.windows(3).any(is_word) {
        return false;
    }
    let is_number = |word: &[u8]| measure::whole(word).is_some();
    let holds_words = |cell: &&[u8]| {
        cell.contains(&b' ') && (is_number(cell) || !words(cell).next().is_some_and(is_number))
    };
    let is_any =
        |cells: &[&[u8]]| cells.iter().any(|cell| cell.is_empty()) && cells.iter().any(holds_words);
    cells(row, names).is_some_and(|cells| is_any(&cells))
}

/// Whether two words stand over each other, in part at least.
pub(in crate::input) fn touch(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether the byte is not a further one of a character in UTF-8.
fn is_first_of_character(byte: &u8) -> bool {
    byte & 0xc0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &str, row: &str) -> Option<String> {
        let names: Vec<_> = spans(0, names.as_bytes()).collect();
        let cells = cells(row.as_bytes(), &names)?;
        let text = |cell: &&[u8]| String::from_utf8_lossy(cell).into_owned();
        Some(cells.iter().map(text).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn cells_stand_below_their_names() {
        let names = "IN  NAME      RATE     BARS  N";
        for (row, expected) in [
            ("*   home      54       ▂▄__  5", Some("*|home|54|▂▄__|5")),
            ("    home      54 Mb/s  ▂▄__ 15", Some("|home|54 Mb/s|▂▄__|15")),
            ("    my home   54 Mb/s        5", Some("|my home|54 Mb/s||5")),
            ("*   home      54 (max) ▂▄__  5", Some("*|home|54|▂▄__|5")),
            ("*   homehomehome5      ▂▄__  5", None),
            ("*   home   x  54       ▂▄__  5", None),
            ("*   home      54       ▂▄__  5  6", None),
        ] {
            assert_eq!(read(names, row).as_deref(), expected, "{row}");
        }
    }

    #[test]
    fn a_text_in_the_last_column_is_the_rest_of_the_line() {
        assert_eq!(read("N  CMD", "5  sh -c  a   b").as_deref(), Some("5|sh -c  a   b"));
        assert_eq!(read("N  V", "5  6      b"), None);
        let rest = |row: &str| {
            let cells = with_rest(row.as_bytes(), &[0..1, 3..6])?;
            Some(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
        };
        let rest = |row: &str| rest(row).map(|cells: Vec<_>| cells.join("|"));
        assert_eq!(rest("5  sh -c   b ").as_deref(), Some("5|sh -c   b"));
        assert_eq!(rest("123456 sh -c").as_deref(), Some("123456|sh -c"));
        assert_eq!(rest("5 x sh"), None, "left of its name");
        assert_eq!(rest("5"), None);
    }

    #[test]
    fn what_is_left_of_the_header_may_hold_blanks() {
        let row = b"Mazda RX4  21.0  6";
        assert_eq!(
            cells(row, &[0..12, 12..15, 17..18]),
            Some(vec![&b"Mazda RX4"[..], b"21.0", b"6"])
        );
    }

    proptest::proptest! {
        /// A table that is printed in columns, with gaps, is read with each number below its name, or not at all.
        #[test]
        fn no_number_comes_under_another_name(
            columns in proptest::collection::vec(("[A-Z]{1,9}", 0..1_000_000_u32, 0..3_u8), 3..9),
            is_right: bool,
        ) {
            let (mut names, mut row, mut expected) = (String::new(), String::from("web"), vec!["web".to_owned()]);
            names.push_str("NAME");
            row.push(' ');
            for (name, number, gap) in &columns {
                let cell = if *gap == 0 { String::new() } else { number.to_string() };
                let width = name.len().max(number.to_string().len());
                let (name, text) = match is_right {
                    true => (format!("  {name:>width$}"), format!("  {cell:>width$}")),
                    false => (format!("  {name:width$}"), format!("  {cell:width$}")),
                };
                names.push_str(&name);
                row.push_str(&text);
                expected.push(cell);
            }
            let found = read(&names, &row);
            proptest::prop_assert!(found.is_none_or(|found| found == expected.join("|")));
        }
    }
}
