//! `native-cpu`: a program is built for the processor that builds it.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `target-cpu=native` in what the file tells the compiler: in `ENV`, `ARG` and `RUN`,
    /// settings of cargo that a heredoc or `echo` writes included.
    ///
    /// ## Why it matters
    /// The compiler then uses every instruction of the processor that happens to build the image.
    /// On another one the program ends with `SIGILL`, at the start or when it is in full use.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// ENV RUSTFLAGS="-C target-cpu=native"
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
    /// ENV RUSTFLAGS="-C target-cpu=x86-64-v3"
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static NATIVE_CPU = {
        name: "native-cpu",
        clause: Clause::Portable,
        summary: "a program is built for the processor that builds it",
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
    for said in facts.says("target-cpu=native") {
        if !said.stage.reachable {
            continue;
        }
        let message = "`target-cpu=native` ties the program to the processor that builds it";
        let help = "Name the oldest processor that it is to run on, such as `x86-64-v2` or \
                    `x86-64-v3`, or leave it out.";
        cx.report(said.span, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const MESSAGE: &str =
        "error: `target-cpu=native` ties the program to the processor that builds it";

    #[track_caller]
    fn at(text: &str, places: &[&str]) {
        let lines: Vec<String> = places.iter().map(|it| format!("{it} {MESSAGE}")).collect();
        check("native-cpu", text, &lines.join("\n"));
    }

    #[test]
    fn wherever_the_compiler_is_told() {
        at("FROM a:1\nENV RUSTFLAGS='-C target-cpu=native'\n", &["2:19"]);
        at("FROM a:1\nARG RUSTFLAGS=-Ctarget-cpu=native\n", &["2:17"]);
        at("FROM a:1\nRUN RUSTFLAGS=\"-C target-cpu=native\" \\\n  cargo build\n", &["2:19"]);
        at(
            "FROM a:1\nCOPY <<E .cargo/config.toml\nrustflags = [\"-Ctarget-cpu=native\"]\nE\n",
            &["3:17"],
        );
        at("FROM a:1\nRUN cargo rustc -- -C target-cpu=native\n", &["2:23"]);
    }

    #[test]
    fn comments_other_processors_and_unused_stages_are_left_alone() {
        at("FROM a:1\n# ENV RUSTFLAGS=\"-C target-cpu=native\"\nRUN x\n", &[]);
        at("FROM a:1\nENV RUSTFLAGS=\"-C target-cpu=x86-64-v3\"\n", &[]);
        at("FROM a:1 AS bench\nENV RUSTFLAGS=-Ctarget-cpu=native\nFROM b:1\n", &[]);
    }
}
