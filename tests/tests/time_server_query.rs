//! The client `time-server query`: NTP, with servers that are right, wrong, forged or gone; and asking again and again.

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use nix::sys::signal::Signal;
use tests::ntp::{
    LENGTH, ORIGIN, RECEIVE, REFERENCE, REPLY, REQUEST, TRANSMIT, now, set_timestamp, timestamp,
};
use tests::server::Server;
use tests::{DEADLINE, Finished, Running, again, program, run, wait_until};

/// Five seconds as a difference of timestamps.
const FIVE: u64 = 5 << 32;

/// A server in good order whose clock is five seconds ahead.
fn reply_to(request: &[u8]) -> Vec<u8> {
    let mut reply = vec![0; LENGTH];
    (reply[0], reply[1], reply[3]) = (REPLY, 2, 0xe9);
    // A root delay of a half and a root dispersion of a quarter of a second.
    (reply[6], reply[10]) = (0x80, 0x40);
    for number in [REFERENCE, RECEIVE, TRANSMIT] {
        set_timestamp(&mut reply, number, now().wrapping_add(FIVE));
    }
    set_timestamp(&mut reply, ORIGIN, timestamp(request, TRANSMIT));
    reply
}

/// A server that answers each request with what `answers` makes of it; returns its address, and what it is asked.
fn stranger(
    mut answers: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static,
) -> (String, Receiver<Vec<u8>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let (sender, asked) = channel();
    thread::spawn(move || {
        let mut request = [0; 600];
        while let Ok((length, client)) = socket.recv_from(&mut request) {
            let request = &request[..length];
            for answer in answers(request) {
                socket.send_to(&answer, client).unwrap();
            }
            if sender.send(request.to_vec()).is_err() {
                return;
            }
        }
    });
    (address, asked)
}

fn query(arguments: &[&str]) -> Finished {
    let mut command = program("time-server");
    command.arg("query").args(arguments);
    run(command)
}

/// The client, started with `--every`.
fn every(period: &str, arguments: &[&str]) -> Running {
    let mut command = program("time-server");
    command.args(["query", "--every", period]).args(arguments);
    Running::start(command)
}

/// A process that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The number behind a name.
fn value(line: &str, name: &str) -> f64 {
    let at = line.find(name).unwrap_or_else(|| panic!("no {name} in {line}")) + name.len();
    let rest = line[at..].trim_start_matches([' ', '±']);
    rest.split([' ', ',']).next().unwrap().parse().unwrap()
}

#[test]
fn ntp_tells_offset_delay_and_what_the_server_says_about_its_clock() {
    let (address, _asked) = stranger(|request| vec![reply_to(request)]);
    let finished = query(&["--ntp", &address]);
    assert_eq!((finished.status.code(), finished.err.as_slice()), (Some(0), &[][..]));
    let [time, offset, clock] = &finished.out[..] else { panic!("{finished:?}") };
    assert!(time.ends_with('Z') && time.len() == "2026-11-22T06:32:19.123456Z".len(), "{time}");
    let (delay, bound) = (value(offset, "delay:"), value(offset, "±"));
    assert!((value(offset, "offset:") - 5.0).abs() <= bound + 2e-6, "{offset}");
    assert!((bound - delay / 2.0).abs() < 2e-6 && delay > 0.0, "{offset}");
    let told = "stratum: 2, leap: none, root_delay: 0.500000 s, root_dispersion: 0.250000 s, ";
    assert!(clock.starts_with(told), "{clock}");
    let uncertainty = value(clock, "uncertainty:");
    assert!((uncertainty - (0.25 + 0.25 + delay / 2.0)).abs() < 2e-6, "{clock}");
}

#[test]
fn a_time_server_is_asked_on_one_host_to_a_millisecond() {
    let mut server = Server::start(&["--ntp-port", "0", "--stratum", "4"]);
    let line = server.process.err_line("(RFC 5905) on ");
    let port = line.split(':').nth(1).unwrap().split(' ').next().unwrap();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let finished = query(&["--ntp", &format!("{host}:{port}")]);
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        let (offset, bound) = (value(&finished.out[1], "offset:"), value(&finished.out[1], "±"));
        assert!(offset.abs() <= bound + 2e-6, "{finished:?}");
        assert!(finished.out[2].starts_with("stratum: 4, leap: none, "), "{finished:?}");
    }
}

#[test]
fn requests_are_random_and_forged_replies_are_passed_over() {
    let (address, asked) = stranger(|request| {
        let good = reply_to(request);
        let mut guessed = good.clone();
        guessed[31] ^= 1;
        // Its time is another one.
        set_timestamp(&mut guessed, TRANSMIT, 1 << 63);
        let mut not_a_reply = guessed.clone();
        not_a_reply[24..32].copy_from_slice(&request[40..48]);
        not_a_reply[0] = REQUEST;
        vec![b"?".to_vec(), guessed, not_a_reply, good[..47].to_vec(), good]
    });
    for _ in 0..2 {
        let finished = query(&["--ntp", &address]);
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        assert!((value(&finished.out[1], "offset:") - 5.0).abs() < 1.0, "{finished:?}");
    }
    let (one, other) =
        (asked.recv_timeout(DEADLINE).unwrap(), asked.recv_timeout(DEADLINE).unwrap());
    assert_eq!((one.len(), one[0]), (LENGTH, REQUEST));
    assert_ne!(timestamp(&one, TRANSMIT), timestamp(&other, TRANSMIT));
}

