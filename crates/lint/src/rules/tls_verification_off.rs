//! `tls-verification-off`: certificates are not checked.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::shell::ShellWord;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports what switches off the check of TLS certificates: the options of curl, wget, pip,
    /// npm, yarn, git, apt, apk, yum, dnf and conda for that, and variables such as
    /// `NODE_TLS_REJECT_UNAUTHORIZED=0`, `PYTHONHTTPSVERIFY=0`, `GIT_SSL_NO_VERIFY` and
    /// `NPM_CONFIG_STRICT_SSL=false`. Downloads from the machine itself are left alone.
    ///
    /// ## Why it matters
    /// Whoever stands between the build and the server can put another file into the image. A
    /// variable set with `ENV` does the same to every run of the container.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -fsSLk -o /usr/local/bin/tool https://example.com/tool
    /// ```
    ///
    /// ```dockerfile
    /// FROM node:24-slim
    /// ENV NODE_TLS_REJECT_UNAUTHORIZED=0
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY company-ca.crt /usr/local/share/ca-certificates/
    /// RUN update-ca-certificates && curl -fsSL -o /usr/local/bin/tool https://example.com/tool
    /// ```
    pub(crate) static TLS_VERIFICATION_OFF = {
        name: "tls-verification-off",
        clause: Clause::Pinned,
        summary: "TLS certificates are not checked",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_12", "CKV2_DOCKER_13", "CKV2_DOCKER_14", "CKV2_DOCKER_15", "CKV2_DOCKER_16"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, instruction) in facts.file.instructions.iter().enumerate() {
        let pairs = match &instruction.command {
            Command::Env(env) => env.pairs.as_slice(),
            _ => continue,
        };
        for pair in pairs {
            // The values of most variables don't matter, and take long to find out.
            if is_switch(&pair.name.text)
                && switches_off(&pair.name.text, &facts.expand(index, &pair.value))
            {
                let span = pair.name.span.union(pair.value.span);
                report(cx, span, &format!("`{}`", pair.name.text), "in the build and in every container");
            }
        }
    }
    for it in facts.run_commands() {
        let command = it.command;
        for assignment in &command.assignments {
            if switches_off(&assignment.name, &assignment.value.value) {
                report(cx, assignment.span, &format!("`{}`", assignment.name), "");
            }
        }
        let Some(program) = command.program() else { continue };
        let args = command.args();
        if program == "export" || program == "env" {
            for word in args {
                if let Some((name, value)) = word.value.split_once('=')
                    && switches_off(name, value)
                {
                    report(cx, word.span, &format!("`{name}`"), "");
                }
            }
        } else if let Some(word) = option(program, args)
            && !is_local(args)
        {
            report(cx, word.span, &format!("`{}` of `{program}`", word.raw), "");
        }
    }
}

fn report(cx: &mut Context<'_, '_>, span: Span, what: &str, long: &str) {
    let space = if long.is_empty() { "" } else { " " };
    cx.report(span, format!("{what} switches off the check of certificates{space}{long}"))
        .help("Install the certificate authority that is missing (`ca-certificates`, or the company's own).")
        .done();
}

/// Whether a variable may switch the check off.
fn is_switch(name: &str) -> bool {
    ["0", "1"].iter().any(|value| switches_off(name, value))
}

/// Whether a variable of that value switches the check off.
fn switches_off(name: &str, value: &str) -> bool {
    let is = |it: &str| name.eq_ignore_ascii_case(it);
    let off = matches!(value, "0" | "false" | "False" | "no" | "off");
    match name.bytes().next().map(|it| it.to_ascii_lowercase()) {
        Some(b'n') => off && (is("NODE_TLS_REJECT_UNAUTHORIZED") || is("NPM_CONFIG_STRICT_SSL")),
        Some(b'p') => (off && is("PYTHONHTTPSVERIFY")) || (is("PIP_TRUSTED_HOST") && !value.is_empty()),
        Some(b'g') => is("GIT_SSL_NO_VERIFY") && !off && !value.is_empty(),
        Some(b'y') => off && (is("YARN_STRICT_SSL") || is("YARN_ENABLE_STRICT_SSL")),
        Some(b'c') => off && is("CONDA_SSL_VERIFY"),
        _ => false,
    }
}

/// The word that switches the check off.
fn option<'c, 't>(program: &str, args: &'c [ShellWord<'t>]) -> Option<&'c ShellWord<'t>> {
    let find = |is: fn(&str) -> bool| args.iter().find(|it| is(&it.value));
    match program {
        "curl" => find(|it| it == "--insecure" || has_k(it)),
        "wget" => find(|it| it.starts_with("--no-check-cert")),
        "apk" => find(|it| it == "--no-check-certificate"),
        "git" => setting(args, &["http.sslverify"], false).or_else(|| {
            find(|it| assigned(it, "http.sslverify").is_some_and(is_off))
        }),
        "npm" | "pnpm" | "yarn" => setting(args, &["strict-ssl", "enableStrictSsl"], false)
            .or_else(|| find(|it| it == "--no-strict-ssl" || it == "--strict-ssl=false")),
        "conda" | "mamba" => setting(args, &["ssl_verify"], false),
        "apt-get" | "apt" => {
            find(|it| it.ends_with("Verify-Peer=false") || it.ends_with("Verify-Peer \"false\""))
        }
        "yum" | "dnf" | "microdnf" | "tdnf" => {
            find(|it| it.strip_prefix("--setopt=").unwrap_or(it).starts_with("sslverify=") && is_off(&it[it.rfind('=').unwrap_or(0) + 1..]))
        }
        "pip" | "pip3" | "pipx" | "uv" => trusted_host(args),
        it if it.starts_with("python") => {
            let module = args.iter().position(|it| it.value == "-m")?;
            let pip = args.get(module + 1).is_some_and(|it| it.value == "pip");
            if pip { trusted_host(args) } else { None }
        }
        _ => None,
    }
}

