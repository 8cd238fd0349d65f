//! The programs together, joined by the shell's pipes.

use std::process::Stdio;

use nix::sys::signal::Signal;
use tests::files::TempFile;
use tests::forker::{forker, running};
use tests::plot::fed;
use tests::server::Server;
use tests::window::Screen;
use tests::{Running, program, run, wait_until};

/// The figures of a run's record.
const FIGURES: &str = "status,seconds,user_seconds,system_seconds,peak_bytes,late_seconds";

#[test]
fn a_jobs_history_is_drawn_from_its_records_and_from_nothing_else() {
    let count = TempFile::new("history", "", 0o644);
    // The first fails, the second leaves a process behind, the third times out, ignores TERM and leaves one too. While
    // it is there, others are skipped.
    let script = format!(
        "echo >>{0}; case $(wc -l <{0}) in 1) exit 3;; 2) sleep 60 & exit 0;; 3) trap '' TERM; sleep 60;; esac",
        count.name()
    );
    let flags =
        "-q -v -e 1 -i 30ms -n 5 --overlap forbid --timeout 300ms --grace 50ms --log-format json";
    let log = run(forker(&running(flags, &script))).err;
    let all = log.join("\n") + "\n";
    let records = log.iter().filter(|line| line.contains("\"outcome\":\"")).count();
    assert!(log.len() > records && all.contains("behind") && all.contains("skipped"), "{all}");

    let drawn = fed(&["--time", "timestamp", "--only", FIGURES, "--csv", "-"], &all);
    assert_eq!(drawn.out[0], format!("time,{FIGURES}"));
    assert_eq!(drawn.out.len(), 1 + 5, "a row for each of the five runs: {drawn:#?} of {all}");
    for row in &drawn.out[1..] {
        let is_number = |cell: &str| cell.parse::<f64>().is_ok();
        assert!(row.split(',').all(is_number), "{row} of {all}");
    }
    let took = |row: &String| row.split(',').nth(2).unwrap().parse::<f64>().unwrap();
    let slowest = drawn.out[1..].iter().map(took).fold(0.0, f64::max);
    assert!((0.3..9.0).contains(&slowest), "the third took its timeout: {drawn:#?}");
}

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

#[test]
fn a_clocks_offset_is_drawn_with_a_gap_where_the_server_did_not_answer() {
    let mut server = Server::start(&["--ntp-port", "0", "--stratum", "10"]);
    let line = server.process.err_line("(RFC 5905) on ");
    let port = line.split(':').nth(1).unwrap().split(' ').next().unwrap();
    let mut query = program("time-server");
    query.args(["query", "--ntp", "--every", "10ms", "--timeout", "1s"]);
    query.arg(format!("127.0.0.1:{port}"));
    let mut query = Running::start(query);
    query.out_line("offset=");
    server.process.signal(Signal::SIGSTOP);
    query.out_line("offset=nan");
    query.signal(Signal::SIGTERM);
    let told = query.finish().out.join("\n") + "\n";
    let drawn = fed(&["--only", "offset", "--csv", "-"], &told);
    let cells: Vec<&str> = drawn.out.iter().map(|row| row.split(',').nth(1).unwrap()).collect();
    assert_eq!((cells[0], cells.len()), ("offset", 1 + told.lines().count()), "{drawn:?} {told}");
    assert!(cells[1].parse::<f64>().unwrap().abs() < 1.0, "{drawn:?}");
    assert!(cells.contains(&"nan"), "{drawn:?}");
}
