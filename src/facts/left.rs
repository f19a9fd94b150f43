//! Somebody who is no longer active is told once for a release, at the first of the places
//! where it counts on them; the others are named there.
//!
//! The places, in this order: the accountable owner, the approver, the six duties, the
//! owners of triggers, and the owners of stages that have not passed.

use super::duties::{self, DUTIES};
use super::rollout;
use super::standing::{excused, names};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::text;

/// A place where a release counts on somebody: what it is, and where they are named.
type Place<'a> = (String, &'a Node);

/// Whether `named` is the first place where a release counts on whom it names.
pub(super) fn is_first(graph: &Graph<'_>, release: &Release, named: &Node) -> bool {
    let handle = named.text().unwrap_or_default();
    places(graph, release, handle).first().is_none_or(|(_, first)| first.span == named.span)
}

/// The other places where a release counts on somebody, as the end of a sentence.
pub(super) fn also(graph: &Graph<'_>, release: &Release, handle: &str) -> String {
    let others: Vec<String> = places(graph, release, handle).into_iter().skip(1).map(|(what, _)| what).collect();
    let verb = if others.len() == 1 { "is" } else { "are" };
    let others = names(others.iter().map(String::as_str));
    if others.is_empty() { others } else { format!("; {others} {verb} theirs too") }
}

fn places<'a>(graph: &Graph<'a>, release: &Release, handle: &str) -> Vec<Place<'a>> {
    let root = &graph.documents[release.document].root;
    let mut all: Vec<(String, Option<&'a Node>)> =
        vec![("accountable_owner".to_owned(), root.at(&["ownership", "accountable_owner"]))];
    let records = release.approvals.iter().filter_map(|index| graph.documents.get(*index)).map(|record| &record.root);
    let approved = records.filter(|record| record.get("state").and_then(Node::text) == Some("approved"));
    all.extend(approved.map(|record| ("approver".to_owned(), record.at(&["attestation", "approver"]))));
    all.extend(DUTIES.into_iter().map(|duty| (duty.to_owned(), duties::named(graph, root, duty))));
    let called = |what: &str, node: &Node, key: &str| {
        format!("{what} {}", text::quote(node.get(key).and_then(Node::text).unwrap_or_default()))
    };
    let triggers = rollout::triggers::written(root).iter().filter(|trigger| excused(trigger).is_none());
    all.extend(triggers.map(|trigger| (called("trigger", trigger, "id"), trigger.get("owner"))));
    let stages = root.at(&["rollout", "stages"]).map(Node::items).unwrap_or_default();
    let ahead = stages.iter().filter(|stage| excused(stage) != Some(true) && !rollout::has_passed(stage));
    all.extend(ahead.map(|stage| (called("stage", stage, "name"), stage.get("owner"))));
    let theirs = |(what, node): (String, Option<&'a Node>)| Some((what, node?));
    all.into_iter().filter_map(theirs).filter(|(_, node)| node.text() == Some(handle)).collect()
}
