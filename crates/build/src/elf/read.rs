//! Reads the facts of a program.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use object::{elf, read::ReadCacheOps};

use crate::elf::{
    ElfError, ElfFacts, ElfFileError, Linkage, Machine, NotProgram, OsAbi, Part, StackFlag, arm,
    dynamic::{self, Dynamic},
    headers::{Headers, Section},
    input::{Input, with_input},
};

/// Reads the facts of the program at `path`.
///
/// # Errors
/// As [`read`], with the path.
pub fn read_path(path: &Path) -> Result<ElfFacts, ElfFileError> {
    File::open(path)
        .map_err(|source| ElfError::Io { part: Part::File, source })
        .and_then(|mut file| read(&mut file))
        .map_err(|error| ElfFileError { path: path.to_owned(), error })
}

/// Reads the facts of a program: its tables, some kilobytes, whatever its size.
///
/// # Errors
/// See [`ElfError`]: another format, a truncated or malformed file, something that is no program.
pub fn read<F: Read + Seek>(file: &mut F) -> Result<ElfFacts, ElfError> {
    #[expect(clippy::redundant_closure, reason = "the function itself is of one lifetime only")]
    with_input(file, |input| facts(input))
}

fn facts<R: ReadCacheOps>(input: &Input<'_, R>) -> Result<ElfFacts, ElfError> {
    let headers = Headers::read(input)?;
    let position_independent = match headers.file_type {
        elf::ET_EXEC => false,
        elf::ET_DYN => true,
        elf::ET_REL => return Err(ElfError::NotProgram(NotProgram::ObjectFile)),
        elf::ET_CORE => return Err(ElfError::NotProgram(NotProgram::CoreDump)),
        elf::FileType(other) => {
            return Err(ElfError::Unsupported(format!("ELF file type {other}")));
        }
    };
    for segment in headers.segments.iter().filter(|it| it.kind == elf::PT_LOAD) {
        input.check_end(Part::Segment, segment.offset, segment.file_size)?;
    }
    // A file of debug information keeps the program headers, but not what they point to.
    let is_debug_file = headers.sections.iter().any(is_code_without_bytes);
    if is_debug_file {
        return Err(ElfError::NotProgram(NotProgram::NoCode));
    }
    let interpreter = dynamic::interpreter(input, &headers)?;
    let dynamic = Dynamic::read(input, &headers)?;
    if position_independent && interpreter.is_none() && !is_static_pie(&headers, &dynamic) {
        let soname = dynamic.soname;
        return Err(ElfError::NotProgram(NotProgram::SharedLibrary { soname }));
    }
    if headers.locate(headers.entry).is_none() {
        return Err(ElfError::NotProgram(NotProgram::NoCode));
    }
    let linkage = if interpreter.is_some() || !dynamic.needed.is_empty() {
        Linkage::Dynamic
    } else if position_independent {
        Linkage::StaticPie
    } else {
        Linkage::Static
    };
    let machine = Machine::of(headers.machine, headers.class, headers.order);
    Ok(ElfFacts {
        machine,
        arm_variant: arm::variant(input, &headers, machine)?,
        class: headers.class,
        byte_order: headers.order,
        os_abi: OsAbi(headers.os_abi),
        position_independent,
        linkage,
        interpreter,
        versions: dynamic.newest_versions(),
        needed: dynamic.needed,
        rpath: dynamic.rpath,
        runpath: dynamic.runpath,
        requires: dynamic.requires,
        has_symbols: headers.sections.iter().any(|it| it.kind == elf::SHT_SYMTAB.0 && it.size > 0),
        has_debug_info: headers.sections.iter().any(|it| is_debug_info(&headers, it)),
        has_audit_data: headers.has_section(crate::audit::SECTION),
        stack: stack(&headers),
        entry: headers.entry,
        file_size: input.len(),
    })
}

/// Linkers mark such programs. Where an old one did not, a library is known by its name or by
/// needing others, which a static program does not.
fn is_static_pie(headers: &Headers, dynamic: &Dynamic) -> bool {
    dynamic.is_pie || (headers.entry != 0 && dynamic.soname.is_none() && dynamic.needed.is_empty())
}

fn is_code_without_bytes(section: &Section) -> bool {
    let code = elf::SHF_ALLOC.0 | elf::SHF_EXECINSTR.0;
    section.kind == elf::SHT_NOBITS.0 && section.size > 0 && section.flags & code == code
}

/// `.debug_gdb_scripts` is loaded with the program, and no debug information.
fn is_debug_info(headers: &Headers, section: &Section) -> bool {
    let name = headers.name(section);
    section.flags & elf::SHF_ALLOC.0 == 0
        && (name.starts_with(b".debug_") || name.starts_with(b".zdebug_"))
}

fn stack(headers: &Headers) -> StackFlag {
    match headers.segments.iter().find(|it| it.kind == elf::PT_GNU_STACK) {
        Some(segment) if segment.flags & elf::PF_X.0 != 0 => StackFlag::Executable,
        Some(_) => StackFlag::NotExecutable,
        None => StackFlag::Unstated,
    }
}
