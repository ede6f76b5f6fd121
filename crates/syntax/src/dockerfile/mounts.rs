//! `RUN --mount=…`: comma-separated fields, as in a line of CSV.

use std::borrow::Cow;
use std::ops::Range;

use super::command::{Mount, MountField, MountKind};
use super::instruction::error;
use super::tree::{Flag, SyntaxError, Word};

/// Reads the mount of a flag. As BuildKit does before it knows variables, it refuses broken quotes
/// and a `from` with a variable; the rest is for rules.
pub(super) fn read<'t>(flag: &Flag<'t>) -> Result<Mount<'t>, SyntaxError> {
    let Some(value) = &flag.value else {
        return Ok(Mount { span: flag.span, kind: MountKind::Bind, fields: Vec::new() });
    };
    let mut fields = Vec::new();
    for (text, range) in csv(&value.text).map_err(|at| {
        error(flag.span_in_value(at), "a quotation mark stands in the middle of a field")
    })? {
        fields.push(field(flag, value, &text, range));
    }
    for field in &fields {
        if let Some(from) = field.value.as_ref().filter(|_| field.key == "from")
            && let Some(at) = from.text.find('$')
            && at + 1 != from.text.len()
        {
            let message = "a mount's `from` takes no variables: name a stage built on the image";
            return Err(error(from.span, message));
        }
    }
    let mount = Mount { span: flag.span, kind: MountKind::Bind, fields };
    let kind = match mount.get("type").map(|it| it.text.to_ascii_lowercase()).as_deref() {
        None | Some("bind") => MountKind::Bind,
        Some("cache") => MountKind::Cache,
        Some("tmpfs") => MountKind::Tmpfs,
        Some("secret") => MountKind::Secret,
        Some("ssh") => MountKind::Ssh,
        Some(_) => MountKind::Unknown,
    };
    Ok(Mount { kind, ..mount })
}

fn field<'t>(flag: &Flag<'t>, value: &Word<'t>, text: &str, range: Range<usize>) -> MountField<'t> {
    let span = flag.span_in_value(range.clone());
    // Fields in quotes have no places inside.
    let quoted = value.text.get(range.clone()) != Some(text);
    let part = |from: usize, to: usize| Word {
        text: match &value.text {
            Cow::Borrowed(whole) if !quoted => {
                Cow::Borrowed(&whole[range.start + from..range.start + to])
            }
            _ => Cow::Owned(text[from..to].to_owned()),
        },
        span: if quoted { span } else { flag.span_in_value(range.start + from..range.start + to) },
    };
    let equals = text.find('=');
    let key = part(0, equals.unwrap_or(text.len())).text;
    let key = match &*key.to_ascii_lowercase() {
        "src" => Cow::Borrowed("source"),
        "dst" | "destination" => Cow::Borrowed("target"),
        "ro" => Cow::Borrowed("readonly"),
        "rw" => Cow::Borrowed("readwrite"),
        lower if lower == key => key,
        lower => Cow::Owned(lower.to_owned()),
    };
    MountField { key, value: equals.map(|at| part(at + 1, text.len())), span }
}

/// A field's value, and its range with its quotes.
type CsvField<'f> = (Cow<'f, str>, Range<usize>);

/// The fields of a line of CSV with their ranges, or the place of a misplaced quotation mark.
fn csv(text: &str) -> Result<Vec<CsvField<'_>>, Range<usize>> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        if text[at..].starts_with('"') {
            let (field, end) = quoted_field(text, at)?;
            fields.push((Cow::Owned(field), at..end));
            at = end;
        } else {
            let end = text[at..].find(',').map_or(text.len(), |it| at + it);
            if let Some(quote) = text[at..end].find('"') {
                return Err(at + quote..at + quote + 1);
            }
            fields.push((Cow::Borrowed(&text[at..end]), at..end));
            at = end;
        }
        if at == text.len() {
            return Ok(fields);
        }
        at += 1;
    }
}

fn quoted_field(text: &str, start: usize) -> Result<(String, usize), Range<usize>> {
    let mut field = String::new();
    let mut at = start + 1;
    loop {
        let Some(quote) = text[at..].find('"') else { return Err(start..start + 1) };
        field.push_str(&text[at..at + quote]);
        at += quote + 1;
        match text.as_bytes().get(at) {
            Some(b'"') => {
                field.push('"');
                at += 1;
            }
            None | Some(b',') => return Ok((field, at)),
            Some(_) => return Err(at - 1..at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Command, parse};
    use super::*;

    #[test]
    fn fields_are_known_by_their_long_names_and_places() {
        let text = "FROM a\nRUN --mount=type=cache,id=x,dst=/root/.cargo,sharing=locked,rw cargo b";
        let file = parse(text);
        let Command::Run(run) = &file.instructions[1].command else { panic!("{file:?}") };
        let mount = &run.mounts[0];
        assert_eq!(mount.kind, MountKind::Cache);
        assert_eq!(mount.target().unwrap().span.slice(text), Some("/root/.cargo"));
        let keys: Vec<&str> = mount.fields.iter().map(|it| &*it.key).collect();
        assert_eq!(keys, ["type", "id", "target", "sharing", "readwrite"]);
        assert_eq!(mount.fields[2].span.slice(text), Some("dst=/root/.cargo"));
    }

    #[test]
    fn fields_may_be_quoted() {
        let fields = csv(r#"a,"b=c,""d""",e"#).unwrap();
        let texts: Vec<&str> = fields.iter().map(|it| &*it.0).collect();
        assert_eq!(texts, ["a", r#"b=c,"d""#, "e"]);
        assert_eq!(csv("a\"b"), Err(1..2));
        assert_eq!(csv("\"a"), Err(0..1));
        assert_eq!(csv("\"a\"b"), Err(2..3));
    }
}
