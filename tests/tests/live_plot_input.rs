//! What live-plot makes of real inputs: every file in `inputs`, through `--csv -`.
//!
//! A file begins with lines that begin with `> `, what is wanted of the rest of it:
//!
//! ```text
//! > args --only a,b        arguments
//! > escaped                the text is written as Rust writes it in quotes: \x1b, \0, \u{feff}
//! > NAME = 1 nan 2.5       a series and its values; `time` is their times, with --time
//! > said Input must be …   a line on stderr
//! ```
//!
//! There are no other series, and no other lines on stderr. What a line on stderr proposes, `--names a,b` or `put sed …
//! before live-plot`, is followed to the letter: what it reports is then drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tests::Finished;
use tests::plot::fed;

/// What a file wants, and its text.
#[derive(Debug, Default)]
struct Case {
    args: Vec<String>,
    series: BTreeMap<String, Vec<f64>>,
    said: Vec<String>,
    text: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut case = Self::default();
        let mut is_escaped = false;
        let mut rest = text.as_str();
        while let Some((line, after)) =
            rest.strip_prefix("> ").and_then(|text| text.split_once('\n'))
        {
            rest = after;
            if let Some(args) = line.strip_prefix("args ") {
                for option in format!(" {args}").split(" --").skip(1) {
                    let (name, value) = option.split_once(' ').unwrap_or((option, ""));
                    case.args.push(format!("--{name}"));
                    case.args.extend((!value.is_empty()).then(|| value.to_owned()));
                }
            } else if let Some(said) = line.strip_prefix("said ") {
                case.said.push(said.to_owned());
            } else if line == "escaped" {
                is_escaped = true;
            } else {
                let (name, values) = line.rsplit_once(" = ").unwrap_or_else(|| panic!("{line}"));
                let values = values.split(' ').map(|value| value.parse().unwrap()).collect();
                case.series.insert(name.to_owned(), values);
            }
        }
        case.text = if is_escaped { unescaped(rest) } else { rest.to_owned() };
        case
    }

    /// What live-plot makes of it, with more options.
    fn run(&self, more: &[String], text: &str) -> Finished {
        let args = self.args.iter().chain(more).map(String::as_str);
        fed(&["--csv", "-"].into_iter().chain(args).collect::<Vec<_>>(), text)
    }

    /// What is wrong with the way out that a line on stderr proposes.
    fn wrong_way(&self, said: &str) -> Option<String> {
        let (program, options) = way_out(said)?;
        let text = program.map_or(self.text.clone(), |program| piped(program, &self.text));
        let finished = self.run(&options, &text);
        let place = said.rsplit_once(" (line").map(|(_, line)| format!(" (line{line}"));
        let is_again = |line: &String| {
            let is_place = place.as_ref().is_some_and(|place| line.ends_with(place));
            line == said || (is_place && line.contains("not understood"))
        };
        let drawn = series(&finished.out);
        let is_drawn = drawn.values().any(|values| !values.is_empty());
        let is_right = is_drawn
            && self.draws_its_numbers(said, &drawn)
            && draws_things(said, &drawn)
            && !finished.err.iter().any(is_again);
        (!is_right).then(|| {
            format!("{said}\n{program:?} {options:?}: {:?}\n{:?}", finished.out, finished.err)
        })
    }

    /// Whether all numbers of the line are drawn, where that is said.
    fn draws_its_numbers(&self, said: &str, drawn: &BTreeMap<String, Vec<f64>>) -> bool {
        let place = said.rsplit_once(" (line ").and_then(|(_, place)| place.strip_suffix(')'));
        let number: Option<usize> = place.and_then(|number| number.parse().ok());
        let line = number.and_then(|number| self.text.lines().nth(number - 1));
        let drawn: Vec<f64> = drawn.values().flatten().copied().collect();
        let are_drawn = |line| numbers(line).into_iter().all(|number| drawn.contains(&number));
        !said.contains(" draws its numbers") || line.is_none_or(are_drawn)
    }

    /// What is wrong with what live-plot makes of it.
    fn problem(&self) -> Option<String> {
        let mut finished = self.run(&[], &self.text);
        let found = series(&finished.out);
        let is_same = |(name, values): (&String, &Vec<f64>)| {
            found.get(name).is_some_and(|found| {
                let pairs = found.iter().zip(values);
                found.len() == values.len()
                    && pairs.into_iter().all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
            })
        };
        let mut said = self.said.clone();
        said.sort();
        finished.err.sort();
        let is_right = found.len() == self.series.len()
            && self.series.iter().all(is_same)
            && finished.err == said;
        (!is_right)
            .then(|| format!("{found:?}\n{:?}\nwanted: {:?}\n{said:?}", finished.err, self.series))
    }
}

