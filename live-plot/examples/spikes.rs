//! An experiment: the same spikes drawn in four ways, in two frames that are a third of a column apart. It prints what each way
//! loses, and what flickers as the picture scrolls: `cargo run -p live-plot --example spikes`.
//!
//! Three ways are naive, each a line of code. The fourth is live-plot's own (`picture::decimate`, from `series::store`). Nothing
//! here draws a window; what the other pictures show is left to `view`, `terminal` and `export`.

use live_plot::config::Draw;
use live_plot::picture::decimate::{Grid, trace};
use live_plot::series::Sample;
use live_plot::series::store::{Entry, Store};

/// How many columns a picture has: characters here, pixels in a window.
const COLUMNS: usize = 72;

/// How many samples a column has.
const PER_COLUMN: usize = 42;

/// How many samples a picture has.
const VISIBLE: usize = COLUMNS * PER_COLUMN;

/// From one spike to the next. It is no multiple of a column, so spikes are at all places of their columns.
const APART: usize = 139;

/// How many samples have come when the first frame is drawn.
const COME: usize = 4005;

/// How many more it is at the second one.
const SCROLLED: usize = PER_COLUMN / 3;

/// What a column draws: its least and its greatest value.
type Column = (f64, f64);

/// From all samples so far to the columns of the newest ones.
type Way = fn(&[f64]) -> Vec<Column>;

const WAYS: [(&str, Way); 4] = [
    ("every 42nd sample", every_nth),
    ("the mean of a column", means),
    ("the extremes of columns counted from the edge", extremes_from_the_edge),
    ("the extremes of columns at absolute places", extremes_at_absolute_places),
];

fn every_nth(all: &[f64]) -> Vec<Column> {
    newest(all).map(|column| (column[0], column[0])).collect()
}

fn means(all: &[f64]) -> Vec<Column> {
    let mean = |column: &[f64]| column.iter().sum::<f64>() / PER_COLUMN as f64;
    newest(all).map(|column| (mean(column), mean(column))).collect()
}

fn extremes_from_the_edge(all: &[f64]) -> Vec<Column> {
    newest(all).map(|column| extremes(column.iter().copied())).collect()
}

/// What live-plot does. The number of a sample is its time, as in a file.
fn extremes_at_absolute_places(all: &[f64]) -> Vec<Column> {
    let mut store = Store::new(1 << 20);
    store.declare(&["value".to_owned()]);
    let sample = |(number, value): (usize, &f64)| Sample { time: number as f64, value: *value };
    let entry = |at| Entry { series: 0, sample: sample(at) };
    store.append(&all.iter().enumerate().map(entry).collect::<Vec<_>>());
    let grid = grid(all.len());
    let points = trace(&store.series()[0], grid, Draw::Line, store.head).runs.concat();
    let column = |number| {
        let is_inside = |time: f64| (grid.edge(number)..grid.after(number)).contains(&time);
        let inside = points.iter().filter(|[time, _]| is_inside(*time));
        extremes(inside.map(|[_, value]| *value))
    };
    (0..grid.count).map(column).collect()
}

/// The columns of live-plot's picture when so many samples have come.
fn grid(come: usize) -> Grid {
    Grid::showing(come as f64 - 1.0, VISIBLE as f64, COLUMNS as f64)
}

/// The newest samples, cut into columns from the left edge of the picture.
fn newest(all: &[f64]) -> impl Iterator<Item = &[f64]> {
    all[all.len() - VISIBLE..].chunks(PER_COLUMN)
}

fn extremes(values: impl Iterator<Item = f64>) -> Column {
    values.fold((0.0, 0.0), |(min, max), value| (value.min(min), value.max(max)))
}

/// Zeros, and one spike of a single sample after the other, up and down in turn.
fn samples(count: usize) -> Vec<f64> {
    let value = |number: usize| match (number % APART, number / APART % 2) {
        (0, 0) => 1.0,
        (0, _) => -1.0,
        _ => 0.0,
    };
    (0..count).map(value).collect()
}

/// How many spikes there are.
fn spikes(samples: &[f64]) -> usize {
    samples.iter().filter(|value| **value != 0.0).count()
}

/// A column as a character. What is less than half as high as a spike is not seen.
fn glyph((min, max): Column) -> char {
    match (max > 0.5, min < -0.5) {
        (false, false) => '─',
        (true, false) => '┴',
        (false, true) => '┬',
        (true, true) => '┼',
    }
}

