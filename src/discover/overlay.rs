//! A tree with files replaced: an editor's buffer (`--stdin-filename`) is judged among
//! the files that are saved, and a fix before it is written.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::Digest as _;

use super::DiskTree;
use crate::tree::{self, Listed, ReadError, Tree};

/// A tree in which some files have other bytes, or are there at all.
pub struct Overlay<'a> {
    tree: &'a dyn Tree,
    files: BTreeMap<String, Vec<u8>>,
}

impl<'a> Overlay<'a> {
    /// `tree` with `bytes` at `path`, as the user typed it.
    pub fn new(tree: &'a DiskTree, path: &Path, bytes: Vec<u8>) -> Result<Self, String> {
        let relative = tree.relative(path).filter(|path| !path.is_empty());
        let path = relative.ok_or_else(|| tree.not_in_here(path))?;
        Ok(Self { tree, files: BTreeMap::from([(path, bytes)]) })
    }

    /// `tree` with other bytes at paths of its own.
    pub fn over(tree: &'a dyn Tree, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { tree, files }
    }

    fn mine(&self, path: &str) -> Option<&Vec<u8>> {
        self.files.get(&tree::inside(path).ok()?)
    }
}

impl Tree for Overlay<'_> {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let (mut files, mut failed) = self.tree.list();
        failed.retain(|(path, _)| !self.files.contains_key(path));
        for path in self.files.keys() {
            if let Err(at) = files.binary_search(path) {
                files.insert(at, path.clone());
            }
        }
        (files, failed)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let Some(bytes) = self.mine(path) else { return self.tree.read(path, limit) };
        let size = bytes.len() as u64;
        if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes.clone()) }
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        let Some(bytes) = self.mine(path) else { return self.tree.head(path, limit) };
        Ok(bytes.iter().take(limit).copied().collect())
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        let Some(bytes) = self.mine(path) else { return self.tree.stat(path) };
        Ok(Listed { path: tree::inside(path)?, size: bytes.len() as u64 })
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        self.mine(path).map_or_else(|| self.tree.sha256(path), |bytes| Ok(sha2::Sha256::digest(bytes).into()))
    }

    fn link_target(&self, path: &str) -> Option<String> {
        if self.mine(path).is_some() { None } else { self.tree.link_target(path) }
    }

    fn display(&self, path: &str) -> String {
        self.tree.display(path)
    }
}
