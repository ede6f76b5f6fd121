//! Programs and bases made of facts: how loaders look for libraries, and what is said when they find none.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_image::Platform;

use super::*;
use crate::elf::{ElfFacts, Libc, Library, Linkage, Machine, samples};

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

fn library(soname: &str) -> Library {
    Library {
        machine: Machine::X86_64,
        soname: Some(soname.to_owned()),
        needed: Vec::new(),
        rpath: Vec::new(),
        runpath: Vec::new(),
        defines: BTreeSet::new(),
        requires: BTreeMap::new(),
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|it| (*it).to_owned()).collect()
}

fn requires(library: &str, versions: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let versions = versions.iter().map(|it| (*it).to_owned()).collect();
    BTreeMap::from([(library.to_owned(), versions)])
}

/// Debian 12, as far as it goes.
fn debian() -> BaseFacts {
    let libc = Library {
        needed: strings(&["ld-linux-x86-64.so.2"]),
        defines: ["GLIBC_2.2.5", "GLIBC_2.9", "GLIBC_2.36", "GLIBC_PRIVATE"]
            .map(str::to_owned)
            .into(),
        ..library("libc.so.6")
    };
    let directory = "usr/lib/x86_64-linux-gnu";
    let mut base = BaseFacts {
        shape: BaseFacts::SHAPE,
        libc: Some(BaseLibc { kind: Libc::Glibc, version: Some("2.36".to_owned()) }),
        ..BaseFacts::default()
    };
    let loader = format!("{directory}/ld-linux-x86-64.so.2");
    base.libraries.insert(loader.clone(), library("ld-linux-x86-64.so.2"));
    let directories = strings(&["/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/"]);
    base.loaders.insert(loader, Loader { directories });
    base.libraries.insert(format!("{directory}/libc.so.6"), libc);
    base.links.insert("lib".to_owned(), "usr/lib".to_owned());
    base.links.insert("lib64".to_owned(), "usr/lib64".to_owned());
    let link = "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2".to_owned();
    base.links.insert("usr/lib64/ld-linux-x86-64.so.2".to_owned(), link);
    let text = "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
    base.texts.insert("etc/os-release".to_owned(), text.to_owned());
    base
}

/// Alpine, as far as it goes.
fn alpine() -> BaseFacts {
    let loader = "lib/ld-musl-x86_64.so.1".to_owned();
    BaseFacts {
        shape: BaseFacts::SHAPE,
        libc: Some(BaseLibc { kind: Libc::Musl, version: Some("1.2.5".to_owned()) }),
        libraries: BTreeMap::from([(loader.clone(), library("libc.musl-x86_64.so.1"))]),
        loaders: BTreeMap::from([(loader, Loader::default())]),
        ..BaseFacts::default()
    }
}

fn program(needed: &[&str]) -> ElfFacts {
    ElfFacts {
        linkage: Linkage::Dynamic,
        interpreter: Some(LOADER.to_owned()),
        needed: strings(needed),
        requires: requires("libc.so.6", &["GLIBC_2.2.5"]),
        ..samples::facts(Machine::X86_64)
    }
}

fn for_musl(needed: &[&str]) -> ElfFacts {
    let interpreter = Some("/lib/ld-musl-x86_64.so.1".to_owned());
    ElfFacts { interpreter, requires: BTreeMap::new(), ..program(needed) }
}

fn amd64() -> Platform {
    "linux/amd64".parse().unwrap()
}

fn proved(facts: &ElfFacts, base: &BaseFacts) -> Result<Vec<String>, BaseProofError> {
    with(facts, base, &BTreeMap::new(), &[])
}

fn with(
    facts: &ElfFacts,
    base: &BaseFacts,
    shipped: &BTreeMap<String, Shipped>,
    environment: &[String],
) -> Result<Vec<String>, BaseProofError> {
    let subject = Subject { facts, path: "/usr/local/bin/app", file: None };
    let proof = prove(subject, &amd64(), base, shipped, environment)?;
    Ok(proof.libraries.into_iter().map(|(_, path)| path).collect())
}

fn said(facts: &ElfFacts, base: &BaseFacts) -> String {
    proved(facts, base).unwrap_err().to_string()
}

