//! Source excerpts without the secrets in them.
//!
//! A report goes to logs that more people read than the file. So where a finding is about a secret,
//! what looks like one is masked in the lines that are shown, byte for byte, so that places stay.
//! What surely is one (see `known`) is masked in every line.

mod known;

use std::borrow::Cow;

/// What ends a word that could be a secret.
const ENDS: &[char] =
    &['"', '\'', '=', ':', ',', '@', ';', '|', '&', '(', ')', '<', '>', '{', '}', '[', ']', '\\'];
/// A word of letters and digits at least this long is no word that people write.
const LONG: usize = 16;

/// The text with secrets masked: what follows `=` in an assignment, a password in a URL, the value
/// of the old form of `ENV`, and long words of letters and digits.
pub(in crate::report) fn masked(source: &str) -> String {
    known_masked(source).split_inclusive('\n').map(line).collect()
}

/// The text with the passwords of URLs masked, and the values of names that sound like secrets.
pub(super) fn known_masked(source: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(source);
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        for secret in known::secrets(line.trim_end_matches(['\n', '\r'])) {
            let place = start + secret.start..start + secret.end;
            let stars = "*".repeat(place.len());
            masked.to_mut().replace_range(place, &stars);
        }
        start += line.len();
    }
    masked
}

fn line(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let is_end = |it: char| it.is_whitespace() || ENDS.contains(&it);
    let keyword = line.split_whitespace().next().unwrap_or_default();
    let old_env = keyword.eq_ignore_ascii_case("ENV") && !line.contains('=');
    // What stands before the word: its separator, and the words before that.
    let (mut before, mut words) = (' ', 0);
    let (mut is_value, mut is_flag) = (false, false);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if is_end(first) {
            // A value goes on through quotes and all else but white space.
            is_value = match first {
                '=' => is_value || !is_flag,
                _ => is_value && !first.is_whitespace(),
            };
            is_flag &= !first.is_whitespace();
            masked.push(first);
            before = first;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        let is_password = before == ':' && after.starts_with('@');
        is_flag |= is_harmless_flag(word);
        let secret = (is_value && !word.starts_with('$'))
            || is_password
            || (old_env && words >= 2)
            || is_random(word);
        if secret {
            mask(&mut masked, word);
        } else {
            masked.push_str(word);
        }
        (words, rest) = (words + 1, after);
    }
    masked
}

/// Whether what stands after a flag is for everybody to see.
fn is_harmless_flag(word: &str) -> bool {
    let name = word.to_ascii_lowercase();
    name.starts_with("--") && !["pass", "token", "secret", "key"].iter().any(|it| name.contains(it))
}

fn is_random(word: &str) -> bool {
    word.len() >= LONG
        && word.bytes().any(|it| it.is_ascii_digit())
        && word.bytes().any(|it| it.is_ascii_alphabetic())
}

/// Keeps the beginning of a long word, by which people know which one it is.
fn mask(masked: &mut String, word: &str) {
    let kept = if word.len() >= LONG { 4 } else { 0 };
    for (index, char) in word.chars().enumerate() {
        if index < kept {
            masked.push(char);
        } else {
            masked.extend(std::iter::repeat_n('*', char.len_utf8()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surely_is_a_secret_is_masked_in_every_line() {
        for (source, expected) in [
            ("      POSTGRES_PASSWORD: hunter2 # no\n", "      POSTGRES_PASSWORD: ******* # no\n"),
            ("  - API_TOKEN=abc\r\n", "  - API_TOKEN=***\r\n"),
            ("  \"DB_PASSWORD\": \"a b\"", "  \"DB_PASSWORD\": \"***\""),
            ("POSTGRES_PASSWORD: ${PW:-dev}", "POSTGRES_PASSWORD: ${PW:-***}"),
            ("POSTGRES_PASSWORD: ${PW}", "POSTGRES_PASSWORD: ${PW}"),
            ("POSTGRES_PASSWORD_FILE: /run/secrets/db", "POSTGRES_PASSWORD_FILE: /run/secrets/db"),
            ("URL: postgres://a:p/w@db:5432/x", "URL: postgres://a:***@db:5432/x"),
            ("URL: postgres://a:${PW:-pw}@db/x", "URL: postgres://a:${PW:-**}@db/x"),
            ("URL: http://a:80/x?y=z", "URL: http://a:80/x?y=z"),
            ("    password: ${{ secrets.TOKEN }}", "    password: ${{ secrets.TOKEN }}"),
            ("  password: |", "  password: |"),
            (
                "  environment: {DB_PASSWORD: admin, A: $Z, SMTP_PASSWORD: 'h 2', B: c}",
                "  environment: {DB_PASSWORD: *****, A: $Z, SMTP_PASSWORD: '***', B: c}",
            ),
            ("ENV API_TOKEN a b", "ENV API_TOKEN ***"),
            ("RUN PGPASSWORD=hunter3 psql -c x", "RUN PGPASSWORD=******* psql -c x"),
            ("test: mysqladmin ping -pPW -u root", "test: mysqladmin ping -p** -u root"),
            ("test: redis-cli -a PW ping", "test: redis-cli -a ** ping"),
            ("command: redis-server --requirepass PW", "command: redis-server --requirepass **"),
            ("CMD [\"app\", \"--token\", \"X\"]", "CMD [\"app\", \"--token\", \"*\"]"),
            ("run: docker login -u me -p PW ghcr.io", "run: docker login -u me -p ** ghcr.io"),
            (
                "run: docker login --password-stdin ghcr.io",
                "run: docker login --password-stdin ghcr.io",
            ),
            ("curl -H \"Authorization: Bearer abc\"", "curl -H \"Authorization: Bearer ***\""),
            ("RUN mkdir -p /app && mysql", "RUN mkdir -p **** && mysql"),
            ("ports: [\"5432:5432\"]", "ports: [\"5432:5432\"]"),
            ("RUN curl https://me:pä@host/x", "RUN curl https://me:***@host/x"),
        ] {
            assert_eq!(known_masked(source), expected);
            assert_eq!(known_masked(source).len(), source.len());
        }
    }

    #[test]
    fn secrets_are_masked_and_everything_else_stays_in_its_place() {
        for (source, expected) in [
            ("ENV API_KEY=hunter2 B=$B\n", "ENV API_KEY=******* B=$B\n"),
            ("ENV TOKEN 'a b'", "ENV TOKEN '***'"),
            ("ARG T=\"ghp_0123456789abcdef\"", "ARG T=\"ghp_****************\""),
            ("RUN curl https://me:pässw@host/x", "RUN curl https://me:******@host/x"),
            ("RUN echo AKIA0123456789ABCDEF", "RUN echo AKIA****************"),
            ("RUN --mount=type=secret,id=npm npm ci", "RUN --mount=type=secret,id=npm npm ci"),
            ("RUN x --token=abc B=c", "RUN x --token=*** B=*"),
            ("COPY .env /app/.env", "COPY .env /app/.env"),
        ] {
            assert_eq!(masked(source), expected);
            assert_eq!(masked(source).len(), source.len());
        }
    }
}
