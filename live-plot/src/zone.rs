//! The zone of clock times: that of the variable TZ, else the system's, with the rules of the system's zoneinfo (tzset(3),
//! localtime(5)). What is shown in it is left to `picture::clock`.

use std::error::Error;
use std::path::Path;
use std::sync::LazyLock;

use common::escape::escape;
use common::regular_file;
use tz::{TimeZone, TimeZoneSettings};

/// The largest file that may be a zone; the system's have some kilobytes.
const LARGEST: u64 = 1 << 20;

/// The local zone; UTC, and a warning, if it cannot be read. It is read once.
pub(crate) fn local() -> TimeZone {
    static LOCAL: LazyLock<TimeZone> = LazyLock::new(find_local);
    LOCAL.clone()
}

fn find_local() -> TimeZone {
    // A name that is not UTF-8 is no zone's, and is refused as such.
    let name = std::env::var_os("TZ").map(|name| name.to_string_lossy().into_owned());
    of(name.as_deref()).unwrap_or_else(|problem| {
        let name = name.as_deref().map_or("/etc/localtime".into(), |name| escape(name).to_string());
        tracing::warn!("The time zone {name} cannot be read ({problem}): clock times are in UTC, as with --utc.");
        TimeZone::utc()
    })
}

fn of(name: Option<&str>) -> Result<TimeZone, tz::Error> {
    let settings = TimeZoneSettings::new(TimeZoneSettings::DEFAULT_DIRECTORIES, read);
    match name {
        Some("") => Ok(TimeZone::utc()),
        Some(name) => settings.parse_posix_tz(name),
        None => settings.parse_local(),
    }
}

/// The bytes of a zone's file.
fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    Ok(regular_file::read(Path::new(path), LARGEST)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_from_regular_files_alone() {
        assert_eq!(of(Some("")).unwrap(), TimeZone::utc());
        let paris = of(Some("CET-1CEST,M3.5.0,M10.5.0/3")).unwrap();
        assert_eq!(paris.find_local_time_type(0).unwrap().ut_offset(), 3600);
        for bad in ["nonsense", "/dev/zero", ":/dev/zero"] {
            assert!(of(Some(bad)).is_err(), "{bad}");
        }
    }
}
