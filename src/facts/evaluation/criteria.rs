//! The criteria of an evaluation as the file writes them that the packet names: the metrics
//! with their limits, so that a packet need not repeat them. A page of prose has none.
//!
//! `unmeasured` has one `{id, agreed}` for each criterion of which the packet has no metric.

use std::collections::BTreeMap;

use super::packet::{items, text_of};
use crate::facts::Context;
use crate::kind::Kind;
use crate::link::Target;
use crate::parse::{Document, Node};
use crate::source::Span;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &["unmeasured[*].agreed", "unmeasured[*].id"];

/// What was agreed for each metric, by id.
pub(super) type Criteria<'a> = BTreeMap<&'a str, &'a Node>;

/// The criteria of a packet: of its file the list `metrics`, or the mapping of that name.
pub(super) fn of<'a>(context: &Context<'a>, packet: &Document) -> Criteria<'a> {
    let written = packet.root.at(&["criteria", "ref"]).and_then(Node::text);
    let target = written.map(|written| context.files.resolve(&packet.path, written));
    let index = target.as_ref().and_then(Target::path).and_then(|path| context.graph.document_at(path));
    let file = index.map(|index| &context.graph.documents[index]);
    let Some(file) = file.filter(|file| file.kind == Kind::Criteria && file.sound) else { return Criteria::new() };
    let listed = items(&file.root, "metrics").iter().map(|entry| (text_of(entry, "id"), entry));
    let mapped = file.root.get("metrics").map(Node::entries).unwrap_or_default();
    let mapped = mapped.iter().map(|entry| (&*entry.key, &entry.value));
    listed.chain(mapped).filter(|(id, entry)| !id.is_empty() && entry.is_map()).collect()
}

/// The criteria of which the packet has no metric.
pub(super) fn unmeasured(criteria: &Criteria<'_>, packet: &Document, span: Span) -> Vec<Node> {
    let metrics = items(&packet.root, "metrics");
    let missing = criteria.iter().filter(|(id, _)| !metrics.iter().any(|metric| text_of(metric, "id") == **id));
    let entry = |(id, agreed): (&&str, &&Node)| {
        Node::map(span).with("id", Node::string(*id, span)).with("agreed", Node::string("", agreed.anchor()))
    };
    missing.map(entry).collect()
}
