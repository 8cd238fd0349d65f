//! Levels for a forker of your own, in any language: `docs/build-your-own.md` says how to start, and why each of them
//! matters. Without `FORKER_BINARY` they judge the one of this workspace, which passes them all.
//!
//! Started with `--interval 20ms -- COMMAND ARG...`, the program counts ticks of that interval, and starts the command
//! on every tenth.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tests::levels::{
    PATIENCE, START, assert_as_the_page_says, comes, example, python_start, show, within,
};
use tests::processes::{Mark, kernel_ticks, state, zombies_of};
use tests::{Running, Stream, program};

/// A tick.
const INTERVAL: Duration = Duration::from_millis(20);

/// The program that is judged. All that it has started ends with the level.
struct Mine {
    process: Running,
    started: Instant,
    mark: Mark,
    /// What to read if the level fails.
    read: &'static str,
}

impl Mine {
    /// Starts it with a script for the shell as its command.
    fn start(script: &str, read: &'static str) -> Self {
        Self::with(INTERVAL, &["sh", "-c", script], read)
    }

    fn with(interval: Duration, command: &[&str], read: &'static str) -> Self {
        let mut own = program("forker");
        own.args(["--interval", &format!("{}ms", interval.as_millis()), "--"]).args(command);
        own.process_group(0);
        let mark = Mark::on(&mut own);
        let started = Instant::now();
        Self { process: Running::start(own), started, mark, read }
    }

    /// Fails the level unless something is so.
    fn demand(&self, is_so: bool, else_seen: &str) {
        assert!(is_so, "{else_seen}\nRead: {}", self.read);
    }

    /// What its command has printed behind the word `run`, one text a run.
    fn runs(&mut self) -> Vec<String> {
        let printed = self.process.printed().iter();
        let lines = printed.filter(|(stream, _)| *stream == Stream::Out);
        lines.filter_map(|(_, line)| line.strip_prefix("run ")).map(str::to_owned).collect()
    }

    /// Waits until its command has printed so often.
    fn wait_for_runs(&mut self, count: usize) -> Vec<String> {
        within(START, || !self.runs().is_empty() || self.process.has_ended());
        comes(|| self.runs().len() >= count || self.process.has_ended());
        let runs = self.runs();
        self.demand(
            runs.len() >= count,
            &format!("its command runs {} times in {PATIENCE:?}, not {count} times", runs.len()),
        );
        runs
    }

    /// Sends TERM, and waits until it has ended.
    fn terminate(&mut self) {
        self.process.signal(Signal::SIGTERM);
        let has_ended = comes(|| self.process.has_ended());
        self.demand(has_ended, &format!("it goes on {PATIENCE:?} after TERM"));
    }

    /// Fails the level if it has left anything.
    fn demand_nothing_left(&self) {
        let nothing = comes(|| self.mark.bearers().is_empty());
        let left: Vec<String> = self.mark.bearers().into_iter().map(described).collect();
        self.demand(nothing, &format!("it has ended, and these go on: {}", left.join(", ")));
    }
}

/// A level that fails shows what the program has printed. Whatever is left is killed.
impl Drop for Mine {
    fn drop(&mut self) {
        if thread::panicking() {
            show(&mut self.process);
        }
        // One that forks without end is stopped as a whole. Who has left the group is found by the mark.
        let _ = killpg(self.process.pid(), Signal::SIGKILL);
        comes(|| {
            let left = self.mark.bearers();
            for pid in &left {
                let _ = kill(*pid, Signal::SIGKILL);
            }
            left.is_empty()
        });
    }
}

/// A process by its command line and id.
fn described(pid: Pid) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).trim_end_matches('\0').replace('\0', " ");
    format!("'{line}' (pid {pid})")
}

#[test]
fn level_01_it_runs_the_command() {
    let read = "fork(2), execvp(3): a command without a slash is looked for in PATH";
    Mine::start("echo run 1", read).wait_for_runs(1);
}

