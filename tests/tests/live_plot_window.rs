//! live-plot's window and its input: the prompt, the end of one and of the other, and what either costs.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tests::plot::{
    Folder, LINE, assert_frames, assert_idle, line_end, live_plot, shown, wait_still,
};
use tests::processes::state;
use tests::window::Screen;
use tests::{DEADLINE, Running, wait_until};

/// A program on a terminal: what is typed there and what appears there.
struct Terminal {
    program: Child,
    user: File,
    text: String,
}

impl Terminal {
    /// On a terminal that it can be controlled from: it leads a session of its own (credentials(7)).
    fn start(command: Command) -> Self {
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        Self::connect(session)
    }

    /// On a terminal that is none of its session's: a serial port is one.
    fn connect(mut command: Command) -> Self {
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
fn reading_does_not_wait_for_the_window() {
    // A display that never answers: the window is never there.
    let display = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = display.local_addr().unwrap().port().checked_sub(6000).unwrap();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut command = live_plot(&[]);
    command.env("DISPLAY", format!("127.0.0.1:{number}")).env_remove("WAYLAND_DISPLAY");
    command.stdin(reader);
    let _program = Running::start(command);
    let written = std::thread::spawn(move || writer.write_all(&b"1\n".repeat(100_000)));
    wait_until("all of it is read", || written.is_finished().then_some(()));
    written.join().unwrap().unwrap();
}

#[test]
#[ignore = "needs Xvfb"]
fn a_terminal_is_prompted_and_a_bad_line_typed_there_is_reported_without_number() {
    let screen = Screen::start();
    let mut terminal = Terminal::start(screen.show(live_plot(&["--color", "never"])));
    terminal.wait_for("Plot running. Enter numbers to update.\r\nNew value: ");
    terminal.type_line("abc");
    terminal.wait_for("Input must be a number.\r\n");
    terminal.wait_for("New value: ");
    terminal.type_line("5");
    terminal.wait_for("New value: ");
    let pid = Pid::from_raw(terminal.program.id().cast_signed());
    kill(pid, Signal::SIGSTOP).unwrap();
    wait_until("it has stopped", || (state(pid) == Some('T')).then_some(()));
    kill(pid, Signal::SIGCONT).unwrap();
    terminal.wait_for("New value: ");
    screen.close(screen.window("live-plot"));
    let status = wait_until("it ends", || terminal.program.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
#[ignore = "needs Xvfb"]
fn a_serial_port_is_not_prompted_and_its_numbers_scroll_by() {
    let screen = Screen::start();
    let mut port = Terminal::connect(screen.show(live_plot(&["--color", "never"])));
    let window = screen.window("live-plot");
    port.type_line("4");
    port.type_line("abc");
    // With its number: nobody has seen the line typed.
    port.wait_for("Input must be a number. (line 2)");
    port.type_line("5");
    wait_until("it draws", || line_end(&screen.picture(window)));
    wait_still(&screen, window, false);
    assert!(!port.text.contains("New value"), "{:?}", port.text);
}

#[test]
#[ignore = "needs Xvfb"]
fn a_file_is_drawn_whole_by_name_and_from_stdin() {
    let screen = Screen::start();
    let folder = Folder::new("stdin-file");
    let path = folder.path("numbers");
    std::fs::write(&path, "7\n".repeat(100) + &"5\n".repeat(100)).unwrap();
    let pictures = [true, false].map(|is_named| {
        let mut command = screen.show(live_plot(&[]));
        match is_named {
            true => command.arg(&path),
            false => command.stdin(File::open(&path).unwrap()),
        };
        let mut plot = Running::start(command);
        let window = screen.window("live-plot");
        wait_until("it draws", || line_end(&screen.picture(window)));
        let picture = wait_still(&screen, window, true);
        screen.close(window);
        assert_eq!(plot.wait().code(), Some(0));
        picture
    });
    assert!(pictures[0] == pictures[1]);
}

#[test]
#[ignore = "needs Xvfb"]
fn an_input_that_cannot_be_read_is_shown_and_fails() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["--exit"]);
    plot.write_bytes(b"\xff\xfe1\0\n\0");
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(1));
    assert!(end.err[0].contains("UTF-16"), "{:?}", end.err);
}

#[test]
#[ignore = "needs Xvfb"]
fn what_a_followed_file_held_is_drawn_before_now_and_what_comes_scrolls_in() {
    let screen = Screen::start();
    let folder = Folder::new("history");
    let path = folder.path("log");
    std::fs::write(&path, "5\n".repeat(100)).unwrap();
    let mut plot = Running::start(screen.show(live_plot(&["--follow", &path, "-w", "60s"])));
    let window = screen.window("live-plot");
    let (_, row) = wait_until("it draws", || line_end(&screen.picture(window)));
    // Most of the window is history.
    let picture = screen.picture(window);
    let lit = (60..picture.width).filter(|x| picture.is(*x, row, LINE)).count();
    assert!(lit > 900, "{lit} columns");
    let mut log = File::options().append(true).open(&path).unwrap();
    log.write_all(b"-5\n").unwrap();
    wait_until("what has come is drawn", || {
        line_end(&screen.picture(window)).filter(|(_, now)| *now > row + 100)
    });
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0));
}

