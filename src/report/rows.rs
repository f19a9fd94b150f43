//! The path of a release as rows: what the job summary and the page have in common.
//!
//! Texts are as the documents have them; a renderer escapes them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::place::{self, Group};
use crate::finding::Finding;
use crate::outcome::{AreaState, Evidence, Outcome, Recorded, ReleaseSummary, Stated};
use crate::rule::Severity;
use crate::text;

/// What a row is marked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Well.
    Good,
    /// Wrong.
    Bad,
    /// To be looked at.
    Doubtful,
    /// Not due yet, or under way.
    Later,
    /// Not known.
    Unknown,
    /// Neither well nor wrong.
    Plain,
}

/// An item of the path, a step, or an area of the checklist.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub mark: Mark,
    pub name: &'a str,
    /// How it stands, in a few words.
    pub state: String,
    /// Who answers for it or has it.
    pub who: String,
    /// When it is due.
    pub due: String,
    pub evidence: &'a [Evidence],
}

/// The findings of an outcome by path, for many releases.
pub(super) struct ByPath<'a> {
    outcome: &'a Outcome,
    findings: BTreeMap<&'a str, Vec<&'a Finding>>,
    waived: BTreeMap<&'a str, Vec<&'a Finding>>,
}

impl<'a> ByPath<'a> {
    pub(super) fn new(outcome: &'a Outcome) -> Self {
        let (mut findings, mut waived) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        let path = |finding: &Finding| outcome.sources.of(finding.primary.span).path();
        for finding in &outcome.findings {
            findings.entry(path(finding)).or_default().push(finding);
        }
        for each in &outcome.waived {
            waived.entry(path(&each.finding)).or_default().push(&each.finding);
        }
        Self { outcome, findings, waived }
    }

    /// `2 errors, 1 warning, 1 waived` of an area of a release.
    fn count(&self, release: &ReleaseSummary, area: &str) -> String {
        let of_area = |finding: &&&Finding| {
            let meta = self.outcome.catalog.get(finding.rule.as_str());
            meta.and_then(|meta| meta.area.as_deref()) == Some(area)
        };
        let mut counts = [(Severity::Error, 0), (Severity::Warning, 0), (Severity::Note, 0)];
        for finding in release.files.iter().filter_map(|file| self.findings.get(&**file)).flatten().filter(of_area) {
            for (_, n) in counts.iter_mut().filter(|(severity, _)| *severity == finding.severity) {
                *n += 1;
            }
        }
        let waived = release.files.iter().filter_map(|file| self.waived.get(&**file)).flatten().filter(of_area).count();
        let said = counts.iter().filter(|(_, n)| *n > 0).map(|(severity, n)| text::count(*n, severity.as_str()));
        let waived = (waived > 0).then(|| format!("{waived} waived"));
        said.chain(waived).collect::<Vec<_>>().join(", ")
    }

    /// The items of the approval path.
    pub(super) fn areas(&self, release: &'a ReleaseSummary) -> Vec<Row<'a>> {
        let row = |area: &'a crate::outcome::Area| {
            let counted = self.count(release, &area.name);
            let (mark, state) = match &area.state {
                AreaState::Pass if counted.is_empty() => (Mark::Good, "nothing is wrong".to_owned()),
                AreaState::Fail if counted.is_empty() => (Mark::Bad, "errors".to_owned()),
                AreaState::Fail => (Mark::Bad, counted),
                AreaState::Warn if counted.is_empty() => (Mark::Doubtful, "warnings".to_owned()),
                // A waiver takes a finding out of the verdict, never out of sight.
                AreaState::Pass | AreaState::Warn => (Mark::Doubtful, counted),
                AreaState::DueBefore(_) if !counted.is_empty() => (Mark::Later, format!("not due yet; {counted}")),
                AreaState::DueBefore(_) => (Mark::Later, "not due yet".to_owned()),
                AreaState::NotAssessed(why) => (Mark::Unknown, format!("not assessed, as {why}")),
            };
            let due = area.due.as_ref().map_or("at every stage".to_owned(), |stage| format!("before {stage}"));
            let who = area.owner.clone().unwrap_or_default();
            Row { mark, name: &area.name, state, who, due, evidence: &area.evidence }
        };
        release.areas.iter().map(row).collect()
    }
}

