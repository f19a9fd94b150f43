//! Which rules look for evidence for which items, and which items none looks for.

use std::collections::{BTreeMap, BTreeSet};

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

/// A framework as a report shows it; `named` are the rules and the items that each names.
pub fn summary<'a>(framework: &Framework, named: impl Iterator<Item = (&'a RuleId, &'a str)>) -> FrameworkSummary {
    let mut rules: BTreeMap<&str, BTreeSet<&RuleId>> = BTreeMap::new();
    for (rule, item) in named {
        rules.entry(item).or_default().insert(rule);
    }
    let item = |(_, item): (&Part, &Item)| FrameworkItemSummary {
        place: item.place.clone(),
        title: item.title.clone(),
        rules: rules.get(&*framework.full_id(item)).into_iter().flatten().copied().cloned().collect(),
    };
    FrameworkSummary {
        id: framework.id.clone(),
        name: framework.name.clone(),
        nature: framework.nature.clone(),
        items: framework.items().map(item).collect(),
    }
}

/// How many items have at least one rule.
pub fn with_rules(covered: &[Covered<'_>]) -> usize {
    covered.iter().filter(|covered| !covered.rules.is_empty()).count()
}
