//! Local time is what date(1) has for the same TZ, side by side: every zone of the system, and rules in any form that
//! tzset(3) knows. What differs would have to be refused.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use time_server::reply::zone::Zone;

const ZONEINFO: &str = "/usr/share/zoneinfo";
const DAY: i64 = 86_400;

/// What date(1) shows at some instants.
fn date(tz: &str, instants: &[i64]) -> Vec<String> {
    let lines: String = instants.iter().map(|unix| format!("@{unix}\n")).collect();
    let mut process = Command::new("date")
        .args(["--file=-", "+%F %T %Z"])
        .env("TZ", tz)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn utc(unix: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(unix, 0).unwrap()
}

fn shown(zone: &Zone, unix: i64) -> String {
    let local = zone.at(utc(unix));
    format!("{} {}", local.clock, local.offset)
}

/// Instants over some two hundred years, and the seconds on both sides of each change between them.
fn instants(zone: &Zone) -> Vec<i64> {
    let kind = |unix: i64| {
        let local = zone.at(utc(unix));
        (local.clock - utc(unix).naive_utc(), local.offset.to_string())
    };
    let steps: Vec<i64> = (-80 * 365 * DAY..100 * 365 * DAY).step_by(59 * 86_411).collect();
    let mut instants = steps.clone();
    for pair in steps.windows(2) {
        let (mut before, mut after) = (pair[0], pair[1]);
        if kind(before) == kind(after) {
            continue;
        }
        while after - before > 1 {
            let middle = i64::midpoint(before, after);
            if kind(middle) == kind(pair[0]) { before = middle } else { after = middle }
        }
        instants.extend([before, after]);
    }
    instants
}

/// The zones below a folder of zoneinfo: a name for each content, for many are links.
fn zones(folder: &Path, found: &mut BTreeMap<Vec<u8>, String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.strip_prefix(ZONEINFO).unwrap().to_str().unwrap().to_owned();
        if entry.is_dir() {
            // "posix" has all of them once more; "right" is for clocks that count leap seconds.
            if !["posix", "right"].contains(&name.as_str()) {
                zones(&entry, found);
            }
            continue;
        }
        let content = fs::read(&entry).unwrap();
        if content.starts_with(b"TZif") {
            found.insert(content, name);
        }
    }
}

#[test]
#[ignore = "needs Debian's tzdata"]
fn every_zone_of_the_system_is_what_date_has() {
    let mut found = BTreeMap::new();
    zones(Path::new(ZONEINFO), &mut found);
    assert!(found.len() > 300, "{} zones: is tzdata installed?", found.len());
    for name in found.into_values() {
        let zone = Zone::named(&name).unwrap();
        let instants = instants(&zone);
        let own: Vec<String> = instants.iter().map(|unix| shown(&zone, *unix)).collect();
        let date = date(&name, &instants);
        let differing = own.iter().zip(&date).find(|(own, date)| own != date);
        assert_eq!((differing, own.len()), (None, date.len()), "{name}");
    }
    for tz in [":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"] {
        let zone = Zone::local(Some(tz.into())).unwrap();
        assert_eq!(shown(&zone, 0), date(tz, &[0])[0]);
    }
}

#[test]
fn a_zone_for_a_clock_that_counts_leap_seconds_is_refused() {
    let path = std::env::temp_dir().join(format!("right-{}", std::process::id()));
    // One type, and one leap second (RFC 9636 §3.2): such files are in "right", where zoneinfo has that.
    let mut bytes = b"TZif".to_vec();
    bytes.extend([0; 16]);
    for number in [0_u32, 0, 1, 0, 1, 4, 0] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(*b"\0\0UTC\0");
    for number in [78_796_800_u32, 1] {
        bytes.extend(number.to_be_bytes());
    }
    fs::write(&path, bytes).unwrap();
    let refused = Zone::local(Some(path.clone().into())).unwrap_err().to_string();
    fs::remove_file(path).unwrap();
    assert!(refused.contains("counts leap seconds"), "{refused}");
}

/// A time from UTC, as tzset(3) has it.
fn offset() -> impl Strategy<Value = String> {
    "[+-]?(2[0-4]|1?[0-9]|0[0-9])(:[0-5]?[0-9](:[0-5]?[0-9])?)?"
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z]{3,6}", "<[+-]?[A-Za-z0-9]{2,5}>"]
}

fn day() -> impl Strategy<Value = String> {
    let time = "(/[+-]?[0-9]{1,2}(:[0-5][0-9])?)?";
    let day = prop_oneof![
        (1..=365).prop_map(|day| format!("J{day}")),
        (0..=365).prop_map(|day: i32| day.to_string()),
        (1..=12, 1..=5, 0..=6).prop_map(|(month, week, day)| format!("M{month}.{week}.{day}")),
    ];
    (day, time).prop_map(|(day, time)| format!(",{day}{time}"))
}

fn posix() -> impl Strategy<Value = String> {
    let summer = (name(), proptest::option::of(offset()), day(), day());
    (name(), offset(), proptest::option::of(summer)).prop_map(|(name, offset, summer)| {
        let summer = summer.map(|(name, offset, start, end)| {
            format!("{name}{}{start}{end}", offset.unwrap_or_default())
        });
        name + &offset + &summer.unwrap_or_default()
    })
}

proptest! {
    /// Whatever rules a TZ holds.
    #[test]
    fn rules_are_what_date_has_or_refused(
        tz in posix(),
        instants in prop::collection::vec(0..4_000_000_000_i64, 20),
    ) {
        if let Ok(zone) = Zone::local(Some(tz.clone().into())) {
            let own: Vec<String> = instants.iter().map(|unix| shown(&zone, *unix)).collect();
            prop_assert_eq!(own, date(&tz, &instants), "{}", tz);
        }
    }
}

#[test]
fn the_defaults_for_daylight_saving_time_are_those_of_date_in_summer_and_in_winter() {
    // On the day of a change C libraries differ.
    let months = ["2026-01-15T12:00:00Z", "2026-04-01T12:00:00Z", "2026-10-20T12:00:00Z"];
    let instants = months.map(|at| at.parse::<DateTime<Utc>>().unwrap().timestamp());
    for tz in ["CET-1CEST", "EST5EDT4"] {
        let zone = Zone::local(Some(tz.into())).unwrap();
        assert_eq!(instants.map(|unix| shown(&zone, unix)).to_vec(), date(tz, &instants));
    }
}
