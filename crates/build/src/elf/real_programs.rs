//! Tests with programs that the compiler of this machine makes, and with the tools that read them.
//!
//! What can't be made or read here is named as `left out: …`.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use object::{Object as _, ObjectSection as _};
use plimsoll_image::Platform;

use crate::{
    audit::{self, Graph, Package, Source},
    elf::{
        ElfError, ElfFacts, Libc, Linkage, Machine, NotProgram, Patched, ProofError, StackFlag,
        has_section, plan_section, prove, read, read_path,
        samples::{RUST_LLD, compile, native, run},
    },
};

/// Puts a list of two crates into the program, as the packer will, beside the old file.
fn add_audit_data(program: &Path) -> PathBuf {
    let id = "registry#adler2@2.0.1";
    let package = |name: &str, version: &str, source, dependencies: &[&str]| Package {
        name: name.to_owned(),
        version: version.parse().unwrap(),
        source,
        dependencies: dependencies.iter().map(|it| (*it).to_owned()).collect(),
    };
    let graph = Graph {
        root: "afloat".to_owned(),
        packages: [
            ("afloat".to_owned(), package("afloat", "0.3.0", Source::Local, &[id])),
            (id.to_owned(), package("adler2", "2.0.1", Source::CratesIo, &[])),
        ]
        .into(),
        compiled: [id.to_owned()].into(),
    };
    let section = audit::encode(&audit::list(&graph).unwrap()).unwrap();
    let mut file = File::open(program).unwrap();
    let pieces = plan_section(&mut file, audit::SECTION, section).unwrap();
    let patched = program.with_extension("patched");
    let mut source = Patched::new(file, pieces);
    io::copy(&mut source, &mut File::create(&patched).unwrap()).unwrap();
    fs::set_permissions(&patched, fs::Permissions::from_mode(0o755)).unwrap();
    patched
}

/// Everything that must hold of a patched program, but for running it.
fn check_patched(program: &Path, facts: &ElfFacts) {
    let patched = add_audit_data(program);
    let now = read_path(&patched).unwrap();
    let expected = ElfFacts { has_audit_data: true, file_size: now.file_size, ..facts.clone() };
    assert_eq!(now, expected);

    let list =
        auditable_info::audit_info_from_file(&patched, auditable_info::Limits::default()).unwrap();
    let names: Vec<_> =
        list.packages.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    assert_eq!(names, ["adler2 2.0.1", "afloat 0.3.0"]);

    let sections = |path: &Path| -> Vec<(String, u64, u64, Vec<u8>)> {
        let bytes = fs::read(path).unwrap();
        let file = object::read::elf::ElfFile64::<object::Endianness>::parse(&*bytes).unwrap();
        file.sections()
            .map(|it| {
                let data = it.data().unwrap().to_vec();
                (it.name().unwrap().to_owned(), it.address(), it.align(), data)
            })
            .filter(|(name, ..)| name != ".shstrtab")
            .collect()
    };
    let mut new = sections(&patched);
    assert_eq!(new.pop().unwrap().0, audit::SECTION);
    assert!(new == sections(program), "another section has changed");

    let again = fs::read(&patched).unwrap();
    assert!(fs::read(add_audit_data(program)).unwrap() == again, "it depends on something else");
    check_tools(program, &patched);
}

