//! The matrix of a job.

use super::Field;
use crate::yaml::Value;

/// The matrix of a job.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'y> {
    /// The value.
    pub value: Value<'y>,
}

impl<'y> Matrix<'y> {
    pub(super) fn new(value: Value<'y>) -> Self {
        Self { value }
    }

    /// Whether an expression makes all of it, or one of its lists.
    pub fn is_dynamic(self) -> bool {
        !self.value.is_mapping()
            || self.value.entries().iter().any(|it| !it.value.is_sequence())
            || self.includes().any(|it| !it.is_mapping())
    }

    /// The names of its dimensions, `include`'s own among them, in order.
    pub fn names(self) -> Vec<&'y str> {
        let entries = self.value.entries();
        let own = entries.iter().map(crate::yaml::Entry::name);
        let mut names: Vec<_> = own.filter(|it| !matches!(*it, "include" | "exclude")).collect();
        for entry in self.includes().flat_map(Value::entries) {
            if !names.contains(&entry.name()) {
                names.push(entry.name());
            }
        }
        names
    }

    /// All values that a name can have; `None` where an expression makes some of them.
    pub fn values(self, name: &str) -> Option<Vec<Value<'y>>> {
        if !self.value.is_mapping() {
            return None;
        }
        let list = self.value.get(name);
        if list.is_some_and(|it| !it.is_sequence())
            || self.value.get("include").is_some_and(|it| !it.is_sequence())
        {
            return None;
        }
        let mut values: Vec<_> = list.into_iter().flat_map(Value::items).collect();
        values.extend(self.includes().filter_map(|it| it.get(name)));
        let is_known = |it: &Value<'y>| Field::new(*it).is_none_or(|it| it.literal().is_some());
        values.iter().all(is_known).then_some(values)
    }

    /// How many jobs it makes; `None` where an expression decides. What `include` adds to lists is not
    /// counted, as it mostly adds to jobs and not to their number.
    pub fn size(self) -> Option<usize> {
        if self.is_dynamic() {
            return None;
        }
        let entries = self.value.entries();
        let lists = entries.iter().filter(|it| !matches!(it.name(), "include" | "exclude"));
        let product = lists.map(|it| it.value.items().len()).reduce(usize::saturating_mul);
        Some(product.unwrap_or_else(|| self.includes().count()))
    }

    /// The mappings of `include`.
    pub fn includes(self) -> impl Iterator<Item = Value<'y>> {
        self.value.get("include").into_iter().flat_map(Value::items)
    }
}
