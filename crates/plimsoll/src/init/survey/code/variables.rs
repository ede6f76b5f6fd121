//! Variables of the environment that the code reads.

use std::collections::BTreeMap;

use plimsoll_project::cargo_files::Code;

use super::{
    What,
    owner::{called, field_after, is_variable, variable_of_attribute},
};

/// Texts of the constants of a file, by name.
pub(super) fn constants<'t>(code: &Code<'t>) -> BTreeMap<&'t str, &'t str> {
    let mut found = BTreeMap::new();
    for at in code.places_of("str") {
        // `const NAME: &str = "…";`
        let text = code.literal(at + 2).filter(|_| code.is_sign(at + 1, b'='));
        let name = (at.saturating_sub(6)..at)
            .find(|it| matches!(code.word(*it), Some("const" | "static")));
        let name = name.and_then(|it| code.word(it + 1));
        found.extend(name.zip(text));
    }
    found
}

/// The variable that is read at a token.
pub(super) fn at<'t>(
    code: &Code<'t>,
    at: usize,
    constants: &BTreeMap<&'t str, &'t str>,
) -> Option<What> {
    if let Some(word) = code.word(at) {
        return match word {
            "env" | "from" => of_attribute(code, at),
            "from_default_env" | "try_from_default_env" => {
                Some(What::Variable("RUST_LOG".to_owned(), Some("info".to_owned())))
            }
            "env_logger" if code.is_row(at, "env_logger :: init") => {
                Some(What::Variable("RUST_LOG".to_owned(), Some("info".to_owned())))
            }
            it => {
                let text = constants.get(it)?;
                of_call(code, at, text)
            }
        };
    }
    of_call(code, at, code.literal(at)?)
}

/// `env::var("X")`, and functions with `env` in their names that take `X` first.
fn of_call(code: &Code<'_>, at: usize, text: &str) -> Option<What> {
    let open = at.checked_sub(1).filter(|it| code.is_sign(*it, b'('))?;
    let name = called(code, open)?;
    // What the compiler reads is not there when the program runs.
    let is_macro = code.is_sign(open - 1, b'!');
    let is_reading = matches!(name, "var" | "var_os" | "get_env" | "getenv")
        || name.contains("env")
            && !is_macro
            && !matches!(name, "env" | "remove_env" | "set_env" | "envs")
        || name == "env" && !is_macro && !code.is_sign(at + 1, b',');
    if !is_reading || is_macro || !is_variable(text) || is_of_the_system(text) {
        return None;
    }
    Some(What::Variable(text.to_owned(), default_after(code, open)))
}

/// `.unwrap_or("…".to_string())`, `.unwrap_or_else(|_| "…".into())`.
fn default_after(code: &Code<'_>, open: usize) -> Option<String> {
    let mut at = code.close(open) + 1;
    for _ in 0..4 {
        if !code.is_sign(at, b'.') {
            return None;
        }
        let open = at + 2;
        if matches!(code.word(at + 1), Some("unwrap_or" | "unwrap_or_else"))
            && code.is_sign(open, b'(')
        {
            let texts = (open..code.close(open)).take(12).filter_map(|it| code.literal(it));
            return texts.map(str::to_owned).next().filter(|it| is_plain(it));
        }
        if !code.is_sign(open, b'(') {
            return None;
        }
        at = code.close(open) + 1;
    }
    None
}

/// `#[arg(env = "X", default_value = "…")]`.
fn of_attribute(code: &Code<'_>, at: usize) -> Option<What> {
    let open = code.around(at)?;
    let outer = code.around(open)?;
    let is_attribute = code.is_sign(outer, b'[') && outer > 0 && code.is_sign(outer - 1, b'#');
    let by = called(code, open)?;
    let known = matches!(by, "arg" | "clap" | "structopt" | "envconfig" | "bpaf" | "env");
    if !is_attribute || !known || code.word(at) == Some("from") && by != "envconfig" {
        return None;
    }
    let field = field_after(code, code.close(outer) + 1)?;
    let name = variable_of_attribute(code, open, field).filter(|it| is_variable(it))?;
    let defaults = (open..code.close(open)).filter(|it| {
        matches!(code.word(*it), Some("default_value" | "default_value_t" | "default"))
            && code.is_sign(it + 1, b'=')
    });
    let value = defaults.map(|it| it + 2).find_map(|it| code.literal(it).or_else(|| code.word(it)));
    let is_value = |it: &&str| !it.starts_with(|it: char| it.is_ascii_alphabetic()) || it.len() > 1;
    let is_text = |it: &str| (open..code.close(open)).any(|at| code.literal(at) == Some(it));
    let value = value
        .filter(is_value)
        .filter(|it| is_text(it) || it.bytes().all(|it| it.is_ascii_digit()))
        .filter(|it| is_plain(it));
    (!is_of_the_system(&name)).then(|| What::Variable(name, value.map(str::to_owned)))
}

/// Whether a text can stand in a file of variables as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 100
        && text
            .bytes()
            .all(|it| it.is_ascii_graphic() && !matches!(it, b'\\' | b'{' | b'}' | b'$' | b'"'))
}

/// Variables that systems, shells and Cargo set.
fn is_of_the_system(name: &str) -> bool {
    let exact = [
        "HOME",
        "PATH",
        "USER",
        "USERNAME",
        "TERM",
        "PWD",
        "SHELL",
        "EDITOR",
        "VISUAL",
        "TMPDIR",
        "TEMP",
        "TMP",
        "OUT_DIR",
        "LANG",
        "TZ",
        "HOSTNAME",
        "NO_COLOR",
        "CI",
        "DISPLAY",
        "PAGER",
        "COLUMNS",
        "LINES",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "CLICOLOR",
        "LOGNAME",
        "INVOCATION_ID",
        "NOTIFY_SOCKET",
        "LISTEN_FDS",
        "LISTEN_PID",
        "JOURNAL_STREAM",
        "COLORTERM",
        "SSH_CONNECTION",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
    ];
    let prefixes = [
        "CARGO_",
        "XDG_",
        "RUST_BACKTRACE",
        "LC_",
        "RUSTC",
        "GITHUB_",
        "KUBERNETES_",
        "TOKIO_CONSOLE",
    ];
    exact.contains(&name) || prefixes.iter().any(|it| name.starts_with(it))
}