#[test]
#[ignore = "needs Xvfb"]
fn a_pipe_is_not_prompted_and_bad_lines_are_reported_with_their_numbers() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    plot.write("1\nabc\n2\n\u{1}x\u{3}\n");
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

/// What writes to live-plot; killed on drop.
struct Producer(Child);

impl Drop for Producer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long live-plot takes to end once its window is closed, while `program` writes to it and is `signal`led
/// before.
fn time_to_close(screen: &Screen, program: &str, signal: Option<Signal>) -> Duration {
    let mut shell = Command::new("sh");
    shell.args(["-c", program]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut producer = Producer(shell.spawn().unwrap());
    let mut command = screen.show(live_plot(&[]));
    command.stdin(producer.0.stdout.take().unwrap());
    let mut plot = Running::start(command);
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    if let Some(signal) = signal {
        kill(Pid::from_raw(producer.0.id().cast_signed()), signal).unwrap();
    }
    let closed = Instant::now();
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0), "{program}");
    closed.elapsed()
}

#[test]
#[ignore = "needs Xvfb"]
fn closing_the_window_ends_it_within_200_ms_whatever_the_producer_does() {
    let screen = Screen::start();
    for (program, signal) in [
        ("echo 5; exec sleep 60", None),
        ("exec yes 5", None),
        ("exec yes 5", Some(Signal::SIGSTOP)),
        ("exec yes 5", Some(Signal::SIGKILL)),
    ] {
        // A machine that others share may be late at times, but not most of the time.
        let mut times = [(); 5].map(|()| time_to_close(&screen, program, signal));
        times.sort();
        assert!(times[2] < Duration::from_millis(200), "{program} {signal:?}: {times:?}");
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn a_producer_that_dies_in_the_middle_of_a_line_is_reported_and_its_last_number_drawn() {
    /// Where the status line tells its state by a dot, and that nothing more is coming by this colour.
    const DOT: (usize, usize) = (16, 705);
    const ENDED: [u8; 3] = [0xf2, 0xb1, 0x34];
    let screen = Screen::start();
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf '5\\n-9'; read wait; kill -KILL $$"]);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut producer = Producer(shell.spawn().unwrap());
    let mut command = screen.show(live_plot(&[]));
    command.stdin(producer.0.stdout.take().unwrap());
    let mut plot = Running::start(command);
    let window = screen.window("live-plot");
    let (_, first) = wait_until("the whole line is drawn", || line_end(&screen.picture(window)));
    assert!(!screen.picture(window).is(DOT.0, DOT.1, ENDED));
    producer.0.stdin.take().unwrap().write_all(b"\n").unwrap();
    wait_until("the end is shown", || screen.picture(window).is(DOT.0, DOT.1, ENDED).then_some(()));
    // From 5 down to −9 in a picture of −10 to 10.
    wait_until("the last number is drawn", || {
        let picture = screen.picture(window);
        (first + 100..picture.height - 45)
            .find(|y| (60..picture.width).any(|x| picture.is(x, *y, LINE)))
    });
    assert!(!plot.has_ended());
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0));
}

