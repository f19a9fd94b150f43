//! Judging all documents, in parallel: each gets its facts, is held against the rules, and
//! its facts go again.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::assessed::Unknown;
use super::derive::Derivation;
use super::{Engine, Read, links, shelved};
use crate::finding::Finding;
use crate::outcome::Tally;
use crate::parse::Document;
use crate::policy::{Around, Judged, Library, Subject, Verdict};
use crate::rule::RuleId;

/// What came of judging, in the order of the documents.
#[derive(Default)]
pub(super) struct Judgement<'a> {
    pub(super) findings: Vec<Finding>,
    pub(super) tally: BTreeMap<&'a RuleId, Tally>,
    /// What could not be known.
    pub(super) unknown: Vec<Unknown<'a>>,
}

impl Engine {
    pub(super) fn judge<'a>(&'a self, read: &Read<'_>, derivation: &'a Derivation<'_>) -> Judgement<'a> {
        let graph = derivation.graph();
        let library = Library::new(graph.documents.iter().map(shelved));
        let host = links::FileHost(&read.files);
        let around = |document: &'a Document| Around {
            path: &document.path,
            library: Some(&library),
            host: Some(&host),
            joins: read.config.links(),
        };
        let judge = |mut all: Judgement<'a>, (index, document): (usize, &'a Document)| {
            let facts = derivation.facts(index);
            all.unknown.extend(Unknown::of(document, &facts));
            let is_read = document.sound || document.is_text_alone();
            if is_read && !graph.vendor_cards.contains(&index) {
                let linked = graph.release_at(index).map(|release| links::links(graph, release)).unwrap_or_default();
                let around = around(document);
                let Document { kind, sound, root: doc, path, .. } = document;
                let subject = Subject { kind: *kind, sound: *sound, doc, facts: &facts, links: &linked, around };
                all.add(self.policy.judge(&subject, read.as_of, &|rule| read.config.enabled(rule, path)));
            }
            all
        };
        let documents = graph.documents.par_iter().enumerate();
        documents.fold(Judgement::default, judge).reduce(Judgement::default, Judgement::and)
    }
}

impl<'a> Judgement<'a> {
    fn add(&mut self, judged: Judged<'a>) {
        self.findings.extend(judged.findings);
        for (rule, verdict) in judged.tally {
            let tally = self.tally.entry(rule).or_default();
            match verdict {
                Verdict::Pass => tally.passed += 1,
                Verdict::Fail | Verdict::Error => tally.failed += 1,
                Verdict::NotApplicable => tally.not_applicable += 1,
                Verdict::Waived | Verdict::Skipped => {}
            }
        }
    }

    /// The same with what came of later documents.
    fn and(mut self, later: Self) -> Self {
        self.findings.extend(later.findings);
        self.unknown.extend(later.unknown);
        for (rule, more) in later.tally {
            let tally = self.tally.entry(rule).or_default();
            tally.passed += more.passed;
            tally.failed += more.failed;
            tally.not_applicable += more.not_applicable;
        }
        self
    }
}
