//! live-plot's legend and readout under a pointer: the curve that is pointed at, the one that is hidden, and where the values
//! are read out.

use tests::plot::{LINE, line_end, rows, shown};
use tests::wait_until;
use tests::window::{Picture, Screen};

/// The second series' colour in the dark theme.
const OTHER: [u8; 3] = [0xf5, 0xa6, 0x23];

/// Where the first series is in the legend.
const ENTRY: (i16, i16) = (30, 18);

/// Where nothing is.
const AWAY: (i16, i16) = (1279, 799);

/// How many pixels of the plot have this colour.
fn lit(picture: &Picture, color: [u8; 3]) -> usize {
    let columns = |y| (60..picture.width).filter(move |x| picture.is(*x, y, color));
    rows(picture).skip(20).map(|y| columns(y).count()).sum()
}

#[test]
#[ignore = "needs Xvfb"]
fn pointing_at_a_series_fades_the_others_and_a_click_hides_it() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["--time", "t", "-w", "10s"]);
    let window = screen.window("live-plot");
    plot.write("t=0 a=5 b=-5\nt=10 a=5 b=-5\n");
    plot.end_input();
    let becomes = |what: &str, wanted: [bool; 2]| {
        wait_until(what, || {
            let picture = screen.picture(window);
            ([LINE, OTHER].map(|color| lit(&picture, color) > 40) == wanted).then_some(())
        });
    };
    becomes("both are drawn", [true, true]);
    screen.point(ENTRY);
    becomes("the other one fades", [true, false]);
    screen.point(AWAY);
    becomes("both are bright", [true, true]);
    screen.drag(ENTRY, ENTRY);
    becomes("it is hidden", [false, true]);
    screen.drag(ENTRY, ENTRY);
    screen.point(AWAY);
    becomes("it is shown again", [true, true]);
}

#[test]
#[ignore = "needs Xvfb"]
fn the_readout_is_beside_the_pointer_and_a_dot_is_on_the_curve() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["--time", "t", "-w", "10s"]);
    let window = screen.window("live-plot");
    plot.write("t=0 a=5\nt=10 a=5\n");
    plot.end_input();
    let (_, row) = wait_until("it draws", || line_end(&screen.picture(window)));
    for x in [100, 600, 1200] {
        screen.point((x, i16::try_from(row).unwrap()));
        let x = usize::try_from(x).unwrap();
        wait_until("the curve has a dot under the pointer", || {
            let picture = screen.picture(window);
            let is_dot = (row - 2..=row + 2).all(|y| picture.is(x - 1, y, LINE));
            // Ten pixels to either side the curve goes on.
            let is_free = [x - 10, x + 10]
                .iter()
                .all(|x| (row - 2..=row + 2).any(|y| picture.is(*x, y, LINE)));
            // The readout covers it, on one side.
            let covered = (60..1250)
                .filter(|x| !(row - 3..=row + 3).any(|y| picture.is(*x, y, LINE)))
                .count();
            (is_dot && is_free && (40..300).contains(&covered)).then_some(())
        });
    }
}
