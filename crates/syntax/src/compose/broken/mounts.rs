//! Mounts that the engine refuses, or that do something else.

use super::commands::is_absolute;
use super::{Report, filled, same_origin, texts};
use crate::compose::loaded::{Field, Item};
use crate::compose::parts;
use crate::compose::short_mount::ShortMount;

/// Everything that may stand behind the second colon.
const OPTIONS: &[&str] = &[
    "ro",
    "rw",
    "z",
    "Z",
    "nocopy",
    "copy",
    "cached",
    "delegated",
    "consistent",
    "rprivate",
    "private",
    "rshared",
    "shared",
    "rslave",
    "slave",
    "volume-nocopy",
    "U",
    "O",
    "noexec",
    "exec",
    "nosuid",
    "suid",
    "nodev",
    "dev",
    "bind",
    "rbind",
    "idmap",
];

pub(super) fn check(service: &Field<'_>, report: &mut Report<'_>) {
    let (item, name) = (&service.value, service.name);
    for (mount, replacement) in parts::mounts(item).replaced {
        if !same_origin(service, mount.span, replacement) {
            continue;
        }
        let message = format!("service `{name}` has two mounts at `{}`", mount.target);
        report
            .add("mount-replaced", replacement, message)
            .help("remove one of them: the last one counts")
            .related(mount.span, "this one is lost");
    }
    for volume in item.get("volumes").map_or(&[][..], Item::items) {
        match volume.text().map(ShortMount::parse) {
            Some(Ok(mount)) => short(name, volume, &mount, report),
            Some(Err(_)) => {}
            None => long(name, volume, report),
        }
    }
    let tmpfs = item.get("tmpfs");
    let single = tmpfs.and_then(|it| Some((it.text()?, it)));
    for (text, it) in texts(tmpfs).chain(single) {
        let path = text.split(':').next().unwrap_or_default();
        if !is_absolute(path) {
            let message = format!("`tmpfs` of service `{name}` is not absolute: `{path}`");
            report.add("relative-path", it.span(), message).help("begin it with `/`");
        }
    }
}

fn short(service: &str, item: &Item<'_>, mount: &ShortMount<'_>, report: &mut Report<'_>) {
    if !is_absolute(mount.target) {
        let target = mount.target;
        let message = format!("service `{service}` mounts at `{target}`, which is not absolute");
        report.add("relative-path", item.span(), message).help("begin the target with `/`");
    }
    for option in mount.options.split(',').filter(|it| !it.is_empty()) {
        if !OPTIONS.contains(&option) {
            let message = format!("`{option}` is no option of a mount, and is passed over");
            let help = "write `ro` or `rw`, and others behind a comma";
            report.add("unknown-mount-option", item.span(), message).help(help);
        }
    }
}

fn long(service: &str, item: &Item<'_>, report: &mut Report<'_>) {
    if let Some((target, field)) = filled(item, "target")
        && !is_absolute(target)
    {
        let message = format!("service `{service}` mounts at `{target}`, which is not absolute");
        let span = field.value.span();
        report.add("relative-path", span, message).help("begin the target with `/`");
    }
    let kind = item.text_of("type").unwrap_or_default();
    for section in ["bind", "volume", "tmpfs", "image"] {
        if let Some(field) = item.field(section).filter(|_| section != kind && !kind.is_empty()) {
            let message = format!("a mount of type `{kind}` has settings for `{section}`");
            report
                .add("settings-of-other-type", field.key.written(), message)
                .help("remove them, or change the type");
        }
    }
    if let Some(field) = item.field("source").filter(|_| kind == "tmpfs") {
        let message = "a mount of type `tmpfs` has no source";
        report.add("settings-of-other-type", field.key.written(), message).help("remove it");
    }
}
