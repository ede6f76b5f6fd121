//! Tests with files that are damaged or made to harm: errors, never panics, never great cost.

use std::{
    env,
    fs::{self, File},
    io::{self, Cursor, Read, Seek, SeekFrom, Write as _},
};

use object::elf;
use proptest::prelude::*;

use crate::elf::{
    ElfError, LooksLike, NotProgram, Part, Piece, StackFlag, plan_section, read, read_path,
    samples::Handmade,
};

/// A file with some bytes changed and its end cut, without a copy of it.
struct Damaged<'a> {
    bytes: &'a [u8],
    changes: &'a [(usize, u8)],
    position: u64,
}

impl Read for Damaged<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(self.position).unwrap().min(self.bytes.len());
        let count = buffer.len().min(self.bytes.len() - start);
        buffer[..count].copy_from_slice(&self.bytes[start..start + count]);
        for (at, value) in self.changes {
            if let Some(byte) = at.checked_sub(start).and_then(|it| buffer[..count].get_mut(it)) {
                *byte = *value;
            }
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Damaged<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::End(delta) => (self.bytes.len() as u64).saturating_add_signed(delta),
            SeekFrom::Current(delta) => self.position.saturating_add_signed(delta),
        };
        Ok(self.position)
    }
}

/// Reads and plans; a plan must stay within the file that it was made for.
fn exercise<F: Read + Seek>(file: &mut F, len: u64) {
    let _facts = read(file).map(|facts| facts.kind());
    if let Ok(pieces) = plan_section(file, ".dep-v0", vec![1, 2, 3]) {
        for piece in pieces {
            if let Piece::File { offset, len: size } = piece {
                assert!(offset + size <= len, "{size} bytes from {offset} in a file of {len}");
            }
        }
    }
}

