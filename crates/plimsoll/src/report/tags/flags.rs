//! Arguments of `docker buildx build`.

use plimsoll_project::tags::Metadata;

/// `--tag NAME` for each tag, on one line. No tag has a character that a shell cares about.
pub(crate) fn tags(metadata: &Metadata) -> String {
    let flags: Vec<String> = metadata.tags.iter().map(|it| format!("--tag {it}")).collect();
    flags.join(" ") + "\n"
}

/// Everything, quoted for a POSIX shell, on one line but for line breaks in values.
pub(crate) fn all(metadata: &Metadata) -> String {
    let tags = metadata.tags.iter().map(|it| ("--tag", it.clone()));
    let labels = metadata.labels.iter();
    let labels = labels.map(|(key, value)| ("--label", format!("{key}={value}")));
    let annotations = metadata.leveled_annotations().into_iter().map(|it| ("--annotation", it));
    let all = tags.chain(labels).chain(annotations);
    all.map(|(flag, value)| format!("{flag} {}", quoted(&value))).collect::<Vec<_>>().join(" ")
        + "\n"
}

fn quoted(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@,+".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn tags_need_no_quotes() {
        assert_eq!(
            tags(&super::super::example()),
            "--tag ghcr.io/a/b:1.2.3 --tag ghcr.io/a/b:1.2\n"
        );
    }

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        let script = format!("printf '%s\\0' {}", all(&super::super::example()));
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = words.split_terminator('\0').collect();
        assert_eq!(
            words[4..],
            [
                "--label",
                "org.example.title=It's $HOME",
                "--label",
                "org.example.text=two\nlines ${x} %{y}",
                "--annotation",
                "manifest:org.example.title=It's",
                "--annotation",
                "index:org.example.title=It's",
            ]
        );
    }
}
