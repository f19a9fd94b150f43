//! Which rules look for evidence for which items, and which items none looks for.

use super::{Framework, Item, Part};
use crate::outcome::{FrameworkItemSummary, FrameworkSummary};
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

/// A framework as a report shows it, with the rules that `enabled` holds of.
pub fn summary(framework: &Framework, catalog: &Catalog, enabled: &dyn Fn(&RuleId) -> bool) -> FrameworkSummary {
    let item = |covered: Covered<'_>| FrameworkItemSummary {
        place: covered.item.place.clone(),
        title: covered.item.title.clone(),
        rules: covered.rules.into_iter().filter(|id| enabled(id)).cloned().collect(),
    };
    FrameworkSummary {
        id: framework.id.clone(),
        name: framework.name.clone(),
        nature: framework.nature.clone(),
        items: of(framework, catalog).into_iter().map(item).collect(),
    }
}

/// How many items have at least one rule.
pub fn with_rules(covered: &[Covered<'_>]) -> usize {
    covered.iter().filter(|covered| !covered.rules.is_empty()).count()
}
