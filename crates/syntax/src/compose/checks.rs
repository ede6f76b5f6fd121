//! What the loader asks of values besides their form.

use std::borrow::Cow;

use super::command_line;
use super::loaded::{Data, Item};
use super::place::Place;
use super::problem::ComposeProblemKind as Kind;
use super::schema::Check;
use super::short_mount::ShortMount;
use super::units;
use super::validate::{Validator, short};

/// Runs a check on a value whose type is right.
pub(super) fn run<'y>(validator: &mut Validator<'y, '_>, item: &Item<'y>, check: Check) {
    match check {
        Check::None
        | Check::Int
        | Check::Unsigned
        | Check::Number
        | Check::Bool
        | Check::IntOnly
        | Check::Int16Only
        | Check::Int32Only
        | Check::Port => {}
        Check::Environment => environment(validator, item),
        Check::Hosts => hosts(validator, item),
        Check::Ssh => ssh(validator, item),
        Check::Contexts => contexts(validator, item),
        Check::Publish => publish(validator, item),
        Check::Mount => mount(validator, item),
        Check::Device => device(validator, item),
        Check::Test => test(validator, item),
        Check::DeviceRequest => device_request(validator, item),
        Check::Watch => watch(validator, item),
        Check::Expose => {
            if matches!(item.data, Data::Float(_)) {
                let message = format!("{} is no port", Place(&validator.path));
                decode(validator, item, "invalid-port", message, None);
            }
        }
        _ => scalar(validator, item, check),
    }
}

fn decode(
    validator: &mut Validator<'_, '_>,
    item: &Item<'_>,
    code: &'static str,
    message: String,
    help: Option<&str>,
) {
    validator.report(Kind::Decode, code, item.span(), message, help.map(str::to_owned));
}

fn scalar(validator: &mut Validator<'_, '_>, item: &Item<'_>, check: Check) {
    let text = match &item.data {
        Data::Text(text) => text,
        Data::Float(_) if matches!(check, Check::FileMode | Check::DeviceCount) => {
            &Cow::Borrowed("a fraction")
        }
        _ => return,
    };
    let place = Place(&validator.path);
    let shown = short(text);
    match check {
        Check::Duration if units::duration(text).is_none() => {
            let message = format!("{place} is no time: `{shown}`");
            let help = "write a number with its unit, such as `30s` or `1m30s`";
            decode(validator, item, "invalid-duration", message, Some(help));
        }
        Check::Bytes if units::bytes(text).is_none() => {
            let message = format!("{place} is no size: `{shown}`");
            let help = "write a number with its unit, such as `512m` or `1g`";
            decode(validator, item, "invalid-size", message, Some(help));
        }
        Check::FileMode if i64::from_str_radix(text, 8).is_err() => {
            let message = format!("{place} is no file mode: `{shown}`");
            let help = "write octal digits, such as `\"0440\"`";
            decode(validator, item, "invalid-file-mode", message, Some(help));
        }
        Check::DeviceCount if !text.eq_ignore_ascii_case("all") && text.parse::<i64>().is_err() => {
            let message = format!("{place} must be `all` or a number, not `{shown}`");
            decode(validator, item, "invalid-device-count", message, None);
        }
        Check::Command if command_line::split(text).is_broken => {
            let message = format!("{place} can't be split into words");
            let help = "close its quotes and parentheses, or write it as a list";
            decode(validator, item, "invalid-command", message, Some(help));
        }
        Check::ContainerName if !has_container_name(text) => {
            let message = format!("{place} is no name of a container: `{shown}`");
            let help = "names have two or more letters, digits, `_`, `.` and `-`";
            validator.report(
                Kind::Schema,
                "invalid-container-name",
                item.span(),
                message,
                Some(help.to_owned()),
            );
        }
        Check::PullPolicy if !has_pull_policy(text) => {
            let message = format!("{place} is no policy: `{shown}`");
            let help =
                "write `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_12h`";
            validator.report(
                Kind::Schema,
                "invalid-pull-policy",
                item.span(),
                message,
                Some(help.to_owned()),
            );
        }
        _ => {}
    }
}

/// Whether a name is somewhere in it, which is all that the schema asks for.
fn has_container_name(text: &str) -> bool {
    let pairs = text.as_bytes().windows(2);
    pairs.into_iter().any(|it| {
        it[0].is_ascii_alphanumeric()
            && (it[1].is_ascii_alphanumeric() || matches!(it[1], b'_' | b'.' | b'-'))
    })
}

