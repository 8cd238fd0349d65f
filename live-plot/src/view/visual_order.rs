//! Arabic and Hebrew in the order in which they are read. egui turns the letters of a word, but puts one word after the other
//! from left to right. So the words are put into their visual order before (Unicode Standard Annex 9). Pure.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// No letter before this one is written from right to left.
const FIRST: char = '\u{590}';

/// A line of text with its words in their visual order, each with its letters as they were.
pub(super) fn visual_order(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| letter < FIRST) {
        return text.into();
    }
    let bidi = BidiInfo::new(text, None);
    let [line] = &bidi.paragraphs[..] else { return text.into() };
    let (levels, runs) = bidi.visual_runs(line, line.range.clone());
    let mut ordered = String::with_capacity(text.len());
    for run in runs {
        let is_turned = levels[run.start].is_rtl();
        let part = &text[run];
        match is_turned {
            true => words(part).into_iter().rev().for_each(|word| ordered.push_str(&word)),
            false => ordered.push_str(part),
        }
    }
    ordered.into()
}

/// The words of a part that is read from right to left, and what is between them, one by one and as it is seen from there.
fn words(part: &str) -> Vec<Cow<'_, str>> {
    let is_letter = |letter: char| {
        // A mark belongs to its letter, and what joins or parts two letters to both (BN).
        use BidiClass::{AL, BN, NSM, R};
        matches!(bidi_class(letter), R | AL | NSM | BN)
    };
    let mut words = Vec::new();
    let mut rest = part;
    while let Some(first) = rest.chars().next() {
        let end = match is_letter(first) {
            true => rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        words.push(mirrored(first).map_or(word.into(), |mirrored| mirrored.to_string().into()));
        rest = after;
    }
    words
}

/// A bracket as it is seen in a text that is read from right to left.
fn mirrored(letter: char) -> Option<char> {
    const PAIRS: &str = "()[]{}<>«»";
    let place = PAIRS.chars().position(|of| of == letter)?;
    PAIRS.chars().nth(place ^ 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_ordered_from_the_side_from_which_they_are_read() {
        let heat = "\u{62d}\u{631}\u{627}\u{631}\u{629}";
        let water = "\u{627}\u{644}\u{645}\u{627}\u{621}";
        for (text, seen) in [
            ("cpu load 5 %".to_owned(), "cpu load 5 %".to_owned()),
            (heat.to_owned(), heat.to_owned()),
            (format!("{heat} {water}"), format!("{water} {heat}")),
            (format!("{heat} {water} 12.5"), format!("12.5 {water} {heat}")),
            (format!("{heat} ({water})"), format!("({water}) {heat}")),
            (format!("t {heat} {water} C"), format!("t {water} {heat} C")),
            // With a vowel mark.
            ("\u{5e9}\u{5b8} \u{5d0}".to_owned(), "\u{5d0} \u{5e9}\u{5b8}".to_owned()),
        ] {
            assert_eq!(visual_order(&text), seen);
        }
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(text in "[a-c\u{5d0}-\u{5d3}\u{627}-\u{62a}\u{64b} .0-9]{0,30}") {
            let sorted = |text: &str| {
                let mut letters: Vec<char> = text.chars().collect();
                letters.sort_unstable();
                letters
            };
            prop_assert_eq!(sorted(&visual_order(&text)), sorted(&text));
        }
    }
}
