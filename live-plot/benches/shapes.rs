//! How fast live-plot reads and writes, by the shape of the lines: `cargo bench -p live-plot --bench shapes`. Medians of
//! several interleaved rounds, beside mawk, jq and polars where they are installed, on the machine at hand. What counts is
//! processor time: it changes least with what else runs. A number sets the size of each input in MiB, names choose among
//! the shapes: `… --bench shapes -- 16 json logfmt`.
#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at memory now and then")]
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// How often each command runs.
const ROUNDS: usize = 5;

/// A kind of input, and a peer that does much the same with it.
struct Shape {
    name: &'static str,
    /// What live-plot is told about it.
    args: &'static [&'static str],
    /// The first line, if it is not like the others.
    head: &'static str,
    line: fn(Number) -> String,
    peer: &'static Peer,
}

/// Another program: a command, and the one that succeeds where it is installed.
struct Peer {
    name: &'static str,
    command: &'static [&'static str],
    check: &'static [&'static str],
}

/// mawk with a program that splits each line and adds up one field.
macro_rules! mawk {
    ($($word:literal),+) => {
        &Peer { name: "mawk", command: &["mawk", $($word),+], check: &["mawk", "BEGIN { exit }"] }
    };
}

const JQ: &Peer = &Peer {
    name: "jq",
    command: &["jq", "-n", "reduce inputs as $line (0; . + $line.cpu.user)"],
    check: &["jq", "-n", "1"],
};

const POLARS: &Peer = &Peer {
    name: "polars",
    command: &[
        "python3",
        "-c",
        "import polars, sys; \
         print(polars.read_csv(sys.stdin.buffer, separator=';', decimal_comma=True).describe())",
    ],
    check: &["python3", "-c", "import polars"],
};

const THIRD: &Peer = mawk!("-F,", "{ s += $3 } END { print s }");

const SUM: &Peer = mawk!("{ s += $1 } END { print s }");

