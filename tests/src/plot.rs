//! live-plot for the black-box tests: started with or without a window, and its picture's line found again
//! among the pixels.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::window::{Picture, Screen};
use crate::{Finished, Running, program, wait_until};

/// The first series' colour in the dark theme.
pub const LINE: [u8; 3] = [0x56, 0xb4, 0xe9];

/// live-plot, fresh, with these arguments.
pub fn live_plot(args: &[&str]) -> Command {
    let mut command = program("live-plot");
    command.args(args);
    command
}

/// live-plot in a window of `screen`, its stdin a pipe; values from −10 to 10 are seen, so that a value's row is known.
pub fn shown(screen: &Screen, args: &[&str]) -> Running {
    let mut command = screen.show(live_plot(&[&["-y", "-10:10"], args].concat()));
    command.stdin(Stdio::piped());
    Running::start(command)
}

/// Runs live-plot without a display on `input`.
pub fn fed(args: &[&str], input: &str) -> Finished {
    let mut command = live_plot(args);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write(input);
    plot.end_input();
    plot.finish()
}

/// The lines of a summary without their percentiles.
pub fn totals(end: &Finished) -> Vec<&str> {
    end.out.iter().map(|line| line.split(" p50=").next().unwrap()).collect()
}

/// A folder for one test, removed at its end.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// A fresh one; the test gives its name.
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("live-plot-{test}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// What is in it, in order.
    pub fn names(&self) -> Vec<String> {
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

/// The keysym of the space bar: X11/keysymdef.h.
pub const SPACE: u32 = 0x20;
/// The keysym of End.
pub const END: u32 = 0xff57;
/// The keysym of Home.
pub const HOME: u32 = 0xff50;

/// Waits until two pictures some time apart are the same, or are not.
pub fn wait_still(screen: &Screen, window: u32, still: bool) -> Picture {
    let mut before = screen.picture(window);
    wait_until("the picture stands, or moves", || {
        thread::sleep(Duration::from_millis(300));
        let now = screen.picture(window);
        let same = now == before;
        before = now.clone();
        (same == still).then_some(now)
    })
}

/// The most memory that the process has had at a time, in KiB: proc_pid_status(5).
pub fn peak_memory(plot: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", plot.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How long the process has run on a processor, in clock ticks of 10 ms: proc_pid_stat(5).
fn ticks(plot: &Running) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", plot.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// While `what` happens, for three seconds, live-plot runs on a processor for less than a hundredth of them.
pub fn assert_idle(plot: &mut Running, what: impl FnOnce(&mut Running)) {
    let before = ticks(plot);
    what(plot);
    let spent = ticks(plot) - before;
    assert!(spent <= 3, "{spent} ticks in three seconds");
}

/// It drew no more frames than there is time for while it was live, and some as it began and ended.
pub fn assert_frames(end: Finished, live: Duration) {
    assert_eq!(end.status.code(), Some(0));
    let frames = end
        .err
        .iter()
        .find_map(|line| line.split_once(" frames, ")?.0.rsplit(' ').next()?.parse().ok());
    let frames: u32 = frames.unwrap_or_else(|| panic!("{:?}", end.err));
    assert!(f64::from(frames) < 60.0 * live.as_secs_f64() + 60.0, "{frames} frames in {live:?}");
}

/// The rows of the plot: the values above it and the status below it have colours of their own.
pub fn rows(picture: &Picture) -> Range<usize> {
    34..picture.height - 45
}

/// The line's rightmost end: its column, and the middle of the rows it lights there.
pub fn line_end(picture: &Picture) -> Option<(usize, usize)> {
    let lit = |x: usize| rows(picture).filter(move |y| picture.is(x, *y, LINE));
    // Left of the dot that marks the end.
    let column = (60..picture.width).rev().find(|x| lit(*x).next().is_some())?.checked_sub(8)?;
    let (first, last) = (lit(column).next()?, lit(column).next_back()?);
    (last - first < 4).then_some((column, first.midpoint(last)))
}

/// Which pixels are the line, the plot's left edge at `left`; an error says where it has a hole. A line is whole
/// if every column has a part of it and one can go along it from each of its pixels to any other, never
/// diagonally.
pub fn whole(picture: &Picture, rows: Range<usize>, left: usize) -> Result<(), String> {
    let mut open: BTreeSet<_> = (left..picture.width)
        .flat_map(|x| rows.clone().map(move |y| (x, y)))
        .filter(|(x, y)| picture.is(*x, *y, LINE))
        .collect();
    let (first, last) = open.first().copied().zip(open.last().copied()).ok_or("no line")?;
    if first.0 > left + 1 {
        return Err(format!("it begins at {first:?}"));
    }
    open.remove(&first);
    let mut reached = BTreeSet::from([first.0]);
    let mut next = vec![first];
    while let Some((x, y)) = next.pop() {
        reached.insert(x);
        let around = [(x + 1, y), (x.wrapping_sub(1), y), (x, y + 1), (x, y.wrapping_sub(1))];
        next.extend(around.into_iter().filter(|pixel| open.remove(pixel)));
    }
    if let Some(apart) = open.first() {
        return Err(format!("{apart:?} is apart from the rest"));
    }
    match (first.0..=last.0).find(|x| !reached.contains(x)) {
        Some(column) => Err(format!("column {column} is empty")),
        None => Ok(()),
    }
}

/// The column where the line goes straight up.
pub fn rise(picture: &Picture) -> Option<usize> {
    let is_lit = |x: &usize| (200..500).all(|y| picture.is(*x, y, LINE));
    (60..picture.width).find(is_lit)
}
