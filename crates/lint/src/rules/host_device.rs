//! `host-device`: a service is given a disk or the memory of the host.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Text;
use plimsoll_syntax::yaml::Value;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `devices` that are whole disks (`/dev/sda`, `/dev/nvme0n1`), the memory (`/dev/mem`), or
    /// all of `/dev`. Other devices, such as serial ports, graphics cards and `/dev/net/tun`, are left
    /// alone.
    ///
    /// ## Why it matters
    /// Who can write to the disk of the host, or to its memory, is root on it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   backup:
    ///     build: .
    ///     devices: ["/dev/sda:/dev/sda"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   sensor:
    ///     build: .
    ///     devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]
    /// ```
    pub(crate) static HOST_DEVICE = {
        name: "host-device",
        clause: Clause::NonRoot,
        summary: "a service is given a disk or the memory of the host",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let devices = service.all("devices").flat_map(Value::items);
        for text in devices.filter_map(|it| Text::of(it).or_else(|| Text::of(it.get("source")?))) {
            let path = text.text.split(':').next().unwrap_or_default();
            let Some(what) = dangerous(path) else { continue };
            let message = format!("`{}` is given `{path}`, {what} of the host", service.name);
            let help = "Mount the file systems or files that it needs instead.";
            cx.report(text.span, message).help(help).done();
        }
    }
}

/// `a`, `b1`: `/dev/snd` is sound and `/dev/vda` a disk.
fn is_disk_letter(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next().is_some_and(|it| it.is_ascii_lowercase()) && chars.all(|it| it.is_ascii_digit())
}

fn dangerous(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("/dev")?.trim_matches('/');
    let is_disk = ["sd", "hd", "vd", "xvd"].iter().any(|it| {
        name.strip_prefix(it).is_some_and(is_disk_letter)
    });
    if is_disk || name.starts_with("nvme") || name.starts_with("dm-") || name.starts_with("mapper") {
        return Some("a disk");
    }
    match name {
        "" => Some("all devices"),
        "mem" | "kmem" | "port" => Some("the memory"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn disks_and_memory_are_known() {
        check(
            "host-device",
            "services:\n  a:\n    devices: ['/dev/sdb1', '/dev/mem:/dev/mem', /dev/dri, /dev/kvm, '/dev/nvme0n1:/x:r', /dev/sdx]\n",
            "3:15 warning: `a` is given `/dev/sdb1`, a disk of the host\n\
             3:28 warning: `a` is given `/dev/mem`, the memory of the host\n\
             3:69 warning: `a` is given `/dev/nvme0n1`, a disk of the host\n\
             3:90 warning: `a` is given `/dev/sdx`, a disk of the host",
        );
    }
}