#[test]
fn level_02_it_runs_on_every_tenth_tick() {
    let mut mine =
        Mine::start("echo run again", "nanosleep(2), fork(2): only the child executes the command");
    mine.wait_for_runs(4);
    // Whether the first tick is at once or after an interval, the fourth run is on a tick after the 38th.
    let (took, least) = (mine.started.elapsed(), INTERVAL * 38);
    mine.demand(
        took >= least,
        &format!("its fourth run was due after {least:?}, and came after {took:?}"),
    );
}

#[test]
fn level_03_a_child_that_has_ended_is_reaped() {
    let mut mine = Mine::start("echo run again", "wait(2), 'NOTES' on zombies; signal(7), SIGCHLD");
    mine.wait_for_runs(5);
    let pid = mine.process.pid();
    let is_reaped = comes(|| zombies_of(pid).is_empty());
    mine.demand(
        is_reaped,
        &format!("{} of its children have ended, and are zombies", zombies_of(pid).len()),
    );
}

#[test]
fn level_04_a_long_run_delays_no_other() {
    let read = "waitpid(2), WNOHANG; signal(7), SIGCHLD: one signal may stand for several children";
    Mine::start("echo run long; exec sleep 60", read).wait_for_runs(4);
}

#[test]
fn level_05_a_delay_shifts_no_later_run_and_is_not_made_up_for() {
    let read =
        "clock_nanosleep(2), TIMER_ABSTIME and CLOCK_MONOTONIC: sleep until a time, not for a time";
    // A busy machine may spoil an attempt or two.
    let failures: Vec<String> = (0..3).map_while(|_| held_up_once(read).err()).collect();
    assert!(failures.len() < 3, "{}\nRead: {read}", failures[0]);
}

/// Whether a program that is held up once keeps the times of its runs.
fn held_up_once(read: &'static str) -> Result<(), String> {
    // A long interval: what a busy machine delays must not look like a shift.
    let (interval, period) = (INTERVAL * 2, INTERVAL * 20);
    let script = "read -r stat </proc/self/stat; echo run $stat";
    let mut mine = Mine::with(interval, &["sh", "-c", script], read);
    let mut runs = starts(&mine.wait_for_runs(6)[..6]);

    // As on a busy machine, it is held up: for three periods and a half.
    mine.process.signal(Signal::SIGSTOP);
    let stopped = Instant::now();
    let half = period.mul_f64(0.45)..period.mul_f64(0.55);
    while !half.contains(&stopped.elapsed().saturating_sub(period * 3)) {
        thread::sleep(Duration::from_millis(1));
        mine.demand(stopped.elapsed() < PATIENCE, "this machine is too busy to tell");
    }
    let went_on = uptime();
    mine.process.signal(Signal::SIGCONT);

    let mut since = |from: Duration| -> Vec<Duration> {
        starts(&mine.runs()).into_iter().filter(|run| *run >= from).collect()
    };
    let enough = comes(|| since(went_on + period * 2).len() >= 6);
    let at_once = since(went_on).into_iter().filter(|run| *run < went_on + period).count();
    runs.extend(since(went_on + period * 2).into_iter().take(6));
    mine.demand(
        enough,
        &format!("held up for {period:?} and more, it has not run six times in {PATIENCE:?}"),
    );
    mine.demand(
        at_once <= 2,
        &format!("it was held up, so runs were due for three periods: then {at_once} come in one"),
    );
    let in_step = |one: &Duration| {
        let apart = runs.iter().map(|other| one.abs_diff(*other).as_millis() % period.as_millis());
        apart.filter(|apart| *apart <= 25 || period.as_millis() - *apart <= 25).count()
    };
    let most = runs.iter().map(in_step).max().unwrap();
    let seen = format!(
        "only {most} of 12 runs come a multiple of {period:?} apart; it was held up after the sixth"
    );
    if most >= 8 { Ok(()) } else { Err(seen) }
}

