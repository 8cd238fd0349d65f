//! Letters that the window's fonts lack: at the first of them a thread looks for a font of the system and adds it. Until
//! then, and if there is none, a box is drawn. A start without such letters costs nothing, and no frame waits.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use eframe::egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use eframe::egui::{Context, FallbackRequest, FontData, FontFamily};
use parking_lot::Mutex;

use crate::system_font::{self, Found};

/// How many fonts are added at most, and how often fontconfig is asked at most.
const FONTS: usize = 4;
const QUESTIONS: usize = 16;

/// What is looked for, and what has been found.
#[derive(Debug, Default)]
struct Search {
    /// No font is known to have these.
    missing: BTreeSet<char>,
    /// And none has been found for these.
    not_found: BTreeSet<char>,
    fonts: Vec<Found>,
    questions: usize,
    /// A thread is looking.
    is_on: bool,
}

impl Search {
    /// A letter is to be drawn for which there is no font. Whether to begin to look for one.
    fn miss(&mut self, letter: char) -> bool {
        self.missing.insert(letter);
        let begins = !self.is_on && self.fonts.len() < FONTS && self.questions < QUESTIONS;
        self.is_on |= begins;
        begins
    }

    /// The letters to ask for next; none if the search is over.
    fn next(&mut self) -> Vec<char> {
        self.missing.retain(|letter| !self.not_found.contains(letter));
        let is_over = self.missing.is_empty() || self.questions == QUESTIONS;
        self.is_on = !is_over;
        self.questions += usize::from(!is_over);
        if is_over { Vec::new() } else { self.missing.iter().copied().collect() }
    }

    /// What was found for these letters. Whether that is a font to add: then egui will ask again for what it lacks.
    fn found(&mut self, letters: Vec<char>, font: Option<&Found>) -> bool {
        let is_new = font.is_some_and(|font| !self.fonts.contains(font));
        if is_new {
            self.fonts.extend(font.cloned());
            self.missing.clear();
            self.is_on = false;
        } else {
            self.not_found.extend(letters);
        }
        is_new
    }
}

/// Has a font of the system looked for when a letter is to be drawn that no font has.
pub(super) fn look_when_needed(ctx: &Context) {
    let (search, window) = (Arc::new(Mutex::new(Search::default())), ctx.clone());
    ctx.add_font_provider(Arc::new(move |request: &FallbackRequest<'_>| {
        let letter = request.cluster.chars().next()?;
        if search.lock().miss(letter) {
            let (searched, window) = (Arc::clone(&search), window.clone());
            let thread = thread::Builder::new().name("fonts".to_owned());
            if thread.spawn(move || look(&searched, &window)).is_err() {
                // The letters stay boxes.
                search.lock().is_on = false;
            }
        }
        None
    }));
}

fn look(search: &Mutex<Search>, window: &Context) {
    loop {
        let letters = search.lock().next();
        if letters.is_empty() {
            return;
        }
        let found = system_font::with(&letters);
        let font = found.as_ref().and_then(|found| Some((found, found.read()?)));
        if search.lock().found(letters, font.as_ref().map(|(found, _)| *found)) {
            if let Some((found, content)) = font {
                tracing::debug!("Letters come from {}.", found.file);
                add(window, found, content);
            }
            return;
        }
    }
}

fn add(window: &Context, found: &Found, content: Vec<u8>) {
    let data = FontData { index: found.index, ..FontData::from_owned(content) };
    let families = [FontFamily::Proportional, FontFamily::Monospace];
    let last = |family| InsertFontFamily { family, priority: FontPriority::Lowest };
    let name = format!("{} {}", found.file, found.index);
    window.add_font(FontInsert::new(&name, data, families.map(last).to_vec()));
    window.request_repaint();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font(file: &str) -> Found {
        Found { file: file.to_owned(), index: 0 }
    }

    #[test]
    fn one_thread_looks_for_all_letters_that_are_missing() {
        let mut search = Search::default();
        assert!(search.miss('温') && !search.miss('度'));
        assert_eq!(search.next(), ['度', '温']);
        // What comes meanwhile: egui asks for it again, once the font is there.
        assert!(!search.miss('x') && search.found(vec!['度', '温'], Some(&font("a"))));
        assert!(search.miss('ع'));
        assert_eq!(search.next(), ['ع']);
    }

    #[test]
    fn a_search_ends_whatever_is_asked_for() {
        let mut search = Search::default();
        for (number, letter) in ('一'..'三').enumerate() {
            if search.miss(letter) {
                loop {
                    let letters = search.next();
                    let name = format!("{}", number / 2);
                    // Half of the letters are in no font, or in one that is known.
                    let found = (number % 2 == 0).then(|| font(&name));
                    if letters.is_empty() || search.found(letters, found.as_ref()) {
                        break;
                    }
                }
            }
        }
        assert!(search.fonts.len() <= FONTS && search.questions <= QUESTIONS, "{search:?}");
    }
}
