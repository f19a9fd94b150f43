//! What is wrong with a policy pack.
//!
//! A bad pack is never a finding: it means that the job cannot be done. All
//! errors of all packs are collected before any is shown.

use thiserror::Error;

use crate::source::Span;

/// One mistake in a policy pack, at the exact place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct PolicyError {
    /// Where in the pack's text.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Errors {
    list: Vec<PolicyError>,
}

impl Errors {
    /// Notes a mistake.
    pub(super) fn add(&mut self, span: Span, message: impl Into<String>) {
        self.list.push(PolicyError { span, message: message.into(), help: None });
    }

    /// Notes a mistake and what to write instead.
    pub(super) fn add_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.list.push(PolicyError { span, message: message.into(), help: Some(help.into()) });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them in the order of their places, each once.
    pub(super) fn into_sorted(mut self) -> Vec<PolicyError> {
        self.list.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        self.list.dedup();
        self.list
    }
}
