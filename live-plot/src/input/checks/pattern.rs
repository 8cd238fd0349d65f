//! What the patterns are made of that the checks propose for `--match`.

/// A number.
pub(super) const NUMBER: &str = "[-+0-9.]+";

/// The longest text of a line that is put into a pattern.
const LONGEST: usize = 64;

/// The text in a pattern between the quotes of a shell, if it can stand there.
pub(super) fn literal(text: &[u8]) -> Option<String> {
    let text = str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST)?;
    let is_plain = |c: char| !c.is_control() && c != '\'';
    text.chars().all(is_plain).then(|| regex::escape(text))
}
