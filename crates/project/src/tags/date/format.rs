//! The tokens of Moment.js's formats, with its English names.

use jiff::Timestamp;
use jiff::Zoned;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The tokens, those first that begin with others. `L` and `l` are expanded before.
const TOKENS: [&str; 68] = [
    "Hmmss", "Hmm", "hmmss", "hmm", "Mo", "MMMM", "MMM", "MM", "M", "Do", "DDDo", "DDDD", "DDD",
    "DD", "D", "dddd", "ddd", "dd", "do", "d", "wo", "ww", "w", "Wo", "WW", "W", "Qo", "Q",
    "NNNNN", "NNNN", "NNN", "NN", "N", "YYYYYY", "YYYYY", "YYYY", "YY", "Y", "yyyy", "yyy", "yy",
    "yo", "y", "ggggg", "gggg", "gg", "GGGGG", "GGGG", "GG", "e", "E", "a", "A", "hh", "h", "HH",
    "H", "kk", "k", "mm", "m", "ss", "s", "x", "X", "zz", "z", "ZZ",
];

/// What `L`, `LT` and their like stand for.
const LOCAL: [(&str, &str); 10] = [
    ("LTS", "h:mm:ss A"),
    ("LT", "h:mm A"),
    ("LLLL", "dddd, MMMM D, YYYY h:mm A"),
    ("LLL", "MMMM D, YYYY h:mm A"),
    ("LL", "MMMM D, YYYY"),
    ("L", "MM/DD/YYYY"),
    ("llll", "ddd, MMM D, YYYY h:mm A"),
    ("lll", "MMM D, YYYY h:mm A"),
    ("ll", "MMM D, YYYY"),
    ("l", "M/D/YYYY"),
];

