//! Asks the checks about a line that was read, and warns of what they find.

use common::words::quoted;

use super::super::checks::MOST_NAMES;
use super::super::grammar::clean;
use super::super::grammar::metrics::is_epoch;
use super::super::grammar::reading::{Cell, Item, Key, Reading, Unsure};
use super::super::proposal::way_out;
use super::super::schema::Role;
use super::super::shown::shown;
use super::Sampler;
use super::row::name;
use crate::input::grammar::cells::measure::Measure;

impl Sampler {
    /// Warns once of a number that was left out.
    pub(super) fn warn_unread(&mut self, line: &[u8], reading: &Reading) {
        let line = clean(line);
        let Some(number) = self.checks.unread.line(&line, reading) else { return };
        let way_out = way_out(&line, b"");
        let number = shown(number);
        self.warn(format!("Not all numbers of the line are drawn, {number} is not: {way_out}."));
    }

    /// Warns once of other words behind the numbers of one name, and of objects in an array that have changed their places.
    pub(super) fn warn_behind(&mut self, line: &[u8], reading: &Reading) {
        let checks = &mut self.checks;
        let found = [checks.behind.line(&clean(line), reading), checks.places.line(reading)];
        found.into_iter().flatten().for_each(|text| self.warn(text));
    }

    /// Warns once of an array whose items may follow each other, though each has its own series.
    pub(super) fn warn_unsure(&mut self, reading: &Reading) {
        let Some(Unsure { path, filter, items }) = reading.unsure else { return };
        if std::mem::replace(&mut self.once.unsure, true) {
            return;
        }
        let path = shown(reading.text(path));
        let filter = String::from_utf8_lossy(reading.text(filter));
        let filter = quoted(&filter);
        self.warn(format!("{path} has {items} items without names or times: each has its own series, by its number. If they follow each other, jq -c {filter} before live-plot makes each a sample."));
    }

    /// Warns once of names that are new on each line: looked for where a series is new.
    pub(super) fn warn_changing(&mut self, line: &[u8], row: &[Item], reading: &Reading) {
        let text = clean(line);
        let own = |item: &Item| match item.key {
            Key::Name(name) => reading.text(name),
            Key::Column(_) => b"",
        };
        for name in row.iter().flat_map(|item| [reading.text(item.row), own(item)]) {
            let Some(found) = self.checks.changing.name(name, self.counts.lines) else { continue };
            let [one, other] = found.map(|name| shown(&name));
            let is_row = matches!(row, [Item { key: Key::Column(_), .. }, ..])
                && self.grammar.tables.has_header();
            let way_out = match is_row {
                true => "--rows none draws each column as one series".to_owned(),
                false => way_out(&text, b""),
            };
            self.warn(format!("The names of series change with the numbers in them, as {one} and {other}: {way_out}."));
        }
    }

    /// Warns once of a name for two things. What an object of JSON calls by one name is one thing.
    pub(super) fn warn_mixed(&mut self, line: &[u8], row: &[Item], reading: &Reading) {
        if reading.is_json || !matches!(row, [Item { key: Key::Name(_), .. }, _, ..]) {
            return;
        }
        let (mut names, mut first) = (Vec::new(), Vec::new());
        for (place, item) in row.iter().enumerate().take(MOST_NAMES) {
            let whole = name(item, reading, &mut self.grammar.tables);
            let is_time =
                matches!(item.cell, Cell::Number(Measure { value, .. }) if is_epoch(value));
            let is_drawn = matches!(self.schema.role(whole, false), Role::Series(_));
            if place == 0 {
                first = if whole.row.is_empty() { whole.name } else { whole.row }.to_vec();
            }
            if place == 0 || (is_drawn && !is_time) {
                let parts = [whole.title, whole.row, whole.name];
                let parts: Vec<&[u8]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                names.push(parts.join(&b'.'));
            }
        }
        let Some(found) = self.checks.mixed.line(&names) else { return };
        let [name, one, other] = found.map(|name| shown(&name));
        let way_out = way_out(&clean(line), &first);
        self.warn(format!("{name} is on lines that begin with {one} and on others that begin with {other}, all as one series: {way_out}."));
    }
}

#[cfg(test)]
mod tests {
    use common::clock;
    use proptest::prelude::*;

    use super::super::super::splitter::Line;
    use super::*;
    use crate::config::Rules;

