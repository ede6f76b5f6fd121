//! Names that sound like secrets, by `BuildKit`'s own measure.

/// Words that make a name secret, as `BuildKit`'s `SecretsUsedInArgOrEnv` has them.
const SECRET: [&str; 10] = [
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "password",
    "pword",
    "passwd",
    "secret",
    "token",
];

/// Words that take it back.
const HARMLESS: [&str; 3] = ["public", "file", "version"];

/// Whether the name of a variable sounds like a secret: one of its words between underscores is
/// `key`, `token` and so on, and none is `public`, `file` or `version`. The verdict is that of
/// `BuildKit`'s check `SecretsUsedInArgOrEnv`.
pub fn looks_secret(name: &str) -> bool {
    let mut is_secret = false;
    for word in name.split('_') {
        if is_one_of(word, &HARMLESS) {
            return false;
        }
        is_secret = is_secret || is_one_of(word, &SECRET);
    }
    is_secret
}

/// Compares without case, with the two other letters that Unicode folds into ASCII ones: the long
/// s and the Kelvin sign.
fn is_one_of(word: &str, words: &[&str]) -> bool {
    if word.is_ascii() {
        return words.iter().any(|it| word.eq_ignore_ascii_case(it));
    }
    let folded = || {
        word.chars().map(|it| match it {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            other => other.to_ascii_lowercase(),
        })
    };
    words.iter().any(|it| folded().eq(it.chars()))
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn whole_words_count() {
        for name in [
            "api_key",
            "APIKEY",
            "DATABASE_PASSWORD",
            "GITHUB_TOKEN",
            "secret_MESSAGE",
            "AUTH",
            "AWS_SECRET_ACCESS_KEY",
            "git_key",
            "_key",
            "a__token",
            "MY_CREDENTIALS",
            "\u{212a}EY",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in [
            "",
            "PATH",
            "KEYRING",
            "MONKEY",
            "TOKENS",
            "DBPASSWORD",
            "PUBLIC_KEY",
            "SECRET_FILE",
            "key_version",
            "API-KEY",
            "AUTHOR",
        ] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
