//! Texts of many lines, and what they are read as.

use proptest::prelude::*;

use super::*;
use crate::input::grammar::shown::shown;

fn read(text: &str) -> Vec<String> {
    let (mut outline, mut found) = (Outline::default(), Vec::new());
    let mut things = Things::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
        let mut reading = Reading::default();
        let part = outline.read(line.trim().as_bytes(), number, &mut things, &mut reading);
        found.extend(outline.take_torn().map(|(line, _)| format!("torn {line}")));
        match part {
            Some(true) => found.push(shown(&reading)),
            Some(false) => {}
            None => found.push(format!("other {line}")),
        }
    }
    outline.finish();
    found.extend(outline.take_torn().map(|(line, _)| format!("torn {line}")));
    found
}

#[test]
fn what_is_printed_in_many_lines_is_read_as_on_one() {
    let text = "{\n \"a\": 1,\n \"cpu\": {\n  \"user\": 2,\n  \"name\": \"x\",\n  \"load\": [\n   0.5,\n   0.25\n  ]\n },\n \"b\": [1, 2],\n \"ok\": true\n}";
    assert_eq!(
        read(text),
        ["a=1 cpu.user=2 cpu.name='x' cpu.load.0=0.5 cpu.load.1=0.25 b.0=1 b.1=2 ok="]
    );
    assert_eq!(read("{'a': 1,\n 'b': (2,\n 3)}"), ["a=1 b.0=2 b.1=3"]);
    assert_eq!(read("{\"a\":\n{\n\"b\": 1\n}}\n{\"a\": {\n\"b\": 2}}"), ["a.b=1", "a.b=2"]);
}

#[test]
fn objects_of_an_array_around_everything_do_not_wait_for_its_end() {
    assert_eq!(read("[\n {\n  \"a\": 1\n },\n {\n  \"a\": 2\n }\n]\n5"), ["a=1", "a=2", "other 5"]);
    let text = "[ {\n\"ifname\": \"lo\",\n\"mtu\": 5\n},{\n\"ifname\": \"eth0\",\n\"mtu\": 6\n} ]";
    assert_eq!(read(text), ["lo.ifname='lo' lo.mtu=5", "eth0.ifname='eth0' eth0.mtu=6"]);
}

#[test]
fn an_object_with_a_time_does_not_wait_for_the_end_of_its_array() {
    let text = "{\"h\": [\n{\n\"nodename\": \"web\",\n\"n\": 2,\n\"s\": [\n{\n\"timestamp\": \"10:00:01\",\n\"l\": [{\"c\": \"all\", \"u\": 1},\n{\"c\": \"0\", \"u\": 2}]\n},\n{\n\"timestamp\": \"10:00:02\",\n\"l\": [{\"c\": \"all\", \"u\": 3},\n{\"c\": \"0\", \"u\": 4}]\n}\n],\n\"end\": 5\n}\n]}";
    assert_eq!(
        read(text),
        [
            "h.web.nodename='web' h.web.n=2 h.web.s.timestamp='10:00:01' h.web.s.l.all.c='all' h.web.s.l.all.u=1 h.web.s.l.0.c='0' h.web.s.l.0.u=2",
            "h.web.nodename='web' h.web.s.timestamp='10:00:02' h.web.s.l.all.c='all' h.web.s.l.all.u=3 h.web.s.l.0.c='0' h.web.s.l.0.u=4",
            "h.web.nodename='web' h.web.end=5",
        ]
    );
}

/// What an item of kubectl has.
const POD: &str = "{\n\"i\": [\n{\n\"v\": 1,\n\"metadata\": {\n\"created\": \"2026-11-26T10:00:00Z\",\n\"name\": \"web\"\n},\n\"status\": {\n\"conditions\": [\n{\n\"lastProbeTime\": \"2026-11-26T10:00:00Z\",\n\"n\": 5\n},\n{\n\"time\": \"2026-11-26T10:00:01Z\",\n\"n\": 6\n}\n],\n\"restarts\": 4\n}\n}\n]\n}";

#[test]
fn what_is_around_a_sample_keeps_its_name() {
    assert_eq!(
        read(POD),
        [
            "i.web.v=1 i.web.metadata.created='2026-11-26T10:00:00Z' i.web.metadata.name='web' i.web.status.conditions.lastProbeTime='2026-11-26T10:00:00Z' i.web.status.conditions.n=5 i.web.status.conditions.time='2026-11-26T10:00:01Z' i.web.status.conditions.n=6 i.web.status.restarts=4"
        ]
    );
    assert_eq!(read(&POD.replace('\n', " ")), read(POD));
}