fn trusted_host<'c, 't>(args: &'c [ShellWord<'t>]) -> Option<&'c ShellWord<'t>> {
    let option = args.iter().find(|it| {
        it.value == "--trusted-host" || it.value.starts_with("--trusted-host=") || it.value == "--allow-insecure-host"
    });
    option.or_else(|| {
        let config = args.first().is_some_and(|it| it.value == "config");
        args.iter().find(|it| config && it.value.ends_with(".trusted-host"))
    })
}

/// The name in `config set name off`, `config name off` or `set name=off`.
fn setting<'c, 't>(args: &'c [ShellWord<'t>], names: &[&str], value: bool) -> Option<&'c ShellWord<'t>> {
    let at = args.iter().position(|it| {
        names.iter().any(|name| {
            it.value.eq_ignore_ascii_case(name) || assigned(&it.value, name).is_some_and(is_off)
        })
    })?;
    let joined = args[at].value.contains('=');
    let off = joined || args.get(at + 1).is_some_and(|it| is_off(&it.value)) && !value;
    let sets = args[..at].iter().any(|it| matches!(&*it.value, "config" | "set" | "--set"));
    (off && sets).then_some(&args[at])
}

/// The value in `name=value`, the name in any case.
fn assigned<'w>(word: &'w str, name: &str) -> Option<&'w str> {
    let (key, value) = word.split_once('=')?;
    key.eq_ignore_ascii_case(name).then_some(value)
}

fn is_off(value: &str) -> bool {
    matches!(value, "0" | "false" | "False" | "no" | "off")
}

/// Whether a word is a cluster of curl's options with `-k`: letters up to the first option that
/// takes the rest of the word as its value.
fn has_k(word: &str) -> bool {
    let Some(cluster) = word.strip_prefix('-').filter(|it| !it.starts_with('-')) else { return false };
    let valued = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";
    cluster.chars().take_while(|it| !valued.contains(*it)).any(|it| it == 'k')
}

/// Whether the words name an address of this machine, and no other.
fn is_local(args: &[ShellWord<'_>]) -> bool {
    let mut hosts = args.iter().filter_map(|it| it.value.strip_prefix("https://")).peekable();
    hosts.peek().is_some()
        && hosts.all(|it| ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| it.starts_with(local)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "tls-verification-off";

    /// The column and the beginning of the message of each finding in one `RUN`.
    #[track_caller]
    fn check_run(run: &str, expected: &[(usize, &str)]) {
        let lines: Vec<String> = expected
            .iter()
            .map(|(column, what)| {
                format!("2:{column} warning: {what} switches off the check of certificates")
            })
            .collect();
        check(RULE, &format!("FROM a\nRUN {run}\n"), &lines.join("\n"));
    }

    #[test]
    fn options_of_programs() {
        check_run("curl -fsSLk x", &[(10, "`-fsSLk` of `curl`")]);
        check_run("a && wget --no-check-certificate x", &[(15, "`--no-check-certificate` of `wget`")]);
        check_run("npm config set strict-ssl false", &[(20, "`strict-ssl` of `npm`")]);
        check_run("npm set strict-ssl=false", &[(13, "`strict-ssl=false` of `npm`")]);
        check_run("git config --global http.sslVerify false", &[(25, "`http.sslVerify` of `git`")]);
        check_run("git -c http.sslVerify=false clone x", &[(12, "`http.sslVerify=false` of `git`")]);
        check_run("python3 -m pip install --trusted-host x y", &[(28, "`--trusted-host` of `python3`")]);
        check_run("yum --setopt=sslverify=0 -y update", &[(9, "`--setopt=sslverify=0` of `yum`")]);
    }

    #[test]
    fn variables_of_a_command() {
        check_run("GIT_SSL_NO_VERIFY=1 git clone x", &[(5, "`GIT_SSL_NO_VERIFY`")]);
        check_run("export NODE_TLS_REJECT_UNAUTHORIZED='0'", &[(12, "`NODE_TLS_REJECT_UNAUTHORIZED`")]);
    }

    #[test]
    fn variables_of_the_image() {
        let text = "FROM a\nENV A=b \\\n  npm_config_strict_ssl=\"false\"\nENV PYTHONHTTPSVERIFY 0\n\
                    ENV NODE_TLS_REJECT_UNAUTHORIZED=1 GIT_SSL_NO_VERIFY=0\n";
        let expected = "3:3 warning: `npm_config_strict_ssl` switches off the check of certificates in the build and in every container\n\
                        4:5 warning: `PYTHONHTTPSVERIFY` switches off the check of certificates in the build and in every container";
        check(RULE, text, expected);
    }

    #[test]
    fn what_only_looks_like_it() {
        check_run("curl -okubectl x && curl -Hk:v x && curl -X k x && curl --key k x", &[]);
        check_run("curl -k https://localhost:8443/health", &[]);
        check_run("npm config get strict-ssl && npm config set strict-ssl true", &[]);
        check_run("git config --global http.sslVerify true && pip install trusted-host", &[]);
        check_run("echo curl -k && python3 app.py --trusted-host x", &[]);
    }
}
