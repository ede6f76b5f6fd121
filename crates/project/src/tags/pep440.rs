//! Versions of Python packages, in all spellings that PEP 440 allows.

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    epoch: String,
    /// The numbers between dots, at least one.
    release: Vec<String>,
    /// `a`, `b` or `rc`, and a number.
    pre: Option<(&'static str, String)>,
    post: Option<String>,
    dev: Option<String>,
    local: Option<String>,
}

impl Version {
    /// Reads a version; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = match text.split_once('+') {
            Some((text, local)) => (text, Some(self::local(local)?)),
            None => (text, None),
        };
        let (epoch, text) = text.split_once('!').unwrap_or(("0", text));
        let mut rest = Rest(text);
        let mut release = vec![rest.number()?];
        while let Some(number) = rest.attempt(|rest| rest.skip('.').then(|| rest.number())?) {
            release.push(number);
        }
        let pre = rest.attempt(|rest| rest.letters(&PRE));
        let implicit = rest.attempt(|rest| rest.skip('-').then(|| rest.number())?);
        let post = implicit.or_else(|| rest.attempt(|rest| rest.letters(&POST)).map(|it| it.1));
        let dev = rest.attempt(|rest| rest.letters(&DEV)).map(|it| it.1);
        let version = Self { epoch: digits(epoch)?, release, pre, post, dev, local };
        rest.0.is_empty().then_some(version)
    }

    /// Whether it is anything but a release: a pre-, post- or development release.
    pub(super) fn is_extra(&self) -> bool {
        self.pre.is_some() || self.post.is_some() || self.dev.is_some()
    }

    /// One of the numbers of the release; 0 if it has fewer.
    pub(super) fn number(&self, index: usize) -> &str {
        self.release.get(index).map_or("0", String::as_str)
    }

    /// The normal form. The parts of a local version stand between commas, as the action has it:
    /// `+` and `,` both turn into `-` in a tag.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if self.epoch != "0" {
            text = format!("{}!", self.epoch);
        }
        text.push_str(&self.release.join("."));
        if let Some((letters, number)) = &self.pre {
            text.push_str(letters);
            text.push_str(number);
        }
        for (letters, number) in [(".post", &self.post), (".dev", &self.dev), ("+", &self.local)] {
            if let Some(number) = number {
                text.push_str(letters);
                text.push_str(number);
            }
        }
        text
    }
}

/// What people write, and what it means. Those that begin with others come first.
const PRE: [(&str, &str); 8] = [
    ("alpha", "a"),
    ("beta", "b"),
    ("preview", "rc"),
    ("pre", "rc"),
    ("rc", "rc"),
    ("a", "a"),
    ("b", "b"),
    ("c", "rc"),
];
const POST: [(&str, &str); 3] = [("post", "post"), ("rev", "post"), ("r", "post")];
const DEV: [(&str, &str); 1] = [("dev", "dev")];

/// What is left to read.
#[derive(Clone, Copy)]
struct Rest<'t>(&'t str);

impl Rest<'_> {
    /// Reads something, or nothing at all.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut after = *self;
        let found = read(&mut after)?;
        *self = after;
        Some(found)
    }

    fn skip(&mut self, it: char) -> bool {
        let after = self.0.strip_prefix(it);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    fn separator(&mut self) {
        let _ = self.skip('-') || self.skip('_') || self.skip('.');
    }

    fn number(&mut self) -> Option<String> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        digits(number)
    }

    /// One of these words and the number after it, 0 if there is none.
    fn letters(&mut self, words: &[(&str, &'static str)]) -> Option<(&'static str, String)> {
        self.separator();
        let (word, meaning) = words.iter().find(|(word, _)| self.0.starts_with(word))?;
        self.0 = self.0.get(word.len()..)?;
        self.separator();
        Some((meaning, self.number().unwrap_or_else(|| "0".to_owned())))
    }
}

/// Digits without leading zeros.
fn digits(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let short = text.trim_start_matches('0');
    is_number.then(|| if short.is_empty() { "0" } else { short }.to_owned())
}

fn local(text: &str) -> Option<String> {
    let parts = text.split(['.', '_', '-']).map(|part| {
        let is_part = !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric());
        is_part.then(|| digits(part).unwrap_or_else(|| part.to_owned()))
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join(","))
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn every_spelling_has_one_normal_form() {
        for (text, normal) in [
            ("1.2.3", "1.2.3"),
            ("v1.02", "1.2"),
            ("V1", "1"),
            ("2!1.0", "2!1.0"),
            ("1.2.3-rc.1", "1.2.3rc1"),
            ("1.0ALPHA", "1.0a0"),
            ("1.0c3", "1.0rc3"),
            ("1.0preview_4", "1.0rc4"),
            ("1.2post1", "1.2.post1"),
            ("1.0-1", "1.0.post1"),
            ("1.0rev", "1.0.post0"),
            ("1.0a1.post2.dev3", "1.0a1.post2.dev3"),
            ("1.0dev4", "1.0.dev4"),
            ("1.0a-", "1.0a0"),
            ("1.0+Ubuntu-01.x", "1.0+ubuntu,1,x"),
        ] {
            assert_eq!(Version::parse(text).map(|it| it.text()).as_deref(), Some(normal), "{text}");
        }
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in [
            "", "v", "x1", "1.", "1..2", "1.0-", "1.0x", "1.0+", "1.0+a..b", "1!", "!1", "1.0-1-1",
            " 1.0",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_release_is_not_extra() {
        for (text, is_extra) in
            [("1.2.3", false), ("1.2+x", false), ("1a1", true), ("1.post1", true), ("1.dev1", true)]
        {
            assert_eq!(Version::parse(text).unwrap().is_extra(), is_extra, "{text}");
        }
        assert_eq!(Version::parse("1.2").unwrap().number(2), "0");
    }
}
