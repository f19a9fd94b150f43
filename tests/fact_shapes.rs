//! The facts that are derived from real documents stay inside of the table that rules
//! are held against.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Past, Plan};
use weighbridge::facts::shape::dead_end;
use weighbridge::kind::Kind;
use weighbridge::parse::{Node, Value};
use weighbridge::policy::base_set::BaseSets;
use weighbridge::shape::Step;
use weighbridge::tree::{MemoryTree, Tree};

fn ways(node: &Node, way: &mut Vec<Step>, into: &mut Vec<Vec<Step>>) {
    match &node.value {
        Value::Scalar(_) => into.push(way.clone()),
        Value::Seq(items) => {
            for item in items {
                way.push(Step::Item);
                ways(item, way, into);
                way.pop();
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                way.push(Step::Key(entry.key.to_string()));
                ways(&entry.value, way, into);
                way.pop();
            }
        }
    }
}

fn outside(tree: &MemoryTree, kinds: &mut BTreeSet<Kind>) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in tree.list().0 {
        let plan = Plan {
            tree,
            config: Config::default(),
            selection: Selection::everything(),
            as_of: jiff::civil::date(2026, 11, 21),
            fail_on: None,
            allow_empty: true,
            baseline: None,
            past: Past::NotAsked,
        };
        let Some((inspection, _)) = common::engine().inspect(&plan, &path) else { continue };
        let mut found = Vec::new();
        ways(&inspection.facts, &mut Vec::new(), &mut found);
        if !found.is_empty() {
            kinds.insert(inspection.kind);
        }
        let unknown = found.into_iter().filter(|way| dead_end(inspection.kind, way).is_some());
        wrong.extend(unknown.map(|way| format!("{path} ({}): {way:?}", inspection.kind)));
    }
    wrong
}

#[test]
fn what_is_derived_is_in_the_table() {
    let mut kinds = BTreeSet::new();
    for tree in [
        common::folder("examples/clean"),
        common::folder("examples/broken"),
        BaseSets::builtin().unwrap().all()[0].tree(),
    ] {
        let wrong = outside(&tree, &mut kinds);
        assert!(wrong.is_empty(), "facts without a line in src/facts/shape.rs:\n{}", wrong.join("\n"));
    }
    for kind in [Kind::Card, Kind::Release, Kind::ModelRegistry] {
        assert!(kinds.contains(&kind), "no example of the kind {kind} has facts");
    }
}
