//! live-plot's exports are stopped by a signal whatever blocks, write what has come, and leave no draft.

use std::fs::{File, OpenOptions, read_to_string, write};
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::plot::{Folder, live_plot};
use tests::processes::wait_for_blocked;
use tests::{Running, wait_until};

const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// More numbers than can be written; ended with the test.
struct Flood(Child);

impl Flood {
    fn into(command: &mut Command) -> Self {
        let mut seq = Command::new("seq").arg("1000000000").stdout(Stdio::piped()).spawn().unwrap();
        command.stdin(seq.stdout.take().unwrap());
        Self(seq)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A FIFO that is open to be read.
fn fifo(path: &str) -> File {
    mkfifo(path, Mode::S_IRWXU).unwrap();
    OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap()
}

/// Waits until nothing more can be written to the FIFO.
fn wait_until_full(path: &str) {
    let writer =
        OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap();
    wait_until("the FIFO is full", || {
        let mut fds = [PollFd::new(writer.as_fd(), PollFlags::POLLOUT)];
        (poll(&mut fds, PollTimeout::ZERO).unwrap() == 0).then_some(())
    });
}

#[test]
fn what_has_come_is_written_and_no_draft_stays() {
    for signal in SIGNALS {
        let folder = Folder::new(&format!("stopped-{signal}"));
        let (csv, svg) = (folder.path("o.csv"), folder.path("o.svg"));
        let mut command = live_plot(&["--csv", &csv, "--svg", &svg]);
        command.stdin(Stdio::piped());
        let mut plot = Running::start(command);
        plot.write("1\n2\nx\n");
        plot.err_line("(line 3)");
        plot.signal(signal);
        assert_eq!(plot.wait().code(), Some(0), "{signal}");
        assert_eq!(read_to_string(&csv).unwrap(), "sample,value\n1,1\n2,2\n");
        assert_eq!(folder.names(), ["o.csv", "o.svg"]);
    }
}

#[test]
fn a_file_stays_as_it_was_if_not_one_number_has_come() {
    let folder = Folder::new("stopped-empty");
    let (csv, png) = (folder.path("o.csv"), folder.path("o.png"));
    write(&csv, "precious\n").unwrap();
    let mut command = live_plot(&["--csv", &csv, "--png", &png]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write("?\n");
    plot.err_line("(line 1)");
    plot.signal(Signal::SIGINT);
    plot.err_line("no number was read from standard input; nothing is written");
    assert_eq!(plot.wait().code(), Some(0));
    assert_eq!(read_to_string(&csv).unwrap(), "precious\n");
    assert_eq!(folder.names(), ["o.csv"]);
}

#[test]
fn an_output_that_nobody_reads_holds_up_no_signal() {
    for signal in SIGNALS {
        let folder = Folder::new(&format!("unread-{signal}"));
        let (path, svg) = (folder.path("fifo"), folder.path("o.svg"));
        let reader = fifo(&path);
        let mut command = live_plot(&["--csv", &path, "--svg", &svg]);
        let _flood = Flood::into(&mut command);
        let plot = Running::start(command);
        wait_until_full(&path);
        plot.signal(signal);
        let end = plot.finish();
        assert_eq!(end.status.code(), Some(1), "{signal}: {:?}", end.err);
        assert!(end.err[0].ends_with("nobody reads it; what has been written is not all"));
        assert_eq!(folder.names(), ["fifo"]);
        drop(reader);
    }
}

#[test]
fn a_stdout_that_nobody_reads_holds_up_no_signal() {
    let mut command = live_plot(&["--csv", "-"]);
    let _flood = Flood::into(&mut command);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut plot = command.spawn().unwrap();
    let out = plot.stdout.take().unwrap();
    wait_until("something has come", || {
        let mut fds = [PollFd::new(out.as_fd(), PollFlags::POLLIN)];
        (poll(&mut fds, PollTimeout::ZERO).unwrap() > 0).then_some(())
    });
    let pid = nix::unistd::Pid::from_raw(plot.id().cast_signed());
    nix::sys::signal::kill(pid, Signal::SIGINT).unwrap();
    assert_eq!(wait_until("it ends", || plot.try_wait().unwrap()).code(), Some(1));
}

#[test]
fn a_fifo_that_nobody_opens_to_read_holds_up_no_signal() {
    let folder = Folder::new("unopened");
    let (path, svg) = (folder.path("fifo"), folder.path("o.svg"));
    mkfifo(path.as_str(), Mode::S_IRWXU).unwrap();
    let mut command = live_plot(&["--svg", &svg, "--csv", &path]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write("1\n");
    wait_for_blocked(plot.pid(), Signal::SIGINT);
    plot.signal(Signal::SIGINT);
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(1));
    assert!(end.err[0].contains("nobody reads it"), "{:?}", end.err);
    assert_eq!(folder.names(), ["fifo"]);
    // With a reader it goes on.
    let mut command = live_plot(&["--csv", &path]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    plot.write("1\n");
    plot.end_input();
    assert_eq!(read_to_string(&path).unwrap(), "sample,value\n1,1\n");
    assert_eq!(plot.wait().code(), Some(0));
}

#[test]
fn a_second_request_ends_it_at_once_and_no_draft_stays() {
    let folder = Folder::new("twice");
    let (path, svg) = (folder.path("fifo"), folder.path("o.svg"));
    let mut reader = fifo(&path);
    let mut command = live_plot(&["--csv", &path, "--svg", &svg]);
    let _flood = Flood::into(&mut command);
    let mut plot = Running::start(command);
    wait_until_full(&path);
    plot.signal(Signal::SIGINT);
    // A reader so slow that what has come takes several seconds to write.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1500) {
        reader.read_exact(&mut [0; 4096]).unwrap();
        thread::sleep(Duration::from_millis(300));
    }
    assert!(!plot.has_ended());
    plot.signal(Signal::SIGTERM);
    assert_eq!(plot.wait().signal(), Some(Signal::SIGTERM as i32));
    assert_eq!(folder.names(), ["fifo"]);
}
