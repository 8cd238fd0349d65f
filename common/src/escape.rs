//! Text that came from outside, made harmless before it reaches a terminal, a log, a legend or a file.

use std::borrow::Cow;
use std::path::Path;

/// Escapes control characters (C0, DEL, C1) and the bidirectional controls of Unicode's UAX #9, which
/// could move the cursor, change colours or reorder what a person reads.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// The same for JSON that is written already: its strings keep their values, for `\u009b` is that control to every reader.
#[must_use]
pub fn json(line: &str) -> Cow<'_, str> {
    // JSON has C0 escaped already; what is left of it is between the values.
    let is_left = |c: char| is_unsafe(c) && c >= '\x7f';
    if !line.contains(is_left) {
        return Cow::Borrowed(line);
    }
    let escaped = |c| if is_left(c) { format!("\\u{:04x}", u32::from(c)) } else { String::from(c) };
    Cow::Owned(line.chars().map(escaped).collect())
}

/// A path for people: escaped, for a file's name may hold anything.
#[must_use]
pub fn path(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_borrowed_unchanged() {
        assert!(matches!(escape("12.5 °C, naïve"), Cow::Borrowed(_)));
    }

    #[test]
    fn terminal_sequences_and_bidi_controls_become_visible() {
        assert_eq!(escape("\x1b[2J\r\n\u{9b}1m"), "\\u{1b}[2J\\r\\n\\u{9b}1m");
        assert_eq!(escape("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn controls_in_json_are_escaped_and_its_end_of_line_is_not() {
        let line = "{\"name\":\"a\\n\u{9b}1m\u{202e}é\"}\n";
        assert_eq!(json(line), "{\"name\":\"a\\n\\u009b1m\\u202eé\"}\n");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).contains(is_unsafe));
        }
    }
}
