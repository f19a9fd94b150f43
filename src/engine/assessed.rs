//! What the run could not judge: said in every report, and a finding for each release
//! where the run was told that everything must have been judged.
//!
//! Facts say what of a release could not be known (`facts.not_assessed`); beside them
//! stand documents that are read and that nothing judges, and files of formats that are not read.

use super::{Read, strangers};
use crate::facts::history::RECORDS;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::link::Graph;
use crate::outcome::NotAssessed;
use crate::parse::{Document, Node};
use crate::policy::Policy;
use crate::tree::Tree;

/// The rule of what had to be judged and could not be.
const RULE: &str = "gate/not-assessed";

/// How many things one finding names.
const NAMED: usize = 5;

/// Kinds of documents of other tools that somebody may take for judged.
const FOREIGN: &[Kind] = &[Kind::Kitfile, Kind::MlModel, Kind::CycloneDx];

/// What the facts of one document could not know.
pub(super) struct Unknown<'a> {
    document: &'a Document,
    /// `{what, why}`, and `path` where it is about another file.
    items: Vec<Node>,
}

impl<'a> Unknown<'a> {
    /// What `facts` list, if they list anything.
    pub(super) fn of(document: &'a Document, facts: &Node) -> Option<Self> {
        let items = facts.get("not_assessed")?.items();
        (!items.is_empty()).then(|| Self { document, items: items.to_vec() })
    }

    /// The finding that not everything was judged.
    pub(super) fn finding(&self) -> Finding {
        let said = |item: &Node| {
            let part = |key| text(item, key).unwrap_or_default();
            format!("{} ({})", part("what"), part("why"))
        };
        let named = self.items.iter().take(NAMED).map(said).collect::<Vec<_>>().join("; ");
        let more = self.items.len().saturating_sub(NAMED);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let named = crate::text::quote_within(&named, 400);
        let of = if self.document.kind == Kind::Release { "this release" } else { "this file" };
        let message = format!("not everything of {of} could be assessed: {named}{more}");
        Finding::new(RULE, self.document.root.anchor(), message).key("release")
    }
}

/// Everything that was not judged, sorted.
pub(super) fn not_assessed(
    graph: &Graph<'_>,
    unknown: &[Unknown<'_>],
    policy: &Policy,
    read: &Read<'_>,
) -> Vec<NotAssessed> {
    let tree = read.files.tree();
    let vendor = graph.vendor_cards.iter().map(|index| NotAssessed {
        path: tree.display(&graph.documents[*index].path),
        what: "the card of a vendor's model".to_owned(),
        why: "it is named as a review of the base model; it is read, not judged".to_owned(),
    });
    let items = unknown.iter().flat_map(|unknown| unknown.items.iter().map(|item| (unknown.document, item)));
    let of_facts = items.map(|(document, item)| NotAssessed {
        path: tree.display(text(item, "path").unwrap_or(&document.path)),
        what: text(item, "what").unwrap_or_default().to_owned(),
        why: text(item, "why").unwrap_or_default().to_owned(),
    });
    let mut all: Vec<NotAssessed> = vendor.chain(of_facts).chain(foreign(graph, policy, tree)).collect();
    all.extend(strangers::named(graph, read));
    all.sort();
    all.dedup();
    all
}

fn text<'n>(item: &'n Node, key: &str) -> Option<&'n str> {
    item.get(key).and_then(Node::text)
}

/// Documents beside releases that are read and that no rule is about.
fn foreign(graph: &Graph<'_>, policy: &Policy, tree: &dyn Tree) -> Vec<NotAssessed> {
    if graph.releases.is_empty() {
        return Vec::new();
    }
    let unjudged: Vec<Kind> = FOREIGN.iter().copied().filter(|kind| policy.judging(*kind).next().is_none()).collect();
    let documents = graph.documents.iter().filter(|document| unjudged.contains(&document.kind));
    documents
        .map(|document| NotAssessed {
            path: tree.display(&document.path),
            what: document.kind.describe().to_owned(),
            why: "no rule judges what it says".to_owned(),
        })
        .collect()
}

/// That what a change does to records is not known, at the first of the records, else of the
/// releases; where there is neither, nothing was to be known.
pub(super) fn unknown_history(item: &NotAssessed, documents: &[Document]) -> Option<Finding> {
    let first = |is: &dyn Fn(Kind) -> bool| documents.iter().find(|document| is(document.kind));
    let record = first(&|kind| RECORDS.contains(&kind)).or_else(|| first(&|kind| kind == Kind::Release))?;
    let message = format!("not everything could be assessed: {} ({})", item.what, crate::text::quote(&item.why));
    Some(Finding::new(RULE, record.root.anchor(), message).key("history"))
}
