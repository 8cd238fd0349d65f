//! live-plot's window under a person's hands: what the keys, the mouse and its wheel do.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tests::plot::{
    END, Folder, HOME, LINE, SPACE, assert_frames, assert_idle, line_end, live_plot, rise, shown,
    wait_still,
};
use tests::window::{Picture, Screen};
use tests::{Running, wait_until};
use x11rb::protocol::xproto::Window;

#[test]
#[ignore = "needs Xvfb"]
fn space_pauses_at_no_cost_and_end_goes_on() {
    let screen = Screen::start();
    let begun = Instant::now();
    let mut plot = shown(&screen, &["-v", "-w", "2s"]);
    let window = screen.window("live-plot");
    plot.write("1\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    screen.press(window, SPACE);
    let paused = wait_still(&screen, window, true);
    let live = begun.elapsed();
    assert_idle(&mut plot, |plot| {
        for value in 0..30 {
            plot.write(&format!("{value}\n"));
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    assert_eq!(screen.picture(window), paused);
    let paused = Instant::now();
    screen.press(window, END);
    wait_still(&screen, window, false);
    screen.close(window);
    assert_frames(plot.finish(), live + paused.elapsed());
}

#[test]
#[ignore = "needs Xvfb"]
fn home_and_dragging_go_back_while_input_goes_on() {
    let screen = Screen::start();
    let mut plot = shown(&screen, &["-w", "1s"]);
    let window = screen.window("live-plot");
    plot.write("-9\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.write("9\n");
    wait_until("the rise is drawn", || rise(&screen.picture(window)));
    wait_until("the rise has gone", || rise(&screen.picture(window)).is_none().then_some(()));
    // The whole width is a second: some steps back bring the rise into sight again.
    wait_until("the rise is dragged back", || {
        screen.drag((300, 400), (700, 400));
        std::thread::sleep(Duration::from_millis(200));
        rise(&screen.picture(window))
    });
    let seen = wait_still(&screen, window, true);
    plot.write("0\n");
    assert_eq!(wait_still(&screen, window, true), seen);
    screen.press(window, END);
    wait_until("the newest is shown", || rise(&screen.picture(window)).is_none().then_some(()));
    screen.press(window, HOME);
    wait_still(&screen, window, true);
}

#[test]
#[ignore = "needs Xvfb"]
fn s_and_c_save_new_files_and_overwrite_none() {
    const EACH: usize = 3;
    let folder = Folder::new("saved");
    let screen = Screen::start();
    let mut command = screen.show(live_plot(&[]));
    command.stdin(Stdio::piped()).current_dir(&folder.0);
    let mut plot = Running::start(command);
    plot.write("1 2\n3 4\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    let saved = |ending: &str| {
        let mut names = folder.names();
        names.retain(|name| name.starts_with("live-plot-") && name.ends_with(ending));
        names
            .into_iter()
            .map(|name| (std::fs::read(folder.path(&name)).unwrap(), name))
            .collect::<Vec<_>>()
    };
    // Several in the second that is in their names.
    let mut before = Vec::new();
    for count in 1..=EACH {
        screen.press(window, u32::from(b's'));
        screen.press(window, u32::from(b'c'));
        let now = wait_until("the files are whole", || {
            let (pictures, tables) = (saved(".png"), saved(".csv"));
            let is_whole = pictures.iter().all(|(file, _)| file.ends_with(b"IEND\xae\x42\x60\x82"))
                && tables.iter().all(|(file, _)| file.ends_with(b",3,4\n"));
            (pictures.len() == count && tables.len() == count && is_whole)
                .then(|| [pictures, tables].concat())
        });
        assert!(before.iter().all(|file| now.contains(file)), "a file was overwritten");
        before = now;
        plot.write("9 9\n3 4\n");
    }
    let table = saved(".csv").remove(0).0;
    assert!(table.starts_with(b"time,c1,c2\n"), "{}", String::from_utf8_lossy(&table));
    assert_eq!(folder.names().len(), 2 * EACH);
}

/// How far apart two edges are, a pulse's rise and its fall.
fn pulse(picture: &Picture) -> Option<usize> {
    let left = rise(picture)?;
    let is_lit = |x: &usize| (200..500).all(|y| picture.is(*x, y, LINE));
    let right = (left + 4..picture.width).find(is_lit)?;
    Some(right - left)
}

#[test]
#[ignore = "needs Xvfb"]
fn keys_and_the_wheel_change_the_time_that_is_seen_and_it_still_follows() {
    let screen = Screen::start();
    // Time passes as it is told.
    let mut plot = shown(&screen, &["--time", "t", "-w", "100s"]);
    let window = screen.window("live-plot");
    plot.write("t=0 v=-9\nt=90 v=9\nt=95 v=-9\nt=100 v=-9\n");
    let width = wait_until("the pulse is drawn", || pulse(&screen.picture(window)));
    let becomes = |times: f64, within: f64| {
        let wanted = width as f64 * times;
        wait_until(&format!("the pulse is {wanted} pixels wide"), || {
            let now = pulse(&screen.picture(window))? as f64;
            ((now - wanted).abs() <= within).then_some(())
        });
    };
    for (keysym, times) in [('+', 2.0), ('=', 4.0), ('-', 2.0), ('-', 1.0)] {
        screen.press(window, u32::from(keysym));
        becomes(times, 4.0);
    }
    // Five notches; winit counts the press and the release of a wheel that is no more than a button.
    for (clicks, times) in [(5, 4.0), (-5, 1.0)] {
        screen.wheel((300, 400), clicks);
        becomes(times, 8.0);
    }
    screen.press(window, u32::from('+'));
    becomes(2.0, 8.0);
    let before = rise(&screen.picture(window)).expect("the pulse is seen");
    plot.write("t=110 v=-9\n");
    // Ten of the fifty seconds that are seen now.
    wait_until("the pulse has moved on", || {
        let moved = before.checked_sub(rise(&screen.picture(window))?)?;
        (230..=255).contains(&moved).then_some(())
    });
}

#[test]
#[ignore = "needs Xvfb"]
fn a_mouse_of_a_thousand_events_a_second_gets_no_more_frames_than_a_display_has() {
    let screen = Screen::start();
    let begun = Instant::now();
    let mut plot = shown(&screen, &["-v"]);
    let window = screen.window("live-plot");
    plot.write("1\n");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.end_input();
    let moved = Instant::now();
    for place in (0..200).cycle() {
        screen.point((300 + place, 300));
        std::thread::sleep(Duration::from_millis(1));
        if moved.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    screen.close(window);
    assert_frames(plot.finish(), begun.elapsed());
}

#[test]
#[ignore = "needs Xvfb"]
fn q_and_ctrl_q_close_the_window() {
    let screen = Screen::start();
    for with_ctrl in [false, true] {
        let mut plot = shown(&screen, &[]);
        plot.write("1\n");
        let window = screen.window("live-plot");
        wait_until("it draws", || line_end(&screen.picture(window)));
        match with_ctrl {
            true => screen.press_with_ctrl(window, u32::from(b'q')),
            false => screen.press(window, u32::from(b'q')),
        }
        assert_eq!(plot.wait().code(), Some(0), "{with_ctrl}");
    }
}

/// A plot whose input has ended, and its window as it stays.
fn ended(screen: &Screen) -> (Running, Window, Picture) {
    let mut plot = shown(screen, &[]);
    plot.write("1\n");
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    plot.end_input();
    let picture = wait_still(screen, window, true);
    (plot, window, picture)
}

#[test]
#[ignore = "needs Xvfb"]
fn esc_closes_the_list_of_keys() {
    /// X11/keysymdef.h.
    const ESCAPE: u32 = 0xff1b;
    let screen = Screen::start();
    let (_plot, window, before) = ended(&screen);
    screen.press(window, u32::from(b'?'));
    wait_until("the list is shown", || (screen.picture(window) != before).then_some(()));
    screen.press(window, ESCAPE);
    wait_until("the list has gone", || (screen.picture(window) == before).then_some(()));
}

#[test]
#[ignore = "needs Xvfb"]
fn the_picture_and_the_samples_that_are_seen_are_pasted_elsewhere() {
    let screen = Screen::start();
    let folder = Folder::new("copied");
    let path = folder.path("numbers");
    std::fs::write(&path, "a b\n1 2\n3 nan\n").unwrap();
    let mut command = screen.show(live_plot(&[&path]));
    command.current_dir(&folder.0);
    let _plot = Running::start(command);
    let window = screen.window("live-plot");
    wait_until("it draws", || line_end(&screen.picture(window)));
    // The table first: while it is made, the clipboard is empty.
    screen.press_with_ctrl(window, u32::from(b'C'));
    let text = wait_until("the samples are copied", || {
        let text = screen.clipboard("UTF8_STRING");
        (!text.is_empty()).then_some(text)
    });
    assert_eq!(String::from_utf8_lossy(&text), "sample\ta\tb\n1\t1\t2\n2\t3\tnan\n");
    screen.press_with_ctrl(window, u32::from(b'c'));
    let picture = wait_until("the picture is copied", || {
        let picture = screen.clipboard("image/png");
        (!picture.is_empty()).then_some(picture)
    });
    // Signature, then the header with width and height: PNG, 5.2 and 11.2.1.
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(picture[16..24], [1280_u32.to_be_bytes(), 720_u32.to_be_bytes()].concat());
    assert_eq!(folder.names(), ["numbers"], "nothing is saved");
}

#[test]
#[ignore = "needs Xvfb"]
fn tab_shows_which_button_has_the_keyboard_and_space_presses_it() {
    /// X11/keysymdef.h.
    const TAB: u32 = 0xff09;
    let screen = Screen::start();
    let (_plot, window, _) = ended(&screen);
    // The row of the buttons, right of the legend.
    let buttons = || screen.part(window, (640, 0), (640, 34));
    let changed = |what: &str, before: &Picture| {
        wait_until(what, || Some(buttons()).filter(|now| now != before))
    };
    let before = buttons();
    screen.press(window, TAB);
    let focused = changed("a button has the keyboard", &before);
    screen.press(window, SPACE);
    let pressed = changed("it is pressed", &focused);
    screen.press(window, SPACE);
    changed("it is pressed again", &pressed);
    wait_until("it is as before", || (buttons() == focused).then_some(()));
}

#[test]
#[ignore = "needs Xvfb"]
fn the_menu_has_the_keyboard_while_it_is_open() {
    /// X11/keysymdef.h.
    const TAB: u32 = 0xff09;
    const RETURN: u32 = 0xff0d;
    const DOWN: u32 = 0xff54;
    let screen = Screen::start();
    let (_plot, window, _) = ended(&screen);
    let plot = || screen.part(window, (60, 60), (1200, 600));
    let before = plot();
    // One by one: of several in a frame egui takes the last.
    let press = |key| {
        let before = screen.picture(window);
        screen.press(window, key);
        wait_until("the key is seen", || (screen.picture(window) != before).then_some(()));
        wait_still(&screen, window, true)
    };
    // The menu comes after seven buttons.
    (0..8).for_each(|_| drop(press(TAB)));
    press(RETURN);
    assert!(plot() != before, "it is over the plot");
    // Its third entry is the logarithmic axis.
    let chosen = [DOWN, DOWN, RETURN].map(press).into_iter().last();
    press(u32::from(b'l'));
    assert!(plot() == before, "the axis is linear again, and the menu has gone");
    // The keyboard is where it was: at the button that opens the menu.
    assert!(Some(press(u32::from(b'l'))) == chosen);
    press(RETURN);
    assert!(plot() != before && Some(screen.picture(window)) != chosen);
}
