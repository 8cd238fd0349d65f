//! live-plot's picture in characters, as a log or a terminal gets it.

use std::process::Command;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::plot::{fed, live_plot};
use tests::processes::{Mark, sleeps, state};
use tests::terminal::{NUMBERS, Screen, Terminal};
use tests::{Finished, in_one_of_five, run, wait_until};

/// The rows of the plot: what stands after the axis of values.
fn rows(end: &Finished) -> Vec<Vec<char>> {
    let after = |line: &String| {
        let axis = line.chars().position(|glyph| matches!(glyph, '│' | '┤'))?;
        Some(line.chars().skip(axis + 1).collect())
    };
    end.out.iter().filter_map(after).collect()
}

/// Which rows of dots are lit in a column of cells.
fn lit(rows: &[Vec<char>], column: usize) -> Vec<usize> {
    let is_braille = |glyph: &&char| ('\u{2800}'..='\u{28ff}').contains(*glyph);
    let bits = |row: &Vec<char>| {
        row.get(column).filter(is_braille).map_or(0, |glyph| u32::from(*glyph) - 0x2800)
    };
    // The bits of the rows of a character of braille.
    let parts = [0x09, 0x12, 0x24, 0xc0];
    let dots = rows.iter().map(bits).enumerate().flat_map(|(y, bits)| {
        let lit = parts.iter().enumerate().filter(move |(_, part)| bits & **part != 0);
        lit.map(move |(row, _)| y * 4 + row)
    });
    dots.collect()
}

#[test]
fn a_pipe_gets_one_still_of_the_whole_input_as_plain_text_of_the_size_that_was_asked_for() {
    let input: String =
        (0..100_000).map(|n| format!("{}\n", if n == 61_803 { 9 } else { 0 })).collect();
    let end = fed(&["--terminal", "--size", "100x30"], &input);
    assert_eq!(end.status.code(), Some(0), "{:?}", end.err);
    assert_eq!(end.out.len(), 30);
    assert!(end.out.iter().all(|line| line.chars().count() <= 100 && !line.ends_with(' ')));
    assert!(!end.out.concat().contains('\x1b'));
    assert!(end.out[0].contains("value 0") && end.out[0].contains("0 … 9"), "{}", end.out[0]);
    assert_eq!(end.out[29], "100000 samples");
    // One spike of 100,000 values, at its place, from the bottom to its height.
    let rows = rows(&end);
    let spikes: Vec<usize> = (0..100).filter(|column| lit(&rows, *column).len() > 1).collect();
    let [spike] = spikes[..] else { panic!("{spikes:?}\n{}", end.out.join("\n")) };
    let wide = rows.iter().map(Vec::len).max().unwrap() as f64;
    assert!((spike as f64 - wide * 0.61803).abs() <= 1.0, "{spike} of {wide}");
    let dots = lit(&rows, spike);
    assert!(dots.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{dots:?}");
    // From 0 to 9 on an axis from 0 to 10.
    let (height, whole) = (dots.len() as f64, rows.len() as f64 * 4.0);
    assert!((height / whole - 0.9).abs() < 0.03, "{height} of {whole}");
}

#[test]
fn a_still_has_the_default_size_and_the_same_bytes_each_time() {
    let ends = [0; 2].map(|_| fed(&["--terminal", "--title", "Two"], "a=1 b=9\na=2 b=8\n"));
    assert_eq!(ends[0].out, ends[1].out);
    assert_eq!(ends[0].out.len(), 24);
    assert_eq!(ends[0].out[0].trim(), "Two");
    // Without colours each series has a panel, with its name above it.
    for name in ["a 2", "b 8"] {
        let headings = ends[0].out.iter().filter(|line| line.contains(name));
        assert_eq!(headings.count(), 1, "{name}: {:#?}", ends[0].out);
    }
}

#[test]
fn a_still_is_coloured_when_it_is_asked_to_be() {
    let end = fed(&["--terminal", "--color", "always"], "1\n2\n");
    assert!(end.out.concat().contains("\x1b["), "{:?}", end.out);
}

#[test]
fn a_still_comes_beside_files_and_alone_on_stdout() {
    let folder = tests::plot::Folder::new("still");
    let csv = folder.path("x.csv");
    let end = fed(&["--terminal", "--csv", &csv], "1\n2\n");
    assert_eq!((end.status.code(), end.out.len()), (Some(0), 24), "{:?}", end.err);
    assert_eq!(std::fs::read_to_string(csv).unwrap(), "sample,value\n1,1\n2,2\n");
    let end = fed(&["--terminal", "--summary"], "1\n");
    assert_eq!((end.status.code(), end.out.len()), (Some(2), 0));
    assert!(end.err[0].contains("--terminal"), "{:?}", end.err);
}

#[test]
fn a_size_in_cells_has_other_limits_than_one_in_pixels() {
    for (args, way_out) in [
        (&["--terminal", "--size", "1280x720"][..], "in cells"),
        (&["--terminal", "--size", "19x5"], "in cells"),
        (&["--size", "100x30"], "in pixels"),
        (&["--svg", "-", "--size", "100x30"], "in pixels"),
    ] {
        let end = run(live_plot(args));
        assert_eq!(end.status.code(), Some(2), "{args:?}");
        assert!(end.err[0].contains(way_out), "{args:?}: {:?}", end.err);
    }
}

#[test]
fn nothing_to_draw_is_an_error_and_no_empty_picture() {
    let end = fed(&["--terminal"], "");
    assert_eq!((end.status.code(), end.out.len()), (Some(1), 0));
}

/// The pid of the one live-plot in a terminal, by its mark.
fn pid(mark: &Mark) -> Pid {
    wait_until("live-plot runs", || {
        mark.bearers().into_iter().find(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name == "live-plot\n")
        })
    })
}

