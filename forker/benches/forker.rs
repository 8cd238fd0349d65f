//! What forker costs and how punctual it is, side by side in one run with a bare fork/exec/wait loop, with `xargs -n1`,
//! and with the inits tini and dumb-init where they are installed.
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
use std::time::{Duration, Instant, UNIX_EPOCH};

use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, execv, fork};

const FORKER: &str = env!("CARGO_BIN_EXE_forker");
const ROUNDS: usize = 9;
const RUNS: u32 = 2000;
const STARTS: usize = 200;

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
    start(&folder);
    lateness(&folder);
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

/// Builds a static C program, so that what is measured is not the dynamic linker; `None` without a static C library.
fn static_program(folder: &Path, name: &str, text: &str) -> Option<PathBuf> {
    let (source, program) = (folder.join(format!("{name}.c")), folder.join(name));
    fs::write(&source, text).unwrap();
    let built =
        Command::new("cc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source).status();
    built.is_ok_and(|status| status.success()).then_some(program)
}

fn spawn_rate(folder: &Path) {
    let empty = static_program(folder, "empty", "int main(void) { return 0; }\n");
    let program = empty.unwrap_or_else(|| {
        println!("(no static C library here: /bin/true instead of an empty static program)");
        PathBuf::from("/bin/true")
    });
    let list = folder.join("list");
    fs::write(&list, "1\n".repeat(RUNS as usize)).unwrap();
    let bare = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("bare").arg(&program);
        command
    };
    let forker = |options: &[&str]| {
        let mut command = Command::new(FORKER);
        let count = RUNS.to_string();
        command.args(["--config", "none", "-q", "-i", "1us", "-e", "1", "-n", &count]);
        command.args(options).arg("--").arg(&program);
        command
    };
    let xargs = || {
        let mut command = Command::new("xargs");
        command.args(["-n1", "-a"]).arg(&list).arg(&program);
        command
    };
    let contenders: [(&str, &dyn Fn() -> Command); 5] = [
        ("bare fork/exec/wait", &bare),
        ("forker --overlap forbid", &|| forker(&["--overlap", "forbid"])),
        ("forker --max-children 1", &|| forker(&["--max-children", "1"])),
        ("forker --overlap allow", &|| forker(&["--overlap", "allow"])),
        ("xargs -n1", &xargs),
    ];
    let mut rates = [const { Vec::new() }; 5];
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
            "  {name:<24} {:>7.0} runs/s   {:.3} of bare",
            median(own.clone()),
            median(ratios)
        );
    }
}

/// From the start of an init, or of forker, to the first instruction of what it runs.
fn start(folder: &Path) {
    let text = "#include <stdio.h>\n#include <time.h>\n\
        int main(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t);\n\
        printf(\"%lld\", t.tv_sec * 1000000000LL + t.tv_nsec); }\n";
    let Some(stamp) = static_program(folder, "stamp", text) else {
        return;
    };
    // Built by deploy/build-static, beside the folder of the program that is measured.
    let alone = Path::new(FORKER).ancestors().nth(2).unwrap().join("static/forker");
    let alone = alone.to_str().unwrap();
    let once = ["--config", "none", "-q", "-n", "1", "--now", "--"];
    let mut contenders = vec![
        ("no init", vec![]),
        ("tini", vec!["tini", "--"]),
        ("dumb-init", vec!["dumb-init"]),
        ("forker -n 1 --now", [&[FORKER], &once[..]].concat()),
        ("the same, static", [&[alone], &once[..]].concat()),
    ];
    contenders.retain(|(_, words)| {
        let is_there =
            words.first().is_none_or(|word| Command::new(word).arg("-h").output().is_ok());
        is_there || {
            println!("({} is not installed)", words[0]);
            false
        }
    });
    let mut delays = vec![Vec::new(); contenders.len()];
    for _ in 0..STARTS {
        for ((_, words), delays) in contenders.iter().zip(&mut delays) {
            let mut words = words.iter().map(Path::new).chain([stamp.as_path()]);
            let mut command = Command::new(words.next().unwrap());
            command.args(words).stdin(Stdio::null()).stderr(Stdio::null());
            let before = UNIX_EPOCH.elapsed().unwrap();
            let output = command.output().unwrap();
            let stamp: u64 = String::from_utf8(output.stdout).unwrap().parse().unwrap();
            delays.push(Duration::from_nanos(stamp).saturating_sub(before).as_secs_f64() * 1e3);
        }
    }
    println!(
        "From the start to the run's first instruction, medians of {STARTS} interleaved starts:"
    );
    for ((name, _), own) in contenders.iter().zip(delays) {
        println!("  {name:<24} {:>7.2} ms", median(own));
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

/// A thousand ticks of 10 ms with jobs of 5 ms; then the same while 200 processes live on that the first run has left,
/// and that take no notice of TERM.
fn lateness(folder: &Path) {
    let flag = folder.join("flag");
    let leave = format!(
        "if mkdir {} 2>/dev/null; then trap '' TERM; for i in $(seq 200); do sleep 12 & done; fi",
        flag.display()
    );
    for (name, first) in [("nothing else", "true"), ("200 orphans alive", leave.as_str())] {
        let script = format!("{first}; exec sleep 0.005");
        let start = Instant::now();
        let output = Command::new(FORKER)
            .args(["--config", "none", "-i", "10ms", "-e", "1", "-n", "1000", "--grace", "1m"])
            .args(["--log-format", "json", "--", "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()
            .unwrap();
        let took = start.elapsed();
        let log = String::from_utf8(output.stderr).unwrap();
        let fact = |line: &str, name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!("\"{name}\":")).expect(name);
            rest.split([',', '}']).next().unwrap().parse().unwrap()
        };
        let sum = log.lines().last().unwrap();
        let last = log.lines().find(|line| line.contains("\"run\":1000,")).unwrap();
        println!("1,000 ticks of 10 ms, a run of 5 ms at each, {name}:");
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
