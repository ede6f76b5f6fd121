//! What engines refuse, and what machines run out of.

use super::{Cause, between, word_after};

pub(super) fn of(line: &str) -> Option<Cause> {
    resources(line).or_else(|| image(line)).or_else(|| path(line)).or_else(|| syntax(line))
}

fn resources(line: &str) -> Option<Cause> {
    if line.contains("No space left on device") || line.contains("no space left on device") {
        return Some(Cause::DiskFull);
    }
    if line.contains("signal: 9, SIGKILL")
        || line.contains("Killed signal terminated program")
        || line.ends_with("exit code: 137")
    {
        return Some(Cause::Memory);
    }
    if line.contains("exec format error") || line.contains("Exec format error") {
        return Some(Cause::OtherPlatform);
    }
    let needs_buildkit = line.contains("the --mount option requires BuildKit")
        || line.contains("the --chmod option requires BuildKit")
        || line.contains("Unknown flag: mount")
        || line.contains("Unknown flag: link");
    needs_buildkit.then_some(Cause::NeedsBuildKit)
}

fn image(line: &str) -> Option<Cause> {
    if line.contains("toomanyrequests") || line.contains("429 Too Many Requests") {
        return Some(Cause::RateLimit);
    }
    let is = |name: &str| Some(Cause::BaseImage { name: name.to_owned() });
    if let Some(name) = word_after(line, "pull access denied for ") {
        return is(name);
    }
    // buildah: `reading manifest 9.9 in docker.io/library/rust: manifest unknown`.
    if line.contains("manifest unknown") {
        let name = between(line, "reading manifest ", ": ").and_then(|it| {
            let (tag, repository) = it.split_once(" in ")?;
            Some(format!("{repository}:{tag}"))
        });
        let name = name.or_else(|| word_after(line, "manifest for ").map(str::to_owned));
        return is(name.as_deref().unwrap_or("that FROM names"));
    }
    // BuildKit: `rust:9.9: docker.io/library/rust:9.9: not found`, `no match for platform in manifest`.
    if line.contains("no match for platform in manifest")
        || line.contains("no matching manifest for")
    {
        let name = word_after(line, "failed to solve: ");
        return is(name.unwrap_or("that FROM names"));
    }
    let rest = line.strip_suffix(": not found")?;
    let name = rest.rsplit(": ").next()?;
    let is_image = name.contains(':') && !name.starts_with(['"', '/']) && !name.contains(' ');
    if is_image { is(name) } else { None }
}

fn path(line: &str) -> Option<Cause> {
    let found = |path: &str| Some(Cause::NotFound { path: path.to_owned() });
    // `"/nothing.toml" not found: not found`, `failed to calculate checksum of ref …: "/x": not found`.
    for after in ["\" not found", "\": not found"] {
        if let Some((rest, _)) = line.split_once(after) {
            return found(rest.rsplit('"').next()?);
        }
    }
    // Docker's classic builder and buildah.
    if line.starts_with("COPY failed") || line.starts_with("ADD failed") {
        let path = word_after(line, "stat ")
            .or_else(|| word_after(line, "no source files were specified "));
        return found(path.unwrap_or("a path"));
    }
    if line.contains("no such file or directory") && line.contains("building at STEP \"COPY") {
        return found(
            between(line, "checking on sources under", ": no such")
                .map_or("a path", |it| it.rsplit(": ").next().unwrap_or(it).trim_matches('"')),
        );
    }
    None
}

fn syntax(line: &str) -> Option<Cause> {
    let at = line.find("dockerfile parse error").or_else(|| line.find("Dockerfile parse error"))?;
    let message = line.get(at..)?.split_once(": ")?.1;
    Some(Cause::Syntax { message: message.to_owned() })
}
