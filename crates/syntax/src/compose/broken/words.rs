//! Words that the loader takes as they are and the engine doesn't know.

use super::{Report, filled, texts};
use crate::compose::loaded::{Field, Item};

const CAPABILITIES: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

const SIGNALS: &[&str] = &[
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

const SECURITY: &[&str] = &[
    "apparmor",
    "credentialspec",
    "label",
    "no-new-privileges",
    "seccomp",
    "systempaths",
    "writable-cgroups",
];

/// What a key of a service may say.
const KEYS: &[(&str, &[&str], &[&str])] = &[
    ("restart", &["no", "always", "on-failure", "unless-stopped"], &["on-failure:"]),
    ("pid", &["host"], &["service:", "container:"]),
    ("ipc", &["none", "host", "private", "shareable"], &["service:", "container:"]),
    ("uts", &["host"], &["service:"]),
    ("userns_mode", &["host", "private"], &["keep-id", "auto", "nomap"]),
];

/// What a key of `deploy` may say.
const DEPLOY: &[(&[&str], &[&str])] = &[
    (&["mode"], &["replicated", "global", "replicated-job", "global-job"]),
    (&["endpoint_mode"], &["vip", "dnsrr"]),
    (&["restart_policy", "condition"], &["none", "on-failure", "any", "always", "unless-stopped"]),
    (&["update_config", "failure_action"], &["continue", "rollback", "pause"]),
    (&["rollback_config", "failure_action"], &["continue", "pause"]),
];

pub(super) fn check(service: &Field<'_>, report: &mut Report<'_>) {
    let (item, name) = (&service.value, service.name);
    for (key, words, prefixes) in KEYS {
        let Some((text, field)) = filled(item, key) else { continue };
        let is_known = words.contains(&text) || prefixes.iter().any(|it| text.starts_with(it));
        let retries = text.strip_prefix("on-failure:").filter(|_| *key == "restart");
        if !is_known || retries.is_some_and(|it| it.parse::<u32>().is_err()) {
            unknown(name, key, text, &field.value, words, report);
        }
    }
    for (path, words) in DEPLOY {
        let found = item.get("deploy").and_then(|it| it.at(path));
        let Some((text, found)) = found.and_then(|it| Some((it.text()?, it))) else { continue };
        if !text.is_empty() && !words.contains(&text) {
            let key = format!("deploy.{}", path.join("."));
            unknown(name, &key, text, found, words, report);
        }
    }
    for key in ["cap_add", "cap_drop"] {
        for (text, it) in texts(item.get(key)) {
            let upper = text.to_ascii_uppercase();
            if !CAPABILITIES.contains(&upper.strip_prefix("CAP_").unwrap_or(&upper)) {
                let message = format!("`{text}` in `{key}` of service `{name}` is no capability");
                let help = "see the manual page capabilities(7)";
                report.add("unknown-capability", it.span(), message).help(help);
            }
        }
    }
    for (text, it) in texts(item.get("security_opt")) {
        let option = text.split(['=', ':']).next().unwrap_or_default();
        if !SECURITY.contains(&option) {
            let message = format!("`{text}` in `security_opt` of service `{name}` is unknown");
            let help = format!("write one of {}", listed(SECURITY));
            report.add("unknown-word", it.span(), message).help(help);
        }
    }
    if let Some((text, field)) = filled(item, "stop_signal")
        && !is_signal(text)
    {
        let message = format!("`{text}` of service `{name}` is no signal");
        report
            .add("unknown-signal", field.value.span(), message)
            .help("write one such as `SIGTERM`");
    }
    if let Some((text, field)) = filled(item, "pull_policy")
        && !is_pull_policy(text)
    {
        let words = &["always", "never", "missing", "build", "daily", "weekly", "every_12h"];
        unknown(name, "pull_policy", text, &field.value, words, report);
    }
    if let Some((text, field)) = filled(item, "mac_address")
        && !is_mac_address(text)
    {
        let message = format!("`{text}` of service `{name}` is no MAC address");
        let help = "write six pairs of digits, such as `02:42:ac:11:65:43`";
        report.add("invalid-address", field.value.span(), message).help(help);
    }
}

fn unknown(
    service: &str,
    key: &str,
    text: &str,
    item: &Item<'_>,
    words: &[&str],
    report: &mut Report<'_>,
) {
    let message = format!("`{key}` of service `{service}` can't be `{text}`");
    let help = format!("write one of {}", listed(words));
    report.add("unknown-word", item.span(), message).help(help);
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    words.join(", ")
}

fn is_signal(text: &str) -> bool {
    if text.bytes().all(|it| it.is_ascii_digit()) {
        return text.parse::<u8>().is_ok_and(|it| (1..=64).contains(&it));
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.contains(&name) || name.starts_with("RTMIN") || name.starts_with("RTMAX")
}

fn is_pull_policy(text: &str) -> bool {
    let words =
        ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    words.contains(&text)
        || text.strip_prefix("every_").is_some_and(|it| crate::compose::duration(it).is_some())
}

fn is_mac_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    matches!(parts.len(), 6 | 8)
        && parts.iter().all(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}
