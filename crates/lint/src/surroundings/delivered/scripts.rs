//! What the commands of a `RUN` write.

use plimsoll_syntax::dockerfile::{Command, Form};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use super::{Delivered, What};
use crate::Facts;
use crate::facts::cargo::CargoKind;
use crate::facts::paths;

/// Programs that bring no files into a project.
const HARMLESS: &[&str] = &[
    "",
    ".",
    ":",
    "[",
    "[[",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-cache",
    "apt-get",
    "apt-key",
    "apt-mark",
    "arch",
    "awk",
    "basename",
    "break",
    "case",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "command",
    "cut",
    "date",
    "df",
    "dirname",
    "dnf",
    "dpkg",
    "dpkg-architecture",
    "dpkg-reconfigure",
    "du",
    "echo",
    "env",
    "eval",
    "exit",
    "export",
    "expr",
    "false",
    "file",
    "gcc",
    "getent",
    "gpg",
    "grep",
    "groupadd",
    "groupmod",
    "head",
    "hostname",
    "id",
    "install-php",
    "ldconfig",
    "ldd",
    "local",
    "locale-gen",
    "ls",
    "microdnf",
    "mkdir",
    "mktemp",
    "nproc",
    "objcopy",
    "objdump",
    "pacman",
    "pip",
    "pip3",
    "pipx",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readelf",
    "readlink",
    "realpath",
    "return",
    "rustc",
    "rustup",
    "sccache",
    "set",
    "setcap",
    "sha256sum",
    "sha512sum",
    "shopt",
    "size",
    "sleep",
    "sort",
    "stat",
    "strip",
    "sync",
    "sysctl",
    "test",
    "time",
    "tr",
    "trap",
    "tree",
    "true",
    "type",
    "uname",
    "uniq",
    "unset",
    "update-ca-certificates",
    "update-alternatives",
    "upx",
    "useradd",
    "userdel",
    "usermod",
    "wait",
    "wc",
    "which",
    "whoami",
    "xargs",
    "xx-info",
    "xx-verify",
    "xx-apt",
    "xx-apt-get",
    "xx-apk",
    "yum",
    "zypper",
];

/// Programs that write where they run, and nowhere else in a project.
const WRITE_HERE: &[&str] =
    &["npm", "npx", "yarn", "pnpm", "bun", "trunk", "wasm-pack", "wasm-bindgen", "tailwindcss"];

/// Follows the commands of a `RUN` up to one.
pub(super) fn run(facts: &Facts<'_>, index: usize, until: Option<usize>, here: &mut Delivered) {
    let Some(Command::Run(run)) = facts.file.instructions.get(index).map(|it| &it.command) else {
        return;
    };
    if run.line.form == Form::Exec {
        let program = run.line.words.first().map_or("", |it| paths::file_name(&it.text));
        if !HARMLESS.contains(&program) && program != "cargo" {
            here.give_up();
        }
        return;
    }
    let Some(script) = facts.script(index) else { return here.give_up() };
    let stage = facts.stages.all.partition_point(|it| it.first <= index);
    let mut reader =
        Reader { facts, index, stage: stage.saturating_sub(1), all: &script.commands, here };
    for at in 0..script.commands.len().min(until.unwrap_or(0)) {
        reader.command(at);
    }
}

struct Reader<'r, 'd> {
    facts: &'r Facts<'d>,
    index: usize,
    stage: usize,
    all: &'r [ShellCommand<'d>],
    here: &'r mut Delivered,
}

