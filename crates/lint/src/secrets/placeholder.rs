//! Values that stand for a secret without being one.

/// Texts that no real secret holds.
const PARTS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "change_this",
    "changethis",
    "placeholder",
    "your-",
    "your_",
    "yourpass",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "xxxx",
    "dummy",
    "redacted",
    "insecure",
    "notsecret",
    "not-secret",
    "not_secret",
    "not-a-",
    "not_a_",
    "replace",
    "sample",
    "foobar",
    "****",
    "....",
    "supersecret",
    "super-secret",
    "super_secret",
    "mysecret",
    "my-secret",
    "my_secret",
    "mypassword",
    "my-password",
    "my_password",
    "mytoken",
    "1234567",
    "7654321",
    "abcdefg",
    "deadbeef",
    "secret-key",
    "secret_key",
    "fake",
];

/// Values that are nobody's secret as a whole.
const WHOLE: &[&str] = &[
    "",
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "apikey",
    "test",
    "testing",
    "tests",
    "root",
    "admin",
    "administrator",
    "user",
    "username",
    "guest",
    "default",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "yes",
    "no",
    "empty",
    "unset",
    "todo",
    "tbd",
    "foo",
    "bar",
    "postgres",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "rabbitmq",
    "docker",
    "dev",
    "development",
    "local",
    "localhost",
    "demo",
    "ci",
    "build",
    "temp",
    "tmp",
    "string",
    "value",
    "x",
    "1234",
    "12345",
    "123456",
    "123",
    "toor",
    "letmein",
    "qwerty",
    "hunter2",
    "minio",
    "minioadmin",
    "pw",
    "p",
    "u",
    "a",
    "b",
    "p4ssw0rd",
    "passw0rd",
    "password1",
    "password123",
    "pass123",
    "admin123",
    "root123",
    "test123",
    "db",
    "app",
];

/// Whether a value stands for a secret without being one: a word such as `changeme`, a variable,
/// something in angle brackets, one character again and again.
pub(super) fn is_placeholder(value: &str) -> bool {
    let bytes = value.as_bytes();
    let Some(&first) = bytes.first() else { return true };
    if bytes.iter().all(|it| *it == first) {
        return true;
    }
    if bytes.iter().any(|it| matches!(it, b'$' | b'<' | b'>' | b'{' | b'}' | b'%' | b'`')) {
        return true;
    }
    WHOLE.iter().any(|it| it.eq_ignore_ascii_case(value)) || PARTS.iter().any(|it| holds(bytes, it))
}

/// Whether a text holds a part, which is in lower case, in whatever case.
fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|it| it.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn words_and_variables_are_no_secrets() {
        for value in [
            "",
            "changeme",
            "ChangeMe!",
            "xxxxxxxxxxxxxxxx",
            "<token>",
            "${TOKEN}",
            "$TOKEN",
            "AKIAIOSFODNN7EXAMPLE",
            "your-api-key",
            "0000000000",
            "password",
            "{{ token }}",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["s3cr3t-8f2k!", "tr0ub4dor&3", "AKIA2QXVK7T3LMWJ5RDN"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
