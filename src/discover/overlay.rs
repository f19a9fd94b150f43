//! A tree with one file replaced, for `--stdin-filename`: an editor's buffer is
//! judged among the files that are saved.

use std::path::Path;

use sha2::Digest as _;

use super::DiskTree;
use crate::tree::{self, Listed, ReadError, Tree};

/// A tree in which one file has other bytes, or is there at all.
#[derive(Clone, Debug)]
pub struct Overlay<'a> {
    tree: &'a DiskTree,
    path: String,
    bytes: Vec<u8>,
}

impl<'a> Overlay<'a> {
    /// `tree` with `bytes` at `path`, as the user typed it.
    pub fn new(tree: &'a DiskTree, path: &Path, bytes: Vec<u8>) -> Result<Self, String> {
        let relative = tree.relative(path).filter(|path| !path.is_empty());
        let path = relative.ok_or_else(|| tree.not_in_here(path))?;
        Ok(Self { tree, path, bytes })
    }

    fn is_mine(&self, path: &str) -> bool {
        tree::inside(path).is_ok_and(|path| path == self.path)
    }
}

impl Tree for Overlay<'_> {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let (mut files, mut failed) = self.tree.list();
        failed.retain(|(path, _)| *path != self.path);
        if let Err(at) = files.binary_search(&self.path) {
            files.insert(at, self.path.clone());
        }
        (files, failed)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        if !self.is_mine(path) {
            return self.tree.read(path, limit);
        }
        let size = self.bytes.len() as u64;
        if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(self.bytes.clone()) }
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        if !self.is_mine(path) {
            return self.tree.head(path, limit);
        }
        Ok(self.bytes.iter().take(limit).copied().collect())
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        if !self.is_mine(path) {
            return self.tree.stat(path);
        }
        Ok(Listed { path: self.path.clone(), size: self.bytes.len() as u64 })
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        if self.is_mine(path) { Ok(sha2::Sha256::digest(&self.bytes).into()) } else { self.tree.sha256(path) }
    }

    fn link_target(&self, path: &str) -> Option<String> {
        if self.is_mine(path) { None } else { self.tree.link_target(path) }
    }

    fn display(&self, path: &str) -> String {
        self.tree.display(path)
    }
}
