//! What the objects of an array are to each other: things with names, samples one after the other, or, where neither is to
//! be seen, things that are told apart by their numbers.

use super::super::reading::{Cell, Placed, Reading};
use super::jq;
use super::lists;
use super::names::{self, Things};
use super::objects::Objects;
use super::samples::are_samples;

/// So many objects that only their numbers tell apart are more likely to follow each other.
const MANY: usize = 10;

/// Puts names in the place of the numbers, or makes each object a row of its own.
pub(super) fn arrange(objects: &Objects<'_>, things: &mut Things, reading: &mut Reading) {
    let names = if things.rows.is_empty() { names::names(objects, things, reading) } else { None };
    if let Some(names) = names {
        for (number, (place, name)) in names.into_iter().enumerate() {
            objects.rename(number, Some(&name), reading);
            let name = reading.keep(&name);
            reading.replace(place, Cell::Text(name));
        }
    } else if objects.path.is_empty() {
        // Each is a row, and may have a name that another one has, too.
        if objects.each.len() > 1 && things.rows.is_empty() {
            for each in objects.each.chunks(1) {
                arrange(&Objects { each, path: b"" }, things, reading);
            }
        }
    } else if are_named_rows(objects, things, reading) || are_samples(objects, reading) {
        for (number, object) in objects.each.iter().enumerate() {
            objects.rename(number, None, reading);
            if reading.items()[object.clone()].iter().any(|item| item.cell.is_number()) {
                reading.split_row(object);
            }
        }
    } else {
        let (path, count) = (reading.keep(objects.path), objects.each.len());
        reading.placed.push(Placed { path, objects: count });
        if count >= MANY {
            lists::report(objects.path, count, &jq::filter(objects.path), reading);
        }
    }
}

