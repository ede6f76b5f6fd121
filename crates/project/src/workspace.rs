//! A Cargo workspace as `cargo metadata` describes it.

mod convert;
mod error;
mod features;
mod load;
mod model;

pub use error::WorkspaceError;
pub use features::Features;
pub use load::{MetadataOptions, load};
pub use model::{
    Binary, Dependency, DependencyKind, Member, Node, Package, PackageId, Source, Workspace,
};
