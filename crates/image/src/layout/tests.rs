//! Layouts that are made, replaced, finished and left alone.

use std::collections::BTreeSet;

use super::{find::read_index, *};
use crate::{Index, bundle::tests::bundle};

fn names(directory: &Path) -> BTreeSet<String> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

fn assert_holds(path: &Path, bundle: &Bundle) {
    let blobs = names(&path.join("blobs/sha256"));
    let expected = bundle.blobs().iter().map(|blob| blob.digest.hex()).collect();
    assert_eq!(blobs, expected);
    for blob in bundle.blobs().iter() {
        let bytes = fs::read(path.join(blob.digest.blob_path())).unwrap();
        assert_eq!(crate::Digest::of(&bytes), blob.digest);
    }
    assert_eq!(names(path), ["blobs", "index.json", "oci-layout"].map(str::to_owned).into());
    assert_eq!(names(path.parent().unwrap()).len(), 1, "something was left aside");
}

#[test]
fn a_layout_is_made_replaced_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    let (one, two) =
        (bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64", "linux/arm64"], "two"));
    assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Changed);
    assert_holds(&path, &one);
    assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Unchanged);
    assert_eq!(write(&path, &two, "x", "1").unwrap(), Written::Changed);
    assert_holds(&path, &two);
    assert_eq!(write(&path, &two, "x", "2").unwrap(), Written::Changed);
    assert_holds(&path, &two);
}

#[test]
fn what_killed_processes_left_is_cleared_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    let aside = atomic::aside(&path);
    fs::create_dir_all(aside.join("blobs/old")).unwrap();
    let one = bundle(&["linux/amd64"], "one");
    write(&path, &one, "x", "1").unwrap();
    fs::write(path.join("blobs/sha256/.0.plimsoll-new"), "half").unwrap();
    fs::write(path.join(".index.json.plimsoll-new"), "half").unwrap();
    assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Unchanged);
    assert_holds(&path, &one);
}

#[test]
fn a_damaged_blob_is_written_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    let one = bundle(&["linux/amd64"], "one");
    write(&path, &one, "x", "1").unwrap();
    let layer = path.join(one.images()[0].layers[0].descriptor.digest.blob_path());
    fs::remove_file(&layer).unwrap();
    fs::write(&layer, "cut").unwrap();
    assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Changed);
    assert_holds(&path, &one);
}

#[test]
fn an_empty_directory_becomes_a_layout() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    fs::create_dir(&path).unwrap();
    let one = bundle(&["linux/amd64"], "one");
    write(&path, &one, "x", "1").unwrap();
    assert_holds(&path, &one);
}

#[test]
fn what_is_no_layout_of_ours_is_never_touched() {
    let directory = tempfile::tempdir().unwrap();
    let one = bundle(&["linux/amd64"], "one");
    let file = directory.path().join("file");
    fs::write(&file, "text").unwrap();
    assert!(matches!(write(&file, &one, "x", "1"), Err(LayoutError::NotADirectory(_))));
    let source = directory.path().join("src");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("main.rs"), "fn main() {}").unwrap();
    assert!(matches!(
        write(&source, &one, "x", "1"),
        Err(LayoutError::OtherContent { example, .. }) if example == "main.rs"
    ));
    let foreign = directory.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("oci-layout"), OCI_LAYOUT).unwrap();
    fs::write(foreign.join("index.json"), r#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    assert!(matches!(write(&foreign, &one, "x", "1"), Err(LayoutError::ForeignLayout(_))));
    assert_eq!(names(&foreign).len(), 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "text");
}

#[test]
fn many_writers_at_once_leave_one_whole_image() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    let bundles = [bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64"], "two")];
    std::thread::scope(|scope| {
        for bundle in &bundles {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..20 {
                    write(path, bundle, "x", "1").unwrap();
                }
            });
        }
    });
    let index = read_index(&path.join("index.json")).unwrap();
    let winner =
        bundles.iter().find(|bundle| bundle.root().digest == index.manifests[0].digest).unwrap();
    assert_holds(&path, winner);
}

fn made(directory: &Path) -> (PathBuf, Bundle) {
    let path = directory.join("x.oci");
    let one = bundle(&["linux/amd64"], "one");
    write(&path, &one, "x", "1").unwrap();
    (path, one)
}

#[track_caller]
fn assert_foreign(path: &Path) {
    let two = bundle(&["linux/amd64"], "two");
    assert!(matches!(check(path), Err(LayoutError::ForeignLayout(_))));
    assert!(matches!(write(path, &two, "x", "1"), Err(LayoutError::ForeignLayout(_))));
}

#[test]
fn an_image_that_another_program_added_or_replaced_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (path, one) = made(directory.path());
    let index_path = path.join("index.json");
    let index = read_index(&index_path).unwrap();
    let put = |index: &Index| fs::write(&index_path, serde_json::to_vec(index).unwrap()).unwrap();
    let other = bundle(&["linux/arm64"], "other").root().clone();
    let mut added = index.clone();
    added.manifests.push(other.clone());
    let mut tagged = index.clone();
    tagged.manifests.push(index.manifests[0].clone());
    let mut replaced = index.clone();
    replaced.manifests = vec![other];
    let mut emptied = index.clone();
    emptied.manifests.clear();
    for theirs in [added, tagged, replaced, emptied] {
        put(&theirs);
        assert_foreign(&path);
    }
    put(&index);
    assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Unchanged);
}