/// Runs a tool; `None`, and a word about it, where it is not installed.
fn tool<I: AsRef<OsStr>>(name: &str, args: impl IntoIterator<Item = I>) -> Option<String> {
    match Command::new(name).args(args).output() {
        Ok(output) => {
            let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name}: {complaints}");
            Some(complaints)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            println!("left out: {name} on a patched program: it is not installed");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

fn check_tools(program: &Path, patched: &Path) {
    let all = |path: &Path| tool("readelf", [OsStr::new("-aW"), path.as_os_str()]);
    if let Some(complaints) = all(patched) {
        let before = all(program).unwrap_or_default();
        let normal = |text: &str, path: &Path| text.replace(&path.display().to_string(), "FILE");
        assert_eq!(normal(&complaints, patched), normal(&before, program));
    }
    // Both take programs for this machine only, where they are not built for several.
    if read_path(patched).unwrap().machine.to_string() != std::env::consts::ARCH {
        return;
    }
    for (name, flag) in [("strip", "--strip-all"), ("objcopy", "--strip-debug")] {
        let output = patched.with_extension(name);
        let args = [OsStr::new(flag), patched.as_os_str(), OsStr::new("-o"), output.as_os_str()];
        let args = if name == "strip" { &args[..] } else { &[args[0], args[1], args[3]] };
        if let Some(complaints) = tool(name, args) {
            assert_eq!(complaints, "", "{name}");
            let mut file = File::open(&output).unwrap();
            assert!(has_section(&mut file, audit::SECTION).unwrap(), "{name} drops the list");
            check_runs(&output);
        }
    }
}

fn check_runs(program: &Path) {
    let output = run(program);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "afloat 7\n");
}

fn this_platform(facts: &ElfFacts) -> Platform {
    assert_eq!(facts.machine.to_string(), std::env::consts::ARCH);
    facts.platform().unwrap()
}

#[test]
fn a_dynamic_program_for_glibc() {
    let dir = tempfile::tempdir().unwrap();
    let flags = ["-Clink-arg=-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib:/opt/lib", "-g"];
    let Some(program) = compile("dynamic gnu", dir.path(), &native("gnu"), &flags) else { return };
    let facts = read_path(&program).unwrap();
    assert_eq!((facts.linkage, facts.libc()), (Linkage::Dynamic, Some(Libc::Glibc)));
    let interpreter = facts.interpreter.as_deref().unwrap();
    assert!(interpreter.contains("/ld-linux-"), "{interpreter}");
    assert!(facts.needed.iter().any(|it| it == "libc.so.6"), "{:?}", facts.needed);
    assert_eq!(facts.runpath, ["$ORIGIN/lib", "/opt/lib"]);
    let glibc: Vec<_> = facts
        .versions
        .iter()
        .filter(|it| it.library == "libc.so.6" && it.prefix == "GLIBC")
        .collect();
    assert_eq!(glibc.len(), 1, "{:?}", facts.versions);
    assert!(glibc[0].version.starts_with("2."), "{glibc:?}");
    assert!(facts.position_independent && facts.has_symbols && facts.has_debug_info);
    assert_eq!(facts.stack, StackFlag::NotExecutable);
    let kind = format!("dynamic (glibc) {}, with debug info", std::env::consts::ARCH);
    assert_eq!(facts.kind(), kind);

    let platform = this_platform(&facts);
    assert_eq!(prove(&facts, &platform, false), Ok(()));
    let Err(ProofError::DynamicForScratch { libraries, .. }) = prove(&facts, &platform, true)
    else {
        panic!("a dynamic program was proven for scratch");
    };
    assert_eq!(libraries, facts.needed);

    check_patched(&program, &facts);
    check_runs(&add_audit_data(&program));
}

#[test]
fn the_newest_glibc_version_is_that_of_readelf() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = compile("versions", dir.path(), &native("gnu"), &[]) else { return };
    let Ok(output) = Command::new("readelf").arg("-VW").arg(&program).output() else {
        println!("left out: versions as readelf has them: it is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let minor = |name: &str| -> Option<u32> { name.strip_prefix("GLIBC_2.")?.parse().ok() };
    // Lines such as `0x0010:   Name: GLIBC_2.34  Flags: none  Version: 9`, after their library.
    let mut library = "";
    let mut newest = 0;
    for line in text.lines() {
        let after = |word: &str| line.split_once(word)?.1.split_whitespace().next();
        if let Some(file) = after("File: ") {
            library = if file == "libc.so.6" { file } else { "" };
        } else if let Some(minor) = after("Name: ").and_then(minor)
            && !library.is_empty()
            && !line.contains("WEAK")
        {
            newest = newest.max(minor);
        }
    }
    let facts = read_path(&program).unwrap();
    let found = facts.versions.iter().find(|it| it.library == "libc.so.6" && it.prefix == "GLIBC");
    assert_eq!(found.unwrap().version, format!("2.{newest}"));
}

#[test]
fn weak_versions_are_not_required() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = compile("weak versions", dir.path(), &native("gnu"), &[]) else { return };
    assert!(!read_path(&program).unwrap().versions.is_empty());
    let mut bytes = fs::read(&program).unwrap();
    let file = object::read::elf::ElfFile64::<object::Endianness>::parse(&*bytes).unwrap();
    let (start, _) = file.section_by_name(".gnu.version_r").unwrap().file_range().unwrap();
    // Each library is followed by its versions; both have 16 bytes, and a field for the next one.
    let mut library = usize::try_from(start).unwrap();
    loop {
        let number = |bytes: &[u8], at: usize| {
            usize::try_from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap()
        };
        let mut version = library + number(&bytes, library + 8);
        loop {
            bytes[version + 4] |= 2;
            match number(&bytes, version + 12) {
                0 => break,
                next => version += next,
            }
        }
        match number(&bytes, library + 12) {
            0 => break,
            next => library += next,
        }
    }
    assert_eq!(read(&mut io::Cursor::new(bytes)).unwrap().versions, []);
}

#[test]
fn a_program_that_needs_libraries_is_dynamic_even_without_a_loader() {
    let dir = tempfile::tempdir().unwrap();
    let flags = ["-Clink-arg=-Wl,--no-dynamic-linker"];
    let Some(program) = compile("no loader", dir.path(), &native("gnu"), &flags) else { return };
    let facts = read_path(&program).unwrap();
    assert_eq!((facts.linkage, &facts.interpreter), (Linkage::Dynamic, &None));
    let error = prove(&facts, &this_platform(&facts), true).unwrap_err();
    assert!(matches!(error, ProofError::DynamicForScratch { interpreter: None, .. }), "{error}");
}

#[test]
fn a_static_pie_for_glibc() {
    let dir = tempfile::tempdir().unwrap();
    let flags = ["-Ctarget-feature=+crt-static", "-Cstrip=symbols"];
    let Some(program) = compile("static gnu", dir.path(), &native("gnu"), &flags) else { return };
    let facts = read_path(&program).unwrap();
    assert_eq!(facts.kind(), format!("static-pie {}, stripped", std::env::consts::ARCH));
    assert_eq!((&facts.interpreter, facts.needed.len(), facts.libc()), (&None, 0, None));
    assert_eq!(prove(&facts, &this_platform(&facts), true), Ok(()));
    check_patched(&program, &facts);
    check_runs(&add_audit_data(&program));
}

#[test]
fn a_static_program_for_musl() {
    let dir = tempfile::tempdir().unwrap();
    let flags = ["-Cstrip=debuginfo", "-Crelocation-model=static"];
    let Some(program) = compile("static musl", dir.path(), &native("musl"), &flags) else { return };
    let facts = read_path(&program).unwrap();
    assert_eq!(facts.kind(), format!("static {}, with symbols", std::env::consts::ARCH));
    assert!(!facts.position_independent);
    assert_eq!(prove(&facts, &this_platform(&facts), true), Ok(()));
    check_patched(&program, &facts);
    check_runs(&add_audit_data(&program));
}

#[test]
fn a_static_pie_for_musl() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = compile("static-pie musl", dir.path(), &native("musl"), &[]) else {
        return;
    };
    let facts = read_path(&program).unwrap();
    assert_eq!(facts.linkage, Linkage::StaticPie);
    check_patched(&program, &facts);
    check_runs(&add_audit_data(&program));
}

