//! Time zones, from the system's zoneinfo: rules that are compiled into a program grow old, the system's are updated.
//!
//! Names follow the C library: `local` is the zone of the TZ variable, else of /etc/localtime, else UTC
//! (tzset(3), localtime(5)). Unlike the C library an unknown name is an error, never silently UTC.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, Utc};
use common::escape::{self, escape};
use common::words;
use tz::timezone::{LocalTimeType, TimeZone, TimeZoneSettings};

use crate::reply::zoneinfo::{self, Stamp};

/// When daylight saving time begins and ends where TZ names it but has no rules for it: as in the USA, as C libraries have it.
const DEFAULT_RULES: &str = ",M3.2.0,M11.1.0";

/// A time zone with its rules.
#[derive(Debug, Clone)]
pub struct Zone {
    /// None: UTC.
    rules: Option<TimeZone>,
    /// Where they came from, if from a file.
    file: Option<(PathBuf, Stamp)>,
    /// Whether TZ names daylight saving time without rules for it, so that the rules are [`DEFAULT_RULES`].
    pub(crate) has_default_rules: bool,
}

/// Why there is no such zone.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// Nothing of that name.
    #[error(
        "no such time zone; write local, utc or a name like Europe/Berlin ('timedatectl list-timezones' lists them, the package tzdata brings them)"
    )]
    Unknown,
    /// The file is there but cannot be read.
    #[error("cannot read the time zone file {}: {}", escape::path(path), words::io_error(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds no rules.
    #[error("{} is no time zone file: {problem}", escape::path(path))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file is for a clock that counts leap seconds.
    #[error(
        "{} is for a clock that counts leap seconds, and the kernel's does not; take the zone of that name outside 'right'",
        escape::path(path)
    )]
    LeapSeconds {
        /// The file.
        path: PathBuf,
    },
    /// The TZ variable holds no zone.
    #[error("TZ={value} is no time zone: {problem}")]
    Variable {
        /// What it holds.
        value: String,
        /// What is wrong with that.
        problem: String,
    },
}

