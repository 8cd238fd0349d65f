//! forker over thousands of runs, and over a long nothing.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tests::forker::{forker, logged};
use tests::processes::{Mark, Zombies, processes, sleeps, state, state_and_parent};
use tests::{Running, in_one_of_five, run, wait_until};

#[test]
fn two_thousand_runs_a_millisecond_apart_end_well_and_leave_nothing() {
    let mut command = forker(&["-q", "-i", "1ms", "-e", "1", "-n", "2000", "--", "true"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.out, [""; 0]);
    // A busy machine may make it miss ticks; that is logged, and nothing else.
    assert!(
        finished.err.iter().all(|line| line.starts_with("2000 runs: 0 failed")),
        "{:?}",
        finished.err
    );
    assert_eq!(finished.status.code(), Some(0));
    mark.assert_nothing_left();
}

#[test]
fn a_child_that_looks_through_a_long_path_disturbs_no_system_call_of_forkers() {
    // Quiet, the child works in forker's memory until its exec, and here 500 of them fail: forker's own failures meanwhile
    // (nothing to read, nobody to wait for) must not be taken for theirs.
    let mut command =
        forker(&["-q", "-i", "1us", "-e", "1", "-n", "1000", "--max-children", "8", "--", "true"]);
    command.env("PATH", "/nonexistent:".repeat(500) + "/bin");
    let finished = run(command);
    assert_eq!(logged(&finished), [""; 0]);
    assert_eq!(finished.status.code(), Some(0));
}

/// Stops forker until its 512 runs have ended, and tells how long the rest takes it when it goes on.
fn time_to_reap_512() -> Duration {
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
    fs::remove_file(&fifo).unwrap();
    let start = Instant::now();
    forker.signal(Signal::SIGCONT);
    assert_eq!(forker.wait().code(), Some(0));
    start.elapsed()
}

#[test]
#[ignore = "slow: 512 processes"]
fn children_that_end_while_forker_is_stopped_are_all_reaped_when_it_goes_on() {
    // One signal stands for all 512: who reaps one a signal waits for ever, who reaps one a tick half a second.
    in_one_of_five(|| {
        let took = time_to_reap_512();
        if took < Duration::from_millis(200) { Ok(()) } else { Err(format!("{took:?}")) }
    });
}

#[test]
#[ignore = "slow: 10,000 runs"]
fn ten_thousand_runs_give_ten_thousand_statuses_and_no_old_zombie() {
    let mut forker = Running::start(forker(&["-i", "1ms", "-e", "1", "-n", "10000", "--", "true"]));
    let mut zombies = Zombies::of(forker.pid());
    let start = Instant::now();
    while !forker.has_ended() {
        assert!(start.elapsed() < Duration::from_secs(600));
        zombies.look();
    }
    let finished = forker.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(
        finished.err.iter().filter(|line| line.contains("): exited 0 after")).count(),
        10_000
    );
}

/// Runs forker to its end. Fails if it has more memory or descriptors at the end than early on.
fn assert_flat(args: &[&str], status: i32) {
    let mut forker = Running::start(forker(args));
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
        assert!(start.elapsed() < Duration::from_secs(1800));
        looks.extend(look());
        thread::sleep(Duration::from_millis(20));
    }
    // A look may fall into a fork, whose pipe is open, or into forker's own end. So of memory the median counts,
    // and of descriptors the number that nearly every look of the time reaches.
    let typical = |part: &[(i64, usize)]| {
        let (mut memory, mut descriptors): (Vec<_>, Vec<_>) = part.iter().copied().unzip();
        memory.sort_unstable();
        descriptors.sort_unstable();
        (memory[part.len() / 2], descriptors[part.len() / 50])
    };
    let tenth = looks.len() / 10;
    let (first, last) = (typical(&looks[tenth..2 * tenth]), typical(&looks[9 * tenth..]));
    assert!(last.0 - first.0 < 64, "from {} to {} KiB", first.0, last.0);
    assert_eq!(last.1, first.1, "descriptors");
    assert_eq!(forker.finish().status.code(), Some(status));
}

#[test]
#[ignore = "slow: 100,000 runs"]
fn a_hundred_thousand_runs_cost_no_memory_and_no_descriptor() {
    let args = "-q -i 1us -e 1 --overlap forbid -n 100000 -- /bin/true".split(' ');
    assert_flat(&args.collect::<Vec<_>>(), 0);
}

#[test]
#[ignore = "slow: 40,000 runs"]
fn runs_that_time_out_cost_no_memory_and_no_descriptor() {
    for flags in ["-qq", "-qq --keep-orphans"] {
        let args = format!("{flags} -i 1ms -e 1 --timeout 1ms -n 20000 -- sleep 1");
        assert_flat(&args.split(' ').collect::<Vec<_>>(), 124);
    }
}

#[test]
#[ignore = "slow: twenty seconds of nothing"]
fn between_ticks_nothing_wakes_it() {
    // The second has a tick a nanosecond; none but the last of all numbers does anything.
    for flags in ["-q -i 1h -e 2", "-q -i 1ns -e 18446744073709551615"] {
        assert_idle(&flags.split(' ').collect::<Vec<_>>());
    }
}

fn assert_idle(flags: &[&str]) {
    let forker = Running::start(forker(flags));
    let slept = || sleeps(forker.pid()).unwrap();
    let mut before = slept();
    wait_until("it waits", || {
        let now = slept();
        (std::mem::replace(&mut before, now) == now && state(forker.pid())? == 'S').then_some(())
    });
    // On a busy machine it may not be as far as it seemed; whoever wakes it, wakes it each time.
    in_one_of_five(|| {
        let before = slept();
        thread::sleep(Duration::from_secs(10));
        let woken = slept() - before;
        if woken == 0 { Ok(()) } else { Err(format!("woken {woken} times in ten seconds")) }
    });
}
