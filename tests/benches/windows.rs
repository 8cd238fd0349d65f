//! What live-plot's window costs and how fast it is, beside an empty window of the same library and live plots
//! written with matplotlib and pyqtgraph: `cargo bench -p tests --bench windows`. Needs Debian's xvfb, openbox and
//! xdotool, no GPU, and some ten minutes of a machine that does nothing else. The peers are Debian's python3-matplotlib
//! with python3-tk, and python3-pyqtgraph with python3-pyqt5; who is not installed is left out.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::fs;
use std::io::{PipeReader, PipeWriter, Write, pipe};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Pid, SysconfVar, sysconf};
use tests::plot::LINE;
use tests::random::Random;
use tests::window::{Picture, Screen};
use tests::{Running, program, wait_until};

/// A processor's share is taken over so long.
const WHILE: Duration = Duration::from_secs(10);

/// A frame, at sixty a second, in milliseconds.
const FRAME: f64 = 1000.0 / 60.0;

/// A program that opens a window.
struct Kind<'a> {
    name: &'static str,
    /// Its window's.
    class: &'static str,
    command: &'a dyn Fn() -> Command,
    /// The colour of its line, or of its background if it has none.
    color: [u8; 3],
}

fn main() {
    let empty = escargot::CargoBuild::new().package("live-plot").example("empty").release();
    let empty = empty.run().unwrap();
    let live_plot = || {
        let mut command = program("live-plot");
        // The range that the peer has.
        command.args(["-v", "-y", "-10:10"]);
        command
    };
    let matplotlib = || python(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/matplotlib_peer.py"));
    let pyqtgraph = || python(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pyqtgraph_peer.py"));
    let bare = || {
        let mut command = empty.command();
        command.arg("bare");
        command
    };
    let empty = || empty.command();
    let kind = |name, class, command, color| Kind { name, class, command, color };
    let live_plot = kind("live-plot", "live-plot", &live_plot, LINE);
    let matplotlib = kind("matplotlib", "matplotlib", &matplotlib, [0x1f, 0x77, 0xb4]);
    let pyqtgraph = kind("pyqtgraph", "pyqtgraph", &pyqtgraph, [0x1f, 0x77, 0xb4]);
    let empty = kind("empty", "empty", &empty, [0x1b; 3]);
    let bare = kind("bare", "empty", &bare, [0xff; 3]);

    let mut kinds = vec![&live_plot];
    kinds.extend([&matplotlib, &pyqtgraph].into_iter().filter(|kind| is_there(kind)));
    kinds.push(&empty);
    first_frame(&kinds);
    same_picture(&[kinds, vec![&bare]].concat());
    line_to_pixel(&live_plot);
    paused(&live_plot);
    ended(&live_plot);
    flood(&live_plot);
    ["line", "step", "points"].into_iter().for_each(random_flood);
    minimised(&live_plot);
}

/// A script in Debian's Python: its packages are for no other.
fn python(script: &str) -> Command {
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script);
    command
}

/// Whether a peer draws; if it ends before it has drawn, it says why.
fn is_there(kind: &Kind<'_>) -> bool {
    let is_python = fs::exists("/usr/bin/python3").is_ok_and(|is_there| is_there);
    let problem = match is_python.then(|| pipe().unwrap()) {
        None => "there is no /usr/bin/python3".to_owned(),
        Some((input, mut feed)) => {
            feed.write_all(b"5\n").unwrap();
            let mut shown = Shown::start(kind, input);
            let is_drawn = wait_until("something is drawn, or it ends", || {
                let is_drawn = shown.is_drawn();
                (is_drawn || shown.running.has_ended()).then_some(is_drawn)
            });
            if is_drawn {
                return true;
            }
            shown.running.finish().err.pop().unwrap_or_default()
        }
    };
    println!("{} is left out: {problem}", kind.name);
    false
}

/// A program with its window on a screen of its own.
struct Shown<'a> {
    kind: &'a Kind<'a>,
    screen: Screen,
    running: Running,
    begun: Instant,
}

impl<'a> Shown<'a> {
    fn start(kind: &'a Kind<'a>, input: PipeReader) -> Self {
        let screen = Screen::start();
        let mut command = screen.show((kind.command)());
        command.stdin(input);
        let begun = Instant::now();
        Self { kind, running: Running::start(command), screen, begun }
    }