/// This test itself: a real program, dynamic, with symbol versions and debug information.
fn this_program() -> Vec<u8> {
    fs::read(env::current_exe().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_no_program(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        exercise(&mut Cursor::new(&bytes), bytes.len() as u64);
    }

    #[test]
    fn random_bytes_behind_a_good_start_do_no_harm(
        bytes in proptest::collection::vec(any::<u8>(), 0..2048),
        class in 1_u8..=2,
        data in 1_u8..=2,
        kind in 2_u8..=3,
    ) {
        let mut file = b"\x7fELF".to_vec();
        file.extend([class, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend(if data == 1 { [kind, 0] } else { [0, kind] });
        file.extend(bytes);
        exercise(&mut Cursor::new(&file), file.len() as u64);
    }

    #[test]
    fn a_small_program_may_be_damaged_anywhere(
        changes in proptest::collection::vec((0_usize..600, any::<u8>()), 1..6),
        cut in 0_usize..600,
    ) {
        let bytes = Handmade::default().bytes();
        let bytes = &bytes[..bytes.len().saturating_sub(cut.saturating_sub(300))];
        exercise(&mut Damaged { bytes, changes: &changes, position: 0 }, bytes.len() as u64);
    }
}

#[test]
fn a_real_program_may_be_damaged_anywhere() {
    let bytes = this_program();
    let table = usize::try_from(u64::from_le_bytes(bytes[40..48].try_into().unwrap())).unwrap();
    let dynamic = memchr::memmem::find(&bytes, b"libc.so.6\0").unwrap_or(0x400);
    // Near what is read: the headers, the sections' table, the strings of the loader.
    let place = prop_oneof![
        0..0x400_usize,
        table..bytes.len(),
        dynamic.saturating_sub(0x400)..dynamic + 0x800,
        0..bytes.len(),
    ];
    let changes = proptest::collection::vec((place, any::<u8>()), 1..8);
    let end = prop_oneof![Just(bytes.len()), 0..bytes.len()];
    let config = ProptestConfig { failure_persistence: None, cases: 512, ..Default::default() };
    proptest::test_runner::TestRunner::new(config)
        .run(&(changes, end), |(changes, end)| {
            let bytes = &bytes[..end];
            exercise(&mut Damaged { bytes, changes: &changes, position: 0 }, end as u64);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_cut_program_is_truncated() {
    let bytes = Handmade::default().bytes();
    for end in 4..bytes.len() {
        let error = read(&mut Cursor::new(&bytes[..end])).unwrap_err();
        let ElfError::Truncated { needs, has, .. } = error else {
            panic!("cut at {end}: {error}");
        };
        assert!(has == end as u64 && needs > has, "cut at {end}: {error}");
    }
    let bytes = this_program();
    let error = read(&mut Cursor::new(&bytes[..bytes.len() / 2])).unwrap_err();
    assert!(matches!(error, ElfError::Truncated { part: Part::SectionHeaders, .. }), "{error}");
}

#[test]
fn other_files_are_named_with_their_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.sh");
    fs::write(&path, "#!/bin/sh\necho\n").unwrap();
    let error = read_path(&path).unwrap_err();
    assert_eq!(error.path, path);
    let script = LooksLike::Script { interpreter: "/bin/sh".to_owned() };
    assert!(matches!(&error.error, ElfError::NotElf(looks) if *looks == script));
    assert!(matches!(
        read_path(&dir.path().join("gone")).unwrap_err().error,
        ElfError::Io { part: Part::File, source } if source.kind() == io::ErrorKind::NotFound
    ));
    assert!(matches!(read_path(dir.path()).unwrap_err().error, ElfError::Io { .. }));
    let empty = read(&mut Cursor::new(&[])).unwrap_err();
    assert!(matches!(empty, ElfError::NotElf(LooksLike::Empty)));
}

#[test]
fn claims_beyond_reason_are_refused_before_they_cost() {
    let mut bytes = Handmade::default().bytes();
    let table = usize::try_from(u64::from_le_bytes(bytes[40..48].try_into().unwrap())).unwrap();
    // `e_shnum` is 0 and the first entry claims as many sections as fit into 8 GiB.
    bytes[60..62].fill(0);
    bytes[table + 32..table + 40].copy_from_slice(&(1_u64 << 27).to_le_bytes());
    let error = read(&mut Cursor::new(&bytes)).unwrap_err();
    assert!(matches!(error, ElfError::OverLimit { part: Part::SectionHeaders, .. }), "{error}");
}

#[test]
fn strings_beyond_reason_are_refused_before_they_cost() {
    let mut bytes = Handmade::default().bytes();
    let table = usize::try_from(u64::from_le_bytes(bytes[40..48].try_into().unwrap())).unwrap();
    // The names, which are the last section, claim the whole file of 1 GiB, most of it a hole.
    let names = table + 3 * 64 + 24;
    bytes[names..names + 8].fill(0);
    bytes[names + 8..names + 16].copy_from_slice(&(1_u64 << 30).to_le_bytes());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    file.set_len(1 << 30).unwrap();
    let mut meter = Meter { file, read: 0, fail_after: u64::MAX };
    let error = read(&mut meter).unwrap_err();
    assert!(matches!(error, ElfError::OverLimit { part: Part::SectionNames, .. }), "{error}");
    assert!(meter.read < 4096, "{} bytes were read", meter.read);
}

#[test]
fn a_segment_beyond_the_end_is_truncated() {
    let mut bytes = Handmade::default().bytes();
    let len = bytes.len() as u64;
    // `p_filesz` of the first segment.
    bytes[96..104].copy_from_slice(&(len + 1).to_le_bytes());
    let error = read(&mut Cursor::new(&bytes)).unwrap_err();
    assert!(
        matches!(error, ElfError::Truncated { part: Part::Segment, needs, .. } if needs == len + 1),
        "{error}"
    );
}

#[test]
fn a_program_of_an_old_linker_without_marks_is_static_pie() {
    let bytes = Handmade { file_type: elf::ET_DYN, ..Handmade::default() }.bytes();
    let facts = read(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!(facts.kind(), "static-pie x86_64, stripped");
}

#[test]
fn ranges_that_wrap_around_are_refused() {
    let mut bytes = Handmade::default().bytes();
    let table = usize::try_from(u64::from_le_bytes(bytes[40..48].try_into().unwrap())).unwrap();
    for value in [u64::MAX, u64::MAX - 2, 1 << 63] {
        // The offset of the names, which is the last section, and `e_shoff` itself.
        let names = table + 3 * 64 + 24;
        for at in [40, names] {
            let kept: [u8; 8] = bytes[at..at + 8].try_into().unwrap();
            bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
            let error = read(&mut Cursor::new(&bytes)).unwrap_err();
            assert!(matches!(error, ElfError::Truncated { .. }), "{value} at {at}: {error}");
            bytes[at..at + 8].copy_from_slice(&kept);
        }
    }
    read(&mut Cursor::new(&bytes)).unwrap();
}

#[test]
fn what_is_no_executable_is_named() {
    for (file_type, expected) in
        [(elf::ET_REL, NotProgram::ObjectFile), (elf::ET_CORE, NotProgram::CoreDump)]
    {
        let bytes = Handmade { file_type, ..Handmade::default() }.bytes();
        let error = read(&mut Cursor::new(&bytes)).unwrap_err();
        assert!(matches!(&error, ElfError::NotProgram(it) if *it == expected), "{error}");
    }
    for (at, what) in [(4, "ELF class 9"), (5, "ELF data encoding 9"), (6, "ELF version 9")] {
        let mut bytes = Handmade::default().bytes();
        bytes[at] = 9;
        let error = read(&mut Cursor::new(&bytes)).unwrap_err();
        assert_eq!(error.to_string(), format!("{what} is not supported"));
    }
}

#[test]
fn the_flag_of_the_stack_is_read() {
    let cases = [
        (None, StackFlag::Unstated),
        (Some(elf::PF_R | elf::PF_W), StackFlag::NotExecutable),
        (Some(elf::PF_R | elf::PF_W | elf::PF_X), StackFlag::Executable),
    ];
    for (gnu_stack, expected) in cases {
        let bytes = Handmade { gnu_stack, ..Handmade::default() }.bytes();
        assert_eq!(read(&mut Cursor::new(&bytes)).unwrap().stack, expected);
    }
}

/// Counts what is read, and fails from a certain byte on.
struct Meter<F> {
    file: F,
    read: u64,
    fail_after: u64,
}

impl<F: Read> Read for Meter<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read >= self.fail_after {
            return Err(io::Error::other("the disk broke"));
        }
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

impl<F: Seek> Seek for Meter<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_large_program_is_not_loaded() {
    let file = File::open(env::current_exe().unwrap()).unwrap();
    let size = file.metadata().unwrap().len();
    let mut meter = Meter { file, read: 0, fail_after: u64::MAX };
    read(&mut meter).unwrap();
    plan_section(&mut meter, ".dep-v0", Vec::new()).unwrap();
    assert!(meter.read < 64 << 10, "{} of {size} bytes were read", meter.read);
}

#[test]
fn errors_of_the_disk_are_passed_on() {
    let bytes = Handmade::default().bytes();
    for fail_after in [0, 64, 200] {
        let mut meter = Meter { file: Cursor::new(&bytes), read: 0, fail_after };
        let error = read(&mut meter).unwrap_err();
        let ElfError::Io { source, .. } = error else { panic!("after {fail_after}: {error}") };
        assert_eq!(source.to_string(), "the disk broke");
    }
}
