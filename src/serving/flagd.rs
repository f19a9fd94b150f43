//! Flag files of flagd: the names that flags give out
//! (<https://flagd.dev/reference/flag-definitions/>).

use std::collections::BTreeSet;

use super::{Read, Role, Route, Word};
use crate::parse::Node;

/// How deep the rules of a flag are looked through.
const MAX_DEPTH: usize = 32;

/// Reads the variants that flags can give: the default one, and those that the targeting
/// names.
pub(super) fn read(root: &Node, read: &mut Read) {
    let Some(flags) = root.get("flags") else { return };
    let named = flags.entries().iter().map(|entry| &entry.value);
    for flag in named.chain(flags.items()) {
        if flag.get("state").and_then(Node::text) != Some("ENABLED") {
            continue;
        }
        let workload = read.next_workload();
        let mut given = BTreeSet::new();
        given.extend(flag.get("defaultVariant").and_then(Node::text));
        texts(flag.get("targeting"), MAX_DEPTH, &mut given);
        for variant in flag.get("variants").map(Node::entries).unwrap_or_default() {
            if let Some(name) = Word::of(&variant.value).filter(|_| given.contains(&*variant.key)) {
                let span = name.span;
                read.routes.push(Route { role: Role::Target, names: vec![name], origin: None, workload, span });
            }
        }
    }
}

fn texts<'n>(node: Option<&'n Node>, depth: usize, into: &mut BTreeSet<&'n str>) {
    let Some(node) = node.filter(|_| depth > 0) else { return };
    into.extend(node.text());
    let children = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    children.for_each(|child| texts(Some(child), depth - 1, into));
}
