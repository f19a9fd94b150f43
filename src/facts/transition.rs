//! How a change moves the versions of a model registry from one status to another: `moves`.
//!
//! Each has a `subject` and the status that it `was` at and `is` at now; what there was is known
//! from the base of the change. A version that was not listed before may begin as anything: a
//! registry is often begun with what is there. Which moves there are is said by the rule.

use std::collections::BTreeMap;

use super::history::{Records, subject};
use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::text::quote;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["moves[*].is", "moves[*].subject", "moves[*].was"];

/// The moves in each registry, by the index of its document, against the records that there were.
pub fn derive(documents: &[Document], before: &Records<'_>, now: &Records<'_>) -> BTreeMap<usize, Node> {
    let mut found: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
    for (key, record) in now.iter().filter(|((kind, ..), _)| *kind == Kind::ModelRegistry) {
        let Some(was) = before.get(key).and_then(|record| record.node.get("status")?.text()) else { continue };
        let Some(status) = record.node.get("status") else { continue };
        let Some(is) = status.text().filter(|is| *is != was) else { continue };
        let (kind, model, version) = key;
        let string = |text: String| Node::string(text, status.span);
        let fact = Node::map(status.span)
            .with("subject", string(subject(*kind, model, version)))
            .with("was", string(quote(was)))
            .with("is", string(quote(is)));
        found.entry(record.document).or_default().push(fact);
    }
    let facts =
        |(document, all): (usize, Vec<Node>)| Some((document, Node::seq(all, documents.get(document)?.root.anchor())));
    found.into_iter().filter_map(facts).collect()
}
