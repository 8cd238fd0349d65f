//! What forker reports of a run's end: every exit status, every signal, and what could not be started.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::files::TempFile;
use tests::forker::{exited, forker, forker_under, logged, running};
use tests::launcher::Launcher;
use tests::processes::Zombies;
use tests::{Running, binary, run};

#[test]
fn a_command_that_does_not_exist_is_127_and_reported() {
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "nosuch"]));
    assert_eq!(finished.status.code(), Some(127));
    assert_eq!(logged(&finished).len(), 1);
    assert!(finished.err[0].ends_with(
        "cannot execute 'nosuch': not found in PATH; give its path, or add its folder to PATH"
    ));
    assert_eq!(run(forker(&["-q", "-e", "1", "-n", "1", "/no/such"])).status.code(), Some(127));
}

#[test]
fn an_empty_name_is_refused_at_the_start() {
    let file = TempFile::new("empty-name.toml", "command = ['']\n", 0o644);
    for args in
        [&["--", ""][..], &["-n", "1", "", "word"], &["--config", file.name()], &["lab", "--", ""]]
    {
        let finished = run(forker(args));
        assert_eq!(finished.status.code(), Some(2), "{args:?}");
        assert_eq!(
            finished.err,
            [
                "forker: the command's name is empty (a variable that is not set?); name a command, for example: \
                 forker -- ls -l"
            ]
        );
    }
}

#[test]
fn a_directory_is_126_and_has_its_way_out() {
    for command in ["/tmp", "tmp"] {
        let mut forker = forker(&["-q", "-e", "1", "-n", "1", "--", command]);
        forker.env("PATH", "/:/nonexistent");
        let finished = run(forker);
        assert_eq!(finished.status.code(), Some(126), "{command}");
        let problem = "permission denied: it is a directory; name a program in it";
        let line = format!(": cannot execute '{command}': {problem}");
        assert!(finished.err[0].ends_with(&line), "{:?}", finished.err);
    }
}

#[test]
fn a_shell_line_as_one_word_is_reported_with_the_command_that_runs_it() {
    let once = ["-q", "-e", "1", "-n", "1", "--"];
    for (line, quoted) in [
        ("echo hi; date", "'echo hi; date'"),
        ("nosuch|wc", "'nosuch|wc'"),
        ("~/nosuch", "'~/nosuch'"),
        ("echo 'a b'", r"'echo '\''a b'\'''"),
    ] {
        let finished = run(forker(&[&once[..], &[line]].concat()));
        assert_eq!(finished.status.code(), Some(127), "{line}");
        let logged = &finished.err[0];
        assert!(logged.contains(&format!(": cannot execute '{line}': ")), "{logged}");
        let way_out = format!("; to run it in a shell: forker -- sh -c {quoted}");
        assert!(logged.ends_with(&way_out), "{logged}");
    }
    let not_executable = TempFile::new("a program", "", 0o644);
    for command in [&["nosuch program", "argument"][..], &["nosuch"], &[not_executable.name()]] {
        let finished = run(forker(&[&once[..], command].concat()));
        assert!(!finished.err[0].contains("shell"), "{:?}", finished.err);
    }
}

#[test]
fn an_error_at_the_limit_of_descriptors_names_the_limit() {
    let finished = run(forker_under(&["prlimit", "--nofile=4"], &["--", "true"]));
    assert_eq!(finished.status.code(), Some(125));
    let way_out = ": Too many open files; raise the limit on open files: ulimit -n";
    assert!(finished.err[0].ends_with(way_out), "{:?}", finished.err);
}

