//! Layers made in memory, good ones and hostile ones.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use tar::{EntryType, Header};

use super::*;
use crate::{Compression, compression::Compressor};

mod raw;

use raw::Raw;

/// Notes the content of every file.
struct Whole;

impl Notes for Whole {
    type Note = String;

    fn look(&mut self, _: &[u8], _: u64, content: &mut dyn Read) -> io::Result<Option<String>> {
        let mut text = String::new();
        content.read_to_string(&mut text)?;
        Ok(Some(text))
    }
}

fn layer(content: &[u8]) -> LayerInput<'_> {
    LayerInput { content: Box::new(content), digest: None, size: None, diff_id: None }
}

fn merged(layers: &[Vec<u8>]) -> FileTree<String> {
    read(layers.iter().map(|it| layer(it)), Limits::default(), &mut Whole).unwrap()
}

fn refused(content: &[u8], limits: Limits) -> LayerError {
    read([layer(content)], limits, &mut ()).unwrap_err().error
}

/// All files as lines: path, what it is or holds, number of the layer.
fn lines<T: AsRef<str>>(tree: &FileTree<T>) -> Vec<String> {
    tree.iter()
        .map(|(path, file)| {
            let what = match (file.kind, file.note) {
                (_, Some(note)) => format!("={}", note.as_ref()),
                (Kind::File { size }, None) => format!(" {size}"),
                (Kind::Directory, _) => "/".to_owned(),
                (Kind::Symlink(target), _) => format!(" -> {}", String::from_utf8_lossy(target)),
                (Kind::Special, _) => " special".to_owned(),
            };
            format!("{}{what} {}", String::from_utf8_lossy(&path), file.layer)
        })
        .collect()
}

