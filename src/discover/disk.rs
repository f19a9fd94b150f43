//! A working copy on disk. Nothing outside of its root is ever read.
//!
//! A path is cleaned lexically, resolved through all links, and refused where
//! the result lies outside of the root. A folder is resolved once; the files in it
//! are then looked at one by one, and only links among them are resolved as a
//! whole. The opened file is compared with the one that was resolved, so that a
//! link put in its place in between is noticed.
//! Only regular files are opened: a pipe or a device would never end.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use sha2::Digest as _;

use super::{root, walk};
use crate::tree::{self, EVIDENCE_BYTES, Listed, ReadError, Tree};

/// A folder on disk, with all below it.
#[derive(Debug)]
pub struct DiskTree {
    /// Canonical.
    root: PathBuf,
    /// The root as seen from the top of the git working tree: empty, or with `/` at
    /// the end.
    prefix: String,
    /// The links that the walk met, and where they lead.
    links: OnceLock<BTreeMap<String, String>>,
    /// Folders inside of the root, resolved.
    folders: RwLock<BTreeMap<String, Arc<Path>>>,
}

impl DiskTree {
    /// The tree at `root`.
    pub fn open(root: &Path) -> Result<Self, ReadError> {
        let root = root.canonicalize().map_err(|error| read_error(&error))?;
        if !root.is_dir() {
            return Err(ReadError::Io("it is not a folder".to_owned()));
        }
        let below = root::git_top(&root).and_then(|top| root.strip_prefix(top).ok()).map(slashed);
        let prefix = match below.flatten() {
            Some(below) if !below.is_empty() => format!("{below}/"),
            _ => String::new(),
        };
        Ok(Self { root, prefix, links: OnceLock::new(), folders: RwLock::default() })
    }

    /// The root, canonical.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path as the user typed it (relative to the current folder, or absolute) as
    /// one of this tree; empty for the root itself. `None` where it lies outside, or
    /// its name is not UTF-8. The file need not be there. A link that is the last
    /// part of it stays the link, unless it leads to a folder.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let absolute = std::path::absolute(path).ok()?;
        let whole = absolute.is_dir() || absolute.file_name().is_none();
        let mut missing = Vec::new();
        let mut folder = absolute.as_path();
        if !whole {
            missing.push(folder.file_name()?);
            folder = folder.parent()?;
        }
        let folder = loop {
            if let Ok(found) = folder.canonicalize() {
                break found;
            }
            missing.push(folder.file_name()?);
            folder = folder.parent()?;
        };
        let full = missing.iter().rev().fold(folder, |path, part| path.join(part));
        slashed(full.strip_prefix(&self.root).ok()?)
    }

    /// What to say of a path that is not in this tree.
    pub(super) fn not_in_here(&self, path: &Path) -> String {
        format!("`{}` is not in the repository `{}`", path.display(), self.root.display())
    }

    /// The regular file that a path leads to, and what is known of it.
    fn resolve(&self, path: &str) -> Result<(String, PathBuf, Metadata), ReadError> {
        // Where `\` and drives mean something in a path, no name may hold them.
        let path = if cfg!(windows) { tree::join("", path) } else { tree::inside(path) }?;
        if let Some(folder) = self.folder(tree::parent(&path)) {
            let full = folder.join(tree::file_name(&path));
            let metadata = fs::symlink_metadata(&full).map_err(|error| read_error(&error))?;
            if !metadata.is_symlink() {
                return regular(metadata).map(|metadata| (path, full, metadata));
            }
        }
        let full = self.root.join(&path).canonicalize().map_err(|error| read_error(&error))?;
        if !full.starts_with(&self.root) {
            return Err(ReadError::Outside);
        }
        let metadata = fs::symlink_metadata(&full).map_err(|error| read_error(&error))?;
        regular(metadata).map(|metadata| (path, full, metadata))
    }

    /// A folder, resolved; `None` where it is not there or not inside of the root.
    fn folder(&self, path: &str) -> Option<Arc<Path>> {
        if let Some(known) = self.folders.read().ok()?.get(path) {
            return Some(Arc::clone(known));
        }
        let full: Arc<Path> = match self.below(path) {
            Some(full) => Arc::from(full),
            None => Arc::from(self.root.join(path).canonicalize().ok().filter(|full| full.starts_with(&self.root))?),
        };
        self.folders.write().ok()?.insert(path.to_owned(), Arc::clone(&full));
        Some(full)
    }

    /// A folder that is no link, in the folder above it, which is resolved by now: most
    /// folders, and then one question to the system is enough.
    fn below(&self, path: &str) -> Option<PathBuf> {
        if path.is_empty() {
            return Some(self.root.clone());
        }
        let full = self.folder(tree::parent(path))?.join(tree::file_name(path));
        fs::symlink_metadata(&full).ok()?.is_dir().then_some(full)
    }

    /// Writes a file anew that is there and still has the bytes `before`. One that a link
    /// leads to, or stands below, is left alone: what it is called elsewhere is not known.
    pub fn rewrite(&self, path: &str, before: &[u8], after: &[u8]) -> Result<(), String> {
        let (path, full, seen) = self.resolve(path).map_err(|error| error.to_string())?;
        if full != self.root.join(&path) {
            return Err("a link leads there; mend the file itself".to_owned());
        }
        let mut file = OpenOptions::new().read(true).write(true).open(&full).map_err(|error| error.to_string())?;
        let opened = file.metadata().map_err(|error| error.to_string())?;
        let mut now = Vec::new();
        (&mut file).take(before.len() as u64 + 1).read_to_end(&mut now).map_err(|error| error.to_string())?;
        if !same_file(&seen, &opened) || now != before {
            return Err("it has changed since it was read".to_owned());
        }
        let write = |file: &mut File| {
            file.rewind()?;
            file.write_all(after)?;
            file.set_len(after.len() as u64)
        };
        write(&mut file).map_err(|error| error.to_string())
    }

    fn open_file(&self, path: &str) -> Result<(File, u64), ReadError> {
        let (_, full, seen) = self.resolve(path)?;
        let file = File::open(&full).map_err(|error| read_error(&error))?;
        let opened = file.metadata().map_err(|error| read_error(&error))?;
        if !opened.is_file() || !same_file(&seen, &opened) {
            return Err(ReadError::Outside);
        }
        Ok((file, opened.len()))
    }
}