    /// With one number drawn; more may come through the pipe.
    fn drawn(kind: &'a Kind<'a>) -> (Self, PipeWriter) {
        let (input, mut feed) = pipe().unwrap();
        feed.write_all(b"5\n").unwrap();
        let shown = Self::start(kind, input);
        shown.until_drawn();
        (shown, feed)
    }

    fn until_drawn(&self) {
        wait_until("something is drawn", || self.is_drawn().then_some(()));
    }

    fn is_drawn(&self) -> bool {
        has(&self.screen.whole(), self.kind.color)
    }

    /// Which part of a processor it takes from now on.
    fn share(&self) -> f64 {
        let (begun, before) = (Instant::now(), processor_time(self.running.pid()));
        thread::sleep(WHILE);
        let used = processor_time(self.running.pid()) - before;
        used / begun.elapsed().as_secs_f64()
    }

    /// Closes the window; how many frames there were, how long it ran, and what it said of them.
    fn close(self) -> (f64, f64, String) {
        let passed = self.begun.elapsed().as_secs_f64();
        self.screen.close(self.screen.window(self.kind.class));
        let told = self.running.finish().err;
        let told = told.into_iter().rfind(|line| line.contains("frames")).unwrap_or_default();
        let frames = told.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(f64::NAN);
        (frames, passed, told)
    }
}

fn has(picture: &Picture, color: [u8; 3]) -> bool {
    (0..picture.height).any(|y| (0..picture.width).any(|x| picture.at(x, y) == color))
}

