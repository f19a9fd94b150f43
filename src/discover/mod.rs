//! Which files there are, and what each of them is.
//!
//! [`DiskTree`] is the only way to the disk: it lists a working copy as git
//! would, and never reads what lies outside of it. [`discover`] tells documents
//! from other files by name where that is enough, else by their first bytes. A
//! file that looks like a document and cannot be read is a [`Problem`], never a
//! gap.

mod disk;
mod ignored;
mod kinds;
mod overlay;
mod packs;
mod revision;
mod root;
mod selection;
mod serving;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::config::Config;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::Syntax;
use crate::source::{SourceId, Span};
use crate::tree::{ReadError, Tree, file_name, parent};

pub use disk::DiskTree;
pub use kinds::{Candidate, Claim, candidate, classify};
pub use overlay::Overlay;
pub use packs::{OWN_PACKS, packs};
pub use revision::Revision;
pub use root::{CONFIG_FILE, find_root};
pub use selection::{Selection, listed_paths};
pub(crate) use serving::{SERVER_IMAGES, SERVER_PROGRAMS, SERVING_GROUPS};

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Relative to the root.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes, where telling what it is took all of them, so that it is read once.
    pub bytes: Option<Vec<u8>>,
}

/// A file that may be a document, and cannot be told or read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Relative to the root; a folder ends in `/`.
    pub path: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// The finding to report, at the head of the (empty) source of that path.
    pub fn finding(&self, source: SourceId) -> Finding {
        Finding::new("gate/file-unreadable", Span::file(source), self.message.clone())
            .help(self.help.clone())
            .key(self.path.clone())
    }

    fn unreadable(path: &str, error: &ReadError) -> Self {
        let what = if path.ends_with('/') { "folder" } else { "file" };
        let help = match error {
            ReadError::Outside => "put the file itself into the repository instead of a link that leads out of it",
            ReadError::NotAFile => "put a regular file in its place",
            _ => "make it readable, or leave it out with `exclude` in weighbridge.yaml",
        };
        let why = match error {
            ReadError::Io(why) => why.clone(),
            other => other.to_string(),
        };
        Self { path: path.to_owned(), message: format!("this {what} cannot be read: {why}"), help: help.to_owned() }
    }

    fn unknown_kind(path: &str, kind: &str) -> Self {
        let names: Vec<String> =
            Kind::ALL.iter().filter_map(|kind| kind.api_kind()).map(|k| format!("`{k}`")).collect();
        Self {
            path: path.to_owned(),
            message: format!("`kind: {}` is no kind of document of `weighbridge/v1`", crate::text::quote(kind)),
            help: format!("write one of {}", names.join(", ")),
        }
    }
}

/// What a tree holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The documents, sorted by path, each file once.
    pub files: Vec<Found>,
    /// What may be a document and cannot be read, sorted by path.
    pub problems: Vec<Problem>,
    /// Every file of the walk, document or not, sorted.
    pub listed: Vec<String>,
    /// Named paths that are not there: deleted since the list of them was made.
    pub missing: Vec<String>,
}

/// What one file came to.
enum Told {
    /// With its bytes, if they were all read.
    Document(Kind, Option<Vec<u8>>),
    Problem(Problem),
    Nothing,
}

/// Finds the documents of a tree. The whole tree is looked at whatever is
/// selected, because a named file may belong to a release that is not; a file
/// that is named is looked at even where the walk leaves it out.
pub fn discover(tree: &dyn Tree, config: &Config, selection: &Selection) -> Discovered {
    let (mut listed, failed) = tree.list();
    add_named(tree, selection, &mut listed);
    let told: Vec<Told> = listed.par_iter().map(|path| tell(tree, config, selection, path)).collect();
    let mut found = Discovered { missing: selection.missing(tree), ..Discovered::default() };
    for (path, error) in &failed {
        if worth_a_problem(path, error) && !config.leaves_out(path.trim_end_matches('/')) {
            found.problems.push(Problem::unreadable(path, error));
        }
    }
    let adapters: BTreeSet<&str> =
        listed.iter().filter(|path| file_name(path) == ADAPTER).map(|path| parent(path)).collect();
    for (path, told) in listed.iter().zip(told) {
        match told {
            // Beside an adapter a README is its card, though it has no front matter.
            Told::Nothing if is_readme(path) && adapters.contains(parent(path)) && !config.leaves_out(path) => {
                found.files.push(Found { path: path.clone(), kind: Kind::Card, bytes: None });
            }
            Told::Document(kind, bytes) => found.files.push(Found { path: path.clone(), kind, bytes }),
            Told::Problem(problem) => found.problems.push(problem),
            Told::Nothing => {}
        }
    }
    found.files = once(tree, found.files);
    found.problems.sort();
    found.listed = listed;
    found
}

