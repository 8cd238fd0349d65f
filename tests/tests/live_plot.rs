//! live-plot from outside: its command line, its prompt, its window and what is drawn in it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::signal::Signal;
use tests::window::{Picture, Screen};
use tests::{DEADLINE, Finished, Running, program, run, wait_until};

/// The first series' colour in the dark theme.
const LINE: [u8; 3] = [0x56, 0xb4, 0xe9];

fn live_plot(args: &[&str]) -> Command {
    let mut command = program("live-plot");
    command.args(args);
    command
}

/// live-plot in a window of `screen`, its stdin a pipe.
fn shown(screen: &Screen, args: &[&str]) -> Running {
    let mut command = screen.show(live_plot(args));
    command.stdin(Stdio::piped());
    Running::start(command)
}

#[test]
fn without_a_display_it_says_so_in_one_line_and_fails() {
    let mut command = live_plot(&[]);
    command.env_remove("DISPLAY").env("WAYLAND_DISPLAY", "").env_remove("WAYLAND_SOCKET");
    let end = run(command);
    assert_eq!(end.status.code(), Some(1));
    assert_eq!(end.err.len(), 1);
    assert!(end.err[0].starts_with("live-plot: no display"), "{:?}", end.err);
    assert!(end.out.is_empty());
}

#[test]
fn a_display_that_does_not_answer_is_named() {
    let mut command = live_plot(&[]);
    command.env("DISPLAY", ":4095").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let end = run(command);
    assert_eq!(end.status.code(), Some(1));
    assert!(
        end.err[0].starts_with("live-plot: cannot open a window on DISPLAY=:4095: "),
        "{:?}",
        end.err
    );
}

#[test]
fn a_directory_and_a_missing_file_are_refused_by_name() {
    for (path, problem) in [("/", "is a directory"), ("/nonexistent/x", "No such file")] {
        let end = run(live_plot(&[path]));
        assert_eq!(end.status.code(), Some(1), "{path}");
        assert!(
            end.err[0].starts_with(&format!("live-plot: cannot read {path}: {problem}")),
            "{:?}",
            end.err
        );
    }
}

#[test]
fn bad_usage_ends_with_2_and_says_what_is_meant() {
    for (args, text) in [
        (&["--nope"][..], "--nope"),
        (&["-w", "0s"], "1ms"),
        (&["-w", "10"], "10s"),
        (&["-y", "5:1"], "less than"),
        (&["-d", "curve"], "step"),
        (&["--size", "1x1"], "1280x720"),
        (&["--history", "5"], "256MiB"),
        (&["--summary", "--csv", "-"], "stdout"),
    ] {
        let end = run(live_plot(args));
        assert_eq!(end.status.code(), Some(2), "{args:?}");
        assert!(end.err.join(" ").contains(text), "{args:?}: {:?}", end.err);
    }
}

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
fn the_line_is_where_the_numbers_put_it() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    let window = screen.window("live-plot");
    let mut row_of = |value: i32| {
        plot.write(&format!("{value}\n"));
        let mut last = None;
        wait_until("the line's end stands still", || {
            let row = line_end(&screen.picture(window)).map(|(_, row)| row);
            let still = row.is_some() && row == last;
            last = row;
            std::thread::sleep(Duration::from_millis(100));
            row.filter(|_| still)
        })
    };
    let rows = [9, 5, 0, -5, -9].map(|value| (f64::from(value), row_of(value) as f64));
    let [(_, top), .., (_, bottom)] = rows;
    let height = screen.picture(window).height as f64;
    assert!(bottom - top > 0.75 * height * 18.0 / 20.0, "{rows:?} of {height}");
    for (value, row) in rows {
        let expected = top + (9.0 - value) / 18.0 * (bottom - top);
        assert!((row - expected).abs() <= 1.5, "{value}: row {row}, not {expected}; {rows:?}");
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn the_line_moves_left_as_time_passes() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "5s"]);
    let window = screen.window("live-plot");
    plot.write("-9\n");
    wait_until("the window scrolls", || {
        line_end(&screen.picture(window)).filter(|(column, _)| *column > 1250)
    });
    plot.write("9\n");
    let rise = wait_until("the rise is drawn", || rise(&screen.picture(window)));
    let mut last = rise;
    let begin = Instant::now();
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(200));
        let now = wait_until("it is still there", || self::rise(&screen.picture(window)));
        assert!(now <= last, "it moved right, from {last} to {now}");
        last = now;
    }
    let passed = begin.elapsed().as_secs_f64();
    let moved = (rise - last) as f64 / 1206.0 * 5.0;
    // A busy machine draws a frame late, but never at another speed.
    assert!((moved - passed).abs() < 0.7, "moved by {moved} s in {passed} s");
}