#[test]
fn a_layout_of_another_version_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = made(directory.path());
    fs::write(path.join("oci-layout"), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    assert_foreign(&path);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_removed_through_links_in_a_layout() {
    for name in ["blobs/sha256", "blobs", "index.json", "oci-layout"] {
        let directory = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let (path, _) = made(directory.path());
        let target = elsewhere.path().join("target");
        fs::rename(path.join(name), &target).unwrap();
        std::os::unix::fs::symlink(&target, path.join(name)).unwrap();
        assert_foreign(&path);
        assert!(path.join(name).is_symlink(), "{name}");
    }
}

#[test]
fn only_files_with_names_that_we_give_are_cleared_away() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = made(directory.path());
    let blobs = path.join("blobs/sha256");
    let kept = ["notes.txt".to_owned(), "A".repeat(64), "a".repeat(63)];
    for name in kept.iter().chain([&"b".repeat(64)]) {
        fs::write(blobs.join(name), "text").unwrap();
    }
    fs::create_dir(blobs.join("c".repeat(64))).unwrap();
    let two = bundle(&["linux/amd64"], "two");
    write(&path, &two, "x", "1").unwrap();
    let mut expected: BTreeSet<_> = two.blobs().iter().map(|blob| blob.digest.hex()).collect();
    expected.extend(kept);
    expected.insert("c".repeat(64));
    assert_eq!(names(&blobs), expected);
}

#[cfg(unix)]
#[test]
fn an_empty_directory_is_filled_where_it_is() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    let directory = tempfile::tempdir().unwrap();
    let (path, link) = (directory.path().join("in/x.oci"), directory.path().join("link"));
    fs::create_dir_all(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o710)).unwrap();
    symlink(&path, &link).unwrap();
    let before = fs::metadata(&path).unwrap();
    let one = bundle(&["linux/amd64"], "one");
    assert_eq!(write(&link, &one, "x", "1").unwrap(), Written::Changed);
    assert_holds(&path, &one);
    let after = fs::metadata(&path).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    assert!(link.is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_stays_and_the_layout_is_made_where_it_leads() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink("in/x.oci", &link).unwrap();
    let one = bundle(&["linux/amd64"], "one");
    write(&link, &one, "x", "1").unwrap();
    assert!(link.is_symlink());
    assert_holds(&directory.path().join("in/x.oci"), &one);
}

#[test]
fn a_directory_that_a_killed_process_was_filling_is_finished() {
    let one = bundle(&["linux/amd64"], "one");
    let steps: [&[&str]; 4] = [
        &[".oci-layout.plimsoll-new"],
        &["oci-layout"],
        &["oci-layout", ".index.json.plimsoll-new"],
        &["oci-layout", ".index.json.plimsoll-new", "blobs"],
    ];
    for names in steps {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        fs::create_dir(&path).unwrap();
        for name in names {
            if *name == "blobs" {
                let blobs = path.join("blobs/sha256");
                fs::create_dir_all(&blobs).unwrap();
                fs::write(blobs.join("b".repeat(64)), "of another image").unwrap();
                fs::write(blobs.join(".0.plimsoll-new"), "half").unwrap();
            } else {
                fs::write(path.join(name), if *name == "oci-layout" { OCI_LAYOUT } else { "" })
                    .unwrap();
            }
        }
        check(&path).unwrap();
        assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Changed, "{names:?}");
        assert_holds(&path, &one);
    }
}

#[test]
fn what_another_program_has_not_finished_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    let blob = path.join("blobs/sha256").join("b".repeat(64));
    fs::create_dir_all(blob.parent().unwrap()).unwrap();
    fs::write(&blob, "theirs").unwrap();
    fs::write(path.join("oci-layout"), OCI_LAYOUT).unwrap();
    assert_foreign(&path);
    // Not even our name aside makes other names ours.
    fs::write(path.join(".index.json.plimsoll-new"), "").unwrap();
    fs::write(path.join("blobs/notes.txt"), "theirs").unwrap();
    assert_foreign(&path);
    assert!(blob.exists());
}

#[test]
fn a_directory_that_could_not_be_filled_is_empty_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.oci");
    fs::create_dir(&path).unwrap();
    let one = bundle(&["linux/amd64"], "one");
    let mut blobs = one.blobs().clone();
    let gone = crate::Descriptor::of("gone", b"gone");
    blobs.add(Blob::in_file(&gone, directory.path().join("gone")));
    assert!(matches!(update(&path, &blobs, b"{}"), Err(LayoutError::Io { .. })));
    assert_eq!(names(&path), BTreeSet::new());
}

#[test]
fn a_path_inside_a_layout_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (path, one) = made(directory.path());
    for inside in ["n2", "blobs/n2", "n2/n3"] {
        let inside = path.join(inside);
        assert!(matches!(
            check(&inside),
            Err(LayoutError::InsideLayout { layout, .. }) if layout.ends_with("x.oci")
        ));
        write(&inside, &one, "x", "1").unwrap_err();
    }
    check(&path.join("../other")).unwrap();
    assert_holds(&path, &one);
}
