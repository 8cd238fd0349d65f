//! Traces, compared with every sample that there has been, one by one.

use proptest::prelude::*;

use super::*;
use crate::series::Sample;
use crate::series::store::{Entry, Store};

/// Some thousand samples of two series, one of them rare, appended in batches of any size to a store that keeps
/// the raw ones of the last `history` bytes.
#[derive(Debug)]
struct Run {
    store: Store,
    all: [Vec<Sample>; 2],
}

/// The next of a row of numbers that look random, below `bound`: Knuth's MMIX generator.
fn random(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % bound
}

impl Run {
    fn new(seed: u64, length: usize, history: usize) -> Self {
        let mut state = seed;
        let mut run = Self { store: Store::new(history), all: [Vec::new(), Vec::new()] };
        run.store.declare(&["often".to_owned(), "rare".to_owned()]);
        let mut entries = Vec::new();
        let mut time = 0.0;
        // Some gaps are as long as many columns.
        let (mut gaps, mut when) = (0, !seed);
        for _ in 0..length {
            gaps = match random(&mut when, 2000) {
                0 => random(&mut when, 2000),
                _ => gaps.saturating_sub(1),
            };
            // Several at once, most of them close together, and seldom a long pause.
            time += match random(&mut state, 500) {
                0 => 300.0,
                1..200 => 0.0,
                n => n as f64 / 250.0,
            };
            let value = match random(&mut state, 20) {
                0 => f64::NAN,
                _ if gaps > 0 => f64::NAN,
                _ => random(&mut state, 1_000_000) as f64 - 5e5,
            };
            let series = usize::from(random(&mut state, 5) == 0);
            let sample = Sample { time, value };
            run.all[series].push(sample);
            entries.push(Entry { series, sample });
        }
        let mut rest = entries.as_slice();
        while !rest.is_empty() {
            let (batch, later) = rest
                .split_at(rest.len().min(usize::try_from(1 + random(&mut state, 2000)).unwrap()));
            run.store.append(batch);
            rest = later;
        }
        run
    }

    /// When each sample of a series counts as being: a forgotten one when its bucket begins.
    fn times(&self, series: usize) -> Vec<f64> {
        let (all, samples) = (&self.all[series], &self.store.series()[series].samples);
        (0..all.len()).map(|number| all[samples.first_with(number)].time).collect()
    }
}

fn both(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// The least and the greatest of some values, gaps apart.
fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| !value.is_nan()).map(|value| (value, value)).reduce(both)
}

#[test]
fn a_forgotten_column_of_gaps_has_no_point() {
    let mut store = Store::new(200_000);
    store.declare(&["all".to_owned()]);
    for number in 0_u32..40_000 {
        let value = if (2000..8000).contains(&number) { f64::NAN } else { 5.0 };
        let sample = Sample { time: number.into(), value };
        store.append(&[Entry { series: 0, sample }]);
    }
    let series = &store.series()[0];
    assert!(series.samples.begin() > 8000);
    let grid = Grid::showing(store.head, store.head, 100.0);
    for draw in [Draw::Step, Draw::Line] {
        for is_log in [false, true] {
            let mut tracer = Tracer::new(grid, draw, is_log, store.head);
            tracer.advance(series, usize::MAX);
            let runs = tracer.finish().runs;
            assert_eq!(runs.len(), 2, "{draw:?}");
            assert!(runs.concat().iter().all(|[_, value]| *value == 5.0), "{draw:?}: {runs:?}");
        }
    }
}

