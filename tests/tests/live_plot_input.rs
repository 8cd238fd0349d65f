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
//! There are no other series, and no other lines on stderr.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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

    /// What is wrong with what live-plot makes of it.
    fn problem(&self) -> Option<String> {
        let args: Vec<&str> =
            ["--csv", "-"].into_iter().chain(self.args.iter().map(String::as_str)).collect();
        let mut finished = fed(&args, &self.text);
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

#[test]
fn every_input_is_read_as_its_author_meant_it_or_reported() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 60, "{}", paths.len());
    let problem = |path| {
        let problem = Case::read(path).problem()?;
        Some(format!("{}\n{problem}\n", path.file_name()?.display()))
    };
    let problems: Vec<String> = paths.iter().filter_map(|path| problem(path)).collect();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), paths.len(), problems.join("\n"));
}
