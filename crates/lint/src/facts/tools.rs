//! Whether an image has a program, by what its base is known to have and what its stages bring.

use plimsoll_syntax::dockerfile::{Command, Copy, Form, Instruction, Source};

use super::packages::{Manager, Operation, Package};
use super::{is_shell, paths, sources};
use crate::Facts;
use crate::bases::{Description, Family, Tool};

/// Programs that come with a distribution, and that images without one lack.
const BASIC: &[&str] = &[
    "[", "awk", "cat", "cut", "date", "echo", "egrep", "env", "expr", "false", "find", "grep",
    "head", "id", "kill", "ls", "netstat", "nslookup", "pgrep", "pidof", "ping", "printf", "ps",
    "sed", "sleep", "ss", "stat", "tail", "test", "touch", "tr", "true", "wc", "xargs", "ash",
    "dash", "timeout", "su", "gosu", "su-exec", "node", "jq", "perl", "nginx", "telnet",
];

/// Packages that bring nothing but what their names say, by how these begin.
const PLAIN: &[&str] = &[
    "lib",
    "ca-certificates",
    "openssl",
    "curl",
    "wget",
    "tzdata",
    "tini",
    "dumb-init",
    "gosu",
    "zlib1g",
    "gcc",
    "locales",
    "pkg-config",
    "netcat",
    "ncat",
    "jq",
    "git",
    "dnsutils",
    "make",
];

impl Facts<'_> {
    /// Whether the image of a stage has a program at its end; `None` where that is not known.
    pub(crate) fn has_program(&self, stage: usize, program: &str) -> Option<bool> {
        let base = self.base(stage)?;
        if self.base_image(stage).is_some_and(|it| !it.is_known && base.family == Family::Scratch) {
            return None;
        }
        match base_has(&base, program) {
            Some(true) => return Some(true),
            None if !self.lacks_process_tools(stage, &base, program) => return None,
            _ => {}
        }
        let mut removed = false;
        for stage in self.stages.chain(stage) {
            for command in self.packages().of_stage(stage.index) {
                let installs = command.operation == Operation::Install;
                if installs && command.packages.iter().any(|it| !it.known) {
                    return None;
                }
                let named = command.packages.iter().any(|it| brings(&it.text, program));
                removed |= command.operation == Operation::Remove && named
                    || installs && command.group.is_some();
            }
        }
        let installed = self.packages().installed(&self.stages, stage);
        let mut installed = installed.filter(|(manager, _)| *manager != Manager::Npm);
        if installed.any(|(_, it)| brings(it, program)) {
            return Some(true);
        }
        for stage in self.stages.chain(stage) {
            for (offset, instruction) in stage.body.iter().enumerate() {
                if self.may_bring(stage.first + offset, instruction, program, removed) {
                    return None;
                }
            }
        }
        Some(false)
    }

    /// Whether `ps` and its kin are missing: Debian's own images don't have them, and no package
    /// is installed that may need them.
    fn lacks_process_tools(&self, stage: usize, base: &Description<'_>, program: &str) -> bool {
        let is_own = self.base_image(stage).is_some_and(|it| it.name().ends_with("debian"));
        matches!(program, "ps" | "pgrep" | "pkill" | "top")
            && base.family == Family::Debian
            && is_own
            && self
                .packages()
                .installed(&self.stages, stage)
                .all(|(_, it)| PLAIN.iter().any(|plain| it.starts_with(plain)))
    }

    /// Whether an instruction may bring a program in a way that can't be seen.
    fn may_bring(
        &self,
        index: usize,
        instruction: &Instruction<'_>,
        program: &str,
        removed: bool,
    ) -> bool {
        match &instruction.command {
            Command::Copy(copy) => self.copy_may_bring(index, copy, program),
            Command::Add(copy) => {
                let archive = sources::paths(copy).any(|it| sources::is_archive(&it.text));
                archive || self.copy_may_bring(index, copy, program)
            }
            Command::Run(run) if run.line.form == Form::Exec => {
                run.line.words.iter().any(|it| it.text.contains(program))
            }
            Command::Run(_) => {
                let Some(script) = self.script(index) else { return true };
                let mut bodies = instruction.heredocs.iter().map(|it| it.body);
                let named = has_word(instruction.arguments.text(), program)
                    || bodies.any(|it| has_word(it, program));
                // A package that a `RUN` installs, uses and removes is gone after it.
                let gone = removed && self.packages_of(index).any(|it| brings(&it.text, program));
                named && !gone
                    || script.commands.is_empty()
                    || script.commands.iter().any(is_unknown)
            }
            Command::Broken => true,
            _ => false,
        }
    }

    /// The packages that a `RUN` names to package managers.
    fn packages_of(&self, index: usize) -> impl Iterator<Item = &Package<'_>> {
        self.packages().of_run(index).iter().flat_map(|it| &it.packages)
    }

    fn copy_may_bring(&self, index: usize, copy: &Copy<'_>, program: &str) -> bool {
        let destination =
            paths::join(self.directory(index), &self.expand(index, &copy.destination));
        if paths::file_name(&destination) == program {
            return true;
        }
        let system = holds_programs(&destination);
        copy.sources.iter().any(|source| {
            let Source::Path(word) = source else { return false };
            let name = self.expand(index, word);
            paths::file_name(&name) == program || system && may_be_directory(&name)
        })
    }
}

