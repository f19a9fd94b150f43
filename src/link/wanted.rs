//! Which files are read because a document names them.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{Files, Target};
use super::registry;
use crate::kind::Kind;
use crate::parse::{Document, Node};

/// A document that is not among the discovered ones and that another one names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Its path.
    pub path: String,
    /// What it is named as.
    pub kind: Kind,
}

/// The files that the documents from `first` on name as cards, packets, result files, criteria,
/// flag files, serving manifests or alert rules and that are not among the documents. The
/// loader reads them before the graph is made.
pub fn wanted(documents: &[Document], first: usize, files: &Files<'_>) -> Vec<Wanted> {
    let known: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
    let mut wanted = BTreeMap::new();
    for document in documents.iter().skip(first) {
        for (node, kind) in named_files(document) {
            let Some(written) = node.text() else { continue };
            let Target::File(path) = files.resolve(&document.path, written) else { continue };
            let spec = files.run_spec(&path).filter(|_| kind == Kind::EvaluationResults);
            for path in spec.into_iter().chain([path]) {
                if !known.contains(path.as_str()) && files.is_document(&path, kind) {
                    wanted.entry(path).or_insert(kind);
                }
            }
        }
    }
    wanted.into_iter().map(|(path, kind)| Wanted { path, kind }).collect()
}

/// The files that a document names, and what as. Where the manifest names one file as
/// its evaluation, that is a packet, else results.
fn named_files(document: &Document) -> Vec<(&Node, Kind)> {
    let root = &document.root;
    let at = |keys: &[&str], kind| root.at(keys).map(|node| (node, kind));
    let items = |keys: &[&str]| root.at(keys).map(Node::items).unwrap_or_default();
    let parts = |keys: &[&str], key: &str, kind| -> Vec<(&Node, Kind)> {
        items(keys).iter().filter_map(|item| Some((item.get(key)?, kind))).collect()
    };
    match document.kind {
        Kind::Release => [
            at(&["evidence", "card", "path"], Kind::Card),
            at(&["evidence", "evaluation", "path"], Kind::EvaluationPacket),
            at(&["evidence", "evaluation", "path"], Kind::EvaluationResults),
            at(&["rollback", "flag", "file"], Kind::Flags),
            at(&["rollout", "flag", "file"], Kind::Flags),
        ]
        .into_iter()
        .flatten()
        .chain(items(&["rollout", "manifests"]).iter().map(|manifest| (manifest, Kind::Serving)))
        .chain(parts(&["rollback", "triggers"], "alert", Kind::Alerts))
        .chain(parts(&["monitoring", "alerts"], "rule", Kind::Alerts))
        .collect(),
        Kind::SecurityReview => parts(&["jailbreak_tests"], "evidence", Kind::EvaluationResults),
        Kind::ModelRegistry => {
            registry::models(root).filter_map(|model| Some((model.get("card")?, Kind::Card))).collect()
        }
        Kind::EvaluationPacket => {
            let lists = [root.get("suites"), root.at(&["base_comparison", "results"])];
            let items = lists.into_iter().flatten().flat_map(Node::items);
            let results = items.filter_map(|item| Some((item.get("path")?, Kind::EvaluationResults)));
            results.chain(at(&["criteria", "ref"], Kind::Criteria)).collect()
        }
        _ => Vec::new(),
    }
}
