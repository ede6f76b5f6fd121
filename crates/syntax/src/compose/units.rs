//! Amounts as texts: times, sizes, and published ports.

use std::net::IpAddr;

/// A time such as `1m30s`, in nanoseconds: numbers with the units `ns`, `us`, `ms`, `s`, `m`, `h`,
/// `d` and `w`, one after the other, and `0` alone. `None` for anything else.
pub fn duration(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return Some(0);
    }
    if unsigned.is_empty() {
        return None;
    }
    let mut rest = unsigned;
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, after) = rest.split_at(digits);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => {
                let digits = after.find(|it: char| !it.is_ascii_digit()).unwrap_or(after.len());
                after.split_at(digits)
            }
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|it: char| it == '.' || it.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit: i64 = match unit {
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            "w" => 604_800_000_000_000,
            _ => return None,
        };
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        sum = sum.checked_add(whole.checked_mul(unit)?)?;
        sum = sum.checked_add(part_of(unit, fraction))?;
        rest = after;
    }
    Some(if text.starts_with('-') { -sum } else { sum })
}

/// A fraction of a unit, such as `5` of a second for `0.5s`.
fn part_of(unit: i64, fraction: &str) -> i64 {
    let mut part = 0;
    let mut step = unit;
    for digit in fraction.bytes().take(18) {
        step /= 10;
        part += step * i64::from(digit - b'0');
    }
    part
}

/// A size such as `512m` or `1.5 GiB`, in bytes. A number alone is bytes, and only such may be
/// negative. `None` for anything else.
#[expect(clippy::cast_possible_truncation, reason = "sizes end where the loader's do")]
pub fn bytes(text: &str) -> Option<i64> {
    if let Some(number) = whole(text) {
        return Some(number);
    }
    let last = text.rfind(|it: char| it.is_ascii_digit() || matches!(it, '.' | ' '))?;
    let (number, suffix) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let number: f64 = number.parse().ok().filter(|it| *it >= 0.0)?;
    let suffix = suffix.to_ascii_lowercase();
    let power = match suffix.strip_suffix("ib").or_else(|| suffix.strip_suffix('b')) {
        _ if suffix.is_empty() || suffix == "b" => 0,
        letter => match letter.unwrap_or(&suffix) {
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return None,
        },
    };
    Some((number * 1024_f64.powi(power)) as i64)
}

/// A whole number of 64 bits.
pub(super) fn whole(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// What is wrong with a published port in its short form, if anything.
pub(super) fn port_problem(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let container = parts.last().copied().unwrap_or_default();
    let host = parts.len().checked_sub(2).map_or("", |it| parts[it]);
    let address_end = parts.len().saturating_sub(2);
    let address = parts[..address_end].join(":");
    if !is_address(&address) {
        return Some(format!("`{address}` is no IP address"));
    }
    let mut container_parts = container.split('/');
    let ports = container_parts.next().unwrap_or_default();
    let protocol = container_parts.next().filter(|it| !it.is_empty()).unwrap_or("tcp");
    if ports.is_empty() {
        return Some("no port of the container is named".to_owned());
    }
    let Some((first, last)) = port_range(ports) else {
        return Some(format!("`{ports}` is no port of a container"));
    };
    if !host.is_empty() {
        let Some((host_first, host_last)) = port_range(host) else {
            return Some(format!("`{host}` is no port of a host"));
        };
        if last - first != host_last - host_first && first != last {
            return Some(format!("the ranges `{host}` and `{ports}` are not equally long"));
        }
    }
    let is_known = ["tcp", "udp", "sctp"].iter().any(|it| protocol.eq_ignore_ascii_case(it));
    (!is_known).then(|| format!("`{protocol}` is no protocol"))
}

/// Nothing, or an address; one of IPv6 in brackets.
fn is_address(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    match bare {
        Some(inner) => inner.is_empty() || inner.parse::<IpAddr>().is_ok(),
        None => text.is_empty() || (!text.contains(':') && text.parse::<IpAddr>().is_ok()),
    }
}

fn port_range(text: &str) -> Option<(u16, u16)> {
    let port =
        |text: &str| text.parse().ok().filter(|_| text.bytes().all(|it| it.is_ascii_digit()));
    if !text.contains('-') {
        let port = port(text)?;
        return Some((port, port));
    }
    let mut parts = text.split('-');
    let (first, last) = (port(parts.next()?)?, port(parts.next()?)?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_with_units() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5s", Some(1_500_000_000)),
            (".5s", Some(500_000_000)),
            ("-2ms", Some(-2_000_000)),
            ("1d", Some(86_400_000_000_000)),
            ("10", None),
            ("10 seconds", None),
            ("", None),
            ("s", None),
            ("1S", None),
            ("99999999999h", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes_have_units_of_1024() {
        for (text, expected) in [
            ("10", Some(10)),
            ("-1", Some(-1)),
            ("1k", Some(1024)),
            ("1.5 GiB", Some(1_610_612_736)),
            ("2MB", Some(2_097_152)),
            ("3b", Some(3)),
            ("lots", None),
            ("", None),
            ("1x", None),
            ("1kk", None),
            ("-1m", None),
            ("1 0m", None),
            ("1ib", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }

    #[test]
    fn published_ports_have_addresses_ranges_and_protocols() {
        for text in [
            "80",
            "8080:80",
            "127.0.0.1:8080:80/udp",
            "[::1]:80:80",
            "80-85:90",
            "80-81:90-91/TCP",
            "127.0.0.1::80",
            ":80",
            "80/",
        ] {
            assert_eq!(port_problem(text), None, "{text}");
        }
        for text in [
            "",
            "a",
            "80:b",
            "256.0.0.1:80:80",
            "::1:80:80",
            "80/x",
            "80-85:90-92",
            "85-80",
            "70000",
            "80:",
            "+80",
            "1.2.3:80:80",
            "/tcp",
        ] {
            assert!(port_problem(text).is_some(), "{text}");
        }
    }
}
