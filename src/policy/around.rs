//! What a rule can see beyond its own document: files, and other documents.
//!
//! A policy reaches no file system. It asks a [`Host`], which the engine implements,
//! and a [`Library`], which holds the documents of the run and finds them by the
//! value of a key. An index is made when the first rule asks for it, and once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::select::{Segment, Selector};
use crate::kind::Kind;
use crate::memo::Memo;
use crate::parse::codeowners::Codeowners;
use crate::parse::{Node, Value};
use crate::pointer::Pointer;

/// Where a path that is written in a document leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// To a regular file inside of the repository.
    Found {
        /// Relative to the root.
        path: String,
        /// In bytes.
        size: u64,
    },
    /// Nowhere; with a path that is nearly it.
    Missing(Option<String>),
    /// Out of the repository.
    Outside,
    /// To two files that differ.
    Ambiguous(String, String),
    /// To something that cannot be read; why.
    Unreadable(String),
}

/// Files, as far as rules may ask about them.
pub trait Host: Sync {
    /// Where `written` leads, as the document at `from` writes it.
    fn file(&self, from: &str, written: &str) -> FileState;

    /// The digest of a file that [`Host::file`] found: 64 hexadecimal digits.
    fn sha256(&self, path: &str) -> Result<String, String>;

    /// Who owns which paths, if the repository says so.
    fn owners(&self) -> Option<&Codeowners>;
}

/// The surroundings of one document.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    /// The document's own path, from the root.
    pub path: &'a str,
    /// All documents of the run.
    pub library: Option<&'a Library<'a>>,
    /// The files of the repository.
    pub host: Option<&'a dyn Host>,
    /// The links that the configuration names.
    pub joins: &'a [super::Join],
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A document that others can refer to.
#[derive(Clone, Copy, Debug)]
pub struct Shelved<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its path, from the root.
    pub path: &'a str,
    /// Its tree.
    pub root: &'a Node,
}

/// All documents of a run.
#[derive(Debug, Default)]
pub struct Library<'a> {
    documents: Vec<Shelved<'a>>,
    by_path: BTreeMap<&'a str, usize>,
    indexes: Memo<(Kind, String), Arc<Index>>,
}

/// Where each value of a key stands: a document, and the way to the node in it.
type Index = BTreeMap<String, Vec<(usize, Pointer)>>;

impl<'a> Library<'a> {
    /// The documents in the order in which messages name them.
    pub fn new(documents: impl IntoIterator<Item = Shelved<'a>>) -> Self {
        let documents: Vec<Shelved<'a>> = documents.into_iter().collect();
        let by_path = documents.iter().enumerate().map(|(at, document)| (document.path, at)).collect();
        Self { documents, by_path, ..Self::default() }
    }

    /// The document at a path.
    pub(super) fn at(&self, path: &str) -> Option<Shelved<'a>> {
        self.documents.get(*self.by_path.get(path)?).copied()
    }

    /// The nodes of documents of `kind` that have `value` under the key `by`: the list
    /// item in which the key stands or, where it stands in none, the document.
    pub(super) fn find(&self, kind: Kind, by: &Selector, value: &str) -> Vec<(Shelved<'a>, &'a Node)> {
        let index = self.index(kind, by);
        let places = index.get(value).into_iter().flatten();
        places
            .filter_map(|(at, pointer)| {
                let document = self.documents.get(*at)?;
                Some((*document, document.root.find(pointer)?))
            })
            .collect()
    }

    /// The index of a kind by a key; its keys are what a reference could have meant.
    pub(super) fn index(&self, kind: Kind, by: &Selector) -> Arc<Index> {
        let made = || {
            let mut index = Index::new();
            for (at, document) in self.documents.iter().enumerate().filter(|(_, document)| document.kind == kind) {
                enter(document.root, &by.segments, &Pointer::root(), &Pointer::root(), &mut |value, entry| {
                    index.entry(value.to_owned()).or_default().push((at, entry.clone()));
                });
            }
            Arc::new(index)
        };
        self.indexes.get((kind, by.text.clone()), made)
    }
}

/// Walks a key path, which is short and written in a rule; `entry` is the innermost
/// list item on the way.
fn enter(node: &Node, segments: &[Segment], here: &Pointer, entry: &Pointer, found: &mut dyn FnMut(&str, &Pointer)) {
    let Some((first, rest)) = segments.split_first() else {
        if let Some(text) = node.text() {
            found(text, entry);
        }
        return;
    };
    match (first, &node.value) {
        (Segment::Key(key), Value::Map(_)) => {
            if let Some(value) = node.get(key) {
                enter(value, rest, &here.key(key.as_str()), entry, found);
            }
        }
        (Segment::Each | Segment::OneOrMany, Value::Seq(items)) => {
            for (at, item) in items.iter().enumerate() {
                let place = here.index(at);
                // A list of names makes nobody an item: the list belongs to what holds it.
                let entry = if item.scalar().is_some() { entry } else { &place };
                enter(item, rest, &place, entry, found);
            }
        }
        (Segment::OneOrMany, Value::Scalar(_)) => enter(node, rest, here, entry, found),
        _ => {}
    }
}
