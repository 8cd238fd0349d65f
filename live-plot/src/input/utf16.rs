//! Recognises UTF-16 (RFC 2781), which Windows tools write: it cannot be cut into lines at bytes. It is refused, never read
//! as something else.

use common::words::quoted;

/// What to report about such a file, or about such a standard input.
pub(super) fn problem(file: Option<&str>) -> String {
    let convert = "iconv -f UTF-16 -t UTF-8";
    let way_out = match file {
        Some(file) => format!("{convert} {} | live-plot", quoted(file)),
        None => format!("… | {convert} | live-plot"),
    };
    format!("it is UTF-16, not UTF-8; convert it first: {way_out}")
}

/// How much of the first block is looked at: some letters.
const LETTERS: usize = 32;

/// Whether a text that begins so is UTF-16: it has a byte order mark, or every other byte is NUL, as with ASCII letters
/// of two bytes each.
pub(super) fn is_likely(block: &[u8]) -> bool {
    if block.starts_with(&[0xff, 0xfe]) || block.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let (letters, _) = block.as_chunks::<2>();
    let letters = &letters[..letters.len().min(LETTERS)];
    let all = |is_letter: fn(&[u8; 2]) -> bool| letters.len() >= 2 && letters.iter().all(is_letter);
    all(|[low, high]| *low != 0 && *high == 0) || all(|[high, low]| *low != 0 && *high == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_out_is_a_command_that_can_be_copied() {
        let ends = |file: Option<&str>, end: &str| {
            let problem = problem(file);
            assert!(problem.ends_with(end), "{problem}");
        };
        ends(None, "convert it first: … | iconv -f UTF-16 -t UTF-8 | live-plot");
        ends(Some("/tmp/log.csv"), "iconv -f UTF-16 -t UTF-8 /tmp/log.csv | live-plot");
        ends(Some("it's a log"), r"-t UTF-8 'it'\''s a log' | live-plot");
    }

    #[test]
    fn a_mark_or_nuls_at_every_other_byte_are_utf_16_and_other_nuls_are_not() {
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| {
            text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
        };
        for text in ["\u{feff}1\n", "1\n2\n", "\u{feff}température"] {
            assert!(is_likely(&wide(text, u16::to_le_bytes)), "{text:?}");
            assert!(is_likely(&wide(text, u16::to_be_bytes)), "{text:?}");
        }
        for text in [
            &b""[..],
            b"1\n",
            b"1\n2\n",
            b"0001,\n\0\0\0\0",
            b"\0\0\0\0",
            b"1\0",
            "é=1\n".as_bytes(),
        ] {
            assert!(!is_likely(text), "{text:?}");
        }
    }
}