#[test]
#[ignore = "needs Xvfb"]
fn int_term_and_hup_end_it_with_0_while_stdin_blocks_even_if_one_arrives_twice() {
    let screen = Screen::start();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut plot = shown(&screen, &[]);
        screen.window("live-plot");
        plot.signal(signal);
        plot.signal(signal);
        assert_eq!(plot.wait().code(), Some(0), "{signal}");
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn the_end_of_input_leaves_the_window_open_and_still() {
    let screen = Screen::start();
    let begun = Instant::now();
    let mut plot = shown(&screen, &["-v", "-w", "1s"]);
    plot.write("3\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.end_input();
    let live = begun.elapsed();
    // A window that shows one second would have scrolled on by now if anything still moved it.
    let still = wait_still(&screen, window, true);
    assert_idle(&mut plot, |_| std::thread::sleep(Duration::from_secs(3)));
    assert_eq!(screen.picture(window), still);
    assert!(line_end(&still).is_some() && !plot.has_ended());
    screen.close(window);
    assert_frames(plot.finish(), live);
}

#[test]
#[ignore = "needs Xvfb"]
fn waiting_for_the_first_number_costs_nothing_and_it_is_drawn_as_it_comes() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    let window = screen.window("live-plot");
    plot.err_line("nothing has come");
    wait_still(&screen, window, true);
    assert_idle(&mut plot, |_| std::thread::sleep(Duration::from_secs(3)));
    plot.write("3\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    wait_still(&screen, window, false);
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

#[test]
#[ignore = "needs Xvfb"]
fn a_window_destroyed_by_another_client_is_reported_in_a_line() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    plot.write("1\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    screen.destroy(window);
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(1));
    assert_eq!(end.err.len(), 1, "{:?}", end.err);
    assert!(end.err[0].starts_with("live-plot: the window on DISPLAY="), "{:?}", end.err);
}

#[test]
#[ignore = "needs Xvfb"]
fn a_display_that_ends_is_reported_and_ends_it() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    plot.write("1\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    drop(screen);
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(1));
    // Whoever speaks with the display next tells: winit, or Xlib in one of its two ways.
    let ways = ["the display has gone", "X connection to", "XIO:"];
    let is_reported = |line: &String| ways.iter().any(|way| line.contains(way));
    assert!(end.err.iter().any(is_reported), "{:?}", end.err);
}

#[test]
#[ignore = "needs Xvfb"]
fn a_desktop_finds_the_entry_of_the_window_and_its_icon() {
    let screen = Screen::start();
    let _plot = shown(&screen, &[]);
    let window = screen.window("live-plot");
    // The class is the last of two names; winit leaves the instance empty.
    assert_eq!(screen.classes(window), ["", "live-plot"]);
    wait_until("it has an icon", || screen.icon(window).filter(|size| *size == (64, 64)));
}

#[test]
#[ignore = "needs Xvfb"]
fn a_start_from_a_desktop_shows_why_a_file_cannot_be_read_until_the_window_is_closed() {
    let entry = include_str!("../../deploy/live-plot.desktop");
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=live-plot ")).unwrap();
    let screen = Screen::start();
    let folder = Folder::new("wrong");
    for path in [folder.path("missing"), folder.path("")] {
        let args: Vec<&str> =
            exec.split(' ').map(|arg| arg.replace("%f", &path).leak() as &str).collect();
        let mut plot = Running::start(screen.show(live_plot(&args)));
        let window = screen.window("live-plot");
        // It says so in the colour of a warning.
        wait_until("the error is shown", || {
            let picture = screen.picture(window);
            let mut pixels =
                (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
            pixels.any(|(x, y)| picture.is_within(x, y, [0xf2, 0xb1, 0x34], 8)).then_some(())
        });
        assert!(!plot.has_ended());
        screen.close(window);
        let end = plot.finish();
        assert_eq!(end.status.code(), Some(1), "{path}");
        assert!(end.err.len() == 1 && end.err[0].contains(&path), "{:?}", end.err);
        // From a script it ends at once, and what needs no window opens none.
        for args in [&[path.as_str()][..], &["--show-errors", "--summary", &path]] {
            let end = tests::run(screen.show(live_plot(args)));
            assert_eq!(end.status.code(), Some(1), "{path}");
        }
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn a_file_without_a_number_shows_why_its_first_lines_are_not_drawn() {
    let screen = Screen::start();
    let folder = Folder::new("words");
    let path = folder.path("words");
    let warn = |picture: &tests::window::Picture| {
        let rows = 200..500;
        let mut pixels = rows.flat_map(|y| (100..1200).map(move |x| (x, y)));
        pixels.any(|(x, y)| picture.is_within(x, y, [0xf2, 0xb1, 0x34], 8))
    };
    for (text, is_warned) in [("", false), ("hello\n", true)] {
        std::fs::write(&path, text).unwrap();
        let mut plot = Running::start(screen.show(live_plot(&[&path])));
        let window = screen.window("live-plot");
        // The dot of the status line.
        wait_until("the end is shown", || {
            screen.picture(window).is(16, 705, [0xf2, 0xb1, 0x34]).then_some(())
        });
        assert_eq!(warn(&screen.picture(window)), is_warned, "{text:?}");
        screen.close(window);
        assert_eq!(plot.wait().code(), Some(0));
    }
}

#[test]
#[ignore = "needs Xvfb, fontconfig and fonts-dejavu-core"]
fn letters_that_the_built_in_font_lacks_come_from_a_font_of_the_system() {
    const TITLE: &str = "\u{62d}\u{631}\u{627}\u{631}\u{629}";
    let folder = Folder::new("letters");
    let (numbers, png) = (folder.path("numbers"), folder.path("picture.png"));
    std::fs::write(&numbers, "1\n2\n").unwrap();
    // Where there is no fc-match there are boxes.
    let start = |args: &[&str], has_fontconfig: bool| {
        let mut command = live_plot(&[&["--title", TITLE, &numbers], args].concat());
        if !has_fontconfig {
            command.env("PATH", "/nonexistent");
        }
        command
    };
    let saved = [false, true].map(|has_fontconfig| {
        assert!(tests::run(start(&["--png", &png], has_fontconfig)).status.success());
        std::fs::read(&png).unwrap()
    });
    assert_ne!(saved[0], saved[1]);
    let screen = Screen::start();
    let title = |window| screen.part(window, (400, 0), (480, 30));
    let boxes = {
        let _plot = Running::start(screen.show(start(&[], false)));
        let window = screen.window("live-plot");
        wait_until("it draws", || line_end(&screen.picture(window)));
        wait_still(&screen, window, true);
        title(window)
    };
    let _plot = Running::start(screen.show(start(&[], true)));
    let window = wait_until("the other window is there", || {
        let window = screen.window("live-plot");
        line_end(&screen.picture(window)).map(|_| window)
    });
    wait_until("the letters are drawn", || (title(window) != boxes).then_some(()));
}

#[test]
fn an_fc_match_that_hangs_holds_up_no_picture_and_no_signal() {
    let folder = Folder::new("hanging-fonts");
    let [numbers, png, stub, asked] =
        ["numbers", "picture.png", "fc-match", "asked"].map(|name| folder.path(name));
    std::fs::write(&numbers, "1\n2\n").unwrap();
    // Of a script and what it starts, none is to stay.
    std::fs::write(&stub, format!("#!/bin/sh\necho $$ >>{asked}\nsleep 1000\n")).unwrap();
    std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path(""), std::env::var("PATH").unwrap());
    let signals = [None, Some(Signal::SIGINT), Some(Signal::SIGTERM), Some(Signal::SIGHUP)];
    for signal in signals {
        let title = "\u{62d}\u{e3f}\u{6e29}";
        let mut command = live_plot(&["--title", title, "--png", &png, &numbers]);
        command.env("PATH", &path);
        let begun = Instant::now();
        let plot = Running::start(command);
        let group = wait_until("fc-match is started", || {
            std::fs::read_to_string(&asked).ok()?.trim().parse::<i32>().ok()
        });
        if let Some(signal) = signal {
            plot.signal(signal);
        }
        let end = plot.finish();
        assert_eq!(end.status.code(), Some(0), "{signal:?}: {:?}", end.err);
        assert!(begun.elapsed() < Duration::from_secs(5), "{signal:?}: {:?}", begun.elapsed());
        let is_reported = end.err.iter().any(|line| line.contains("fc-match took longer than 1 s"));
        assert_eq!(is_reported, signal.is_none(), "{:?}", end.err);
        // For three letters that are missing it was asked once.
        assert_eq!(std::fs::read_to_string(&asked).unwrap().lines().count(), 1, "{signal:?}");
        let left = || killpg(Pid::from_raw(group), None).is_err().then_some(());
        wait_until("its group has gone", left);
        std::fs::remove_file(&png).unwrap();
        std::fs::remove_file(&asked).unwrap();
    }
}
