//! The version of the ARM architecture that a program needs.
//!
//! The file header does not tell it; the attributes do ("Addenda to, and Errata in, the ABI for the
//! Arm Architecture", build attributes).

use object::{
    Endianness, elf,
    read::{
        ReadCacheOps, Result as ReadResult,
        elf::{AttributeReader, AttributesSection},
    },
};

use crate::elf::{ElfError, Machine, Part, headers::Headers, input::Input};

/// Linkers merge the attributes into some 60 bytes.
const MAX_ATTRIBUTES: u64 = 4096;

const TAG_CPU_RAW_NAME: u64 = 4;
const TAG_CPU_NAME: u64 = 5;
const TAG_CPU_ARCH: u64 = 6;

/// `v5` to `v8`, where the program says so.
pub(super) fn variant<R: ReadCacheOps>(
    input: &Input<'_, R>,
    headers: &Headers,
    machine: Machine,
) -> Result<Option<&'static str>, ElfError> {
    let section = headers.sections.iter().find(|it| it.kind == elf::SHT_ARM_ATTRIBUTES.0);
    let Some(section) = section.filter(|_| machine == Machine::Arm) else {
        return Ok(None);
    };
    let bytes = input.bytes(Part::Attributes, section.offset, section.size, MAX_ATTRIBUTES)?;
    // The attributes are advice; a program whose attributes can't be read runs all the same.
    Ok(architecture(bytes, headers.order).unwrap_or_default().and_then(|number| match number {
        // v1 to v4T: no OCI variant is that old.
        3..=5 => Some("v5"),
        6..=9 | 11 | 12 => Some("v6"),
        10 | 13 => Some("v7"),
        14.. => Some("v8"),
        0..=2 => None,
    }))
}

/// The value of `Tag_CPU_arch`.
fn architecture(bytes: &[u8], order: Endianness) -> ReadResult<Option<u64>> {
    let section = AttributesSection::<elf::FileHeader32<Endianness>>::new(order, bytes)?;
    let mut subsections = section.subsections()?;
    while let Some(subsection) = subsections.next()? {
        if subsection.vendor() != b"aeabi" {
            continue;
        }
        let mut parts = subsection.subsubsections();
        while let Some(part) = parts.next()? {
            if part.tag() == elf::Tag_File
                && let Some(value) = cpu_arch(part.attributes())?
            {
                return Ok(Some(value));
            }
        }
    }
    Ok(None)
}

/// Attributes are sorted, so that only the two names can stand before the architecture.
fn cpu_arch(mut attributes: AttributeReader<'_>) -> ReadResult<Option<u64>> {
    while let Some(tag) = attributes.read_tag()? {
        match tag {
            TAG_CPU_RAW_NAME | TAG_CPU_NAME => {
                attributes.read_string()?;
            }
            TAG_CPU_ARCH => return attributes.read_integer().map(Some),
            _ => break,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `readelf -A` shows them for a program for armv7: CPU name "7-A", architecture 10.
    const V7: &[u8] = b"A\x1a\0\0\0aeabi\0\x01\x10\0\0\0\x057-A\0\x06\x0a\x07\x41\x08\x01";

    #[test]
    fn the_architecture_follows_the_names() {
        assert_eq!(architecture(V7, Endianness::Little), Ok(Some(10)));
    }

    #[test]
    fn cut_attributes_are_an_error() {
        for end in 2..V7.len() {
            assert!(architecture(&V7[..end], Endianness::Little).is_err(), "cut at {end}");
        }
    }
}
