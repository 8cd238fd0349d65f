//! forker over thousands of runs, and over a long nothing.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tests::forker::forker;
use tests::processes::{Mark, processes, state_and_parent, zombies_of};
use tests::{Running, run, wait_until};

#[test]
fn two_thousand_runs_a_millisecond_apart_end_well_and_leave_nothing() {
    let mut command = forker(&["-q", "-i", "1ms", "-e", "1", "-n", "2000", "--", "true"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.out, [""; 0]);
    // A busy machine may make it miss ticks; that is told, and nothing else.
    assert!(
        finished.err.iter().all(|line| line.starts_with("2000 runs: 0 failed")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(0));
    mark.assert_nothing_left();
}

#[test]
#[ignore = "slow: 512 processes"]
fn children_that_end_while_forker_is_stopped_are_all_reaped_when_it_goes_on() {
    let fifo = std::env::temp_dir().join(format!("forker-{}-512", std::process::id()));
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let name = fifo.to_str().unwrap();
    let args =
        ["-q", "-e", "1", "-i", "1ms", "-n", "512", "--max-children", "512", "--", "cat", name];
    let mut forker = Running::start(forker(&args));
    let children = |state| {
        let of = |pid: &Pid| {
            state_and_parent(*pid).is_some_and(|(now, parent)| {
                parent == forker.pid() && (state == '*' || now == state)
            })
        };
        processes().filter(of).count()
    };
    wait_until("512 runs", || (children('*') == 512).then_some(()));
    forker.signal(Signal::SIGSTOP);
    wait_until("512 zombies", || {
        // Whoever waits for a writer gets one that has nothing to say; without a reader this fails.
        let mut options = fs::OpenOptions::new();
        let _ = options.write(true).custom_flags(nix::libc::O_NONBLOCK).open(&fifo);
        (children('Z') == 512).then_some(())
    });
    let start = Instant::now();
    forker.signal(Signal::SIGCONT);
    assert_eq!(forker.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
    fs::remove_file(&fifo).unwrap();
}

#[test]
#[ignore = "slow: 10,000 runs"]
fn ten_thousand_runs_give_ten_thousand_statuses_and_no_old_zombie() {
    let mut forker = Running::start(forker(&["-i", "1ms", "-e", "1", "-n", "10000", "--", "true"]));
    let mut zombies: HashMap<Pid, Instant> = HashMap::new();
    let start = Instant::now();
    while !forker.has_ended() {
        assert!(start.elapsed() < Duration::from_secs(300));
        let now = zombies_of(forker.pid());
        zombies.retain(|pid, _| now.contains(pid));
        for pid in now {
            let since = zombies.entry(pid).or_insert_with(Instant::now);
            assert!(
                since.elapsed() < Duration::from_millis(50),
                "{pid} is a zombie for {:?}",
                since.elapsed()
            );
        }
    }
    let finished = forker.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(
        finished.err.iter().filter(|line| line.contains("): exited 0 after")).count(),
        10_000
    );
}

#[test]
#[ignore = "slow: 100,000 runs"]
fn a_hundred_thousand_runs_cost_no_memory_and_no_descriptor() {
    let args =
        ["-q", "-i", "1us", "-e", "1", "--overlap", "forbid", "-n", "100000", "--", "/bin/true"];
    let mut forker = Running::start(forker(&args));
    let folder = format!("/proc/{}", forker.pid());
    let look = || {
        let status = fs::read_to_string(format!("{folder}/status")).ok()?;
        let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        let kib: i64 = anonymous.trim().trim_end_matches(" kB").parse().ok()?;
        // Reading the folder of another process's descriptors, one sees those alone.
        Some((kib, fs::read_dir(format!("{folder}/fd")).ok()?.count()))
    };
    let start = Instant::now();
    let mut looks = Vec::new();
    while !forker.has_ended() {
        assert!(start.elapsed() < Duration::from_secs(900));
        looks.extend(look());
        thread::sleep(Duration::from_millis(20));
    }
    // A look may fall into a fork, whose pipe is open, or into forker's own end: medians know neither.
    let median = |part: &[(i64, usize)]| {
        let (mut memory, mut descriptors): (Vec<_>, Vec<_>) = part.iter().copied().unzip();
        memory.sort_unstable();
        descriptors.sort_unstable();
        (memory[part.len() / 2], descriptors[part.len() / 2])
    };
    let tenth = looks.len() / 10;
    let (first, last) = (median(&looks[tenth..2 * tenth]), median(&looks[9 * tenth..]));
    assert!(last.0 - first.0 < 64, "from {} to {} KiB", first.0, last.0);
    assert_eq!(last.1, first.1, "descriptors");
    assert_eq!(forker.finish().status.code(), Some(0));
}

#[test]
#[ignore = "slow: ten seconds of nothing"]
fn between_ticks_nothing_wakes_it() {
    let forker = Running::start(forker(&["-q", "-i", "1h", "-e", "2", "--", "true"]));
    let status = format!("/proc/{}/status", forker.pid());
    let switches = || {
        let text = fs::read_to_string(&status).unwrap();
        let line = text.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
        line.split('\t').nth(1).unwrap().parse::<u64>().unwrap()
    };
    let mut before = switches();
    wait_until("it waits", || {
        let now = switches();
        (std::mem::replace(&mut before, now) == now && state_and_parent(forker.pid())?.0 == 'S')
            .then_some(())
    });
    thread::sleep(Duration::from_secs(10));
    assert_eq!(switches(), before);
}
