//! What the keys do, in one table: keys act by it, and `?` shows it, in the window and in the terminal. The actions
//! themselves are left to `controls` and `app`.

use eframe::egui::{Context, Event, Key};

/// Something that the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Pause,
    Oldest,
    Live,
    Back,
    Forward,
    Closer,
    Farther,
    All,
    Fit,
    Log,
    Panels,
    Elapsed,
    SavePicture,
    SaveTable,
    CopyPicture,
    CopySamples,
    Theme,
    Help,
    CloseHelp,
    Quit,
}

/// What a key does.
#[derive(Debug)]
pub(crate) struct Binding {
    key: Key,
    /// What the key is called; nothing for another key of the same action.
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    /// What that does, in words.
    pub(crate) does: &'static str,
    /// What more there is to say of it in a window.
    pub(crate) more: &'static str,
}

const fn binding(
    key: Key,
    name: &'static str,
    action: Action,
    does: &'static str,
    more: &'static str,
) -> Binding {
    Binding { key, name, action, does, more }
}

static KEYS: [Binding; 20] = [
    binding(Key::Space, "Space", Action::Pause, "pause, or go on", ""),
    binding(Key::End, "End", Action::Live, "go on with the newest", ""),
    binding(Key::Home, "Home", Action::Oldest, "go to the beginning", ""),
    binding(Key::ArrowLeft, "Left", Action::Back, "go back", " (or drag)"),
    binding(Key::ArrowRight, "Right", Action::Forward, "go forward", ""),
    binding(Key::Plus, "+", Action::Closer, "less time", " (or turn the wheel)"),
    binding(Key::Equals, "", Action::Closer, "", ""),
    binding(Key::Minus, "-", Action::Farther, "more time", ""),
    binding(Key::R, "r", Action::All, "show everything", " (or double-click)"),
    binding(Key::A, "a", Action::Fit, "fit the values, or not", ""),
    binding(Key::L, "l", Action::Log, "logarithmic axis, or linear", ""),
    binding(Key::P, "p", Action::Panels, "a panel for each series, or one", ""),
    binding(Key::T, "t", Action::Elapsed, "clock times, or time since the first", ""),
    binding(Key::S, "s", Action::SavePicture, "save the picture", ""),
    binding(Key::C, "c", Action::SaveTable, "save the samples as CSV", ""),
    binding(Key::D, "d", Action::Theme, "dark colours, or light", ""),
    binding(Key::Q, "q", Action::Quit, "close", " the window (or Ctrl-Q)"),
    binding(Key::Questionmark, "?", Action::Help, "show this list, or hide it", ""),
    // Where ? is typed with shift, some keyboards report only the key without shift: F1 works everywhere.
    binding(Key::F1, "", Action::Help, "", ""),
    binding(Key::Escape, "Esc", Action::CloseHelp, "hide this list", ""),
];

/// The keys that only a window has: a terminal takes them itself.
pub(super) const COPYING: [(&str, Action, &str); 2] = [
    ("Ctrl-C", Action::CopyPicture, "copy the picture"),
    ("Ctrl-Shift-C", Action::CopySamples, "copy the samples that are seen"),
];

/// What the pointer does to a series in the legend of a window, and how the keyboard gets there.
pub(super) const POINTING: [(&str, &str); 3] = [
    ("Click", "on a series: hide it, or show it"),
    ("Ctrl-click", "show that series alone, or all again"),
    ("Tab", "go to a series or a button; Enter is a click"),
];

/// The keys that have a name.
pub(crate) fn listed() -> impl Iterator<Item = &'static Binding> {
    KEYS.iter().filter(|binding| !binding.name.is_empty())
}

/// What the key of an action is called.
pub(super) fn name_of(action: Action) -> &'static str {
    let plain = listed().map(|binding| (binding.name, binding.action));
    let mut all = plain.chain(COPYING.iter().map(|(name, of, _)| (*name, *of)));
    all.find(|(_, of)| *of == action).map_or("", |(name, _)| name)
}

/// What the keys pressed since the last frame ask for. A key that a focused button or series takes is left to it.
pub(crate) fn pressed(ctx: &Context) -> Vec<Action> {
    let is_focused = ctx.memory(|memory| memory.focused().is_some());
    ctx.input(|input| input.events.iter().filter_map(|event| asked(event, is_focused)).collect())
}

/// What an event asks for. Each key comes with the modifiers of its moment: at the frame they may be others.
fn asked(event: &Event, is_focused: bool) -> Option<Action> {
    let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else {
        // egui makes Ctrl-C an event of its own.
        return matches!(event, Event::Copy).then_some(Action::CopyPicture);
    };
    if modifiers.command && modifiers.shift && *key == Key::C {
        return (!repeat).then_some(Action::CopySamples);
    }
    if is_focused && matches!(key, Key::Space | Key::ArrowLeft | Key::ArrowRight) {
        return None;
    }
    let known = KEYS.iter().find(|binding| binding.key == *key).map(|binding| binding.action);
    known.filter(|action| !modifiers.command || *action == Action::Quit)
}

#[cfg(test)]
mod tests {
    use eframe::egui::Modifiers;

    use super::*;

    #[test]
    fn a_key_with_ctrl_is_another_key() {
        let press = |key, modifiers| {
            let event =
                Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
            asked(&event, false)
        };
        let ctrl = Modifiers::CTRL | Modifiers::COMMAND;
        assert_eq!(press(Key::C, Modifiers::NONE), Some(Action::SaveTable));
        assert_eq!(press(Key::C, ctrl | Modifiers::SHIFT), Some(Action::CopySamples));
        assert_eq!(press(Key::S, ctrl), None);
        assert_eq!(press(Key::Q, ctrl), Some(Action::Quit));
        assert_eq!(asked(&Event::Copy, false), Some(Action::CopyPicture));
    }
}