impl Zone {
    /// Coordinated Universal Time, which needs no file.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: None, file: None, has_default_rules: false }
    }

    /// The zone of this machine, `tz` being the TZ variable: a name, a path, rules as POSIX writes them, or unset.
    ///
    /// # Errors
    /// TZ or /etc/localtime is there, but no time zone.
    pub fn local(tz: Option<OsString>) -> Result<Self, ZoneError> {
        let Some(tz) = tz else {
            return match Self::read(Path::new("/etc/localtime")) {
                Err(ZoneError::Unreadable { source, .. })
                    if source.kind() == io::ErrorKind::NotFound =>
                {
                    Ok(Self::utc())
                }
                zone => zone,
            };
        };
        Self::variable(&tz).map_err(|problem| ZoneError::Variable {
            value: escape(&tz.to_string_lossy()).into_owned(),
            problem,
        })
    }

    fn variable(tz: &OsStr) -> Result<Self, String> {
        let tz = tz.to_str().ok_or("it is not valid UTF-8")?;
        let name = tz.strip_prefix(':').unwrap_or(tz);
        if name.is_empty() {
            return Ok(Self::utc());
        }
        let file = if name.starts_with('/') { Some(name.into()) } else { zoneinfo::find(name) };
        match file {
            Some(path) => Self::read(&path).map_err(|error| error.to_string()),
            None => Self::posix(name),
        }
    }

    /// A zone by its name in the system's zoneinfo.
    ///
    /// # Errors
    /// There is none, or its file cannot be read.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        Self::read(&zoneinfo::find(name).ok_or(ZoneError::Unknown)?)
    }

    /// Rules as POSIX writes them.
    fn posix(text: &str) -> Result<Self, String> {
        // Left to itself, the crate reads a file of that name.
        let settings = TimeZoneSettings::new(&[], |_path| Err("no files are read".into()));
        let own = settings.parse_posix_tz(text);
        let has_default_rules = own.is_err();
        let rules = own.or_else(|_| settings.parse_posix_tz(&format!("{text}{DEFAULT_RULES}")));
        let rules = rules.map_err(
            |_unspecific| "it is neither a name in the system's zoneinfo nor rules as in tzset(3)",
        )?;
        check(&rules)?;
        let types = rules.as_ref().local_time_types().iter();
        if types.map(LocalTimeType::time_zone_designation).any(|name| name.len() < 3) {
            return Err("the name of a zone has three letters at least".to_owned());
        }
        Ok(Self { rules: Some(rules), file: None, has_default_rules })
    }

    fn read(path: &Path) -> Result<Self, ZoneError> {
        let unreadable = |source| ZoneError::Unreadable { path: path.to_owned(), source };
        let (bytes, stamp) = zoneinfo::read(path).map_err(unreadable)?;
        let malformed = |problem| ZoneError::Malformed { path: path.to_owned(), problem };
        let rules = TimeZone::from_tz_data(&bytes).map_err(|error| malformed(error.to_string()))?;
        check(&rules).map_err(|problem| malformed(problem.to_owned()))?;
        if !rules.as_ref().leap_seconds().is_empty() {
            // `right/Europe/Berlin`: for a clock that counts them, which the kernel's does not. It would be 27 s off.
            return Err(ZoneError::LeapSeconds { path: path.to_owned() });
        }
        let file = Some((path.to_owned(), stamp));
        Ok(Self { rules: Some(rules), file, has_default_rules: false })
    }

    /// Reads the zone's file again if it has changed (new rules, another link at /etc/localtime).
    ///
    /// # Errors
    /// It cannot be read any more, or holds no rules; the last rules stay in force.
    pub fn refresh(&mut self) -> Result<(), ZoneError> {
        let Some((path, seen)) = &self.file else { return Ok(()) };
        let now = Stamp::of(path)
            .map_err(|source| ZoneError::Unreadable { path: path.clone(), source })?;
        if now != *seen {
            *self = Self::read(path)?;
        }
        Ok(())
    }

    /// The local time at an instant.
    #[must_use]
    pub fn at(&self, instant: DateTime<Utc>) -> LocalTime<'_> {
        let local = self.local_type(instant.timestamp());
        let offset = NamedOffset::of(local);
        let clock = instant.naive_utc() + offset.offset;
        LocalTime { clock, offset, is_dst: local.is_dst() }
    }

    /// Every offset that the zone ever has, with its name.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = NamedOffset<'_>> {
        let types = self.rules.as_ref().map_or(&[][..], |rules| rules.as_ref().local_time_types());
        let utc = types.is_empty().then_some(UTC);
        types.iter().chain(utc).map(NamedOffset::of)
    }

    /// The rules in force; past the last change of a file that says nothing more (RFC 9636 §3.3), the last ones.
    fn local_type(&self, unix: i64) -> &LocalTimeType {
        let Some(rules) = &self.rules else { return UTC };
        let last = || {
            let change = rules.as_ref().transitions().last()?;
            rules.as_ref().local_time_types().get(change.local_time_type_index())
        };
        rules.find_local_time_type(unix).ok().or_else(last).unwrap_or(UTC)
    }
}

const UTC: &LocalTimeType = &match LocalTimeType::new(0, false, Some(b"UTC")) {
    Ok(utc) => utc,
    Err(_) => LocalTimeType::utc(),
};

/// Whether every time of a zone can be shown. chrono has no offset of a day, which POSIX allows.
fn check(rules: &TimeZone) -> Result<(), &'static str> {
    let mut types = rules.as_ref().local_time_types().iter();
    let is_shown = types.all(|local| FixedOffset::east_opt(local.ut_offset()).is_some());
    is_shown.then_some(()).ok_or("it is a day or more from UTC")
}

/// An instant as the clocks of a zone show it.
#[derive(Debug, Clone, Copy)]
pub struct LocalTime<'a> {
    /// What the clock on the wall shows.
    pub clock: NaiveDateTime,
    /// How far it is from UTC, and the abbreviation for that.
    pub offset: NamedOffset<'a>,
    /// Whether it is daylight saving time.
    pub is_dst: bool,
}

impl<'a> NamedOffset<'a> {
    fn of(local: &'a LocalTimeType) -> Self {
        let offset = FixedOffset::east_opt(local.ut_offset()).unwrap_or_else(|| Utc.fix());
        Self { offset, name: local.time_zone_designation() }
    }

    /// Whether this is UTC by name, not merely the same time.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        self.offset.local_minus_utc() == 0 && self.name == "UTC"
    }
}

/// An offset from UTC that knows its abbreviation: chrono prints `%Z` as the offset's `Display`.
#[derive(Debug, Clone, Copy)]
pub struct NamedOffset<'a> {
    offset: FixedOffset,
    name: &'a str,
}

