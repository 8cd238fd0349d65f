//! forker lab: what each way of reaping knows and leaves.

use tests::forker::forker;
use tests::processes::Mark;
use tests::{in_one_of_five, run};

/// A number in a line of JSON.
fn number(line: &str, name: &str) -> u64 {
    let (_, rest) =
        line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {line}"));
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

/// What a line of the lab says of its way: whether every status is known, or lost, whether every run is left as a
/// zombie, how many are, and whose the orphans are.
fn facts(line: &str) -> (bool, bool, bool, u64, &'static str) {
    let fact = |name| number(line, name);
    let runs = fact("runs");
    assert!(runs > 0, "{line}");
    assert_eq!(fact("statuses_known") + fact("statuses_lost"), runs, "{line}");
    let left = fact("zombies_left");
    let orphans = if line.contains("\"orphans_go_to\":\"itself\"") { "itself" } else { "init" };
    (fact("statuses_known") == runs, fact("statuses_lost") == runs, left == runs, left, orphans)
}

#[test]
fn the_lab_shows_what_each_way_knows_and_leaves() {
    in_one_of_five(|| {
        let mut command = forker(&["lab", "--log-format", "json"]);
        let mark = Mark::on(&mut command);
        let finished = run(command);
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        mark.assert_nothing_left();
        let of = |way: &str| {
            let is_it = |line: &&String| line.contains(&format!("\"way\":\"{way}\""));
            facts(finished.out.iter().find(is_it).unwrap())
        };
        let runs = number(&finished.out[0], "runs");
        for (way, expected) in [
            //          all known, all lost, all zombies, zombies, orphans
            ("none", (false, true, true, runs, "init")),
            ("wait", (true, false, false, 0, "init")),
            ("sigchld", (true, false, false, 0, "itself")),
            ("pidfd", (true, false, false, 0, "init")),
            ("ignore", (false, true, false, 0, "init")),
            ("double-fork", (false, true, false, 0, "init")),
        ] {
            // What the lab does not come to look at in time it cannot show.
            if of(way) != expected {
                return Err(format!("{way}: {:?} is not {expected:?}", of(way)));
            }
        }
        Ok(())
    });
}

#[test]
fn the_lab_fits_a_terminal_and_shows_zombies_at_length() {
    let finished = run(forker(&["lab", "--only", "none", "--", "true"]));
    assert!(
        finished.out.iter().any(|line| line.ends_with(" Z    [true] <defunct>")),
        "{:#?}",
        finished.out
    );
    let finished = run(forker(&["lab", "--color", "always", "--", "true"]));
    assert!(finished.out.iter().any(|line| line.contains("\x1b[31m")), "lost statuses are red");
    let finished = run(forker(&["lab", "--", "true"]));
    assert!(finished.out.iter().all(|line| line.chars().count() <= 80 && !line.contains('\x1b')));
}

#[test]
fn a_command_that_cannot_be_executed_is_reported() {
    let finished = run(forker(&["lab", "--only", "sigchld", "--", "/nonexistent"]));
    assert_eq!(finished.status.code(), Some(125));
    let problem = "there is no such file, or the interpreter it names is missing";
    assert_eq!(finished.err, [format!("forker: cannot execute '/nonexistent': {problem}")]);
}
