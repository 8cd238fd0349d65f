//! time-server with programs of NTP that others wrote, each in a network and process namespace of its own: there port 123
//! is free, and nobody's clock is touched.

use std::process::Command;

use tests::{Finished, binary, run};

/// Runs a shell's lines beside a time-server that answers on port 123, with flags; `$0` is that program.
fn beside_a_server(flags: &str, lines: &str) -> Finished {
    in_a_namespace(&format!(
        "\"$0\" --config none --port 0 --ntp-port 123 {flags} 2>server.log &
        until grep -q 'Serving NTP' server.log; do sleep 0.01; done
        {lines}"
    ))
}

/// Runs a shell's lines in a folder and in namespaces that end with it.
fn in_a_namespace(lines: &str) -> Finished {
    let script = format!(
        "folder=$(mktemp -d); trap 'rm -r \"$folder\"' EXIT; cd \"$folder\"
        ip link set lo up
        {lines}"
    );
    let mut command = Command::new("unshare");
    command.args(["--net", "--pid", "--fork", "--kill-child=KILL", "sh", "-c", &script]);
    command.arg(binary("time-server"));
    run(command)
}

/// Lines that start chronyd, which sets no clock (`-x`), with a configuration.
fn chronyd(configuration: &str) -> String {
    format!(
        "printf '%s\\n' '{configuration}' \"pidfile $PWD/chronyd.pid\" >chrony.conf
        chronyd -x -n -u root -f \"$PWD/chrony.conf\" >&2 &"
    )
}

#[test]
#[ignore = "needs Debian's chrony, and root"]
fn chronyd_synchronises_to_a_clock_that_is_vouched_for() {
    let lines = chronyd("server 127.0.0.1 iburst");
    let lines = format!("{lines}\nchronyc -n waitsync 300 0 0 0.1 >&2; chronyc -n tracking");
    let finished = beside_a_server("--stratum 10", &lines);
    let tracking = finished.out.join("\n");
    assert!(tracking.contains("Reference ID    : 7F000001 (127.0.0.1)"), "{finished:?}");
    assert!(tracking.contains("Stratum         : 11"), "{finished:?}");
    assert!(tracking.contains("Leap status     : Normal"), "{finished:?}");
}

#[test]
#[ignore = "needs Debian's chrony, and root"]
fn chronyd_does_not_use_an_unsynchronised_clock() {
    let finished = beside_a_server(
        "",
        "chronyd -Q -t 20 -u root 'server 127.0.0.1 iburst' \"pidfile $PWD/pid\"
        echo status $?; cat server.log >&2",
    );
    let said = finished.err.join("\n");
    // Where the kernel says that its clock is synchronised, that is what chronyd sees.
    if said.contains("The kernel's clock is not synchronised") {
        assert_eq!(finished.out, ["status 1"], "{finished:?}");
        assert!(said.contains("No suitable source for synchronisation"), "{finished:?}");
        assert!(said.contains("Sending time to 127.0.0.1:"), "{finished:?}");
    } else {
        assert_eq!(finished.out, ["status 0"], "{finished:?}");
    }
}

#[test]
#[ignore = "needs Debian's chrony, and root"]
fn the_client_asks_chronyd() {
    let server = chronyd("local stratum 8\nallow 127.0.0.0/8");
    let finished = in_a_namespace(&format!(
        "{server}
        until \"$0\" query --ntp --timeout 1s 127.0.0.1; do sleep 0.1; done"
    ));
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    assert!(finished.out[1].starts_with("offset: "), "{finished:?}");
    assert!(finished.out[2].starts_with("stratum: 8, leap: none, "), "{finished:?}");
    let offset: f64 = finished.out[1].split(' ').nth(1).unwrap().parse().unwrap();
    assert!(offset.abs() < 0.1, "{finished:?}");
}

#[test]
#[ignore = "needs Debian's ntpsec-ntpdig, ntpsec-ntpdate, rdate and nmap, and root"]
fn ntpdig_ntpdate_rdate_and_nmap_are_served() {
    let finished = beside_a_server(
        "--stratum 10 --rate 1000",
        "ntpdig 127.0.0.1; ntpdate -q 127.0.0.1
        rdate -n -p 127.0.0.1
        nmap -n -Pn -sU -p 123 --script ntp-info 127.0.0.1",
    );
    let said = finished.out.join("\n");
    let year = String::from_utf8(Command::new("date").arg("+%Y").output().unwrap().stdout).unwrap();
    assert_eq!(said.matches("127.0.0.1 s10 no-leap").count(), 2, "{finished:?}");
    assert!(finished.out[2].ends_with(year.trim()), "{finished:?}");
    assert!(said.contains("123/udp open  ntp"), "{finished:?}");
    assert!(said.contains(&format!("receive time stamp: {}", year.trim())), "{finished:?}");
}