    /// What every warning of a check has in it.
    const CHECKS: [&str; 4] = [
        "Not all numbers of the line",
        "The names of series change",
        ", all as one series",
        "Behind the numbers of",
    ];

    /// The warnings of checks about these lines.
    fn warned<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let mut sampler = Sampler::new(Rules::default(), true, false);
        for line in lines {
            sampler.line(&Line::Text(line), clock::now());
        }
        let is_checks = |text: &String| CHECKS.iter().any(|check| text.contains(check));
        sampler.take_warnings().into_iter().filter(is_checks).collect()
    }

    fn warned_of(lines: &[&str]) -> Vec<String> {
        warned(lines.iter().map(|line| line.as_bytes()))
    }

    #[test]
    fn each_check_names_the_line_and_a_way_out() {
        for (lines, warning) in [
            (
                &["x: 1 dBm, y: 2, len 12"; 3][..],
                "Not all numbers of the line are drawn, 12 is not: --match 'x: +(?<x>\\S+ [^,\\s]+), +y: +(?<y>[^,\\s]+), +len +(?<len>\\S+)' draws its numbers. (line 1)",
            ),
            (
                &["home/gps 52.5,13.4", "home/gps 52.6,13.5", "home/gps 52.7,13.6"],
                "The names of series change with the numbers in them, as home/gps 52.5 and home/gps 52.6: --match 'home/gps +(?<gps>[^,\\s]+),(?<b>\\S+)' draws its numbers. (line 2)",
            ),
            (
                &["requests=5 took=12", "jobs=3 took=95", "requests=6 took=13"],
                "took is on lines that begin with requests and on others that begin with jobs, all as one series: --match '^ *(?<name>[^=]+)=(?<a>\\S+) +took=(?<took>\\S+)' draws its numbers. (line 2)",
            ),
        ] {
            assert_eq!(warned_of(lines), [warning]);
        }
    }

    #[test]
    fn what_is_not_drawn_or_a_field_of_an_object_is_no_name_for_two_things() {
        let lines = ["loss=1 epoch=1763886079", "eval=2 epoch=1763886080"];
        assert_eq!(warned_of(&lines), [""; 0]);
        let lines = [r#"{"loss": 1, "epoch": 1}"#, r#"{"eval": 2, "epoch": 1}"#];
        assert_eq!(warned_of(&lines), [""; 0]);
        let mut rules = Rules::default();
        rules.naming.only = vec!["jobs".to_owned()];
        let mut sampler = Sampler::new(rules, true, false);
        for line in ["requests=5 took=12", "jobs=3 took=95"] {
            sampler.line(&Line::Text(line.as_bytes()), clock::now());
        }
        assert_eq!(sampler.take_warnings(), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_check_panics_or_warns_twice(
            lines in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..40),
                    "([a-c]{1,2}|[-+]?[0-9]{1,3}(\\.[0-9])?|[=:,;|()\"' ]|: | ms|%|\\[|\\]|\\{|\\}|/|✓){0,16}"
                        .prop_map(String::into_bytes),
                    "(([a-d] [0-9]\\.[0-9] )?[a-d]=[0-9]|[a-d]: [0-9]|[a-d] [0-9]|[0-9]\\.[0-9]ms)([, ] ?([a-d]=[0-9]|[a-d] [0-9])){0,3}"
                        .prop_map(String::into_bytes),
                ],
                0..24,
            ),
        ) {
            let warnings = warned(lines.iter().map(Vec::as_slice));
            for check in CHECKS {
                let count = warnings.iter().filter(|text| text.contains(check)).count();
                prop_assert!(count < 2, "{warnings:?}");
            }
        }

        #[test]
        fn pairs_with_fixed_names_are_right(
            names in prop::collection::hash_set("[a-z][a-z0-9_]{0,7}", 1..12),
            rows in prop::collection::vec(prop::collection::vec(-1e9..1e9_f64, 12), 1..12),
            separator in prop::sample::select(vec![" ", ", ", "; ", "\t"]),
        ) {
            let line = |row: &Vec<f64>| {
                let pairs = names.iter().zip(row).map(|(name, value)| format!("{name}={value}"));
                pairs.collect::<Vec<_>>().join(separator)
            };
            let lines: Vec<String> = rows.iter().map(line).collect();
            prop_assert_eq!(warned(lines.iter().map(|line| line.as_bytes())), [""; 0]);
        }
    }
}
