//! What the levels of the two programs share: how long they wait, and the page that says which of them an example
//! passes. What a level demands is in `tests/levels_time_server.rs` and `tests/levels_forker.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Running;
use crate::files::TempFile;

/// How long a program may take for whatever it has to do. A busy machine must be able to keep this, and somebody who
/// tries and tries again waits so long for each level that fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to start. That is nothing to judge, and some interpreters need seconds on a busy machine.
pub const START: Duration = Duration::from_secs(30);

/// Whether something is so, now or before our patience ends.
pub fn comes(so: impl FnMut() -> bool) -> bool {
    within(PATIENCE, so)
}

/// Whether something is so, now or in time.
pub fn within(time: Duration, mut so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + time;
    loop {
        if so() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Shows how a program has ended, if it has, and what it has printed last: that may be why a level fails.
pub fn show(program: &mut Running) {
    // It may be about to end, and that is why.
    if within(Duration::from_millis(300), || program.has_ended()) {
        println!("Your program has ended ({}). Its last lines:", program.wait());
    } else {
        println!("Your program goes on. Its last lines:");
    }
    let printed = program.printed();
    printed[printed.len().saturating_sub(10)..].iter().for_each(|(_, line)| println!("  {line}"));
}

/// Fails unless `example` passes just the levels that the page says. The levels are those of the test program that
/// calls this: it is started once more, as a reader of the page does it.
pub fn assert_as_the_page_says(package: &str, column: &str, example: &Path) {
    let variable = format!("{}_BINARY", package.to_uppercase().replace('-', "_"));
    let judged = Command::new(std::env::current_exe().unwrap())
        // They wait more than they work.
        .args(["level_", "--test-threads=16"])
        .env(variable, example)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&judged.stdout);
    let passed: BTreeMap<&str, bool> = text
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "))
        .map(|(level, verdict)| (level, verdict == "ok"))
        .collect();
    let section = section(package);
    assert_eq!(passed, verdicts(&section, column), "{text}");
    let failed = passed.values().filter(|passed| !**passed).count();
    let advised = text.lines().filter(|line| line.starts_with("Read: ")).count();
    assert_eq!(advised, failed, "a level that fails says what to read: {text}");
}

/// The first block of Python in a program's section of the page, as a program.
pub fn python_start(package: &str) -> TempFile {
    let section = section(package);
    let (_, rest) = section.split_once("```python\n").unwrap();
    let (code, _) = rest.split_once("```").unwrap();
    TempFile::new(&format!("{package}-start.py"), code, 0o755)
}

/// The example `name` of a program, built now if its source has changed.
pub fn example(package: &str, name: &str) -> PathBuf {
    let build = escargot::CargoBuild::new().package(package).example(name);
    let build = if cfg!(debug_assertions) { build } else { build.release() };
    build.run().unwrap_or_else(|error| panic!("{name}: {error}")).path().to_owned()
}

/// A program's section of the page.
fn section(package: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/build-your-own.md");
    let page = fs::read_to_string(page).unwrap();
    let mut sections = page.split("\n## ");
    sections.find(|section| section.starts_with(package)).unwrap().to_owned()
}

/// Which level is passed, by a column of the section's table.
fn verdicts<'a>(section: &'a str, column: &str) -> BTreeMap<&'a str, bool> {
    let rows = section.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let mut rows = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = head.iter().position(|name| *name == column).unwrap();
    let levels = rows.filter(|row| row[0].starts_with("`level_"));
    levels.map(|row| (row[0].trim_matches('`'), row[column] == "passes")).collect()
}
