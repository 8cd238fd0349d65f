//! live-plot from outside without a window: its command line, what it reads, its exports and its summary.

use std::fs::{Permissions, metadata, read_link, read_to_string, set_permissions, write};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::plot::{Folder, fed, live_plot, peak_memory, totals};
use tests::processes::wait_for_blocked;
use tests::{Running, run, wait_until};

#[test]
fn without_a_display_it_says_so_in_one_line_and_fails() {
    let mut command = live_plot(&[]);
    command.env_remove("DISPLAY").env("WAYLAND_DISPLAY", "").env_remove("WAYLAND_SOCKET");
    let end = run(command);
    assert_eq!(end.status.code(), Some(1));
    assert_eq!(end.err.len(), 1);
    assert!(end.err[0].starts_with("live-plot: no display"), "{:?}", end.err);
    assert!(end.out.is_empty());
}

#[test]
fn a_display_that_does_not_answer_is_named() {
    let mut command = live_plot(&[]);
    command.env("DISPLAY", ":4095").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let end = run(command);
    assert_eq!(end.status.code(), Some(1));
    assert_eq!(
        end.err,
        [
            "live-plot: cannot open a window on DISPLAY=:4095: Failed to open connection to X server; \
            --png FILE draws without one"
        ]
    );
}

#[test]
fn a_directory_and_a_missing_file_are_refused_by_name() {
    for (path, problem) in [("/", "is a directory"), ("/nonexistent/x", "No such file")] {
        let end = run(live_plot(&[path]));
        assert_eq!(end.status.code(), Some(1), "{path}");
        assert!(
            end.err[0].starts_with(&format!("live-plot: cannot read {path}: {problem}")),
            "{:?}",
            end.err
        );
    }
}

#[test]
fn bad_usage_ends_with_2_and_says_what_is_meant() {
    for (args, text) in [
        (&["--nope"][..], "--nope"),
        (&["-w", "0s"], "1ms"),
        (&["-w", "10"], "500ms"),
        (&["-y", "5:1"], "less than"),
        (&["-d", "curve"], "step"),
        (&["--size", "1x1"], "1280x720"),
        (&["--history", "5"], "256MiB"),
        (&["--summary", "--csv", "-"], "stdout"),
    ] {
        let end = run(live_plot(args));
        assert_eq!(end.status.code(), Some(2), "{args:?}");
        assert!(end.err.join(" ").contains(text), "{args:?}: {:?}", end.err);
    }
}

#[test]
fn an_output_never_replaces_the_input() {
    let folder = Folder::new("replaced");
    let (file, link) = (folder.path("numbers"), folder.path("link"));
    write(&file, "1\n2\n").unwrap();
    symlink(&file, &link).unwrap();
    for args in [[&file, "--csv", &file], [&file, "--svg", &link], [&link, "--png", &file]] {
        let end = run(live_plot(&args));
        assert_eq!(end.status.code(), Some(2), "{args:?}");
        assert!(end.err[0].contains("is the input and would be replaced"), "{:?}", end.err);
    }
    let mut from_stdin = live_plot(&["--csv", &file]);
    from_stdin.stdin(std::fs::File::open(&file).unwrap());
    assert_eq!(run(from_stdin).status.code(), Some(2));
    assert_eq!(read_to_string(&file).unwrap(), "1\n2\n");
}

#[test]
fn two_outputs_do_not_share_a_file_and_a_link_to_nothing_stays_one() {
    let folder = Folder::new("shared");
    let (file, link) = (folder.path("file"), folder.path("link"));
    let end = run(live_plot(&["--csv", &file, "--svg", &file]));
    assert_eq!(end.status.code(), Some(2));
    assert!(end.err[0].contains("two outputs would be"), "{:?}", end.err);
    assert_eq!(folder.names(), [""; 0]);
    symlink("file", &link).unwrap();
    assert_eq!(fed(&["--csv", &link], "1\n").status.code(), Some(0));
    assert_eq!(read_link(&link).unwrap(), Path::new("file"));
    assert_eq!(read_to_string(&file).unwrap(), "sample,value\n1,1\n");
}