/// From the start of the program to the first number that is seen.
fn first_frame(kinds: &[&Kind<'_>]) {
    let mut times = vec![Vec::new(); kinds.len()];
    for _ in 0..7 {
        for (kind, times) in kinds.iter().zip(&mut times) {
            let (shown, _feed) = Shown::drawn(kind);
            times.push(shown.begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    for (kind, times) in kinds.iter().zip(times) {
        println!("first frame    {:<10} {:.0} ms, median of 7", kind.name, median(times));
    }
}

/// One series of numbers as fast as one types them, one a second; ten seconds of them scroll by.
fn same_picture(kinds: &[&Kind<'_>]) {
    let mut shares = vec![Vec::new(); kinds.len()];
    let mut rates = shares.clone();
    for _ in 0..3 {
        for (at, kind) in kinds.iter().enumerate() {
            let (shown, mut feed) = Shown::drawn(kind);
            thread::spawn(move || {
                for number in 0.. {
                    if writeln!(feed, "{:.2}", f64::from(number).sin() * 8.0).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_secs(1));
                }
            });
            // As full as it gets.
            thread::sleep(Duration::from_secs(11));
            shares[at].push(shown.share());
            let (frames, passed, _) = shown.close();
            rates[at].push(frames / passed);
        }
    }
    for (kind, (shares, rates)) in kinds.iter().zip(shares.into_iter().zip(rates)) {
        let (share, rate) = (median(shares) * 100.0, median(rates));
        println!(
            "same picture   {:<10} {share:.1} % of a processor at {rate:.0} frames/s, {:.2} ms a frame; median of 3",
            kind.name,
            share * 10.0 / rate
        );
    }
}

/// From a line on stdin to its first pixel on the screen, while the plot scrolls.
fn line_to_pixel(kind: &Kind<'_>) {
    let (shown, mut feed) = Shown::drawn(kind);
    let window = shown.screen.window(kind.class);
    // Until the newest moment stands still, at the right edge.
    thread::sleep(Duration::from_secs(11));
    let tip = || shown.screen.part(window, (1248, 60), (24, 600));
    let rows = |picture: &Picture| -> Vec<usize> {
        let is_lit = |y: &usize| (0..picture.width).any(|x| picture.at(x, *y) == kind.color);
        (0..picture.height).filter(is_lit).collect()
    };
    let mut times = Vec::new();
    for trial in 0..100_u64 {
        // The edge of the last step has left the strip; the next falls into any part of a frame.
        thread::sleep(Duration::from_millis(300 + trial * 7919 % 101));
        let before = rows(&tip());
        let is_new = |row: &usize| before.iter().all(|old| old.abs_diff(*row) > 30);
        writeln!(feed, "{}", if trial % 2 == 0 { -5 } else { 5 }).unwrap();
        let written = Instant::now();
        wait_until("the value is seen", || rows(&tip()).iter().any(is_new).then_some(()));
        times.push(written.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "line to pixel  {:.1} ms median, {:.1} ms at 90 %, {:.1} ms at most, of 100; a frame takes {FRAME:.1} ms",
        times[50], times[90], times[99]
    );
}

/// A paused window while numbers come.
fn paused(kind: &Kind<'_>) {
    let (shown, mut feed) = Shown::drawn(kind);
    let window = shown.screen.window(kind.class);
    // The keysym of the space bar.
    shown.screen.press(window, 0x20);
    thread::spawn(move || {
        while writeln!(feed, "7").is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    thread::sleep(Duration::from_secs(1));
    let share = shown.share() * 100.0;
    let (frames, ..) = shown.close();
    println!(
        "paused         {share:.2} % of a processor for 10 s, with a thousand lines a second; {frames} frames in all"
    );
}

/// A window whose input has ended.
fn ended(kind: &Kind<'_>) {
    let (shown, feed) = Shown::drawn(kind);
    drop(feed);
    thread::sleep(Duration::from_secs(1));
    let share = shown.share() * 100.0;
    let (frames, ..) = shown.close();
    println!("ended          {share:.2} % of a processor for 10 s; {frames} frames in all");
}

/// As many lines as the pipe takes.
fn flood(kind: &Kind<'_>) {
    let (shown, mut feed) = Shown::drawn(kind);
    let lines = "5\n".repeat(1 << 15);
    thread::spawn(move || while feed.write_all(lines.as_bytes()).is_ok() {});
    thread::sleep(Duration::from_secs(30));
    let (frames, passed, told) = shown.close();
    println!("flood of 30 s  {:.0} frames/s; {told}", frames / passed);
}

/// 200,000 random lines a second, drawn in one of the three ways.
fn random_flood(draw: &str) {
    let command = || {
        let mut command = program("live-plot");
        command.args(["-v", "-y", "-10:10", "-d", draw]);
        command
    };
    let kind = Kind { name: "live-plot", class: "live-plot", command: &command, color: LINE };
    let (input, mut feed) = pipe().unwrap();
    let shown = Shown::start(&kind, input);
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    thread::spawn(move || {
        let begun = Instant::now();
        for turn in 1.. {
            let lines: String =
                (0..2000).map(|_| format!("{:.5}\n", random.share() * 20.0 - 10.0)).collect();
            let due = begun + Duration::from_millis(10) * turn;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if feed.write_all(lines.as_bytes()).is_err() {
                return;
            }
        }
    });
    shown.until_drawn();
    thread::sleep(Duration::from_secs(20));
    let (frames, passed, told) = shown.close();
    println!("200,000 a s    {draw}, {:.0} frames/s; {told}", frames / passed);
}

/// A million lines a second into a window that is not seen.
fn minimised(kind: &Kind<'_>) {
    let (shown, mut feed) = Shown::drawn(kind);
    let window = shown.screen.window(kind.class);
    let _manager = Ended(shown.screen.show(Command::new("openbox")).spawn().unwrap());
    // It takes over the window that there is.
    thread::sleep(Duration::from_secs(2));
    let mut minimise = shown.screen.show(Command::new("xdotool"));
    minimise.args(["search", "--sync", "--class", kind.class, "windowminimize"]);
    assert!(minimise.status().unwrap().success());
    let is_gone = || (!shown.screen.is_visible(window)).then_some(());
    wait_until("the window is minimised", is_gone);
    let lines = "5\n".repeat(10_000);
    thread::spawn(move || {
        let begun = Instant::now();
        let due = (1..).map(|turn| begun + Duration::from_millis(10) * turn);
        for due in due {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if feed.write_all(lines.as_bytes()).is_err() {
                return;
            }
        }
    });
    let mut memory = Vec::new();
    for _ in 0..4 {
        thread::sleep(Duration::from_secs(20));
        memory.push(resident(shown.running.pid()));
    }
    println!("minimised      {memory:?} MiB after 20, 40, 60 and 80 s, a million lines a second");
}

/// A helper that is ended with the bench.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Seconds on a processor so far: proc_pid_stat(5).
fn processor_time(pid: Pid) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // After the name, which may hold anything: utime and stime are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: f64 =
        fields.split_whitespace().skip(11).take(2).map(|n| n.parse::<f64>().unwrap()).sum();
    ticks / sysconf(SysconfVar::CLK_TCK).unwrap().unwrap() as f64
}

/// Memory of its own, in MiB: proc_pid_status(5).
fn resident(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
