//! Arrays of values in an object. Beside one of times they are columns, a sample for each time; so are pairs of a time and
//! a value. Of others each place is a series of its own, as of processors; that is doubtful if they are many.

use std::ops::Range;

use super::super::cells::moment::Moment;
use super::super::reading::{Cell, Key, Reading, Span, Unsure};
use super::super::words;
use super::jq;
use super::samples::{are_epochs, are_moments, is_time};

/// More values than this are more likely to follow each other.
const MANY: usize = 16;

/// Arranges the arrays of values that an object has, whose items begin at `start`, behind so many rows.
pub(super) fn arrange(lists: &[Range<usize>], start: usize, ended: usize, reading: &mut Reading) {
    let times = lists.iter().find(|list| are_times(list, reading));
    let columns = times.map(|times| alike(lists, times)).filter(|all| all.len() > 1);
    let Some(columns) = columns else { return doubt(lists, reading) };
    if reading.ended() > ended {
        return;
    }
    let items = reading.take_from(start);
    let others = (start..).zip(&items);
    let is_other = |place: &usize| !columns.iter().any(|column| column.contains(place));
    others.filter(|(place, _)| is_other(place)).for_each(|(_, item)| reading.push_item(*item));
    reading.end_row();
    for row in 0..columns[0].len() {
        for column in &columns {
            let mut item = items[column.start - start + row];
            if let Key::Name(name) = &mut item.key {
                *name = name.without_last(row.to_string().len() + 1);
            }
            reading.push_item(item);
        }
        reading.end_row();
    }
}

/// Arranges an array of arrays of values: each is a sample if its first or last value is its time.
pub(super) fn arrange_pairs(lists: &[Range<usize>], path: &[u8], reading: &mut Reading) {
    let width = lists.first().map_or(0, ExactSizeIterator::len);
    let are_times = |column: usize| {
        let cells = lists.iter().map(|list| reading.items()[list.start + column].cell);
        let cells: Vec<Cell> = cells.collect();
        are_moments(&cells, reading) || are_epochs(&cells)
    };
    if width < 2
        || lists.iter().any(|list| list.len() != width)
        || !(are_times(0) || are_times(width - 1))
    {
        if lists.len() > MANY {
            report(path, lists.len(), &jq::filter(path), reading);
        }
        return;
    }
    for column in 0..width {
        let key = [path, b".", column.to_string().as_bytes()].concat();
        let key = Key::Name(reading.keep(&key));
        lists.iter().for_each(|list| reading.rename(list.start + column, Span::default(), key));
    }
    lists.iter().for_each(|list| reading.split_row(list));
}

/// Names the numbers of an array at the top by the word before them: `["web", 5]`.
pub(super) fn name_by_word(all: Range<usize>, reading: &mut Reading) {
    let [first, numbers @ ..] = &reading.items()[all.clone()] else { return };
    let Cell::Text(row) = first.cell else { return };
    let word = reading.text(row);
    let is_named = words::is_name(word) && Moment::whole(word).is_none();
    if !is_named || !numbers.iter().all(|item| item.cell.is_number()) {
        return;
    }
    let is_alone = numbers.len() == 1;
    for place in all.skip(1) {
        match reading.items()[place].key {
            _ if is_alone => reading.rename(place, Span::default(), Key::Name(row)),
            key => reading.rename(place, row, key),
        }
    }
}

/// The arrays that are as long as this one.
fn alike(lists: &[Range<usize>], one: &Range<usize>) -> Vec<Range<usize>> {
    lists.iter().filter(|list| list.len() == one.len()).cloned().collect()
}

/// The path of an array: that of its first value without `.0`.
fn path(list: &Range<usize>, reading: &Reading) -> Vec<u8> {
    let name = match reading.items()[list.start].key {
        Key::Name(name) => reading.text(name),
        Key::Column(_) => b"",
    };
    name.strip_suffix(b".0").unwrap_or(name).to_vec()
}

/// Whether the values are dates or clock times, or, as their name says, seconds since 1970 one after the other.
fn are_times(list: &Range<usize>, reading: &Reading) -> bool {
    let cells: Vec<Cell> = reading.items()[list.clone()].iter().map(|item| item.cell).collect();
    let path = path(list, reading).to_ascii_lowercase();
    let is_named = || is_time(&path) || is_time(path.strip_suffix(b"s").unwrap_or(&path));
    are_moments(&cells, reading) || (are_epochs(&cells) && is_named())
}

/// Notes that the values of a long array may follow each other, with those of the arrays beside it that are as long.
fn doubt(lists: &[Range<usize>], reading: &mut Reading) {
    let has_number = |list: &Range<usize>| {
        reading.items()[list.clone()].iter().any(|item| item.cell.is_number())
    };
    let is_long = |list: &&Range<usize>| list.len() > MANY && has_number(list);
    let Some(long) = lists.iter().find(is_long) else { return };
    let paths: Vec<Vec<u8>> = alike(lists, long).iter().map(|list| path(list, reading)).collect();
    report(&paths[0], long.len(), &jq::transposed(&paths), reading);
}

/// Notes that the items of an array may follow each other.
pub(super) fn report(path: &[u8], items: usize, filter: &str, reading: &mut Reading) {
    let (path, filter) = (reading.keep(path), reading.keep(filter.as_bytes()));
    reading.unsure.get_or_insert(Unsure { path, filter, items });
}

