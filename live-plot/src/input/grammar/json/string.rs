//! A text in quotes, and what is escaped in it (RFC 8259 section 7).

use std::borrow::Cow;

/// The string that the text begins with, unescaped, and its length.
pub(super) fn string(text: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut plain = Vec::new();
    let mut at = 1;
    loop {
        let end = at + memchr::memchr2(quote, b'\\', &text[at..])?;
        let part = &text[at..end];
        if text[end] == quote && plain.is_empty() {
            return Some((part.into(), end + 1));
        }
        plain.extend_from_slice(part);
        if text[end] == quote {
            return Some((plain.into(), end + 1));
        }
        at = end + 1;
        at += unescape(&text[at..], &mut plain)?;
    }
}

/// Appends what is escaped at the beginning of `text` and returns how long it was.
fn unescape(text: &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    let code = |at: usize| {
        let digits = str::from_utf8(text.get(at..at + 4)?).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let escaped = match text.first()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => {
            let first = code(1)?;
            // Two halves of a surrogate pair are one character.
            let second = (text.get(5..7) == Some(b"\\u")).then(|| code(7)).flatten();
            let units = [first, second.unwrap_or_default()];
            let c = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
            plain.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(if c.len_utf16() == 2 { 11 } else { 5 });
        }
        other => *other,
    };
    plain.push(escaped);
    Some(1)
}
