//! live-plot's picture, pixel by pixel: the line is where the numbers put it, whole, and stays the same as it
//! moves on.

use std::time::{Duration, Instant};

use tests::plot::{line_end, rise, shown};
use tests::wait_until;
use tests::window::Screen;

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