fn compressed(content: &[u8], compression: Compression) -> Vec<u8> {
    let mut writer = Compressor::new(Vec::new(), compression, 1);
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

#[test]
fn higher_layers_replace_and_delete() {
    let low = Raw::default()
        .dir("etc/")
        .file("etc/a", "1")
        .file("etc/b", "1")
        .file("etc/deep/er/c", "1")
        .file("tmp/x", "1")
        .end();
    let high = Raw::default()
        .file("etc/a", "2")
        .file("etc/.wh.b", "")
        .file("tmp/new", "2")
        .file("tmp/.wh..wh..opq", "")
        .file("etc/.wh.deep", "")
        .file(".wh..wh.plnk", "")
        .end();
    let size = low.len() + high.len();
    let tree = merged(&[low, high]);
    assert_eq!(lines(&tree), ["etc/ 0", "etc/a=2 1", "tmp/ 0", "tmp/new=2 1"]);
    assert_eq!(tree.unpacked_size(), size as u64);
}

#[test]
fn a_deletion_holds_for_the_layers_below_alone() {
    let low = Raw::default().file("a", "1").file("d/old", "1").end();
    let high = Raw::default()
        .file("a", "2")
        .file(".wh.a", "")
        .file("d/new", "2")
        .file(".wh.d", "")
        .file(".wh.d", "")
        .file(".wh.gone", "")
        .end();
    assert_eq!(lines(&merged(&[low, high])), ["a=2 1", "d/ 0", "d/new=2 1"]);
}

#[test]
fn directories_become_one_and_other_kinds_replace_each_other() {
    let low = Raw::default().file("a/x", "1").file("b", "1").file("c/y", "1").end();
    let high = Raw::default().dir("a/").file("b/z", "2").symlink("c", "a").end();
    let expected = ["a/ 1", "a/x=1 0", "b/ 1", "b/z=2 1", "c -> a 1"];
    assert_eq!(lines(&merged(&[low, high])), expected);
}

#[test]
fn links_are_followed_within_a_layer_and_replaced_by_a_directory_of_the_next() {
    let low = Raw::default().dir("usr/lib/").symlink("lib", "usr/lib").file("lib/a", "1").end();
    assert_eq!(
        lines(&merged(std::slice::from_ref(&low))),
        ["lib -> usr/lib 0", "usr/ 0", "usr/lib/ 0", "usr/lib/a=1 0"]
    );
    let high = Raw::default().file("lib/b", "2").end();
    let tree = merged(&[low, high]);
    assert_eq!(lines(&tree)[..2], ["lib/ 1", "lib/b=2 1"]);
    assert!(tree.get("lib/a").is_none() && tree.get("usr/lib/a").is_some());
}

#[test]
fn a_hard_link_is_one_more_name_of_the_same_content() {
    let low = Raw::default().file("bin/a", "hull").hard_link("bin/b", "bin/a").end();
    let high = Raw::default().hard_link("c", "/bin/b").file("bin/.wh.a", "").end();
    assert_eq!(lines(&merged(&[low, high])), ["bin/ 0", "bin/b=hull 0", "c=hull 1"]);
    for target in ["gone", "d", ""] {
        let bad = Raw::default().dir("d").hard_link("a", target).end();
        let error = refused(&bad, Limits::default());
        assert!(matches!(error, LayerError::HardLink { .. }), "{target}: {error}");
    }
}

#[test]
fn links_are_resolved_within_the_image() {
    let tree = merged(&[Raw::default()
        .file("usr/lib/libc.so.6", "libc")
        .symlink("lib", "usr/lib")
        .symlink("lib64", "/../../usr/./lib/")
        .symlink("out", "../../../usr/lib/libc.so.6")
        .symlink("loop", "loop")
        .symlink("a", "b")
        .symlink("b", "a/x")
        .symlink("file", "usr/lib/libc.so.6/..")
        .end()]);
    for path in ["/lib/libc.so.6", "lib64//libc.so.6", "/out", "../lib64/../lib/libc.so.6"] {
        let (real, file) = tree.resolve(path).unwrap();
        assert_eq!((&*real, file.note.unwrap().as_str()), (&b"usr/lib/libc.so.6"[..], "libc"));
    }
    for path in ["loop", "a", "loop/x", "file", "usr/lib/libc.so.6/.", "nothing"] {
        assert!(tree.resolve(path).is_none(), "{path}");
    }
    assert_eq!(
        *tree.get("/out").unwrap().kind,
        Kind::Symlink(b"../../../usr/lib/libc.so.6".into())
    );
    assert_eq!(tree.resolve("/").unwrap().0, b"");
    let names: Vec<_> = tree.list("lib64").map(|(name, _)| name.to_vec()).collect();
    assert_eq!(names, [b"libc.so.6"]);
}

#[test]
fn all_forms_of_long_names_are_read() {
    let long = format!("{}/{}", "d".repeat(120), "n".repeat(130));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(3);
    header.set_mode(0o4755);
    builder.append_data(&mut header, &long, &b"gnu"[..]).unwrap();
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "s", &long).unwrap();
    let gnu = builder.into_inner().unwrap();
    let pax = Raw::default()
        .pax(&[("path", "p\u{e4}x"), ("size", "4"), ("uid", "3000000"), ("comment", "a=b\nc")])
        .entry(EntryType::Regular, b"short", b"", b"")
        .data(b"four")
        .pax(&[("linkpath", &long), ("path", "")])
        .symlink("t", "x")
        .entry(EntryType::XGlobalHeader, b"g", b"", b"whatever this is")
        .end();
    let mut ustar = Header::new_ustar();
    ustar.set_path(format!("{}/{}", "u".repeat(120), "v".repeat(90))).unwrap();
    ustar.set_size(0);
    ustar.set_cksum();
    let ustar = Raw(ustar.as_bytes().to_vec()).end();
    let tree = merged(&[gnu, pax, ustar]);
    assert_eq!(tree.get(&long).unwrap().note.unwrap(), "gnu");
    assert_eq!(tree.get(&long).unwrap().mode, 0o4755);
    let file = tree.get("p\u{e4}x").unwrap();
    assert_eq!((file.note.unwrap().as_str(), file.uid, file.mtime), ("four", 3_000_000, 7));
    for link in ["s", "t"] {
        assert_eq!(*tree.get(link).unwrap().kind, Kind::Symlink(long.clone().into()));
    }
    assert!(tree.get(format!("{}/{}", "u".repeat(120), "v".repeat(90))).is_some());
}

