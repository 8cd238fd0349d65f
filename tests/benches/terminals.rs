//! What a picture in the terminal costs, beside ttyplot: `cargo bench -p tests --bench terminals`. Each is in a pty of
//! 200×50 cells of its own and gets the same lines. Needs Debian's ttyplot, and a minute of a machine that does nothing
//! else.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tests::program;
use tests::terminal::{control, pty};

/// How long a program is watched.
const WHILE: Duration = Duration::from_secs(10);

/// A program in a terminal.
struct Plot {
    child: Child,
    input: Option<ChildStdin>,
    keyboard: File,
    /// The bytes that it has sent.
    sent: Arc<AtomicU64>,
    /// When it sent its first picture, in nanoseconds after its start.
    first: Arc<AtomicU64>,
}

impl Plot {
    fn start(mut command: Command) -> Self {
        let (mut master, slave) = pty((200, 50));
        command.env("TERM", "xterm-256color").env_remove("DISPLAY").env_remove("COLORTERM");
        command.stdin(Stdio::piped()).stdout(slave).stderr(Stdio::piped());
        control(&mut command);
        let keyboard = master.try_clone().unwrap();
        let (sent, first) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (count, seen) = (Arc::clone(&sent), Arc::clone(&first));
        let begin = Instant::now();
        let mut child = command.spawn().unwrap();
        drop(command);
        thread::spawn(move || {
            let mut bytes = [0; 1 << 16];
            while let Ok(length @ 1..) = master.read(&mut bytes) {
                // More than what sets the terminal up: a picture.
                if count.fetch_add(length as u64, Ordering::Relaxed) + length as u64 > 300 {
                    let passed = u64::try_from(begin.elapsed().as_nanos()).unwrap();
                    let _ = seen.compare_exchange(0, passed, Ordering::Relaxed, Ordering::Relaxed);
                }
            }
        });
        Self { input: child.stdin.take(), child, keyboard, sent, first }
    }

    fn write(&mut self, text: &str) {
        self.input.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Has it end, and gives what it reports.
    fn quit(mut self) -> String {
        self.keyboard.write_all(b"q").unwrap();
        let mut report = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut report).unwrap();
        report
    }

    /// The processor time of all its threads.
    fn time(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let times = tasks.map(|task| {
            let stat = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
            stat.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        Duration::from_nanos(times.sum())
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Waits until it has done what there is to do.
    fn settle(&self) {
        let mut last = self.time();
        loop {
            thread::sleep(Duration::from_millis(500));
            let now = self.time();
            // A thread that ends takes its time along.
            if now.saturating_sub(last) < Duration::from_millis(50) {
                return;
            }
            last = now;
        }
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let live_plot = || {
        let mut command = program("live-plot");
        command.args(["--terminal", "-v"]);
        command
    };
    let ttyplot = || Command::new("ttyplot");
    for (name, command, lines) in [
        ("live-plot", &live_plot as &dyn Fn() -> Command, 1_000_000_u32),
        ("ttyplot", &ttyplot, 20_000),
    ] {
        // The first picture, of a number that is there at once.
        let first: Vec<u64> = (0..11)
            .map(|_| {
                let mut plot = Plot::start(command());
                plot.write("5\n");
                let deadline = Instant::now() + WHILE;
                while plot.first.load(Ordering::Relaxed) == 0 && Instant::now() < deadline {
                    thread::sleep(Duration::from_millis(1));
                }
                plot.first.load(Ordering::Relaxed)
            })
            .collect();
        println!("{name:10} first picture {:.1} ms", median(first) as f64 / 1e6);

        // A flood.
        let mut plot = Plot::start(command());
        let text: String = (0..lines).map(|number| format!("{}\n", number % 1000)).collect();
        plot.settle();
        let (before, begin) = (plot.time(), Instant::now());
        plot.write(&text);
        let passed = begin.elapsed();
        plot.settle();
        let each = plot.time().saturating_sub(before).as_nanos() as f64 / f64::from(lines);
        let rate = f64::from(lines) / passed.as_secs_f64() / 1e6;
        println!("{name:10} flood: {each:.0} ns of a processor a line, {rate:.2} M lines/s");

        // A wave that scrolls, twenty values a second.
        let mut plot = Plot::start(command());
        wave(&mut plot, Duration::from_secs(4));
        let (time, sent) = (plot.time(), plot.sent());
        wave(&mut plot, WHILE);
        let percent = plot.time().saturating_sub(time).as_secs_f64() / WHILE.as_secs_f64() * 100.0;
        let rate = (plot.sent() - sent) as f64 / WHILE.as_secs_f64();
        println!("{name:10} scrolls: {percent:.2} % of a processor, {rate:.0} bytes/s");
        drop(plot.input.take());
        plot.settle();
        let (time, sent) = (plot.time(), plot.sent());
        thread::sleep(WHILE);
        let spent = plot.time().saturating_sub(time);
        println!("{name:10} ended: {spent:?} in {WHILE:?}, {} bytes", plot.sent() - sent);
        // What live-plot -v reports.
        for line in plot.quit().lines().filter(|line| line.contains("of our processor time")) {
            println!("{name:10} {line}");
        }
    }
}

/// Twenty values a second.
fn wave(plot: &mut Plot, time: Duration) {
    let begin = Instant::now();
    let mut number = 0_u32;
    while begin.elapsed() < time {
        plot.write(&format!("{:.2}\n", (f64::from(number) / 10.0).sin() * 10.0));
        number += 1;
        let next = Duration::from_millis(50) * number;
        thread::sleep(next.saturating_sub(begin.elapsed()));
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}
