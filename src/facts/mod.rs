//! Facts: what no rule language should have to compute.
//!
//! Each family has one file. A fact is a [`crate::parse::Node`] whose span is that
//! of the source it was derived from; policy rules read it under the root `facts`.
//! Code here knows what is the case and never decides that it is bad.

pub mod adapter;
pub mod agreement;
pub mod approval;
pub mod artifacts;
pub mod base;
pub mod calendar;
pub mod canonical;
pub mod card;
pub mod changelog;
pub mod checklist;
pub mod class;
pub mod code;
pub mod compute;
pub mod data;
pub mod digest;
pub mod duties;
pub mod evaluation;
pub mod flag;
pub mod guarded;
pub mod history;
mod keys;
pub mod language;
mod left;
pub mod license;
pub mod moment;
pub mod monitoring;
pub mod organisation;
pub mod owner;
pub mod pins;
pub mod prompt;
pub mod recorded;
pub mod registered;
pub mod registry;
pub mod release;
pub mod retention;
pub mod rollback;
mod rollback_prompt;
pub mod rollout;
pub mod scope;
pub mod security;
pub mod sensitive;
pub mod serving;
pub mod shape;
pub mod standing;
mod title;
pub mod transition;
pub mod weights;

use jiff::civil::Date;

use crate::change::Commits;
use crate::link::{Files, Graph};
use crate::parse::Node;
use crate::source::Span;

/// What facts are derived from.
pub struct Context<'a> {
    /// All documents and how they hang together.
    pub graph: &'a Graph<'a>,
    /// What paths lead to.
    pub files: &'a Files<'a>,
    /// The day on which it is judged.
    pub as_of: Date,
    /// The commits of the change, where there is one and they are known.
    pub commits: Option<&'a Commits<'a>>,
    /// What is known so far of the files with terms of licences.
    pub terms: license::terms::Terms,
}

impl<'a> Context<'a> {
    /// What facts of a run are derived from.
    pub fn new(graph: &'a Graph<'a>, files: &'a Files<'a>, as_of: Date, commits: Option<&'a Commits<'a>>) -> Self {
        Self { graph, files, as_of, commits, terms: license::terms::Terms::default() }
    }
}

/// Whether something has a model card, in the one shape that all kinds share.
fn card_entry(subject: &str, status: &str, problem: &str, span: Span) -> Node {
    Node::map(span)
        .with("subject", Node::string(subject, span))
        .with("status", Node::string(status, span))
        .with("problem", Node::string(problem, span))
}

/// What a family could not judge, for its `not_assessed`.
fn unknown(what: impl Into<Box<str>>, why: &str, span: Span) -> Node {
    Node::map(span).with("what", Node::string(what, span)).with("why", Node::string(why, span))
}

/// The same, of another file than the document at hand.
fn unknown_of(path: &str, what: impl Into<Box<str>>, why: &str, span: Span) -> Node {
    unknown(what, why, span).with("path", Node::string(path, span))
}
