//! What forker costs and how punctual it is, side by side in one run with a bare fork/exec/wait loop and
//! with `xargs -n1`.
//!
//! `cargo bench -p forker` prints medians of interleaved rounds. On a machine that is busy with other things
//! the ratios hold better than the times.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it has measured")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot run should say where it stopped"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, and idles to measure idleness"
)]

use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, execv, fork};

const FORKER: &str = env!("CARGO_BIN_EXE_forker");
const ROUNDS: usize = 9;
const RUNS: u32 = 2000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, program] = &arguments[..]
        && mode == "bare"
    {
        return bare(program);
    }
    let folder = std::env::temp_dir().join(format!("forker-bench-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    spawn_rate(&folder);
    lateness();
    idleness();
    fs::remove_dir_all(&folder).unwrap();
}

/// The least that a program can do to run another: what all others are measured against.
#[expect(unsafe_code, reason = "fork; this process has one thread")]
fn bare(program: &str) {
    let program = CString::new(program).unwrap();
    for _ in 0..RUNS {
        // SAFETY: one thread, so the child finds every lock free; it only executes.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => drop(execv(&program, &[&program])),
            ForkResult::Parent { child } => drop(waitpid(child, None).unwrap()),
        }
    }
}

/// A static program that does nothing, so that what is measured is not the dynamic linker.
fn empty_program(folder: &Path) -> PathBuf {
    let (source, program) = (folder.join("empty.c"), folder.join("empty"));
    fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let built =
        Command::new("cc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source).status();
    if built.is_ok_and(|status| status.success()) {
        program
    } else {
        println!("(no static C library here: /bin/true instead of an empty static program)");
        PathBuf::from("/bin/true")
    }
}

fn spawn_rate(folder: &Path) {
    let program = empty_program(folder);
    let list = folder.join("list");
    fs::write(&list, "1\n".repeat(RUNS as usize)).unwrap();
    let bare = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("bare").arg(&program);
        command
    };
    let forker = || {
        let mut command = Command::new(FORKER);
        let count = RUNS.to_string();
        command.args([
            "--config",
            "none",
            "-q",
            "-i",
            "1us",
            "-e",
            "1",
            "--overlap",
            "forbid",
            "-n",
            &count,
            "--",
        ]);
        command.arg(&program);
        command
    };
    let xargs = || {
        let mut command = Command::new("xargs");
        command.args(["-n1", "-a"]).arg(&list).arg(&program);
        command
    };
    let contenders: [(&str, &dyn Fn() -> Command); 3] =
        [("bare fork/exec/wait", &bare), ("forker", &forker), ("xargs -n1", &xargs)];
    let mut rates = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for ((_, command), rates) in contenders.iter().zip(&mut rates) {
            rates.push(f64::from(RUNS) / timed(command()).as_secs_f64());
        }
    }
    println!(
        "Back-to-back runs of an empty static program, medians of {ROUNDS} interleaved rounds of {RUNS}:"
    );
    for ((name, _), own) in contenders.iter().zip(&rates) {
        let ratios = own.iter().zip(&rates[0]).map(|(own, bare)| own / bare).collect();
        println!(
            "  {name:<20} {:>7.0} runs/s   {:.3} of bare",
            median(own.clone()),
            median(ratios)
        );
    }
}

fn timed(mut command: Command) -> Duration {
    let start = Instant::now();
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
    start.elapsed()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A thousand ticks of 10 ms with jobs of 5 ms.
fn lateness() {
    let start = Instant::now();
    let output = Command::new(FORKER)
        .args([
            "--config",
            "none",
            "-i",
            "10ms",
            "-e",
            "1",
            "-n",
            "1000",
            "--log-format",
            "json",
            "--",
            "sleep",
            "0.005",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let took = start.elapsed();
    let told = String::from_utf8(output.stderr).unwrap();
    let fact = |line: &str, name: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("\"{name}\":")).expect(name);
        rest.split([',', '}']).next().unwrap().parse().unwrap()
    };
    let sum = told.lines().last().unwrap();
    let last = told.lines().find(|line| line.contains("\"run\":1000,")).unwrap();
    println!("1,000 ticks of 10 ms, a run of 5 ms at each:");
    println!(
        "  lateness p50 {:.3} ms, p99 {:.3} ms, max {:.3} ms; {} ticks missed",
        fact(sum, "late_p50_seconds") * 1e3,
        fact(sum, "late_p99_seconds") * 1e3,
        fact(sum, "late_max_seconds") * 1e3,
        fact(sum, "missed"),
    );
    println!(
        "  the last run started {:.3} ms after t0 + 999 × 10 ms; all of it took {:.3} s",
        fact(last, "late_seconds") * 1e3,
        took.as_secs_f64(),
    );
}

/// Ten seconds between two ticks: a system call that returns would be a context switch.
fn idleness() {
    let mut forker = Command::new(FORKER)
        .args(["--config", "none", "-q", "-i", "1h", "-e", "2", "--", "true"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", forker.id());
    let switches = || {
        let text = fs::read_to_string(&status).unwrap();
        let counts = text.lines().filter(|line| line.contains("ctxt_switches"));
        counts.map(|line| line.split('\t').nth(1).unwrap().parse::<u64>().unwrap()).sum::<u64>()
    };
    std::thread::sleep(Duration::from_secs(1));
    let before = switches();
    std::thread::sleep(Duration::from_secs(10));
    println!("Ten idle seconds between ticks: {} context switches", switches() - before);
    forker.kill().unwrap();
    forker.wait().unwrap();
}
