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

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).contains(is_unsafe));
        }
    }
}
