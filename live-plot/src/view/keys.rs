//! What the keys do, in one table: keys act by it, and `?` shows it. The actions themselves are left to `app`.

use eframe::egui::{Context, Key};

/// Something that the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Pause,
    Oldest,
    Live,
    Back,
    Forward,
    Closer,
    Farther,
    Fit,
    SavePicture,
    SaveTable,
    Help,
}

/// Each key, what it is called, what it does, and what that is called.
pub(super) const KEYS: [(Key, &str, Action, &str); 13] = [
    (Key::Space, "Space", Action::Pause, "pause, or go on"),
    (Key::End, "End", Action::Live, "go on with the newest"),
    (Key::Home, "Home", Action::Oldest, "go to the beginning"),
    (Key::ArrowLeft, "Left", Action::Back, "go back (or drag)"),
    (Key::ArrowRight, "Right", Action::Forward, "go forward"),
    (Key::Plus, "+", Action::Closer, "less time (or turn the wheel)"),
    (Key::Equals, "", Action::Closer, ""),
    (Key::Minus, "-", Action::Farther, "more time"),
    (Key::A, "a", Action::Fit, "fit the values, or not"),
    (Key::S, "s", Action::SavePicture, "save the picture"),
    (Key::C, "c", Action::SaveTable, "save the samples as CSV"),
    (Key::Questionmark, "?", Action::Help, "show this list, or hide it"),
    // Where ? is typed with shift, some keyboards report only the key without shift: F1 works everywhere.
    (Key::F1, "", Action::Help, ""),
];

/// What the keys pressed since the last frame ask for.
pub(super) fn pressed(ctx: &Context) -> Vec<Action> {
    let is_pressed =
        |key: &Key| ctx.input(|input| input.key_pressed(*key) && !input.modifiers.command);
    KEYS.iter().filter(|(key, ..)| is_pressed(key)).map(|(_, _, action, _)| *action).collect()
}
