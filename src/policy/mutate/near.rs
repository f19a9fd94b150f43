//! What the tests of a rule change: where the rule most likely looks.

use serde_json::Value as Json;

use super::{Change, Mutant};
use crate::pointer::Step;
use crate::policy::Policy;
use crate::policy::base_set::{BaseDocument, BaseSets};
use crate::policy::model::Case;
use crate::rule::RuleId;

/// The places that the tests of a rule change: the path of a document, and a way into it;
/// an empty way is all of it.
#[derive(Debug, Default)]
pub(super) struct Near(Vec<(String, Vec<String>)>);

impl Near {
    pub(super) fn of(policy: &Policy, base: &BaseSets, id: &RuleId) -> Self {
        let mut near = Self::default();
        for case in policy.cases(id) {
            near.add(case, base);
        }
        near
    }

    fn add(&mut self, Case { change, .. }: &Case, base: &BaseSets) {
        let set = base.set(change.set);
        let path = |name: &str| set.path_of(name).unwrap_or(name).to_owned();
        self.0.extend(change.body.iter().map(|(name, _)| (path(name), Vec::new())));
        self.0.extend(change.files.iter().map(|(file, _)| (file.clone(), Vec::new())));
        for (name, patch) in &change.patch {
            let mut ways = Vec::new();
            leaves(patch, &mut Vec::new(), &mut ways);
            self.0.extend(ways.into_iter().map(|way| (path(name), way)));
        }
    }

    /// Whether a document is one of those.
    pub(super) fn touches(&self, document: &BaseDocument) -> bool {
        self.0.iter().any(|(path, _)| *path == document.path)
    }

    /// Whether a change is at one of those places, above or below it.
    pub(super) fn has(&self, mutant: &Mutant<'_>) -> bool {
        let keys: Vec<&str> = match &mutant.change {
            Change::Value(edit) => edit.at().0.iter().map_while(key).collect(),
            Change::Text(_) => Vec::new(),
        };
        let whole = matches!(mutant.change, Change::Text(_));
        let meets = |way: &Vec<String>| way.iter().zip(&keys).all(|(one, other)| one == other);
        let near = |way: &Vec<String>| if whole { way.is_empty() } else { meets(way) };
        self.0.iter().any(|(path, way)| *path == mutant.document.path && near(way))
    }
}

fn key(step: &Step) -> Option<&str> {
    if let Step::Key(key) = step { Some(key) } else { None }
}

/// The ways to what a patch writes or takes away; a list is the end of one.
fn leaves(patch: &Json, way: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let entries = patch.as_object().filter(|entries| !entries.is_empty());
    let Some(entries) = entries else {
        found.push(way.clone());
        return;
    };
    for (key, value) in entries {
        if let Some((list, _)) = key.split_once('[') {
            found.push([&way[..], &[list.to_owned()]].concat());
        } else {
            way.push(key.clone());
            leaves(value, way, found);
            way.pop();
        }
    }
}