#[test]
fn a_clock_that_is_not_to_be_trusted_gives_no_time_but_the_reason() {
    for (first, stratum, code, reason) in [
        (0xc0 | REPLY, 0, b"\0\0\0\0", "not synchronised (leap indicator 3, stratum 0); its"),
        (REPLY, 16, b"\0\0\0\0", "not synchronised (leap indicator 0, stratum 16); its"),
        (0xc0 | REPLY, 0, b"RATE", "it refuses (RATE): ask less often"),
    ] {
        let (address, _asked) = stranger(move |request| {
            let mut reply = reply_to(request);
            (reply[0], reply[1]) = (first, stratum);
            reply[12..16].copy_from_slice(code);
            vec![reply]
        });
        let finished = query(&["--ntp", &address]);
        assert_eq!((finished.status.code(), finished.out.len()), (Some(1), 0), "{finished:?}");
        assert!(finished.err[0].contains(reason), "{finished:?}");
    }
    let (address, _asked) = stranger(|_| vec![b"22 NOV 2026 06:32:19 UTC\r\n".to_vec()]);
    let finished = query(&["--ntp", "--timeout", "300ms", &address]);
    assert_eq!((finished.status.code(), finished.out.len()), (Some(1), 0), "{finished:?}");
    assert!(finished.err[0].ends_with("or ask without --ntp"), "{finished:?}");
    let finished = query(&["--ntp", "--time", &address]);
    assert_eq!(finished.status.code(), Some(2), "{finished:?}");
}

#[test]
fn every_prints_a_line_for_each_answer_until_it_is_stopped() {
    let (address, asked) = stranger(|request| vec![reply_to(request)]);
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let client = every("10ms", &["--ntp", &address]);
        (0..3).for_each(|_| drop(asked.recv_timeout(DEADLINE).unwrap()));
        client.signal(signal);
        let finished = client.finish();
        assert_eq!((finished.status.code(), finished.err.len()), (Some(0), 0), "{finished:?}");
        // One may have been on its way.
        assert!(finished.out.len() >= 2, "{finished:?}");
        for line in &finished.out {
            assert!(line.starts_with("offset=") && line.contains(" delay="), "{line}");
            assert!((value(line, "offset=") - 5.0).abs() < 1.0, "{line}");
            assert_eq!(line.split(' ').count(), 2, "{line}");
        }
        asked.try_iter().for_each(drop);
    }
}

#[test]
fn every_is_for_the_other_protocols_too_and_what_is_unknown_is_nan() {
    let mut text = Server::start(&["-f", "rfc3339-us", "--udp", "--time-port", "0"]);
    let line = text.process.err_line("RFC 868");
    let time = line.split(':').nth(1).unwrap().split(' ').next().unwrap();
    let greeting = Server::start(&[]);
    for (flags, port, is_known) in [
        (&[][..], text.port.to_string(), true),
        (&["--udp"], text.port.to_string(), true),
        (&["--time"], time.to_owned(), true),
        (&[], greeting.port.to_string(), false),
    ] {
        let address = format!("127.0.0.1:{port}");
        let mut client = every("1ms", &[flags, &[address.as_str()]].concat());
        let line = client.out_line("offset=");
        assert_eq!(value(&line, "offset=").is_nan(), !is_known, "{line}");
        assert!(value(&line, "delay=") > 0.0, "{line}");
    }
}

#[test]
fn an_answer_that_stays_away_is_a_gap_and_reported_once() {
    let mut number = 0;
    let (address, _asked) = stranger(move |request| {
        number += 1;
        if [2, 3].contains(&number) { Vec::new() } else { vec![reply_to(request)] }
    });
    let mut client = every("10ms", &["--ntp", "--timeout", "1s", &address]);
    client.err_line("There are answers again.");
    client.signal(Signal::SIGTERM);
    let finished = client.finish();
    assert_eq!(finished.status.code(), Some(0));
    assert_eq!(finished.err.len(), 2, "{finished:?}");
    assert!(finished.err[0].contains("no answer in time"), "{finished:?}");
    let gaps: Vec<bool> = finished.out.iter().map(|line| line == "offset=nan delay=nan").collect();
    assert_eq!(gaps[..3], [false, true, true], "{finished:?}");
    assert!(!gaps[3..].contains(&true), "{finished:?}");
}

#[test]
fn every_ends_with_the_reason_if_the_first_question_has_no_answer() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let finished = every("10ms", &["--ntp", "--timeout", "100ms", &address]).finish();
    assert_eq!((finished.status.code(), finished.out.len()), (Some(1), 0), "{finished:?}");
    assert!(finished.err[0].contains("no answer in time"), "{finished:?}");
}

#[test]
fn every_is_stopped_while_it_waits_and_ends_with_its_reader() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let client = every("10ms", &["--ntp", "--timeout", "1h", &address]);
    silent.set_read_timeout(Some(DEADLINE)).unwrap();
    again(|| silent.recv(&mut [0; 600])).unwrap();
    client.signal(Signal::SIGTERM);
    assert_eq!(client.finish().status.code(), Some(0));

    // Nothing is due for an hour: that the reader is gone must be noticed by itself.
    let (address, _asked) = stranger(|request| vec![reply_to(request)]);
    let mut command = program("time-server");
    command.args(["query", "--ntp", "--every", "1h", &address]).stdout(Stdio::piped());
    let mut client = Killed(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(client.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("offset="), "{line}");
    let status = wait_until("it ends with its reader", || client.0.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}
