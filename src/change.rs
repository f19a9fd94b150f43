//! The seam to history: a change as its commits tell it, from a repository or in memory.
//!
//! [`crate::discover::Revision`] reads those of a clone; [`MemoryChange`] serves tests of rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::memo::Memo;
use crate::tree::{DOCUMENT_BYTES, Listed, MemoryTree, ReadError, Tree};

/// Somebody as a commit names them. Nothing proves it: whoever commits can write any name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Their name; may be empty.
    pub name: String,
    /// Their e-mail address; may be empty.
    pub email: String,
}

impl Person {
    /// `Name <email>`, as commits write it.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<')?;
        let (email, _) = rest.split_once('>')?;
        Some(Self { name: name.trim().to_owned(), email: email.trim().to_owned() })
    }
}

/// A file as a commit put it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its path, relative to the root.
    pub path: String,
    /// What its bytes are called; the same bytes have the same name.
    pub id: String,
}

/// A commit of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// What people call it: the first digits of its name.
    pub name: String,
    /// Its parents that are part of the change, by their place in it.
    pub parents: Vec<usize>,
    /// Its author, and those who are named beside.
    pub authors: Vec<Person>,
    /// The files that it added or edited; a merge has none.
    pub files: Vec<Version>,
}

/// A repository at the base of a change, and the commits since.
pub trait Change: Tree {
    /// The commits, each behind its parents. The error says why they are not known.
    fn commits(&self) -> Result<Vec<Commit>, String>;

    /// The bytes of a version, if there are at most `limit` of them.
    fn version(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Whether a file of the base has these bytes.
    fn is_old(&self, id: &str) -> bool;
}

/// The commits of a change, as questions are asked of them.
pub struct Commits<'a> {
    change: &'a dyn Change,
    all: Vec<Commit>,
    /// The versions of each file, in order: the places of the commit and of the file in it.
    by_path: BTreeMap<String, Vec<(usize, usize)>>,
    /// See [`Self::last_edit`].
    edits: Memo<String, Edit>,
}

/// The commit that edited a file last, if one did.
type Edit = Result<Option<usize>, ReadError>;

impl<'a> Commits<'a> {
    /// Those of a change. The error says why they are not known.
    pub fn of(change: &'a dyn Change) -> Result<Self, String> {
        let all = change.commits()?;
        let mut by_path: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, commit) in all.iter().enumerate() {
            for (place, file) in commit.files.iter().enumerate() {
                by_path.entry(file.path.clone()).or_default().push((at, place));
            }
        }
        Ok(Self { change, all, by_path, edits: Memo::default() })
    }

    /// The commit at a place.
    pub fn get(&self, at: usize) -> Option<&Commit> {
        self.all.get(at)
    }

    /// Every version that a commit put, in order, with the place of the commit.
    pub fn versions(&self) -> impl Iterator<Item = (usize, &Version)> {
        let all = self.all.iter().enumerate();
        all.flat_map(|(at, commit)| commit.files.iter().map(move |file| (at, file)))
    }

    /// Where a file was put last.
    pub fn last(&self, path: &str) -> Option<usize> {
        self.by_path.get(path)?.last().map(|(at, _)| *at)
    }

    /// The last commit of the change that put something else in a file than was there, as
    /// `same` tells; asked once for each file.
    pub fn last_edit(&self, path: &str, same: impl Fn(&[u8], &[u8]) -> bool) -> Edit {
        self.edits.get(path.to_owned(), || self.edit_of(path, same))
    }

    fn edit_of(&self, path: &str, same: impl Fn(&[u8], &[u8]) -> bool) -> Edit {
        let read = |version: &Version| self.bytes(&version.id, DOCUMENT_BYTES);
        let places = self.by_path.get(path).into_iter().flatten();
        let version = |(at, place): &(usize, usize)| Some((*at, self.all.get(*at)?.files.get(*place)?));
        let versions: Vec<(usize, &Version)> = places.filter_map(version).collect();
        for (at, (commit, version)) in versions.iter().enumerate().rev() {
            let before = match at.checked_sub(1).and_then(|at| versions.get(at)) {
                Some((_, before)) => read(before),
                None => self.change.read(path, DOCUMENT_BYTES),
            };
            let is_edit = match before {
                Ok(before) => !same(&before, &read(version)?),
                // Under another path before: renamed.
                Err(ReadError::Missing) if at == 0 => !self.change.is_old(&version.id),
                Err(error) => return Err(error),
            };
            if is_edit {
                return Ok(Some(*commit));
            }
        }
        Ok(None)
    }

    /// Whether one commit is an ancestor of the other.
    pub fn precedes(&self, one: usize, other: usize) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![other]);
        while let Some(at) = open.pop() {
            let parents = self.all.get(at).map(|commit| &*commit.parents).unwrap_or_default();
            // Parents come first: nothing before `one` has it behind itself.
            open.extend(parents.iter().filter(|parent| **parent >= one && seen.insert(**parent)));
        }
        seen.contains(&one)
    }

    /// The bytes of a version.
    pub fn bytes(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.change.version(id, limit)
    }
}

