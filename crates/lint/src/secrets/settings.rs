//! Settings files that hold secrets: `.env`, `secrets.yaml`.

use super::find_secrets;
use super::name::looks_secret;
use super::placeholder::is_placeholder;

/// Shorter values keep nothing from anybody.
const LEAST: usize = 4;

/// Whether lines of the form `NAME=value` or `name: value` give a value to what sounds like a secret,
/// or any text in it has the form of one. Values that stand for one (`changeme`, `${TOKEN}`) don't
/// count.
pub fn settings_hold_secret(text: &str) -> bool {
    text.lines().any(line_holds_secret) || !find_secrets(text).is_empty()
}

fn line_holds_secret(line: &str) -> bool {
    let line = line.trim();
    let Some(at) = line.find(['=', ':']).filter(|_| !line.starts_with(['#', ';'])) else {
        return false;
    };
    let (name, value) = line.split_at(at);
    let name = name.trim().trim_start_matches("export ").trim_matches(['"', '\'', ' ']);
    let value = value.get(1..).unwrap_or_default().trim();
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'', ',']);
    let is_flag = value.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        || ["true", "false", "null", "none"].iter().any(|it| value.eq_ignore_ascii_case(it));
    // Paths and addresses say where a secret is.
    let is_place = value.starts_with(['/', '.', '~', '$', '<', '{', '[']);
    sounds_secret(name) && value.len() >= LEAST && !is_flag && !is_place && !is_placeholder(value)
}

fn sounds_secret(name: &str) -> bool {
    let is_short =
        |it: &str| ["pass", "pwd", "passphrase"].iter().any(|word| it.eq_ignore_ascii_case(word));
    looks_secret(&name.replace(['-', '.'], "_")) || name.split(['_', '-', '.']).any(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_tell() {
        for text in [
            "A=b\nDB_PASSWORD=s3cret-value\n",
            "export API_TOKEN='abcdef'",
            "stringData:\n  db-password: seriously\n",
            "DATABASE_URL=postgres://app:s3cr3tvalue@db/app\n",
            "REDIS_PASS: \"wolf-moon\"",
        ] {
            assert!(settings_hold_secret(text), "{text}");
        }
        for text in [
            "PUBLIC_API_URL=http://localhost:3000\nPORT=80\n",
            "# PASSWORD=abcdef\nPASSWORD=\nTOKEN=changeme\nSECRET=${SECRET}\n",
            "TOKEN=<put yours here>\nKEY_FILE=/run/secrets/key\nAUTH=true\nKEY=~/.ssh/id\n",
            "TOOL_VERSION=1.2\n",
        ] {
            assert!(!settings_hold_secret(text), "{text}");
        }
    }
}
