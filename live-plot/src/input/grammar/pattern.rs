//! `--match`: a regular expression that says which numbers of a line to take. Its named groups are the series; what one
//! called `name` matches is the name of the row.

use regex::bytes::{CaptureLocations, Regex};

use super::cells::comma;
use super::reading::{Cell, Key, Reading, Span};

/// The expression and the names of its groups.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    /// Each group with its number.
    names: Vec<(usize, String)>,
    found: CaptureLocations,
}

impl Pattern {
    pub(super) fn new(regex: Regex) -> Self {
        let named = regex.capture_names().enumerate();
        let names = named.filter_map(|(number, name)| Some((number, name?.to_owned()))).collect();
        Self { found: regex.capture_locations(), names, regex }
    }

    /// Reads what the groups match; false if the expression does not match the line.
    /// Once a decimal comma has come, `1,234` may be a number with one.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        has_decimal_comma: bool,
        reading: &mut Reading,
    ) -> bool {
        let Self { regex, names, found } = self;
        if regex.captures_read(found, line).is_none() {
            return false;
        }
        let mut row = Span::default();
        for (number, name) in names {
            let Some((start, end)) = found.get(*number) else { continue };
            if name == "name" {
                row = reading.keep(&line[start..end]);
            } else {
                let text = line[start..end].trim_ascii();
                let cell = match has_decimal_comma && comma::is_open(text) {
                    true => Cell::Text(reading.keep(text)),
                    false => reading.cell(text),
                };
                let name = reading.keep(name.as_bytes());
                reading.push(Span::default(), Key::Name(name), cell);
            }
        }
        reading.set_row(row);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;
    use super::*;

    #[test]
    fn the_named_groups_are_the_series() {
        let mut pattern =
            Pattern::new(Regex::new(r"took (?<ms>[0-9.]+ms)(?: of (?<of>\S+))?").unwrap());
        let mut read = |line: &str| {
            let mut reading = Reading::default();
            pattern.read(line.as_bytes(), false, &mut reading).then(|| shown(&reading))
        };
        assert_eq!(read("job 3 took 12ms of 5").as_deref(), Some("ms=12ms of=5"));
        assert_eq!(read("took 1.5ms").as_deref(), Some("ms=1.5ms"));
        assert_eq!(read("took 1ms of all").as_deref(), Some("ms=1ms of='all'"));
        assert_eq!(read("nothing 5"), None);
        let mut pattern = Pattern::new(Regex::new(r"(?<v>\d+) (?<name>\w+)").unwrap());
        let mut reading = Reading::default();
        assert!(pattern.read(b"7 GET", false, &mut reading));
        assert_eq!(shown(&reading), "GET.v=7");
    }
}
