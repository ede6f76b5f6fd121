//! What is known about base images by their name: the distribution and its C library, the tools and
//! users inside, the end of its support.
//!
//! The facts are the tables in `data/`, which have a date each. Nothing here reads a clock or asks a
//! registry, so what a moving tag stands for is what it stood for on [`TABLE_DATE`], and says so
//! ([`Certainty`]).

mod date;
mod defaults;
mod describe;
mod description;
mod family;
mod images;
mod name;
mod owned;
mod releases;
mod tag;
mod targets;
mod toolchain;
mod tools;
mod user;

pub use date::Date;
pub use describe::describe;
pub use description::{Certainty, Description};
pub use family::{Family, Form, Libc, PackageManager};
pub use name::canonical_name;
pub(crate) use owned::OwnedDescription;
pub use releases::Release;
pub use targets::Targets;
pub use toolchain::{Language, Toolchain};
pub use tools::{Tool, Tools};
pub use user::User;

/// The day that the tables speak of. Rules about ends of support compare with it, so that the same
/// file gets the same findings every day.
pub const TABLE_DATE: Date = Date { year: 2026, month: 11, day: 23 };

/// The lines of a table without comments, each with its columns.
pub(crate) fn rows(
    table: &'static str,
) -> impl Iterator<Item = impl Iterator<Item = &'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t'))
}

#[cfg(test)]
mod tests;
