//! A Cargo workspace as `cargo metadata` describes it.

mod error;
mod load;
mod model;

pub use error::WorkspaceError;
pub use load::{Features, MetadataOptions, load};
pub use model::{
    Binary, Dependency, DependencyKind, Member, Node, Package, PackageId, Source, Workspace,
};