const SHAPES: &[Shape] = &[
    Shape { name: "seq", args: &[], head: "", line: |n| n.0.to_string(), peer: SUM },
    Shape {
        name: "4 floats",
        args: &[],
        head: "",
        line: |n| format!("{} {} {} {}", n.float(1), n.float(2), n.float(3), n.float(4)),
        peer: SUM,
    },
    Shape {
        name: "json",
        args: &[],
        head: "",
        line: |n| {
            let (user, sys, size) = (n.float(1), n.float(2), n.whole(3));
            format!("{{\"cpu\":{{\"user\":{user},\"sys\":{sys}}},\"rss\":{size},\"ok\":true}}")
        },
        peer: JQ,
    },
    Shape {
        name: "logfmt",
        args: &[],
        head: "",
        line: |n| {
            let (took, bytes) = (n.float(1), n.whole(2));
            format!("level=info msg=\"a request\" status=200 took={took} bytes={bytes}")
        },
        peer: mawk!("-F=", "{ s += $NF } END { print s }"),
    },
    Shape {
        name: "time",
        args: &["--time", "at"],
        head: "at,value\n",
        line: |n| {
            let (seconds, milliseconds) = (n.0 / 1000, n.0 % 1000);
            let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
            let (day, second, value) = (1 + seconds / 86_400, seconds % 60, n.float(1));
            format!(
                "2026-11-{day:02}T{hours:02}:{minutes:02}:{second:02}.{milliseconds:03}Z,{value}"
            )
        },
        peer: SUM,
    },
    Shape { name: "csv", args: &[], head: COLUMNS, line: columns, peer: THIRD },
    Shape { name: "csv --only", args: &["--only", "c"], head: COLUMNS, line: columns, peer: THIRD },
    Shape {
        name: "long line",
        args: &[],
        head: "",
        line: |n| format!("k={} ", n.0 % 10).repeat(16_000),
        peer: SUM,
    },
    Shape {
        name: "semicolon",
        args: &[],
        head: "a;b;c\n",
        line: |n| format!("{};{};{}", n.float(1), n.float(2), n.whole(3)).replace('.', ","),
        peer: POLARS,
    },
    Shape {
        name: "prometheus",
        args: &[],
        head: "",
        line: |n| {
            let (get, post, load) = (n.whole(1), n.whole(2), n.float(3));
            format!(
                "# HELP http_requests_total How many requests there were.\n\
                 # TYPE http_requests_total counter\n\
                 http_requests_total{{method=\"get\",code=\"200\"}} {get}\n\
                 http_requests_total{{method=\"post\",code=\"200\"}} {post}\n\
                 # TYPE node_load1 gauge\n\
                 node_load1 {load}"
            )
        },
        peer: mawk!("!/^#/ { s[$1] += $2 } END { for (n in s) print n, s[n] }"),
    },
    Shape {
        name: "influx",
        args: &[],
        head: "",
        line: |n| {
            let (user, system, time) = (n.float(1), n.float(2), 1_700_000_000 + n.0);
            format!("cpu,host=a,core=0 user={user},system={system},ticks={}i {time}000000000", n.0)
        },
        peer: SUM,
    },
    Shape {
        name: "statsd",
        args: &[],
        head: "",
        line: |n| format!("web.requests:{}|c\nweb.took:{}|ms|@0.1", n.whole(1), n.float(2)),
        peer: mawk!("-F:", "{ s += $2 } END { print s }"),
    },
    Shape {
        name: "vmstat",
        args: &[],
        head: VMSTAT,
        line: |n| {
            let (free, cache, user) = (n.whole(1), n.whole(2), n.0 % 90);
            let (context, idle) = (n.whole(3) / 100, 95 - user);
            let row = format!(
                " 1  0      0 {free:6} 110960 {cache:7}    0    0   212    81  513 {context:4} {user:2}  3 {idle:2}  2  0  0"
            );
            // vmstat repeats its header every screen.
            if n.0.is_multiple_of(20) { format!("{row}\n{}", VMSTAT.trim_end()) } else { row }
        },
        peer: SUM,
    },
    Shape {
        name: "words",
        args: &[],
        head: "1\n",
        line: |n| {
            let words = ["listening", "on", "the", "socket", "worker"];
            let word = |salt| words[usize::try_from(n.whole(salt) % 5).unwrap()];
            format!("Nov server {} {} {}: {} is done", word(1), word(2), word(3), word(4))
        },
        peer: SUM,
    },
    Shape {
        name: "refused",
        args: &[],
        head: "1\n",
        line: |n| format!("worker {} finished job {} after {}", n.0 % 8, n.0, n.float(1)),
        peer: SUM,
    },
    Shape {
        name: "units",
        args: &[],
        head: "",
        line: |n| format!("took: {}ms, size: {}MB, cpu: {}%", n.float(1), n.float(2), n.float(3)),
        peer: SUM,
    },
];

const VMSTAT: &str = "\
procs -----------memory---------- ---swap-- -----io---- -system-- -------cpu-------
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st gu
";

const COLUMNS: &str = "a,b,c,d,e,f,g,h\n";

fn columns(n: Number) -> String {
    (1..=8).map(|salt| n.float(salt)).collect::<Vec<_>>().join(",")
}

/// A line's number, and the values that follow from it.
#[derive(Clone, Copy)]
struct Number(u64);

