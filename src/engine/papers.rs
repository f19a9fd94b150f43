//! The papers of a release as reports list them: who answers for an item and what it
//! rests on, what the approval record has of each step, what is stated of each area of
//! the checklist. Nothing here is judged; that is for rules.

use serde::Deserialize;

use crate::facts::organisation;
use crate::link::{Files, Graph, Release};
use crate::outcome::{ChecklistItem, Evidence, Recorded, Stated, Step};
use crate::parse::{Document, Node};
use crate::text;
use crate::tree::Tree;

/// The most documents or metrics that one item lists.
const EVIDENCE: usize = 12;

/// An approval step as `policies/path.yaml` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepItem {
    id: String,
    title: String,
    role: String,
    sla: String,
}

/// A release with what is needed to read its papers.
pub(super) struct Papers<'a> {
    manifest: &'a Document,
    /// Its release class, where the organisation defines it.
    class: Option<&'a Node>,
    /// The approval record that names the release.
    record: Option<&'a Document>,
    /// Its evaluation packets.
    packets: Vec<&'a Document>,
    files: &'a Files<'a>,
    tree: &'a dyn Tree,
}

impl<'a> Papers<'a> {
    pub(super) fn new(graph: &Graph<'a>, release: &Release, files: &'a Files<'a>, tree: &'a dyn Tree) -> Self {
        let sound = |indexes: &[usize]| {
            let documents = indexes.iter().filter_map(|index| graph.documents.get(*index));
            documents.filter(|document| document.sound).collect::<Vec<_>>()
        };
        let manifest = &graph.documents[release.document];
        Self {
            manifest,
            class: organisation::class(graph, &manifest.root),
            record: sound(&release.approvals).first().copied(),
            packets: sound(&release.packets),
            files,
            tree,
        }
    }

    /// The people that the manifest names at a place: one, or several.
    pub(super) fn people(&self, way: &str) -> Option<String> {
        let names = scalars(self.manifest_at(way)?);
        (!names.is_empty()).then(|| names.into_iter().map(text::quote).collect::<Vec<_>>().join(" and "))
    }

    /// The documents that the manifest names at a place.
    pub(super) fn named(&self, way: &str) -> Vec<Evidence> {
        self.manifest_at(way).map(|node| self.evidence(self.manifest, node)).unwrap_or_default()
    }

    fn manifest_at(&self, way: &str) -> Option<&'a Node> {
        way.split('.').try_fold(&self.manifest.root, |node, key| node.get(key))
    }

    /// The paths that a node of a document names: a string, a mapping with `path`, or a
    /// list of these.
    fn evidence(&self, document: &Document, node: &Node) -> Vec<Evidence> {
        let written = paths(node).into_iter().take(EVIDENCE);
        written.map(|written| self.document(document, written)).collect()
    }

    fn document(&self, from: &Document, written: &str) -> Evidence {
        let path = self.files.listed(&from.path, written).map(|path| self.tree.display(&path));
        Evidence { name: text::quote(written), path }
    }

    /// The approval steps: those of the release class, else `items`. Role and time are
    /// never the record's own to say.
    pub(super) fn steps(&self, items: &[StepItem]) -> Vec<Step> {
        match self.class.and_then(|class| class.get("steps")).map(Node::items) {
            Some(own) if !own.is_empty() => {
                own.iter().take(EVIDENCE).filter_map(|step| Some(self.step(&of_class(step, items)?))).collect()
            }
            _ => items.iter().map(|item| self.step(item)).collect(),
        }
    }

    fn step(&self, item: &StepItem) -> Step {
        let all = self.record.and_then(|record| record.root.get("steps")).map(Node::items).unwrap_or_default();
        let recorded = all.iter().find(|step| word(step, "id").as_deref() == Some(&item.id));
        let own = |key: &str| recorded.and_then(|step| word(step, key));
        let evidence = recorded.and_then(|step| step.get("evidence")).zip(self.record);
        Step {
            title: item.title.clone(),
            role: item.role.clone(),
            sla: item.sla.clone(),
            recorded: match own("status").as_deref() {
                Some("done") => Recorded::Done(own("completed_at")),
                Some("open") => Recorded::Open,
                Some("rejected") => Recorded::Rejected,
                Some(other) => Recorded::Other(other.to_owned()),
                None => Recorded::Missing,
            },
            assignee: own("assignee"),
            requested_at: own("requested_at"),
            evidence: evidence.map(|(node, record)| self.evidence(record, node)).unwrap_or_default(),
        }
    }

    /// The areas of the checklist.
    pub(super) fn checklist(&self, areas: &[String]) -> Vec<ChecklistItem> {
        areas.iter().map(|area| self.checked(area)).collect()
    }

    fn checked(&self, area: &str) -> ChecklistItem {
        let own = self.manifest.root.at(&["checklist", area]);
        let excused = own.and_then(|own| own.get("not_applicable"));
        let mut evidence =
            own.and_then(|own| own.get("evidence")).map(|node| self.evidence(self.manifest, node)).unwrap_or_default();
        evidence.extend(self.metrics(area));
        evidence.truncate(EVIDENCE);
        let stated = match own.and_then(|own| word(own, "status")) {
            _ if excused.is_some() => Stated::NotApplicable(excused.and_then(|excused| word(excused, "reason"))),
            Some(status) if status == "n/a" => Stated::NotApplicable(own.and_then(|own| word(own, "reason"))),
            Some(status) => Stated::Status(status),
            None if evidence.is_empty() => Stated::Nothing,
            None => Stated::Evidence,
        };
        ChecklistItem { name: area.to_owned(), stated, evidence }
    }

    /// The metrics of the evaluation packets that are of an area.
    fn metrics(&self, area: &str) -> Vec<Evidence> {
        let metrics = self.packets.iter().flat_map(|packet| {
            let path = self.tree.display(&packet.path);
            let items = packet.root.get("metrics").map(Node::items).unwrap_or_default();
            items.iter().map(move |metric| (metric, path.clone()))
        });
        metrics
            .filter(|(metric, _)| word(metric, "category").as_deref() == Some(area))
            .filter_map(|(metric, path)| Some(Evidence { name: word(metric, "id")?, path: Some(path) }))
            .take(EVIDENCE)
            .collect()
    }
}

/// A step as a release class writes it: an id, or a mapping with one; what it leaves out
/// is as in `items`.
fn of_class(step: &Node, items: &[StepItem]) -> Option<StepItem> {
    let id = step.text().map(text::quote).or_else(|| word(step, "id"))?;
    let known = items.iter().find(|item| item.id == id);
    let or = |key: &str, known: Option<&String>| word(step, key).or_else(|| known.cloned()).unwrap_or_default();
    Some(StepItem {
        title: known.map_or_else(|| id.clone(), |item| item.title.clone()),
        role: or("owner_role", known.map(|item| &item.role)),
        sla: or("sla", known.map(|item| &item.sla)),
        id,
    })
}

/// A short text under a key, fit to be shown.
fn word(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(text::quote)
}

/// The texts of a scalar or of a list of scalars.
fn scalars(node: &Node) -> Vec<&str> {
    node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).take(EVIDENCE).collect()
}

fn paths(node: &Node) -> Vec<&str> {
    let one = |node: &'_ Node| node.get("path").is_some();
    let named = if one(node) { std::slice::from_ref(node) } else { node.items() };
    let of_maps = named.iter().filter_map(|item| item.get("path").and_then(Node::text));
    scalars(node).into_iter().chain(of_maps).collect()
}
