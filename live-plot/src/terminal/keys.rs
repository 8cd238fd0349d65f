//! The bytes that a terminal sends, as what the user asks for: letters, and the escape sequences of the other keys
//! (ECMA-48, as xterm sends them). Pure. What each key does is in the one table of `view::keys`.

use crate::view::keys::{Action, listed};

/// How much more or less time one notch of a wheel shows. Terminals turn a notch into some Up or Down keys while the other
/// screen is shown.
const NOTCH: f64 = 1.25;

/// A longer sequence is none that is known.
const LONGEST: usize = 256;

/// Something that the terminal reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Event {
    /// A key that the window has as well.
    Action(Action),
    /// So many times as much time is to be shown.
    Zoom(f64),
    /// The whole picture is to be sent again.
    Redraw,
    /// Its background is dark, or light.
    Background { is_dark: bool },
}

/// The bytes that are not yet a whole sequence.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pending: Vec<u8>,
}

impl Keys {
    /// What these bytes report.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.pending.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some((length, event)) = next(&self.pending) {
            events.extend(event);
            self.pending.drain(..length);
        }
        if self.pending.len() > LONGEST {
            self.pending.clear();
        }
        events
    }

    /// Whether the rest of a sequence may still come: after some time what has come is the key Esc.
    pub(super) fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// No more bytes come: what has come of a sequence is no sequence.
    pub(super) fn give_up(&mut self) -> Option<Event> {
        let is_escape = self.pending == b"\x1b";
        self.pending.clear();
        is_escape.then(|| named("Esc")).flatten()
    }
}

/// How long the first sequence or key is, and what it reports; `None` if it is not whole.
fn next(bytes: &[u8]) -> Option<(usize, Option<Event>)> {
    match bytes {
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte))?;
            Some((end + 3, sequence(&rest[..end], rest[end])))
        }
        [0x1b, b'O', key, ..] => Some((3, sequence(b"", *key))),
        [0x1b, b'O'] | [0x1b] | [] => None,
        [0x1b, b']', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
            let is_bell = rest[end] == 0x07;
            if !is_bell && rest.len() == end + 1 {
                return None;
            }
            Some((end + if is_bell { 3 } else { 4 }, background(&rest[..end])))
        }
        // And then another key, or that one with Alt: both are sent so, and Alt has no meaning here.
        [0x1b, _, ..] => Some((1, named("Esc"))),
        [key, ..] => Some((1, letter(*key))),
    }
}

fn letter(key: u8) -> Option<Event> {
    match key {
        // Ctrl-L.
        0x0c => Some(Event::Redraw),
        // Ctrl-Q, where the terminal does not keep it for itself.
        0x11 => named("q"),
        b' ' => named("Space"),
        b'=' => named("+"),
        _ => named(std::str::from_utf8(&[key.to_ascii_lowercase()]).ok()?),
    }
}

/// A control sequence by its last byte, and for `~` by its number.
fn sequence(numbers: &[u8], last: u8) -> Option<Event> {
    match (numbers, last) {
        (_, b'A') => Some(Event::Zoom(1.0 / NOTCH)),
        (_, b'B') => Some(Event::Zoom(NOTCH)),
        (_, b'C') => named("Right"),
        (_, b'D') => named("Left"),
        (_, b'H') | (b"1" | b"7", b'~') => named("Home"),
        (_, b'F') | (b"4" | b"8", b'~') => named("End"),
        // F1.
        (b"", b'P') | (b"11", b'~') => named("?"),
        _ => None,
    }
}

/// The answer to the question for the background's colour: `11;rgb:RRRR/GGGG/BBBB`.
fn background(text: &[u8]) -> Option<Event> {
    let colors = std::str::from_utf8(text).ok()?.strip_prefix("11;rgb:")?;
    // The first digit of each is enough.
    let levels = colors.split('/').map(|level| level.chars().next()?.to_digit(16));
    let [red, green, blue] = levels.collect::<Option<Vec<u32>>>()?[..] else { return None };
    // The eye's weights (ITU-R BT.601), of 15 each.
    Some(Event::Background { is_dark: 299 * red + 587 * green + 114 * blue < 7500 })
}

fn named(name: &str) -> Option<Event> {
    listed().find(|key| key.name == name).map(|key| Event::Action(key.action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::keys::Binding;
    use proptest::prelude::*;

    #[test]
    fn each_key_of_the_list_is_understood() {
        let sequences = [
            ("Space", " "),
            ("End", "\x1b[F"),
            ("Home", "\x1b[H"),
            ("Left", "\x1b[D"),
            ("Right", "\x1bOC"),
            ("Esc", "\x1b\x1b"),
        ];
        for Binding { name: key, action, .. } in listed() {
            let bytes = sequences.iter().find(|(name, _)| name == key).map_or(*key, |(_, s)| s);
            let events = Keys::default().feed(bytes.as_bytes());
            assert_eq!(events.first(), Some(&Event::Action(*action)), "{key}");
        }
    }

    #[test]
    fn an_escape_alone_is_a_key_once_nothing_follows() {
        let mut keys = Keys::default();
        assert_eq!(keys.feed(b"\x1b"), []);
        assert!(keys.is_waiting());
        assert_eq!(keys.give_up(), Some(Event::Action(Action::CloseHelp)));
        assert!(!keys.is_waiting());
        assert_eq!((keys.feed(b"\x1b[1;5"), keys.give_up()), (vec![], None));
    }

    #[test]
    fn the_background_is_dark_or_light_by_its_brightness() {
        for (answer, is_dark) in [
            ("\x1b]11;rgb:ffff/ffff/dddd\x1b\\", false),
            ("\x1b]11;rgb:00/2b/36\x07", true),
            ("\x1b]11;rgb:1e1e/1e1e/2e2e\x07", true),
        ] {
            let events = Keys::default().feed(answer.as_bytes());
            assert_eq!(events, [Event::Background { is_dark }], "{answer:?}");
        }
        assert_eq!(Keys::default().feed(b"\x1b]11;rgb:zz\x07q"), [Event::Action(Action::Quit)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_q_still_quits(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut keys = Keys::default();
            keys.feed(&bytes);
            keys.give_up();
            prop_assert_eq!(keys.feed(b"q"), [Event::Action(Action::Quit)]);
        }

        #[test]
        fn sequences_are_the_same_in_pieces(cut in 0..16_usize) {
            let bytes = b"\x1b[A\x1b[4~ \x1bOD\x1b[Cq";
            let mut keys = Keys::default();
            let mut events = keys.feed(&bytes[..cut]);
            events.extend(keys.feed(&bytes[cut..]));
            prop_assert_eq!(events, Keys::default().feed(bytes));
        }
    }
}