/// What a keysym is called in X11/keysymdef.h.
const SPACE: u32 = 0x20;
const END: u32 = 0xff57;
const HOME: u32 = 0xff50;

/// Waits until two pictures some time apart are the same, or are not.
fn wait_still(screen: &Screen, window: u32, still: bool) -> Picture {
    let mut before = screen.picture(window);
    wait_until("the picture stands, or moves", || {
        std::thread::sleep(Duration::from_millis(300));
        let now = screen.picture(window);
        let same = now == before;
        before = now.clone();
        (same == still).then_some(now)
    })
}

/// How long the process has run on a processor, in clock ticks of 10 ms: proc_pid_stat(5).
fn ticks(plot: &Running) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", plot.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
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

/// The rows of the plot: the values above it and the status below it have colours of their own.
fn rows(picture: &Picture) -> std::ops::Range<usize> {
    34..picture.height - 45
}

/// The line's rightmost end: its column, and the middle of the rows it lights there.
fn line_end(picture: &Picture) -> Option<(usize, usize)> {
    let lit = |x: usize| rows(picture).filter(move |y| picture.is(x, *y, LINE));
    // Left of the dot that marks the end.
    let column = (60..picture.width).rev().find(|x| lit(*x).next().is_some())?.checked_sub(8)?;
    let (first, last) = (lit(column).next()?, lit(column).next_back()?);
    (last - first < 4).then_some((column, first.midpoint(last)))
}

/// The column where the line goes straight up.
fn rise(picture: &Picture) -> Option<usize> {
    let is_lit = |x: &usize| (200..500).all(|y| picture.is(*x, y, LINE));
    (60..picture.width).find(is_lit)
}

/// Runs live-plot without a display on `input`.
fn fed(args: &[&str], input: &str) -> Finished {
    let mut command = live_plot(args);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write(input);
    plot.end_input();
    plot.finish()
}

/// A folder for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("live-plot-{test}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_summary_needs_no_display_and_counts_exactly() {
    let input: String = (1..=100_000).map(|n| format!("{n}\n")).collect();
    let end = fed(&["--summary"], &input);
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(end.out, ["value count=100000 min=1 max=100000 mean=50000.5"]);
    assert_eq!(end.err, [""; 0]);
}

#[test]
fn every_kind_of_line_finds_its_series() {
    for (args, input, out) in [
        (
            &["--summary"][..],
            "1,2\r\n3,x",
            &["c1 count=2 min=1 max=3 mean=2", "c2 count=1 min=2 max=2 mean=2"][..],
        ),
        (
            &["--summary"],
            "a b\n1 2\na b\n3 4\n",
            &["a count=2 min=1 max=3 mean=2", "b count=2 min=2 max=4 mean=3"],
        ),
        (
            &["--summary", "--only", "time"],
            "seq=1 time=0.5 ms\nseq=2 time=1.5 ms\n",
            &["time count=2 min=0.5 max=1.5 mean=1"],
        ),
        (
            &["--summary"],
            "{\"b\": {\"x\": 1}, \"a\": 2}\n",
            &["b.x count=1 min=1 max=1 mean=1", "a count=1 min=2 max=2 mean=2"],
        ),
        (
            &["--summary", "--rate", "--time", "t"],
            "t=10 n=1\nt=12 n=5\n",
            &["n count=1 min=2 max=2 mean=2"],
        ),
    ] {
        let end = fed(args, input);
        assert_eq!(
            (end.out, end.err),
            (out.iter().map(|line| (*line).to_owned()).collect(), vec![]),
            "{input:?}"
        );
    }
}

