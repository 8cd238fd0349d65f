//! Tests of `schema`.

use super::*;

#[test]
fn long_names_are_shown_shortened_and_never_merged() {
    let mut schema = Schema::default();
    let name = |end: &str| format!("{}{end}", "é".repeat(50)).into_bytes();
    for end in ["1", "2", "1"] {
        schema.role(Name::bare(&name(end)), true);
    }
    assert_eq!(schema.names().len(), 2);
    assert!(schema.names().iter().all(|name| name.len() <= LONGEST_NAME), "{:?}", schema.names());
    assert_ne!(schema.names()[0], schema.names()[1]);
}

#[test]
fn a_column_is_chosen_in_every_row() {
    let only = vec!["avg10".to_owned(), "full.avg60".to_owned()];
    let mut schema = Schema::new(Naming { only, ..Naming::default() });
    for (row, name) in [("some", "avg10"), ("some", "avg60"), ("full", "avg10"), ("full", "avg60")]
    {
        let name = Name { row: row.as_bytes(), ..Name::bare(name.as_bytes()) };
        schema.role(name, true);
    }
    assert_eq!(schema.names(), ["some.avg10", "full.avg10", "full.avg60"]);
    assert!(schema.missing(false).is_empty());
}

#[test]
fn the_same_name_again_on_one_row_is_another_series() {
    let mut schema = Schema::default();
    let mut row = |names: &[&str]| {
        schema.begin_row();
        let series = |name: &&str| schema.series(Name::bare(name.as_bytes()), Some(1.0)).unwrap();
        names.iter().map(series).collect::<Vec<_>>()
    };
    assert_eq!(row(&["a", "b", "a"]), [0, 1, 2]);
    assert_eq!(row(&["a", "b", "a"]), [0, 1, 2]);
    assert_eq!(row(&["b", "c", "a", "a", "a"]), [1, 3, 0, 2, 4]);
    assert_eq!(schema.names(), ["a", "b", "a.2", "c", "a.3"]);
}

#[test]
fn a_line_of_one_name_only_is_no_work_without_end() {
    let mut schema = Schema::default();
    schema.begin_row();
    let drawn = (0..16_000).filter(|_| schema.series(Name::bare(b"k"), Some(1.0)).is_some());
    assert_eq!(drawn.count(), MAX_SERIES);
    assert_eq!(schema.other_series(), MOST_COUNTED);
}

#[test]
fn each_series_beyond_the_limit_is_counted_once() {
    let mut schema = Schema::default();
    let names: Vec<String> = (0..MAX_SERIES + 44).map(|number| format!("s{number}")).collect();
    for _ in 0..3 {
        schema.begin_row();
        for name in &names {
            schema.series(Name::bare(name.as_bytes()), Some(1.0));
        }
    }
    assert_eq!((schema.names().len(), schema.other_series()), (MAX_SERIES, 44));
}

#[test]
fn the_same_name_under_another_title_is_another_series() {
    let mut schema = Schema::default();
    for title in ["", "cpu", "disk", "cpu", "disk", ""] {
        schema.role(Name { title: title.as_bytes(), ..Name::bare(b"temp1") }, true);
    }
    schema.role(Name { title: b"disk", ..Name::bare(b"Composite") }, true);
    assert_eq!(schema.names(), ["temp1", "cpu.temp1", "disk.temp1", "Composite"]);
}

#[test]
fn a_series_is_chosen_with_its_title() {
    let only = vec!["nvme.temp1".to_owned()];
    let mut schema = Schema::new(Naming { only, ..Naming::default() });
    for title in ["cpu", "nvme", "cpu"] {
        schema.role(Name { title: title.as_bytes(), ..Name::bare(b"temp1") }, true);
    }
    assert_eq!(schema.names(), ["nvme.temp1"]);
}

#[test]
fn a_name_without_a_number_begins_no_series_until_one_comes() {
    let mut schema = Schema::default();
    assert_eq!(schema.role(Name::bare(b"a"), false), Role::Unknown);
    assert_eq!(schema.role(Name::bare(b"a"), false), Role::Unknown);
    assert_eq!(schema.role(Name::bare(b"a"), true), Role::Series(0));
    assert_eq!(schema.role(Name::bare(b"a"), false), Role::Series(0));
}

#[test]
fn a_name_of_nothing_can_be_seen_and_chosen() {
    let only = vec![String::new()];
    let mut schema = Schema::new(Naming { only, ..Naming::default() });
    for name in ["", " ", "a"] {
        schema.role(Name::bare(name.as_bytes()), true);
    }
    assert_eq!(schema.names(), ["''"]);
    let mut schema = Schema::default();
    schema.role(Name::bare(b" \t"), true);
    assert_eq!(schema.names(), ["' \\t'"]);
}
