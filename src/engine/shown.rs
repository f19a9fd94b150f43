//! Which part of a run over the whole repository is reported.

use std::collections::BTreeSet;

use super::Plan;
use crate::link::Graph;
use crate::outcome::CheckedFile;

/// What is reported of a run over the whole repository: the named paths, and the
/// releases that they belong to, because a changed evidence file concerns its
/// manifest.
pub(super) struct Shown {
    /// Display paths; `None` for everything.
    paths: Option<BTreeSet<String>>,
}

impl Shown {
    pub(super) fn new(plan: &Plan<'_>, graph: &Graph<'_>) -> Self {
        if plan.selection.is_everything() {
            return Self { paths: None };
        }
        let named = |path: &&String| plan.selection.contains(path);
        let mut paths: BTreeSet<String> = graph
            .documents
            .iter()
            .map(|document| &document.path)
            .filter(named)
            .map(|path| plan.tree.display(path))
            .collect();
        for release in graph.releases.iter().filter(|release| release.files.iter().any(|path| named(&path))) {
            paths.extend(release.files.iter().map(|path| plan.tree.display(path)));
        }
        Self { paths: Some(paths) }
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.contains(path))
    }

    pub(super) fn files(&self, plan: &Plan<'_>, graph: &Graph<'_>) -> Vec<CheckedFile> {
        let documents = graph.documents.iter().enumerate().filter(|(index, _)| !graph.vendor_cards.contains(index));
        documents
            .map(|(_, document)| CheckedFile { path: plan.tree.display(&document.path), kind: document.kind })
            .filter(|file| self.holds(&file.path))
            .collect()
    }
}