#[test]
fn a_command_that_cannot_be_executed_is_126_and_reported() {
    let plain = TempFile::new("plain", "#!/bin/sh\n", 0o644);
    let junk = TempFile::new("junk", "junk", 0o755);
    for (name, why) in
        [(plain.name(), "chmod +x"), ("/tmp", "permission denied"), (junk.name(), "#!/bin/sh")]
    {
        let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--", name]));
        assert_eq!(finished.status.code(), Some(126), "{name}");
        assert!(finished.err[0].contains(why), "{:?}", finished.err);
    }
    // A word has at most 128 KiB (execve(2)). It cannot be given to forker either, but stand in its file.
    let long = format!("command = ['true', '{}']\n", "a".repeat(200_000));
    let file = TempFile::new("long.toml", &long, 0o644);
    let finished = run(forker(&["-q", "-e", "1", "-n", "1", "--config", file.name()]));
    assert_eq!(finished.status.code(), Some(126));
    assert!(finished.err[0].ends_with("; put them into a file"), "{:?}", finished.err);
    // Many at a time are not taken for each other.
    let finished = run(forker(&["-q", "-e", "1", "-i", "1ms", "-n", "100", "nosuch"]));
    assert_eq!(
        finished.err.iter().filter(|line| line.contains("cannot execute 'nosuch'")).count(),
        100
    );
    // A command's own 126 and 127 are its own.
    let finished = run(forker(&running("-q -e 1 -n 1", "exit 127")));
    assert!(finished.err[0].contains("exited 127"), "{:?}", finished.err);
}

