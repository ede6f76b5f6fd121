//! `chef-mismatch`: what cargo-chef cooks is not what the build needs.

mod compare;
mod place;

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::CargoKind;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `cargo chef cook` whose work the build can't use, or which is done again with every
    /// change of the sources:
    /// - the build has another profile, target, target directory, features or `RUSTFLAGS`, or runs
    ///   through another driver such as `cargo zigbuild`;
    /// - the sources are copied before it in its stage, whether for `cargo chef prepare` or not;
    /// - it cooks into a cache mount that the build does not have;
    /// - its recipe was never copied into the stage.
    ///
    /// ## Why it matters
    /// Cargo uses a compiled dependency only for the same settings. With others, or with a layer that
    /// is built again each time, all dependencies are compiled twice instead of never.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM lukemathwalker/cargo-chef:0.1.72-rust-1.89-bookworm AS chef
    /// WORKDIR /app
    ///
    /// FROM chef AS planner
    /// COPY . .
    /// RUN cargo chef prepare --recipe-path recipe.json
    ///
    /// FROM chef AS builder
    /// COPY --from=planner /app/recipe.json recipe.json
    /// RUN cargo chef cook --release --locked --recipe-path recipe.json
    /// COPY . .
    /// RUN cargo build --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/debug/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM lukemathwalker/cargo-chef:0.1.72-rust-1.89-bookworm AS chef
    /// WORKDIR /app
    ///
    /// FROM chef AS planner
    /// COPY . .
    /// RUN cargo chef prepare --recipe-path recipe.json
    ///
    /// FROM chef AS builder
    /// COPY --from=planner /app/recipe.json recipe.json
    /// RUN cargo chef cook --release --locked --recipe-path recipe.json
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static CHEF_MISMATCH = {
        name: "chef-mismatch",
        clause: Clause::DependencyLayer,
        summary: "what cargo-chef cooks is not what the build needs",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let cooks: Vec<_> =
        cx.facts.cargo().iter().filter(|it| it.kind == CargoKind::Cook).collect();
    if cooks.is_empty() {
        return;
    }
    place::check(cx, &cooks);
    compare::check(cx, &cooks);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "chef-mismatch";

    /// Checks a builder stage after its planner; the first line of `rest` is line 8.
    fn check_builder(rest: &str, expected: &str) {
        let text = format!(
            "FROM lukemathwalker/cargo-chef:latest AS chef\nWORKDIR /app\nFROM chef AS planner\nCOPY . .\n\
             RUN cargo chef prepare\nFROM chef AS builder\nCOPY --from=planner /app/recipe.json .\n{rest}\n"
        );
        check(RULE, &text, expected);
    }

    fn check_pair(cook: &str, build: &str, expected: &str) {
        check_builder(&format!("RUN {cook}\nCOPY . .\nRUN {build}"), expected);
    }

    #[test]
    fn each_setting_that_cargo_tells_apart_is_compared() {
        let again = "so dependencies are compiled again";
        check_pair(
            "cargo chef cook --release",
            "cargo build",
            &format!("10:5 warning: `cargo build` has the profile `dev` but cargo-chef cooked for `release`, {again}"),
        );
        check_pair(
            "cargo chef cook",
            "cargo install --path .",
            &format!("10:5 warning: `cargo install` has the profile `release` but cargo-chef cooked for `dev`, {again}"),
        );
        check_pair(
            "cargo chef cook --release",
            "cargo build --release --target x86_64-unknown-linux-musl",
            &format!("10:5 warning: `cargo build` has the target `x86_64-unknown-linux-musl` but cargo-chef cooked for the host, {again}"),
        );
        check_pair(
            "cargo chef cook --release --target x86_64-unknown-linux-musl",
            "CARGO_BUILD_TARGET=aarch64-unknown-linux-musl cargo build -r",
            &format!("10:51 warning: `cargo build` has the target `aarch64-unknown-linux-musl` but cargo-chef cooked for `x86_64-unknown-linux-musl`, {again}"),
        );
        check_pair(
            "cargo chef cook --release",
            "cargo zigbuild --release",
            &format!("10:5 warning: `cargo zigbuild` compiles through `zigbuild` but cargo-chef cooked without it, {again}"),
        );
        check_pair(
            "cargo chef cook --release --target-dir /a",
            "cargo build --release",
            &format!("10:5 warning: `cargo build` compiles into another directory than cargo-chef, {again}"),
        );
        check_pair(
            "RUSTFLAGS='-C debuginfo=1' cargo chef cook --release",
            "cargo build --release",
            &format!("10:5 warning: `cargo build` has other `RUSTFLAGS` than cargo-chef had, {again}"),
        );
        check_pair(
            "cargo chef cook --release",
            "cargo build --release --all-features --locked",
            &format!("10:5 note: `cargo build` has other features than cargo-chef cooked, {again} where they differ"),
        );
    }

    #[test]
    fn equal_settings_in_other_words_are_fine() {
        for (cook, build) in [
            ("cargo chef cook --release", "cargo build -r --bin a --locked"),
            ("cargo chef cook --profile release", "cargo auditable build --release"),
            ("cargo chef cook --profile $PROFILE", "cargo build --profile ${PROFILE}"),
            ("cargo chef cook $flags", "cargo build --release"),
            ("cargo chef cook --release --features a,b", "cargo build --release -F 'b a'"),
            ("cargo-chef cook", "cargo build --profile dev"),
            ("cargo chef cook --zigbuild --target $T", "cargo zigbuild --target $T"),
            ("cargo chef cook --release --target-dir=target", "cargo build --release"),
            ("cargo chef cook --release && cargo chef cook", "cargo build"),
        ] {
            check_pair(cook, build, "");
        }
        check_builder("ENV CARGO_BUILD_TARGET=x86_64-unknown-linux-musl\nRUN cargo chef cook\nCOPY . .\nRUN cargo build", "");
        // A part that two builds share.
        check_builder(
            "RUN cargo chef cook\nCOPY . .\nFROM builder AS a\nRUN cargo build -F a\nFROM builder\nRUN cargo build -F b",
            "",
        );
    }

    #[test]
    fn sources_ahead_of_the_cook_make_it_cook_each_time() {
        let found = "is copied before `cargo chef cook`, so every change of the sources cooks again";
        check_builder(
            "COPY . .\nRUN cargo chef cook\nRUN cargo build",
            &format!("8:6 warning: `.` {found}"),
        );
        check(
            RULE,
            "FROM rust:1\nRUN cargo install cargo-chef\nWORKDIR /app\nCOPY . .\nRUN cargo chef prepare && cargo chef cook --release\nRUN cargo build --release\n",
            &format!("4:6 warning: `.` {found}"),
        );
    }

    #[test]
    fn a_recipe_must_come_from_somewhere() {
        check(
            RULE,
            "FROM rust:1 AS chef\nWORKDIR /app\nFROM chef AS builder\nRUN cargo chef cook --recipe-path plan.json\nCOPY . .\nRUN cargo build\n",
            "4:5 error: `plan.json` is not here: nothing copied or prepared it in this stage",
        );
        for from in ["COPY recipe.json .", "COPY --from=planner /app .", "RUN cargo chef prepare"] {
            check(RULE, &format!("FROM rust:1 AS planner\nFROM rust:1\n{from}\nRUN cargo chef cook\n"), "");
        }
        check(RULE, "FROM rust:1\nRUN --mount=from=planner,target=/p cargo chef cook --recipe-path /p/recipe.json\n", "");
    }

    #[test]
    fn a_cook_into_a_mount_is_lost_without_the_mount() {
        check_pair(
            "--mount=type=cache,target=/app/target cargo chef cook",
            "cargo build",
            "8:43 warning: `cargo chef cook` fills a cache mount that `cargo build` does not have",
        );
        check_pair(
            "--mount=type=cache,target=/app/target cargo chef cook",
            "--mount=type=cache,target=target cargo build",
            "",
        );
    }

    #[test]
    fn a_stage_that_takes_the_cooked_files_is_compared_too() {
        let text = "FROM rust:1 AS planner\nFROM rust:1 AS cacher\nWORKDIR /app\nCOPY --from=planner /r/recipe.json .\nRUN cargo chef cook --release\nFROM rust:1\nWORKDIR /app\nCOPY . .\nCOPY --from=cacher /app/target target\nRUN cargo build\n";
        check(
            RULE,
            text,
            "10:5 warning: `cargo build` has the profile `dev` but cargo-chef cooked for `release`, so dependencies are compiled again",
        );
    }
}
