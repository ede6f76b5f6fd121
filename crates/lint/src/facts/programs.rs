//! What an image starts: a program of its own, or a tool that people work with.

use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Keyword};
use plimsoll_syntax::shell;

use super::paths;
use crate::Facts;

/// The program that an image starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// Of its own, by its name.
    Own(String),
    /// `cargo run`.
    CargoRun,
    /// A shell, a tool, or nothing that is known.
    Tool,
}

/// What people start in an image to work in it, or to keep it alive.
const TOOLS: &[&str] = &[
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "fish",
    "cargo",
    "rustc",
    "rustup",
    "go",
    "sleep",
    "tail",
    "true",
    "cat",
    "make",
    "just",
    "gcc",
    "sccache",
    "test",
    "npm",
    "yarn",
    "pytest",
    "python",
    "python3",
    "git",
    "echo",
    "sshd",
    "code-server",
    "supervisord",
    "mvn",
    "gradle",
    "trunk",
    "cross",
    "wasm-pack",
    "cargo-watch",
    "cargo-make",
    "bacon",
    "tmux",
    "env",
    "dotnet",
    "node",
];

/// Programs that start another one.
const STARTERS: &[&str] =
    &["tini", "dumb-init", "catatonit", "gosu", "su-exec", "exec", "nice", "timeout", "catchsegv"];

impl Facts<'_> {
    /// What the image of a stage starts; `None` where neither it nor a stage below it says.
    pub(crate) fn program(&self, stage: usize) -> Option<Program> {
        let line = |kind| match self.stages.effective(stage, kind).map(|it| &it.command) {
            Some(Command::Entrypoint(line) | Command::Cmd(line)) => Some(line),
            _ => None,
        };
        let (entrypoint, cmd) = (line(Keyword::Entrypoint), line(Keyword::Cmd));
        let mut words = Vec::new();
        for line in [entrypoint, cmd].into_iter().flatten() {
            words.extend(command_words(line));
        }
        (entrypoint.is_some() || cmd.is_some()).then(|| of_words(&words))
    }
}

fn command_words(line: &CommandLine<'_>) -> Vec<String> {
    match line.form {
        Form::Exec => line.words.iter().map(|it| it.text.clone().into_owned()).collect(),
        Form::Shell => last_command(&shell::parse(&line.script)),
    }
}

/// The words of a script's last command, which is the one that stays.
fn last_command(script: &shell::Script<'_>) -> Vec<String> {
    let last = script.commands.iter().rev().find(|it| it.parent.is_none() && !it.words.is_empty());
    let words = last.map(shell::ShellCommand::effective).unwrap_or_default();
    words.iter().map(|it| it.value.clone().into_owned()).collect()
}