/// Writes a moment.
pub(super) fn write(time: Timestamp, zone: &TimeZone, format: &str) -> String {
    let moment = Moment::new(time, zone);
    let expanded = match format {
        "" if moment.offset == 0 => "YYYY-MM-DDTHH:mm:ss[Z]".to_owned(),
        "" => "YYYY-MM-DDTHH:mm:ssZ".to_owned(),
        _ => expand(format),
    };
    let mut output = String::new();
    let mut rest = expanded.as_str();
    while let Some(first) = rest.chars().next() {
        let (piece, length) = piece(rest, first);
        match piece {
            Piece::Token(token) => moment.push(token, &mut output),
            Piece::Text(text) => output.push_str(text),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    output
}

enum Piece<'f> {
    Token(&'f str),
    Text(&'f str),
}

/// The next piece of a format, and its length.
fn piece(rest: &str, first: char) -> (Piece<'_>, usize) {
    if let Some(length) = bracketed(rest) {
        return (Piece::Text(rest.get(1..length - 1).unwrap_or_default()), length);
    }
    let (escape, plain) = rest.strip_prefix('\\').map_or((0, rest), |it| (1, it));
    let token = token(plain);
    match (escape, token) {
        (0, Some(token)) => (Piece::Token(token), token.len()),
        (_, Some(token)) => (Piece::Text(token), 1 + token.len()),
        (0, None) if matches!(first, '\n' | '\r' | '\u{2028}' | '\u{2029}') => {
            (Piece::Text(""), first.len_utf8())
        }
        (0, None) => {
            (Piece::Text(rest.get(..first.len_utf8()).unwrap_or_default()), first.len_utf8())
        }
        (_, None) => {
            let length = plain.chars().next().map_or(0, char::len_utf8);
            let text = plain.get(..length).filter(|it| *it != "\\").unwrap_or_default();
            (Piece::Text(text), 1 + length)
        }
    }
}

/// The token at the start of a format. `S` may stand up to nine times.
fn token(format: &str) -> Option<&str> {
    let fraction = format.bytes().take(9).take_while(|it| *it == b'S').count();
    let known = TOKENS.into_iter().chain(["Z"]).find(|it| format.starts_with(it));
    format.get(..known.map_or(fraction, str::len)).filter(|it| !it.is_empty())
}

/// The length of `[text]` at the start of a format: it ends at the last `]` before the next `[`.
fn bracketed(format: &str) -> Option<usize> {
    let inner = format.strip_prefix('[')?;
    let end = inner.find('[').unwrap_or(inner.len());
    inner.get(..end)?.rfind(']').map(|it| it + 2)
}

/// Replaces `L` and its like, but not where it is escaped.
fn expand(format: &str) -> String {
    let mut expanded = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let found = LOCAL.into_iter().find(|(token, _)| rest.starts_with(token));
        let escaped = rest
            .strip_prefix('\\')
            .and_then(|plain| LOCAL.into_iter().find(|(token, _)| plain.starts_with(token)));
        let (text, length) = match (bracketed(rest), found, escaped) {
            (Some(length), _, _) => (rest.get(..length).unwrap_or_default(), length),
            (None, Some((token, meaning)), _) => (meaning, token.len()),
            (None, None, Some((token, _))) => {
                let length = 1 + token.len();
                (rest.get(..length).unwrap_or_default(), length)
            }
            (None, None, None) => {
                (rest.get(..first.len_utf8()).unwrap_or_default(), first.len_utf8())
            }
        };
        expanded.push_str(text);
        rest = rest.get(length..).unwrap_or_default();
    }
    expanded
}

/// A point in time as the people of a zone call it.
struct Moment {
    zoned: Zoned,
    /// East of UTC, in minutes.
    offset: i32,
    abbreviation: String,
}

impl Moment {
    fn new(time: Timestamp, zone: &TimeZone) -> Self {
        let info = zone.to_offset_info(time);
        let offset = info.offset().seconds() / 60;
        let abbreviation = info.abbreviation().to_owned();
        Self { zoned: time.to_zoned(zone.clone()), offset, abbreviation }
    }

    fn push(&self, token: &str, output: &mut String) {
        let text = match token.strip_suffix('o') {
            Some(counted) => ordinal(self.number(counted)),
            None => self.text(token),
        };
        output.push_str(&text);
    }

    fn text(&self, token: &str) -> String {
        let zoned = &self.zoned;
        let (hour, minute, second) = (zoned.hour(), zoned.minute(), zoned.second());
        match token {
            "MMMM" => self.month().to_owned(),
            "MMM" => self.month().get(..3).unwrap_or_default().to_owned(),
            "dddd" => self.day().to_owned(),
            "ddd" => self.day().get(..3).unwrap_or_default().to_owned(),
            "dd" => self.day().get(..2).unwrap_or_default().to_owned(),
            "Y" | "YYYY" | "yyyy" => pad(self.number("Y"), 4),
            "YYYYYY" => format!("+{}", pad(self.number("Y"), 6)),
            "YYYYY" => pad(self.number("Y"), 5),
            "YY" => pad(self.number("Y") % 100, 2),
            "yyy" => pad(self.number("Y"), 3),
            "yy" => pad(self.number("Y"), 2),
            "N" | "NN" | "NNN" | "NNNNN" => "AD".to_owned(),
            "NNNN" => "Anno Domini".to_owned(),
            "gg" | "GG" => pad(self.number(token) % 100, 2),
            "ggggg" | "GGGGG" => pad(self.number(token), 5),
            "gggg" | "GGGG" => pad(self.number(token), 4),
            "DDDD" => pad(self.number("DDD"), 3),
            "MM" | "DD" | "HH" | "hh" | "kk" | "mm" | "ss" | "ww" | "WW" => {
                pad(self.number(token.get(..1).unwrap_or_default()), 2)
            }
            "Hmm" => format!("{hour}{minute:02}"),
            "Hmmss" => format!("{hour}{minute:02}{second:02}"),
            "hmm" => format!("{}{minute:02}", self.number("h")),
            "hmmss" => format!("{}{minute:02}{second:02}", self.number("h")),
            "A" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            "a" => if hour < 12 { "am" } else { "pm" }.to_owned(),
            "X" => zoned.timestamp().as_millisecond().div_euclid(1000).to_string(),
            "x" => zoned.timestamp().as_millisecond().to_string(),
            "z" | "zz" => self.abbreviation.clone(),
            "Z" => self.offset(":"),
            "ZZ" => self.offset(""),
            _ if token.starts_with('S') => self.fraction(token.len()),
            _ => self.number(token).to_string(),
        }
    }

    /// The number that a token stands for, before it is padded.
    fn number(&self, token: &str) -> i64 {
        let zoned = &self.zoned;
        let day_of_week = i64::from(zoned.weekday().to_sunday_zero_offset());
        match token {
            "M" => i64::from(zoned.month()),
            "D" => i64::from(zoned.day()),
            "DDD" => i64::from(zoned.day_of_year()),
            "Q" => (i64::from(zoned.month()) - 1) / 3 + 1,
            "d" | "e" => day_of_week,
            "E" => {
                if day_of_week == 0 {
                    7
                } else {
                    day_of_week
                }
            }
            "H" => i64::from(zoned.hour()),
            "h" => match i64::from(zoned.hour()) % 12 {
                0 => 12,
                hour => hour,
            },
            "k" => match i64::from(zoned.hour()) {
                0 => 24,
                hour => hour,
            },
            "m" => i64::from(zoned.minute()),
            "s" => i64::from(zoned.second()),
            "w" => self.week().1,
            "gg" | "gggg" | "ggggg" => self.week().0,
            "W" => i64::from(zoned.date().iso_week_date().week()),
            "GG" | "GGGG" | "GGGGG" => i64::from(zoned.date().iso_week_date().year()),
            _ => i64::from(zoned.year()),
        }
    }

    /// The year and week as they are counted in the United States: weeks start on Sunday, and the
    /// first one has the first of January.
    fn week(&self) -> (i64, i64) {
        let date = self.zoned.date();
        let to_saturday = 6 - i64::from(date.weekday().to_sunday_zero_offset());
        let day = i64::from(date.day_of_year());
        let days = i64::from(date.days_in_year());
        let year = i64::from(date.year());
        if day + to_saturday > days { (year + 1, 1) } else { (year, (day + to_saturday + 6) / 7) }
    }

    fn month(&self) -> &'static str {
        let index = usize::try_from(self.zoned.month() - 1).unwrap_or_default();
        MONTHS.get(index).copied().unwrap_or_default()
    }

    fn day(&self) -> &'static str {
        let index = usize::try_from(self.number("d")).unwrap_or_default();
        DAYS.get(index).copied().unwrap_or_default()
    }

    /// So many digits of the second's fraction, of which three are known.
    fn fraction(&self, digits: usize) -> String {
        let digits_of = format!("{:03}000000", self.zoned.millisecond());
        digits_of.get(..digits).unwrap_or_default().to_owned()
    }

    fn offset(&self, between: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

fn pad(number: i64, digits: usize) -> String {
    format!("{number:0digits$}")
}

/// `1st`, `2nd`, `11th`.
fn ordinal(number: i64) -> String {
    let ending = match (number % 100 / 10, number % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::super::{Zone, write};

    #[track_caller]
    fn says(time: &str, zone: &str, format: &str, expected: &str) {
        let zone = Zone::named(zone).expect("a zone");
        assert_eq!(
            write(time.parse().unwrap(), &zone, format).as_deref(),
            Ok(expected),
            "{format}"
        );
    }

    #[test]
    fn every_token_has_its_text() {
        let time = "2021-03-07T15:04:05.678Z";
        for (format, expected) in [
            ("YYYY YY Y YYYYY YYYYYY", "2021 21 2021 02021 +002021"),
            ("M Mo MM MMM MMMM", "3 3rd 03 Mar March"),
            ("D Do DD DDD DDDo DDDD", "7 7th 07 66 66th 066"),
            ("d do dd ddd dddd e E", "0 0th Su Sun Sunday 0 7"),
            ("Q Qo w wo ww W Wo WW", "1 1st 11 11th 11 9 9th 09"),
            ("gg gggg GG GGGG", "21 2021 21 2021"),
            ("H HH h hh k kk m mm s ss", "15 15 3 03 15 15 4 04 5 05"),
            ("Hmm Hmmss hmm hmmss A a", "1504 150405 304 30405 PM pm"),
            ("S SS SSS SSSS SSSSSSSSS", "6 67 678 6780 678000000"),
            ("X x Z ZZ z", "1615129445 1615129445678 +00:00 +0000 UTC"),
            ("N NNNN y yo yyyy", "AD Anno Domini 2021 2021st 2021"),
            ("LT|LTS|L|l", "3:04 PM|3:04:05 PM|03/07/2021|3/7/2021"),
            ("LL|ll", "March 7, 2021|Mar 7, 2021"),
            ("LLLL|llll", "Sunday, March 7, 2021 3:04 PM|Sun, Mar 7, 2021 3:04 PM"),
            ("", "2021-03-07T15:04:05Z"),
        ] {
            says(time, "UTC", format, expected);
        }
    }

    #[test]
    fn brackets_and_backslashes_escape() {
        let time = "2020-01-10T00:30:00Z";
        says(time, "UTC", "[YYYY]YYYY[]", "YYYY2020");
        says(time, "UTC", "[a]b]", "a]b");
        says(time, "UTC", r"\YYYY\\\L[", "YYYYL[");
        says(time, "UTC", "GGGG-[W]WW", "2020-W02");
    }

    #[test]
    fn zones_shift_the_day() {
        says(
            "2019-12-31T23:30:05Z",
            "Asia/Tokyo",
            "YYYYMMDD-HHmmss Z z",
            "20200101-083005 +09:00 JST",
        );
        says("2020-07-01T00:00:00Z", "America/New_York", "YYYY-MM-DD ZZ z", "2020-06-30 -0400 EDT");
        says("2020-07-01T00:00:00Z", "Asia/Tokyo", "", "2020-07-01T09:00:00+09:00");
    }

    #[test]
    fn years_end_within_weeks() {
        says("2019-12-31T00:00:00Z", "UTC", "YYYY gggg ww GGGG WW", "2019 2020 01 2020 01");
        says("2021-01-01T00:00:00Z", "UTC", "YYYY gggg ww GGGG WW", "2021 2021 01 2020 53");
        says("2022-01-01T00:00:00Z", "UTC", "YYYY gggg ww GGGG WW", "2022 2022 01 2021 52");
    }
}
