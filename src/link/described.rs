//! Datasets that are described once, in a document of their own, and used by many releases.
//!
//! A manifest says `{ref: id@revision, role}`; the rest stands in the one document of the kind
//! `Dataset` with that id and revision. Here both become one entry, whose values keep the places
//! where they were written, so that nothing after this step asks where a dataset was described.
//! What the manifest says itself goes before. A reference to no document, or to several, stays.

use std::collections::BTreeMap;

use super::{Files, of_kind};
use crate::kind::Kind;
use crate::parse::{Document, Entry, Node, Value};

/// The datasets of a manifest that leaves some to other documents.
#[derive(Debug)]
pub(super) struct Described {
    /// Its entries, as if all stood in it.
    pub(super) entries: Vec<Node>,
    /// The documents that describe them.
    pub(super) documents: Vec<usize>,
}

/// Keys of a document that are not about the dataset.
const OURS: [&str; 3] = ["$schema", "apiVersion", "kind"];

/// The manifests with references, by their places among the documents.
pub(super) fn datasets(documents: &[Document], files: &Files<'_>) -> BTreeMap<usize, Described> {
    let mut known: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for index in of_kind(documents, Kind::Dataset).filter(|index| documents[*index].sound) {
        let text = |key| documents[index].root.get(key).and_then(Node::text).unwrap_or_default();
        known.entry((text("id"), text("revision"))).or_default().push(index);
    }
    let described_in = |entry: &Node| {
        let named = entry.get("ref")?.text()?.trim().rsplit_once('@')?;
        <[usize; 1]>::try_from(known.get(&named)?.as_slice()).ok().map(|[index]| index)
    };
    let described = |index: usize| {
        let written = entries(&documents[index].root);
        let sources: Vec<Option<usize>> = written.iter().map(described_in).collect();
        let found: Vec<usize> = sources.iter().flatten().copied().collect();
        if found.is_empty() {
            return None;
        }
        let whole = |(entry, source): (&Node, Option<usize>)| {
            source.map_or_else(|| entry.clone(), |source| merged(entry, &documents[source], files))
        };
        let entries = written.iter().zip(sources).map(whole).collect();
        Some((index, Described { entries, documents: found }))
    };
    of_kind(documents, Kind::Release).filter_map(described).collect()
}

/// The entries of a manifest, as they are written.
pub(super) fn entries(manifest: &Node) -> &[Node] {
    manifest.at(&["data", "datasets"]).map(Node::items).unwrap_or_default()
}

/// An entry with what a document says of the dataset. Its id stands where it is referred to.
fn merged(entry: &Node, document: &Document, files: &Files<'_>) -> Node {
    let written = |key: &str| entry.entries().iter().any(|own| &*own.key == key);
    let place = entry.get("ref").map_or(entry.anchor(), |reference| reference.span);
    let own = entry.entries().iter().filter(|own| &*own.key != "ref").cloned();
    let told = document.root.entries().iter().filter(|told| !OURS.contains(&&*told.key) && !written(&told.key));
    let told = told.map(|told| match &*told.key {
        "id" => Entry { key_span: place, value: Node { span: place, ..told.value.clone() }, ..told.clone() },
        "license_evidence" => Entry { value: from_root(&told.value, document, files), ..told.clone() },
        _ => told.clone(),
    });
    Node { span: entry.span, value: Value::Map(own.chain(told).collect()) }
}

/// A path as it is found from anywhere.
fn from_root(written: &Node, document: &Document, files: &Files<'_>) -> Node {
    let target = written.text().map(|text| files.resolve(&document.path, text));
    let path = target.as_ref().and_then(|target| target.path());
    path.map_or_else(|| written.clone(), |path| Node::string(path, written.span))
}
