//! live-plot's picture, pixel by pixel: the line is where the numbers put it, whole, and stays the same as it
//! moves on.

use std::ops::Range;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tests::plot::{LINE, line_end, live_plot, rise, rows, shown, whole};
use tests::random::Random;
use tests::window::{Picture, Screen};
use tests::{Running, wait_until};

#[test]
#[ignore = "needs Xvfb"]
fn the_line_is_where_the_numbers_put_it() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &[]);
    let window = screen.window("live-plot");
    let mut row_of = |value: i32| {
        plot.write(&format!("{value}\n"));
        let mut last = None;
        wait_until("the line's end stands still", || {
            let row = line_end(&screen.picture(window)).map(|(_, row)| row);
            let still = row.is_some() && row == last;
            last = row;
            std::thread::sleep(Duration::from_millis(100));
            row.filter(|_| still)
        })
    };
    let rows = [9, 5, 0, -5, -9].map(|value| (f64::from(value), row_of(value) as f64));
    let [(_, top), .., (_, bottom)] = rows;
    let height = screen.picture(window).height as f64;
    assert!(bottom - top > 0.75 * height * 18.0 / 20.0, "{rows:?} of {height}");
    for (value, row) in rows {
        let expected = top + (9.0 - value) / 18.0 * (bottom - top);
        assert!((row - expected).abs() <= 1.5, "{value}: row {row}, not {expected}; {rows:?}");
    }
}

#[test]
#[ignore = "needs Xvfb"]
fn the_line_moves_left_as_time_passes() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "5s"]);
    let window = screen.window("live-plot");
    plot.write("-9\n");
    wait_until("the window scrolls", || {
        line_end(&screen.picture(window)).filter(|(column, _)| *column > 1250)
    });
    plot.write("9\n");
    let rise = wait_until("the rise is drawn", || rise(&screen.picture(window)));
    let mut last = rise;
    let begin = Instant::now();
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(200));
        let now = wait_until("it is still there", || self::rise(&screen.picture(window)));
        assert!(now <= last, "it moved right, from {last} to {now}");
        last = now;
    }
    let passed = begin.elapsed().as_secs_f64();
    let moved = (rise - last) as f64 / 1206.0 * 5.0;
    // A busy machine draws a frame late, but never at another speed.
    assert!((moved - passed).abs() < 0.7, "moved by {moved} s in {passed} s");
}

/// The plot's edges, in points: to the left of it labels, to the right the half of a dot, above and below it bars.
const LEFT: usize = 56;
const RIGHT: usize = 18;
const ABOVE: usize = 34;
const BELOW: usize = 45;

/// Draws steps at 50 random phases of a pixel in a window of `size` that shows ten seconds, at so many pixels a
/// point, and looks for each in every picture.
fn assert_steps_are_whole(size: (usize, usize), scale: usize) {
    const SPAN: f64 = 10.0;
    let screen = Screen::start();
    let size_text = format!("{}x{}", size.0, size.1);
    let mut command =
        screen.show(live_plot(&["-y", "-10:10", "--time", "t", "-w", "10s", "--size", &size_text]));
    command.env("WINIT_X11_SCALE_FACTOR", scale.to_string()).stdin(Stdio::piped());
    let mut plot = Running::start(command);
    let window = screen.window("live-plot");
    let columns = (size.0 - LEFT - RIGHT) * scale;
    let step = SPAN / columns as f64;
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    // The window is full from the beginning: the line reaches from edge to edge.
    let mut head = SPAN;
    plot.write(&format!("t=0 v=0\nt={head} v=0\n"));
    let mut steps = Vec::new();
    let mut level = None;
    for round in 1..=17 {
        for number in 0..3 {
            // From a fifth of a pixel to a hundred of them, short ones as often as long ones.
            head += step * 0.2 * 500_f64.powf(random.share());
            steps.push(head);
            // Told more than twice, a value is drawn as what happened in its column, not as a sample.
            let times = 1 + 2 * (random.number() % 2) as usize;
            let line = format!("t={head:.9} v={}\n", (round + number) % 2 * 5);
            plot.write(&line.repeat(times));
        }
        // The line's end is seen apart from the last step.
        head += (10 * scale) as f64 * step;
        plot.write(&format!("t={head:.9} v={}\n", round % 2 * 5));
        let mut seen = None;
        let picture = wait_until("the steps are drawn", || {
            let picture = screen.picture(window);
            let now = end_level(&picture, scale);
            let still = now.is_some() && now == seen && now != level;
            seen = now;
            still.then_some(picture)
        });
        let (before, now) = (level.replace(seen.unwrap()), seen.unwrap());
        assert_eq!((picture.width, picture.height), (size.0 * scale, size.1 * scale));
        let inside = ABOVE * scale..picture.height - BELOW * scale;
        let first = (head / step - 1e-6).ceil() - columns as f64;
        let places = steps.iter().map(|at| at / step - first).filter(|place| *place > 2.0);
        let details = || {
            format!(
                "round {round}, phases {:?}",
                places.clone().map(f64::fract).collect::<Vec<_>>()
            )
        };
        if let Err(hole) = whole(&picture, inside, LEFT * scale) {
            panic!("{hole}; {}", details());
        }
        let Some(before) = before else { continue };
        for place in places.clone() {
            // The line is wider than a pixel: where its middle is, it is full, but for a narrow spike's very end.
            let lit = |place: f64| {
                let x = LEFT * scale + place as usize;
                (before.min(now) + scale..=before.max(now) - scale).all(|y| picture.is(x, y, LINE))
            };
            assert!(lit(place - 0.01) || lit(place + 0.01), "no edge at {place}; {}", details());
        }
    }
}

