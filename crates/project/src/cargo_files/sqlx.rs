//! Whether queries are checked against a database while compiling.

use super::{CargoWorkspace, Dependency, Member, Place};
use crate::files::{FileKind, Files, ancestors, join};

/// A member that uses sqlx's macros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlxUse {
    /// The member, by index.
    pub member: usize,
    /// The dependency on sqlx.
    pub dependency: Dependency,
    /// Where the results of `cargo sqlx prepare` lie, if they do: `.sqlx` or `sqlx-data.json`,
    /// absolute.
    pub prepared: Option<String>,
}

impl CargoWorkspace {
    /// The members that depend on sqlx with its macros.
    pub fn sqlx(&self, files: &dyn Files) -> Vec<SqlxUse> {
        let members = self.members.iter().enumerate();
        members
            .filter_map(|(index, member)| {
                let dependency = with_macros(member)?.clone();
                let prepared = self.prepared(files, member);
                Some(SqlxUse { member: index, dependency, prepared })
            })
            .collect()
    }

    /// Where a member's code has a query that is checked while compiling, the first that is found.
    pub fn checked_query(&self, files: &dyn Files, member: usize) -> Option<Place> {
        self.members.get(member)?.sources(files).into_iter().find_map(|path| {
            let text = files.text(&path)?;
            // What stands in macros and tests need not be compiled.
            let end = text.find("#[cfg(test)]").unwrap_or(text.len());
            let code = text.get(..end).filter(|it| !it.contains("macro_rules!"))?;
            let macros =
                ["query!(", "query_as!(", "query_scalar!(", "query_file!(", "query_file_as!("];
            let mut calls = macros.iter().flat_map(|it| code.match_indices(it));
            let (start, call) = calls.find(|(start, _)| is_call(code, *start))?;
            Some(Place { path, span: start..start + call.len() - 1 })
        })
    }

    fn prepared(&self, files: &dyn Files, member: &Member) -> Option<String> {
        let above = ancestors(&member.directory)
            .take_while(|it| crate::files::below(&self.directory, it).is_some());
        let mut places = std::iter::once(&*member.directory).chain(above);
        places.find_map(|place| {
            let queries = join(place, ".sqlx");
            let has_queries = files.list(&queries).iter().any(|it| it.kind == FileKind::File);
            let older = join(place, "sqlx-data.json");
            has_queries.then_some(queries).or_else(|| files.is_file(&older).then_some(older))
        })
    }
}

/// Whether a macro of this very name is called at a place that is no comment.
fn is_call(code: &str, start: usize) -> bool {
    let line = code[..start].rfind('\n').map_or(0, |it| it + 1);
    let before = &code[line..start];
    let is_longer = before.ends_with(|it: char| it.is_alphanumeric() || it == '_');
    !is_longer && !before.contains("//")
}

fn with_macros(member: &Member) -> Option<&Dependency> {
    // Macros are among the default features.
    member.depends_on("sqlx").find(|it| {
        it.default_features || it.features.iter().any(|it| matches!(&**it, "macros" | "default"))
    })
}
