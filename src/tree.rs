//! A repository as the pipeline sees it: paths and bytes, on disk or in memory.
//!
//! Only this seam reaches files. [`crate::discover::DiskTree`] reads a working
//! copy and never leaves its root; [`MemoryTree`] serves tests of rules and
//! standard input.

use std::collections::BTreeMap;

use thiserror::Error;

/// The most bytes that are read of a document that is to be parsed.
pub const DOCUMENT_BYTES: u64 = 5 * 1024 * 1024;

/// The most bytes of a file that are hashed when a digest is declared.
pub const EVIDENCE_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// Why a file could not be read. The text is safe to show: it never holds what
/// a file contains nor where a link leads.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// The path, or a link on its way, leads out of the repository.
    #[error("it leads out of the repository")]
    Outside,
    /// A folder, a pipe, a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// More bytes than the budget.
    #[error("it has {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// How many it has.
        size: u64,
        /// How many are read.
        limit: u64,
    },
    /// The operating system said no.
    #[error("it cannot be read: {0}")]
    Io(String),
}

/// A regular file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Relative to the root, `/` as separator. Never absolute, no `..`.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
}

/// A repository: a root with files under it.
pub trait Tree: Sync {
    /// Every file that may be a document: hidden, vendored and ignored ones left
    /// out, sorted by path. What could not be listed comes as the second list.
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>);

    /// The bytes of a file, if there are at most `limit` of them. `path` is
    /// relative to the root; one that leads out of it is [`ReadError::Outside`].
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// The first `limit` bytes of a file, or fewer.
    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError>;

    /// Whether there is a regular file at `path`.
    fn stat(&self, path: &str) -> Result<Listed, ReadError>;

    /// The SHA-256 of a file's bytes, read in pieces.
    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError>;

    /// The path that the link at `path` leads to, relative to the root; `None` where
    /// it is no link, or the walk has not seen it. So a file is judged once, however
    /// many links lead to it.
    fn link_target(&self, _path: &str) -> Option<String> {
        None
    }

    /// The path that people see: relative to the top of the version-controlled
    /// tree that the root lies in, or the path itself.
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Joins `path` to the folder `base`, both relative to the root and `/`-separated,
/// and takes out `.` and `..`. An absolute path, a drive, a backslash or one that
/// climbs above the root is [`ReadError::Outside`].
pub fn join(base: &str, path: &str) -> Result<String, ReadError> {
    let drive = path.split('/').next().is_some_and(|first| first.contains(':'));
    if path.is_empty() || drive || path.contains('\\') { Err(ReadError::Outside) } else { below(base, path) }
}

/// A path that names a file of the tree already, with `.` and `..` taken out. Unlike
/// one that a document says, it may have `\` and `:` in its names, as files can.
pub fn inside(path: &str) -> Result<String, ReadError> {
    below("", path)
}

fn below(base: &str, path: &str) -> Result<String, ReadError> {
    if path.starts_with('/') || path.contains('\0') {
        return Err(ReadError::Outside);
    }
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(ReadError::Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The folder part of a path; empty at the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryTree {
    /// Adds or replaces a file.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    fn file(&self, path: &str) -> Result<&Vec<u8>, ReadError> {
        let path = inside(path)?;
        self.files.get(&path).ok_or(ReadError::Missing)
    }
}

impl Tree for MemoryTree {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        (self.files.keys().cloned().collect(), Vec::new())
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.file(path)?;
        let size = bytes.len() as u64;
        if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes.clone()) }
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        self.file(path).map(|bytes| bytes.iter().take(limit).copied().collect())
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        self.file(path).map(|bytes| Listed { path: path.to_owned(), size: bytes.len() as u64 })
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        use sha2::Digest as _;
        self.file(path).map(|bytes| sha2::Sha256::digest(bytes).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_paths_stay_inside() {
        assert_eq!(join("a/b", "../c.yaml"), Ok("a/c.yaml".into()));
        assert_eq!(join("", "./x//y"), Ok("x/y".into()));
        for path in ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "", "a\0b"] {
            assert_eq!(join("", path), Err(ReadError::Outside), "{path:?}");
        }
        for path in ["../x", "/etc/passwd", "a/../../x", "a\0b"] {
            assert_eq!(inside(path), Err(ReadError::Outside), "{path:?}");
        }
        assert_eq!(inside("a:b/./c\\d"), Ok("a:b/c\\d".into()));
    }
}