/// The approval steps, as they are recorded.
pub(super) fn steps(release: &ReleaseSummary) -> Vec<Row<'_>> {
    let row = |step: &'_ crate::outcome::Step| {
        let (mark, state) = match &step.recorded {
            Recorded::Done(Some(at)) => (Mark::Good, format!("done on {}", day(at))),
            Recorded::Done(None) => (Mark::Good, "done".to_owned()),
            Recorded::Open => (Mark::Later, "open".to_owned()),
            Recorded::Rejected => (Mark::Bad, "rejected".to_owned()),
            Recorded::Missing => (Mark::Plain, "not recorded".to_owned()),
            Recorded::Other(word) => (Mark::Unknown, format!("recorded as {word}")),
        };
        let who = match &step.assignee {
            Some(who) if step.role.is_empty() => who.clone(),
            Some(who) => format!("{who} for {}", step.role),
            None => step.role.clone(),
        };
        let asked = step.requested_at.as_ref().map_or(String::new(), |at| format!(" from {}", day(at)));
        (mark, state, who, format!("{}{asked}", step.sla).trim().to_owned())
    };
    let all = release.steps.iter().map(|step| (step, row(step)));
    all.map(|(step, (mark, state, who, due))| Row {
        mark,
        name: &step.title,
        state,
        who,
        due,
        evidence: &step.evidence,
    })
    .collect()
}

/// The areas of the checklist, as they are stated.
pub(super) fn checklist(release: &ReleaseSummary) -> Vec<Row<'_>> {
    let state = |stated: &Stated| match stated {
        Stated::Status(word) if word == "pass" => (Mark::Good, "stated: pass".to_owned()),
        Stated::Status(word) if word == "fail" => (Mark::Bad, "stated: fail".to_owned()),
        Stated::Status(word) => (Mark::Unknown, format!("stated: {word}")),
        Stated::NotApplicable(Some(reason)) => (Mark::Plain, format!("does not apply: {reason}")),
        Stated::NotApplicable(None) => (Mark::Unknown, "does not apply; no reason is given".to_owned()),
        Stated::Evidence => (Mark::Plain, "not stated; see the evidence".to_owned()),
        Stated::Nothing => (Mark::Plain, "nothing is stated".to_owned()),
    };
    let row = |item: &'_ crate::outcome::ChecklistItem| state(&item.stated);
    let all = release.checklist.iter().map(|item| (item, row(item)));
    all.map(|(item, (mark, state))| Row {
        mark,
        name: &item.name,
        state,
        who: String::new(),
        due: String::new(),
        evidence: &item.evidence,
    })
    .collect()
}

/// The findings by file, those of files with errors first; whether each is the first of
/// its file.
pub(super) fn by_weight(outcome: &Outcome) -> Vec<(bool, Group<'_>)> {
    let path = |group: &Group<'_>| outcome.sources.of(group.first.primary.span).path();
    let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
    for group in place::groups(outcome) {
        let severity = worst.entry(path(&group)).or_insert(group.first.severity);
        *severity = group.first.severity.max(*severity);
    }
    let mut groups: Vec<Group<'_>> = place::groups(outcome).collect();
    groups.sort_by_key(|group| (Reverse(worst.get(path(group)).copied()), path(group)));
    let mut before = None;
    let first = groups.iter().map(|group| before.replace(path(group)) != Some(path(group))).collect::<Vec<_>>();
    first.into_iter().zip(groups).collect()
}

/// The day of a time.
fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}
