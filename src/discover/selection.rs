//! What the user named: all, or files and folders whose findings are asked for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::DiskTree;
use crate::tree::{ReadError, Tree};

/// The paths whose findings are reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// `None` selects everything.
    paths: Option<BTreeSet<String>>,
    /// Whether the paths are what changed, documents or not, and nobody chose them.
    collected: bool,
}

impl Selection {
    /// Everything under the root.
    pub fn everything() -> Self {
        Self { paths: None, collected: false }
    }

    /// The paths that the user named; one outside of the tree is an error. Paths
    /// that are not there any more are kept, because a deleted file concerns the
    /// release that names it.
    pub fn of(tree: &DiskTree, paths: &[PathBuf]) -> Result<Self, String> {
        let mut named = BTreeSet::new();
        for path in paths {
            named.insert(tree.relative(path).ok_or_else(|| tree.not_in_here(path))?);
        }
        Ok(if named.contains("") { Self::everything() } else { Self { paths: Some(named), collected: false } })
    }

    /// The same paths as a hook or a pipeline collects them: that one of them is named says
    /// nothing about what it is.
    #[must_use]
    pub fn collected(self) -> Self {
        Self { collected: true, ..self }
    }

    /// Whether all is selected.
    pub fn is_everything(&self) -> bool {
        self.paths.is_none()
    }

    /// Whether `path` was named, or lies in a folder that was.
    pub fn contains(&self, path: &str) -> bool {
        let Some(paths) = &self.paths else { return true };
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        paths.contains(path) || folders.into_iter().any(|folder| paths.contains(folder))
    }

    /// Whether somebody chose `path` itself.
    pub fn names(&self, path: &str) -> bool {
        !self.collected && self.paths.as_ref().is_some_and(|paths| paths.contains(path))
    }

    /// The named paths, sorted; none where all is selected.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().flatten().map(String::as_str)
    }

    /// The named paths that are not in `tree`.
    pub fn missing(&self, tree: &dyn Tree) -> Vec<String> {
        self.paths().filter(|path| tree.stat(path) == Err(ReadError::Missing)).map(str::to_owned).collect()
    }
}

/// The paths of a list as `--files-from` takes it: separated by NUL where the
/// text holds one (`git diff -z`), else one a line. Empty ones are left out.
pub fn listed_paths(text: &str) -> Vec<PathBuf> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let paths: Vec<&str> = if text.contains('\0') {
        text.split('\0').collect()
    } else {
        text.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.trim().is_empty()).collect()
    };
    paths.into_iter().filter(|path| !path.is_empty()).map(PathBuf::from).collect()
}
