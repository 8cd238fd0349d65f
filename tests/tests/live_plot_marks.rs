//! live-plot `--marks` from outside: a line without a number is a vertical line with its text.

use std::process::Stdio;

use tests::Running;
use tests::plot::{Folder, fed, live_plot};
use tests::terminal::Terminal;
use tests::window::Screen;
use tests::{program, run, wait_until};

/// The colour of a mark's line in the dark theme, which is no other's.
const MARK: [u8; 3] = [0xc0, 0x80, 0xff];

/// The number behind a word of a line of SVG.
fn number(line: &str, before: &str) -> f64 {
    let rest = line.split(before).nth(1).unwrap_or_else(|| panic!("{before} in {line}"));
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].parse().unwrap()
}

/// Where the vertical lines of marks are, from the left.
fn lines(svg: &[String]) -> Vec<f64> {
    let is_line =
        |line: &&String| line.contains("stroke=\"#c080ff\" stroke-opacity") && line.contains('V');
    svg.iter().filter(is_line).map(|line| number(line, "d=\"M")).collect()
}

/// Where a text begins.
fn text(svg: &[String], text: &str) -> Option<f64> {
    let line = svg.iter().find(|line| line.contains(&format!(">{text}</text>")))?;
    Some(number(line, "<text x=\""))
}

#[test]
fn a_mark_stands_at_the_next_sample_with_its_text() {
    let input: String = (1..=101)
        .map(|n| if n == 51 { "deploy <b>&\n51\n".to_owned() } else { format!("{n}\n") })
        .collect();
    let end = fed(&["--marks", "--svg", "-"], &input);
    assert!(end.err.is_empty(), "{:?}", end.err);
    let [line] = lines(&end.out)[..] else { panic!("{:?}", end.out) };
    // Of 1 to 101 it is in the middle.
    assert!((line - f64::midpoint(64.0, 1256.0)).abs() <= 2.0, "{line}");
    let text = text(&end.out, "deploy &lt;b&gt;&amp;").unwrap_or_else(|| panic!("{:?}", end.out));
    assert!((text - line - 4.0).abs() <= 0.1, "{text} beside {line}");
}

#[test]
fn the_time_of_a_mark_is_off_its_text_only_if_it_stands_there() {
    let svg = |input: &str| fed(&["--marks", "--time", "time", "--svg", "-"], input).out;
    let json = |mark: &str| {
        svg(&format!(
            "{{\"time\":\"2024-01-12T10:11:12Z\",\"v\":1}}\n{mark}\n{{\"time\":\"2024-01-12T10:11:20Z\",\"v\":2}}\n"
        ))
    };
    // Of the plot's width, which begins at 64 and ends at 1256, three eighths; and the next sample.
    for (mark, word, place) in
        [("10:11:15 deploy", "deploy", 511.0), ("deploy it now", "deploy it now", 1256.0)]
    {
        let out = json(mark);
        let [line] = lines(&out)[..] else { panic!("{out:?}") };
        assert!((line - place).abs() <= 2.0 && text(&out, word).is_some(), "{mark}: {out:?}");
    }
    let out = svg("time v\n10 1\n20 2\n10:11:17 deploy\n30 1\n40 2\n");
    let [line] = lines(&out)[..] else { panic!("{out:?}") };
    assert!((line - (64.0 + 1192.0 * 2.0 / 3.0)).abs() <= 2.0, "{line}");
    assert!(text(&out, "10:11:17 deploy").is_some(), "{out:?}");
}

#[test]
fn without_the_option_such_a_line_is_reported_and_no_more() {
    let plain = fed(&["--svg", "-"], "1\n2\n3\n");
    let end = fed(&["--svg", "-"], "1\n2\ndeploy\n3\n");
    assert_eq!(end.out, plain.out);
    assert_eq!(end.err, ["Input must be a number. (line 3)"]);
}

#[test]
fn a_table_is_the_same_with_marks_and_reads_back() {
    let folder = Folder::new("marks");
    let (with, without) = (folder.path("with.csv"), folder.path("without.csv"));
    fed(&["--marks", "--csv", &with], "a b\n1 2\nhello there\n3 4\na b\n5 6\n");
    fed(&["--csv", &without], "a b\n1 2\n3 4\na b\n5 6\n");
    assert_eq!(std::fs::read(with).unwrap(), std::fs::read(without).unwrap());
}

#[test]
fn marks_before_and_after_all_samples_are_at_the_edges() {
    let end = fed(&["--marks", "--svg", "-"], "starting up now\n1 2\n3 4\nended\n");
    let at = lines(&end.out);
    assert!(at.len() == 2 && at[0] < 66.0 && at[1] > 1254.0, "{at:?}");
    // The last one has no room behind it: its text ends there.
    assert_eq!(text(&end.out, "ended"), Some(at[1] - 4.0), "{:?}", end.out);
    assert!(end.out.iter().any(|line| line.contains("\"end\"") && line.contains(">ended<")));
}