impl Reader<'_, '_> {
    fn command(&mut self, at: usize) {
        let command = &self.all[at];
        for it in &command.redirections {
            if it.operator.contains('>') && it.operator != ">&" {
                self.write(command, &it.target.value, What::Made);
            }
        }
        let program = command.program().unwrap_or_default();
        let operands = |with_value: &'static [&'static str]| {
            command.operands(with_value).map(|it| it.value.to_string()).collect::<Vec<_>>()
        };
        match program {
            "cargo" | "cargo-chef" | "cross" | "xx-cargo" | "cargo-zigbuild" => {
                self.cargo(command, at);
            }
            "touch" | "tee" | "truncate" => {
                for path in operands(&["-d", "-r", "-t", "-s", "--date", "--reference", "--size"]) {
                    self.write(command, &path, What::Made);
                }
            }
            "rm" | "rmdir" | "unlink" => {
                for path in operands(&[]) {
                    if path.contains(['*', '?', '[']) {
                        self.write(command, paths::parent(&path), What::Removed);
                    } else {
                        self.write(command, &path, What::Removed);
                    }
                }
            }
            "cp" | "mv" | "ln" | "install" | "rsync" => {
                let to = command.option(&["-t", "--target-directory"]);
                let to = to.map(|it| it.value.to_owned());
                let all = operands(&["-m", "-o", "-g", "-t", "--mode", "--owner", "--exclude"]);
                if program == "mv" {
                    for path in all.iter().rev().skip(1) {
                        self.write(command, path, What::Removed);
                    }
                }
                match to.or_else(|| all.last().cloned()) {
                    Some(to) => self.write(command, &to, What::Unknown),
                    None => self.here.give_up(),
                }
            }
            "sed" | "perl" if command.has_flag('i', "in-place") => {
                // What a manifest says after that, nobody knows.
                let is_of_cargo = command.args().iter().any(|it| it.value.contains("Cargo"));
                if is_of_cargo || program == "perl" {
                    self.here.give_up();
                }
            }
            "sed" => {}
            "find" => {
                let runs = ["-exec", "-execdir", "-fprint"];
                let acts = command.args().iter().any(|it| runs.contains(&it.value.as_ref()));
                let touches = command.args().iter().any(|it| {
                    matches!(it.value.as_ref(), "touch" | "chmod" | "chown" | "rm" | "strip")
                });
                if acts && !touches {
                    self.here.give_up();
                }
            }
            "curl" => match command.option(&["-o", "--output", "--output-dir"]) {
                Some(to) => self.write(command, to.value, What::Unknown),
                None if command.has_flag('O', "remote-name") => {
                    self.write(command, ".", What::Unknown);
                }
                None => {}
            },
            "wget" => {
                match command.option(&["-O", "--output-document", "-P", "--directory-prefix"]) {
                    Some(to) if to.value == "-" => {}
                    // In clusters such as `-qO-`.
                    _ if command.args().iter().any(|it| it.value.ends_with("O-")) => {}
                    Some(to) => self.write(command, to.value, What::Unknown),
                    None => self.write(command, ".", What::Unknown),
                }
            }
            "tar" | "bsdtar" => {
                let to = command.option(&["-C", "--directory"]);
                let to = to.map_or_else(|| ".".to_owned(), |it| it.value.to_owned());
                self.write(command, &to, What::Unknown);
            }
            "unzip" => {
                let to = command.option(&["-d"]);
                let to = to.map_or_else(|| ".".to_owned(), |it| it.value.to_owned());
                self.write(command, &to, What::Unknown);
            }
            "git" => {
                let is_harmless = matches!(
                    command.subcommand(&["-C", "-c", "--git-dir"]),
                    Some("config" | "rev-parse" | "describe" | "log" | "status" | "lfs")
                );
                if !is_harmless {
                    self.here.give_up();
                }
            }
            // What is fed to a shell installs tools, as rustup's script does.
            "sh" | "bash" | "ash" | "dash" => {
                let is_fed = command.joined == Joined::Pipe;
                let has_script = command
                    .args()
                    .iter()
                    .take_while(|it| !matches!(it.value.as_ref(), "-s" | "--"))
                    .any(|it| !it.value.starts_with('-'));
                let is_read = self.all.iter().any(|it| it.parent == Some(at));
                if !is_read && (has_script || !is_fed) {
                    self.here.give_up();
                }
            }
            program if WRITE_HERE.contains(&program) => self.write(command, ".", What::Unknown),
            program if HARMLESS.contains(&program) => {}
            _ => self.here.give_up(),
        }
    }

    fn cargo(&mut self, command: &ShellCommand<'_>, at: usize) {
        let here = |it: &&crate::facts::cargo::CargoCommand| {
            it.index == self.index && it.command == Some(at)
        };
        let Some(cargo) = self.facts.cargo().iter().find(here) else {
            // `cargo --version`, or a subcommand behind a variable.
            if command.args().iter().any(|it| !it.literal) {
                self.here.give_up();
            }
            return;
        };
        let Some(directory) = cargo.directory.clone() else { return self.here.give_up() };
        match cargo.kind {
            CargoKind::New | CargoKind::Cook => self.here.push(directory, What::Unknown),
            CargoKind::Prepare => {
                self.here.push(paths::join(&directory, "recipe.json"), What::Made);
            }
            CargoKind::Metadata => {
                let says = |text: &str| command.args().iter().any(|it| it.value == text);
                if says("vendor") {
                    self.here.push(directory, What::Unknown);
                } else if says("generate-lockfile") || says("update") {
                    self.here.push(paths::join(&directory, "Cargo.lock"), What::Made);
                }
            }
            CargoKind::Other => {
                let is_known = command.args().iter().any(|it| {
                    matches!(it.value.as_ref(), "deny" | "audit" | "fmt" | "auditable" | "about")
                });
                if !is_known {
                    self.here.push(directory, What::Unknown);
                }
            }
            _ => {}
        }
    }

    /// Notes that a command writes a path, as the script says it.
    fn write(&mut self, command: &ShellCommand<'_>, path: &str, what: What) {
        let path = self.facts.in_shell(self.stage, self.index, path);
        let is_absolute = path.starts_with('/');
        if path.starts_with("/dev/") {
            return;
        }
        if path.starts_with(['$', '`', '~']) {
            // The home directory and variables of tools lie outside of projects; of others nobody
            // knows.
            let is_home = path.starts_with("~/") || path.starts_with("$HOME/");
            if !is_home && !matches!(what, What::Removed) {
                self.here.give_up();
            }
            return;
        }
        if command.lost && !is_absolute {
            return self.here.give_up();
        }
        let start = self.facts.directory(self.index);
        let directory = match &command.directory {
            Some(directory) => {
                paths::join(start, &self.facts.in_shell(self.stage, self.index, directory))
            }
            None => start.to_owned(),
        };
        let whole = paths::join(&directory, &path);
        if whole.contains(['$', '`']) {
            // Known up to the variable.
            let end = whole.find(['$', '`']).unwrap_or(0);
            let known = paths::parent(&whole[..end]).to_owned();
            return self
                .here
                .push(if known.is_empty() { "/".to_owned() } else { known }, What::Unknown);
        }
        // Whoever removes a directory to put another in its place makes both unknown.
        self.here.push(whole, what);
    }
}
