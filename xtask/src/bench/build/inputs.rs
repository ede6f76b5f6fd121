//! The programs that are packed: made once, then copied for each run of the bench.

use std::{
    env::consts::ARCH,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use super::super::{
    Outcome, Places, note,
    tool::{first_line, must},
};

/// The large program's size in bytes: that of a service with much in it.
const LARGE: u64 = 41_000_000;
/// What the large program is without its payload, roughly.
const BARE: u64 = 444_000;
/// It prints one byte, so that the compiler can't leave the payload out.
const SOURCE: &str = r#"static PAYLOAD: &[u8] = include_bytes!("payload");
fn main() {
    println!("{}", std::hint::black_box(PAYLOAD)[std::env::args().len()]);
}
"#;

/// The example's service, a copy that may be changed, in `directory`.
pub(in crate::bench) fn small(places: &Places, directory: &Path) -> Outcome<PathBuf> {
    note("compiling the example");
    let target = target();
    let build = places.bench.join("example");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(places.root.join("examples/html-to-markdown"))
        .args(["build", "--release", "--locked", "--target", &target])
        .arg("--target-dir")
        .arg(&build);
    must(&mut cargo)?;
    copy(&build.join(target).join("release/html-to-markdown"), directory)
}

/// A program full of machine code, a copy that may be changed, in `directory`.
pub(super) fn large(places: &Places, directory: &Path) -> Outcome<PathBuf> {
    let made = places.bench.join("large");
    let program = made.join("large");
    if !program.exists() {
        note("making the large program");
        fs::create_dir_all(&made)?;
        fs::write(made.join("main.rs"), SOURCE)?;
        machine_code(&made.join("payload"), LARGE - BARE)?;
        let aside = made.join("new");
        let mut rustc = Command::new("rustc");
        rustc
            .current_dir(&made)
            .args(["--edition=2024", "--crate-name=large", "-Copt-level=2", "-Cstrip=symbols"])
            .args(["main.rs", "--target", &target(), "-o", "new"]);
        must(&mut rustc)?;
        fs::rename(aside, &program)?;
    }
    copy(&program, directory)
}

fn target() -> String {
    format!("{ARCH}-unknown-linux-musl")
}

/// What compilers make of large programs: the toolchain's own, one after the other, cut to `size`.
fn machine_code(path: &Path, size: u64) -> Outcome<()> {
    let sysroot = first_line(Command::new("rustc").args(["--print", "sysroot"]))
        .ok_or("`rustc --print sysroot` says nothing")?;
    let mut sources = Vec::new();
    for directory in ["bin", "lib"] {
        for entry in fs::read_dir(Path::new(&sysroot).join(directory))? {
            sources.push(entry?.path());
        }
    }
    // Cargo before the rest: a program, and nearly as large as needed.
    sources.sort_by_key(|path| (path.file_name() != Some("cargo".as_ref()), path.clone()));
    let mut payload = File::create(path)?;
    let mut missing = size;
    for source in sources {
        if fs::metadata(&source)?.is_file() {
            missing -= io::copy(&mut File::open(&source)?.take(missing), &mut payload)?;
        }
    }
    if missing > 0 {
        return Err(format!("the toolchain in {sysroot} is {missing} bytes too small").into());
    }
    payload.flush()?;
    Ok(())
}

/// Each input has a directory of its own, which is Docker's build context.
fn copy(program: &Path, directory: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(directory)?;
    let file = directory.join("app");
    fs::copy(program, &file)?;
    Ok(file)
}