impl fmt::Display for NamedOffset<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Offset for NamedOffset<'_> {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::{env, fs};

    /// Central European Time by its rules, for tests on machines without zoneinfo.
    pub(crate) fn berlin() -> Zone {
        Zone::local(Some("CET-1CEST,M3.5.0,M10.5.0/3".into())).unwrap()
    }

    fn at(zone: &Zone, text: &str) -> String {
        let local = zone.at(text.parse().unwrap());
        format!("{} {}", local.clock, local.offset)
    }

    #[test]
    fn summer_time_begins_and_ends_with_the_rules() {
        let berlin = berlin();
        assert_eq!(at(&berlin, "2026-03-29T00:59:59Z"), "2026-03-29 01:59:59 CET");
        assert_eq!(at(&berlin, "2026-03-29T01:00:00Z"), "2026-03-29 03:00:00 CEST");
        assert_eq!(at(&berlin, "2026-10-25T01:00:00Z"), "2026-10-25 02:00:00 CET");
    }

    #[test]
    fn a_file_that_changes_is_followed_and_one_that_is_lost_keeps_its_last_rules() {
        // Version 1 files (RFC 9636 §3.2) of one type each, without any change.
        let rules = |offset: i32, name: &[u8; 4]| {
            let mut bytes = b"TZif".to_vec();
            bytes.extend([0; 16]);
            for count in [0_u32, 0, 0, 0, 1, 4] {
                bytes.extend(count.to_be_bytes());
            }
            bytes.extend(offset.to_be_bytes());
            bytes.extend([0, 0]);
            bytes.extend(name);
            bytes
        };
        let path = env::temp_dir().join(format!("zone-{}", std::process::id()));
        fs::write(&path, rules(3600, b"ONE\0")).unwrap();
        let mut zone = Zone::read(&path).unwrap();
        assert_eq!(at(&zone, "2026-01-01T00:00:00Z"), "2026-01-01 01:00:00 ONE");

        let other = path.with_extension("new");
        fs::write(&other, rules(7200, b"TWO\0")).unwrap();
        fs::rename(&other, &path).unwrap();
        zone.refresh().unwrap();
        assert_eq!(at(&zone, "2026-01-01T00:00:00Z"), "2026-01-01 02:00:00 TWO");

        fs::remove_file(&path).unwrap();
        assert!(zone.refresh().is_err());
        assert_eq!(at(&zone, "2026-01-01T00:00:00Z"), "2026-01-01 02:00:00 TWO");

        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(zone.refresh().unwrap_err().to_string().ends_with("it is no regular file"));
        assert_eq!(at(&zone, "2026-01-01T00:00:00Z"), "2026-01-01 02:00:00 TWO");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn tz_in_odd_forms_is_what_date_has_or_refused() {
        let local = |tz: &str| Zone::local(Some(tz.into()));
        let summer = |tz: &str| at(&local(tz).unwrap(), "2026-07-01T12:00:00Z");
        for tz in ["", ":", "UTC0"] {
            assert_eq!(summer(tz), "2026-07-01 12:00:00 UTC", "{tz}");
        }
        assert_eq!(summer("<+03>-3"), "2026-07-01 15:00:00 +03");
        assert_eq!(summer("XXX23:59:59"), "2026-06-30 12:00:01 XXX");
        assert_eq!(summer("CET-1CEST"), "2026-07-01 14:00:00 CEST");
        assert_eq!(
            at(&local("CET-1CEST").unwrap(), "2026-11-05T12:00:00Z"),
            "2026-11-05 13:00:00 CET"
        );
        for (tz, problem) in [
            ("XXX24", "a day or more from UTC"),
            ("XXX-24", "a day or more from UTC"),
            ("XXX999", "neither a name"),
            ("<AA>0", "three letters"),
            ("Mars/Olympus", "neither a name"),
            ("CET-1CEST,nonsense", "neither a name"),
            ("../../etc/passwd", "neither a name"),
            ("/dev/zero", "no regular file"),
            ("/etc/passwd", "no time zone file"),
            ("a\x1b", "neither a name"),
        ] {
            let error = local(tz).unwrap_err().to_string();
            assert!(error.starts_with("TZ=") && error.contains(problem), "{tz}: {error}");
            assert!(!error.contains('\x1b'));
        }
        let odd = Zone::local(Some(OsStr::from_bytes(b"Caf\xe9").to_owned())).unwrap_err();
        assert!(odd.to_string().contains("not valid UTF-8"), "{odd}");
    }

    #[test]
    fn an_unknown_name_or_a_path_in_disguise_is_an_error_never_utc() {
        for name in ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", "a\x1b"] {
            assert!(matches!(Zone::named(name), Err(ZoneError::Unknown)), "{name}");
        }
    }
}