/// The middle of the rows that the line lights just before its end.
fn end_level(picture: &Picture, scale: usize) -> Option<usize> {
    let x = picture.width - (RIGHT + 6) * scale;
    let mut lit =
        (ABOVE * scale..picture.height - BELOW * scale).filter(|y| picture.is(x, *y, LINE));
    let first = lit.next()?;
    let last = lit.next_back().unwrap_or(first);
    (last - first < 4 * scale).then_some(first.midpoint(last))
}

#[test]
#[ignore = "needs Xvfb"]
fn steps_at_fifty_phases_of_a_pixel_have_no_hole() {
    assert_steps_are_whole((1280, 720), 1);
}

#[test]
#[ignore = "needs Xvfb"]
fn steps_have_no_hole_at_two_pixels_a_point() {
    assert_steps_are_whole((640, 400), 2);
}

#[test]
#[ignore = "needs Xvfb"]
fn what_has_scrolled_looks_as_it_did() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "5s"]);
    let window = screen.window("live-plot");
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    plot.write("5\n");
    let end = || line_end(&screen.picture(window)).map(|(column, _)| column);
    let mut level = wait_until("the line's end stands at the edge, the rest scrolls", || {
        let before = end()?;
        std::thread::sleep(Duration::from_millis(300));
        (end()? == before).then(|| end_level(&screen.picture(window), 1))
    });
    for value in [-5, 5].into_iter().cycle().take(24) {
        plot.write(&format!("{value}\n"));
        // Once it is seen, no sample is on its way: what is drawn is all there is.
        let before = wait_until("the step is drawn", || {
            let picture = screen.picture(window);
            let now = end_level(&picture, 1).filter(|now| Some(*now) != level)?;
            level = Some(now);
            Some(picture)
        });
        std::thread::sleep(Duration::from_millis(20).mul_f64(1.0 + 4.0 * random.share()));
        let after = screen.picture(window);
        assert_scrolled(&before, &after);
    }
}

/// Of two pictures with nothing new between them the second is the first, moved to the left by whole pixels. An
/// edge's shade is made from 32-bit coordinates, which differ in their last bit from place to place: it may be
/// rounded to its neighbour of 255.
fn assert_scrolled(before: &Picture, after: &Picture) {
    // But for the dot at the line's end, and for an edge that goes: it does so when its middle is outside, with
    // the half of its width that was still inside.
    let columns = LEFT + 2..before.width - RIGHT - 5;
    let differs = |by: usize, rows: Range<usize>| {
        let overlap =
            (columns.start..columns.end - by).flat_map(move |x| rows.clone().map(move |y| (x, y)));
        overlap.filter(move |(x, y)| !before.is_within(x + by, *y, after.at(*x, *y), 1))
    };
    // Every edge crosses the middle.
    let middle = before.height / 2;
    let misses = |by: &usize| differs(*by, middle..middle + 1).count();
    let by = (0..columns.len() / 2).min_by_key(misses).unwrap();
    let differing: Vec<_> = differs(by, rows(before)).take(10).collect();
    assert!(differing.is_empty(), "moved by {by} pixels, but for {differing:?}");
}

#[test]
#[ignore = "needs Xvfb"]
fn dots_light_the_rows_of_their_values_and_no_others() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-d", "points", "-y", "-1:7", "--time", "t", "-w", "10s"]);
    let window = screen.window("live-plot");
    // Ten thousand a second: some eighty in a pixel column, seven levels, minimum and maximum the same everywhere.
    let lines = (0..=100_000).map(|n| format!("t={:.4} v={}\n", f64::from(n) / 1e4, n % 7));
    plot.write(&lines.collect::<String>());
    plot.end_input();
    let groups = |picture: &Picture, x: usize| {
        let lit: Vec<usize> = rows(picture).filter(|y| picture.is(x, *y, LINE)).collect();
        lit.chunk_by(|above, below| above + 1 == *below).map(<[usize]>::to_vec).collect::<Vec<_>>()
    };
    let picture = wait_until("the levels are drawn", || {
        let picture = screen.picture(window);
        // Those of the newest sample, too.
        let last = groups(&picture, picture.width - RIGHT - 1);
        (last.len() == 7 && last.iter().all(|group| group.len() == 5)).then_some(picture)
    });
    let first = groups(&picture, LEFT + 5);
    let middles: Vec<usize> = first.iter().map(|group| group[group.len() / 2]).collect();
    let apart: Vec<usize> = middles.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(apart.iter().all(|rows| rows.abs_diff(apart[0]) <= 1), "{middles:?}");
    assert!(first.iter().all(|group| group.len() == 5), "{first:?}");
    for x in LEFT + 5..picture.width - RIGHT - 5 {
        assert_eq!(groups(&picture, x), first, "column {x}");
    }
}