#[cfg(test)]
mod tests {
    use super::super::super::reading::Item;
    use super::super::super::shown::shown;
    use super::super::document;
    use super::super::names::Things;
    use super::*;

    fn read(text: &str) -> Reading {
        let mut reading = Reading::default();
        document(text.as_bytes(), &mut Things::default(), &mut reading).unwrap();
        reading
    }

    #[track_caller]
    fn assert_rows(text: &str, rows: usize, expected: &str) {
        let reading = read(text);
        assert_eq!(shown(&reading), expected, "{text}");
        let has_number = |row: &&[Item]| row.iter().any(|item| item.cell.is_number());
        assert_eq!(reading.rows().filter(has_number).count(), rows, "{text}");
    }

    #[test]
    fn arrays_beside_one_of_times_are_columns() {
        assert_rows(
            r#"{"h":{"t":["10:00","10:01"],"n":5,"v":[1,2],"w":["3","x"],"o":[7]},"e":6}"#,
            4,
            "h.n=5 h.o.0=7 h.t='10:00' h.v=1 h.w=3 h.t='10:01' h.v=2 h.w='x' e=6",
        );
        assert_rows(r#"{"t":["10:00"],"v":[1]}"#, 1, "t='10:00' v=1");
        assert_rows(
            r#"{"timestamps":[1763886080,1763886020],"v":[1,2]}"#,
            2,
            "timestamps=1763886080 v=1 timestamps=1763886020 v=2",
        );
        assert_rows(
            r#"{"m":[{"id":"a","Times":["10:00","10:01"],"v":["5","6"]},{"id":"b","Times":["10:00","10:01"],"v":["7","8"]}]}"#,
            4,
            "m.a.id='a' m.a.Times='10:00' m.a.v=5 m.a.id='a' m.a.Times='10:01' m.a.v=6 m.a.id='a' m.b.id='b' m.b.Times='10:00' m.b.v=7 m.b.id='b' m.b.Times='10:01' m.b.v=8 m.b.id='b'",
        );
    }

    #[test]
    fn pairs_of_a_time_and_a_value_are_samples() {
        assert_rows(
            r#"{"r":[{"values":[[1763886080,"1.5"],[1763886095,"2.5"]]}]}"#,
            2,
            "r.0.values.0=1763886080 r.0.values.1=1.5 r.0.values.0=1763886095 r.0.values.1=2.5",
        );
        // As Graphite prints them.
        assert_rows(
            r#"{"v":[[null,1763886080],[2,1763886095]]}"#,
            2,
            "v.0=NaN v.1=1763886080 v.0=2 v.1=1763886095",
        );
        assert_rows(r#"{"v":[[5,1],[6,2]]}"#, 1, "v.0.0=5 v.0.1=1 v.1.0=6 v.1.1=2");
        assert_rows(
            r#"{"v":[[1763886080,1],[1763886095]]}"#,
            1,
            "v.0.0=1763886080 v.0.1=1 v.1.0=1763886095",
        );
    }

    #[test]
    fn other_arrays_have_a_series_for_each_place() {
        for (text, expected) in [
            (r#"{"load":[1,2],"temp":[3,4]}"#, "load.0=1 load.1=2 temp.0=3 temp.1=4"),
            (
                r#"{"rx":[1763886080,1763886095],"tx":[3,4]}"#,
                "rx.0=1763886080 rx.1=1763886095 tx.0=3 tx.1=4",
            ),
            // Two things at one time.
            (r#"{"t":["10:00","10:00"],"v":[1,2]}"#, "t.0='10:00' t.1='10:00' v.0=1 v.1=2"),
            (r#"{"t":["10:00","10:01"],"v":[1,2,3]}"#, "t.0='10:00' t.1='10:01' v.0=1 v.1=2 v.2=3"),
        ] {
            assert_rows(text, 1, expected);
        }
    }

    #[test]
    fn many_values_are_doubtful() {
        let doubt = |text: &str| {
            let reading = read(text);
            reading.unsure.map(|unsure| {
                [unsure.path, unsure.filter]
                    .map(|span| String::from_utf8_lossy(reading.text(span)).into_owned())
            })
        };
        let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        let (few, many) = (list(MANY), list(MANY + 1));
        assert_eq!(doubt(&format!(r#"{{"v":{few}}}"#)), None);
        let words = many.replace('1', "true");
        assert_eq!(doubt(&format!(r#"{{"v":1,"on":{words}}}"#)), None);
        let found = |path: &str, filter: &str| Some([path.to_owned(), filter.to_owned()]);
        assert_eq!(
            doubt(&format!(r#"{{"h":{{"v":{many},"w":{few}}}}}"#)),
            found("h.v", r#".h|[."v"]|transpose[]|{"v":.[0]}"#)
        );
        assert_eq!(
            doubt(&format!(r#"{{"h":{{"v":{many},"val w":{many}}}}}"#)),
            found("h.v", r#".h|[."v",."val w"]|transpose[]|{"v":.[0],"val w":.[1]}"#)
        );
        let nested = vec!["[1,2]"; MANY + 1].join(",");
        assert_eq!(doubt(&format!(r#"{{"d":[{nested}]}}"#)), found("d", ".d[]"));
    }
}