/// A change in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryChange {
    base: MemoryTree,
    commits: Vec<Commit>,
    versions: BTreeMap<String, Vec<u8>>,
}

impl MemoryChange {
    /// A change of these files that has no commits yet.
    pub fn of(base: MemoryTree) -> Self {
        Self { base, ..Self::default() }
    }

    /// Adds a commit on top of those that there are.
    pub fn commit(&mut self, authors: Vec<Person>, files: impl IntoIterator<Item = (String, Vec<u8>)>) {
        let at = self.commits.len();
        let mut commit = Commit {
            name: format!("commit-{}", at + 1),
            parents: at.checked_sub(1).into_iter().collect(),
            authors,
            files: Vec::new(),
        };
        for (path, bytes) in files {
            let id = format!("{at}:{path}");
            self.versions.insert(id.clone(), bytes);
            commit.files.push(Version { path, id });
        }
        self.commits.push(commit);
    }

    /// The same commits, of which each that puts a path puts these bytes; `None` where no
    /// commit puts it.
    pub fn with(&self, path: &str, bytes: &[u8]) -> Option<Self> {
        let mut changed = self.clone();
        let puts = self.commits.iter().flat_map(|commit| &commit.files).filter(|file| file.path == path);
        let replaced = puts.map(|file| changed.versions.insert(file.id.clone(), bytes.to_vec())).count();
        (replaced > 0).then_some(changed)
    }

    /// Leaves the commits without their bytes, as a partial clone does.
    #[cfg(test)]
    pub(crate) fn forget_versions(&mut self) {
        self.versions.clear();
    }
}

impl Change for MemoryChange {
    fn commits(&self) -> Result<Vec<Commit>, String> {
        Ok(self.commits.clone())
    }

    fn version(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.versions.get(id).ok_or(ReadError::Missing)?;
        let size = bytes.len() as u64;
        if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes.clone()) }
    }

    fn is_old(&self, id: &str) -> bool {
        let old = |bytes: &Vec<u8>| self.base.paths().any(|path| self.base.get(path) == Some(bytes));
        self.versions.get(id).is_some_and(old)
    }
}

impl Tree for MemoryChange {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        self.base.list()
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.base.read(path, limit)
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        self.base.head(path, limit)
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        self.base.stat(path)
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        self.base.sha256(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_name_and_an_address() {
        let person = Person::parse("Sadia Rahman <sadia@example.org> 1762338600 +0000").unwrap();
        assert_eq!((&*person.name, &*person.email), ("Sadia Rahman", "sadia@example.org"));
        assert_eq!(Person::parse("<a@b>").unwrap().name, "");
        assert_eq!(Person::parse("Sadia Rahman"), None);
    }

    #[test]
    fn ancestors_are_found_over_merges() {
        // 0 - 1 - 3, 0 - 2 - 3
        let parents = [vec![], vec![0], vec![0], vec![1, 2]];
        let commits = parents.map(|parents| Commit { parents, ..Commit::default() }).to_vec();
        let change = MemoryChange { commits, ..MemoryChange::default() };
        let commits = Commits::of(&change).unwrap();
        assert!(commits.precedes(0, 3) && commits.precedes(1, 3) && commits.precedes(2, 3));
        assert!(!commits.precedes(1, 2) && !commits.precedes(2, 1) && !commits.precedes(3, 3));
    }
}
