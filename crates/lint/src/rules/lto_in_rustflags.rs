//! `lto-in-rustflags`: link-time optimization is asked of the compiler behind cargo's back.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Keyword;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `-C lto` in `RUSTFLAGS`, without `-C embed-bitcode=yes` beside it.
    ///
    /// ## Why it matters
    /// Cargo gives the same flags to every crate, and tells the compiler to leave out the bitcode
    /// that this needs. The build fails: options `-C embed-bitcode=no` and `-C lto` are
    /// incompatible.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// ENV RUSTFLAGS="-C lto=fat"
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// ENV CARGO_PROFILE_RELEASE_LTO=fat
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static LTO_IN_RUSTFLAGS = {
        name: "lto-in-rustflags",
        clause: Clause::Portable,
        summary: "`RUSTFLAGS` asks for link-time optimization, which cargo refuses",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for said in facts.says("RUSTFLAGS") {
        let text = facts.file.text;
        let end = said.instruction.span.end();
        let rest = text.get(said.span.end()..end).unwrap_or_default();
        // Its name alone, or that of one target: `CARGO_TARGET_…_RUSTFLAGS`.
        let legacy = said.instruction.kind == Keyword::Env;
        let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix(' ').filter(|_| legacy));
        let Some(value) = value else { continue };
        let value = value_of(value);
        let Some(flag) = lto(value) else { continue };
        if value.contains("embed-bitcode=y") || value.contains("embed-bitcode=on") {
            continue;
        }
        let message = format!("cargo refuses `{flag}` in `RUSTFLAGS`");
        let help =
            "Set `lto` in the profile: `ENV CARGO_PROFILE_RELEASE_LTO=fat`, or in Cargo.toml.";
        cx.report(said.span, message).help(help).done();
    }
}

/// The value at the start of a text: within its quotes, or up to the first blank.
fn value_of(text: &str) -> &str {
    let end = match text.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => {
            return text[1..].split(char::from(*quote)).next().unwrap_or_default();
        }
        _ => text.find(char::is_whitespace),
    };
    // `ENV RUSTFLAGS -C lto` has the rest of the line.
    if text.starts_with('-') {
        text.lines().next().unwrap_or_default()
    } else {
        &text[..end.unwrap_or(text.len())]
    }
}

/// The flag among others that asks for it.
fn lto(flags: &str) -> Option<String> {
    let mut words = flags.split(|it: char| it.is_whitespace() || it == '\\');
    let mut codegen = false;
    words.find_map(|word| {
        let option = match word.strip_prefix("-C") {
            Some("") => {
                codegen = true;
                return None;
            }
            Some(option) => option,
            None if std::mem::take(&mut codegen) => word,
            None => word.strip_prefix("--codegen=").unwrap_or_default(),
        };
        let (name, value) = option.split_once('=').unwrap_or((option, "yes"));
        let is_off = matches!(value, "no" | "n" | "off" | "false");
        (name == "lto" && !is_off).then(|| format!("-C {option}"))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("lto-in-rustflags", text, expected);
    }

    #[test]
    fn wherever_the_flags_are_set() {
        finds(
            "FROM a:1\nENV RUSTFLAGS=\"-C target-cpu=x -C lto\"\n",
            "2:5 error: cargo refuses `-C lto` in `RUSTFLAGS`",
        );
        finds(
            "FROM a:1\nARG RUSTFLAGS='-Clto=fat'\n",
            "2:5 error: cargo refuses `-C lto=fat` in `RUSTFLAGS`",
        );
        finds(
            "FROM a:1\nRUN a && RUSTFLAGS=\"-C lto=thin\" cargo build\n",
            "2:10 error: cargo refuses `-C lto=thin` in `RUSTFLAGS`",
        );
        finds(
            "FROM a:1\nENV RUSTFLAGS -C lto=fat\n",
            "2:5 error: cargo refuses `-C lto=fat` in `RUSTFLAGS`",
        );
    }

    #[test]
    fn what_cargo_takes_is_left_alone() {
        finds("FROM a:1\nENV RUSTFLAGS=\"-C lto=fat -C embed-bitcode=yes\"\n", "");
        finds("FROM a:1\nENV RUSTFLAGS=\"-C linker-plugin-lto\"\n", "");
        finds("FROM a:1\nENV RUSTFLAGS=\"-C lto=off\"\n", "");
        finds("FROM a:1\nENV CARGO_PROFILE_RELEASE_LTO=fat\n", "");
        finds("FROM a:1\nENV RUSTFLAGS=-g CFLAGS=-flto\nRUN echo $RUSTFLAGS -C lto\n", "");
        finds("FROM a:1\nRUN rustc -C lto a.rs\n", "");
    }
}
