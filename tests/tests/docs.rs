//! The documentation cannot rot: every relative link leads somewhere, code that a link names is there, a `rust` block
//! shows code of the file that the next link leads to, and every block marked as `sh run` runs.
//!
//! The latter is one script: `sh -e` in an empty folder, the fresh binaries first in its PATH, no display, no
//! network but the loopback, a minute of time. It passes with status 0; what it leaves running is ended.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use tests::files::root;
use tests::{binary, wait_until};

/// The mark of a block that is run, behind the three backquotes.
const RUN: &str = "sh run";
/// The mark of a block that shows code, and the line in it that stands for others.
const CODE: &str = "rust";
const LEFT_OUT: &str = "…";

/// One page, read.
#[derive(Default)]
struct Page {
    /// Each link's target, and the code that its text names.
    links: Vec<(String, Vec<String>)>,
    anchors: BTreeSet<String>,
    blocks: Vec<String>,
    /// Each block of code, and how many links come before it.
    code: Vec<(String, usize)>,
}

impl Page {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let mut page = Self::default();
        let (mut heading, mut link, mut block, mut code) = (None, None, None, None);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.extend(heading.take().as_deref().map(anchor));
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    link = Some((dest_url.to_string(), Vec::new()));
                }
                Event::End(TagEnd::Link | TagEnd::Image) => page.links.extend(link.take()),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(mark))) if *mark == *RUN => {
                    block = Some(String::new());
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(mark))) if *mark == *CODE => {
                    code = Some(String::new());
                }
                Event::End(TagEnd::CodeBlock) => {
                    page.blocks.extend(block.take());
                    page.code.extend(code.take().map(|code| (code, page.links.len())));
                }
                Event::Text(text) | Event::Code(text) if heading.is_some() => {
                    heading.iter_mut().for_each(|heading| heading.push_str(&text));
                }
                Event::Text(text) => {
                    block.iter_mut().chain(&mut code).for_each(|block| block.push_str(&text));
                }
                Event::Code(code) => {
                    link.iter_mut().for_each(|(_, named)| named.push(code.to_string()));
                }
                _ => {}
            }
        }
        page
    }
}

/// A heading's anchor, as GitHub makes it: lower case, blanks as hyphens, no other punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// README.md and docs/*.md.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// What is wrong with a link, if anything.
fn problem(page: &Path, target: &str, named: &[String]) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { page.to_owned() } else { page.parent()?.join(path) };
    if !file.exists() {
        return Some("leads nowhere".to_owned());
    }
    if !fragment.is_empty() && !Page::read(&file).anchors.contains(fragment) {
        return Some(format!("has no heading '{fragment}' at its end"));
    }
    if file.extension()? != "rs" {
        return None;
    }
    // `worker.rs` names the file itself, `Worker::answer` something in it.
    let code = fs::read_to_string(&file).unwrap();
    let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let missing = named.iter().filter(|name| !name.contains(['.', '/'])).find(|name| {
        let mut parts = name.trim_end_matches("()").split("::");
        !parts.all(|part| words.contains(part) || file.file_stem().is_some_and(|stem| stem == part))
    });
    missing.map(|name| format!("names '{name}', which is not there"))
}

#[test]
fn every_link_leads_somewhere_and_the_code_it_names_is_there() {
    let mut problems = Vec::new();
    for path in pages() {
        for (target, named) in Page::read(&path).links {
            if let Some(problem) = problem(&path, &target, &named) {
                problems.push(format!("{}: ({target}) {problem}", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn code_that_a_page_shows_is_in_the_file_that_it_links_next() {
    let mut problems = Vec::new();
    for path in pages() {
        let page = Page::read(&path);
        for (shown, links) in &page.code {
            let (target, _) = page.links.get(*links).expect("a link behind a block of code");
            let file = fs::read_to_string(path.parent().unwrap().join(target)).unwrap();
            let lines: BTreeSet<&str> = file.lines().map(str::trim).collect();
            let mut shown = shown.lines().map(str::trim).filter(|line| *line != LEFT_OUT);
            if let Some(line) = shown.find(|line| !lines.contains(line)) {
                problems.push(format!("{}: '{line}' is not in {target}", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// A folder of a block's own, gone when it has run.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A block's processes, servers in the background among them; ended when it has run.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = killpg(self.0, Signal::SIGTERM);
    }
}

/// What a script says, if it fails.
fn failure(script: &str, path: &str, number: usize) -> Option<String> {
    let folder = std::env::temp_dir().join(format!("docs-{}-{number}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let folder = Folder(folder);
    let said = folder.0.with_extension("said");
    let output = fs::File::create(&said).unwrap();
    let mut shell = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(&folder.0)
        .env("PATH", path)
        .env("HOME", &folder.0)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .process_group(0)
        .spawn()
        .unwrap();
    let group = Group(Pid::from_raw(shell.id().cast_signed()));
    let status = wait_until(script, || shell.try_wait().unwrap());
    drop(group);
    let text = fs::read_to_string(&said).unwrap();
    fs::remove_file(&said).unwrap();
    (!status.success()).then(|| format!("{status}\n{script}\n{text}"))
}

#[test]
fn every_block_that_is_marked_to_run_runs() {
    let folders = ["time-server", "forker", "live-plot"]
        .map(|package| binary(package).parent().unwrap().to_str().unwrap().to_owned());
    let path = format!("{}:{}", folders.join(":"), std::env::var("PATH").unwrap());
    let blocks = pages().into_iter().flat_map(|page| {
        let blocks = Page::read(&page).blocks;
        blocks.into_iter().map(move |block| (page.clone(), block))
    });
    let mut failures = Vec::new();
    let mut number = 0;
    for (page, block) in blocks {
        number += 1;
        let failure = failure(&block, &path, number);
        failures.extend(failure.map(|failure| format!("{}: {failure}", page.display())));
    }
    assert!(number > 0, "no block is marked '{RUN}'");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
