//! Releases and frameworks in our own JSON; see [`super::json`] for the rest of it.

use serde::Serialize;

use crate::outcome::{
    Area, AreaState, ChecklistItem, Evidence, FrameworkSummary, Recorded, ReleaseSummary, Stated, Step,
};

#[derive(Serialize)]
pub(super) struct ReleaseDto<'a> {
    id: &'a str,
    model: Option<&'a str>,
    version: Option<&'a str>,
    stage: Option<&'a str>,
    owner: Option<&'a str>,
    target_date: Option<&'a str>,
    path: &'a str,
    files: &'a [String],
    areas: Vec<AreaDto<'a>>,
    steps: Vec<StepDto<'a>>,
    checklist: Vec<ChecklistDto<'a>>,
}

#[derive(Serialize)]
struct AreaDto<'a> {
    name: &'a str,
    state: &'static str,
    detail: Option<&'a str>,
    owner: Option<&'a str>,
    due: Option<&'a str>,
    evidence: Vec<EvidenceDto<'a>>,
}

#[derive(Serialize)]
struct EvidenceDto<'a> {
    name: &'a str,
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct StepDto<'a> {
    title: &'a str,
    role: &'a str,
    sla: &'a str,
    recorded: &'a str,
    assignee: Option<&'a str>,
    requested_at: Option<&'a str>,
    completed_at: Option<&'a str>,
    evidence: Vec<EvidenceDto<'a>>,
}

#[derive(Serialize)]
struct ChecklistDto<'a> {
    name: &'a str,
    stated: &'a str,
    reason: Option<&'a str>,
    evidence: Vec<EvidenceDto<'a>>,
}

#[derive(Serialize)]
pub(super) struct FrameworkDto<'a> {
    id: &'a str,
    name: &'a str,
    nature: &'a str,
    items: Vec<ItemDto<'a>>,
}

#[derive(Serialize)]
struct ItemDto<'a> {
    place: &'a str,
    title: &'a str,
    rules: Vec<&'a str>,
}

impl<'a> ReleaseDto<'a> {
    pub(super) fn new(release: &'a ReleaseSummary) -> Self {
        Self {
            id: &release.id,
            model: release.model.as_deref(),
            version: release.version.as_deref(),
            stage: release.stage.as_deref(),
            owner: release.owner.as_deref(),
            target_date: release.target_date.as_deref(),
            path: &release.path,
            files: &release.files,
            areas: release.areas.iter().map(area).collect(),
            steps: release.steps.iter().map(step).collect(),
            checklist: release.checklist.iter().map(checked).collect(),
        }
    }
}

fn area(area: &Area) -> AreaDto<'_> {
    let (state, detail) = match &area.state {
        AreaState::Pass => ("pass", None),
        AreaState::Fail => ("fail", None),
        AreaState::Warn => ("warn", None),
        AreaState::DueBefore(stage) => ("due_before", Some(stage.as_str())),
        AreaState::NotAssessed(why) => ("not_assessed", Some(why.as_str())),
    };
    let (owner, due) = (area.owner.as_deref(), area.due.as_deref());
    AreaDto { name: &area.name, state, detail, owner, due, evidence: evidence(&area.evidence) }
}

fn evidence(all: &[Evidence]) -> Vec<EvidenceDto<'_>> {
    all.iter().map(|one| EvidenceDto { name: &one.name, path: one.path.as_deref() }).collect()
}

fn step(step: &Step) -> StepDto<'_> {
    let (recorded, completed_at) = match &step.recorded {
        Recorded::Done(at) => ("done", at.as_deref()),
        Recorded::Open => ("open", None),
        Recorded::Rejected => ("rejected", None),
        Recorded::Missing => ("missing", None),
        Recorded::Other(word) => (word.as_str(), None),
    };
    StepDto {
        title: &step.title,
        role: &step.role,
        sla: &step.sla,
        recorded,
        assignee: step.assignee.as_deref(),
        requested_at: step.requested_at.as_deref(),
        completed_at,
        evidence: evidence(&step.evidence),
    }
}

fn checked(item: &ChecklistItem) -> ChecklistDto<'_> {
    let (stated, reason) = match &item.stated {
        Stated::Status(status) => (status.as_str(), None),
        Stated::NotApplicable(reason) => ("not_applicable", reason.as_deref()),
        Stated::Evidence => ("evidence", None),
        Stated::Nothing => ("nothing", None),
    };
    ChecklistDto { name: &item.name, stated, reason, evidence: evidence(&item.evidence) }
}

impl<'a> FrameworkDto<'a> {
    pub(super) fn new(framework: &'a FrameworkSummary) -> Self {
        let items = framework.items.iter().map(|item| ItemDto {
            place: &item.place,
            title: &item.title,
            rules: item.rules.iter().map(crate::rule::RuleId::as_str).collect(),
        });
        Self { id: &framework.id, name: &framework.name, nature: &framework.nature, items: items.collect() }
    }
}
