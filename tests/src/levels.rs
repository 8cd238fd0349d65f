//! What the levels of the two programs share: how long they wait, and the page that says which of them an example
//! passes. What a level demands is in `tests/levels_time_server.rs` and `tests/levels_forker.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
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
    let ended = within(Duration::from_millis(300), || program.has_ended()).then(|| program.wait());
    let lines: Vec<&str> = program.printed().iter().map(|(_, line)| line.as_str()).collect();
    println!("{}", state_and_last_lines(ended, &lines));
}

/// Whether a program has ended, and the last of its lines.
fn state_and_last_lines(ended: Option<ExitStatus>, lines: &[&str]) -> String {
    let state = ended.map_or("goes on".to_owned(), |status| format!("has ended ({status})"));
    if lines.is_empty() {
        return format!("Your program {state}. It has printed nothing.");
    }
    let last = &lines[lines.len().saturating_sub(10)..];
    format!("Your program {state}. Its last lines:\n  {}", last.join("\n  "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_has_printed_nothing_is_not_followed_by_an_empty_list() {
        let ended = Some(ExitStatus::default());
        assert_eq!(
            state_and_last_lines(ended, &[]),
            "Your program has ended (exit status: 0). It has printed nothing."
        );
        assert_eq!(
            state_and_last_lines(None, &["a", "b"]),
            "Your program goes on. Its last lines:\n  a\n  b"
        );
    }
}
