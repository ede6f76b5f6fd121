//! Tests of [`crate::elf::plan_section`] on every shape of file: classes, byte orders, tables.

use std::{
    fs::{self, File},
    io::{Cursor, Read as _},
    os::unix::fs::PermissionsExt as _,
};

use object::{
    Endianness, Object as _, ObjectSection as _, elf,
    read::elf::{ElfFile, ElfFile64, FileHeader},
};

use crate::elf::{
    Class, ElfError, Patched, Piece, has_section, plan_section,
    samples::{Handmade, run},
};

const DATA: &[u8] = b"the dependency list";

fn patch(bytes: &[u8]) -> Vec<u8> {
    let pieces = plan_section(&mut Cursor::new(bytes), ".dep-v0", DATA.to_vec()).unwrap();
    assemble(bytes, &pieces)
}

fn assemble(bytes: &[u8], pieces: &[Piece]) -> Vec<u8> {
    let mut all = Vec::new();
    for piece in pieces {
        match piece {
            Piece::File { offset, len } => {
                let start = usize::try_from(*offset).unwrap();
                all.extend_from_slice(&bytes[start..start + usize::try_from(*len).unwrap()]);
            }
            Piece::Bytes(bytes) => all.extend_from_slice(bytes),
        }
    }
    all
}

/// Every section but that of the names: name, offset, contents.
fn sections<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Vec<(String, u64, Vec<u8>)> {
    let file = ElfFile::<Elf>::parse(bytes).unwrap();
    let section = |it: object::read::elf::ElfSection<'_, '_, Elf>| {
        let offset = it.file_range().map_or(0, |(offset, _)| offset);
        (it.name().unwrap().to_owned(), offset, it.data().unwrap().to_vec())
    };
    file.sections().map(section).filter(|(name, ..)| name != ".shstrtab").collect()
}

fn check_sections<Elf: FileHeader<Endian = Endianness>>(old: &[u8], new: &[u8]) {
    let mut found = sections::<Elf>(new);
    let (name, _, data) = found.pop().unwrap();
    assert_eq!((name.as_str(), data.as_slice()), (".dep-v0", DATA));
    assert_eq!(found, sections::<Elf>(old));
}

#[test]
fn every_class_and_byte_order_keeps_its_sections() {
    for order in [Endianness::Little, Endianness::Big] {
        let old = Handmade { order, ..Handmade::default() }.bytes();
        check_sections::<elf::FileHeader64<Endianness>>(&old, &patch(&old));
        let machine = elf::EM_386;
        let old = Handmade { order, machine, class: Class::Elf32, ..Handmade::default() }.bytes();
        check_sections::<elf::FileHeader32<Endianness>>(&old, &patch(&old));
    }
}

#[test]
fn old_tables_at_the_end_are_dropped() {
    let old = Handmade::default().bytes();
    let new = patch(&old);
    let added = DATA.len() + ".dep-v0\0".len() + 64;
    assert!(new.len() <= old.len() + added + 7, "{} bytes became {}", old.len(), new.len());
    assert_eq!(memchr::memmem::find_iter(&new, ".shstrtab").count(), 1);
}

#[test]
fn data_after_the_tables_is_kept_where_it_was() {
    let mut old = Handmade::default().bytes();
    let tables_end = old.len();
    old.extend_from_slice(b"PAYLOAD");
    let new = patch(&old);
    assert_eq!(&new[tables_end..tables_end + 7], b"PAYLOAD");
    assert_eq!(&new[64..old.len()], &old[64..]);
    check_sections::<elf::FileHeader64<Endianness>>(&old, &new);
    // Even where it is zeros, which a signature or an archive may end with.
    let mut old = Handmade::default().bytes();
    old.extend_from_slice(&[0; 4]);
    assert_eq!(&patch(&old)[64..old.len()], &old[64..]);
}

#[test]
fn tables_inside_of_a_segment_are_kept_where_they_were() {
    let mut old = Handmade::default().bytes();
    let len = (old.len() as u64).to_le_bytes();
    // `p_filesz` and `p_memsz` of the first segment.
    old[96..104].copy_from_slice(&len);
    old[104..112].copy_from_slice(&len);
    let new = patch(&old);
    assert_eq!(&new[64..old.len()], &old[64..]);
    check_sections::<elf::FileHeader64<Endianness>>(&old, &new);
    check_runs(&new);
}

