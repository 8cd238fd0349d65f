//! Tests of `sampler`.

use common::clock;

use super::*;
use crate::config::Naming;

fn taken_with(rules: Rules, lines: &[&str]) -> Sampler {
    let mut sampler = Sampler::new(rules, false);
    let now = clock::now();
    for line in lines {
        sampler.line(&Line::Text(line.as_bytes()), now);
    }
    sampler.stamp(0.0, sampler.rows() as f64);
    sampler
}

fn taken(lines: &[&str]) -> Sampler {
    taken_with(Rules::default(), lines)
}

/// Series, time and value of everything taken in.
fn samples(sampler: &Sampler) -> Vec<(&str, f64, f64)> {
    let names = sampler.schema.names();
    let each = sampler.entries().iter();
    each.map(|entry| (names[entry.series].as_str(), entry.sample.time, entry.sample.value))
        .collect()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn the_lines_of_one_read_are_spread_evenly_since_the_read_before() {
    let mut sampler = taken(&["1 2", "x", "3 4"]);
    sampler.stamp(10.0, 11.0);
    let times: Vec<f64> = sampler.entries().iter().map(|entry| entry.sample.time).collect();
    assert_eq!(times, [10.5, 10.5, 11.0, 11.0]);
}

#[test]
fn a_bad_line_is_reported_with_its_number_and_a_flood_of_them_is_counted() {
    let mut sampler = taken(&["1", "x"]);
    assert_eq!(sampler.take_warnings(), ["Input must be a number. (line 2)"]);
    let mut sampler = taken(&["x"; 1000]);
    assert_eq!(sampler.take_warnings().len(), 10);
    sampler.finish(clock::now());
    assert_eq!(sampler.take_warnings(), ["Input must be a number. (990 more such lines)"]);
    assert_eq!(sampler.counts, Counts { lines: 1000, rejected: 1000, hint: None });
}

#[test]
fn a_lone_column_is_called_value_and_several_are_numbered() {
    assert_eq!(taken(&["1", "2 3"]).schema.names(), ["value", "c2"]);
    assert_eq!(taken(&["x 3", "1 2"]).schema.names(), ["c2", "c1"]);
}

#[test]
fn a_header_names_the_columns_and_its_repetitions_are_silent() {
    let mut sampler =
        taken(&["procs --cpu--", "r us sy", "1 2 3", "procs --cpu--", "r us sy", "4 5 6"]);
    assert_eq!(sampler.schema.names(), ["r", "us", "sy"]);
    assert_eq!(sampler.take_warnings(), [""; 0]);
    assert_eq!(taken(&["a b,\"c, d\"", "1,2"]).schema.names(), ["c1", "c2"]);
    assert_eq!(taken(&["CPU temp,load", "1,2"]).schema.names(), ["CPU temp", "load"]);
}

#[test]
fn what_was_kept_as_a_header_and_is_none_is_reported_after_all() {
    let mut sampler = taken(&["hello world", "1"]);
    assert_eq!(sampler.take_warnings(), ["Input must be a number. (line 1)"]);
    assert_eq!(sampler.schema.names(), ["value"]);
    let mut sampler = taken(&["hello world"]);
    sampler.finish(clock::now());
    assert_eq!(sampler.take_warnings(), ["Input must be a number. (line 1)"]);
}

#[test]
fn columns_are_named_and_chosen() {
    let naming = Naming { names: strings(&["a", "b"]), only: strings(&["b", "c3"]), time: None };
    let sampler = taken_with(Rules { naming, rate: false }, &["1 2 3", "4 x 6"]);
    let samples = samples(&sampler);
    assert_eq!(samples[..2], [("b", 1.0, 2.0), ("c3", 1.0, 3.0)]);
    assert!(samples[2].2.is_nan() && samples[3] == ("c3", 2.0, 6.0));
}

#[test]
fn a_chosen_series_that_never_comes_is_reported_once_with_what_there_is() {
    let only = |names: &[&str]| {
        let naming = Naming { only: strings(names), ..Naming::default() };
        Rules { naming, rate: false }
    };
    let lines = ["us sy id", "1 2 3", "4 5 6"];
    let mut sampler = taken_with(only(&["zz"]), &lines);
    assert_eq!(sampler.take_warnings(), [""; 0], "it may be on the next line");
    sampler.line(&Line::Text(b"7 8 9"), clock::now() + MISSING_AFTER);
    let missing = "Nothing is called zz (--only); not chosen: us, sy, id.";
    assert_eq!(sampler.take_warnings(), [missing], "nothing is drawn");
    sampler.finish(clock::now());
    assert_eq!(sampler.take_warnings(), [""; 0], "warned once");
    let mut late = taken_with(only(&["b"]), &["a: 1", "b: 2"]);
    late.finish(clock::now());
    assert_eq!(late.take_warnings(), [""; 0], "it came");
    let mut sampler = taken_with(only(&["sy", "zz"]), &lines);
    assert_eq!(sampler.take_warnings(), [""; 0], "it may come later");
    sampler.finish(clock::now());
    assert_eq!(sampler.take_warnings(), ["Nothing is called zz (--only); not chosen: us, id."]);
    assert_eq!(taken_with(only(&["us"]), &lines).take_warnings(), [""; 0]);
}

#[test]
fn a_rate_is_the_change_a_second_and_a_reset_is_a_gap() {
    let rules = Rules { rate: true, ..Rules::default() };
    let sampler = taken_with(rules, &["10", "14", "3", "8"]);
    let samples = samples(&sampler);
    assert_eq!(samples[0], ("value", 2.0, 4.0));
    assert!(samples[1].2.is_nan() && samples[2] == ("value", 4.0, 5.0));
}

#[test]
fn a_line_with_a_timestamp_is_put_there_and_time_never_goes_back() {
    let naming = Naming { time: Some("t".to_owned()), ..Naming::default() };
    let rules = Rules { naming, rate: false };
    let mut sampler = taken_with(rules, &["t,v", "5,1", "6.5,2", "6,9", "x,9", "6.5,3"]);
    assert_eq!(samples(&sampler), [("v", 0.0, 1.0), ("v", 1.5, 2.0), ("v", 1.5, 3.0)]);
    assert_eq!(
        sampler.take_warnings(),
        [
            "The line's time is before the last one's. (line 4)",
            "The line has no time in the column of --time. (line 5)"
        ]
    );
}

#[test]
fn more_series_than_are_drawn_are_reported_once() {
    let line = (0..300).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let mut sampler = taken(&[&line, &line]);
    assert_eq!(sampler.schema.names().len(), MAX_SERIES);
    assert_eq!(sampler.entries().len(), 2 * MAX_SERIES);
    assert_eq!(sampler.take_warnings().len(), 1);
}