fn has_ended(pid: Pid) -> Option<()> {
    matches!(state(pid), None | Some('Z')).then_some(())
}

/// A terminal whose processes are found by a mark.
fn marked(size: (u16, u16), variables: &[(&str, &str)]) -> (Terminal, Mark) {
    let mut command = Command::new("true");
    let mark = Mark::on(&mut command);
    let (name, value) = command.get_envs().next().unwrap();
    let set = (name.to_str().unwrap(), value.unwrap().to_str().unwrap());
    (Terminal::new(size, &[&[set], variables].concat()), mark)
}

#[test]
fn without_a_display_it_draws_in_the_terminal_and_says_so() {
    let terminal = Terminal::new((80, 24), &[]);
    let settings = terminal.settings();
    terminal.enter(&format!("({NUMBERS}) | $L"));
    let screen = terminal.wait_for("● live");
    assert!(!screen.has_cursor);
    assert_eq!(screen.rows().len(), 24);
    assert!(
        screen.text().contains("a ") && !screen.text().contains('?')
            || screen.text().contains("? keys")
    );
    terminal.press("q");
    let screen = terminal.wait_for_prompt();
    let said = screen.lines.iter().any(|line| line.contains("--png FILE"));
    assert!(said, "{:#?}", screen.lines);
    assert_eq!(terminal.settings(), settings);
    assert_eq!(terminal.ask("echo ${PIPESTATUS[1]}"), "0");
}

#[test]
fn keys_do_what_they_do_in_the_window() {
    let terminal = Terminal::new((100, 40), &[]);
    terminal.enter(&format!("({NUMBERS}) | $L --terminal"));
    terminal.wait_for("20 samples");
    terminal.press(" ");
    terminal.wait_for("● paused");
    terminal.press("?");
    terminal.wait_for("hide this list");
    terminal.press("\x1b");
    terminal.wait("the list is gone", |screen| !screen.text().contains("hide this list"));
    terminal.press("\x1b[F");
    terminal.wait_for("● live");
    terminal.press("\x1b[H");
    terminal.wait_for("● paused");
    // The wheel and + show less time: the axis has other labels.
    let before = terminal.wait_for("10 s");
    assert!(before.text().contains("0 s"));
    terminal.press("++++");
    let is_decimal = |text: &str| {
        let mut last = text.chars().rev();
        last.next().is_some_and(|c| c.is_ascii_digit()) && last.next() == Some('.')
    };
    let has_decimals = |screen: &Screen| screen.text().split(" s").any(is_decimal);
    terminal.wait("times with decimals", has_decimals);
    terminal.press(" ");
    terminal.wait_for("● live");
    terminal.press("q");
    terminal.wait_for_prompt();
}

