//! forker lab: what each way of reaping knows and leaves.

use tests::forker::forker;
use tests::processes::Mark;
use tests::run;

/// A number in a line of JSON.
fn number(line: &str, name: &str) -> u64 {
    let (_, rest) =
        line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {line}"));
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

#[test]
fn the_lab_shows_what_each_way_knows_and_leaves() {
    let mut command = forker(&["lab", "--log-format", "json"]);
    let mark = Mark::on(&mut command);
    let finished = run(command);
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    mark.assert_nothing_left();
    let of = |way: &str| {
        let line =
            finished.out.iter().find(|line| line.contains(&format!("\"way\":\"{way}\""))).unwrap();
        let fact = |name| number(line, name);
        let runs = fact("runs");
        assert!(runs > 0, "{line}");
        assert_eq!(fact("statuses_known") + fact("statuses_lost"), runs, "{line}");
        let orphans = if line.contains("\"orphans_go_to\":\"itself\"") { "itself" } else { "init" };
        (
            fact("statuses_known") == runs,
            fact("statuses_lost") == runs,
            fact("zombies_left") == runs,
            fact("zombies_left"),
            orphans,
        )
    };
    //                            all known, all lost, all zombies, zombies, orphans
    assert_eq!(of("none"), (false, true, true, number(&finished.out[0], "runs"), "init"));
    assert_eq!(of("wait"), (true, false, false, 0, "init"));
    assert_eq!(of("sigchld"), (true, false, false, 0, "itself"));
    assert_eq!(of("pidfd"), (true, false, false, 0, "init"));
    assert_eq!(of("ignore"), (false, true, false, 0, "init"));
    assert_eq!(of("double-fork"), (false, true, false, 0, "init"));
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