fn of_words(words: &[String]) -> Program {
    let mut words = words.iter().filter(|it| !it.starts_with('-') || *it == "-c");
    let Some(first) = words.next() else { return Program::Tool };
    let name = paths::file_name(first);
    if STARTERS.contains(&name) {
        let rest: Vec<String> = words.cloned().collect();
        return of_words(&rest);
    }
    let is_shell = matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh");
    let next = words.next().map(String::as_str);
    match (name, next) {
        (_, Some("-c")) if is_shell => {
            let Some(text) = words.next() else { return Program::Tool };
            let script = shell::parse(&plimsoll_syntax::Logical::borrowed(text, 0));
            let inner = last_command(&script);
            // One level is enough: nobody nests further to start a server.
            match inner.first() {
                Some(first) if TOOLS.contains(&paths::file_name(first)) => of_words(&inner[..]),
                Some(first) => Program::Own(paths::file_name(first).to_owned()),
                None => Program::Tool,
            }
        }
        (_, Some(script)) if is_shell && script.contains('.') => {
            Program::Own(paths::file_name(script).to_owned())
        }
        ("cargo", Some("run" | "r")) => Program::CargoRun,
        _ if TOOLS.contains(&name) => Program::Tool,
        _ => Program::Own(name.to_owned()),
    }
//! The programs that the image takes from stages where cargo builds them, and what those need of a
//! C library.
use plimsoll_finding::Span;
use super::cargo::{CargoCommand, Choice};
use super::copies::{Copied, Origin};
use super::packages::Manager;
use crate::bases::{Certainty, Description, Libc, Targets};
/// What a program needs of a C library when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linkage {
    /// None: it is linked statically.
    Static,
    /// That of musl.
    Musl,
    /// That of glibc, as new as the one it was built on where that is known.
    Glibc(Option<(u32, u32)>),
/// A program that the image takes from a stage which builds it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Where the `COPY` names it.
    pub(crate) span: Span,
    /// Its file name.
    pub(crate) name: String,
    /// The number of the stage that builds it.
    pub(crate) builder: usize,
    /// What it needs; `None` where that is not known.
    pub(crate) linkage: Option<Linkage>,
/// How many stages a file is followed through.
const LONGEST_WAY: usize = 4;
    /// The programs that the image takes from stages where cargo builds them, in order.
    pub(crate) fn programs(&self) -> &[Program] {
        self.programs.get_or_init(|| self.find_programs())
    fn find_programs(&self) -> Vec<Program> {
        let mut found = Vec::new();
        let Some(last) = self.stages.last() else { return found };
        if self.stages.all.len() < 2 || !self.cargo().iter().any(|it| it.kind.builds()) {
            return found;
        let started = self.started();
        for stage in self.stages.chain(last.index) {
            for (offset, instruction) in stage.body.iter().enumerate() {
                if !matches!(&instruction.command, Command::Copy(copy) if copy.from.is_some()) {
                    continue;
                }
                for copied in self.copied(stage.first + offset) {
                    let names = [&*copied.source, &copied.path].map(paths::file_name);
                    if !is_program(&copied.source) && !names.contains(&started) {
                        continue;
                    }
                    if let Some((builder, source)) = self.origin_of(&copied, LONGEST_WAY) {
                        found.push(Program {
                            span: copied.span,
                            name: names[0].to_owned(),
                            builder,
                            linkage: self.linkage_of(builder, &source),
                        });
                    }
                }
        found
    /// The file name of the program that the image starts; empty where that is not known.
    fn started(&self) -> &str {
        let last = self.stages.all.len().saturating_sub(1);
        let line = |kind| match &self.stages.effective(last, kind)?.command {
            Command::Entrypoint(line) | Command::Cmd(line) => Some(line),
        line(Keyword::Entrypoint).or_else(|| line(Keyword::Cmd)).map_or("", first_word)
    /// The stage that builds what a `COPY` takes, and where it lies there.
    fn origin_of(&self, copied: &Copied, longest: usize) -> Option<(usize, String)> {
        let Origin::Stage(stage) = copied.origin else { return None };
        let source = paths::join("/", &copied.source);
        let builds = self.builds(stage).next().is_some();
        // What a stage itself copies it doesn't build.
        for below in self.stages.chain(stage).take(usize::from(longest > 0) * LONGEST_WAY) {
            for (offset, instruction) in below.body.iter().enumerate().rev() {
                if !matches!(&instruction.command, Command::Copy(copy) if copy.from.is_some()) {
                    continue;
                }
                let mut way = self.copied(below.first + offset);
                way.retain(|it| it.path == source || !builds && paths::is_in(&source, &it.path));
                if let Some(mut inner) = way.pop() {
                    if let Some(rest) = source.strip_prefix(&inner.path) {
                        inner.source.push_str(rest);
                    }
                    return self.origin_of(&inner, longest - 1);
                }
        builds.then_some((stage, source))
    /// The cargo commands that build programs in a stage or those below it.
    pub(crate) fn builds(&self, stage: usize) -> impl Iterator<Item = &CargoCommand> {
        let chain = self.stages.chain(stage);
        chain.flat_map(|stage| {
            self.cargo().iter().filter(move |it| it.stage == stage.index && it.kind.builds())
        })
    /// What a file of a stage that cargo builds there needs.
    fn linkage_of(&self, stage: usize, source: &str) -> Option<Linkage> {
        if source.contains('$') {
            return None;
        let place = place(source);
        // Settings of cargo that the file writes, or flags that come another way.
        let is_hidden = |build: &&CargoCommand| {
            let flags = build.rustflags.as_deref().unwrap_or_default();
            !flags.contains("crt-static") && self.chain_mentions(build.stage, &["crt-static"])
        let mut linkage = None;
        for build in self.builds(stage) {
            let fits = match (place, &build.target) {
                (Place::Host, target) => *target == Choice::Default,
                (Place::Target(triple), Choice::Is(target)) => target.starts_with(triple),
                (Place::Target(_), _) | (Place::Elsewhere, _) => true,
            };
            if !fits {
                continue;
            if is_hidden(&build) || self.chain_mentions(build.stage, &["[build]"]) {
                return None;
            let this = self.linkage_by(build, place)?;
            if linkage.is_some_and(|it| it != this) {
                return None;
            linkage = Some(this);
        linkage
    /// What a build makes that puts its results in a place.
    fn linkage_by(&self, build: &CargoCommand, place: Place<'_>) -> Option<Linkage> {
        let base = self.base(build.stage);
        let flags = build.rustflags.as_deref().unwrap_or_default();
        if flags.contains('$') {
            return None;
        let target = match (&build.target, place) {
            (Choice::Is(target), _) => Some(&**target),
            (_, Place::Target(triple)) => Some(triple),
            (Choice::Default, _) => None,
            (Choice::Hidden, Place::Host) => None,
            (Choice::Hidden, Place::Elsewhere) => return None,
        let driver = match build.through {
            "" | "leptos" | "cross" | "zigbuild" => build.through,
            _ => return None,
        let linkage = match target {
            Some(triple) => by_triple(triple, flags, base.as_ref(), driver)?,
            // `cross` brings an image of its own.
            None if driver == "cross" => return None,
            None => self.by_host(build.stage, flags, base.as_ref()?)?,
        // Where only the name of a directory speaks, the words of the file may know better.
        let is_sure = place != Place::Elsewhere
            || target.is_some()
            || matches!(linkage, Linkage::Static | Linkage::Musl)
            || !self.chain_mentions(build.stage, &["musl"]);
        is_sure.then_some(linkage)
    /// What cargo makes for the machine that it runs on.
    fn by_host(&self, stage: usize, flags: &str, base: &Description<'_>) -> Option<Linkage> {
        let for_musl = match base.targets {
            Targets::Listed(list) => list.split(',').next().is_some_and(|it| it.contains("musl")),
            Targets::Short(name) | Targets::Named(name) => name.contains("musl"),
            Targets::None => false,
        if base.builds_for_target {
            return for_musl.then_some(Linkage::Static);
        match base.libc? {
            Libc::Musl => {
                let mut installed = self.packages().installed(&self.stages, stage);
                // Alpine's own compiler links dynamically, that of the Rust project does not.
                let of_alpine =
                    installed.any(|it| it.0 == Manager::Apk && matches!(it.1, "cargo" | "rust"));
                let is_dynamic = of_alpine || flags.contains("-crt-static");
                Some(if is_dynamic { Linkage::Musl } else { Linkage::Static })
            Libc::Glibc(version) if !flags.contains("+crt-static") => {
                Some(Linkage::Glibc(version.filter(|_| base.certainty != Certainty::Guess)))
            Libc::Glibc(_) => Some(Linkage::Static),
            Libc::None => None,
/// What a program of a target needs.
fn by_triple(
    triple: &str,
    flags: &str,
    base: Option<&Description<'_>>,
    driver: &str,
) -> Option<Linkage> {
    if triple.contains('$') || !triple.contains("-linux-") {
        return None;
    if triple.contains("musl") {
        let is_dynamic = flags.contains("-crt-static");
        return Some(if is_dynamic { Linkage::Musl } else { Linkage::Static });
    if !triple.contains("gnu") {
        return None;
    if flags.contains("+crt-static") {
        return Some(Linkage::Static);
    // `cargo zigbuild` takes the version after the target: `x86_64-unknown-linux-gnu.2.17`.
    let asked = triple.split_once('.').and_then(|(_, version)| version.split_once('.'));
    let asked = asked.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let of_base = match base.and_then(|it| it.libc.filter(|_| it.certainty != Certainty::Guess)) {
        Some(Libc::Glibc(version)) => version,
        _ => None,
    };
    Some(Linkage::Glibc(asked.or(of_base.filter(|_| driver.is_empty()))))
/// Where a file lies among cargo's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'p> {
    /// `target/release`.
    Host,
    /// `target/x86_64-unknown-linux-musl/release`.
    Target(&'p str),
    /// Where it was copied or installed to.
    Elsewhere,
fn place(source: &str) -> Place<'_> {
    let mut parts = source.split('/').skip_while(|it| *it != "target").skip(1);
    match (parts.next(), parts.next()) {
        (Some(triple), Some(_)) if triple.contains("-linux-") => Place::Target(triple),
        (Some("release" | "debug"), Some(_)) => Place::Host,
        _ => Place::Elsewhere,
/// Whether a path looks like that of a program.
fn is_program(source: &str) -> bool {
    let name = paths::file_name(source);
    let has_ending = name.get(1..).is_some_and(|it| it.contains('.'));
    let parent = paths::file_name(paths::parent(source.trim_end_matches('/')));
    let is_kept = matches!(name, "build" | "deps" | "release" | "debug" | "bin" | "");
    !has_ending && !is_kept && matches!(parent, "release" | "debug" | "bin" | "sbin")
/// The file name of a command's first word.
fn first_word<'l>(line: &'l CommandLine<'_>) -> &'l str {
    let word = match line.form {
        Form::Exec => line.words.first().map_or("", |it| it.as_str()),
        Form::Shell => {
            let text = line.script.text();
            text.trim_start_matches("exec ").split_whitespace().next().unwrap_or_default()
    };
    paths::file_name(word)
//! Whether an image has a program, by what its base is known to have and what its stages bring.
use plimsoll_syntax::dockerfile::{Command, Copy, Form, Instruction, Source};
use super::packages::{Manager, Operation, Package};
use super::{is_shell, paths, sources};
use crate::bases::{Description, Family, Tool};
/// Programs that come with a distribution, and that images without one lack.
const BASIC: &[&str] = &[
    "[", "awk", "cat", "cut", "date", "echo", "egrep", "env", "expr", "false", "find", "grep",
    "head", "id", "kill", "ls", "netstat", "nslookup", "pgrep", "pidof", "ping", "printf", "ps",
    "sed", "sleep", "ss", "stat", "tail", "test", "touch", "tr", "true", "wc", "xargs", "ash",
    "dash", "timeout", "su", "gosu", "su-exec", "node", "jq", "perl", "nginx", "telnet",
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
    "locales",
    "pkg-config",
    "netcat",
    "ncat",
    "jq",
    "dnsutils",
    /// Whether the image of a stage has a program at its end; `None` where that is not known.
    pub(crate) fn has_program(&self, stage: usize, program: &str) -> Option<bool> {
        let base = self.base(stage)?;
        if self.base_image(stage).is_some_and(|it| !it.is_known && base.family == Family::Scratch) {
        match base_has(&base, program) {
            Some(true) => return Some(true),
            None if !self.lacks_process_tools(stage, &base, program) => return None,
            _ => {}
        let mut removed = false;
        for stage in self.stages.chain(stage) {
            for command in self.packages().of_stage(stage.index) {
                let installs = command.operation == Operation::Install;
                if installs && command.packages.iter().any(|it| !it.known) {
                    return None;
                let named = command.packages.iter().any(|it| brings(&it.text, program));
                removed |= command.operation == Operation::Remove && named
                    || installs && command.packages.iter().any(|it| it.text.starts_with('.'));
        let installed = self.packages().installed(&self.stages, stage);
        let mut installed = installed.filter(|(manager, _)| *manager != Manager::Npm);
        if installed.any(|(_, it)| brings(it, program)) {
            return Some(true);
        for stage in self.stages.chain(stage) {
                if self.may_bring(stage.first + offset, instruction, program, removed) {
                    return None;
        Some(false)
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
            Command::Run(run) if run.line.form == Form::Exec => {
                run.line.words.iter().any(|it| it.text.contains(program))
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
            Command::Broken => true,
            _ => false,
    /// The packages that a `RUN` names to package managers.
    fn packages_of(&self, index: usize) -> impl Iterator<Item = &Package<'_>> {
        self.packages().of_run(index).iter().flat_map(|it| &it.packages)
    fn copy_may_bring(&self, index: usize, copy: &Copy<'_>, program: &str) -> bool {
        let destination =
            paths::join(self.directory(index), &self.expand(index, &copy.destination));
        if paths::file_name(&destination) == program {
            return true;
        let system = holds_programs(&destination);
        copy.sources.iter().any(|source| {
            let Source::Path(word) = source else { return false };
            let name = self.expand(index, word);
            paths::file_name(&name) == program || system && may_be_directory(&name)
/// Whether the base of an image has a program.
fn base_has(base: &Description<'_>, program: &str) -> Option<bool> {
    if is_bare(base.family) && !(base.other_shell.is_some() && program != "sh") {
        let tool = Tool::from_name(program).filter(|_| program != "gcc");
        return match tool {
            Some(tool) => base.tools.has(tool),
            None if base.family == Family::DistrolessLanguage => None,
            None if base.is_known && BASIC.contains(&program) => Some(false),
            None => None,
    match program {
        "sh" | "bash" | "curl" | "wget" | "git" | "nc" | "python3" | "tini" | "dumb-init" => {
            base.tools.has(Tool::from_name(program)?)
fn is_bare(family: Family) -> bool {
    family == Family::Scratch
        || family.is_distroless()
        || matches!(family, Family::ChainguardStatic | Family::ChainguardGlibc)
/// Whether a package brings a program, as its name tells.
fn brings(package: &str, program: &str) -> bool {
    if package.starts_with(program) {
        return true;
    match program {
        "nc" => ["netcat", "nmap", "ncat", "busybox"].iter().any(|it| package.starts_with(it)),
        "ps" | "pgrep" | "pkill" | "top" => package.starts_with("procps"),
        "wget" => package.starts_with("busybox"),
        "python3" => package.starts_with("python"),
        _ => false,
/// Whether a command runs something of which nothing is known.
fn is_unknown(command: &plimsoll_syntax::shell::ShellCommand<'_>) -> bool {
    let Some(word) = command.effective().first() else { return false };
    let Some(program) = command.program() else { return true };
    if is_shell(program) || matches!(program, "." | "source" | "eval") {
        let first = command.args().first();
        // What `sh -c '…'` runs is among the commands of the script itself.
        return !first.is_some_and(|it| it.value.starts_with('-') && it.value.ends_with('c'));
    if matches!(program, "make" | "ansible-playbook" | "chroot" | "xargs" | "python" | "python3") {
        return true;
    let value = &*word.value;
    let system = ["/bin/", "/sbin/", "/usr/"].iter().any(|it| value.starts_with(it));
    value.contains('/') && !system || program.contains('.')
/// Whether a directory holds programs, or the directories that do.
fn holds_programs(path: &str) -> bool {
    matches!(path, "/" | "/usr" | "/usr/local" | "/busybox")
        || path.ends_with("bin")
        || path.starts_with(['$', '?'])
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

    #[track_caller]
    fn starts(rest: &str, program: Option<&Program>) {
        let text = format!("FROM a\n{rest}\n");
        let file = dockerfile::parse(&text);
        assert_eq!(Facts::new(&file).program(0).as_ref(), program, "{rest}");
    }

    #[test]
    fn wrappers_and_shells_are_looked_through() {
        let own = |name: &str| Program::Own(name.to_owned());
        starts("ENTRYPOINT [\"/usr/bin/tini\", \"--\", \"/app/server\"]", Some(&own("server")));
        starts("ENTRYPOINT [\"tini\", \"--\"]\nCMD [\"server\"]", Some(&own("server")));
        starts("CMD exec /app/server --port 1", Some(&own("server")));
        starts("CMD cd /app && ./server", Some(&own("server")));
        starts(
            "ENTRYPOINT [\"/bin/sh\", \"-c\", \"ulimit -c 0 && exec ./server\"]",
            Some(&own("server")),
        );
        starts("ENTRYPOINT [\"sh\", \"/entrypoint.sh\"]", Some(&own("entrypoint.sh")));
    }

    #[test]
    fn people_work_with_tools() {
        starts("", None);
        starts("CMD [\"bash\"]", Some(&Program::Tool));
        starts("CMD sleep infinity", Some(&Program::Tool));
        starts("CMD cargo test", Some(&Program::Tool));
        starts("CMD [\"sh\", \"-c\", \"cargo test\"]", Some(&Program::Tool));
        starts("CMD [\"cargo\", \"run\", \"--release\"]", Some(&Program::CargoRun));
        starts("ENTRYPOINT []", Some(&Program::Tool));
    fn linkage(text: &str) -> Vec<(String, usize, Option<Linkage>)> {
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let programs = facts.programs().iter();
        programs.map(|it| (it.name.clone(), it.builder, it.linkage)).collect()
    #[track_caller]
    fn one(build: &str, copy: &str) -> Option<Linkage> {
        let text = format!("{build}\nFROM a\nCOPY --from=0 {copy}\nCMD [\"app\"]\n");
        let [(_, 0, linkage)] = linkage(&text)[..] else { panic!("{:?}", linkage(&text)) };
        linkage
    const APP: &str = "/w/target/release/app /bin/";
    fn the_host_decides_without_a_target() {
        let glibc = Some(Linkage::Glibc(Some((2, 36))));
        assert_eq!(one("FROM rust:1.80\nRUN cargo build -r", APP), glibc);
        assert_eq!(
            one("FROM rust:1.80\nRUN cargo install --path . --root /o", "/o/bin/app /"),
            glibc
        assert_eq!(one("FROM rust:1.80-alpine\nRUN cargo build -r", APP), Some(Linkage::Static));
        let dynamic = "FROM rust:1.80-alpine\nENV RUSTFLAGS=\"-C target-feature=-crt-static\"\n\
                       RUN cargo build -r";
        assert_eq!(one(dynamic, APP), Some(Linkage::Musl));
        let of_alpine = "FROM alpine:3.22\nRUN apk add cargo\nRUN cargo build -r";
        assert_eq!(one(of_alpine, APP), Some(Linkage::Musl));
        assert_eq!(
            one("FROM clux/muslrust:stable\nRUN cargo build -r", APP),
            Some(Linkage::Static)
        assert_eq!(one("FROM example.com/a:1\nRUN cargo build -r", APP), None);
    fn a_target_outweighs_the_host() {
        let musl = "FROM rust:1.80\nRUN cargo build -r --target x86_64-unknown-linux-musl";
        let path = "/w/target/x86_64-unknown-linux-musl/release/app /";
        assert_eq!(one(musl, path), Some(Linkage::Static));
        assert_eq!(one(musl, "/out/app /"), Some(Linkage::Static));
        let zig = "FROM rust:1.89\nRUN cargo zigbuild --target aarch64-unknown-linux-gnu.2.17";
        assert_eq!(one(zig, "/out/app /"), Some(Linkage::Glibc(Some((2, 17)))));
        let hidden = "FROM rust:1.89\nARG T\nRUN cargo build --target $T";
        assert_eq!(one(hidden, "/out/app /"), None);
        assert_eq!(one(hidden, "/w/target/$T/release/app /"), None);
    fn what_may_be_otherwise_is_not_known() {
        let flags =
            "FROM rust:1.89\nCOPY config .cargo/\nRUN echo crt-static >> x\nRUN cargo build";
        assert_eq!(one(flags, "/w/target/debug/app /"), None);
        let both = "FROM rust:1.89\nRUN cargo build --target x86_64-unknown-linux-musl\n\
                    RUN cargo build --target x86_64-unknown-linux-gnu";
        assert_eq!(one(both, "/out/app /"), None);
    fn programs_are_followed_through_stages() {
        let text = "FROM rust:1.89 AS build\nRUN cargo build -r\nFROM debian:13 AS strip\n\
                    COPY --from=build /w/target/release/app /app\nRUN strip /app\nFROM scratch\n\
                    COPY --from=strip /app /app\nCOPY --from=build /w/static /static\n\
                    ENTRYPOINT [\"/app\"]\n";
        assert_eq!(linkage(text), [("app".to_owned(), 0, Some(Linkage::Glibc(Some((2, 41)))))]);
        let others =
            "FROM golang:1 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n";
        assert_eq!(linkage(others), []);
    fn has(text: &str, program: &str) -> Option<bool> {
        facts.has_program(facts.stages.all.len() - 1, program)
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