#[test]
fn a_paused_picture_costs_nothing_and_a_moving_one_is_sent_in_parts() {
    let (terminal, mark) = marked((80, 24), &[]);
    terminal.enter(&format!("({NUMBERS}) | $L --terminal"));
    terminal.wait_for("20 samples");
    terminal.press(" ");
    terminal.wait_for("● paused");
    let pid = pid(&mark);
    let woken = || sleeps(pid).unwrap();
    // What was under way has come.
    let quiet = || {
        let (sent, slept) = (terminal.received(), woken());
        std::thread::sleep(Duration::from_millis(500));
        (terminal.received() - sent, woken() - slept)
    };
    in_one_of_five(|| match quiet() {
        (0, 0..=2) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    // Other colours are another picture, all of it.
    let sent = terminal.received();
    terminal.press("d");
    wait_until("all is sent again", || (terminal.received() - sent > 1000).then_some(()));
    terminal.press("q");
    terminal.wait_for_prompt();
}

#[test]
fn another_size_has_another_picture_and_the_smallest_still_has_one() {
    let terminal = Terminal::new((80, 24), &[]);
    terminal.enter(&format!("({NUMBERS}) | $L --terminal"));
    terminal.wait_for("● live");
    for size in [(200, 50), (40, 10), (20, 5), (3, 2), (80, 24)] {
        terminal.resize(size);
        let fills = |screen: &Screen| {
            let text = screen.text();
            !text.contains("??") && text.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c))
        };
        terminal.wait(&format!("a picture of {size:?}"), fills);
    }
    terminal.wait_for("● live");
    terminal.press("q");
    terminal.wait_for_prompt();
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let terminal = Terminal::new((80, 24), &[]);
    let settings = terminal.settings();
    terminal.enter(&format!("({NUMBERS}) | $L --terminal"));
    for _ in 0..3 {
        terminal.wait_for("● live");
        terminal.press("\x1a");
        terminal.wait_for_prompt();
        // bash takes the terminal back with its own settings, which are those it found.
        assert!(terminal.ask("jobs | head -n 1").contains("Stopped"));
        terminal.enter("fg");
    }
    terminal.wait_for("● live");
    terminal.press("\x03");
    terminal.wait_for_prompt();
    assert_eq!(terminal.settings(), settings);
}

#[test]
fn every_way_out_puts_the_terminal_back() {
    for (way, signal) in [
        ("q", None),
        ("\x03", None),
        ("", Some(Signal::SIGTERM)),
        ("", Some(Signal::SIGHUP)),
        ("", Some(Signal::SIGINT)),
    ] {
        let (terminal, mark) = marked((80, 24), &[]);
        let settings = terminal.settings();
        terminal.enter(&format!("({NUMBERS}) | $L --terminal"));
        terminal.wait_for("● live");
        match signal {
            Some(signal) => kill(pid(&mark), signal).unwrap(),
            None => terminal.press(way),
        }
        terminal.wait_for_prompt();
        assert_eq!(terminal.settings(), settings, "{way:?} {signal:?}");
    }
    let terminal = Terminal::new((80, 24), &[]);
    let settings = terminal.settings();
    terminal.enter("seq 9 | $L --terminal --exit");
    terminal.wait_for_prompt();
    assert_eq!(terminal.settings(), settings);
    assert_eq!(terminal.ask("echo ${PIPESTATUS[1]}"), "0");
}

#[test]
fn the_end_of_the_input_is_shown_also_of_a_producer_that_was_killed_and_of_one_that_ends_while_paused()
 {
    let terminal = Terminal::new((80, 24), &[]);
    terminal.enter("sh -c 'echo 5; kill -9 $$' | $L --terminal");
    terminal.wait_for("● stream ended");
    terminal.press("q");
    terminal.wait_for_prompt();
    terminal.enter("(echo 5; read line </dev/null; sleep 1) | $L --terminal");
    terminal.wait_for("● live");
    terminal.press(" ");
    terminal.wait_for("● stream ended");
    terminal.press("q");
    terminal.wait_for_prompt();
}