#[test]
fn sparse_files_have_their_size_and_do_not_confuse_what_follows() {
    let mut header = Header::new_gnu();
    header.set_path("old").unwrap();
    header.set_entry_type(EntryType::GNUSparse);
    header.set_size(3);
    header.as_gnu_mut().unwrap().set_real_size(9000);
    header.as_gnu_mut().unwrap().set_is_extended(true);
    header.set_cksum();
    let mut more = [[0; 512]; 2];
    more[0][504] = 1;
    let layer = Raw(header.as_bytes().to_vec())
        .data(&more.concat())
        .data(b"abc")
        .pax(&[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.name", "new"),
            ("GNU.sparse.realsize", "70"),
        ])
        .file("GNUSparseFile.0/new", "map and data")
        .file("after", "x")
        .end();
    assert_eq!(lines(&merged(&[layer])), ["after=x 0", "new 70 0", "old 9000 0"]);
}

#[test]
fn the_first_bytes_tell_the_compression() {
    let tar = Raw::default().file("a", "1").end();
    let two_members = {
        let (one, two) = tar.split_at(700);
        [compressed(one, Compression::Gzip), compressed(two, Compression::Gzip)].concat()
    };
    let skippable = [&b"\x5e\x2a\x4d\x18\x02\0\0\0ab"[..], &compressed(&tar, Compression::Zstd)];
    let forms = [
        tar.clone(),
        compressed(&tar, Compression::Gzip),
        compressed(&tar, Compression::Zstd),
        two_members,
        skippable.concat(),
    ];
    for form in forms {
        let input = LayerInput {
            content: Box::new(&*form),
            digest: Some(Digest::of(&form)),
            size: Some(form.len() as u64),
            diff_id: Some(Digest::of(&tar)),
        };
        let tree = read([input], Limits::default(), &mut Whole).unwrap();
        assert_eq!(lines(&tree), ["a=1 0"]);
    }
    for (head, name) in [(&b"BZh91AY&SY"[..], "bzip2"), (b"\xfd7zXZ\0\0\x04", "xz")] {
        let error = refused(head, Limits::default());
        assert!(matches!(error, LayerError::Compression(it) if it == name), "{error}");
    }
}

#[test]
fn sizes_and_digests_are_compared() {
    let tar = Raw::default().file("a", "1").end();
    let stored = compressed(&tar, Compression::Gzip);
    let good = || LayerInput {
        content: Box::new(Cursor::new(stored.clone())),
        digest: Some(Digest::of(&stored)),
        size: Some(stored.len() as u64),
        diff_id: Some(Digest::of(&tar)),
    };
    let other = Digest::of(b"other");
    let error = |input| read([good(), input], Limits::default(), &mut ()).unwrap_err();
    let found = error(LayerInput { digest: Some(other), ..good() });
    assert_eq!(found.to_string(), "cannot read layer 2 of the image");
    assert!(matches!(found.error, LayerError::Digest { wanted, .. } if wanted == other));
    let found = error(LayerInput { diff_id: Some(other), ..good() });
    assert!(matches!(found.error, LayerError::DiffId { wanted, .. } if wanted == other));
    for (size, text) in [(3, " or more, not 3"), (9999, ", not 9999")] {
        let found = error(LayerInput { size: Some(size), ..good() }).error;
        assert!(found.to_string().ends_with(text), "{found}");
    }
    // What follows the archive counts, be it compressed or not.
    let longer = [&*tar, b"more"].concat();
    let found =
        error(LayerInput { content: Box::new(&*longer), digest: None, size: None, ..good() });
    assert!(matches!(found.error, LayerError::DiffId { .. }));
}

#[test]
fn names_that_lead_out_are_refused_and_absolute_ones_are_taken_from_the_root() {
    for path in ["../etc/passwd", "a/../../b", "/..", "./../x"] {
        let error = refused(&Raw::default().file(path, "x").end(), Limits::default());
        assert!(matches!(&error, LayerError::Outside(name) if name == path), "{error}");
        let link = Raw::default().hard_link("a", path).end();
        assert!(matches!(refused(&link, Limits::default()), LayerError::Outside(_)));
    }
    let layer = Raw::default()
        .symlink("up", "../../..")
        .file("up/a", "1")
        .file("/abs", "2")
        .file("./x/../b", "3")
        .dir("./")
        .end();
    assert_eq!(lines(&merged(&[layer])), ["a=1 0", "abs=2 0", "b=3 0", "up -> ../../.. 0"]);
}

