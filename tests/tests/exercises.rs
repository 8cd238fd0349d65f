//! The exercises of docs/exercises.md cannot rot: each patch fits the code as it is, the test that it breaks is there, and the
//! page shows the patch, the command and the words of the failure. Whether the test does fail is left to `.ci/exercises`.
//!
//! It only reads files: nothing is compiled, and neither git nor patch(1) is needed, so it passes in a source package too.

use std::fs;
use std::path::{Path, PathBuf};

use tests::files::root;

/// A place that a patch changes.
struct Hunk {
    file: String,
    /// How many lines it says that there are before and after.
    counts: [usize; 2],
    /// Its lines, each with a blank, `-` or `+` in front.
    lines: Vec<String>,
}

impl Hunk {
    /// Its lines as they are before, `-`, or after, `+`.
    fn side(&self, sign: char) -> Vec<&str> {
        let is_on_it = |line: &&String| line.starts_with([' ', sign]);
        self.lines.iter().filter(is_on_it).map(|line| &line[1..]).collect()
    }

    fn changed(&self, sign: char) -> Vec<&str> {
        self.lines.iter().filter(|line| line.starts_with(sign)).map(String::as_str).collect()
    }
}

/// A patch: which command fails with it, with which words, and what it changes.
struct Exercise {
    name: String,
    run: String,
    says: String,
    hunks: Vec<Hunk>,
}

impl Exercise {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let head = |word: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(word));
            line.unwrap_or_else(|| panic!("{name} has no line '{word}'")).to_owned()
        };
        let (run, says) = (head("Run: "), head("Says: "));
        let (mut file, mut hunks) = (String::new(), Vec::<Hunk>::new());
        for line in text.lines().skip_while(|line| !line.starts_with("--- a/")) {
            if let Some(path) = line.strip_prefix("+++ b/") {
                path.clone_into(&mut file);
            } else if line.starts_with("@@ ") {
                let counts = [1, 2].map(|place| count(line.split(' ').nth(place).unwrap()));
                hunks.push(Hunk { file: file.clone(), counts, lines: Vec::new() });
            } else if !line.starts_with("--- a/") {
                hunks.last_mut().unwrap().lines.push(line.to_owned());
            }
        }
        Self { name, run, says, hunks }
    }
}

/// The number of lines in `-37,5`; one if it is left out.
fn count(range: &str) -> usize {
    range.split_once(',').map_or(1, |(_, count)| count.parse().unwrap())
}

/// All exercises, in the order of their names.
fn exercises() -> Vec<Exercise> {
    let folder = fs::read_dir(root().join("docs/exercises")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Exercise::read(path)).collect()
}

/// The sources below a folder.
fn sources(folder: &Path) -> String {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => fs::read_to_string(path).unwrap(),
    };
    paths.map(text).collect()
}

#[test]
fn each_patch_changes_a_line_or_two_and_fits_one_place_of_the_code() {
    for exercise in exercises() {
        let name = &exercise.name;
        let changed = |sign| exercise.hunks.iter().map(|hunk| hunk.changed(sign).len()).sum();
        let changed: [usize; 2] = ['-', '+'].map(changed);
        assert!(changed.iter().all(|lines| *lines <= 2), "{name}: {changed:?} lines");
        for hunk in &exercise.hunks {
            let (before, after) = (hunk.side('-'), hunk.side('+'));
            assert_eq!(hunk.counts, [before.len(), after.len()], "{name}: the counts of a hunk");
            let code = fs::read_to_string(root().join(&hunk.file)).unwrap();
            let lines: Vec<&str> = code.lines().collect();
            let places = lines.windows(before.len()).filter(|lines| *lines == before).count();
            assert_eq!(places, 1, "{name}: places in {} with\n{}", hunk.file, before.join("\n"));
        }
    }
}

#[test]
fn the_page_has_every_patch_as_it_is_with_its_command_and_what_it_says() {
    let page = fs::read_to_string(root().join("docs/exercises.md")).unwrap();
    let mut sections = page.split("](exercises/").skip(1);
    for exercise in exercises() {
        let name = &exercise.name;
        let section = sections.next().unwrap_or_else(|| panic!("the page has no {name}"));
        assert!(section.starts_with(&format!("{name}.patch)")), "not {name}: {section}");
        let changed = exercise.hunks.iter().flat_map(|hunk| [hunk.changed('-'), hunk.changed('+')]);
        let file = exercise.hunks.iter().map(|hunk| hunk.file.as_str());
        let wanted = [exercise.run.as_str(), &exercise.says].into_iter();
        for text in wanted.chain(file).chain(changed.flatten()) {
            assert!(section.contains(text), "the page does not show of {name}: {text}");
        }
    }
    assert!(sections.next().is_none(), "the page names a patch that is not there");
}

#[test]
fn the_test_that_each_patch_breaks_is_there() {
    for Exercise { name, run, .. } in exercises() {
        let words: Vec<&str> = run.split(' ').collect();
        let (code, filter) = match words[..] {
            ["cargo", "test", "-p", "tests", "--test", target, filter, ..] => {
                let path = root().join(format!("tests/tests/{target}.rs"));
                (fs::read_to_string(path).unwrap(), filter)
            }
            ["cargo", "test", "-p", package, "--lib", filter] => {
                (sources(&root().join(package).join("src")), filter)
            }
            _ => panic!("{name}: {run}"),
        };
        let names = code.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
        assert_eq!(names.filter(|name| name.contains(filter)).count(), 1, "{name}: {run}");
    }
}
