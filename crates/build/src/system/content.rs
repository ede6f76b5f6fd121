//! What is in the system layers, as plain tar streams.

use std::{collections::BTreeMap, io};

use plimsoll_image::{
    Compression,
    layer::{Attributes, Layer, LayerWriter},
};

/// As in distroless images, so that `nonroot` means the same everywhere.
const PASSWD: &str = "\
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
";
const GROUP: &str = "\
root:x:0:
nobody:x:65534:
nonroot:x:65532:
";
/// glibc asks no DNS server without it.
const NSSWITCH: &str = "hosts: files dns\n";

/// Where rustls, OpenSSL and Go look first.
pub const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";

/// The directories of [`base`].
pub const DIRECTORIES: [&str; 6] =
    ["etc", "etc/ssl", "etc/ssl/certs", "home", "home/nonroot", "tmp"];

/// The files of [`base`].
pub const FILES: [&str; 4] = ["etc/group", "etc/nsswitch.conf", "etc/passwd", CERTIFICATES];

/// Names of users and groups in [`base`], with their numbers.
pub const ACCOUNTS: [(&str, u64); 3] = [("root", 0), ("nobody", 65534), ("nonroot", 65532)];

/// Users, certificate authorities (given as DER) and `/tmp`.
pub fn base(certificates: &[&[u8]]) -> io::Result<(Vec<u8>, Layer)> {
    let mut layer = LayerWriter::new(Vec::new(), Compression::None, 1, 0);
    let file = |layer: &mut LayerWriter<Vec<u8>>, path: &str, text: &str| {
        layer.file(path, Attributes::root(0o644), text.len() as u64, text.as_bytes())
    };
    layer.directory("etc", Attributes::root(0o755))?;
    file(&mut layer, "etc/group", GROUP)?;
    file(&mut layer, "etc/nsswitch.conf", NSSWITCH)?;
    file(&mut layer, "etc/passwd", PASSWD)?;
    layer.directory("etc/ssl", Attributes::root(0o755))?;
    layer.directory("etc/ssl/certs", Attributes::root(0o755))?;
    let bundle: String = certificates.iter().map(|der| pem(der)).collect();
    file(&mut layer, CERTIFICATES, &bundle)?;
    layer.directory("home", Attributes::root(0o755))?;
    let nonroot = Attributes { mode: 0o700, uid: 65532, gid: 65532 };
    layer.directory("home/nonroot", nonroot)?;
    layer.directory("tmp", Attributes::root(0o1777))?;
    layer.finish()
}

/// The time zone database: names such as `Europe/Berlin` with their `TZif` data.
///
/// Names with the same data are hard links to the first of them.
pub fn zones(zones: &[(&str, &[u8])]) -> io::Result<(Vec<u8>, Layer)> {
    const DIRECTORY: &str = "usr/share/zoneinfo";
    let mut layer = LayerWriter::new(Vec::new(), Compression::None, 1, 0);
    let zones: BTreeMap<&str, &[u8]> = zones.iter().copied().collect();
    for directory in ["usr", "usr/share", DIRECTORY] {
        layer.directory(directory, Attributes::root(0o755))?;
    }
    let mut directories: Vec<&str> = zones
        .keys()
        .flat_map(|name| name.match_indices('/').map(|(end, _)| &name[..end]))
        .collect();
    directories.sort_unstable();
    directories.dedup();
    for directory in directories {
        layer.directory(&format!("{DIRECTORY}/{directory}"), Attributes::root(0o755))?;
    }
    let mut first: BTreeMap<&[u8], String> = BTreeMap::new();
    for (name, data) in zones {
        let path = format!("{DIRECTORY}/{name}");
        if let Some(target) = first.get(data) {
            layer.hard_link(&path, target)?;
        } else {
            layer.file(&path, Attributes::root(0o644), data.len() as u64, data)?;
            first.insert(data, path);
        }
    }
    layer.finish()
}

/// A certificate in the textual encoding of RFC 7468.
fn pem(der: &[u8]) -> String {
    let text = base64(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = &*text;
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// Base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let group = u32::from_be_bytes(group);
        for position in 0..4 {
            let index = (group >> (18 - 6 * position)) & 63;
            let digit = if position > chunk.len() { b'=' } else { ALPHABET[index as usize] };
            text.push(char::from(digit));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn lines_of_a_certificate_have_64_characters() {
        let pem = pem(&[0; 100]);
        let lengths: Vec<_> = pem.lines().map(str::len).collect();
        assert_eq!(lengths, [27, 64, 64, 8, 25]);
    }

    #[test]
    fn directories_and_files_are_those_of_the_layer() {
        let (tar, _) = base(&[]).unwrap();
        let mut archive = tar::Archive::new(&*tar);
        let (directories, files): (Vec<_>, Vec<_>) = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().to_str().unwrap().to_owned())
            .partition(|path| path.ends_with('/'));
        let directories: Vec<_> = directories.iter().map(|it| it.trim_end_matches('/')).collect();
        assert_eq!(directories, DIRECTORIES);
        assert_eq!(files, FILES);
    }

    #[test]
    fn accounts_are_those_of_the_files() {
        for (name, id) in ACCOUNTS {
            assert!(PASSWD.lines().any(|it| it.starts_with(&format!("{name}:x:{id}:{id}:"))));
            assert!(GROUP.lines().any(|it| it == format!("{name}:x:{id}:")));
        }
    }
}
