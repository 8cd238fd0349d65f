//! live-plot's input from outside: files that grow, serial ports, producers that buffer, and what cannot be read.

use std::fs::{File, OpenOptions, remove_file, rename, write};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::pty::openpty;
use nix::sys::signal::Signal;
use nix::unistd::ttyname;
use tests::plot::{Folder, live_plot, totals};
use tests::{Running, run};

fn append(path: &str, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_file_that_is_followed_is_read_on_when_it_grows_is_truncated_or_replaced() {
    let folder = Folder::new("followed");
    let (path, old) = (folder.path("log"), folder.path("log.1"));
    write(&path, "1\n").unwrap();
    let mut plot = Running::start(live_plot(&["--follow", &path, "--csv", "-"]));
    assert_eq!(plot.out_line("1,"), "1,1");
    append(&path, "20\n");
    plot.out_line("2,20");
    // Half a line is drawn when it is whole.
    append(&path, "3");
    append(&path, "0\n");
    plot.out_line("3,30");
    // What is written to the old file just before another takes its name is not lost.
    let mut last = OpenOptions::new().append(true).open(&path).unwrap();
    rename(&path, &old).unwrap();
    last.write_all(b"40").unwrap();
    write(&path, "50\n").unwrap();
    plot.out_line("4,40");
    plot.out_line("5,50");
    append(&path, "60\n");
    plot.out_line("6,60");
    File::create(&path).unwrap();
    plot.err_line("was truncated");
    append(&path, "70\n");
    plot.out_line("7,70");
    remove_file(&path).unwrap();
    write(&path, "80\n").unwrap();
    plot.out_line("8,80");
    plot.signal(Signal::SIGINT);
    let end = plot.finish();
    assert_eq!((end.status.code(), end.out.last().unwrap().as_str()), (Some(0), "8,80"));
    assert_eq!(end.out.len(), 9);
}

#[test]
fn a_followed_file_that_is_not_there_is_waited_for() {
    let folder = Folder::new("awaited");
    let path = folder.path("log");
    let mut plot = Running::start(live_plot(&["--follow", &path, "--csv", "-"]));
    plot.err_line("is not there yet");
    write(&path, "7\n").unwrap();
    assert_eq!(plot.out_line("1,"), "1,7");
    plot.signal(Signal::SIGTERM);
    assert_eq!(plot.finish().status.code(), Some(0));
}

#[test]
fn only_a_file_can_be_followed() {
    for args in [&["--follow"][..], &["--follow", "-"]] {
        let end = run(live_plot(args));
        assert_eq!(end.status.code(), Some(2));
        assert!(end.err[0].contains("--follow needs a FILE"), "{:?}", end.err);
    }
    let end = run(live_plot(&["--follow", "/tmp"]));
    assert_eq!(end.status.code(), Some(1));
    assert!(end.err[0].contains("is a directory"), "{:?}", end.err);
}

#[test]
fn a_serial_port_is_read_by_name_and_from_stdin() {
    for is_named in [true, false] {
        let port = openpty(None, None).unwrap();
        let name = ttyname(&port.slave).unwrap();
        let mut command = live_plot(&["--csv", "-"]);
        match is_named {
            true => command.arg(&name),
            false => command.stdin(Stdio::from(port.slave.try_clone().unwrap())),
        };
        let mut plot = Running::start(command);
        let mut device = File::from(port.master);
        device.write_all(b"5\n").unwrap();
        assert_eq!(plot.out_line("1,"), "1,5");
        plot.signal(Signal::SIGINT);
        let end = plot.finish();
        assert_eq!((end.status.code(), end.out.len()), (Some(0), 2), "{:?}", end.err);
    }
}

#[test]
fn a_serial_port_is_not_the_terminal_that_ctrl_c_is_typed_at() {
    let port = openpty(None, None).unwrap();
    let plot = live_plot(&[]);
    // A session without a terminal gets the first one that its leader opens: credentials(7), open(2).
    let mut session = Command::new("setsid");
    session.arg(plot.get_program()).args(["--config", "none", "--csv", "-"]);
    session.arg(ttyname(&port.slave).unwrap()).stdin(Stdio::null());
    let mut plot = Running::start(session);
    let mut device = File::from(port.master);
    device.write_all(b"1\n").unwrap();
    plot.out_line("1,1");
    device.write_all(b"\x03\n5\n").unwrap();
    plot.out_line(",5");
}

#[test]
fn what_cannot_be_read_is_named_and_fails() {
    let mut command = live_plot(&["--summary"]);
    command.stdin(File::open("/tmp").unwrap());
    let end = run(command);
    assert_eq!((end.status.code(), end.out.len()), (Some(1), 0));
    assert!(end.err[0].contains("standard input: is a directory"), "{:?}", end.err);
    // /proc/self/mem opens, and its first page cannot be read: proc_pid_mem(5).
    let end = run(live_plot(&["--summary", "/proc/self/mem"]));
    assert_eq!((end.status.code(), end.out.len()), (Some(1), 0));
    assert!(end.err[0].starts_with("live-plot: cannot read /proc/self/mem: "), "{:?}", end.err);
}

#[test]
fn utf_16_is_named_with_the_way_out() {
    let units: fn(&str) -> Vec<u16> = |text| text.encode_utf16().collect();
    for text in ["\u{feff}a;b\r\n1;2\r\n", "1\n2\n"] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let folder = Folder::new("utf-16");
            let path = folder.path("wide");
            write(&path, units(text).into_iter().flat_map(bytes).collect::<Vec<u8>>()).unwrap();
            let end = run(live_plot(&["--summary", &path]));
            assert_eq!((end.status.code(), end.out.len()), (Some(1), 0));
            assert!(end.err[0].contains("iconv -f UTF-16 -t UTF-8"), "{:?}", end.err);
        }
    }
}

#[test]
fn every_line_end_ends_a_line_at_once() {
    let mut command = live_plot(&["--csv", "-"]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    // Each is waited for before the next byte is written.
    for (text, row) in [("5\r", "1,5"), ("\n6\r\n", "2,6"), ("7\n", "3,7"), ("8\r", "4,8")] {
        plot.write(text);
        plot.out_line(row);
    }
    plot.end_input();
    let end = plot.finish();
    assert_eq!((end.out.len(), end.err), (5, vec![]));
}

#[test]
fn silence_and_whole_buffers_are_hinted_at_once_and_not_where_only_a_sum_is_wanted() {
    let start = |args: &[&str]| {
        let mut command = live_plot(args);
        command.stdin(Stdio::piped());
        Running::start(command)
    };
    let mut silent = start(&["--csv", "-"]);
    silent.err_line("nothing has come for 3 s");
    silent.write("1\n");
    silent.end_input();
    assert_eq!(silent.finish().err.len(), 1);

    let (mut live, mut sum) = (start(&["--csv", "-"]), start(&["--summary"]));
    let block = "1.5\n".repeat(2 * 4096 / 4);
    for number in 1..=4 {
        live.write(&block);
        sum.write(&block);
        live.out_line(&format!("{},1.5", number * 2048));
        // What a producer does until its next buffer is full.
        thread::sleep(Duration::from_millis(300));
    }
    live.err_line("stdbuf -oL");
    live.end_input();
    sum.end_input();
    assert_eq!(live.finish().err.len(), 1);
    let end = sum.finish();
    assert_eq!(
        (totals(&end), end.err.len()),
        (vec!["value count=8192 min=1.5 max=1.5 mean=1.5"], 0)
    );
}