#[test]
fn whose_status_it_is_is_reported_though_a_runs_may_be_the_same() {
    let sum = |flags: &str, script: &str| {
        let finished = run(forker(&running(&format!("{flags} --log-format json"), script)));
        (finished.status.code().unwrap(), finished.err.last().unwrap().clone())
    };
    let (status, line) = sum("-n 1 --now", "exit 125");
    assert_eq!(status, 125);
    assert!(line.contains(r#""exit_status":125,"exit_because":"run""#), "{line}");
    let (status, line) = sum("-n 1 --now", "kill -TERM $$");
    assert_eq!(status, 143);
    assert!(line.contains(r#""exit_status":143,"exit_because":"run""#), "{line}");
    let (_, line) = sum("-n 1 --now", "exit 0");
    assert!(line.contains(r#""exit_status":0,"exit_because":"success""#), "{line}");
    let (status, line) = sum("-n 1 --now", "kill -TERM $PPID; sleep 60");
    assert_eq!(status, 143);
    assert!(line.contains(r#""exit_status":143,"exit_because":"signal""#), "{line}");
}

#[test]
fn a_service_manager_learns_whether_a_run_or_forker_has_failed() {
    let launcher = Launcher::default();
    let ends = |script: &str, status: i32, told: &str| {
        let service = launcher.start("forker", &running("-q -n 1 --now", script));
        let message = launcher.hear("STATUS=Ended with ");
        assert_eq!(message, format!("STATUS=Ended with {status}: {told}"));
        assert_eq!(service.finish().status.code(), Some(status));
    };
    ends("exit 125", 125, "run 1 failed");
    ends("kill -TERM $$", 143, "run 1 failed");
    ends("kill -TERM $PPID; sleep 60", 143, "stopped by SIGTERM");
    ends("exit 0", 0, "all went well");

    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut service = launcher.command("forker", &running("-n 1 --now", "exit 0"));
    assert_eq!(service.stdout(full).status().unwrap().code(), Some(125));
    let message = launcher.hear("STATUS=Ended with ");
    let told = "STATUS=Ended with 125: forker failed: cannot write to stdout: No space left on ";
    assert!(message.starts_with(told) && message.ends_with("\nWATCHDOG=trigger"), "{message}");
}

/// Sets a signal to its default in the kernel. The C library keeps 32 and 33 for itself: posix_spawn(3) leaves
/// them ignored, and sigaction(2) refuses to touch them, in env(1) too.
fn set_to_default(signal: i32) -> std::io::Result<()> {
    // The kernel's own struct sigaction, at most four words; all zero is SIG_DFL.
    let action = [0_u64; 4];
    // SAFETY: the kernel reads `action`, and writes nothing where no old action is asked for.
    let result = unsafe {
        nix::libc::syscall(nix::libc::SYS_rt_sigaction, signal, action.as_ptr(), 0_usize, 8_usize)
    };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[test]
fn every_exit_code_and_every_deadly_signal_is_reported_as_it_was() {
    let counter = TempFile::new("counter", "0", 0o644);
    let next = format!("n=$(cat {0}); echo $((n+1)) >{0};", counter.name());
    let runs = |count: &str, script: String| {
        let flags = format!("-q -e 1 -i 1ms -n {count} --overlap forbid");
        let args = running(&flags, &script);
        // Nothing ignored: a signal that whoever runs this test ignores would not be deadly.
        let mut forker = forker_under(&["env", "--default-signal"], &args);
        // SAFETY: between fork and exec it makes system calls alone.
        unsafe { forker.pre_exec(|| [32, 33].into_iter().try_for_each(set_to_default)) };
        run(forker).err
    };
    let logged = runs("256", format!("{next} exit $n"));
    for code in 1..=255 {
        let line = logged.iter().find(|line| line.starts_with(&format!("run {} (", code + 1)));
        assert_eq!(exited(line.unwrap()).unwrap().2, code);
    }
    fs::write(counter.name(), "1").unwrap();
    // Not deadly: CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH.
    let deadly: Vec<usize> =
        (1..=64).filter(|n| ![17, 18, 19, 20, 21, 22, 23, 28].contains(n)).collect();
    let logged = runs(
        "64",
        format!(
            "{next} case $n in 17|18|19|20|21|22|23|28) exit 0;; esac; ulimit -c 0; kill -$n $$; exit 99"
        ),
    );
    for signal in deadly {
        let name = match nix::sys::signal::Signal::try_from(i32::try_from(signal).unwrap()) {
            Ok(signal) => signal.as_str().to_owned(),
            // The C library keeps them for itself and names them not; the kernel kills by them all the same.
            Err(_) if signal < 34 => format!("signal {signal}"),
            Err(_) => format!("SIGRTMIN+{}", signal - 34), // as signal(7) has it
        };
        let line = logged.iter().find(|line| line.starts_with(&format!("run {signal} ("))).unwrap();
        assert!(line.contains(&format!("): killed by {name} after ")), "{line}");
    }
}

#[test]
fn a_thousand_runs_leave_no_zombie_and_every_status_is_right() {
    let script = "exit $(($$ % 256))";
    let mut forker = Running::start(forker(&running("-i 1ms -e 1", script)));
    let mut zombies = Zombies::of(forker.pid());
    for number in 1..=1000 {
        let line = forker.err_line(&format!("run {number} ("));
        let (_, pid, status) = exited(&line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(status, pid % 256, "{line}");
        if number % 50 == 0 {
            zombies.look();
        }
    }
    forker.signal(Signal::SIGTERM);
    assert_eq!(forker.finish().status.code(), Some(143));
}

#[test]
#[ignore = "needs root: it gives it up for a user with a limit on processes"]
fn a_fork_that_is_refused_is_a_failed_run_and_the_schedule_goes_on() {
    let uid = 54_321 + std::process::id() % 1000;
    let (user, file) =
        (format!("--reuid={uid}"), std::env::temp_dir().join(format!("forker-{uid}")));
    fs::copy(binary("forker"), &file).unwrap();
    let mut command = Command::new("setpriv");
    // forker itself is one process of this user, its first run the second and last.
    command.args([&user, "--clear-groups", "prlimit", "--nproc=2", file.to_str().unwrap()]);
    // The first run reads until somebody has opened this and closed it again.
    let fifo = file.with_extension("fifo");
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    std::os::unix::fs::chown(&fifo, Some(uid), None).unwrap();
    command
        .args("-q --log-format json -e 1 -i 50ms -n 3 -- cat".split(' '))
        .arg(&fifo)
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let mut forker = Running::start(command);
    let logged = forker.err_line("run 3: cannot fork: ");
    assert!(logged.contains("; raise the limit on processes: ulimit -u; "), "{logged}");
    drop(fs::File::options().write(true).open(&fifo).unwrap());
    let finished = forker.finish();
    fs::remove_file(&file).unwrap();
    fs::remove_file(&fifo).unwrap();
    let refused: Vec<_> =
        finished.err.iter().filter(|line| line.contains("\"outcome\":\"not forked\"")).collect();
    assert_eq!(refused.len(), 2, "{:?}", finished.err);
    // There was no process, so its figures are not 0 but missing.
    assert!(!refused.iter().any(|line| line.contains("\"seconds\":")), "{refused:?}");
    assert_eq!(finished.status.code(), Some(125));
}