impl Number {
    /// A number of up to six digits: Knuth's multiplicative hashing.
    fn whole(self, salt: u64) -> u64 {
        (self.0 + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44
    }

    /// A number with three decimals.
    fn float(self, salt: u64) -> String {
        let whole = self.whole(salt);
        format!("{}.{:03}", whole / 1000, whole % 1000)
    }
}

/// What is measured: a command on a file.
struct Task {
    title: String,
    program: &'static str,
    args: Vec<&'static str>,
    input: PathBuf,
    /// How many bytes count: those that are read, or those that are written.
    bytes: u64,
    times: Vec<Duration>,
    peak: u64,
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let size = wanted.iter().find_map(|arg| arg.parse::<u64>().ok()).unwrap_or(64) << 20;
    let folder = std::env::temp_dir().join(format!("live-plot-bench-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let is_wanted = |name: &str| {
        let mut names = wanted.iter().filter(|arg| arg.parse::<u64>().is_err()).peekable();
        names.peek().is_none() || name == "seq" || names.any(|wanted| name.contains(wanted))
    };
    let mut tasks = Vec::new();
    for shape in SHAPES.iter().filter(|shape| is_wanted(shape.name)) {
        tasks.extend(of_shape(shape, &folder, size));
    }
    for _ in 0..ROUNDS {
        tasks.iter_mut().for_each(Task::run);
    }
    fs::remove_dir_all(folder).unwrap();
    println!("{ROUNDS} interleaved rounds of {} MiB each, medians", size >> 20);
    println!("{:<26}{:>10}{:>12}{:>12}", "", "MB/s", "of seq's", "peak MiB");
    let seq = tasks[0].rate();
    for task in &tasks {
        let (rate, peak) = (task.rate(), task.peak >> 10);
        println!("{:<26}{rate:>10.1}{:>12.2}{peak:>12}", task.title, rate / seq);
    }
}

/// What is measured of a shape: live-plot, its peer if there is one, and the two shapes that are written as CSV, too.
fn of_shape(shape: &Shape, folder: &Path, size: u64) -> Vec<Task> {
    let live_plot = env!("CARGO_BIN_EXE_live-plot");
    let input = folder.join(shape.name.replace(' ', "-"));
    let bytes = write(shape, &input, size);
    let task = |title: String, program, args: Vec<&'static str>, bytes| Task {
        title,
        program,
        args,
        input: input.clone(),
        bytes,
        times: Vec::new(),
        peak: 0,
    };
    let own = |last: &[&'static str]| [&["--config", "none"], shape.args, last].concat();
    let mut tasks = vec![task(shape.name.to_owned(), live_plot, own(&["--summary"]), bytes)];
    let Peer { name, command, check } = shape.peer;
    if succeeds(check) {
        tasks.push(task(format!("  {name}"), command[0], command[1..].to_vec(), bytes));
    } else {
        println!("{name} is not installed: left out beside {}", shape.name);
    }
    if ["seq", "4 floats"].contains(&shape.name) {
        let mut table = Command::new(live_plot);
        table.args(own(&["--csv", "-"])).stdin(File::open(&input).unwrap());
        let written = count(&mut table);
        tasks.push(task(
            format!("{}, CSV out", shape.name),
            live_plot,
            own(&["--csv", "/dev/null"]),
            written,
        ));
    }
    tasks
}

/// Writes lines of a shape until they have so many bytes; how many they have then.
fn write(shape: &Shape, path: &Path, size: u64) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(shape.head.as_bytes()).unwrap();
    let mut written = shape.head.len() as u64;
    for number in 1.. {
        let line = (shape.line)(Number(number));
        writeln!(file, "{line}").unwrap();
        written += line.len() as u64 + 1;
        if written >= size {
            break;
        }
    }
    file.flush().unwrap();
    written
}

fn succeeds(command: &[&str]) -> bool {
    let mut process = Command::new(command[0]);
    let process = process.args(&command[1..]).stdin(Stdio::null());
    process
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// How many bytes a command prints.
fn count(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let bytes = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    bytes
}

/// The processor time of all processes that were waited for.
fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let total = micros(usage.user_time()) + micros(usage.system_time());
    Duration::from_micros(total.try_into().unwrap())
}

impl Task {
    /// Runs the command once, and looks at its memory meanwhile.
    fn run(&mut self) {
        let mut command = Command::new(self.program);
        command.args(&self.args).stdin(File::open(&self.input).unwrap());
        let before = children();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let end = loop {
            if let Some(end) = child.try_wait().unwrap() {
                break end;
            }
            let text = fs::read_to_string(&status).unwrap_or_default();
            let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|line| line.trim_end_matches("kB").trim().parse().ok());
            self.peak = self.peak.max(peak.unwrap_or(0));
            std::thread::sleep(Duration::from_millis(2));
        };
        self.times.push(children() - before);
        assert!(end.success(), "{}: {end}", self.title);
    }

    /// Millions of bytes a second of processor time, in the median.
    fn rate(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        self.bytes as f64 / times[times.len() / 2].as_secs_f64() / 1e6
    }
}