impl Tree for DiskTree {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let walk::Walked { files, failed, links } = walk::walk(&self.root);
        self.links.get_or_init(|| links);
        (files, failed)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (file, size) = self.open_file(path)?;
        if size > limit {
            return Err(ReadError::TooLarge { size, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        let size = bytes.len() as u64;
        if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes) }
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        let (file, size) = self.open_file(path)?;
        let mut bytes = Vec::with_capacity(limit.min(usize::try_from(size).unwrap_or(limit)));
        file.take(limit as u64).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
        Ok(bytes)
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        let (path, _, metadata) = self.resolve(path)?;
        Ok(Listed { path, size: metadata.len() })
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        let (mut file, size) = self.open_file(path)?;
        let limit = EVIDENCE_BYTES;
        let mut hasher = sha2::Sha256::new();
        // One byte more than a small file has tells that it ends there.
        let mut buffer = vec![0; usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1).min(64 * 1024)];
        let mut total = 0_u64;
        loop {
            if size > limit || total > limit {
                return Err(ReadError::TooLarge { size: size.max(total), limit });
            }
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hasher.finalize().into()),
                Ok(count) => {
                    hasher.update(buffer.get(..count).unwrap_or_default());
                    total += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_error(&error)),
            }
        }
    }

    fn link_target(&self, path: &str) -> Option<String> {
        self.links.get()?.get(path).cloned()
    }

    fn display(&self, path: &str) -> String {
        match (path, self.prefix.trim_end_matches('/')) {
            ("" | ".", "") => ".".to_owned(),
            ("" | ".", folder) => folder.to_owned(),
            _ => format!("{}{path}", self.prefix),
        }
    }
}

/// What is known of a file, if it is a regular one.
fn regular(metadata: Metadata) -> Result<Metadata, ReadError> {
    if metadata.is_file() { Ok(metadata) } else { Err(ReadError::NotAFile) }
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    a.created().ok() == b.created().ok()
}

/// A relative path with `/` between its parts; `None` where it is not UTF-8.
pub(super) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// The error without the path that the system may add to it.
pub(super) fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
        kind => ReadError::Io(kind.to_string()),
    }
}
