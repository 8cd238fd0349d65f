//! A text that is wider than its place. How wide a text is, its painter knows.

/// The text, or as much of it as fits without its middle: as much from the beginning as from the end, for names often
/// differ in only one of them.
pub(crate) fn without_middle(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let kept = |count: usize| -> String {
        let (before, after) = (count.div_ceil(2), count / 2);
        let end = &letters[letters.len() - after..];
        letters[..before].iter().chain(&['…']).chain(end).collect()
    };
    (0..letters.len()).rev().map(kept).find(|text| fits(text)).unwrap_or_default()
}
