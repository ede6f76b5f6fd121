//! ELF files to test with: small ones made by hand, and real ones made by the compiler.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::Duration,
};

use object::{
    Endianness, elf,
    write::elf::{FileHeader, ProgramHeader, SectionHeader, Writer},
};

use crate::elf::{Class, ElfFacts, Linkage, Machine, OsAbi, StackFlag};

/// Calls `exit(7)`, on `x86_64` under Linux.
const EXIT_7: &[u8] = b"\xb8\x3c\0\0\0\xbf\x07\0\0\0\x0f\x05";
const BASE: u64 = 0x40_0000;

/// A program made by hand: one segment with the code, and sections.
pub(super) struct Handmade {
    pub(super) class: Class,
    pub(super) order: Endianness,
    pub(super) file_type: elf::FileType,
    pub(super) machine: elf::Machine,
    /// How many sections of 3 bytes there are beside `.text` and `.shstrtab`.
    pub(super) fillers: usize,
    /// A name of one filler more.
    pub(super) named: Option<&'static str>,
    pub(super) gnu_stack: Option<elf::ProgramFlags>,
}

impl Default for Handmade {
    fn default() -> Self {
        Self {
            class: Class::Elf64,
            order: Endianness::Little,
            file_type: elf::ET_EXEC,
            machine: elf::EM_X86_64,
            fillers: 1,
            named: None,
            gnu_stack: None,
        }
    }
}

impl Handmade {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut buffer = Vec::new();
        let is_64 = self.class == Class::Elf64;
        let mut writer = Writer::new(self.order, is_64, &mut buffer);
        let names: Vec<Vec<u8>> = (0..self.fillers)
            .map(|index| format!(".filler{index}").into_bytes())
            .chain(self.named.map(Vec::from))
            .collect();
        writer.reserve_null_section_index();
        let text_name = writer.add_section_name(b".text");
        writer.reserve_section_index();
        let fillers: Vec<_> = names
            .iter()
            .map(|name| {
                writer.reserve_section_index();
                writer.add_section_name(name)
            })
            .collect();
        writer.reserve_shstrtab_section_index();
        writer.reserve_file_header();
        writer.reserve_program_headers(1 + u32::from(self.gnu_stack.is_some()));
        let text = writer.reserve(EXIT_7.len() as u64, 16);
        let end = text + EXIT_7.len() as u64;
        let offsets: Vec<u64> = fillers.iter().map(|_| writer.reserve(3, 1)).collect();
        writer.reserve_shstrtab().unwrap();
        writer.reserve_section_headers();

        let header = FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: self.file_type,
            e_machine: self.machine,
            e_entry: BASE + text,
            e_flags: elf::FileFlags(0),
        };
        writer.write_file_header(&header).unwrap();
        writer.write_align_program_headers();
        writer.write_program_header(&ProgramHeader {
            p_type: elf::PT_LOAD,
            p_flags: elf::PF_R | elf::PF_X,
            p_offset: 0,
            p_vaddr: BASE,
            p_paddr: BASE,
            p_filesz: end,
            p_memsz: end,
            p_align: 0x1000,
        });
        if let Some(p_flags) = self.gnu_stack {
            writer.write_program_header(&ProgramHeader {
                p_type: elf::PT_GNU_STACK,
                p_flags,
                p_offset: 0,
                p_vaddr: 0,
                p_paddr: 0,
                p_filesz: 0,
                p_memsz: 0,
                p_align: 16,
            });
        }
        writer.write_align(16);
        writer.write(EXIT_7);
        for _ in &fillers {
            writer.write(b"abc");
        }
        writer.write_shstrtab();
        writer.write_null_section_header();
        let text_name = writer.section_name_offset(Some(text_name));
        let section = |name, flags, addr, offset, size| SectionHeader {
            sh_name: name,
            sh_type: elf::SHT_PROGBITS,
            sh_flags: flags,
            sh_addr: addr,
            sh_offset: offset,
            sh_size: size,
            sh_link: 0,
            sh_info: 0,
            sh_addralign: 1,
            sh_entsize: 0,
        };
        let flags = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
        let size = EXIT_7.len() as u64;
        writer.write_section_header(&section(text_name, flags, BASE + text, text, size));
        for (name, offset) in fillers.iter().zip(&offsets) {
            let name = writer.section_name_offset(Some(*name));
            writer.write_section_header(&section(name, elf::SectionFlags(0), 0, *offset, 3));
        }
        writer.write_shstrtab_section_header();
        buffer
    }
}

/// The facts of a static program that asks for nothing.
pub(crate) fn facts(machine: Machine) -> ElfFacts {
    ElfFacts {
        machine,
        arm_variant: None,
        class: Class::Elf64,
        byte_order: Endianness::Little,
        os_abi: OsAbi(0),
        position_independent: true,
        linkage: Linkage::StaticPie,
        interpreter: None,
        needed: Vec::new(),
        rpath: Vec::new(),
        runpath: Vec::new(),
        versions: Vec::new(),
        requires: BTreeMap::new(),
        has_symbols: false,
        has_debug_info: false,
        has_audit_data: false,
        stack: StackFlag::NotExecutable,
        entry: 0x1000,
        file_size: 1,
    }
}

/// Compiles a program that prints `afloat` for a target; says so and gives nothing where the
/// target is not installed.
pub(super) fn compile(test: &str, dir: &Path, target: &str, flags: &[&str]) -> Option<PathBuf> {
    let libraries =
        Command::new("rustc").args(["--print=target-libdir", "--target", target]).output();
    let installed = libraries.is_ok_and(|it| {
        it.status.success() && Path::new(String::from_utf8_lossy(&it.stdout).trim()).is_dir()
    });
    if !installed {
        println!("left out: {test}: no Rust target {target} is installed");
        return None;
    }
    let source = dir.join("afloat.rs");
    fs::write(&source, "#[unsafe(no_mangle)]\npub extern \"C\" fn hull() -> i32 { 7 }\nfn main() { println!(\"afloat {}\", hull()); }\n").unwrap();
    let output = dir.join("afloat");
    let status = Command::new("rustc")
        .args(["--target", target, "--edition=2024", "-Adead_code", "-o"])
        .args([&output, &source])
        .args(flags)
        .status()
        .unwrap();
    assert!(status.success(), "rustc for {target} with {flags:?}");
    Some(output)
}

/// The target of this machine with a C library, `gnu` or `musl`.
pub(super) fn native(libc: &str) -> String {
    format!("{}-unknown-linux-{libc}", env::consts::ARCH)
}

/// Flags that link a program for another machine without a C compiler for it.
pub(super) const RUST_LLD: &[&str] = &["-Clinker=rust-lld", "-Clink-self-contained=yes"];

/// Runs a program that was just written.
///
/// While another test starts a process, that process holds a copy of our descriptor for a moment,
/// and a file that is open for writing can't be executed.
pub(super) fn run(program: &Path) -> Output {
    for _ in 0..200 {
        match Command::new(program).output() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                thread::sleep(Duration::from_millis(25));
            }
            result => return result.unwrap(),
        }
    }
    panic!("{} stays busy", program.display());
}