/// When the runs started, by the clock that counts from the boot: field 22 of `proc_pid_stat(5)`, which each prints.
fn starts(runs: &[String]) -> Vec<Duration> {
    let fields = runs.iter().filter_map(|stat| stat.rsplit_once(')')?.1.split(' ').nth(20));
    fields.map(|ticks| kernel_ticks(ticks.parse().unwrap())).collect()
}

/// The time since the boot (`proc_uptime(5)`).
fn uptime() -> Duration {
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    Duration::from_secs_f64(uptime.split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn level_06_a_command_that_cannot_be_executed_leaves_no_second_program() {
    let read = "execve(2), 'RETURN VALUE': when it returns, the child is still there; _exit(2)";
    // A long interval: a child that goes on with the loop forks, too, and so do its children.
    let interval = Duration::from_millis(100);
    let mine = Mine::with(interval, &["/nonexistent/command"], read);
    // So long it may take to start, and for two runs. There is no sign of a run that cannot be executed.
    thread::sleep(interval * 25);
    let is_alone = within(interval * 20, || mine.mark.bearers().len() <= 2);
    let count = mine.mark.bearers().len();
    mine.demand(
        is_alone,
        &format!("its command cannot be executed: after four runs, it is there {count} times"),
    );
}

#[test]
fn level_07_the_command_finds_the_signals_as_they_were() {
    let read =
        "signal(7): what is blocked or ignored stays so over execve; sigaction(2), sigprocmask(2)";
    let script = "echo run $(grep -E '^Sig(Blk|Ign)' /proc/self/status)";
    let shell = Command::new("sh").args(["-c", script]).output().unwrap();
    let shell = String::from_utf8(shell.stdout).unwrap();
    let wanted = shell.trim_end().trim_start_matches("run ");
    let mut mine = Mine::start(script, read);
    let found = mine.wait_for_runs(1).remove(0);
    mine.demand(
        found == wanted,
        &format!(
            "the signals that its command finds blocked and ignored: {found}, not {wanted}; bit n-1 is signal n, \
             so 1000 is PIPE"
        ),
    );
}

#[test]
fn level_08_term_ends_the_command_and_what_it_has_started() {
    let mut mine = Mine::start(
        "sleep 60 & echo run on; wait",
        "setpgid(2), kill(2) with a negative pid; signal(7)",
    );
    mine.wait_for_runs(1);
    mine.terminate();
    mine.demand_nothing_left();
}

#[test]
fn level_09_what_a_run_leaves_behind_is_ended() {
    let read = "setpgid(2), waitid(2) with WNOWAIT: a zombie keeps its group's id, so kill(2) meets no other group";
    let mut mine = Mine::start("sleep 60 & echo run $!", read);
    let left = mine.wait_for_runs(1).remove(0).parse().map(Pid::from_raw).unwrap();
    let is_ended = comes(|| matches!(state(left), None | Some('Z')));
    mine.demand(
        is_ended,
        &format!("its first run ended {PATIENCE:?} ago, and has left {}", described(left)),
    );
}

#[test]
fn level_10_who_has_left_the_group_is_ended_too() {
    let read = "setsid(2), PR_SET_CHILD_SUBREAPER(2const), proc_pid_stat(5): the parent's id";
    let mut mine = Mine::start("setsid sh -c 'sleep 60 & echo run away'; true", read);
    mine.wait_for_runs(1);
    mine.terminate();
    mine.demand_nothing_left();
}

#[test]
fn the_page_says_what_the_naive_forker_passes() {
    let naive = example("forker", "naive-forker");
    assert_as_the_page_says("forker", "naive.rs", &naive);
}

#[test]
#[ignore = "needs python3"]
fn the_page_says_what_its_python_forker_passes() {
    let start = python_start("forker");
    assert_as_the_page_says("forker", "Python", start.name().as_ref());
}
