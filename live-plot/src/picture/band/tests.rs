//! Bands, pixel by pixel.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::picture::decimate::Grid;
use crate::picture::dots::Rows as Panel;
use crate::picture::scale::Scale;

const SIZE: i32 = 60;

/// A panel with a pixel for each whole time and each value up to 100.
fn pixels(first: i64, scale: f64) -> Pixels {
    let rows = Panel { scale: Scale::linear((0.0, 100.0)), count: 100 };
    let grid = Grid { first, count: 60, step: 1.0 };
    Pixels { grid, span: SIZE.into(), rows, area: [0, 0, SIZE, 100], scale }
}

/// The points of columns from time `x` on, each with its least and greatest value, and their means.
fn points(x: u32, columns: &[(f64, f64)]) -> (Vec<Point>, Vec<Point>) {
    let (mut run, mut means): (Vec<Point>, Vec<Point>) = Default::default();
    for (x, (low, high)) in (x..).map(|x| f64::from(x) + 0.5).zip(columns) {
        run.extend(run.last().map(|[_, previous]| [x, *previous]));
        run.extend([[x, *low], [x, *high]]);
        means.push([x, f64::midpoint(*low, *high)]);
    }
    (run, means)
}

type Lit = Vec<(i32, i32)>;

fn lit(area: Area) -> Lit {
    let [left, top, right, bottom] = area;
    let columns = left.max(0)..right.min(SIZE);
    columns.flat_map(|x| (top..bottom).map(move |y| (x, y))).collect()
}

/// The pixels inside, and those in full colour.
fn drawn(pixels: &Pixels, (run, means): &(Vec<Point>, Vec<Point>)) -> (Lit, BTreeSet<(i32, i32)>) {
    let (mut inside, mut full) = (Vec::new(), BTreeSet::new());
    super::run(pixels, Draw::Step, run, means, |part| match part {
        Part::Inside(area) => inside.extend(lit(area)),
        Part::Full(area) => full.extend(lit(area)),
        Part::Slope(_) => unreachable!("steps have no slopes"),
    });
    (inside, full)
}

fn dense() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let column = (-20.0..120.0_f64, 0.0..60.0_f64).prop_map(|(low, high)| (low, low + high));
    prop::collection::vec(column, 1..60)
}

proptest! {
    #[test]
    fn each_pixel_of_the_line_is_painted_and_no_faint_one_twice(
        x in 0_u32..60,
        columns in dense(),
        scale in 1.0..3.0_f64,
    ) {
        let (pixels, points) = (pixels(0, scale), points(x, &columns));
        let mut wanted = BTreeSet::new();
        pixels.steps(&points.0, |area| wanted.extend(lit(area)));
        let (inside, full) = drawn(&pixels, &points);
        let faint: BTreeSet<_> = inside.iter().copied().collect();
        prop_assert_eq!(faint.len(), inside.len(), "some are painted twice");
        prop_assert_eq!(&faint | &full, wanted);
    }

    #[test]
    fn a_spike_is_in_full_colour_however_wide_the_line_is(
        at in 0_usize..60,
        is_up in any::<bool>(),
        scale in 1.0..4.0_f64,
    ) {
        let noise = |x: usize| (30.0 - (x * 7 % 5) as f64, 70.0 + (x * 5 % 7) as f64);
        let mut columns: Vec<_> = (0..60).map(noise).collect();
        if is_up { columns[at].1 = 99.0 } else { columns[at].0 = 1.0 }
        let (inside, full) = drawn(&pixels(0, scale), &points(0, &columns));
        let x = i32::try_from(at).unwrap();
        for row in if is_up { 5..20 } else { 80..95 } {
            prop_assert!(full.contains(&(x, row)) && !inside.contains(&(x, row)), "row {}", row);
        }
        // Half way from the mean to the edges.
        prop_assert!((10..50).all(|x| inside.contains(&(x, 40)) && !full.contains(&(x, 40))));
    }

    #[test]
    fn a_column_looks_the_same_wherever_it_is(columns in dense(), moved in 0_i32..30) {
        let points = points(30, &columns);
        let at = |first: i64| {
            let (inside, full) = drawn(&pixels(first, 1.0), &points);
            let shift = i32::try_from(first).unwrap();
            // But for what the edges of the panel cut off.
            let seen = |all: BTreeSet<(i32, i32)>| {
                let all = all.into_iter().map(|(x, y)| (x + shift, y));
                all.filter(|(x, _)| (30 + 8..60 - 8).contains(x)).collect::<Vec<_>>()
            };
            (seen(inside.into_iter().collect()), seen(full))
        };
        prop_assert_eq!(at(0), at(i64::from(moved)));
    }

    #[test]
    fn a_line_is_all_edge_where_columns_have_few_samples(columns in dense(), few in 0_u32..4) {
        // One of each group; the others have many.
        let (run, mut means) = points(0, &columns);
        means.retain(|[time, _]| time.floor() % 4.0 != f64::from(few));
        let (inside, _) = drawn(&pixels(0, 1.0), &(run, means));
        // But for the end, where the last column is a group by itself.
        let end = i32::try_from(columns.len()).unwrap() / 4 * 4 - 4;
        prop_assert!(inside.iter().all(|(x, _)| *x >= end), "{:?}", inside);
    }
}

#[test]
fn a_sloping_line_joins_its_dense_parts() {
    let (mut run, mut means) = (vec![[0.5, 50.0], [10.0, 60.0]], Vec::new());
    for from in [20, 40] {
        let part = points(from, &[(20.0, 80.0); 8]);
        run.extend(part.0);
        means.extend(part.1);
    }
    run.push([55.0, 50.0]);
    let (mut slopes, mut inside) = (Vec::new(), BTreeSet::new());
    super::run(&pixels(0, 1.0), Draw::Line, &run, &means, |part| match part {
        Part::Inside(area) => inside.extend(area[0]..area[2]),
        Part::Full(_) => {}
        Part::Slope(points) => slopes.push(points),
    });
    let ends: Vec<_> = slopes.iter().map(|slope| [slope[0], slope[slope.len() - 1]]).collect();
    let [first, last] = [20.0, 80.0];
    assert_eq!(
        ends,
        [[[0.5, 50.0], [20.5, first]], [[27.5, last], [40.5, first]], [[47.5, last], [55.0, 50.0]],]
    );
    // The line is two pixels wide, also at its end.
    assert_eq!(inside, (20..29).chain(40..49).collect());
}

#[test]
fn the_newest_columns_are_no_spike_however_few_samples_the_last_has() {
    for end in 30..38 {
        for (low, high) in [(40.0, 60.0), (50.0, 50.0), (0.0, 100.0)] {
            let mut columns = vec![(10.0, 90.0); end];
            columns[end - 1] = (low, high);
            let (run, mut means) = points(0, &columns);
            // A sample or two are drawn one by one.
            means.pop();
            let (inside, full) = drawn(&pixels(0, 1.0), &(run, means));
            for x in (0..end - 1).map(|x| i32::try_from(x).unwrap()) {
                assert!(inside.contains(&(x, 30)) && !full.contains(&(x, 30)), "{x} of {end}");
            }
        }
    }
}
