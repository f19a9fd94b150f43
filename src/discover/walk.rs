//! The walk: every file that may be a document.
//!
//! Left out are what git ignores, hidden files and folders (but for `.env` files,
//! `.weighbridge/`, `.eval_results/` and `.github/CODEOWNERS`), and folders of
//! other people's files. Of those, only names that mean nothing else are taken at
//! their word (`node_modules`); `target` must hold cargo's `CACHEDIR.TAG`
//! (<https://bford.info/cachedir/>) and `venv` or `env` a `pyvenv.cfg` (PEP 405).
//! `build`, `dist` and `vendor` are looked into: a release may well lie in them,
//! and a gate must rather see too much.
//!
//! Links to folders are not followed; what they lead to inside the root is seen
//! where it is.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::disk::{read_error, slashed};
use super::ignored::Ignored;
use super::root;
use crate::parse::code::Language;
use crate::tree::ReadError;

/// What a walk came to.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Regular files, and links to such inside the root; sorted.
    pub files: Vec<String>,
    /// What could not be listed, sorted; a folder ends in `/`.
    pub failed: Vec<(String, ReadError)>,
    /// The links among the files, and what they lead to.
    pub links: BTreeMap<String, String>,
}

/// Walks `root`, which is canonical.
pub(super) fn walk(root: &Path) -> Walked {
    let mut walked = Walked::default();
    let mut ignored = Ignored::at(root, root::git_top(root));
    let mut entries = WalkDir::new(root).min_depth(1).into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) => {
                ignored.leave(entry.depth());
                if !walked.visit(root, &entry, &mut ignored) && entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
            Err(error) => walked.note(root, &error),
        }
    }
    walked.files.sort();
    walked.failed.sort_by(|a, b| a.0.cmp(&b.0));
    walked
}

impl Walked {
    /// Takes in an entry; whether to go on into it, if it is a folder.
    fn visit(&mut self, root: &Path, entry: &DirEntry, ignored: &mut Ignored) -> bool {
        let is_folder = entry.file_type().is_dir();
        if is_left_out(entry) || ignored.holds(entry.path(), is_folder) {
            return false;
        }
        let Ok(below) = entry.path().strip_prefix(root) else { return false };
        let Some(path) = slashed(below) else {
            let shown = below.to_string_lossy().replace('\\', "/") + if is_folder { "/" } else { "" };
            self.failed.push((shown, ReadError::Io("its name is not UTF-8".to_owned())));
            return false;
        };
        if is_folder {
            ignored.enter(entry.path(), entry.depth());
        } else if entry.file_type().is_symlink() {
            self.link(root, path, entry.path());
        } else if entry.file_type().is_file() {
            self.files.push(path);
        } else {
            self.failed.push((path, ReadError::NotAFile));
        }
        true
    }

    fn link(&mut self, root: &Path, path: String, full: &Path) {
        let target = match full.canonicalize() {
            Ok(target) => target,
            Err(error) => return self.failed.push((path, read_error(&error))),
        };
        let Ok(metadata) = target.metadata() else { return self.failed.push((path, ReadError::Missing)) };
        let inside = target.strip_prefix(root).ok().and_then(slashed);
        match inside {
            _ if metadata.is_dir() && inside.is_some() => {}
            _ if metadata.is_dir() => self.failed.push((path + "/", ReadError::Outside)),
            None => self.failed.push((path, ReadError::Outside)),
            Some(_) if !metadata.is_file() => self.failed.push((path, ReadError::NotAFile)),
            Some(target) => {
                self.files.push(path.clone());
                self.links.insert(path, target);
            }
        }
    }

    fn note(&mut self, root: &Path, error: &walkdir::Error) {
        let path = error.path().and_then(|path| path.strip_prefix(root).ok()).and_then(slashed).unwrap_or_default();
        self.failed.push((path + "/", walk_error(error)));
    }
}

fn walk_error(error: &walkdir::Error) -> ReadError {
    error.io_error().map_or_else(|| ReadError::Io("it is a link to itself".to_owned()), read_error)
}

/// Whether hidden, or a folder of other people's files.
fn is_left_out(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let folder = entry.path().parent().and_then(Path::file_name);
    if entry.depth() == 2 && folder.is_some_and(|folder| folder == ".github") {
        return name != "CODEOWNERS";
    }
    if !entry.file_type().is_dir() {
        return name.starts_with('.') && Language::of(&name) != Some(Language::Env);
    }
    let holds = |file: &str| entry.path().join(file).is_file();
    match &*name {
        ".weighbridge" | ".eval_results" => false,
        ".github" => entry.depth() > 1,
        "node_modules" | "bower_components" | "site-packages" | "__pycache__" | "__pypackages__" => true,
        "target" => holds("CACHEDIR.TAG"),
        "venv" | "env" => holds("pyvenv.cfg"),
        name => name.starts_with('.'),
    }
}
