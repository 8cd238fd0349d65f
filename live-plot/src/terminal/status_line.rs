//! The status line of a terminal, as the window has one: the state of the input, a note, and what has come. In a narrow
//! terminal its facts leave one by one, the least important first; the state and the note take further rows, for an error
//! says only at its end what to do. Its words are left to `status`, where it stands to `layout`. Pure.

use super::cells::{Cells, Ink, width};
use crate::view::status::{Emphasis, Status};

/// Between two facts, and between them and what is on their left.
const BETWEEN: &str = " · ";
const GAP: usize = 2;

/// The most rows.
const MOST: usize = 4;

/// Words side by side, each with the blanks before it.
type Line = Vec<(Ink, String)>;

/// What the status line says.
pub(super) struct StatusLine {
    lines: Vec<Line>,
    facts: Line,
}

impl StatusLine {
    /// What is said on a screen of this width. A still says nothing of a state.
    pub(super) fn new(status: &Status, across: usize, is_live: bool) -> Self {
        let inked = |(emphasis, text)| match emphasis {
            Emphasis::Live => (Ink::Live, text),
            Emphasis::Warn => (Ink::Warn, text),
            Emphasis::Plain => (Ink::Plain, text),
            Emphasis::Weak => (Ink::Weak, text),
        };
        let (emphasis, state) = status.state();
        let state = Some((emphasis, format!("● {state}"))).filter(|_| is_live);
        let texts = [state, status.note().filter(|_| is_live)].into_iter().flatten();
        let lines = filled(texts.map(inked), across);
        let mut facts: Line = status.facts().into_iter().map(inked).collect();
        if is_live {
            facts.push((Ink::Weak, "? keys".to_owned()));
        }
        let room = lines.last().map_or(across, |line| across.saturating_sub(wide(line) + GAP));
        while !facts.is_empty() && wide_of_facts(&facts) > room {
            facts.pop();
        }
        Self { lines, facts }
    }

    /// How many rows it takes.
    pub(super) fn rows(&self) -> usize {
        self.lines.len().max(1)
    }

    /// Writes it into some rows, from this one on.
    pub(super) fn write(&self, cells: &mut Cells, (row, rows): (usize, usize)) {
        for (line, y) in self.lines.iter().zip(row..row + rows) {
            line.iter().fold(0, |x, (ink, word)| cells.write((x, y), word, *ink));
        }
        // A still has nothing on their left.
        let right = cells.width - wide_of_facts(&self.facts).min(cells.width);
        let (mut x, y) = (if self.lines.is_empty() { 0 } else { right }, row + self.rows() - 1);
        for (number, (ink, text)) in self.facts.iter().enumerate().filter(|_| y < row + rows) {
            if number > 0 {
                x = cells.write((x, y), BETWEEN, Ink::Weak);
            }
            x = cells.write((x, y), text, *ink);
        }
    }
}

/// Texts in lines of this width, broken at blanks.
fn filled(texts: impl Iterator<Item = (Ink, String)>, across: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (ink, text) in texts {
        for (number, word) in text.split(' ').enumerate() {
            let blanks = " ".repeat(if number == 0 { GAP } else { 1 });
            match lines.last_mut() {
                Some(line) if wide(line) + blanks.len() + width(word) <= across => {
                    line.push((ink, blanks + word));
                }
                _ => lines.push(vec![(ink, word.to_owned())]),
            }
        }
    }
    lines.truncate(MOST);
    lines
}

fn wide(line: &Line) -> usize {
    line.iter().map(|(_, word)| width(word)).sum()
}

fn wide_of_facts(facts: &Line) -> usize {
    wide(facts) + facts.len().saturating_sub(1) * width(BETWEEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_word_is_lost_and_none_is_cut_that_has_room(
            texts in prop::collection::vec("[a-z温]{1,12}( [a-z温]{1,12}){0,12}", 1..3), across in 30..90_usize,
        ) {
            let inked = texts.iter().map(|text| (Ink::Plain, text.clone()));
            let lines = filled(inked, across);
            prop_assert!(lines.iter().all(|line| wide(line) <= across), "{lines:?}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let written = lines.iter().flatten().flat_map(|(_, word)| words(word)).collect::<Vec<_>>();
            let all = texts.iter().flat_map(|text| words(text)).collect::<Vec<_>>();
            prop_assert!(all.starts_with(&written) && (lines.len() == MOST || all == written), "{lines:?}");
        }
    }
}
