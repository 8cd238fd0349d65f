//! live-plot's window: what a person at its keys, its mouse and its terminal gets out of it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use tests::plot::{END, Folder, HOME, SPACE, line_end, live_plot, rise, shown, ticks, wait_still};
use tests::window::Screen;
use tests::{DEADLINE, Running, wait_until};

/// A program on a terminal of its own: what is typed there and what appears there.
struct Terminal {
    program: Child,
    user: File,
    text: String,
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let pty = openpty(None, None).unwrap();
        let end = || Stdio::from(pty.slave.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        Self {
            program: command.spawn().unwrap(),
            user: File::from(pty.master),
            text: String::new(),
        }
    }

    fn type_line(&mut self, line: &str) {
        self.user.write_all(line.as_bytes()).unwrap();
        self.user.write_all(b"\n").unwrap();
    }

    /// Reads until `text` appears, after whatever was waited for before.
    fn wait_for(&mut self, text: &str) {
        let mut block = [0; 1024];
        while !self.text.contains(text) {
            let mut fds = [PollFd::new(self.user.as_fd(), PollFlags::POLLIN)];
            let ready = poll(&mut fds, PollTimeout::try_from(DEADLINE).unwrap()).unwrap();
            assert!(ready > 0, "waited in vain for {text:?}; the terminal shows {:?}", self.text);
            let length = self.user.read(&mut block).unwrap();
            assert!(length > 0, "the terminal closed; it shows {:?}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&block[..length]));
        }
        let after = self.text.find(text).unwrap() + text.len();
        self.text.drain(..after);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn a_terminal_is_prompted_and_a_bad_line_typed_there_is_told_without_number() {
    let screen = Screen::start();
    let mut terminal = Terminal::start(screen.show(live_plot(&["--color", "never"])));
    terminal.wait_for("Plot running. Enter numbers to update.\r\nNew value: ");
    terminal.type_line("abc");
    terminal.wait_for("Input must be a number.\r\n");
    terminal.wait_for("New value: ");
    terminal.type_line("5");
    terminal.wait_for("New value: ");
    screen.close(screen.window("live-plot"));
    let status = wait_until("it ends", || terminal.program.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
#[ignore = "needs Xvfb"]
fn a_pipe_is_not_prompted_and_bad_lines_are_told_with_their_numbers() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    plot.write("1\nabc\n2\n\u{1}\u{2}\u{3}\n");
    plot.err_line("Input must be a number. (line 2)");
    plot.err_line("Input must be a number. (line 4)");
    plot.write(&"x\n".repeat(10_000));
    plot.end_input();
    let window = screen.window("live-plot");
    plot.err_line("more such lines)");
    screen.close(window);
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(0));
    assert!(end.err.len() < 40, "{:?}", end.err);
    assert_eq!(end.out, [""; 0]);
}

#[test]
#[ignore = "needs Xvfb"]
fn closing_the_window_ends_it_at_once_while_stdin_stays_open() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    plot.write("1\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    let closed = Instant::now();
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0));
    assert!(closed.elapsed() < Duration::from_secs(2), "{:?}", closed.elapsed());
}

#[test]
#[ignore = "needs Xvfb"]
fn int_and_term_end_it_with_0_while_stdin_blocks() {
    let screen = Screen::start();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut plot = shown(&screen, &[]);
        screen.window("live-plot");
        plot.signal(signal);
        assert_eq!(plot.wait().code(), Some(0), "{signal}");
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn the_end_of_input_leaves_the_window_open_and_still() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "1s"]);
    plot.write("3\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.end_input();
    // A window that shows one second would have scrolled on by now if anything still moved it.
    let mut before = screen.picture(window);
    wait_until("two pictures a second apart are the same", || {
        std::thread::sleep(Duration::from_secs(1));
        let now = screen.picture(window);
        let same = now == before && line_end(&now).is_some();
        before = now;
        same.then_some(())
    });
    assert!(!plot.has_ended());
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0));
}

#[test]
#[ignore = "needs Xvfb"]
fn space_pauses_at_no_cost_and_end_goes_on() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "2s"]);
    let window = screen.window("live-plot");
    plot.write("1\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    screen.press(window, SPACE);
    let paused = wait_still(&screen, window, true);
    let before = ticks(&plot);
    for value in 0..30 {
        plot.write(&format!("{value}\n"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let spent = ticks(&plot) - before;
    assert!(spent <= 3, "{spent} ticks in three seconds");
    assert_eq!(screen.picture(window), paused);
    screen.press(window, END);
    wait_still(&screen, window, false);
}

#[test]
#[ignore = "needs Xvfb"]
fn home_and_dragging_go_back_while_input_goes_on() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "1s"]);
    let window = screen.window("live-plot");
    plot.write("-9\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.write("9\n");
    wait_until("the rise is drawn", || rise(&screen.picture(window)));
    wait_until("the rise has gone", || rise(&screen.picture(window)).is_none().then_some(()));
    // The whole width is a second: some steps back bring the rise into sight again.
    wait_until("the rise is dragged back", || {
        screen.drag((300, 400), (700, 400));
        std::thread::sleep(Duration::from_millis(200));
        rise(&screen.picture(window))
    });
    let seen = wait_still(&screen, window, true);
    plot.write("0\n");
    assert_eq!(wait_still(&screen, window, true), seen);
    screen.press(window, END);
    wait_until("the newest is shown", || rise(&screen.picture(window)).is_none().then_some(()));
    screen.press(window, HOME);
    wait_still(&screen, window, true);
}

#[test]
#[ignore = "needs Xvfb"]
fn s_and_c_save_new_files_and_say_so() {
    let folder = Folder::new("saved");
    let screen = Screen::start();
    let mut command = screen.show(live_plot(&[]));
    command.stdin(Stdio::piped()).current_dir(&folder.0);
    let mut plot = Running::start(command);
    plot.write("1 2\n3 4\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    screen.press(window, u32::from(b's'));
    screen.press(window, u32::from(b'c'));
    let saved = |ending: &str| {
        wait_until("the file is whole", || {
            let name = folder
                .names()
                .into_iter()
                .find(|name| name.starts_with("live-plot-") && name.ends_with(ending))?;
            Some(std::fs::read(folder.0.join(name)).unwrap()).filter(|bytes| !bytes.is_empty())
        })
    };
    let table = String::from_utf8(saved(".csv")).unwrap();
    assert!(
        table.starts_with("time,c1,c2\n") && table.lines().nth(2).unwrap().ends_with(",3,4"),
        "{table}"
    );
    assert!(saved(".png").starts_with(b"\x89PNG"));
}

#[test]
#[ignore = "needs Xvfb"]
fn exit_closes_the_window_at_the_end_of_input() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["--exit"]);
    plot.write("1\n");
    screen.window("live-plot");
    plot.end_input();
    assert_eq!(plot.wait().code(), Some(0));
}
