//! What a producer does, and what the input makes of it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use proptest::prelude::*;

use super::*;
use crate::series::store::Series;

#[test]
fn what_stood_in_a_followed_file_is_spread_over_the_time_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "1\n".repeat(100_000)).unwrap();
    let source = Source::open(Some(&path), true).unwrap();
    let input = Input::new(source, Rules::default(), Axis::Arrival);
    let mut input = input.with_history(Duration::from_secs(10));
    let mut read = |count: usize| {
        let mut times = Vec::new();
        while times.len() < count {
            assert_eq!(input.advance(), None);
            times.extend(input.entries().iter().map(|entry| entry.sample.time));
        }
        times
    };
    let times = read(100_000);
    assert!(times.is_sorted() && times[0] < 0.1 && times[99_999] >= 10.0);
    // The last block reaches until now.
    assert!((times[50_000] - 5.0).abs() < 0.1, "{}", times[50_000]);
    File::options().append(true).open(&path).unwrap().write_all(b"2\n").unwrap();
    assert!(read(1)[0] > times[99_999]);
}

#[test]
fn a_rate_needs_lines_that_were_seen_as_they_came() {
    let (mut writer, reader) = UnixStream::pair().unwrap();
    let source = Source::from_file(File::from(OwnedFd::from(reader)));
    let continued = Flag::new().unwrap();
    let rules = Rules { rate: true, ..Rules::default() };
    let input = Input::new(source, rules, Axis::Arrival);
    let mut input = Input { continued: Some(continued.clone()), ..input };
    let mut rates = |lines: &str| {
        writer.write_all(lines.as_bytes()).unwrap();
        assert_eq!(input.advance(), None);
        input.entries().len()
    };
    // Nobody knows how long these have stood there.
    assert_eq!(rates("1\n2\n3\n"), 0);
    // Nor how much later than the last of them this is.
    assert_eq!(rates("4\n"), 0);
    assert_eq!(rates("5\n6\n"), 2);
    // The process was stopped for some time.
    continued.raise();
    assert_eq!(rates(""), 0);
    assert_eq!(rates("7\n8\n"), 0);
    assert_eq!(rates("9\n"), 0);
    assert_eq!(rates("10\n"), 1);
}

#[test]
fn a_rate_of_nothing_but_lines_that_had_waited_is_reported() {
    let (mut writer, reader) = UnixStream::pair().unwrap();
    writer.write_all(b"1\n2\n3\n").unwrap();
    drop(writer);
    let source = Source::from_file(File::from(OwnedFd::from(reader)));
    let rules = Rules { rate: true, ..Rules::default() };
    let mut input = Input::new(source, rules, Axis::Arrival);
    while input.advance().is_none() {}
    let [warning] = &input.first_warnings[..] else { panic!("{:?}", input.first_warnings) };
    assert!(warning.contains("--time NAME"), "{warning}");
}

#[test]
fn of_many_lines_without_a_number_the_first_one_is_kept() {
    let (mut writer, reader) = UnixStream::pair().unwrap();
    writer.write_all("hello\n".repeat(30).as_bytes()).unwrap();
    drop(writer);
    let source = Source::from_file(File::from(OwnedFd::from(reader)));
    let mut input = Input::new(source, Rules::default(), Axis::Arrival);
    while input.advance().is_none() {}
    assert_eq!(input.first_warnings, ["Input must be a number. (line 1)"]);
}

#[test]
fn what_stood_in_a_followed_file_has_no_rate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "1\n".repeat(100_000)).unwrap();
    let rules = Rules { rate: true, ..Rules::default() };
    let source = Source::open(Some(&path), true).unwrap();
    let mut input = Input::new(source, rules, Axis::Arrival).with_history(Duration::from_secs(10));
    let mut file = File::options().append(true).open(&path).unwrap();
    while input.counts().lines < 100_000 {
        assert_eq!(input.advance(), None);
        assert!(input.entries().is_empty());
    }
    let mut rates = 0;
    for line in ["1\n", "2\n"] {
        file.write_all(line.as_bytes()).unwrap();
        let before = input.counts().lines;
        while input.counts().lines == before {
            assert_eq!(input.advance(), None);
            rates += input.entries().len();
        }
    }
    assert_eq!(rates, 1);
}

/// A series' name, and its samples' times and values.
type Stored = (String, Vec<(f64, f64)>);