proptest! {
    #[test]
    fn a_time_is_in_the_column_that_began_last(span in 0.1..1e6_f64, end in 0.0..1e6_f64, at in 0_usize..1000, near in -1..=1) {
        let grid = Grid::showing(end, span, 1000.0);
        let time = match near {
            0 => grid.edge(at),
            -1 => grid.edge(at).next_down(),
            _ => grid.edge(at).next_up(),
        };
        prop_assert_eq!(grid.column(time) + 1.0, (0..1001).filter(|column| grid.edge(*column) <= time).count() as f64);
    }

    #[test]
    fn every_column_draws_the_extremes_of_all_its_samples_even_of_forgotten_ones(
        seed in any::<u64>(),
        length in 1_usize..40_000,
        history in prop_oneof![Just(200_000_usize), Just(400_000), Just(10_000_000)],
        end in 0.0..1.1_f64,
        // From thousands of samples a pixel to thousands of pixels a sample.
        span in -4.0..0.0_f64,
        pixels in 1.0..200.0_f64,
        draw in prop_oneof![Just(Draw::Step), Just(Draw::Line), Just(Draw::Points)],
    ) {
        let run = Run::new(seed, length, history);
        let head = run.store.head.max(1.0);
        let grid = Grid::showing(head * end, head * 10_f64.powf(span), pixels);
        for (number, series) in run.store.series().iter().enumerate() {
            let (all, times) = (&run.all[number], run.times(number));
            let points = trace(series, grid, draw, head).runs.concat();
            let drawn_at: Vec<f64> = points.iter().map(|[time, _]| *time).collect();
            for column in 0..grid.count {
                let (from, to) = (grid.edge(column), grid.after(column));
                let range = |times: &[f64]| times.partition_point(|t| *t < from)..times.partition_point(|t| *t < to);
                let drawn = range(&drawn_at);
                let drawn = extremes(points[drawn].iter().map(|[_, value]| *value));
                let inside = range(&times);
                let before = inside.start.checked_sub(1).map(|before| all[before].value);
                let previous = extremes(before.filter(|_| draw == Draw::Step).into_iter());
                let expected = match extremes(all[inside].iter().map(|sample| sample.value)) {
                    // A step begins at the previous value.
                    Some(summary) => Some(previous.map_or(summary, |previous| both(previous, summary))),
                    // Nothing new, but the line may begin or end here.
                    None => drawn.and(previous),
                };
                prop_assert_eq!(drawn, expected, "series {}, column {} of {:?}", number, column, grid);
            }
        }
    }

    #[test]
    fn a_mean_is_that_of_the_samples_of_its_column(
        seed in any::<u64>(),
        length in 1000_usize..3_000,
        pixels in 20.0..100.0_f64,
        draw in prop_oneof![Just(Draw::Step), Just(Draw::Line)],
    ) {
        let run = Run::new(seed, length, 10_000_000);
        let grid = Grid::showing(run.store.head, run.store.head, pixels);
        for (all, series) in run.all.iter().zip(run.store.series()) {
            let means = trace(series, grid, draw, run.store.head).means;
            for column in 0..grid.count {
                let inside = |time: f64| (grid.edge(column)..grid.after(column)).contains(&time);
                let samples: Vec<f64> = all.iter().filter(|sample| inside(sample.time)).map(|sample| sample.value).collect();
                let values: Vec<f64> = samples.iter().copied().filter(|value| !value.is_nan()).collect();
                let drawn: Vec<f64> = means.iter().filter(|[time, _]| inside(*time)).map(|[_, mean]| *mean).collect();
                let has_mean = samples.len() > EXACT && !values.is_empty();
                prop_assert_eq!(drawn.len(), usize::from(has_mean));
                for mean in drawn {
                    let expected = values.iter().sum::<f64>() / values.len() as f64;
                    prop_assert!((mean - expected).abs() < 1e-3, "{} and {}", mean, expected);
                }
            }
        }
    }

    #[test]
    fn a_column_is_drawn_the_same_wherever_the_picture_ends(
        seed in any::<u64>(),
        length in 1000_usize..20_000,
        end in 0.3..0.7_f64,
        pixels in 20.0..200.0_f64,
        // Fractions and multiples of a column.
        moved in prop_oneof![0.0..1.0_f64, 1.0..9.0_f64, (1_u32..9).prop_map(f64::from)],
        draw in prop_oneof![Just(Draw::Step), Just(Draw::Line), Just(Draw::Points)],
    ) {
        let run = Run::new(seed, length, 10_000_000);
        let head = run.store.head;
        let (end, span) = (head * end, head * 0.25);
        let before = Grid::showing(end, span, pixels);
        let after = Grid::showing(end + moved * before.step, span, pixels);
        // The columns that both pictures have in full: each begins in the first and ends in the last of its columns.
        let last = before.first + i64::try_from(before.count).unwrap() - 1;
        let both = |time: f64| (after.first + 1) as f64 * after.step <= time && time < last as f64 * after.step;
        prop_assert!(after.first + 1 < last, "{:?} {:?}", before, after);
        for series in run.store.series() {
            let seen = |grid| -> Vec<Vec<Point>> {
                let runs = trace(series, grid, draw, head).runs.into_iter();
                let inside = runs.map(|run| run.into_iter().filter(|[time, _]| both(*time)).collect());
                inside.filter(|run: &Vec<Point>| !run.is_empty()).collect()
            };
            prop_assert_eq!(seen(before), seen(after));
        }
    }
}
