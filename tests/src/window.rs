//! Windows for the black-box tests: an Xvfb of their own, and through its protocol what a person does at
//! a screen: look for a window, look at its pixels, close it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt,
    CreateWindowAux, EventMask, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    MOTION_NOTIFY_EVENT, MapState, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::wait_until;

/// A screen of 1280 by 800 pixels; gone on drop.
#[derive(Debug)]
pub struct Screen {
    server: Child,
    /// What DISPLAY is to be.
    pub display: String,
    connection: RustConnection,
    root: Window,
}

impl Screen {
    /// Starts Xvfb on a free display number.
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb: {error}; it is in Debian's package xvfb"));
        let mut number = String::new();
        let stdout = server.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let (connection, screen) = x11rb::connect(Some(&display)).unwrap();
        let root = connection.setup().roots[screen].root;
        let screen = Self { server, display, connection, root };
        // Out of the way: a pointer on the plot reads values out.
        screen.point((1279, 799));
        screen
    }

    /// Has `command` open its windows here, drawn by the CPU.
    pub fn show(&self, mut command: Command) -> Command {
        command
            .env("DISPLAY", &self.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET");
        command
    }

    /// The visible window of this class; waits for it.
    pub fn window(&self, class: &str) -> Window {
        wait_until("the window is there", || self.find(class))
    }

    fn find(&self, class: &str) -> Option<Window> {
        let tree = self.connection.query_tree(self.root).unwrap().reply().ok()?;
        tree.children
            .into_iter()
            .find(|window| self.is_visible(*window) && self.has_class(*window, class))
    }

    /// Whether the window is mapped.
    pub fn is_visible(&self, window: Window) -> bool {
        let attributes = self.connection.get_window_attributes(window).unwrap().reply();
        attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    fn has_class(&self, window: Window, class: &str) -> bool {
        self.classes(window).iter().any(|name| name == class)
    }

    /// The instance and the class of a window, by which a desktop finds its entry: ICCCM 4.1.2.5.
    pub fn classes(&self, window: Window) -> Vec<String> {
        let value = self.property(window, AtomEnum::WM_CLASS.into());
        // Each is ended by NUL.
        let names = value.strip_suffix(&[0]).unwrap_or_default().split(|byte| *byte == 0);
        names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// Width and height of a window's first icon: `_NET_WM_ICON` of the EWMH.
    pub fn icon(&self, window: Window) -> Option<(u32, u32)> {
        let value = self.property(window, self.atom("_NET_WM_ICON"));
        let number = |at| Some(u32::from_ne_bytes(*value.get(at..)?.first_chunk()?));
        Some((number(0)?, number(4)?))
    }

    /// A window's property; empty if there is none, or no such window.
    fn property(&self, window: Window, property: u32) -> Vec<u8> {
        let any = AtomEnum::ANY;
        let read = self.connection.get_property(false, window, property, any, 0, u32::MAX / 4);
        read.unwrap().reply().map(|reply| reply.value).unwrap_or_default()
    }

    /// The window's pixels as they are now.
    pub fn picture(&self, window: Window) -> Picture {
        let size = self.connection.get_geometry(window).unwrap().reply().unwrap();
        self.part(window, (0, 0), (size.width, size.height))
    }

    /// The pixels of the whole screen.
    pub fn whole(&self) -> Picture {
        self.picture(self.root)
    }

    /// Some of the window's pixels, from a corner on.
    pub fn part(&self, window: Window, (x, y): (i16, i16), size: (u16, u16)) -> Picture {
        let (width, height) = size;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, u32::MAX)
            .unwrap()
            .reply()
            .unwrap();
        // Depth 24 comes as blue, green, red and a byte of padding.
        let pixels = image.data.as_chunks().0.iter().map(|[b, g, r, _]| [*r, *g, *b]);
        Picture { width: width.into(), height: height.into(), pixels: pixels.collect() }
    }

    /// Presses and releases a key, named by its keysym, in the window; with Shift where the keyboard has it so.
    pub fn press(&self, window: Window, keysym: u32) {
        self.press_with(window, &[], keysym);
    }

    /// The same with Ctrl.
    pub fn press_with_ctrl(&self, window: Window, keysym: u32) {
        /// X11/keysymdef.h.
        const CONTROL: u32 = 0xffe3;
        self.press_with(window, &[CONTROL], keysym);
    }

    fn press_with(&self, window: Window, modifiers: &[u32], keysym: u32) {
        /// X11/keysymdef.h.
        const SHIFT: u32 = 0xffe1;
        self.connection
            .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)
            .unwrap()
            .check()
            .unwrap();
        let (keycode, is_shifted) = self.key(keysym);
        let shift = is_shifted.then_some(&SHIFT);
        let modifiers = modifiers.iter().chain(shift).map(|keysym| self.key(*keysym).0);
        let keys: Vec<u8> = modifiers.chain([keycode]).collect();
        for key in &keys {
            self.fake(KEY_PRESS_EVENT, *key, (0, 0));
        }
        for key in keys.iter().rev() {
            self.fake(KEY_RELEASE_EVENT, *key, (0, 0));
        }
    }

    /// The keycode of a keysym, and whether it takes Shift.
    fn key(&self, keysym: u32) -> (u8, bool) {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let mapping = self.connection.get_keyboard_mapping(first, count).unwrap().reply().unwrap();
        let columns = usize::from(mapping.keysyms_per_keycode);
        let column = |column| {
            let keysyms = mapping.keysyms.iter().skip(column).step_by(columns);
            let place = keysyms.into_iter().position(|found| *found == keysym)?;
            Some((first + u8::try_from(place).unwrap(), column == 1))
        };
        column(0).or_else(|| column(1)).expect("the keyboard has the key")
    }

    /// Turns the wheel by so many clicks at a place on the screen: up, or down if negative. X has buttons for it.
    pub fn wheel(&self, place: (i16, i16), clicks: i32) {
        let button = if clicks > 0 { 4 } else { 5 };
        self.point(place);
        for _ in 0..clicks.abs() {
            // No hand is faster than a frame.
            std::thread::sleep(Duration::from_millis(20));
            self.fake(BUTTON_PRESS_EVENT, button, place);
            self.fake(BUTTON_RELEASE_EVENT, button, place);
        }
    }

    /// Moves the pointer to a place on the screen.
    pub fn point(&self, place: (i16, i16)) {
        self.fake(MOTION_NOTIFY_EVENT, 0, place);
    }

    /// Presses the pointer's button at one place and releases it at another.
    pub fn drag(&self, from: (i16, i16), to: (i16, i16)) {
        self.point(from);
        self.fake(BUTTON_PRESS_EVENT, 1, from);
        for step in 1..=10 {
            // No hand is faster than a frame.
            std::thread::sleep(Duration::from_millis(20));
            self.point((
                from.0 + (to.0 - from.0) / 10 * step,
                from.1 + (to.1 - from.1) / 10 * step,
            ));
        }
        self.fake(BUTTON_RELEASE_EVENT, 1, to);
    }

    /// An event as a device would send it: the XTEST extension.
    fn fake(&self, event: u8, detail: u8, place: (i16, i16)) {
        let cookie = self.connection.xtest_fake_input(
            event,
            detail,
            CURRENT_TIME,
            self.root,
            place.0,
            place.1,
            0,
        );
        cookie.unwrap().check().unwrap();
    }

    /// What pastes as `target`, such as `UTF8_STRING` or `image/png`; empty if nothing does: ICCCM 2.4.
    pub fn clipboard(&self, target: &str) -> Vec<u8> {
        let asker = self.connection.generate_id().unwrap();
        let attributes = CreateWindowAux::new();
        let create = self.connection.create_window(
            0,
            asker,
            self.root,
            0,
            0,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            0,
            &attributes,
        );
        create.unwrap().check().unwrap();
        let [clipboard, target, property] =
            ["CLIPBOARD", target, "PASTED"].map(|name| self.atom(name));
        let convert =
            self.connection.convert_selection(asker, clipboard, target, property, CURRENT_TIME);
        convert.unwrap().check().unwrap();
        let notified = wait_until("the clipboard answers", || {
            match self.connection.poll_for_event().unwrap()? {
                Event::SelectionNotify(event) if event.requestor == asker => Some(event),
                _ => None,
            }
        });
        if notified.property == x11rb::NONE {
            return Vec::new();
        }
        self.property(asker, property)
    }

    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    /// Takes the window away without asking its program, as `xkill` would.
    pub fn destroy(&self, window: Window) {
        self.connection.destroy_window(window).unwrap().check().unwrap();
    }

    /// Closes the window as a click on its title bar would: ICCCM 4.2.8.1.
    pub fn close(&self, window: Window) {
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|name| self.atom(name));
        let event = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap();
        self.connection.flush().unwrap();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What a window showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// The colour at column `x` and row `y`.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }

    /// Whether the pixel is this colour, give or take what antialiasing takes.
    pub fn is(&self, x: usize, y: usize, color: [u8; 3]) -> bool {
        self.is_within(x, y, color, 39)
    }

    /// Whether the pixel is this colour, give or take so much of each of its three.
    pub fn is_within(&self, x: usize, y: usize, color: [u8; 3], by: u8) -> bool {
        self.at(x, y).iter().zip(color).all(|(a, b)| a.abs_diff(b) <= by)
    }
}