/// One frame, and how many spikes are seen in it. Two in one column are one up and one down.
fn frame(way: Way, samples: &[f64]) -> (Vec<char>, usize) {
    let glyphs: Vec<char> = way(samples).into_iter().map(glyph).collect();
    let seen = |glyph: &char| match glyph {
        '─' => 0,
        '┼' => 2,
        _ => 1,
    };
    let count = glyphs.iter().map(seen).sum();
    (glyphs, count)
}

/// Which columns of the second frame are not as they were. A picture may have moved by a column or not: what fits better
/// counts. The first frame's last column may not have been full.
fn changed(before: &[char], after: &[char]) -> Vec<bool> {
    let moved_by = |columns: usize| -> Vec<bool> {
        let before = &before[columns..COLUMNS - 1];
        before.iter().zip(after).map(|(before, after)| before != after).collect()
    };
    let [still, moved] = [0, 1].map(moved_by);
    if count(&moved) < count(&still) { moved } else { still }
}

fn count(changed: &[bool]) -> usize {
    changed.iter().filter(|changed| **changed).count()
}

/// The frames of each way, and a table of what they lose.
fn report() -> String {
    let (first, second) = (samples(COME), samples(COME + SCROLLED));
    let there = spikes(&first[COME - VISIBLE..]);
    let mut frames = Vec::new();
    let mut table = vec![format!("{:46} spikes seen   columns changed", "")];
    for (name, way) in WAYS {
        let ((before, seen), (after, _)) = (frame(way, &first), frame(way, &second));
        let changed = changed(&before, &after);
        let mark = |changed: &bool| if *changed { '^' } else { ' ' };
        let marks: String = changed.iter().map(mark).collect();
        frames.push(name.to_owned());
        frames.extend([before, after].map(String::from_iter));
        frames.push(marks.trim_end().to_owned());
        let (count, of) = (count(&changed), changed.len());
        table.push(format!("{name:46} {seen:5} of {there}   {count:9} of {of}"));
    }
    [frames, table].concat().join("\n")
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() {
    println!("{}", report());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames after each other, a third of a column apart, over some columns: in each what is seen, what there is, and what has
    /// changed since the one before.
    fn scroll(way: Way, shown: fn(usize) -> usize) -> Vec<(usize, usize, usize)> {
        let all = samples(COME + 9 * PER_COLUMN);
        let ends: Vec<usize> = (COME..all.len()).step_by(SCROLLED).collect();
        let pair = |pair: &[usize]| {
            let (before, _) = frame(way, &all[..pair[0]]);
            let (after, seen) = frame(way, &all[..pair[1]]);
            let there = spikes(&all[shown(pair[1])..pair[1]]);
            (seen, there, count(&changed(&before, &after)))
        };
        ends.windows(2).map(pair).collect()
    }

    fn from_the_edge(come: usize) -> usize {
        come - VISIBLE
    }

    #[test]
    fn every_nth_sample_loses_most_spikes_and_those_that_it_finds_come_and_go() {
        let frames = scroll(every_nth, from_the_edge);
        assert!(frames.iter().all(|(seen, there, _)| seen * 5 < *there), "{frames:?}");
        assert!(frames.iter().any(|(_, _, changed)| *changed > 0), "{frames:?}");
    }

    #[test]
    fn means_change_nothing_for_they_show_no_spike() {
        let frames = scroll(means, from_the_edge);
        assert!(frames.iter().all(|(seen, _, changed)| (*seen, *changed) == (0, 0)), "{frames:?}");
    }

    #[test]
    fn extremes_from_the_edge_lose_no_spike_and_each_frame_moves_some_of_them_alone() {
        let frames = scroll(extremes_from_the_edge, from_the_edge);
        assert!(frames.iter().all(|(seen, there, _)| seen == there), "{frames:?}");
        assert!(frames.iter().all(|(_, there, changed)| changed * 2 > *there), "{frames:?}");
    }

    #[test]
    fn extremes_at_absolute_places_lose_no_spike_and_scrolling_changes_nothing() {
        let begin = |come| usize::try_from(grid(come).first).unwrap() * PER_COLUMN;
        let frames = scroll(extremes_at_absolute_places, begin);
        assert!(frames.iter().all(|(seen, there, _)| seen == there), "{frames:?}");
        assert!(frames.iter().all(|(_, _, changed)| *changed == 0), "{frames:?}");
    }

    #[test]
    fn docs_show_what_it_prints() {
        let page = include_str!("../../docs/live-plot.md");
        assert!(
            page.contains(&report()),
            "docs/live-plot.md shows something else than\n{}",
            report()
        );
    }
}
