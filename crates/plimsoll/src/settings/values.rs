//! Values of settings in the forms that people write.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error as _};

/// A text that has a form of its own.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

/// Texts that have a form of their own.
pub(super) fn parsed_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|it| it.parse().map_err(D::Error::custom)).collect()
}

/// A number, or a text that says more.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum NumberOrText {
    /// A number, as for a port.
    Number(i64),
    /// A text.
    Text(String),
}

/// A size: `100MB`, `1.5 GB`, `64MiB`, or bytes without a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || format!("`{text}` is no size: write it as `100MB`, `1.5GB` or `64MiB`");
        let digits = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit: u64 = match &*unit.trim().to_ascii_lowercase() {
            "" | "b" => 1,
            "k" | "kb" => 1000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            _ => return Err(error()),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let whole: u64 = whole.parse().map_err(|_| error())?;
        let digits = u32::try_from(part.len()).ok().filter(|it| *it < 10).ok_or_else(error)?;
        let part: u64 = part.parse().map_err(|_| error())?;
        let sum = whole.checked_mul(unit).zip(part.checked_mul(unit));
        let sum = sum.and_then(|(whole, part)| whole.checked_add(part / 10_u64.pow(digits)));
        sum.map(Self).ok_or_else(error)
    }
}

/// A duration as Docker writes it: `1m30s`, `500ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nanoseconds(pub(super) u64);

impl FromStr for Nanoseconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || format!("`{text}` is no duration: write it as `30s`, `1m30s` or `500ms`");
        let mut rest = text;
        let mut sum: u64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|it: char| !it.is_ascii_digit()).ok_or_else(error)?;
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|it: char| it.is_ascii_digit()).unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let unit: u64 = match unit {
                "ns" => 1,
                "us" | "µs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => return Err(error()),
            };
            let number: u64 = number.parse().map_err(|_| error())?;
            sum = number
                .checked_mul(unit)
                .and_then(|it| sum.checked_add(it))
                // Engines keep it in a signed number.
                .filter(|it| i64::try_from(*it).is_ok())
                .ok_or_else(error)?;
            rest = after;
        }
        if text.is_empty() { Err(error()) } else { Ok(Self(sum)) }
    }
}

/// A port with its protocol: `3000` or `3000/udp`.
pub(super) fn port(text: &str) -> Result<String, String> {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let port = |it: &str| it.parse::<u16>().ok().filter(|port| *port > 0 && digits(it));
    let range_fits = match number.split_once('-') {
        Some((first, last)) => port(first).zip(port(last)).is_some_and(|(a, b)| a <= b),
        None => port(number).is_some(),
    };
    if range_fits && matches!(protocol, "tcp" | "udp" | "sctp") {
        Ok(format!("{number}/{protocol}"))
    } else {
        Err(format!("`{text}` is no port: write it as 3000 or \"3000/udp\""))
    }
}

/// Permission bits in octal, as `chmod` takes them.
pub(super) fn mode(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    match u32::from_str_radix(digits, 8) {
        Ok(mode) if mode <= 0o7777 && (3..=4).contains(&digits.len()) => Ok(mode),
        _ => Err(format!("`{text}` is no file mode: write it in octal, as \"0644\"")),
    }
}

/// A signal by name or number.
pub(super) fn signal(text: &str) -> Result<String, String> {
    const NAMES: [&str; 33] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS", "RTMIN", "RTMAX",
    ];
    let number = text.parse::<u8>().is_ok_and(|it| (1..=64).contains(&it));
    let name = text.strip_prefix("SIG").is_some_and(|it| {
        let realtime = it.strip_prefix("RTMIN+").or_else(|| it.strip_prefix("RTMAX-"));
        NAMES.contains(&it) || realtime.is_some_and(|it| it.parse::<u8>().is_ok_and(|it| it < 16))
    });
    if number || name {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is no signal: write it as \"SIGTERM\" or \"15\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_ten_or_two() {
        for (text, expected) in [
            ("100MB", 100_000_000),
            ("1.5 GB", 1_500_000_000),
            ("64MiB", 64 << 20),
            ("7", 7),
            ("2k", 2000),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(expected)), "{text}");
        }
        for text in
            ["", "MB", "1.", "-1MB", "1TBB", "1.2.3k", "99999999999999999999", "9999999999999GB"]
        {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_those_of_docker() {
        for (text, nanoseconds) in [
            ("30s", 30_000_000_000),
            ("1m30s", 90_000_000_000),
            ("500ms", 500_000_000),
            ("1h", 3_600_000_000_000),
            ("0s", 0),
        ] {
            assert_eq!(text.parse(), Ok(Nanoseconds(nanoseconds)));
        }
        for text in ["", "30", "s", "-1s", "1d", "1.5s", "99999999999h"] {
            assert!(text.parse::<Nanoseconds>().is_err(), "{text}");
        }
    }

    #[test]
    fn ports_modes_and_signals_are_checked() {
        assert_eq!(port("3000"), Ok("3000/tcp".to_owned()));
        assert_eq!(port("53/udp"), Ok("53/udp".to_owned()));
        for text in ["0", "65536", "http", "80/http", "80-", "80-70", "+80", ""] {
            assert!(port(text).is_err(), "{text}");
        }
        assert_eq!(mode("0644"), Ok(0o644));
        for text in ["644x", "8", "99999", "0999", "-644"] {
            assert!(mode(text).is_err(), "{text}");
        }
        assert_eq!(signal("SIGRTMIN+3"), Ok("SIGRTMIN+3".to_owned()));
        for text in ["TERM", "SIG", "sigterm", "SIGFOO", "0", "99"] {
            assert!(signal(text).is_err(), "{text}");
        }
    }
}