/// The numbers of a line that stand by themselves, or behind an equals sign. A number before a clock time is a day.
fn numbers(line: &str) -> Vec<f64> {
    // `be/4` is one word, `a=1/b=2` are two pairs.
    let is_between = |c: char| c == '&' || (c == '/' && line.contains('='));
    let words = line.split(|c: char| c.is_whitespace() || is_between(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let is_clock = |word: &str| word.split(':').count() == 3;
    let number = |(at, word): (usize, &&str)| {
        let value = word.rsplit('=').next().unwrap_or_default();
        let value = value.trim_matches(|c| ",;()[]|\"".contains(c));
        let is_day = words.get(at + 1).is_some_and(|next| is_clock(next));
        value.parse().ok().filter(|_| !is_day && !word.ends_with(']'))
    };
    words.iter().enumerate().filter_map(number).collect()
}

/// Whether there are several things, each under its name, where that is said.
fn draws_things(said: &str, drawn: &BTreeMap<String, Vec<f64>>) -> bool {
    let things: BTreeSet<&str> =
        drawn.keys().filter_map(|name| Some(name.rsplit_once('.')?.0)).collect();
    let is_said = said.contains("each thing by its name") || said.contains("draws each by itself");
    !is_said || things.len() > 1
}

/// The way out that a line on stderr proposes: a program before live-plot, and options as a shell takes them.
fn way_out(said: &str) -> Option<(Option<&str>, Vec<String>)> {
    if let Some((_, text)) = said.split_once("put ") {
        return Some((Some(text.split_once(" before live-plot")?.0), Vec::new()));
    }
    let (_, text) = said.split_once(" --")?;
    let end = [" draws ", " takes ", " if it is "].into_iter().find_map(|verb| text.find(verb))?;
    let command = format!("printf '%s\\n' --{}", &text[..end]);
    let words = Command::new("sh").args(["-c", &command]).output().unwrap().stdout;
    Some((None, String::from_utf8(words).unwrap().lines().map(str::to_owned).collect()))
}

/// The text behind a program.
fn piped(program: &str, text: &str) -> String {
    let mut shell = Command::new("sh")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It is less than a pipe holds.
    shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (c, length) = match escape.as_bytes()[0] {
            b'0' => ('\0', 1),
            b'r' => ('\r', 1),
            b'x' => (char::from(u8::from_str_radix(&escape[1..3], 16).unwrap()), 3),
            b'u' => {
                let end = escape.find('}').unwrap();
                let code = u32::from_str_radix(&escape[2..end], 16).unwrap();
                (char::from_u32(code).unwrap(), end + 1)
            }
            other => panic!("\\{}", char::from(other)),
        };
        plain.push(c);
        rest = &escape[length..];
    }
    plain + rest
}

/// The series of a CSV table: each column's values, without the cells of other lines. The sample's number is none.
fn series(table: &[String]) -> BTreeMap<String, Vec<f64>> {
    let mut series = BTreeMap::new();
    // Where nothing was read, nothing is written.
    let Some(header) = table.first() else { return series };
    let names = cells(header);
    for line in &table[1..] {
        for (name, cell) in names.iter().zip(cells(line)).filter(|(name, _)| *name != "sample") {
            let values: &mut Vec<f64> = series.entry(name.clone()).or_default();
            values.extend(cell.parse::<f64>().ok());
        }
    }
    series
}

/// The cells of a line of CSV: RFC 4180.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().unwrap();
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            _ => cell.push(c),
        }
    }
    cells
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = paths
        .map(|path| (path.file_name().unwrap().display().to_string(), Case::read(&path)))
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(cases.len() > 60, "{}", cases.len());
    cases
}

#[test]
fn every_way_out_that_is_proposed_leads_to_a_picture() {
    let cases = cases();
    let all = cases.iter().flat_map(|case| case.1.said.iter().map(move |said| (case, said)));
    let ways: Vec<_> = all.filter(|(_, said)| way_out(said).is_some()).collect();
    assert!(ways.len() > 40, "{}", ways.len());
    let wrong = |(case, said): &(&(String, Case), &String)| {
        Some(format!("{}\n{}\n", case.0, case.1.wrong_way(said)?))
    };
    let problems: Vec<String> = ways.iter().filter_map(wrong).collect();
    assert!(problems.is_empty(), "{}:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_input_is_read_as_its_author_meant_it_or_reported() {
    let cases = cases();
    let problem = |(name, case): &(String, Case)| Some(format!("{name}\n{}\n", case.problem()?));
    let problems: Vec<String> = cases.iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), cases.len(), problems.join("\n"));
}
