//! A text in quotes, and what is escaped in it (RFC 8259 section 7).

/// The string that the text begins with, unescaped, and its length.
pub(super) fn string(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut plain = Vec::new();
    let mut at = 1;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b'\\' => at += unescape(&text[at..], &mut plain)?,
            _ if byte == quote => return Some((plain, at)),
            _ => plain.push(byte),
        }
    }
}

/// Appends what is escaped at the beginning of `text` and returns how long it was.
fn unescape(text: &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    let code = |at: usize| {
        let digits = str::from_utf8(text.get(at..at + 4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let escaped = match text.first()? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let first = code(1)?;
            // Two halves of a surrogate pair are one character (RFC 8259 section 7).
            let second = (text.get(5..7) == Some(b"\\u")).then(|| code(7)).flatten();
            if let (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) = (first, second) {
                let both = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                push(char::from_u32(both)?, plain);
                return Some(11);
            }
            push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), plain);
            return Some(5);
        }
        other => {
            plain.push(*other);
            return Some(1);
        }
    };
    push(escaped, plain);
    Some(1)
}

fn push(c: char, plain: &mut Vec<u8>) {
    plain.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