/// Whether a policy is somewhere in it, which is all that the schema asks for.
fn has_pull_policy(text: &str) -> bool {
    const WORDS: &[&str] =
        &["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    let every = || {
        text.match_indices("every_").any(|(at, word)| {
            let rest = &text[at + word.len()..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            digits > 0
                && matches!(rest.as_bytes().get(digits), Some(b'w' | b'd' | b'h' | b'm' | b's'))
        })
    };
    WORDS.iter().any(|it| text.contains(it)) || every()
}

fn environment(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    for it in item.items() {
        let Some(text) = it.text() else { continue };
        let name = text.split('=').next().unwrap_or_default();
        // The loader looks at the last byte alone.
        let is_blank = |it: &u8| matches!(it, 9..=13 | b' ' | 0x85 | 0xa0);
        if name.as_bytes().last().is_some_and(is_blank) {
            let place = Place(&validator.path);
            let message = format!("the name `{}` in {place} ends in a blank", short(name));
            let span = it.part(0..name.len());
            let help = "write `NAME=value` without blanks around the `=`".to_owned();
            validator.report(Kind::Decode, "blank-after-name", span, message, Some(help));
        }
    }
}

fn hosts(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    for it in item.items() {
        let Some(text) = it.text() else { continue };
        let host = text.split_once('=').or_else(|| text.split_once(':')).map(|it| it.0);
        let problem = match host {
            None => format!("`{}` has no address", short(text)),
            Some(host) if host.is_empty() || host.contains([':', '=']) => {
                format!("`{}` is no name of a host", short(host))
            }
            Some(_) => continue,
        };
        let message = format!("{problem} in {}", Place(&validator.path));
        decode(validator, it, "invalid-host", message, Some("write `HOST=ADDRESS`"));
    }
    for field in item.fields() {
        if field.name.contains([':', '=']) {
            let message = format!("`{}` is no name of a host", short(field.name));
            let span = field.key.written();
            validator.report(Kind::Decode, "invalid-host", span, message, None);
        }
    }
}

fn ssh(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    for it in item.items() {
        let Some(text) = it.text().filter(|it| !it.contains('=') && *it != "default") else {
            continue;
        };
        let message = format!("`{}` in {} has no path", short(text), Place(&validator.path));
        decode(validator, it, "invalid-ssh", message, Some("write `default`, or `NAME=PATH`"));
    }
}

fn contexts(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    for it in item.items() {
        let Some(text) = it.text().filter(|it| !it.contains('=')) else { continue };
        let message = format!("`{}` in {} has no context", short(text), Place(&validator.path));
        decode(validator, it, "invalid-context", message, Some("write `NAME=CONTEXT`"));
    }
}

fn publish(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    let place = Place(&validator.path);
    let problem = match &item.data {
        Data::Text(text) => units::port_problem(text),
        Data::Int(number) => units::port_problem(&number.to_string()),
        Data::Float(number) => Some(format!("`{number}` is no port")),
        Data::Map(_) => {
            if !item.has("target") {
                let message = format!("{place} has no `target`");
                let help = Some("name the port of the container".to_owned());
                validator.report(Kind::Rule, "port-without-target", item.span(), message, help);
            } else if let Some(host) = item.get("host_ip") {
                let is_wrong =
                    host.text().is_some_and(|it| it.parse::<std::net::IpAddr>().is_err());
                if is_wrong {
                    let text = short(host.text().unwrap_or_default());
                    let message = format!("`{text}` is no IP address, in {place}");
                    validator.report(Kind::Rule, "invalid-address", host.span(), message, None);
                }
            }
            return;
        }
        _ => return,
    };
    if let Some(problem) = problem {
        let message = format!("{problem}, in {place}");
        let help = "write `[HOST_IP:][HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`";
        decode(validator, item, "invalid-port", message, Some(help));
    }
}

fn mount(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    let place = Place(&validator.path);
    match &item.data {
        Data::Text(text) => {
            if let Err(problem) = ShortMount::parse(text) {
                let message = format!("{place} is no mount: {problem}");
                let help = "write `[SOURCE:]TARGET[:OPTIONS]`";
                decode(validator, item, "invalid-mount", message, Some(help));
            }
        }
        Data::Map(_) => {
            if !item.has("target") {
                let message = format!("{place} has no `target`");
                let help = Some("name the path in the container".to_owned());
                validator.report(Kind::Rule, "mount-without-target", item.span(), message, help);
            }
            if item.text_of("type") == Some("bind") && !item.has("source") {
                let place = Place(&validator.path);
                let message = format!("{place} binds nothing: it has no `source`");
                let help = Some("name the path of the host".to_owned());
                validator.report(Kind::Rule, "bind-without-source", item.span(), message, help);
            }
        }
        _ => {}
    }
}

fn device(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    let place = Place(&validator.path);
    if item.text().is_some_and(|it| it.matches(':').count() > 2) {
        let message = format!("{place} has too many colons");
        let help = "write `SOURCE[:TARGET[:PERMISSIONS]]`, or the long form";
        decode(validator, item, "invalid-device", message, Some(help));
    } else if item.is_map() && !item.has("target") {
        let message = format!("{place} has no `target`");
        let help = Some("name the path in the container".to_owned());
        validator.report(Kind::Rule, "device-without-target", item.span(), message, help);
    }
}

fn test(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    let Some(first) = item.items().first() else { return };
    if first.text().is_some_and(|it| !matches!(it, "CMD" | "CMD-SHELL" | "NONE")) {
        let message =
            format!("{} must begin with `CMD`, `CMD-SHELL` or `NONE`", Place(&validator.path));
        let help = Some("write `[\"CMD\", …]`, or a string for a shell".to_owned());
        validator.report(Kind::Rule, "test-without-kind", first.span(), message, help);
    }
}

fn device_request(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    if let Some(count) = item.field("count").filter(|_| item.has("device_ids")) {
        let message = format!("{} has both `count` and `device_ids`", Place(&validator.path));
        let (span, help) = (count.key.written(), Some("remove one of them".to_owned()));
        validator.report(Kind::Rule, "exclusive-keys", span, message, help);
    }
}

fn watch(validator: &mut Validator<'_, '_>, item: &Item<'_>) {
    let place = Place(&validator.path);
    if let Some(path) = item.get("path").filter(|it| it.text() == Some("")) {
        let message = format!("{place} has an empty `path`");
        validator.report(Kind::Rule, "empty-path", path.span(), message, None);
    }
    let action = item.text_of("action");
    let is_target_empty = item.get("target").is_none_or(|it| it.text() == Some(""));
    if matches!(action, Some("sync" | "sync+restart" | "sync+exec")) && is_target_empty {
        let message = format!("{} has no `target`", Place(&validator.path));
        let help = Some("name the path in the container".to_owned());
        validator.report(Kind::Consistency, "watch-without-target", item.span(), message, help);
    }
}
