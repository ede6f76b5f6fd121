//! Facts about a project: its Cargo workspace, its git history, its toolchain.