#[test]
fn a_fifo_that_nobody_writes_to_is_waited_for_until_a_signal() {
    let folder = Folder::new("fifo");
    let fifo = folder.path("fifo");
    mkfifo(fifo.as_str(), Mode::S_IRWXU).unwrap();
    let plot = Running::start(live_plot(&["--csv", "-", &fifo]));
    wait_for_blocked(plot.pid(), Signal::SIGTERM);
    plot.signal(Signal::SIGTERM);
    let end = plot.finish();
    assert_eq!((end.status.code(), end.out), (Some(0), vec![]));
    let plot = Running::start(live_plot(&["--summary", &fifo]));
    write(&fifo, "1\n2\n").unwrap();
    assert_eq!(totals(&plot.finish()), ["value count=2 min=1 max=2 mean=1.5"]);
}

#[test]
fn a_summary_needs_no_display_and_counts_exactly() {
    let input: String = (1..=100_000).map(|n| format!("{n}\n")).collect();
    let end = fed(&["--summary"], &input);
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(totals(&end), ["value count=100000 min=1 max=100000 mean=50000.5"]);
    assert_eq!(end.err, [""; 0]);
}

#[test]
fn every_kind_of_line_finds_its_series() {
    for (args, input, out) in [
        (
            &["--summary"][..],
            "1,2\r\n3,x",
            &["c1 count=2 min=1 max=3 mean=2", "c2 count=1 min=2 max=2 mean=2"][..],
        ),
        (
            &["--summary"],
            "a b\n1 2\na b\n3 4\n",
            &["a count=2 min=1 max=3 mean=2", "b count=2 min=2 max=4 mean=3"],
        ),
        (
            &["--summary", "--only", "time"],
            "seq=1 time=0.5 ms\nseq=2 time=1.5 ms\n",
            &["time count=2 min=0.5 max=1.5 mean=1"],
        ),
        (
            &["--summary"],
            "{\"b\": {\"x\": 1}, \"a\": 2}\n",
            &["b.x count=1 min=1 max=1 mean=1", "a count=1 min=2 max=2 mean=2"],
        ),
        (
            &["--summary", "--rate", "--time", "t"],
            "t=10 n=1\nt=12 n=5\n",
            &["n count=1 min=2 max=2 mean=2"],
        ),
    ] {
        let end = fed(args, input);
        assert_eq!((totals(&end), &end.err), (out.to_vec(), &vec![]), "{input:?}");
    }
}

#[test]
fn bad_lines_are_reported_with_their_numbers_and_counted() {
    let end = fed(&["--summary"], &format!("1\nabc\n{}5\n", "x\n".repeat(10_000)));
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(end.err[0], "Input must be a number. (line 2)");
    assert!(
        end.err.len() < 40 && end.err.last().unwrap().contains("more such lines"),
        "{:?}",
        end.err
    );
    assert_eq!(totals(&end), ["value count=2 min=1 max=5 mean=3"]);
}

#[test]
fn a_table_has_a_row_a_line_and_a_column_a_series_even_a_late_one() {
    let folder = Folder::new("table");
    let path = folder.path("t.csv");
    // The second series begins after the header was written: beyond the first block that is read.
    let input = format!("{}2 7.25\nnan 8\n", "1\n".repeat(100_000));
    let end = fed(&["--csv", &path], &input);
    assert_eq!((end.status.code(), end.err), (Some(0), vec![]));
    let table = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 100_003);
    assert_eq!(rows[..2], ["sample,value,c2", "1,1,"]);
    assert_eq!(rows[100_001..], ["100001,2,7.25", "100002,nan,8"]);
    assert_eq!(folder.names(), ["t.csv"]);
}