#[test]
fn what_it_reports_does_not_tear_the_picture_and_is_printed_at_the_end() {
    let terminal = Terminal::new((80, 24), &[]);
    terminal.enter("(echo 5; echo five; sleep 60) | $L --terminal");
    let screen = terminal.wait_for("1 rejected");
    assert!(!screen.text().contains("must be a number"), "{}", screen.text());
    terminal.press("\x03");
    let screen = terminal.wait_for_prompt();
    let reports = screen.lines.iter().filter(|line| line.contains("must be a number"));
    assert_eq!(reports.count(), 1, "{:#?}", screen.lines);
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_neither_input_nor_signals() {
    for is_stopped in [true, false] {
        let (terminal, mark) = marked((200, 50), &[]);
        let fifo = tests::plot::Folder::new(&format!("stalled-{is_stopped}"));
        let done = fifo.path("done");
        terminal.enter(&format!(
            "(seq 100; sleep 0.5; seq 3000000; touch {done}; sleep 60) | $L --terminal"
        ));
        terminal.wait_for("● live");
        match is_stopped {
            true => terminal.press("\x13"),
            false => terminal.set_read(false),
        }
        // All of it was read.
        wait_until("the input is read", || std::path::Path::new(&done).exists().then_some(()));
        let pid = pid(&mark);
        kill(pid, Signal::SIGTERM).unwrap();
        wait_until("live-plot ends", || has_ended(pid));
        terminal.set_read(true);
        let screen = terminal.wait("the first screen", |screen| !screen.is_other);
        assert!(screen.has_cursor);
        for left in mark.bearers() {
            let _ = kill(left, Signal::SIGKILL);
        }
    }
}

#[test]
fn a_dumb_terminal_gets_a_still_and_no_sequence() {
    let terminal = Terminal::new((80, 24), &[("TERM", "dumb")]);
    terminal.enter("seq 9 | $L --terminal");
    let screen = terminal.wait_for_prompt();
    assert!(screen.lines.iter().any(|line| line.contains("9 samples")), "{:#?}", screen.lines);
    // By itself it is no place for a picture.
    terminal.enter("seq 9 | $L");
    let screen =
        terminal.wait("a way out", |s| s.lines.iter().any(|line| line.contains("--terminal")));
    assert!(!screen.is_other);
}

#[test]
fn numbers_that_would_be_typed_at_the_picture_are_refused() {
    let terminal = Terminal::new((80, 24), &[]);
    terminal.enter("$L --terminal");
    let screen = terminal.wait_for_prompt();
    assert!(screen.lines.iter().any(|line| line.contains("pipe them in")), "{:#?}", screen.lines);
    assert_eq!(terminal.ask("echo $?"), "2");
}

#[test]
fn without_colours_no_colour_is_sent_and_each_series_has_a_panel() {
    let terminal = Terminal::new((80, 24), &[("NO_COLOR", "1")]);
    terminal.enter("(echo up=1 down=2; sleep 60) | $L --terminal");
    let screen = terminal.wait_for("down 2");
    let row = |name: &str| screen.rows().iter().position(|row| row.contains(name)).unwrap();
    assert!(row("down 2") > row("up 1") + 4, "{}", screen.text());
    terminal.press("p");
    terminal.wait("one panel", |screen| {
        screen.rows().iter().any(|row| row.contains("up 1") && row.contains("down 2"))
    });
    terminal.press("\x03");
    terminal.wait_for_prompt();
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let (terminal, mark) = marked((80, 24), &[]);
    terminal.enter("trap '' HUP");
    terminal.enter("(echo 1; sleep 60) | $L --terminal");
    terminal.wait_for("● live");
    let pid = pid(&mark);
    drop(terminal);
    wait_until("live-plot ends", || has_ended(pid));
    for left in mark.bearers() {
        let _ = kill(left, Signal::SIGKILL);
    }
}
