//! Time zones, from the system's zoneinfo: rules that are compiled into a program grow old, the system's are updated.
//!
//! Names follow the C library: `local` is the zone of the TZ variable, else of /etc/localtime, else UTC
//! (tzset(3), localtime(5)). Unlike the C library an unknown name is an error, never silently UTC.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, Utc};
use tz::timezone::{LocalTimeType, TimeZone};

/// Where zoneinfo lies, in the order in which it is looked for.
const ZONEINFO: [&str; 3] = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"];

/// A time zone with its rules.
#[derive(Debug, Clone)]
pub struct Zone {
    /// None: UTC.
    rules: Option<TimeZone>,
    /// Where they came from, if from a file.
    file: Option<(PathBuf, Stamp)>,
}

/// Identifies a state of a file: it changes when the file is written or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    inode: (u64, u64),
    modified: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self {
            inode: (file.dev(), file.ino()),
            modified: (file.mtime(), file.mtime_nsec()),
        })
    }
}

/// Why there is no such zone.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// Nothing of that name.
    #[error(
        "no time zone '{0}' in the system's zoneinfo; try 'local', 'utc' or a name like Europe/Berlin ('timedatectl list-timezones' lists them, the package tzdata brings them)"
    )]
    Unknown(String),
    /// The file is there but cannot be read.
    #[error("cannot read the time zone file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file or the TZ variable holds no rules.
    #[error("{0} is no time zone: {1}")]
    Malformed(String, String),
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, ZoneError> {
        match name {
            "local" => Self::local(env::var("TZ").ok().as_deref()),
            "utc" | "UTC" => Ok(Self::utc()),
            _ => Self::named(name),
        }
    }
}

impl Zone {
    /// Coordinated Universal Time, which needs no file.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: None, file: None }
    }

    /// The zone of this machine, `tz` being the TZ variable: a name, a path, rules as POSIX writes them, or unset.
    fn local(tz: Option<&str>) -> Result<Self, ZoneError> {
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
        let name = tz.strip_prefix(':').unwrap_or(tz);
        if name.is_empty() {
            return Ok(Self::utc());
        }
        if name.starts_with('/') {
            return Self::read(Path::new(name));
        }
        Self::named(name).or_else(|unknown| match Self::posix(name) {
            // A comma stands in POSIX rules alone, never in a name.
            Err(malformed) if name.contains(',') => Err(malformed),
            zone => zone.map_err(|_malformed| unknown),
        })
    }

    fn named(name: &str) -> Result<Self, ZoneError> {
        let unknown = || ZoneError::Unknown(common::escape::escape(name).into_owned());
        let is_plain =
            Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !is_plain {
            return Err(unknown());
        }
        let own = env::var_os("TZDIR").map(PathBuf::from);
        let folders = own.into_iter().chain(ZONEINFO.map(PathBuf::from));
        let file = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
        Self::read(&file.ok_or_else(unknown)?)
    }

    fn posix(rules: &str) -> Result<Self, ZoneError> {
        let malformed = |error: tz::Error| {
            ZoneError::Malformed(format!("TZ={}", common::escape::escape(rules)), error.to_string())
        };
        let rules = TimeZone::from_posix_tz(rules).map_err(malformed)?;
        Ok(Self { rules: Some(rules), file: None })
    }

    fn read(path: &Path) -> Result<Self, ZoneError> {
        let unreadable = |source| ZoneError::Unreadable { path: path.to_owned(), source };
        // The stamp first: if the file is replaced in between, the next refresh finds another stamp.
        let stamp = Stamp::of(path).map_err(unreadable)?;
        let bytes = fs::read(path).map_err(unreadable)?;
        let rules = TimeZone::from_tz_data(&bytes)
            .map_err(|error| ZoneError::Malformed(path.display().to_string(), error.to_string()))?;
        Ok(Self { rules: Some(rules), file: Some((path.to_owned(), stamp)) })
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

    /// Central European Time by its rules, for tests on machines without zoneinfo.
    pub(crate) fn berlin() -> Zone {
        Zone::local(Some("CET-1CEST,M3.5.0,M10.5.0/3")).unwrap()
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
    }

    #[test]
    fn an_empty_tz_is_utc() {
        assert_eq!(
            at(&Zone::local(Some("")).unwrap(), "2026-07-01T12:00:00Z"),
            "2026-07-01 12:00:00 UTC"
        );
    }

    #[test]
    fn an_unknown_name_or_a_path_in_disguise_is_an_error_never_utc() {
        for name in ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", "a\x1b"] {
            let error = name.parse::<Zone>().unwrap_err().to_string();
            assert!(error.contains("no time zone"), "{name}: {error}");
            assert!(!error.contains('\x1b'));
        }
        assert!(matches!(Zone::local(Some("CET-1CEST,nonsense")), Err(ZoneError::Malformed(..))));
    }
}
