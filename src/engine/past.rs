//! The records of the repository as they were at the base of a change.

use std::collections::BTreeMap;

use super::{Plan, load};
use crate::change::{Change, Commits};
use crate::config::Config;
use crate::discover::{Claim, claim};
use crate::facts::history::RECORDS;
use crate::facts::recorded;
use crate::kind::Kind;
use crate::link::{Files, Graph};
use crate::outcome::NotAssessed;
use crate::parse::{Document, Node, Syntax};
use crate::text;
use crate::tree::{DOCUMENT_BYTES, ReadError};

/// What a change is compared with.
#[derive(Clone)]
pub enum Past<'a> {
    /// Nothing was asked for.
    NotAsked,
    /// It cannot be known; why.
    Unknown(String),
    /// The repository at the base of the change.
    Base(&'a dyn Change),
}

/// The records that there were.
#[derive(Default)]
pub(super) struct Records<'a> {
    /// What could be read of them. One that does not parse is as good as absent: it was judged
    /// when it was written.
    pub(super) documents: Vec<Document>,
    /// Why not all of them are known.
    unknown: Option<String>,
    /// What came since, where that was asked for.
    change: Option<(&'a dyn Change, Result<Commits<'a>, String>)>,
}

impl<'a> Records<'a> {
    pub(super) fn of(plan: &Plan<'a>) -> Self {
        let tree = match &plan.past {
            Past::NotAsked => return Self::default(),
            Past::Unknown(why) => return Self { unknown: Some(why.clone()), ..Self::default() },
            Past::Base(tree) => *tree,
        };
        let (mut inputs, mut unknown) = (Vec::new(), None);
        for path in tree.list().0.into_iter().filter(|path| is_data(&plan.config, path)) {
            match tree.read(&path, DOCUMENT_BYTES) {
                Ok(bytes) => inputs.extend(record(&plan.config, path, bytes)),
                Err(ReadError::TooLarge { .. }) => {}
                Err(error) => unknown = unknown.or(Some(format!("`{}` as it was: {error}", text::quote(&path)))),
            }
        }
        // Nothing of their text is shown at a place of its own, so that it is no source.
        let documents =
            load::load(&Files::new(tree, Vec::new()), inputs, 0).into_iter().map(|(_, document)| document).collect();
        Self { documents, unknown, change: Some((tree, Commits::of(tree))) }
    }

    /// The commits of the change, where they are known.
    pub(super) fn commits(&self) -> Option<&Commits<'a>> {
        self.change.as_ref().and_then(|(_, commits)| commits.as_ref().ok())
    }

    /// Who recorded the approvals that the change brings, by the index of their record.
    pub(super) fn recorded(&self, config: &Config, graph: &Graph<'_>) -> BTreeMap<usize, (&'static str, Node)> {
        let Some((change, commits)) = &self.change else { return BTreeMap::new() };
        let new = recorded::new(graph.documents, &self.documents);
        if new.is_empty() {
            return BTreeMap::new();
        }
        let records = commits.as_ref().map(|commits| approvals(config, *change, commits)).unwrap_or_default();
        recorded::derive(graph, &new, commits, &records)
    }

    /// That rewriting, or what the commits do, could not be looked for.
    pub(super) fn not_assessed(&self) -> Option<NotAssessed> {
        let commits = self.change.as_ref().and_then(|(_, commits)| commits.as_ref().err());
        let (what, why) = match (&self.unknown, commits) {
            (Some(why), _) => ("what the change does to records that were there before", why),
            (None, Some(why)) => ("who recorded approvals and when criteria were edited", why),
            (None, None) => return None,
        };
        Some(NotAssessed { path: String::new(), what: what.to_owned(), why: why.clone() })
    }
}

/// Whether a file can be a record: data, and not left out.
fn is_data(config: &Config, path: &str) -> bool {
    let by_name = Syntax::of(path).is_some_and(|syntax| syntax != Syntax::Markdown);
    (by_name || config.kind_of(path).is_some()) && !config.leaves_out(path)
}

/// The approval records that commits put, in order, each with the place of its commit.
fn approvals(config: &Config, change: &dyn Change, commits: &Commits<'_>) -> Vec<(usize, Document)> {
    let (mut places, mut inputs) = (Vec::new(), Vec::new());
    for (at, version) in commits.versions().filter(|(_, version)| is_data(config, &version.path)) {
        let bytes = match commits.bytes(&version.id, DOCUMENT_BYTES) {
            Ok(bytes) => bytes,
            Err(ReadError::TooLarge { .. }) => continue,
            // It may be the record that has an approval first: none of the later ones is known to.
            Err(_) => break,
        };
        let input = record(config, version.path.clone(), bytes);
        if let Some(input) = input.filter(|input| input.kind == Kind::ApprovalRecord) {
            places.push(at);
            inputs.push(input);
        }
    }
    let loaded = load::load(&Files::new(change, Vec::new()), inputs, 0);
    places.into_iter().zip(loaded.into_iter().map(|(_, document)| document)).collect()
}

/// A record, by the same rules by which those that there are now are told.
fn record(config: &Config, path: String, bytes: Vec<u8>) -> Option<load::Input> {
    let Claim::Kind(kind) = claim(config, &path, &bytes) else { return None };
    RECORDS.contains(&kind).then_some(load::Input { path, kind, bytes: Some(bytes) })
}