#[test]
fn a_file_without_sections_gets_three() {
    let mut old = Handmade::default().bytes();
    // `e_shoff`, and with it `e_shnum` and `e_shstrndx`, as `sstrip` leaves them.
    old[40..48].fill(0);
    old[60..64].fill(0);
    let new = patch(&old);
    assert_eq!(&new[64..old.len()], &old[64..]);
    let file = ElfFile64::<Endianness>::parse(new.as_slice()).unwrap();
    let names: Vec<_> = file.sections().map(|it| it.name().unwrap().to_owned()).collect();
    assert_eq!(names, [".shstrtab", ".dep-v0"]);
    check_runs(&new);
}

#[test]
fn sections_without_names_stay_nameless() {
    let mut old = Handmade::default().bytes();
    old[62..64].fill(0);
    let new = patch(&old);
    let file = ElfFile64::<Endianness>::parse(new.as_slice()).unwrap();
    let names: Vec<_> = file.sections().map(|it| it.name().unwrap().to_owned()).collect();
    assert_eq!(names, ["", "", "", ".shstrtab", ".dep-v0"]);
}

#[test]
fn names_that_are_loaded_stay_and_others_follow() {
    let mut old = Handmade::default().bytes();
    let table = usize::try_from(u64::from_le_bytes(old[40..48].try_into().unwrap())).unwrap();
    let last = table + 3 * 64;
    // `sh_flags` of the names: `SHF_ALLOC`.
    old[last + 8] = 2;
    let new = patch(&old);
    let file = ElfFile64::<Endianness>::parse(new.as_slice()).unwrap();
    let names: Vec<_> = file.sections().map(|it| it.name().unwrap().to_owned()).collect();
    assert_eq!(names, [".text", ".filler0", ".shstrtab", ".shstrtab", ".dep-v0"]);
    assert_eq!(&new[64..table], &old[64..table]);
}

#[test]
fn numbers_beyond_16_bits_go_to_the_first_entry() {
    // With null, `.text` and `.shstrtab`: one below the limit, at it, and beyond it.
    let reserved = usize::from(elf::SHN_LORESERVE);
    for count in [reserved - 2, reserved - 1, reserved, reserved + 1, 70_000] {
        let old = Handmade { fillers: count - 3, ..Handmade::default() }.bytes();
        let new = patch(&old);
        check_sections::<elf::FileHeader64<Endianness>>(&old, &new);
        let in_header = u16::from_le_bytes([new[60], new[61]]);
        assert_eq!(in_header == 0, count + 1 >= reserved, "{count} sections and one more");
    }
}

#[test]
fn a_section_that_is_there_is_not_added_again() {
    let old = Handmade::default().bytes();
    assert!(!has_section(&mut Cursor::new(&old), ".dep-v0").unwrap());
    let new = patch(&old);
    assert!(has_section(&mut Cursor::new(&new), ".dep-v0").unwrap());
    let error = plan_section(&mut Cursor::new(&new), ".dep-v0", Vec::new()).unwrap_err();
    assert!(matches!(error, ElfError::SectionExists { name } if name == ".dep-v0"));
}

#[test]
fn a_name_that_only_ends_alike_is_another() {
    let old = Handmade { named: Some(".rela.dep-v0"), ..Handmade::default() }.bytes();
    assert!(!has_section(&mut Cursor::new(&old), ".dep-v0").unwrap());
    check_sections::<elf::FileHeader64<Endianness>>(&old, &patch(&old));
}

#[test]
fn a_section_may_be_empty() {
    let old = Handmade::default().bytes();
    let pieces = plan_section(&mut Cursor::new(&old), ".empty", Vec::new()).unwrap();
    let found = sections::<elf::FileHeader64<Endianness>>(&assemble(&old, &pieces));
    let (name, _, data) = found.last().unwrap();
    assert_eq!((name.as_str(), data.len()), (".empty", 0));
}

#[test]
fn the_program_runs_as_before() {
    check_runs(&patch(&Handmade::default().bytes()));
}

/// Where this machine can: the code is for `x86_64` under Linux.
fn check_runs(program: &[u8]) {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        println!("left out: running a program for x86_64");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("exit-7");
    fs::write(&path, program).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(&path).status.code(), Some(7));
}

#[test]
fn a_patched_file_is_read_as_planned() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old");
    let old = Handmade::default().bytes();
    fs::write(&path, &old).unwrap();
    let mut file = File::open(&path).unwrap();
    let pieces = plan_section(&mut file, ".dep-v0", DATA.to_vec()).unwrap();
    let mut patched = Patched::new(file, pieces);
    let mut new = Vec::new();
    patched.read_to_end(&mut new).unwrap();
    assert_eq!(new.len() as u64, patched.len());
    assert_eq!(new, patch(&old));
}
