//! Tests over logs of whole builds.

use super::*;

fn cause(log: &str) -> Option<Cause> {
    explain(log).cause
}

/// A log of BuildKit in which a step failed after writing this.
fn step(output: &str) -> String {
    let written = output.lines().map(|it| ["#8 1.25 ", it, "\n"].concat()).collect::<String>();
    format!(
        "#5 [builder 2/4] WORKDIR /app\n#5 DONE 0.1s\n\n#8 [builder 4/4] RUN cargo build --locked\n\
         #8 sha256:083f\n{written}#8 ERROR: process \"/bin/sh -c cargo build --locked\" did not complete successfully: \
         exit code: 101\n------\n > [builder 4/4] RUN cargo build --locked:\n------\nDockerfile:7\n--------------------\n   \
         7 | >>> RUN cargo build --locked\n--------------------\nERROR: failed to solve: process \"/bin/sh -c cargo build \
         --locked\" did not complete successfully: exit code: 101\n"
    )
}

fn missing(what: Missing, crate_name: Option<&str>) -> Cause {
    Cause::Missing { what, crate_name: crate_name.map(str::to_owned) }
}

#[test]
fn the_failing_step_is_found_with_its_output_and_line() {
    let log = step("\u{1b}[32m   Compiling\u{1b}[0m a v0.1.0\nerror: it does not compile");
    let found = explain(&log);
    let step = found.step.unwrap();
    assert_eq!(step.stage.as_deref(), Some("builder"));
    assert_eq!(step.position, Some(Position { number: 4, of: 4 }));
    assert_eq!(step.instruction, "RUN cargo build --locked");
    assert_eq!((found.line, found.exit_code), (Some(7), Some(101)));
    assert_eq!(found.output[..2], ["   Compiling a v0.1.0", "error: it does not compile"]);
    assert_eq!(found.cause, None);
}

#[test]
fn steps_that_were_cancelled_beside_it_are_not_blamed() {
    let log = "#4 [a 2/2] RUN one\n#5 [b 2/2] RUN two\n#5 0.1 error: two\n#5 ERROR: exit code: 1\n#4 ERROR: context canceled\n";
    let found = explain(log);
    assert_eq!(found.step.unwrap().instruction, "RUN two");
    assert_eq!(found.exit_code, Some(1));
}

#[test]
fn the_classic_builder_and_buildah_are_understood() {
    for (log, instruction) in [
        (
            "Step 1/2 : FROM rust:1\n ---> 12ab\nStep 2/2 : RUN cargo b\n ---> Running in 51d2\nerror: no\n\
             The command '/bin/sh -c cargo b' returned a non-zero code: 101\n",
            "RUN cargo b",
        ),
        (
            "[1/2] STEP 1/2: FROM rust:1\n[1/2] STEP 2/2: RUN cargo b\nerror: no\n\
             Error: building at STEP \"RUN cargo b\": while running runtime: exit status 101\n",
            "RUN cargo b",
        ),
    ] {
        let found = explain(log);
        assert_eq!(found.step.unwrap().instruction, instruction);
        assert_eq!(found.exit_code, Some(101), "{log}");
        assert_eq!(found.output, ["error: no"], "{log}");
    }
}

#[test]
fn a_missing_target_is_named() {
    let said = "error[E0463]: can't find crate for `std`\n  |\n  = note: the `x86_64-unknown-linux-musl` target may not be installed";
    // The line before doesn't name the target, and is not the whole answer.
    assert_eq!(
        cause(&step(said)),
        Some(Cause::Target { triple: "x86_64-unknown-linux-musl".into() })
    );
}

#[test]
fn missing_libraries_headers_and_programs_are_named() {
    use Missing::{Header, Library, Package, Program};
    for (said, expected) in [
        (
            "linker `aarch64-linux-gnu-gcc` not found",
            missing(Program("aarch64-linux-gnu-gcc".into()), None),
        ),
        (
            "error: failed to run custom build command for `ring v0.17.8`\n  error occurred in cc-rs: failed to find tool \"musl-gcc\": No such file or directory (os error 2)",
            missing(Program("musl-gcc".into()), Some("ring")),
        ),
        ("  is `cmake` not installed?", missing(Program("cmake".into()), None)),
        ("/bin/sh: 1: protoc: not found", missing(Program("protoc".into()), None)),
        (
            "  Error: Custom { kind: NotFound, error: \"Could not find `protoc`. If `protoc` is installed\" }",
            missing(Program("protoc".into()), None),
        ),
        (
            "error: failed to run custom build command for `openssl-sys v0.9.109`\n\n  The system library `openssl` required by crate `openssl-sys` was not found.",
            missing(Package("openssl".into()), Some("openssl-sys")),
        ),
        (
            "  /usr/bin/ld: cannot find -lpq: No such file or directory",
            missing(Library("pq".into()), None),
        ),
        ("rust-lld: error: unable to find library -lssl", missing(Library("ssl".into()), None)),
        (
            "src/a.c:1:10: fatal error: zlib.h: No such file or directory",
            missing(Header("zlib.h".into()), None),
        ),
        (
            "src/a.c:1:10: fatal error: 'zlib.h' file not found",
            missing(Header("zlib.h".into()), None),
        ),
    ] {
        assert_eq!(cause(&step(said)), Some(expected), "{said}");
    }
}

