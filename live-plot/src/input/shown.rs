//! Names and cells in a warning: cut short to be read, or whole to be copied.

use common::escape::escape;
use common::words::quoted;

/// How many characters of a name or cell a warning shows: binary noise has them in any number.
const SHOWN: usize = 32;

/// The longest name that a warning shows whole.
const LONGEST: usize = 120;

/// A name or a cell that is to be read.
pub(super) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = escape(&text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// A name that is to be copied to a command line: whole, if it is no noise.
pub(super) fn copied(name: &[u8]) -> String {
    let name = match str::from_utf8(name) {
        Ok(text) if text.len() <= LONGEST => escape(text).into_owned(),
        _ => shown(name),
    };
    quoted(&name).into_owned()
}