#[test]
fn pictures_are_the_same_twice_and_replace_a_file_only_when_they_are_whole() {
    let folder = Folder::new("pictures");
    let input: String = (0..5000).map(|n| format!("{}\n", f64::from(n).sin() * 20.0)).collect();
    let mut seen = Vec::new();
    for name in ["a", "b"] {
        let (png, svg) = (folder.path(&format!("{name}.png")), folder.path(&format!("{name}.svg")));
        let end =
            fed(&["--png", &png, "--svg", &svg, "--title", "<b>&", "--size", "640x400"], &input);
        assert_eq!((end.status.code(), end.err), (Some(0), vec![]));
        seen.push((std::fs::read(png).unwrap(), std::fs::read(svg).unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
    let (png, svg) = &seen[0];
    // Width and height follow the signature and the first chunk's head: PNG specification, 11.2.2.
    assert_eq!(png[16..24], [0, 0, 2, 128, 0, 0, 1, 144]);
    assert!(String::from_utf8_lossy(svg).contains("&lt;b&gt;&amp;"));

    let end = fed(&["--png", "/dev/full"], "1\n");
    assert_eq!(end.status.code(), Some(1));
    assert!(
        end.err[0].starts_with("live-plot: cannot write /dev/full: No space left")
            && end.err[0].ends_with("; what has been written is not all"),
        "{:?}",
        end.err
    );
    // Refused before anything is read.
    let end = run(live_plot(&["--png", "/nonexistent/x.png"]));
    assert_eq!(end.status.code(), Some(1));
}

/// live-plot with this umask, its stdin a pipe.
fn with_umask(umask: &str, args: &[&str]) -> Running {
    let plot = live_plot(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]);
    shell.arg(plot.get_program()).args(args).env("XDG_CONFIG_HOME", "/nonexistent");
    shell.stdin(Stdio::piped());
    Running::start(shell)
}

#[test]
fn a_private_file_stays_private_while_it_is_replaced_and_a_new_one_follows_the_umask() {
    let folder = Folder::new("private");
    let (private, new) = (folder.path("private.csv"), folder.path("new.csv"));
    let mode = |name: &str| metadata(folder.path(name)).unwrap().permissions().mode() & 0o777;
    write(&private, "secret\n").unwrap();
    set_permissions(&private, Permissions::from_mode(0o600)).unwrap();
    let mut plot = with_umask("000", &["--csv", &private]);
    plot.write("1\n");
    let draft = wait_until("the draft is there", || {
        folder.names().into_iter().find(|name| name != "private.csv")
    });
    assert_eq!(mode(&draft), 0o600, "{draft}");
    plot.end_input();
    assert_eq!(plot.finish().status.code(), Some(0));
    assert_eq!(read_to_string(&private).unwrap(), "sample,value\n1,1\n");
    assert_eq!(mode("private.csv"), 0o600);

    let mut plot = with_umask("027", &["--csv", &new]);
    plot.write("1\n");
    plot.end_input();
    assert_eq!(plot.finish().status.code(), Some(0));
    assert_eq!(mode("new.csv"), 0o640);
    assert_eq!(folder.names(), ["new.csv", "private.csv"]);
}

#[test]
fn a_series_that_never_comes_is_reported() {
    let end = fed(&["--only", "zz,us", "--summary"], "us sy\n1 2\n");
    assert_eq!(end.err, ["Nothing is called zz (--only); not chosen: sy."]);
    assert_eq!((end.status.code(), totals(&end)), (Some(0), vec!["us count=1 min=1 max=1 mean=1"]));
}

#[test]
fn the_file_and_the_environment_name_the_rows_too() {
    let folder = Folder::new("rows");
    let file = folder.path("config.toml");
    write(&file, "rows = [\"gpu\", \"of\"]\n").unwrap();
    let input = "of,gpu,watts\na,0,50\na,1,60\n";
    let by_file = fed(&["--config", &file, "--only", "watts", "--summary"], input);
    let mut command = live_plot(&["--only", "watts", "--summary"]);
    command.env("LIVE_PLOT_ROWS", "gpu,of").stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write(input);
    plot.end_input();
    for end in [by_file, plot.finish()] {
        let lines =
            ["0.a.watts count=1 min=50 max=50 mean=50", "1.a.watts count=1 min=60 max=60 mean=60"];
        assert_eq!(totals(&end), lines, "{:?}", end.err);
    }
}

#[test]
fn without_a_number_nothing_is_written_and_it_fails() {
    let folder = Folder::new("nothing");
    let (old, new) = (folder.path("old.csv"), folder.path("new.png"));
    write(&old, "precious\n").unwrap();
    for (input, how) in [("", "it is empty"), ("nan\n", "1 line"), ("x\ny z\n", "2 lines")] {
        for args in [&["--summary"][..], &["--csv", "-"], &["--csv", &old], &["--png", &new]] {
            let end = fed(args, input);
            assert_eq!((end.status.code(), &end.out), (Some(1), &vec![]), "{args:?} {input:?}");
            let last = end.err.last().unwrap();
            let begin = "live-plot: no number was read from standard input";
            assert!(last.starts_with(begin) && last.contains(how), "{:?}", end.err);
        }
    }
    assert_eq!(read_to_string(&old).unwrap(), "precious\n");
    assert_eq!(folder.names(), ["old.csv"]);
}

#[test]
fn a_series_without_a_value_is_not_summed_up() {
    let end = fed(&["--rate", "--time", "t", "--summary"], "t=1 n=5\nt=2 n=6 late=7\n");
    assert_eq!((end.status.code(), totals(&end)), (Some(0), vec!["n count=1 min=1 max=1 mean=1"]));
}

#[test]
fn a_summary_has_percentiles() {
    let input: String = (1..=4000).rev().map(|n| format!("{n} 7\n")).collect();
    let end = fed(&["--summary"], &input);
    assert_eq!(
        end.out,
        [
            "c1 count=4000 min=1 max=4000 mean=2000.5 p50=2000 p90=3600 p99=3960",
            "c2 count=4000 min=7 max=7 mean=7 p50=7 p90=7 p99=7"
        ]
    );
}

#[test]
fn a_table_goes_on_row_by_row_and_ends_quietly_when_its_reader_has_gone() {
    let mut command = live_plot(&["--csv", "-"]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write("7\n");
    assert_eq!(plot.out_line("1,"), "1,7");
    plot.end_input();
    assert_eq!(plot.finish().status.code(), Some(0));

    let mut gone = live_plot(&["--csv", "-"]);
    let mut gone =
        gone.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(gone.stdout.take());
    // Nothing comes that could be written.
    let input = gone.stdin.take();
    let end = gone.wait_with_output().unwrap();
    drop(input);
    assert_eq!((end.status.code(), String::from_utf8_lossy(&end.stderr)), (Some(0), "".into()));
}

#[test]
fn a_signal_ends_the_input_and_what_came_is_written() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut command = live_plot(&["-v", "--summary"]);
        command.stdin(Stdio::piped());
        let mut plot = Running::start(command);
        plot.write("1\n2\nx\n");
        plot.err_line("(line 3)");
        plot.signal(signal);
        let end = plot.finish();
        assert_eq!(end.status.code(), Some(0), "{signal}");
        assert_eq!(totals(&end), ["value count=2 min=1 max=2 mean=1.5"]);
    }
}

#[test]
fn a_producer_that_dies_in_the_middle_of_a_line_has_said_that_much() {
    let mut command = live_plot(&["--summary"]);
    let mut producer = Command::new("sh");
    producer.args(["-c", "printf '1\\n2\\n4'; kill -KILL $$"]).stdout(Stdio::piped());
    let mut producer = producer.spawn().unwrap();
    command.stdin(producer.stdout.take().unwrap());
    let end = run(command);
    producer.wait().unwrap();
    assert_eq!((end.status.code(), &end.err), (Some(0), &vec![]));
    assert_eq!(totals(&end), ["value count=3 min=1 max=4 mean=2.3333333333333335"]);
}

#[test]
fn junk_and_an_endless_line_leave_memory_alone() {
    let mut command = live_plot(&["--summary"]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    let line = "x".repeat(1 << 20);
    (0..256).for_each(|_| plot.write(&line));
    let peak = peak_memory(&plot);
    assert!(peak < 64 << 10, "{peak} kB");
    plot.write("\n42\n");
    plot.end_input();
    let end = plot.finish();
    assert_eq!(totals(&end), ["value count=1 min=42 max=42 mean=42"]);
    assert_eq!(end.err.len(), 1);
}

#[test]
fn a_picture_names_the_unit_that_the_numbers_bear() {
    let labels = |args: &[&str]| fed(args, "took=950ms load=1\ntook=1.2s load=2\n").out.concat();
    let own = labels(&["--svg", "-"]);
    assert!(own.contains(">took (ms)<") && own.contains(">load<"), "{own}");
    let given = labels(&["--svg", "-", "--unit", "x"]);
    assert!(given.contains(">took<") && given.contains(">x<"), "{given}");
}

#[test]
fn the_history_bounds_the_memory_of_many_series() {
    let folder = Folder::new("bounded");
    let peak = |series: usize| {
        let mut command = live_plot(&["--history", "1MiB", "--svg", &folder.path("x.svg")]);
        command.stdin(Stdio::piped());
        let mut plot = Running::start(command);
        let row = vec!["5"; series].join(" ") + "\n";
        let rows = row.repeat(64);
        (0..2_000_000 / series / 64).for_each(|_| plot.write(&rows));
        // A bad line is reported once all before it has been read.
        plot.write("end\n");
        plot.err_line("Input must be a number.");
        peak_memory(&plot)
    };
    let (one, many) = (peak(1), peak(256));
    assert!(many < one + (12 << 10), "{many} KiB with 256 series, {one} KiB with one");
}