#[test]
fn a_program_for_another_machine() {
    let dir = tempfile::tempdir().unwrap();
    let target = "aarch64-unknown-linux-musl";
    let Some(program) = compile("aarch64", dir.path(), target, RUST_LLD) else { return };
    let facts = read_path(&program).unwrap();
    assert_eq!(facts.machine, Machine::Aarch64);
    let arm64 = facts.platform().unwrap();
    assert_eq!(arm64.to_string(), "linux/arm64");
    assert_eq!(prove(&facts, &arm64, true), Ok(()));
    let amd64 = Platform::linux("amd64");
    assert!(matches!(prove(&facts, &amd64, true), Err(ProofError::WrongMachine { .. })));
    check_patched(&program, &facts);
    tool("qemu-aarch64-static", [add_audit_data(&program)]);
}

#[test]
fn a_library_and_an_object_file_are_no_programs() {
    let dir = tempfile::tempdir().unwrap();
    let gnu = native("gnu");
    let flags = ["--crate-type=cdylib", "-Clink-arg=-Wl,-soname,libafloat.so.1"];
    let Some(library) = compile("library", dir.path(), &gnu, &flags) else { return };
    let ElfError::NotProgram(NotProgram::SharedLibrary { soname }) =
        read_path(&library).unwrap_err().error
    else {
        panic!("a library was taken for something else");
    };
    assert_eq!(soname.as_deref(), Some("libafloat.so.1"));

    let nameless = compile("library", dir.path(), &gnu, &["--crate-type=cdylib"]).unwrap();
    let error = read_path(&nameless).unwrap_err().error;
    assert_eq!(error.to_string(), "it is a shared library, not an executable");

    let object = compile("object file", dir.path(), &gnu, &["--emit=obj"]).unwrap();
    let error = read_path(&object).unwrap_err().error;
    assert!(matches!(error, ElfError::NotProgram(NotProgram::ObjectFile)), "{error}");
}

#[test]
fn a_file_of_debug_information_is_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = compile("debug file", dir.path(), &native("gnu"), &["-g"]) else { return };
    let output = program.with_extension("debug");
    let args = [OsStr::new("--only-keep-debug"), program.as_os_str(), output.as_os_str()];
    if tool("objcopy", args).is_some() {
        let error = read_path(&output).unwrap_err().error;
        assert!(matches!(error, ElfError::NotProgram(NotProgram::NoCode)), "{error}");
    }
}