#[test]
fn a_flood_of_marks_is_a_line_a_column_and_bounded() {
    let input: String = (0..300_000).map(|n| format!("{n}\nsome words\n")).collect();
    let end = fed(&["--marks", "--svg", "-"], &input);
    let at = lines(&end.out);
    // The newest 100,000 of 300,000, at most one a column.
    assert!(at.len() <= 1192 && at.windows(2).all(|pair| pair[0] < pair[1]), "{at:?}");
    assert!((at[0] - (64.0 + 1192.0 * 2.0 / 3.0)).abs() < 3.0, "{}", at[0]);
    // At the last sample there are few.
    let texts = end.out.iter().filter(|line| line.contains(">some words")).count();
    assert!((3..6).contains(&texts), "{texts}");
}

#[test]
fn a_still_in_characters_has_them_too() {
    let end = fed(&["--marks", "--terminal", "--size", "60x16"], "1\n2\ndeploy\n3\n4\n");
    let column = |line: &String, glyph| line.chars().position(|c| c == glyph);
    let lines: Vec<usize> = end.out.iter().filter_map(|line| column(line, '┊')).collect();
    assert!(lines.len() >= 8 && lines.iter().all(|at| *at == lines[0]), "{:#?}", end.out);
    let text = end.out[1].find("deploy").unwrap_or_else(|| panic!("{:#?}", end.out));
    assert_eq!(text, lines[0], "the text begins at its line");
}

#[test]
fn forkers_lines_mark_its_ticks() {
    let mut forker = program("forker");
    forker.args(["-i", "10ms", "-e", "4", "-n", "2", "--", "true"]);
    let forked = run(forker);
    let end = fed(&["--marks", "--svg", "-"], &(forked.out.join("\n") + "\n"));
    assert!(end.err.is_empty(), "{:?} of {:?}", end.err, forked.out);
    // The child's own line comes whenever it does.
    assert!((2..=4).contains(&lines(&end.out).len()), "{:?}", forked.out);
    assert!(end.out.iter().any(|line| line.contains(">About to fork...")), "{:?}", end.out);
}

#[test]
fn the_file_and_the_environment_set_it_too() {
    let mut command = live_plot(&["--svg", "-"]);
    command.env("LIVE_PLOT_MARKS", "true").stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write("1\ndeploy\n2\n");
    plot.end_input();
    assert_eq!(lines(&plot.finish().out).len(), 1);
}

#[test]
fn a_live_terminal_shows_one_as_it_comes() {
    let terminal = Terminal::new((80, 24), &[]);
    terminal.enter("(echo 1; echo deploy; while sleep .1; do echo 1; done) | $L --marks");
    terminal.wait("the mark and its text", |screen| {
        screen.text().contains("deploy") && screen.text().matches('┊').count() > 10
    });
    terminal.press("q");
    terminal.wait_for_prompt();
}

#[test]
#[ignore = "needs Xvfb"]
fn a_window_shows_one_as_it_comes_until_its_time_has_passed() {
    let screen = Screen::start();
    let mut plot = Running::start({
        let mut command = screen.show(live_plot(&["--marks", "-w", "10s", "-y", "-10:10"]));
        command.stdin(Stdio::piped());
        command
    });
    let window = screen.window("live-plot");
    plot.write("1\ndeploy\n");
    // A line of its colour as high as the plot.
    let line = || {
        let picture = screen.picture(window);
        let is_line = |x: &usize| (420..600).all(|y| picture.is(*x, y, MARK));
        (0..picture.width).find(is_line)
    };
    wait_until("the mark is there", line);
    wait_until("it has left with its time", || line().is_none().then_some(()));
}

#[test]
fn a_text_at_the_edge_leaves_the_mark_before_it_alone() {
    let mut input: String = (0..100).map(|n| format!("{n}\n")).collect();
    input.insert_str(input.find("82\n").unwrap(), "one before\n");
    input += "the last of them, whose text is long\n";
    let end = fed(&["--marks", "--svg", "-"], &input);
    let at = lines(&end.out);
    let text = end.out.iter().find(|line| line.contains(">the last")).unwrap();
    // A letter is at most 11.5 pixels wide.
    let shown = text.split_once('>').unwrap().1.trim_end_matches("</text>").chars().count();
    assert!(text.contains('…') && shown as f64 * 6.0 < at[1] - at[0], "{text} {at:?}");
    // The line of a mark goes on beside its text, if it has one.
    let beside = end.out.iter().filter(|line| line.contains("stroke=\"#c080ff\"/>"));
    assert_eq!(beside.map(|line| number(line, "d=\"M")).collect::<Vec<_>>(), [at[1]]);
}
