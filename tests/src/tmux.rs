//! tmux(1) for the black-box tests: a server of the test's own with one window, a shell in it, and what that shows. The
//! sequences are obeyed by tmux, not by us: it shows what a user sees.

use std::process::{Command, Stdio};

use crate::plot::Folder;
use crate::terminal::PROMPT;
use crate::{Running, binary, wait_until};

/// A server, killed on drop.
#[derive(Debug)]
pub struct Tmux {
    /// Where its socket is.
    folder: Folder,
}

impl Tmux {
    /// A window of this size without a client; `$L` is live-plot there.
    pub fn new(test: &str, (width, height): (u16, u16)) -> Self {
        let tmux = Self { folder: Folder::new(&format!("tmux-{test}")) };
        let (width, height) = (width.to_string(), height.to_string());
        let shell = ["bash", "--norc", "--noprofile", "-i"];
        let new = ["new-session", "-d", "-x", &width, "-y", &height];
        tmux.run(&[&new[..], &shell].concat());
        tmux.wait("the prompt", |text| text.trim_end().ends_with(PROMPT.trim_end()));
        tmux
    }

    /// A program in whose environment nothing is left of whoever runs the tests.
    fn command(program: &str) -> Command {
        let mut command = Command::new(program);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR", "COLORTERM", "COLORFGBG", "TMUX"] {
            command.env_remove(name);
        }
        command.env("L", binary("live-plot")).env("PS1", PROMPT).env("LC_ALL", "C.UTF-8");
        command.env("XDG_CONFIG_HOME", "/nonexistent").env("HISTFILE", "");
        command.env("TERM", "xterm-256color").stdin(Stdio::null());
        command
    }

    /// The options with which tmux finds this server, and no configuration.
    fn options(&self) -> [String; 4] {
        ["-S", &self.folder.path("socket"), "-f", "/dev/null"].map(str::to_owned)
    }

    /// Runs one of tmux's commands and gives what it prints.
    pub fn run(&self, args: &[&str]) -> String {
        let output = Self::command("tmux").args(self.options()).args(args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Presses keys, by tmux's names for them.
    pub fn press(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    /// Types a command and Enter.
    pub fn enter(&self, command: &str) {
        self.run(&["send-keys", "-l", command]);
        self.press(&["Enter"]);
    }

    /// What is seen.
    pub fn text(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    /// Waits until what is seen is as it should be.
    pub fn wait(&self, what: &str, is_right: impl Fn(&str) -> bool) -> String {
        let right = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until(what, || Some(self.text()).filter(|text| is_right(text)))
        }));
        right.unwrap_or_else(|_| panic!("never seen: {what}\n{}", self.text()))
    }

    /// Waits for a text.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |seen| seen.contains(text))
    }

    /// Waits for the shell's prompt on the first screen, with the cursor; what is seen then.
    pub fn wait_for_prompt(&self) -> String {
        wait_until("the first screen", || (self.format("#{alternate_on}") == "0").then_some(()));
        let text = self.wait("the prompt", |text| text.trim_end().ends_with(PROMPT.trim_end()));
        assert_eq!(self.format("#{cursor_flag}"), "1", "the cursor is hidden");
        text
    }

    /// What tmux knows of the window, by the names in FORMATS of tmux(1).
    pub fn format(&self, format: &str) -> String {
        self.run(&["display-message", "-p", format]).trim_end().to_owned()
    }

    /// The settings of its line, as stty(1) prints them.
    pub fn settings(&self) -> String {
        let tty = self.format("#{pane_tty}");
        let output = Command::new("stty").args(["-g", "-F", &tty]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Gives the window another size.
    pub fn resize(&self, (width, height): (u16, u16)) {
        self.run(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// A terminal of this size whose user attaches; gone when it is dropped or sent away by `detach-client`.
    pub fn attach(&self, (width, height): (u16, u16)) -> Running {
        let tmux = format!("exec tmux {} attach-session", self.options().join(" "));
        let tmux = format!("stty cols {width} rows {height}; {tmux}");
        // script(1) gives it a terminal.
        let mut script = Self::command("script");
        script.args(["-qc", &tmux, "/dev/null"]).stdin(Stdio::piped());
        Running::start(script)
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = Self::command("tmux").args(self.options()).arg("kill-server").output();
    }
}
