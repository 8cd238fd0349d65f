//! Tests of `sampler`.

use common::clock;
use proptest::prelude::*;

mod again;

use super::*;
use crate::config::Naming;
use crate::input::splitter::Splitter;

fn taken_with(rules: Rules, lines: &[&str]) -> Sampler {
    let mut sampler = Sampler::new(rules, true, false);
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
    assert_eq!(sampler.counts, Counts { lines: 1000, rejected: 1000, ..Counts::default() });
}

#[test]
fn a_lone_column_is_called_value_and_several_are_numbered() {
    assert_eq!(taken(&["1", "2 3"]).schema.names(), ["value", "c2"]);
    assert_eq!(taken(&["1 2", "3"]).schema.names(), ["c1", "c2"]);
}

#[test]
fn a_header_names_the_columns_and_its_repetitions_are_silent() {
    let mut sampler =
        taken(&["procs --cpu--", "r us sy", "1 2 3", "procs --cpu--", "r us sy", "4 5 6"]);
    assert_eq!(sampler.schema.names(), ["r", "us", "sy"]);
    assert_eq!(sampler.take_warnings(), [""; 0]);
    assert_eq!(taken(&["a b,\"c, d\"", "1,2"]).schema.names(), ["a b", "c, d"]);
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
    let naming =
        Naming { names: strings(&["a", "b"]), only: strings(&["b", "c3"]), ..Naming::default() };
    let sampler = taken_with(Rules { naming, ..Rules::default() }, &["1 2 3", "4 x 6"]);
    let samples = samples(&sampler);
    assert_eq!(samples[..2], [("b", 1.0, 2.0), ("c3", 1.0, 3.0)]);
    assert!(samples[2].2.is_nan() && samples[3] == ("c3", 2.0, 6.0));
}