/// What a store holds of `text`, read in pieces that end where `cuts` say.
fn stored(text: &str, cuts: &[usize]) -> (Counts, Vec<Stored>) {
    // One piece is written and read at a time: a socket hands it on as it is.
    let (mut writer, reader) = UnixStream::pair().unwrap();
    let source = Source::from_file(File::from(OwnedFd::from(reader)));
    let mut input = Input::new(source, Rules::default(), Axis::Number);
    let mut store = Store::new(1 << 20);
    let mut advance = |input: &mut Input| {
        let end = input.advance();
        store.declare(input.names());
        store.append(input.entries());
        end
    };
    let mut rest = text.as_bytes();
    for cut in cuts {
        let (piece, later) = rest.split_at(rest.len().min(*cut));
        rest = later;
        if !piece.is_empty() {
            writer.write_all(piece).unwrap();
            assert_eq!(advance(&mut input), None);
        }
    }
    writer.write_all(rest).unwrap();
    drop(writer);
    while advance(&mut input).is_none() {}
    let samples = |series: &Series| {
        let each = (0..series.samples.end()).filter_map(|number| series.samples.sample(number));
        each.map(|sample| (sample.time, sample.value)).collect()
    };
    let series = store.series().iter().map(|series| (series.name.clone(), samples(series)));
    (input.counts(), series.collect())
}

/// A line, and the numbers in it with the series they belong to. Each series has a thousand values of its own.
fn line() -> impl Strategy<Value = (String, Vec<(usize, f64)>)> {
    const NAMES: [&str; 6] = ["x", "y", "z", "a", "b", "c"];
    let value =
        |series: usize| (0_u32..1000).prop_map(move |n| f64::from(n) + 1000.0 * series as f64);
    let cells = (value(0), value(1), value(2));
    let pairs = || {
        prop::sample::subsequence(vec![3_usize, 4, 5], 1..=3).prop_flat_map(move |chosen| {
            chosen.into_iter().map(|series| (Just(series), value(series))).collect::<Vec<_>>()
        })
    };
    prop_oneof![
        cells.clone().prop_map(|(x, y, z)| (format!("{x},{y},{z}"), vec![(0, x), (1, y), (2, z)])),
        cells.prop_map(|(x, _, z)| (format!("{x} nan {z}\r"), vec![(0, x), (2, z)])),
        pairs().prop_map(|pairs| {
            let text = pairs.iter().map(|(series, value)| format!("{}={value} ", NAMES[*series]));
            (text.collect(), pairs)
        }),
        pairs().prop_map(|pairs| {
            let text =
                pairs.iter().map(|(series, value)| format!("\"{}\": {value}", NAMES[*series]));
            (format!("{{{}}}", text.collect::<Vec<_>>().join(", ")), pairs)
        }),
        "[?é]{0,12}".prop_map(|text| (text, vec![])),
    ]
}

proptest! {
    #[test]
    fn every_value_lands_in_its_own_series_wherever_the_reads_end(
        lines in prop::collection::vec(line(), 0..60),
        cuts in prop::collection::vec(0_usize..80, 0..60),
    ) {
        let head = [("x,y,z".to_owned(), vec![]), ("0,1000,2000".to_owned(), vec![(0, 0.0), (1, 1000.0), (2, 2000.0)])];
        let lines: Vec<_> = head.into_iter().chain(lines).collect();
        let text = lines.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n");
        let (counts, series) = stored(&text, &cuts);
        for (name, samples) in &series {
            let number = ["x", "y", "z", "a", "b", "c"].iter().position(|known| known == name);
            let number = number.expect("there are no other names");
            let values = samples.iter().map(|(_, value)| *value).filter(|value| !value.is_nan());
            let given = lines.iter().flat_map(|(_, given)| given).filter(|(series, _)| *series == number);
            prop_assert!(values.eq(given.map(|(_, value)| *value)), "{}: {:?}", name, samples);
        }
        let given: BTreeSet<_> = lines.iter().flat_map(|(_, given)| given).map(|(series, _)| series).collect();
        prop_assert_eq!(series.len(), given.len());
        // As text, for a gap is not equal to itself.
        prop_assert_eq!(format!("{:?}", stored(&text, &[])), format!("{:?}", (counts, series)));
    }
}
