//! What the final image holds beside programs, so that rules can tell whether those could run with
//! less below them.

use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, HealthcheckTest, Keyword, Stage};

use super::copies::{Content, Origin};
use super::paths;
use crate::Facts;

/// Programs that set an image up and need nothing of it later.
const SETUP: &[&str] = &[
    "mkdir",
    "chown",
    "chmod",
    "chgrp",
    "useradd",
    "adduser",
    "groupadd",
    "addgroup",
    "ln",
    "rm",
    "touch",
    "set",
    "true",
    "apt-get",
    "apt",
    "update-ca-certificates",
];

/// Packages whose content smaller bases hold too.
const HELD_BY_DISTROLESS: &[&str] = &[
    "ca-certificates",
    "openssl",
    "tzdata",
    "netbase",
    "libgcc-s1",
    "libgcc1",
    "libstdc++6",
    "libc6",
];

impl Facts<'_> {
    /// Whether a shell, packages or files of a distribution may be of use when the image runs: it
    /// is false only where all that there is can be seen and needs none of that.
    pub(crate) fn needs_distribution(&self, last: &Stage<'_>) -> bool {
        let line = |kind| match &self.stages.effective(last.index, kind)?.command {
            Command::Entrypoint(line) | Command::Cmd(line) => Some(line),
            _ => None,
        };
        let lines = [line(Keyword::Entrypoint), line(Keyword::Cmd)];
        if lines.iter().all(Option::is_none) || lines.into_iter().flatten().any(needs_shell) {
            return true;
        }
        self.stages.chain(last.index).any(|stage| {
            let mut body = stage.body.iter().enumerate();
            body.any(|(offset, instruction)| {
                let index = stage.first + offset;
                match &instruction.command {
                    Command::Run(_) => self.run_needs_distribution(index),
                    Command::Copy(_) | Command::Add(_) => self.copy_needs_distribution(index),
                    Command::Healthcheck(check) => match &check.test {
                        HealthcheckTest::Command(line) => needs_shell(line),
                        HealthcheckTest::None => false,
                    },
                    Command::Onbuild(_) | Command::Broken => true,
                    _ => false,
                }
            })
        })
    }

    fn run_needs_distribution(&self, index: usize) -> bool {
        let Some(script) = self.script(index) else { return true };
        let is_other = script.commands.iter().any(|it| match it.program() {
            Some(program) => !SETUP.contains(&program),
            None => !it.words.is_empty(),
        });
        let packages = self.packages().of_run(index).iter().flat_map(|it| &it.packages);
        is_other
            || packages.into_iter().any(|it| {
                let name = it.text.split('=').next().unwrap_or_default();
                !HELD_BY_DISTROLESS.contains(&name) && !name.starts_with("libssl")
            })
    }

    fn copy_needs_distribution(&self, index: usize) -> bool {
        self.copied(index).iter().any(|it| {
            let name = paths::file_name(&it.source);
            let is_script =
                [".sh", ".py", ".pl", ".rb", ".js"].iter().any(|end| name.ends_with(end))
                    || name.contains("entrypoint");
            // Trees of programs, and archives of whole distributions.
            let is_tree = it.path == "/" && it.content != Content::File
                || matches!(name, "rootfs" | "sysroot" | "root" | "out" | "install")
                || it.source.contains(".tar")
                || it.path.starts_with("/usr/lib")
                || it.path.starts_with("/lib");
            is_script || is_tree || it.origin == Origin::Elsewhere
        })
    }
}

/// Whether a command is run by a shell, or by an interpreter.
fn needs_shell(line: &CommandLine<'_>) -> bool {
    let Form::Exec = line.form else { return true };
    let name = line.words.first().map_or("", |it| paths::file_name(it.as_str()));
    let ends = [".sh", ".py"];
    name.is_empty()
        || ends.iter().any(|it| name.ends_with(it))
        || name.contains("entrypoint")
        || matches!(
            name,
            "sh" | "bash"
                | "ash"
                | "dash"
                | "env"
                | "tini"
                | "dumb-init"
                | "gosu"
                | "su-exec"
                | "curl"
                | "wget"
                | "nc"
                | "node"
                | "python"
                | "python3"
                | "perl"
                | "java"
                | "supervisord"
        )
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[track_caller]
    fn needs(body: &str) -> bool {
        let text = format!("FROM rust AS build\nFROM debian:12\n{body}\n");
        let file = dockerfile::parse(&text);
        let facts = Facts::new(&file);
        facts.needs_distribution(facts.stages.last().unwrap())
    }

    #[test]
    fn programs_and_their_certificates_need_little() {
        assert!(!needs(
            "RUN apt-get update && apt-get install -y ca-certificates libssl3 && rm -rf /x\n\
             RUN useradd app && mkdir /data && chown app /data\nCOPY --from=build /app /bin/app\n\
             COPY config.toml LICENSE /etc/app/\nCOPY dist /srv\nUSER app\n\
             HEALTHCHECK CMD [\"/bin/app\", \"check\"]\nENTRYPOINT [\"/bin/app\"]"
        ));
    }

    #[test]
    fn whatever_may_need_more_does() {
        for body in [
            "",
            "CMD /bin/app",
            "CMD [\"sh\", \"-c\", \"app\"]",
            "RUN apt-get install -y libpq5\nCMD [\"/app\"]",
            "RUN apt-get install -y $PACKAGES\nCMD [\"/app\"]",
            "RUN ./setup\nCMD [\"/app\"]",
            "COPY start.sh /\nCMD [\"/app\"]",
            "COPY docker-entrypoint /\nCMD [\"/app\"]",
            "COPY --from=nginx /x /y\nCMD [\"/app\"]",
            "COPY --from=build /rootfs /\nCMD [\"/app\"]",
            "HEALTHCHECK CMD curl localhost\nCMD [\"/app\"]",
        ] {
            assert!(needs(body), "{body}");
        }
    }
}