#[test]
fn a_program_finds_its_loader_and_libraries_through_links() {
    let found = proved(&program(&["libc.so.6"]), &debian()).unwrap();
    let directory = "usr/lib/x86_64-linux-gnu";
    assert_eq!(
        found,
        [format!("{directory}/libc.so.6"), format!("{directory}/ld-linux-x86-64.so.2")]
    );
    let static_program = samples::facts(Machine::X86_64);
    assert_eq!(proved(&static_program, &BaseFacts::default()), Ok(Vec::new()));
}

#[test]
fn versions_beyond_those_of_the_base_are_named_with_the_newest_first() {
    let versions = ["GLIBC_2.2.5", "GLIBC_2.37", "GLIBC_2.38", "GLIBC_ABI_DT_RELR"];
    let facts = ElfFacts { requires: requires("libc.so.6", &versions), ..program(&["libc.so.6"]) };
    let error = proved(&facts, &debian()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program needs GLIBC_2.38 of libc.so.6, but the base's has GLIBC_2.36 at most; the base has \
         glibc 2.36 (Debian GNU/Linux 12 (bookworm))"
    );
    let BaseProofError::OldLibraries { libraries, .. } = error else { unreachable!() };
    assert_eq!(libraries[0].versions, ["GLIBC_2.38", "GLIBC_2.37", "GLIBC_ABI_DT_RELR"]);
    // A version without a number is as needed as any other.
    let facts = ElfFacts {
        requires: requires("libc.so.6", &["GLIBC_ABI_DT_RELR"]),
        ..program(&["libc.so.6"])
    };
    assert!(
        said(&facts, &debian())
            .starts_with("the program needs GLIBC_ABI_DT_RELR of libc.so.6, which")
    );
}

