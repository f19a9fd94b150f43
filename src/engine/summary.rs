//! How each release stands on the approval path: its items come from
//! `policies/path.yaml`, their state from the findings of the rules that name the
//! item as their `area`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::artifacts::artifacts;
use super::papers::{Papers, StepItem};
use crate::facts::release::is_external;
use crate::finding::Finding;
use crate::link::{Files, Graph, Release};
use crate::outcome::{Area, AreaState, ReleaseSummary};
use crate::parse::{self, Node};
use crate::rule::{Catalog, Severity};
use crate::source::SourceId;
use crate::tree::Tree;

/// `policies/path.yaml`, as `build.rs` made it.
const PATH: &str = include_str!(concat!(env!("OUT_DIR"), "/path.json"));

/// The approval path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPath {
    path: Vec<Item>,
    steps: Vec<StepItem>,
    checklist: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    area: String,
    due: String,
    owner: Option<String>,
    #[serde(default)]
    evidence: Vec<String>,
}

impl Item {
    /// Whether the approval record is what shows it.
    fn is_recorded(&self) -> bool {
        self.evidence.iter().any(|way| way == "evidence.approvals")
    }
}

impl ApprovalPath {
    /// The built-in path.
    pub fn builtin() -> Result<Self, String> {
        let parsed = parse::json::parse(PATH, SourceId(0));
        let root = parsed.root.ok_or("policies/path.yaml cannot be parsed")?;
        parse::decode::from_node(&root).map_err(|error| error.message)
    }

    /// Sums up one release.
    pub(super) fn summarise<'a>(&self, graph: &Graph<'a>, release: &Release, context: &Context<'a>) -> ReleaseSummary {
        let document = &graph.documents[release.document];
        let metadata = |key: &str| document.root.at(&["metadata", key]).and_then(Node::text).map(str::to_owned);
        let files: Vec<String> = release.files.iter().map(|path| context.tree.display(path)).collect();
        let path = context.tree.display(&document.path);
        let stage = metadata("stage");
        let external = stage.as_deref().is_some_and(is_external);
        let own: Vec<&Finding> =
            files.iter().filter_map(|file| context.findings.get(file.as_str())).flatten().copied().collect();
        let papers = Papers::new(graph, release, context.files, context.tree);
        let area = |item: &Item| Area {
            name: item.area.clone(),
            state: match state(item, &own, document.sound, external, context) {
                AreaState::Pass if item.is_recorded() && release.approvals.is_empty() => {
                    AreaState::NotAssessed("there is no approval record".to_owned())
                }
                judged => judged,
            },
            owner: item.owner.as_deref().and_then(|way| papers.people(way)),
            due: Some(item.due.clone()).filter(|due| due != "always"),
            evidence: item.evidence.iter().flat_map(|way| papers.named(way)).collect(),
        };
        ReleaseSummary {
            owner: papers.people("ownership.accountable_owner"),
            target_date: metadata("target_date"),
            steps: papers.steps(&self.steps),
            checklist: papers.checklist(&self.checklist),
            areas: self.path.iter().map(area).collect(),
            id: metadata("id").unwrap_or_else(|| path.clone()),
            model: metadata("model"),
            version: metadata("version"),
            stage,
            artifacts: artifacts(graph, release),
            files,
            path,
        }
    }
}

/// What a summary is made from, besides the release.
pub(super) struct Context<'a> {
    pub(super) catalog: &'a Catalog,
    /// The findings of the run by display path.
    pub(super) findings: &'a BTreeMap<&'a str, Vec<&'a Finding>>,
    /// The areas that an enabled rule judges.
    pub(super) judged: &'a BTreeSet<&'a str>,
    pub(super) tree: &'a dyn Tree,
    /// What paths lead to.
    pub(super) files: &'a Files<'a>,
}

fn state(item: &Item, own: &[&Finding], sound: bool, external: bool, context: &Context<'_>) -> AreaState {
    let area_of = |rule: &str| context.catalog.get(rule).and_then(|meta| meta.area.as_deref());
    let judged = context.judged.contains(item.area.as_str());
    let worst = own
        .iter()
        .filter(|finding| area_of(finding.rule.as_str()) == Some(&item.area))
        .map(|finding| finding.severity)
        .max();
    match worst {
        Some(Severity::Error) => AreaState::Fail,
        Some(_) => AreaState::Warn,
        None if !sound => AreaState::NotAssessed("the manifest cannot be read".to_owned()),
        None if item.due != "always" && !external => AreaState::DueBefore(item.due.clone()),
        None if !judged => AreaState::NotAssessed("no rule judges them yet".to_owned()),
        None => AreaState::Pass,
    }
}