#[test]
fn bad_lines_are_told_with_their_numbers_and_counted() {
    let end = fed(&["--summary"], &format!("1\nabc\n{}5\n", "x\n".repeat(10_000)));
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(end.err[0], "Input must be a number. (line 2)");
    assert!(
        end.err.len() < 40 && end.err.last().unwrap().contains("more such lines"),
        "{:?}",
        end.err
    );
    assert_eq!(end.out, ["value count=2 min=1 max=5 mean=3"]);
}

#[test]
fn a_table_has_a_row_a_line_and_a_column_a_series_even_a_late_one() {
    let folder = Folder::new("table");
    let path = folder.path("t.csv");
    // The second series begins after the header was written: beyond the first block that is read.
    let input = format!("{}2 7.25\nnan 8\n", "1\n".repeat(100_000));
    let end = fed(&["--csv", &path], &input);
    assert_eq!((end.status.code(), end.err), (Some(0), vec![]));
    let table = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 100_003);
    assert_eq!(rows[..2], ["sample,value,c2", "1,1,"]);
    assert_eq!(rows[100_001..], ["100001,2,7.25", "100002,nan,8"]);
    assert_eq!(folder.names(), ["t.csv"]);
}

#[test]
fn pictures_are_the_same_twice_and_replace_a_file_only_when_they_are_whole() {
    let folder = Folder::new("pictures");
    let input: String = (0..5000).map(|n| format!("{}\n", f64::from(n).sin() * 20.0)).collect();
    let mut seen = Vec::new();
    for name in ["a", "b"] {
        let (png, svg) = (folder.path(&format!("{name}.png")), folder.path(&format!("{name}.svg")));
        let end =
            fed(&["--png", &png, "--svg", &svg, "--title", "<b>&", "--size", "640x400"], &input);
        assert_eq!((end.status.code(), end.err), (Some(0), vec![]));
        seen.push((std::fs::read(png).unwrap(), std::fs::read(svg).unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
    let (png, svg) = &seen[0];
    // Width and height follow the signature and the first chunk's head: PNG specification, 11.2.2.
    assert_eq!(png[16..24], [0, 0, 2, 128, 0, 0, 1, 144]);
    assert!(String::from_utf8_lossy(svg).contains("&lt;b&gt;&amp;"));

    let end = fed(&["--png", "/dev/full"], "1\n");
    assert_eq!(end.status.code(), Some(1));
    assert!(
        end.err[0].starts_with("live-plot: cannot write /dev/full: No space left"),
        "{:?}",
        end.err
    );
    // Refused before anything is read.
    let end = run(live_plot(&["--png", "/nonexistent/x.png"]));
    assert_eq!(end.status.code(), Some(1));
}

#[test]
fn a_signal_ends_the_input_and_what_came_is_written() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut command = live_plot(&["-v", "--summary"]);
        command.stdin(Stdio::piped());
        let mut plot = Running::start(command);
        plot.write("1\n2\nx\n");
        plot.err_line("(line 3)");
        plot.signal(signal);
        let end = plot.finish();
        assert_eq!(end.status.code(), Some(0), "{signal}");
        assert_eq!(end.out, ["value count=2 min=1 max=2 mean=1.5"]);
    }
}

#[test]
fn junk_and_an_endless_line_leave_memory_alone() {
    let mut command = live_plot(&["--summary"]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    let line = "x".repeat(1 << 20);
    (0..256).for_each(|_| plot.write(&line));
    let memory = std::fs::read_to_string(format!("/proc/{}/status", plot.pid())).unwrap();
    let peak = memory.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64 << 10, "{peak} kB");
    plot.write("\n42\n");
    plot.end_input();
    let end = plot.finish();
    assert_eq!(end.out, ["value count=1 min=42 max=42 mean=42"]);
    assert_eq!(end.err.len(), 1);
}
