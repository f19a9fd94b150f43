//! The records of the repository as they were at the base of a change.

use super::{Plan, load};
use crate::discover::{Claim, classify};
use crate::facts::history::RECORDS;
use crate::link::Files;
use crate::outcome::NotAssessed;
use crate::parse::{Document, Syntax};
use crate::text;
use crate::tree::{DOCUMENT_BYTES, ReadError, Tree};

/// What a change is compared with.
#[derive(Clone)]
pub enum Past<'a> {
    /// Nothing was asked for.
    NotAsked,
    /// It cannot be known; why.
    Unknown(String),
    /// The repository at the base of the change.
    Base(&'a dyn Tree),
}

/// The records that there were.
#[derive(Default)]
pub(super) struct Records {
    /// What could be read of them. One that does not parse is as good as absent: it was judged
    /// when it was written.
    pub(super) documents: Vec<Document>,
    /// Why not all of them are known.
    unknown: Option<String>,
}

impl Records {
    pub(super) fn of(plan: &Plan<'_>) -> Self {
        let tree = match &plan.past {
            Past::NotAsked => return Self::default(),
            Past::Unknown(why) => return Self { unknown: Some(why.clone()), ..Self::default() },
            Past::Base(tree) => *tree,
        };
        let data = |path: &String| Syntax::of(path).is_some_and(|syntax| syntax != Syntax::Markdown);
        let (mut inputs, mut unknown) = (Vec::new(), None);
        for path in tree.list().0.into_iter().filter(data) {
            match tree.read(&path, DOCUMENT_BYTES) {
                Ok(bytes) => inputs.extend(record(path, bytes)),
                Err(ReadError::TooLarge { .. }) => {}
                Err(error) => unknown = unknown.or(Some(format!("`{}` as it was: {error}", text::quote(&path)))),
            }
        }
        // Nothing of their text is shown at a place of its own, so that it is no source.
        let documents =
            load::load(&Files::new(tree, Vec::new()), inputs, 0).into_iter().map(|(_, document)| document).collect();
        Self { documents, unknown }
    }

    /// That rewriting could not be looked for.
    pub(super) fn not_assessed(&self) -> Option<NotAssessed> {
        let what = "what the change does to records that were there before".to_owned();
        Some(NotAssessed { path: String::new(), what, why: self.unknown.clone()? })
    }
}

fn record(path: String, bytes: Vec<u8>) -> Option<load::Input> {
    let Claim::Kind(kind) = classify(&path, &bytes) else { return None };
    RECORDS.contains(&kind).then_some(load::Input { path, kind, bytes: Some(bytes) })
}
