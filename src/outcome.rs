//! What a run found: the only thing that renderers see.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::rule::{Catalog, RuleId, Severity};
use crate::source::{SourceMap, Span};

/// The result of one check.
#[derive(Debug)]
pub struct Outcome {
    /// Sorted by path, place, rule and message; no two alike.
    pub findings: Vec<Finding>,
    /// Findings that people have agreed to live with until a day: they do not count,
    /// and are shown all the same. In the order of `findings`.
    pub waived: Vec<WaivedFinding>,
    /// Findings that do not count because the baseline has them.
    pub baselined: Vec<Finding>,
    /// Every document that was judged, by path.
    pub files: Vec<CheckedFile>,
    /// Every release, by path.
    pub releases: Vec<ReleaseSummary>,
    /// How often each rule passed, failed and did not apply.
    pub tally: BTreeMap<RuleId, Tally>,
    /// What the run could not judge, each with its reason.
    pub not_assessed: Vec<NotAssessed>,
    /// All rules.
    pub catalog: Arc<Catalog>,
    /// All texts.
    pub sources: Arc<SourceMap>,
    /// Findings at or above this fail the run; `None` never fails it.
    pub fail_on: Option<Severity>,
}

/// A finding that a waiver takes out of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaivedFinding {
    /// What was found.
    pub finding: Finding,
    /// The id of the waiver; a comment has none.
    pub waiver: Option<String>,
    /// Where the waiver is written.
    pub granted_at: Span,
    /// Why.
    pub reason: String,
    /// By whom.
    pub approved_by: Vec<String>,
    /// The last day on which it holds.
    pub expires: Date,
}

/// A document that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFile {
    /// Display path.
    pub path: String,
    /// What it was taken for.
    pub kind: Kind,
}

/// How a release stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseSummary {
    /// Display path of the manifest.
    pub path: String,
    /// `metadata.id`, or the path where there is none.
    pub id: String,
    /// `metadata.model`.
    pub model: Option<String>,
    /// `metadata.version`.
    pub version: Option<String>,
    /// `metadata.stage`.
    pub stage: Option<String>,
    /// The items of the approval path, in the order of the path.
    pub areas: Vec<Area>,
    /// Display paths of every document that belongs to it, the manifest included.
    pub files: Vec<String>,
}

/// One item of the approval path of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// A short name: `ownership`.
    pub name: String,
    /// How it stands.
    pub state: AreaState,
}

/// How an item of the approval path stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AreaState {
    /// Judged, and nothing is wrong.
    Pass,
    /// Judged, and errors were found.
    Fail,
    /// Judged, and only warnings or notes were found.
    Warn,
    /// Not due at this stage; the stage at which it will be.
    DueBefore(String),
    /// Not judged by this run; why.
    NotAssessed(String),
}

/// How often a rule came to each result, over all documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// A rule looked at a document and was content.
    pub passed: usize,
    /// A rule raised at least one finding on a document.
    pub failed: usize,
    /// A rule did not apply to a document.
    pub not_applicable: usize,
}

/// Something that the run could not judge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotAssessed {
    /// Display path of what it is about; empty for the whole run.
    pub path: String,
    /// What could not be judged.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Outcome {
    /// Findings by severity.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }

    /// Whether any finding is at or above the threshold.
    pub fn failed(&self) -> bool {
        self.fail_on.is_some_and(|limit| self.findings.iter().any(|finding| finding.severity >= limit))
    }
}
