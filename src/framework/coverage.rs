//! Which rules look for evidence for which items, and which items none looks for.

use super::{Framework, Item, Part};
use crate::rule::{Catalog, RuleId};

/// An item with the rules that look for evidence for it.
#[derive(Clone, Debug)]
pub struct Covered<'a> {
    /// The part that it stands in.
    pub part: &'a Part,
    /// The item.
    pub item: &'a Item,
    /// The rules, in the order of their ids; empty where there is none yet.
    pub rules: Vec<&'a RuleId>,
}

/// Every item of a framework, in its own order.
pub fn of<'a>(framework: &'a Framework, catalog: &'a Catalog) -> Vec<Covered<'a>> {
    framework
        .items()
        .map(|(part, item)| {
            let id = framework.full_id(item);
            let looks = catalog.iter().filter(|rule| rule.frameworks.iter().any(|named| named.id == id));
            Covered { part, item, rules: looks.map(|rule| &rule.id).collect() }
        })
        .collect()
}

/// How many items have at least one rule.
pub fn with_rules(covered: &[Covered<'_>]) -> usize {
    covered.iter().filter(|covered| !covered.rules.is_empty()).count()
}