#[test]
fn paths_beyond_reason_are_refused() {
    let deep = "a/".repeat(MAX_DEPTH_AND_ONE);
    let long = format!("{}x", "y".repeat(200).repeat(21));
    for path in [&*deep, &*long, "a\0b"] {
        let layer = Raw::default().pax(&[("path", path)]).file("x", "").end();
        let error = refused(&layer, Limits::default());
        assert!(matches!(error, LayerError::Path(_) | LayerError::Tar { .. }), "{error}");
        assert!(error.to_string().len() < 400);
    }
    // Directories of 200 names, each entered through a link: below all of them is deeper than is read.
    let half = "a/".repeat(200);
    let layer = Raw::default()
        .pax(&[("path", &format!("{half}l")), ("linkpath", &half)])
        .symlink("x", "x")
        .pax(&[("path", &format!("{half}l/{}", "b/".repeat(50)))])
        .dir("x")
        .end();
    assert!(matches!(refused(&layer, Limits::default()), LayerError::Path(_)));
    let layer = Raw::default().symlink("l", "l").file("l/x", "").end();
    assert!(matches!(refused(&layer, Limits::default()), LayerError::Path(_)));
}

const MAX_DEPTH_AND_ONE: usize = limits::MAX_DEPTH + 1;

#[test]
fn claims_beyond_reason_cost_nothing() {
    // A long name of 8 GiB, of which the stream holds a little.
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(8 << 30);
    header.set_cksum();
    let error = refused(header.as_bytes(), Limits::default());
    assert!(matches!(error, LayerError::Tar { what, .. } if what.contains("1 MiB")), "{error}");
    for size in [u64::MAX, u64::MAX - 600, 8 << 30] {
        let layer = Raw::default().pax(&[("size", &size.to_string())]).file("a", "x").end();
        let error = refused(&layer, Limits::default());
        assert!(matches!(error, LayerError::Tar { .. }), "{error}");
    }
}

#[test]
fn entries_bytes_and_ratios_have_limits() {
    let many =
        (0..20).fold(Raw::default(), |raw, number| raw.file(&format!("f{number}"), "")).end();
    let deletions = (0..20).fold(Raw::default(), |raw, _| raw.file(".wh.a", "")).end();
    let few = Limits { entries: 19, ..Limits::default() };
    for layer in [many, deletions] {
        assert!(matches!(refused(&layer, few), LayerError::TooManyEntries(19)));
    }
    let implied = Raw::default().file("a/b/c/d/e/f/g/h", "").end();
    let limits = Limits { entries: 6, ..Limits::default() };
    assert!(matches!(refused(&implied, limits), LayerError::TooManyEntries(6)));

    let zeros = Raw::default().file("z", &"\0".repeat(4 << 20)).end();
    let limits = Limits { unpacked: 3 << 20, ..Limits::default() };
    assert!(matches!(refused(&zeros, limits), LayerError::TooLarge(_)));
    // The limit is one for all layers.
    let two = [&zeros, &zeros].map(|it| layer(it));
    let limits = Limits { unpacked: 5 << 20, ..Limits::default() };
    assert_eq!(read(two, limits, &mut ()).unwrap_err().number, 2);
    let limits = Limits { unsuspicious: 1 << 20, ..Limits::default() };
    for compression in [Compression::Gzip, Compression::Zstd] {
        let bomb = compressed(&zeros, compression);
        let error = refused(&bomb, limits);
        assert!(matches!(error, LayerError::Bomb { .. }), "{error}");
        assert!(read([layer(&bomb)], Limits::default(), &mut ()).is_ok());
    }
}