/// Whether `--rows` names a member of each.
fn are_named_rows(objects: &Objects<'_>, things: &Things, reading: &Reading) -> bool {
    let key = |name: &String| {
        name.as_bytes().strip_prefix(objects.path)?.strip_prefix(b".").map(<[u8]>::to_vec)
    };
    let mut keys = things.rows.iter().filter_map(key);
    keys.any(|key| objects.column(&key, reading).is_some())
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::shown;
    use super::super::document;
    use super::*;

    /// The rows of a text.
    fn rows(text: &str) -> Vec<String> {
        let mut reading = Reading::default();
        document(text.as_bytes(), &mut Things::default(), &mut reading).unwrap();
        let rows: Vec<usize> = reading.rows().map(<[_]>::len).collect();
        let all = shown(&reading);
        let mut items = all.split(' ');
        rows.iter().map(|count| items.by_ref().take(*count).collect::<Vec<_>>().join(" ")).collect()
    }

    #[track_caller]
    fn assert_rows(text: &str, expected: &[&str]) {
        assert_eq!(rows(text), expected, "{text}");
    }

    #[test]
    fn objects_with_names_are_called_by_them() {
        assert_rows(r#"[{"n":"a","v":1},{"n":"b","v":2}]"#, &["a.n='a' a.v=1", "b.n='b' b.v=2"]);
        assert_rows(
            r#"{"d":[{"up":"x","name":"a","p":{"v":1}},{"up":"y","name":"b","p":{"v":2}}]}"#,
            &["d.a.up='x' d.a.name='a' d.a.p.v=1 d.b.up='y' d.b.name='b' d.b.p.v=2"],
        );
        assert_rows(
            r#"{"l":[{"cpu":"all","u":1},{"cpu":"0","u":2}]}"#,
            &["l.all.cpu='all' l.all.u=1 l.0.cpu='0' l.0.u=2"],
        );
        assert_rows(
            r#"{"i":[{"kind":"p","metadata":{"name":"a"},"v":1},{"kind":"q","metadata":{"name":"b"},"v":2}]}"#,
            &[
                "i.a.kind='p' i.a.metadata.name='a' i.a.v=1 i.b.kind='q' i.b.metadata.name='b' i.b.v=2",
            ],
        );
        assert_rows(
            r#"{"a":[{"name":"x","b":[{"name":"y","v":1}]}]}"#,
            &["a.x.name='x' a.x.b.y.name='y' a.x.b.y.v=1"],
        );
    }

    #[test]
    fn what_tells_things_apart_is_their_name() {
        assert_rows(
            r#"{"c":[{"id":"28-0002","t":12.4},{"id":"28-0001","t":21.6}]}"#,
            &["c.28-0002.id='28-0002' c.28-0002.t=12.4 c.28-0001.id='28-0001' c.28-0001.t=21.6"],
        );
        assert_rows(
            r#"{"m":[{"gateway":{"id":"gw1"},"t":"10:00:01","v":1},{"gateway":{"id":"gw2"},"t":"10:00:02","v":2}]}"#,
            &[
                "m.gw1.gateway.id='gw1' m.gw1.t='10:00:01' m.gw1.v=1 m.gw2.gateway.id='gw2' m.gw2.t='10:00:02' m.gw2.v=2",
            ],
        );
        // Documents, each with an id that never comes again.
        assert_rows(
            r#"{"m":[{"_id":"a1","t":"10:00:01","v":1},{"_id":"a2","t":"10:00:02","v":2}]}"#,
            &["m._id='a1' m.t='10:00:01' m.v=1", "m._id='a2' m.t='10:00:02' m.v=2"],
        );
        assert_rows(
            r#"[{"user":"a","name":"x","v":1},{"user":"b","name":"x","v":2}]"#,
            &["a.user='a' a.name='x' a.v=1", "b.user='b' b.name='x' b.v=2"],
        );
        assert_rows(
            r#"[{"name":"a","v":1},{"name":"b","v":2},{"name":"a","v":3}]"#,
            &["a.name='a' a.v=1", "b.name='b' b.v=2", "a.name='a' a.v=3"],
        );
        assert_rows(r#"[{"dev":"lo","o":{},"v":1}]"#, &["lo.dev='lo' lo.v=1"]);
        assert_rows(r#"[{"id":"64f0a1b2c3d4","v":1}]"#, &["id='64f0a1b2c3d4' v=1"]);
    }

    #[test]
    fn a_name_once_found_holds_where_one_object_is_left() {
        let mut things = Things::default();
        let mut read = |text: &str| {
            let mut reading = Reading::default();
            document(text.as_bytes(), &mut things, &mut reading).unwrap();
            shown(&reading)
        };
        assert_eq!(read(r#"{"s":[{"at":"hall","v":1}]}"#), "s.0.at='hall' s.0.v=1");
        read(r#"{"s":[{"at":"attic","v":1},{"at":"hall","v":2}]}"#);
        assert_eq!(read(r#"{"s":[{"at":"hall","v":1}]}"#), "s.hall.at='hall' s.hall.v=1");
    }

    #[test]
    fn rows_that_the_user_names_are_each_a_row() {
        let mut reading = Reading::default();
        let text = r#"{"n":5,"s":[{"prn":5,"v":1},{"prn":7,"v":2}]}"#;
        let mut things = Things::new(&["s.prn".to_owned()]);
        document(text.as_bytes(), &mut things, &mut reading).unwrap();
        assert_eq!(shown(&reading), "n=5 s.prn=5 s.v=1 s.prn=7 s.v=2");
        assert_eq!(reading.rows().count(), 3);
    }

    #[test]
    fn objects_with_times_follow_each_other() {
        assert_rows(
            r#"{"n":2,"s":[{"time":"10:00:01","v":1},{"time":"10:00:02","v":2}],"m":3}"#,
            &["n=2", "s.time='10:00:01' s.v=1", "s.time='10:00:02' s.v=2", "m=3"],
        );
        assert_rows(
            r#"{"i":[{"p":[{"start":0,"v":1},{"start":0,"v":2}],"sum":{"start":0}},{"p":[{"start":1.01,"v":3},{"start":1.02,"v":4}],"sum":{"start":1}}]}"#,
            &[
                "i.p.0.start=0 i.p.0.v=1 i.p.1.start=0 i.p.1.v=2 i.sum.start=0",
                "i.p.0.start=1.01 i.p.0.v=3 i.p.1.start=1.02 i.p.1.v=4 i.sum.start=1",
            ],
        );
        assert_rows(
            r#"{"s":[{"ts":1763886080,"v":1},{"ts":1763886080,"v":2},{"ts":1763886081,"v":3}]}"#,
            &["s.ts=1763886080 s.v=1", "s.ts=1763886080 s.v=2", "s.ts=1763886081 s.v=3"],
        );
        // Two meters.
        assert_rows(
            r#"{"s":[{"ts":1763886080,"v":1},{"ts":1763886080,"v":2}]}"#,
            &["s.0.ts=1763886080 s.0.v=1 s.1.ts=1763886080 s.1.v=2"],
        );
    }

    #[test]
    fn other_objects_have_numbers() {
        for (text, row) in [
            (r#"{"c":[{"u":1},{"u":2}]}"#, "c.0.u=1 c.1.u=2"),
            (
                r#"{"c":[{"s":"ok","u":1},{"s":"ok","u":2}]}"#,
                "c.0.s='ok' c.0.u=1 c.1.s='ok' c.1.u=2",
            ),
            (r#"{"c":[{"s":"ok","u":1}]}"#, "c.0.s='ok' c.0.u=1"),
            (r#"{"c":[{"id":1,"u":1},{"id":2,"u":1}]}"#, "c.0.id=1 c.0.u=1 c.1.id=2 c.1.u=1"),
            (r#"{"c":[{"n":"1","u":1},{"n":"2","u":1}]}"#, "c.0.n=1 c.0.u=1 c.1.n=2 c.1.u=1"),
            (
                r#"{"c":[{"state":"ok","u":1},{"state":"bad","u":2}]}"#,
                "c.0.state='ok' c.0.u=1 c.1.state='bad' c.1.u=2",
            ),
            (r#"{"c":[{"t":12.4},{"t":21.6}]}"#, "c.0.t=12.4 c.1.t=21.6"),
            (r#"{"c":[{"b":1600000000},{"b":1700000000}]}"#, "c.0.b=1600000000 c.1.b=1700000000"),
            (r#"{"c":[{"u":1},2]}"#, "c.0.u=1 c.1=2"),
        ] {
            assert_rows(text, &[row]);
        }
    }

    #[test]
    fn many_that_only_numbers_tell_apart_are_remembered() {
        let numbered = |count: usize| {
            let objects = vec![r#"{"p":{"v":1}}"#; count].join(",");
            let mut reading = Reading::default();
            let text = format!(r#"{{"h":[{{"name":"a","a-b":[{objects}]}}]}}"#);
            document(text.as_bytes(), &mut Things::default(), &mut reading).unwrap();
            reading
                .unsure
                .map(|unsure| String::from_utf8_lossy(reading.text(unsure.path)).into_owned())
        };
        assert_eq!([numbered(MANY - 1), numbered(MANY)], [None, Some("h.0.a-b".to_owned())]);
    }

    #[test]
    fn rows_that_the_user_names_are_not_named() {
        let mut reading = Reading::default();
        let mut things = Things::new(&["x".to_owned()]);
        document(br#"[{"n":"a","v":1},{"n":"b","v":2}]"#, &mut things, &mut reading).unwrap();
        assert_eq!(shown(&reading), "n='a' v=1 n='b' v=2");
    }
}
