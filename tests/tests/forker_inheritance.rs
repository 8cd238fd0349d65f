//! What a run of forker inherits: signals, descriptors, a group of its own.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tests::forker::{forker, forker_under, logged, running};
use tests::{Running, run};

#[test]
fn what_forker_inherits_is_put_right_for_itself_and_handed_to_the_run() {
    let show = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
    for wrapper in [
        &["env"][..],
        &["env", "--ignore-signal=CHLD"],
        &["env", "--block-signal=TERM,CHLD,INT"],
        &["env", "--ignore-signal=HUP,USR1", "--block-signal=USR2"],
        &["nohup"],
    ] {
        let mut alone = Command::new(wrapper[0]);
        alone.args(&wrapper[1..]).args(show);
        let args: Vec<&str> = ["-q", "-e", "1", "-n", "1", "--"].into_iter().chain(show).collect();
        assert_eq!(run(forker_under(wrapper, &args)).out, run(alone).out, "{wrapper:?}");

        let args = running("-q -e 1 -n 1", "exit 7");
        assert_eq!(run(forker_under(wrapper, &args)).status.code(), Some(7), "{wrapper:?}");

        let mut forker = Running::start(forker_under(
            wrapper,
            &["-e", "1", "--grace", "100ms", "--", "sleep", "60"],
        ));
        forker.out_line("Child process: About to execute ");
        forker.signal(Signal::SIGTERM);
        assert_eq!(forker.finish().status.code(), Some(143), "{wrapper:?}");
    }
}

#[test]
fn yes_to_head_prints_no_complaint() {
    let finished = run(forker(&running("-q -e 1 -n 1", "yes | head -1")));
    assert_eq!(finished.out, ["y"]);
    assert_eq!(logged(&finished), [""; 0]);
}

#[test]
fn a_run_has_its_own_group_no_input_and_only_the_descriptors_that_forker_was_given() {
    let script = "set -- $(cat /proc/$$/stat); test $1 = $5 && echo leader; readlink /proc/$$/fd/0";
    let mut command = forker(&running("-q -e 1 -n 1", script));
    command.stdin(Stdio::piped());
    let finished = run(command);
    assert_eq!(finished.out, ["leader", "/dev/null"]);

    let wrapper = ["sh", "-c", "exec 8</dev/null; exec \"$@\"", "sh"];
    let list = ["ls", "/proc/self/fd"];
    let mut alone = Command::new(wrapper[0]);
    alone.args(&wrapper[1..]).args(list);
    let args = ["-q", "-e", "1", "-n", "1", "--"].iter().chain(&list).copied();
    let given = run(forker_under(&wrapper, &args.collect::<Vec<_>>())).out;
    assert_eq!(given, run(alone).out);
    assert!(given.contains(&"8".to_owned()), "{given:?}");
}

#[test]
fn closed_standard_descriptors_are_dev_null() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let wrapper = ["sh", "-c", &format!("exec \"$@\" {closed}"), "sh"];
        let script = "test -e /proc/$$/fd/0 && test -e /proc/$$/fd/1 && test -e /proc/$$/fd/2 && echo x && echo y >&2 && exit 5";
        let finished = run(forker_under(&wrapper, &running("-e 1 -n 1", script)));
        assert_eq!(finished.status.code(), Some(5), "{closed}: {finished:?}");
    }
}
