//! What a run found: the only thing that renderers see.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::rule::{Catalog, RuleId, Severity};
use crate::source::{SourceMap, Span};

/// The file that a run was configured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// Its path, as it was named.
    pub path: String,
    /// Its text.
    pub text: String,
}

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
    /// The frameworks that a release names or a pack stands for, in the order of their
    /// ids.
    pub frameworks: Vec<FrameworkSummary>,
    /// All rules.
    pub catalog: Arc<Catalog>,
    /// All texts; first those of the packs.
    pub sources: Arc<SourceMap>,
    /// How many packs there are.
    pub packs: u32,
    /// The configuration that was read, if there is one.
    pub configuration: Option<Arc<Configured>>,
    /// Findings at or above this fail the run; `None` never fails it.
    pub fail_on: Option<Severity>,
    /// The day on which it is judged.
    pub as_of: Date,
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
    /// Who answers for it: `ownership.accountable_owner`.
    pub owner: Option<String>,
    /// The day for which it is planned: `metadata.target_date`.
    pub target_date: Option<String>,
    /// The items of the approval path, in the order of the path.
    pub areas: Vec<Area>,
    /// The approval steps, as the approval record has them.
    pub steps: Vec<Step>,
    /// The areas of the checklist, as the documents state them.
    pub checklist: Vec<ChecklistItem>,
    /// Display paths of every document that belongs to it, the manifest included.
    pub files: Vec<String>,
    /// What it puts on the road, if its whole approval path is due; no two of one digest.
    pub artifacts: Vec<Artifact>,
}

/// Something that is released, by digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What the manifest calls it.
    pub name: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// One item of the approval path of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// A short name: `ownership`.
    pub name: String,
    /// How it stands.
    pub state: AreaState,
    /// Who answers for it, as the manifest writes it.
    pub owner: Option<String>,
    /// The stage before which it falls due; `None` where it is always asked for.
    pub due: Option<String>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// A document that something rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// What it is called: the path as it is written, or a name.
    pub name: String,
    /// Display path of the file in the repository that it is; `None` where it is none.
    pub path: Option<String>,
}

/// One of the approval steps of a release. What is recorded is no judgement: rules
/// judge it, and their findings are in the areas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What people call it.
    pub title: String,
    /// The role that it belongs to.
    pub role: String,
    /// How much time it has: `2 business days`.
    pub sla: String,
    /// What the approval record says of it.
    pub recorded: Recorded,
    /// Who has it.
    pub assignee: Option<String>,
    /// When it was asked for.
    pub requested_at: Option<String>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// What an approval record says of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Done; when, where that is written.
    Done(Option<String>),
    /// Asked for and not done yet.
    Open,
    /// Turned down.
    Rejected,
    /// Not mentioned, or there is no record.
    Missing,
    /// A status that is none of those of the schema.
    Other(String),
}

/// One of the areas of the checklist of a release, as stated and not as judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// `capability`, `safety`, …
    pub name: String,
    /// What the documents say.
    pub stated: Stated,
    /// The metrics and documents that speak to it.
    pub evidence: Vec<Evidence>,
}

/// What the documents of a release say of an area of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// Its status, in the manifest's own word.
    Status(String),
    /// That it does not apply, and why.
    NotApplicable(Option<String>),
    /// No status; the evidence alone speaks to it.
    Evidence,
    /// Nothing.
    Nothing,
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

/// A framework (a law, a standard, guidance) and which rules of the run look for
/// evidence for its items. Evidence that is there is no statement that an obligation
/// is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkSummary {
    /// `eu-ai-act`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Law, standard or guidance.
    pub nature: String,
    /// Its items, in its own order.
    pub items: Vec<FrameworkItemSummary>,
}

/// An item of a framework in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkItemSummary {
    /// Where it stands: `Annex XI, section 1, point 1(a)`.
    pub place: String,
    /// What it asks for, in our own words.
    pub title: String,
    /// The rules of this run that look for evidence for it.
    pub rules: Vec<RuleId>,
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
