//! How wide a text is in a picture, near enough, and how it is wrapped or shortened to fit. Pure.

use crate::picture::elide::without_middle;

/// The width of a text of 13 pixels in height, in pixels. It is rather too much: a label has room then.
pub(super) fn width(text: &str) -> f64 {
    let letter = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 4.0,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 11.5,
        'A'..='Z' => 9.0,
        // From here on most scripts are written in squares.
        '\u{2e80}'.. => 13.5,
        _ => 7.5,
    };
    text.chars().map(letter).sum()
}

/// A text without its middle, if it is wider than `room`.
pub(super) fn shortened(text: &str, room: f64) -> String {
    without_middle(text, |text| width(text) <= room)
}

/// A text in lines no wider than `room`, broken at blanks where there are some; the last of `most` is shortened.
pub(super) fn wrapped(text: &str, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_last = lines.len() == most;
        match lines.last_mut() {
            Some(line) if is_last || width(line) + width(" ") + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| shortened(line, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_end() {
        assert_eq!(shortened("abc", 100.0), "abc");
        let name = format!("first{}last", "x".repeat(60));
        let short = shortened(&name, 120.0);
        assert!(
            short.starts_with("first") && short.ends_with("last") && short.contains('…'),
            "{short}"
        );
        assert_eq!(wrapped("one two three", 60.0, 3), ["one two", "three"]);
    }

    proptest! {
        #[test]
        fn lines_fit(text in "\\PC{0,300}", room in 40.0..500.0_f64, most in 1_usize..4) {
            let lines = wrapped(&text, room, most);
            prop_assert!(lines.len() <= most);
            prop_assert!(lines.iter().all(|line| width(line) <= room), "{lines:?}");
        }
    }
}