#[test]
fn an_array_of_numbers_is_a_row_wherever_its_lines_end() {
    assert_eq!(read("[\n21.5,\n40\n]\n[\n22\n]"), ["#0=21.5 #1=40", "#0=22"]);
    assert_eq!(read("[\n[\n1,\n\"2\"\n],\n[\n3,\nnull\n]\n]"), ["#0=1 #1=2", "#0=3 #1=NaN"]);
    assert_eq!(read("[\nhello\n5"), ["other hello", "other 5"]);
    assert_eq!(read("[\n5\n6"), ["torn 2", "other 6"]);
    assert_eq!(read("[\n]\n5"), ["other 5"]);
}

#[test]
fn another_line_ends_the_outline() {
    assert_eq!(read("{\n\"a\": 1,\nhello\n5"), ["torn 1", "other hello", "other 5"]);
    assert_eq!(read("{\"a\": 1, \"b\n{\n\"a\": 2\n}"), ["other {\"a\": 1, \"b", "a=2"]);
    assert_eq!(read("{\"a\": 1,\n{\"a\": 2,\n\"b\": 3}"), ["torn 1", "a=2 b=3"]);
    assert_eq!(read("{\"a\": 1}}\n}"), ["other {\"a\": 1}}"]);
    assert_eq!(read("{\n5\n6"), ["other 5", "other 6"], "nothing is lost");
    assert_eq!(read("{\n\"a\": 1\n\"b\": 2"), ["torn 1", "other \"b\": 2"]);
    assert_eq!(
        read("5\na=1\n\"a\": 1\n[1 2]\n{a=5"),
        ["other 5", "other a=1", "other \"a\": 1", "other [1 2]", "other {a=5"]
    );
    assert_eq!(read("{\"a\": [1,\n2},\n5"), ["torn 1", "other 2},", "other 5"]);
}

#[test]
fn a_colon_without_a_string_before_it_has_no_key() {
    for text in ["{\n0:\"\"", "{\n0\0:\"x\"", "[{\n:\"a\":\"b\""] {
        assert!(
            read(text).iter().all(|part| part.starts_with("other") || part.starts_with("torn")),
            "{text}"
        );
    }
}

#[test]
fn what_is_too_long_is_torn() {
    let item = format!("\"{}\",\n", "x".repeat(1 << 16));
    let text = format!("{{\"a\": [\n{}1]}}\n5", item.repeat(70));
    assert_eq!(read(&text), ["torn 1", "other 1]}", "other 5"]);
    // A few bytes each, but with their name more than any memory has.
    let text = format!("{{\"{}\": [\n{}\n1]}}\n5", "x".repeat(1 << 20), "1,".repeat(1 << 20));
    assert_eq!(read(&text), ["torn 1", "other 1]}", "other 5"]);
}

/// JSON in which a line may end at each `~`.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["1", "-2.5", "null", "true", r#""a""#, r#""3""#])
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let keys = prop::sample::select(vec!["name", "v", "w", "ts", "metadata", "device"]);
        prop_oneof![
            object(keys, inner.clone()),
            prop::collection::vec(inner, 0..4)
                .prop_map(|items| format!("[~{}~]", items.join(",~"))),
        ]
    })
}

fn object(
    keys: impl Strategy<Value = &'static str>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    prop::collection::btree_map(keys, value, 1..4).prop_map(|members| {
        let members = members.iter().map(|(key, value)| format!("\"{key}\": {value}"));
        format!("{{~{}~}}", members.collect::<Vec<_>>().join(",~"))
    })
}

proptest! {
    #[test]
    fn where_the_lines_end_changes_nothing(
        text in object(prop::sample::select(vec!["x", "y"]), value()),
        ends in prop::collection::vec(any::<bool>(), 64),
    ) {
        let mut ends = ends.iter().cycle();
        let mut broken = String::new();
        for c in text.chars() {
            match c {
                '~' if *ends.next().unwrap() => broken.push('\n'),
                '~' => {}
                other => broken.push(other),
            }
        }
        let mut reading = Reading::default();
        json::document(text.replace('~', "").as_bytes(), &mut Things::default(), &mut reading).unwrap();
        let expected = if reading.has_number() { vec![shown(&reading)] } else { vec![] };
        prop_assert_eq!(read(&broken), expected, "{}", broken);
    }
}
