//! Makes Rust of the protocol.

fn main() -> std::io::Result<()> {
    prost_build::compile_protos(&["proto/chart.proto"], &["proto"])
}