#[test]
fn a_chosen_series_that_never_comes_is_reported_once_with_what_there_is() {
    let only = |names: &[&str]| {
        let naming = Naming { only: strings(names), ..Naming::default() };
        Rules { naming, ..Rules::default() }
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
fn a_name_of_rows_that_never_comes_is_reported_once() {
    let naming = Naming { rows: strings(&["gpu", "card"]), ..Naming::default() };
    let rules = Rules { naming, ..Rules::default() };
    let mut sampler = taken_with(rules, &["a b", "1 2", "", "gpu w", "0 50"]);
    assert_eq!(sampler.take_warnings(), [""; 0], "it may be in the next table");
    sampler.line(&Line::Text(b"1 60"), clock::now() + MISSING_AFTER);
    let missing = "Nothing is called card (--rows); there are: a, b, 0.w, 1.w.";
    assert_eq!(sampler.take_warnings(), [missing]);
    sampler.finish(clock::now());
    assert_eq!(sampler.take_warnings(), [""; 0]);
    assert_eq!(sampler.schema.names(), ["a", "b", "0.w", "1.w"]);
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
    let naming = Naming { time: strings(&["t"]), ..Naming::default() };
    let rules = Rules { naming, ..Rules::default() };
    let mut sampler = taken_with(rules, &["t,v", "5,1", "6.5,2", "6,9", "x,9", "6.5,3"]);
    assert_eq!(samples(&sampler), [("v", 0.0, 1.0), ("v", 1.5, 2.0), ("v", 1.5, 3.0)]);
    assert_eq!(
        sampler.take_warnings(),
        [
            "The line's time is before the last one's. (line 4)",
            "The time is not understood; write RFC 3339, 2026-11-25 17:00:00, 17:00:00, or seconds since 1970. (line 5)"
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

#[test]
fn a_unit_of_another_kind_and_an_infinite_number_are_gaps_that_are_reported_once() {
    let mut sampler = taken(&["5ms", "6", "7", "1s", "inf", "1e999", "0"]);
    let values: Vec<f64> = sampler.entries().iter().map(|entry| entry.sample.value).collect();
    assert!([1, 2, 4, 5].iter().all(|gap| values[*gap].is_nan()), "{values:?}");
    assert_eq!([values[0], values[3], values[6]], [5.0, 1000.0, 0.0]);
    assert_eq!(
        sampler.take_warnings(),
        [
            "value was in ms, and now is in no known unit: a gap, as will be any other such value. (line 2)",
            "An infinite number cannot be drawn: it is a gap, and so will be any other. (line 5)"
        ]
    );
    assert_eq!(sampler.units().collect::<Vec<_>>(), [Some("ms".to_owned())]);
}

/// A part of a line: words, marks and numbers of four digits, all different, so that each can be found again.
fn part() -> impl Strategy<Value = String> {
    let number = (1000_u32..10_000).prop_map(|number| number.to_string());
    let words = prop::sample::select(vec![
        "temp",
        "cpu",
        "CPU usage",
        "Core",
        "INFO",
        "Epoch",
        "eth0",
        "host:80",
        "http://x",
        "12:30:45",
        "2026-11-25",
        "'q'",
        "\"a b\"",
        "v1.2.3",
        "0x1f",
        "nan",
        "inf",
        "-",
        "#",
        "time",
        "total",
    ]);
    let marks = prop::sample::select(vec![
        " ", " ", " ", ", ", ",", ";", "\t", "=", "=", ": ", ":", "|", "(", ")", "[", "]", "{",
        "}", "\"", "'", " - ", "%", "ms", " kB", ">", "§", "\x1b[1m", "\u{2212}",
    ]);
    prop_oneof![number, words.prop_map(str::to_owned), marks.prop_map(str::to_owned)]
}

/// The numbers that stand in a text: runs of digits, alone and with a fraction or the next one after a comma.
fn standing(text: &str) -> Vec<f64> {
    let mut found = Vec::new();
    let runs = text.split(|c: char| !c.is_ascii_digit() && !".,".contains(c));
    for run in runs.filter(|run| !run.is_empty()) {
        found.extend(run.replace(',', ".").parse::<f64>());
        found.extend(run.split(['.', ',']).filter_map(|digits| digits.parse::<f64>().ok()));
        found.extend(run.split(',').filter_map(|part| part.parse::<f64>().ok()));
    }
    found
}

/// Whether a name is made of what stands in the text, or of numbers of columns and items.
fn is_from(name: &str, text: &str) -> bool {
    let is_made = |part: &str| {
        let digits = part.strip_prefix('c').unwrap_or(part);
        text.contains(part) || part == "value" || digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let part = |part: &str| part.trim_matches('.').split('.').all(is_made);
    text.contains(name) || part(name)
}

proptest! {
    #[test]
    fn each_number_drawn_stands_in_its_line_once_and_is_called_by_what_stands_there(
        lines in prop::collection::vec(prop::collection::vec(part(), 0..12), 1..5)
    ) {
        let lines: Vec<String> = lines.iter().map(|parts| parts.concat()).collect();
        let mut sampler = Sampler::new(Rules::default(), true, false);
        let mut before = 0;
        for line in &lines {
            sampler.line(&Line::Text(line.as_bytes()), clock::now());
            let mut standing = standing(&line.replace("\x1b[1m", ""));
            for entry in &sampler.entries()[before..] {
                let value = entry.sample.value;
                // A later unit may have been turned into the first one.
                let place = standing.iter().position(|number| {
                    [1.0, 1e3, 1e-3].iter().any(|scale| (number * scale - value.abs()).abs() < 1e-9 * value.abs())
                });
                prop_assert!(value.is_nan() || place.is_some(), "{value} is not in {line:?}");
                if let Some(place) = place {
                    standing.remove(place);
                }
            }
            before = sampler.entries().len();
        }
        let text = lines.join("\n").replace("\x1b[1m", "");
        for name in sampler.schema.names() {
            // A tab within a name is shown as it is written, a long one without its end, and nothing as `''`.
            let name = if name == "''" { "" } else { name };
            let name = &name.trim_end_matches('…').replace("\\t", "\t");
            // Within quotes, two of them are one (RFC 4180 §2).
            let is_written = is_from(name, &text) || is_from(name, &text.replace("\"\"", "\""));
            prop_assert!(is_written, "{name:?} is not from {lines:?}");
        }
    }

    #[test]
    fn a_flood_of_bare_numbers_is_read_as_its_lines_are(
        lines in prop::collection::vec(prop_oneof![
            8 => any::<i32>().prop_map(|number| format!("{number}\n")),
            8 => (-1e6_f64..1e6).prop_map(|number| format!("{number:.3}\n")),
            1 => part().prop_map(|part| part + "\n"),
            2 => any::<i8>().prop_map(|number| format!("{number}\r")),
            2 => Just("\n".to_owned()),
            1 => "[-0-9.e \r\n]{0,20}",
        ], 0..60),
        size in prop_oneof![9_usize..40, 1_usize..2000],
    ) {
        let text = lines.concat();
        let now = clock::now();
        let read = |at_once: bool| {
            let mut splitter = Splitter::default();
            let mut sampler = Sampler::new(Rules::default(), true, false);
            for piece in text.as_bytes().chunks(size) {
                match at_once {
                    true => sampler.block(&mut splitter, piece, now),
                    false => splitter.feed(piece, |line| sampler.line(&line, now)),
                }
            }
            splitter.finish(|line| sampler.line(&line, now));
            sampler.finish(now);
            sampler.stamp(0.0, 1.0);
            let warnings = sampler.take_warnings();
            format!("{:?} {:?} {:?} {warnings:?}", sampler.entries(), sampler.schema.names(), sampler.counts)
        };
        prop_assert_eq!(read(true), read(false));
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_and_no_panic(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"0123456789 ,;:=\n\t\"{}[]".to_vec())], 0..400),
        size in 1_usize..50,
    ) {
        let read = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut splitter = Splitter::default();
            let mut sampler = Sampler::new(Rules::default(), true, false);
            let now = clock::now();
            pieces.for_each(|piece| splitter.feed(piece, |line| sampler.line(&line, now)));
            splitter.finish(|line| sampler.line(&line, now));
            sampler.finish(now);
            prop_assert!(sampler.entries().iter().all(|entry| !entry.sample.value.is_infinite()));
            let warnings = sampler.take_warnings();
            Ok(format!("{:?} {:?} {warnings:?}", sampler.entries(), sampler.schema.names()))
        };
        let whole = read(&mut [&bytes[..]].into_iter())?;
        prop_assert_eq!(read(&mut bytes.chunks(size))?, whole);
    }
}

fn with_marks() -> Rules {
    Rules { marks: true, ..Rules::default() }
}

/// The marks, each with its time.
fn marks(sampler: &Sampler) -> Vec<(f64, &str)> {
    sampler.annotations().iter().map(|mark| (mark.time, &*mark.text)).collect()
}

#[test]
fn a_mark_is_with_the_next_row_or_at_the_end_of_its_block() {
    let sampler =
        taken_with(with_marks(), &["1", "deploy", "\x1b[1mrestart\x1b[0m", "2 a", "3", "done"]);
    assert_eq!(marks(&sampler), [(2.0, "deploy"), (2.0, "restart"), (3.0, "done")]);
    assert_eq!(sampler.counts.rejected, 0);
    let none = taken(&["1", "deploy"]);
    assert_eq!((marks(&none).len(), none.counts.rejected), (0, 1));
}

#[test]
fn what_is_refused_for_another_reason_is_no_mark() {
    let mut sampler = taken_with(with_marks(), &["1", "worker 3 started", "--", "2"]);
    assert_eq!((marks(&sampler).len(), sampler.counts.rejected), (0, 2));
    assert!(sampler.take_warnings()[0].contains("--match"));
}

#[test]
fn with_marks_a_line_is_a_header_where_it_would_be_one_without_and_else_a_mark() {
    let lines = ["booting", "us sy", "1 2", "stopped now", "3 4", "us sy", "5 6", "# sensor moved"];
    let sampler = taken_with(with_marks(), &lines);
    assert_eq!(sampler.schema.names(), ["us", "sy"]);
    assert_eq!(marks(&sampler), [(2.0, "stopped now"), (3.0, "# sensor moved")]);
    let lines = ["us sy", "1 2", "", "a b", "7 8", "", "it was not so", "1 2 3", "TX:  c d", "5 6"];
    let sampler = taken_with(with_marks(), &lines);
    assert_eq!(sampler.schema.names(), ["us", "sy", "a", "b", "c", "d"]);
    assert_eq!(marks(&sampler), [(3.0, "it was not so")], "where it came");
    let comments = ["a 1", "# HELP a of b", "# TYPE a gauge", "# --", "a 2"];
    assert_eq!(marks(&taken_with(with_marks(), &comments)), []);
    // One that was none is a mark where it came.
    let mut sampler = Sampler::new(with_marks(), false, false);
    for (line, from) in [("hello big world", 0.0), ("1 2", 0.0), ("x=1", 1.0), ("y=2", 2.0)] {
        sampler.clear();
        sampler.line(&Line::Text(line.as_bytes()), clock::now());
        sampler.stamp(from, from + sampler.rows() as f64);
        let expected = if line == "1 2" { &[(1.0, "hello big world")][..] } else { &[] };
        assert_eq!(marks(&sampler), expected, "{line}");
    }
}

#[test]
fn a_mark_before_the_first_row_is_not_lost() {
    for (lines, names, expected) in [
        (
            &["us sy", "sensor has moved", "1 2"][..],
            &["us", "sy"][..],
            &[(1.0, "sensor has moved")][..],
        ),
        (&["started now", "us sy", "1 2"], &["us", "sy"], &[(1.0, "started now")]),
        (&["note: it moved", "1 2"], &["c1", "c2"], &[(1.0, "note: it moved")]),
        (&["deploy", "1", "deploy", "2"], &["value"], &[(1.0, "deploy"), (2.0, "deploy")]),
        (&["# temp", "1", "deploy", "2"], &["temp"], &[(2.0, "deploy")]),
        (&["1", "", "# deploy", "2"], &["value"], &[(2.0, "deploy")]),
    ] {
        let sampler = taken_with(with_marks(), lines);
        assert_eq!(sampler.schema.names(), names, "{lines:?}");
        assert_eq!(marks(&sampler), expected, "{lines:?}");
    }
}

#[test]
fn a_mark_after_the_last_sample_is_with_it_once_the_input_has_ended() {
    let mut sampler = Sampler::new(with_marks(), false, false);
    let now = clock::now();
    for line in ["1", "2", "stop"] {
        sampler.line(&Line::Text(line.as_bytes()), now);
    }
    sampler.stamp(0.0, 2.0);
    assert_eq!(marks(&sampler), [], "the next sample may come");
    sampler.clear();
    sampler.finish(now);
    sampler.stamp(2.0, 2.0);
    assert_eq!(marks(&sampler), [(2.0, "stop")]);
}

#[test]
fn a_mark_has_the_time_that_it_begins_with_if_lines_have_times() {
    let naming = Naming { time: strings(&["t"]), ..Naming::default() };
    let rules = Rules { naming, ..with_marks() };
    let sampler = taken_with(
        rules,
        &[
            "t v",
            "2026-11-25T17:00:00Z 1",
            "now",
            "[2026-11-25T17:00:05Z] deploy",
            "17:00:07 no date",
            "2026-11-25T17:00:10Z 2",
            "2026-11-25T16:00:00Z before",
            "2026-11-25T17:00:12Z 3",
        ],
    );
    let expected =
        [(10.0, "now"), (5.0, "deploy"), (7.0, "no date"), (12.0, "2026-11-25T16:00:00Z before")];
    assert_eq!(marks(&sampler), expected);
    assert_eq!(samples(&sampler), [("v", 0.0, 1.0), ("v", 10.0, 2.0), ("v", 12.0, 3.0)]);
}

#[test]
fn a_number_at_the_beginning_is_the_time_of_a_mark_if_it_is_one_of_the_samples_kind() {
    let taken = |lines: &[&str]| {
        let naming = Naming { time: strings(&["t"]), ..Naming::default() };
        taken_with(Rules { naming, ..with_marks() }, lines)
    };
    let unix = "1763886079";
    let table = ["t v", "1763886079 1", "1763886080 deploy it", "1763886082 nan", "1763886084 2"];
    let sampler = taken(&table);
    assert_eq!(marks(&sampler), [(1.0, "deploy it")]);
    assert_eq!(sampler.entries().len(), 3, "a gap stays one, and a mark cuts none");
    let json = format!("{{\"t\":{unix},\"v\":1}}");
    assert_eq!(marks(&taken(&[&json, "1763886080 deploy"])), [(1.0, "deploy")]);
    assert_eq!(marks(&taken(&["t v", "10 1", "12.5 deploy", "14 2"])), [(2.5, "deploy")]);
    // Elsewhere a small number is any number.
    let sampler = taken(&["{\"t\":1,\"v\":1}", "3 workers died", "{\"t\":9,\"v\":1}"]);
    assert_eq!((marks(&sampler).len(), sampler.counts.rejected), (0, 1));
}

#[test]
fn a_clock_time_that_cannot_be_joined_stays_in_the_text() {
    let naming = Naming { time: strings(&["t"]), ..Naming::default() };
    let rules = || Rules { naming: naming.clone(), ..with_marks() };
    let lines = ["t v", "10 1", "10:11:17 deploy", "20 2"];
    assert_eq!(marks(&taken_with(rules(), &lines)), [(10.0, "10:11:17 deploy")]);
    let lines = ["1", "10:11:17 deploy", "2"];
    assert_eq!(marks(&taken_with(with_marks(), &lines)), [(2.0, "10:11:17 deploy")]);
    // A row that has no number but its time is one, too.
    let lines = ["t v", "10:11:12 1", "10:11:17 deploy", "10:11:20 2"];
    assert_eq!(marks(&taken_with(rules(), &lines)), [(5.0, "deploy")]);
}

#[test]
fn with_time_a_mark_waits_for_the_next_sample_and_at_the_end_is_with_the_last() {
    let naming = Naming { time: strings(&["t"]), ..Naming::default() };
    let mut sampler = Sampler::new(Rules { naming, ..with_marks() }, true, false);
    let now = clock::now();
    for (lines, expected) in [
        (&["t v", "10 1", "first"][..], &[][..]),
        (&["second"], &[]),
        (&["12 2", "third"], &[(2.0, "first"), (2.0, "second")]),
        (&[], &[(2.0, "third")]),
    ] {
        sampler.clear();
        lines.iter().for_each(|line| sampler.line(&Line::Text(line.as_bytes()), now));
        if lines.is_empty() {
            sampler.finish(now);
        }
        sampler.stamp(0.0, 0.0);
        assert_eq!(marks(&sampler), expected, "{lines:?}");
    }
}

#[test]
fn with_match_a_mark_is_a_line_that_it_matches_without_a_number() {
    let pattern =
        Some(regex::bytes::Regex::new(r"^(?<time>\S+) (took (?<ms>\d+)|deploy)").unwrap());
    let naming = Naming { time: strings(&["time"]), ..Naming::default() };
    let rules = Rules { naming, pattern, ..with_marks() };
    let sampler = taken_with(rules, &["100 took 5", "107 deploy 7", "108 other", "110 took 6"]);
    assert_eq!(marks(&sampler), [(7.0, "107 deploy 7")]);
    assert_eq!(sampler.counts.passed_over, 1);
}