#[test]
fn libraries_of_libraries_count_with_their_versions() {
    let mut base = debian();
    let ssl = Library {
        needed: strings(&["libcrypto.so.3", "libc.so.6"]),
        requires: requires("libcrypto.so.3", &["OPENSSL_3.2.0"]),
        ..library("libssl.so.3")
    };
    base.libraries.insert("usr/lib/x86_64-linux-gnu/libssl.so.3".to_owned(), ssl);
    let facts = program(&["libssl.so.3", "libc.so.6"]);
    assert_eq!(
        said(&facts, &base),
        "the base, glibc 2.36 (Debian GNU/Linux 12 (bookworm)), lacks a library that the program needs: \
         `libcrypto.so.3` (needed by libssl.so.3)"
    );
    let crypto =
        Library { defines: ["OPENSSL_3.0.0".to_owned()].into(), ..library("libcrypto.so.3") };
    base.libraries.insert("usr/lib/x86_64-linux-gnu/libcrypto.so.3".to_owned(), crypto);
    let text = said(&facts, &base);
    let expected = "libssl.so.3 needs OPENSSL_3.2.0 of libcrypto.so.3, but the base's has OPENSSL_3.0.0 at most";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn a_library_without_versions_is_taken_as_it_is() {
    let mut base = debian();
    base.libraries.insert("usr/lib/x86_64-linux-gnu/liba.so.1".to_owned(), library("liba.so.1"));
    let facts = ElfFacts { requires: requires("liba.so.1", &["A_9"]), ..program(&["liba.so.1"]) };
    assert!(proved(&facts, &base).is_ok());
}

#[test]
fn missing_libraries_are_named_together_and_where_they_are_all_the_same() {
    let mut base = debian();
    base.libraries.insert("opt/x/liba.so".to_owned(), library("liba.so"));
    let arm = Library { machine: Machine::Aarch64, ..library("libb.so") };
    base.libraries.insert("usr/lib/x86_64-linux-gnu/libb.so".to_owned(), arm);
    let text = said(&program(&["liba.so", "libb.so"]), &base);
    let expected = "lacks libraries that the program needs: `liba.so` (it is at /opt/x/liba.so, where the \
                    loader does not look), `libb.so`";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn run_paths_are_searched_as_the_loader_does() {
    let mut base = debian();
    let inner = Library { needed: strings(&["libinner.so"]), ..library("libouter.so") };
    base.libraries.insert("usr/local/lib/libouter.so".to_owned(), inner);
    base.libraries.insert("usr/local/lib/libinner.so".to_owned(), library("libinner.so"));
    let run = |rpath: &[&str], runpath: &[&str]| {
        let (rpath, runpath) = (strings(rpath), strings(runpath));
        let facts = ElfFacts { rpath, runpath, ..program(&["libouter.so"]) };
        proved(&facts, &base).is_ok()
    };
    assert!(!run(&[], &[]));
    for own in ["/usr/local/lib", "$ORIGIN/../lib", "${ORIGIN}/../lib/", "/gone:/usr/local/lib"] {
        let paths: Vec<_> = own.split(':').collect();
        assert!(run(&paths, &[]), "{own}");
        // That of the program does not hold for libraries of libraries.
        assert!(!run(&[], &paths), "{own}");
        assert!(!run(&paths, &["/gone"]), "{own}: DT_RUNPATH takes the place of DT_RPATH");
    }
    let own = Library {
        runpath: strings(&["$ORIGIN"]),
        ..base.libraries["usr/local/lib/libouter.so"].clone()
    };
    let mut with_own = base.clone();
    with_own.libraries.insert("usr/local/lib/libouter.so".to_owned(), own);
    let facts = ElfFacts {
        runpath: strings(&["/usr/local/$LIB", "/usr/local/lib"]),
        ..program(&["libouter.so"])
    };
    assert!(proved(&facts, &with_own).is_ok());
    let environment = strings(&["LD_LIBRARY_PATH=/x", "LD_LIBRARY_PATH=/y:/usr/local/lib"]);
    assert!(with(&program(&["libouter.so"]), &base, &BTreeMap::new(), &environment).is_ok());
    base.loader_cache
        .insert("libouter.so".to_owned(), strings(&["/gone", "/usr/local/lib/libouter.so"]));
    base.loader_cache.insert("libinner.so".to_owned(), strings(&["/usr/local/lib/libinner.so"]));
    assert!(proved(&program(&["libouter.so"]), &base).is_ok());
}

#[test]
fn files_of_the_user_lie_over_the_base() {
    let base = debian();
    let facts = program(&["liba.so.1", "libc.so.6"]);
    let own = Library { needed: strings(&["libb.so.1"]), ..library("liba.so.1") };
    let directory = "usr/lib/x86_64-linux-gnu";
    let mut shipped = BTreeMap::from([
        (format!("{directory}/liba.so.1"), Shipped::Link("/opt/liba.so.1.2".to_owned())),
        ("opt/liba.so.1.2".to_owned(), Shipped::Library(Box::new(own))),
    ]);
    let text = with(&facts, &base, &shipped, &[]).unwrap_err().to_string();
    assert!(text.ends_with("`libb.so.1` (needed by liba.so.1)"), "{text}");
    let other = Shipped::Library(Box::new(library("libb.so.1")));
    shipped.insert(format!("{directory}/libb.so.1"), other);
    let found = with(&facts, &base, &shipped, &[]).unwrap();
    assert_eq!(found[0], "opt/liba.so.1.2");
    shipped.insert(format!("{directory}/libc.so.6"), Shipped::Other);
    assert!(with(&facts, &base, &shipped, &[]).is_err(), "the base's libc is hidden");
}

#[test]
fn another_c_library_is_named_and_none_at_all_too() {
    assert_eq!(
        said(&ElfFacts { versions: Vec::new(), ..program(&["libc.so.6"]) }, &alpine()),
        "the program is linked with glibc, the base has musl 1.2.5: there is no loader `/lib64/ld-linux-x86-64.so.2`"
    );
    assert_eq!(
        said(&for_musl(&["libc.musl-x86_64.so.1"]), &debian()),
        "the program is linked with musl, the base has glibc 2.36 (Debian GNU/Linux 12 (bookworm)): there is \
         no loader `/lib/ld-musl-x86_64.so.1`"
    );
    assert_eq!(
        said(&program(&["libc.so.6"]), &BaseFacts::default()),
        "the program is not static, and the base has no C library: no loader `/lib64/ld-linux-x86-64.so.2`"
    );
    let nix = ElfFacts {
        interpreter: Some("/nix/store/abc-glibc/lib/ld-linux-x86-64.so.2".to_owned()),
        ..program(&["libc.so.6"])
    };
    let text = said(&nix, &debian());
    assert!(
        text.ends_with("does not have; it has `/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`"),
        "{text}"
    );
}

#[test]
fn musl_answers_to_all_names_of_a_c_library_and_knows_no_versions() {
    for name in ["libc.musl-x86_64.so.1", "libc.so", "libpthread.so.0", "libm.so.6", "libdl.so.2"] {
        assert_eq!(
            proved(&for_musl(&[name]), &alpine()).unwrap(),
            ["lib/ld-musl-x86_64.so.1"],
            "{name}"
        );
    }
    let text = said(&for_musl(&["libgcc_s.so.1"]), &alpine());
    assert!(text.ends_with("lacks a library that the program needs: `libgcc_s.so.1`"), "{text}");
    let mut base = alpine();
    base.libraries.insert("opt/lib/libgcc_s.so.1".to_owned(), library("libgcc_s.so.1"));
    assert!(proved(&for_musl(&["libgcc_s.so.1"]), &base).is_err());
    base.texts.insert("etc/ld-musl-x86_64.path".to_owned(), "/lib\n/opt/lib:/usr/lib\n".to_owned());
    assert!(proved(&for_musl(&["libgcc_s.so.1"]), &base).is_ok());
}

#[test]
fn a_layer_over_musl_is_a_note_and_no_proof() {
    let mut base = alpine();
    let gcompat = Library { soname: None, ..library("") };
    base.libraries.insert("lib/ld-linux-x86-64.so.2".to_owned(), gcompat);
    base.links.insert("lib64".to_owned(), "lib".to_owned());
    let facts = ElfFacts {
        requires: requires("libc.so.6", &["GLIBC_2.34"]),
        ..program(&["libc.so.6", "ld-linux-x86-64.so.2"])
    };
    let subject = Subject { facts: &facts, path: "/usr/local/bin/app", file: None };
    let proof = prove(subject, &amd64(), &base, &BTreeMap::new(), &[]).unwrap();
    assert!(proof.notes[0].contains("layer over musl"), "{:?}", proof.notes);
}

#[test]
fn the_platform_comes_first() {
    let arm = ElfFacts { machine: Machine::Aarch64, ..program(&["libc.so.6"]) };
    assert!(matches!(proved(&arm, &debian()), Err(BaseProofError::Unfit(_))));
    let mut base = debian();
    let loader = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
    base.libraries.get_mut(loader).unwrap().machine = Machine::X86;
    assert_eq!(
        said(&program(&["libc.so.6"]), &base),
        "the base's `/lib64/ld-linux-x86-64.so.2` is made for x86, the program for x86_64"
    );
}

#[test]
fn libraries_and_links_in_circles_come_to_an_end() {
    let mut base = debian();
    let directory = "usr/lib/x86_64-linux-gnu";
    for (name, needs) in [("liba.so", "libb.so"), ("libb.so", "liba.so")] {
        let library = Library { needed: strings(&[needs]), ..library(name) };
        base.libraries.insert(format!("{directory}/{name}"), library);
    }
    assert_eq!(proved(&program(&["liba.so"]), &base).unwrap().len(), 2);
    base.links.insert("x".to_owned(), "y".to_owned());
    base.links.insert("y".to_owned(), "x/../x".to_owned());
    let facts = ElfFacts { rpath: strings(&["/x", "/y/../../.."]), ..program(&["libgone.so"]) };
    assert!(proved(&facts, &base).is_err());
    // A chain without an end: each library needs one more.
    for number in 0..3000 {
        let next = format!("libn{}.so", number + 1);
        let own = format!("libn{number}.so");
        let library = Library { needed: vec![next], ..library(&own) };
        base.libraries.insert(format!("{directory}/{own}"), library);
    }
    assert!(proved(&program(&["libn0.so"]), &base).is_ok());
}

#[test]
fn facts_survive_being_kept() {
    let facts = debian();
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<BaseFacts>(&text).unwrap(), facts);
}