#[test]
fn what_cargo_refuses_is_understood() {
    let old = |who: &str, needed: &str| {
        Some(Cause::RustTooOld { who: who.into(), needed: Some(needed.into()) })
    };
    for (said, expected) in [
        (
            "error: the lock file /app/Cargo.lock needs to be updated but --locked was passed to prevent this",
            Some(Cause::LockOutdated),
        ),
        (
            "error: cannot update the lock file /app/Cargo.lock because --locked was passed to prevent this",
            Some(Cause::LockOutdated),
        ),
        (
            "error: cannot create the lock file /app/Cargo.lock because --locked was passed to prevent this",
            Some(Cause::LockMissing),
        ),
        ("  lock file version 4 requires `-Znext-lockfile-bump`", Some(Cause::LockTooNew)),
        (
            "error: options `-C embed-bitcode=no` and `-C lto` are incompatible",
            Some(Cause::EmbedBitcode),
        ),
        (
            "error: package `time v0.3.41` cannot be built because it requires rustc 1.81.0 or newer, while",
            old("the package time v0.3.41", "1.81.0"),
        ),
        ("  clap@4.6.0 requires rustc 1.85", old("the package clap 4.6.0", "1.85")),
        ("  feature `edition2024` is required", old("edition 2024", "1.85")),
        (
            "error: no bin target named `server` in default-run packages.",
            Some(Cause::NoSuchTarget {
                message: "no bin target named `server` in default-run packages".into(),
            }),
        ),
        (
            "error: set `DATABASE_URL` to use query macros online, or run `cargo sqlx prepare`",
            Some(Cause::SqlxOffline),
        ),
        (
            "error: toolchain '1.70-x86_64-unknown-linux-gnu' is not installed",
            Some(Cause::Toolchain { name: "1.70-x86_64-unknown-linux-gnu".into() }),
        ),
    ] {
        assert_eq!(cause(&step(said)), expected, "{said}");
    }
}

#[test]
fn networks_certificates_and_credentials_are_told_apart() {
    let host = |it: &str| Some(it.to_owned());
    for (said, expected) in [
        (
            "warning: spurious network error (3 tries remaining): [6] Could not resolve host\n  [6] Could not resolve hostname (Could not resolve host: index.example)",
            Cause::Network { host: host("index.example") },
        ),
        (
            "Err:1 http://deb.example/debian trixie InRelease\n  Temporary failure resolving 'deb.example'",
            Cause::Network { host: host("deb.example") },
        ),
        (
            "  failed to download from `https://user:key@crates.example/api`\n  [60] SSL peer certificate: SSL certificate problem: unable to get local issuer certificate",
            Cause::Certificate { host: None },
        ),
        (
            "  failed to authenticate when downloading repository: ssh://git@git.example/a/b",
            Cause::Credentials { host: host("git.example") },
        ),
        (
            "error: no token found for `private`, please run `cargo login`",
            Cause::Credentials { host: None },
        ),
    ] {
        assert_eq!(cause(&step(said)), Some(expected), "{said}");
    }
}

#[test]
fn what_engines_refuse_is_understood() {
    for (log, expected) in [
        (
            "#7 [3/3] COPY nothing.toml .\n#7 ERROR: \"/nothing.toml\" not found: not found\nfailed to compute cache key: \"/nothing.toml\" not found: not found",
            Cause::NotFound { path: "/nothing.toml".into() },
        ),
        (
            "#7 [b 3/3] COPY x .\n#7 ERROR: failed to calculate checksum of ref a::b: \"/x\": not found\nERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref a::b: \"/x\": not found",
            Cause::NotFound { path: "/x".into() },
        ),
        (
            "Step 2/2 : COPY x .\nCOPY failed: file not found in build context or excluded by .dockerignore: stat x: file does not exist",
            Cause::NotFound { path: "x".into() },
        ),
        (
            "ERROR: failed to solve: rust:9.9: failed to resolve source metadata for docker.io/library/rust:9.9: docker.io/library/rust:9.9: not found",
            Cause::BaseImage { name: "docker.io/library/rust:9.9".into() },
        ),
        (
            "failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: RUNN",
            Cause::Syntax { message: "unknown instruction: RUNN".into() },
        ),
        (
            "#3 [internal] load metadata for docker.io/library/rust:9.9\n#3 ERROR: failed to do request: Head \"https://registry.example/v2/\": dial tcp: lookup registry.example on 10.0.0.1:53: no such host",
            Cause::Network { host: Some("registry.example".into()) },
        ),
        (
            "Step 2/2 : RUN --mount=type=cache,target=/x y\nthe --mount option requires BuildKit. Refer to the docs",
            Cause::NeedsBuildKit,
        ),
    ] {
        assert_eq!(cause(log), Some(expected), "{log}");
    }
    assert_eq!(cause(&step("  (signal: 9, SIGKILL: kill)")), Some(Cause::Memory));
    assert_eq!(cause(&step("exec /bin/sh: exec format error")), Some(Cause::OtherPlatform));
}

#[test]
fn a_parse_error_names_its_line() {
    assert_eq!(explain("dockerfile parse error line 12: unknown instruction: RUNN").line, Some(12));
    assert_eq!(explain("ERROR: dockerfile parse error on line 3: unknown flag").line, Some(3));
}

#[test]
fn a_log_that_is_not_understood_gives_its_last_lines() {
    let found = explain("one\ntwo\n\n");
    assert_eq!((found.step, found.cause, found.line), (None, None, None));
    assert_eq!(found.output, ["one", "two"]);
    assert_eq!(explain("").output, Vec::<String>::new());
}