/// The file that makes a folder one of an adapter (PEFT).
const ADAPTER: &str = "adapter_config.json";

fn is_readme(path: &str) -> bool {
    file_name(path).eq_ignore_ascii_case("readme.md")
}

fn add_named(tree: &dyn Tree, selection: &Selection, listed: &mut Vec<String>) {
    let mut more: Vec<String> = {
        let known: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        let named = selection.paths().filter(|path| !known.contains(path));
        named.filter_map(|path| Some(tree.stat(path).ok()?.path)).collect()
    };
    if !more.is_empty() {
        listed.append(&mut more);
        listed.sort();
    }
}

/// Whether something that could not be listed may be a document. A folder that
/// is a link out of the repository is no part of it, and what a manifest says is
/// in there is reported at the manifest.
fn worth_a_problem(path: &str, error: &ReadError) -> bool {
    match (path.ends_with('/'), error) {
        (true, ReadError::Outside) => false,
        (true, _) => true,
        (false, ReadError::Missing) => matches!(candidate(path), Candidate::Sure(_)),
        (false, _) => candidate(path) != Candidate::No,
    }
}

fn tell(tree: &dyn Tree, config: &Config, selection: &Selection, path: &str) -> Told {
    let unread = |kind| Told::Document(kind, None);
    let by_name = candidate(path);
    if let Candidate::Sure(kind) = by_name
        && kinds::always_read(kind)
    {
        return Told::Document(kind, None);
    }
    if config.leaves_out(path) {
        return Told::Nothing;
    }
    let configured = config.kind_of(path);
    if by_name == Candidate::No {
        return configured.map_or(Told::Nothing, unread);
    }
    let markdown = Syntax::of(path) == Some(Syntax::Markdown);
    let settled = match by_name {
        Candidate::Sure(kind) if markdown => configured.or(Some(kind)),
        _ if markdown => configured.or((selection.names(path) && !kinds::is_usual(path)).then_some(Kind::Card)),
        _ => None,
    };
    if let Some(kind) = settled {
        return Told::Document(kind, None);
    }
    let most = kinds::head_bytes(path);
    match tree.head(path, most) {
        Ok(head) => match claim(config, path, &head) {
            Claim::Kind(kind) => {
                let whole = head.len() < most;
                Told::Document(kind, whole.then_some(head))
            }
            Claim::UnknownKind(kind) => Told::Problem(Problem::unknown_kind(path, &kind)),
            Claim::Nothing => Told::Nothing,
        },
        // The loader reports it, by its kind.
        Err(_) if fallback(config, path).is_some() => fallback(config, path).map_or(Told::Nothing, unread),
        Err(ReadError::Missing) => Told::Nothing,
        Err(error) => Told::Problem(Problem::unreadable(path, &error)),
    }
}

/// The kind of a file that begins with these bytes: what it says itself goes before the
/// configuration and its name. What the configuration leaves out claims nothing.
pub fn claim(config: &Config, path: &str, head: &[u8]) -> Claim {
    if config.leaves_out(path) {
        return Claim::Nothing;
    }
    match (classify(path, head), fallback(config, path)) {
        (Claim::Kind(kind), _) | (_, Some(kind)) => Claim::Kind(kind),
        (other, None) => other,
    }
}

/// The kind of a file that says none.
fn fallback(config: &Config, path: &str) -> Option<Kind> {
    let by_name = || if let Candidate::Sure(kind) = candidate(path) { Some(kind) } else { None };
    config.kind_of(path).or_else(by_name)
}

/// Takes out links to files that are judged under another path already.
fn once(tree: &dyn Tree, files: Vec<Found>) -> Vec<Found> {
    let links: BTreeMap<String, String> =
        files.iter().filter_map(|file| Some((file.path.clone(), tree.link_target(&file.path)?))).collect();
    if links.is_empty() {
        return files;
    }
    let mut judged: BTreeSet<String> =
        files.iter().filter(|file| !links.contains_key(&file.path)).map(|file| file.path.clone()).collect();
    files.into_iter().filter(|file| links.get(&file.path).is_none_or(|target| judged.insert(target.clone()))).collect()
}

#[cfg(test)]
mod tests;
