//! Dates in the format of Moment.js, which `{{date}}` and `{{commit_date}}` take.

mod format;
mod zone;

use jiff::Timestamp;

/// How long a format may be, in bytes.
const SIZE: usize = 1024;

/// Writes a moment in a time zone. An empty format is ISO 8601.
pub(super) fn write(time: Timestamp, zone: &Zone, format: &str) -> Result<String, String> {
    if format.len() > SIZE {
        return Err(format!("the format of a date may have {SIZE} bytes at most"));
    }
    Ok(format::write(time, &zone.0, format))
}

/// A time zone.
pub(super) struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// The zone of a name of the IANA database, in any case. The database is the one that was
    /// compiled in, so that a date doesn't depend on the machine.
    pub(super) fn named(name: &str) -> Option<Self> {
        zone::named(name).map(Self)
    }

    /// UTC.
    pub(super) fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }
}
