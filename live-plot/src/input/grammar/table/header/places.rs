//! Where the columns and words of a line stand, in characters: a name stands over its column.

use std::ops::Range;

/// Where the columns of a line begin that two blanks or more part, in characters.
pub(in crate::input) fn starts(line: &[u8]) -> impl Iterator<Item = usize> {
    let (mut place, mut blanks) = (0, 2);
    line.iter().filter_map(move |byte| {
        let is_start = *byte != b' ' && blanks > 1;
        blanks = if *byte == b' ' { blanks + 1 } else { 0 };
        place += usize::from(is_first_of_character(byte));
        is_start.then_some(place)
    })
}

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

/// Whether two words stand over each other, in part at least.
pub(in crate::input) fn touch(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether the byte is not a further one of a character in UTF-8.
fn is_first_of_character(byte: &u8) -> bool {
    byte & 0xc0 != 0x80
}