#[test]
fn deleting_the_same_again_and_again_is_quick() {
    let low = (0..2000).fold(Raw::default(), |raw, n| raw.file(&format!("d/low{n}"), "")).end();
    let high = (0..2000).fold(Raw::default(), |raw, n| raw.file(&format!("d/high{n}"), ""));
    let high = (0..20_000)
        .fold(high, |raw, n| raw.file(if n % 2 == 0 { "d/.wh..wh..opq" } else { ".wh.d" }, ""));
    let (low, high) = (low, high.end());
    let began = std::time::Instant::now();
    let tree = read([layer(&low), layer(&high)], Limits::default(), &mut ()).unwrap();
    assert_eq!(tree.list("d").count(), 2000);
    // Each of 20,000 deletions over 4,000 files would take minutes.
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn a_damaged_archive_is_refused_wherever_it_is_cut() {
    let tar = Raw::default().file("a", "content").pax(&[("path", "b")]).file("x", "y").0;
    for end in 1..tar.len() {
        // Between two entries it ends well; the long name of nothing is forgotten.
        if [1024, 2048].contains(&end) {
            continue;
        }
        let error = refused(&tar[..end], Limits::default());
        assert!(matches!(error, LayerError::Tar { .. }), "{end}: {error}");
    }
    let stored = compressed(&tar, Compression::Gzip);
    for end in [1, 5, 20, stored.len() - 1] {
        let error = refused(&stored[..end], Limits::default());
        assert!(matches!(error, LayerError::Io(_) | LayerError::Tar { .. }), "{end}: {error}");
    }
    let mut flipped = tar.clone();
    flipped[0] ^= 1;
    assert!(refused(&flipped, Limits::default()).to_string().contains("checksum"));
    let lone = [&[0; 512][..], &tar].concat();
    assert!(refused(&lone, Limits::default()).to_string().contains("zeros"));
}

#[test]
fn an_error_of_the_reader_is_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let input = LayerInput { content: Box::new(Broken), digest: None, size: None, diff_id: None };
    let error = read([input], Limits::default(), &mut ()).unwrap_err().error;
    assert!(matches!(error, LayerError::Io(it) if it.kind() == io::ErrorKind::ConnectionReset));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_entries_never_panic_and_stay_inside(
        entries in proptest::collection::vec((0_usize..7, "[a-c./]{1,8}", "[a-c./]{0,8}", any::<bool>()), 0..40),
        cut in 0_usize..3,
    ) {
        let kinds = [
            EntryType::Regular, EntryType::Directory, EntryType::Symlink, EntryType::Link,
            EntryType::Fifo, EntryType::GNULongName, EntryType::XHeader,
        ];
        let parts = entries.chunks(entries.len() / 3 + 1);
        let layers: Vec<_> = parts.map(|part| {
            part.iter().fold(Raw::default(), |raw, (kind, path, link, deletes)| {
                let path = if *deletes { path.replacen('a', ".wh.a", 1) } else { path.clone() };
                raw.entry(kinds[*kind], path.as_bytes(), link.as_bytes(), link.as_bytes())
            }).end()
        }).collect();
        for count in 0..=layers.len() - cut.min(layers.len()) {
            let input = layers[..count].iter().map(|it| layer(it));
            if let Ok(tree) = read(input, Limits::default(), &mut ()) {
                for (path, _) in tree.iter() {
                    let names: Vec<_> = path.split(|it| *it == b'/').collect();
                    prop_assert!(names.iter().all(|it| !it.is_empty() && *it != b"." && *it != b".."));
                    if let Some((real, file)) = tree.resolve(&path) {
                        prop_assert!(!matches!(file.kind, Kind::Symlink(_)));
                        prop_assert_eq!(tree.get(&real).unwrap().kind, file.kind);
                    }
                }
            }
        }
    }

    #[test]
    fn random_damage_never_panics(changes in proptest::collection::vec((0_usize..4096, any::<u8>()), 1..8), compression in 0_usize..3) {
        let tar = Raw::default().dir("d").file("d/a", "content").pax(&[("path", "b")]).file("x", "y").end();
        let mut bytes = compressed(&tar, Compression::ALL[compression]);
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let limits = Limits { unpacked: 1 << 24, ..Limits::default() };
        let _tree = read([layer(&bytes)], limits, &mut ());
    }
}