/// Whether the base of an image has a program.
fn base_has(base: &Description<'_>, program: &str) -> Option<bool> {
    if is_bare(base.family) && !(base.other_shell.is_some() && program != "sh") {
        let tool = Tool::from_name(program).filter(|_| program != "gcc");
        return match tool {
            Some(tool) => base.tools.has(tool),
            None if base.family == Family::DistrolessLanguage => None,
            None if base.is_known && BASIC.contains(&program) => Some(false),
            None => None,
        };
    }
    match program {
        "sh" | "bash" | "curl" | "wget" | "git" | "nc" | "python3" | "tini" | "dumb-init" => {
            base.tools.has(Tool::from_name(program)?)
        }
        _ => None,
    }
}

fn is_bare(family: Family) -> bool {
    family == Family::Scratch
        || family.is_distroless()
        || matches!(family, Family::ChainguardStatic | Family::ChainguardGlibc)
}

/// Whether a package brings a program, as its name tells.
fn brings(package: &str, program: &str) -> bool {
    if package.starts_with(program) {
        return true;
    }
    match program {
        "nc" => ["netcat", "nmap", "ncat", "busybox"].iter().any(|it| package.starts_with(it)),
        "ps" | "pgrep" | "pkill" | "top" => package.starts_with("procps"),
        "wget" => package.starts_with("busybox"),
        "python3" => package.starts_with("python"),
        _ => false,
    }
}

/// Whether a command runs something of which nothing is known.
fn is_unknown(command: &plimsoll_syntax::shell::ShellCommand<'_>) -> bool {
    let Some(word) = command.effective().first() else { return false };
    let Some(program) = command.program() else { return true };
    if is_shell(program) || matches!(program, "." | "source" | "eval") {
        let first = command.args().first();
        // What `sh -c '…'` runs is among the commands of the script itself.
        return !first.is_some_and(|it| it.value.starts_with('-') && it.value.ends_with('c'));
    }
    if matches!(
        program,
        "make" | "ansible-playbook" | "chroot" | "xargs" | "python" | "python3" | "dpkg" | "rpm"
    ) {
        return true;
    }
    let value = &*word.value;
    let system = ["/bin/", "/sbin/", "/usr/"].iter().any(|it| value.starts_with(it));
    value.contains('/') && !system || program.contains('.')
}

/// Whether a directory holds programs, or the directories that do.
fn holds_programs(path: &str) -> bool {
    matches!(path, "/" | "/usr" | "/usr/local" | "/busybox")
        || path.ends_with("bin")
        || path.starts_with(['$', '?'])
}

/// Whether the name of a source may be that of a directory that holds programs.
fn may_be_directory(path: &str) -> bool {
    let name = path.trim_end_matches("/.").rsplit('/').next().unwrap_or_default();
    name.contains(['*', '$', '['])
        || matches!(
            name,
            "" | "."
                | "bin"
                | "sbin"
                | "usr"
                | "local"
                | "root"
                | "rootfs"
                | "out"
                | "output"
                | "dist"
                | "install"
                | "busybox"
                | "fs"
                | "layer"
                | "overlay"
                | "docker"
                | "files"
                | "release"
                | "build"
                | "artifacts"
        )
}

/// Whether a text has a word, with no letter or digit on either side.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|it| text.as_bytes().get(it));
        let after = text.as_bytes().get(at + word.len());
        !before.is_some_and(|it| is_part(*it)) && !after.is_some_and(|it| is_part(*it))
    })
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    fn has(text: &str, program: &str) -> Option<bool> {
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        facts.has_program(facts.stages.all.len() - 1, program)
    }

    #[test]
    fn bases_have_and_lack_programs() {
        assert_eq!(has("FROM scratch\n", "sh"), Some(false));
        assert_eq!(has("FROM scratch\n", "grep"), Some(false));
        assert_eq!(has("FROM gcr.io/distroless/cc-debian12\n", "curl"), Some(false));
        assert_eq!(has("FROM gcr.io/distroless/cc-debian12:debug\n", "grep"), None);
        assert_eq!(has("FROM debian:bookworm-slim\n", "curl"), Some(false));
        assert_eq!(has("FROM debian:bookworm-slim\n", "pgrep"), Some(false));
        assert_eq!(has("FROM alpine:3.22\n", "wget"), Some(true));
        assert_eq!(has("FROM alpine:3.22\n", "curl"), Some(false));
        assert_eq!(has("FROM alpine:3.22\n", "pgrep"), None);
        assert_eq!(has("FROM somebody/app\n", "curl"), None);
        assert_eq!(has("ARG BASE\nFROM $BASE\n", "curl"), None);
    }

    #[test]
    fn packages_and_copies_bring_programs() {
        for (line, expected) in [
            ("RUN apt-get update && apt-get install -y curl", Some(true)),
            ("RUN apt-get install -y curl && curl x && apt-get purge -y curl", Some(false)),
            ("RUN apt-get install -y $PACKAGES", None),
            ("RUN apt-get install -y libcurl4", Some(false)),
            ("COPY --from=x /usr/bin/curl /usr/bin/curl", None),
            ("COPY --from=x /out/ /", None),
            ("COPY --from=x /out/app /usr/local/bin/", Some(false)),
            ("ADD rootfs.tar.gz /", None),
            ("RUN ./install.sh", None),
            ("RUN dpkg -i /tmp/$PACKAGE", None),
            ("RUN wget -O /usr/bin/curl https://a.example/curl", None),
            ("RUN useradd app", Some(false)),
        ] {
            let text = format!("FROM debian:bookworm-slim AS a\n{line}\nFROM a\nUSER 1\n");
            assert_eq!(has(&text, "curl"), expected, "{line}");
        }
        let text = "FROM alpine:3.22\nRUN apk add --virtual .b curl && curl x && apk del .b\n";
        assert_eq!(has(text, "curl"), Some(false));
    }
}
