//! The programs together, joined by the shell's pipes.

use std::process::Stdio;

use tests::window::Screen;
use tests::{Running, program, wait_until};

#[test]
#[ignore = "needs Xvfb"]
fn closing_the_window_ends_the_forker_that_feeds_it() {
    let screen = Screen::start();
    let mut feed = program("forker");
    feed.args(["-q", "-e", "1", "-i", "100ms", "--", "sh", "-c", "echo $(($$ % 7))"]);
    let mut feed = feed.stdout(Stdio::piped()).spawn().unwrap();
    let mut plot = screen.show(program("live-plot"));
    plot.stdin(Stdio::from(feed.stdout.take().unwrap()));
    let mut plot = Running::start(plot);
    let window = screen.window("live-plot");
    wait_until("something is drawn", || {
        let picture = screen.picture(window);
        let mut rows = 40..picture.height - 40;
        rows.any(|y| (60..80).any(|x| picture.is(x, y, [0x56, 0xb4, 0xe9]))).then_some(())
    });
    screen.close(window);
    assert_eq!(plot.wait().code(), Some(0));
    let status = wait_until("forker ends", || feed.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}
