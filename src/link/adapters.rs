//! Which releases an adapter's folder belongs to.
//!
//! A release claims the files that its checkpoint lists, the adapter configurations
//! beside or below its manifest, and the folders of the cards that it names for its
//! adapters, with those below them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, Graph};
use crate::parse::Node;
use crate::tree;

/// How many folders above an adapter its card may stand: `checkpoint-500/` of a
/// training run is two below.
const LEVELS: usize = 2;

/// Releases, as indexes, by what they claim.
#[derive(Debug, Default)]
pub(super) struct AdapterHomes {
    by_file: BTreeMap<String, Vec<usize>>,
    by_folder: BTreeMap<String, Vec<usize>>,
    /// What releases call their adapters.
    names: BTreeSet<String>,
}

impl AdapterHomes {
    pub(super) fn new(graph: &Graph<'_>, files: &Files<'_>) -> Self {
        let mut homes = Self::default();
        for (index, release) in graph.releases.iter().enumerate() {
            let manifest = &graph.documents[release.document];
            let resolve = |path: Option<&Node>| {
                let target = files.resolve(&manifest.path, path?.text()?);
                target.path().map(str::to_owned)
            };
            let artifacts = |keys: &[&str]| manifest.root.at(keys).map(Node::items).unwrap_or_default();
            for file in artifacts(&["artifacts", "checkpoint", "files"]) {
                if let Some(path) = resolve(file.get("path")) {
                    homes.by_file.entry(path).or_default().push(index);
                }
            }
            for path in &release.adapter_configs {
                homes.by_file.entry(graph.documents[*path].path.clone()).or_default().push(index);
            }
            for adapter in artifacts(&["artifacts", "adapters"]) {
                homes.names.extend(adapter.get("name").and_then(Node::text).map(str::to_owned));
                if let Some(card) = resolve(adapter.get("card")) {
                    homes.by_folder.entry(tree::parent(&card).to_owned()).or_default().push(index);
                }
            }
        }
        homes
    }

    /// The releases that claim a file, those that name it first.
    pub(super) fn of(&self, path: &str) -> impl Iterator<Item = usize> {
        let listed = self.by_file.get(path).into_iter().flatten();
        let folders = folders(path).filter_map(|folder| self.by_folder.get(folder)).flatten();
        listed.chain(folders).copied()
    }

    /// Whether a release has an adapter of that name.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a release names a card in a folder for one of its adapters.
    pub(super) fn has_card(&self, folder: &str) -> bool {
        self.by_folder.contains_key(folder)
    }
}

/// The folder of a file and those above it that may hold its card.
pub fn folders(path: &str) -> impl Iterator<Item = &str> {
    let first = Some(tree::parent(path));
    std::iter::successors(first, |folder| (!folder.is_empty()).then(|| tree::parent(folder))).take(LEVELS + 1)
}
