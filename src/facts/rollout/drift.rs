//! Whether the files that move traffic agree with the stage that the release is at.
//!
//! Only what certainly reaches users now is compared: what [`split`] reads of a manifest, and
//! of a flag a division that everybody comes through. A file that says nothing about traffic
//! says nothing here.

use super::stages::Stages;
use crate::facts::release::problem;
use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, flag, unknown_of};
use crate::link::{Files, Reference, Release, Target};
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::serving::split::{self, Part, Split};
use crate::source::Span;
use crate::text;

/// How much traffic a file gives to the release.
struct Share {
    percent: f64,
    span: Span,
    what: String,
}

/// One entry for each file that the plan names, and one for the flag.
pub(super) fn derive(context: &Context<'_>, release: &Release, stages: &Stages<'_>) -> Vec<Node> {
    let document = &context.graph.documents[release.document];
    let allowed = stages.allowed();
    let names = flag::own_names(&document.root);
    let manifests = document.root.at(&["rollout", "manifests"]).map(Node::items).unwrap_or_default();
    let mut all: Vec<Node> = Vec::new();
    for (at, manifest) in manifests.iter().enumerate() {
        let Some(reference) = reference(document, manifest, at, context.files) else { continue };
        let wrong = match &reference.target {
            Target::File(path) => {
                let found = context.graph.document_at(path).map(|index| &context.graph.documents[index]);
                found.and_then(|found| too_much(largest(shares(found, &names)), allowed, stages.current))
            }
            _ => Some(Wrong::new("unresolved", problem(&reference, "file"))),
        };
        all.push(
            standing(manifest.span, wrong).with("file", Node::string(text::quote(&reference.written), manifest.span)),
        );
    }
    if let Some(entry) = by_flag(context, release, &names, allowed, stages.current) {
        all.push(entry);
    }
    all
}

fn reference(document: &Document, manifest: &Node, at: usize, files: &Files<'_>) -> Option<Reference> {
    let written = manifest.text()?;
    Some(Reference {
        target: files.resolve(&document.path, written),
        written: written.to_owned(),
        span: manifest.span,
        pointer: Pointer::root().key("rollout").key("manifests").index(at),
        digest: None,
    })
}

/// The files of the plan of which it is not known how they divide the traffic.
pub(super) fn not_assessed(context: &Context<'_>, release: &Release) -> Vec<Node> {
    let document = &context.graph.documents[release.document];
    let manifests = document.root.at(&["rollout", "manifests"]).map(Node::items).unwrap_or_default();
    let item = |manifest: &Node| {
        let target = context.files.resolve(&document.path, manifest.text()?);
        let path = target.path()?;
        let found = context.graph.document_at(path).map(|index| &context.graph.documents[index]);
        let why = match found {
            Some(found) if parts(found).iter().any(split::is_known) => return None,
            // What cannot be read is a finding; a template is not read.
            Some(found) if !found.sound && !found.findings.is_empty() => return None,
            Some(found) if !found.sound => context.files.why_unread(path),
            Some(_) => "it has nothing of a kind whose traffic is read",
            None => context.files.why_unread(path),
        };
        Some(unknown_of(path, "how a file of the rollout plan divides the traffic", why, manifest.span))
    };
    manifests.iter().filter_map(item).collect()
}

fn by_flag(
    context: &Context<'_>,
    release: &Release,
    names: &[String],
    allowed: Option<(f64, Span)>,
    stage: &str,
) -> Option<Node> {
    let file = release.flag_file.as_ref()?;
    let found = flag::found(context.graph, release)?;
    let root = &context.graph.documents[release.document].root;
    let written = flag::written(root)?;
    let candidate = written.get("candidate_variant").and_then(Node::text);
    let variants = found.flag.get("variants").map(Node::entries).unwrap_or_default();
    let gives = |variant: &str| {
        candidate == Some(variant)
            || variants.iter().any(|entry| &*entry.key == variant && flag::names_any(&entry.value, names))
    };
    let shares = fractional(found.flag.get("targeting")?, &gives);
    let wrong = too_much(largest(shares), allowed, stage);
    let span = written.get("key").map_or(file.span, |key| key.span);
    Some(standing(span, wrong).with("file", Node::string(text::quote(&file.written), span)))
}

fn largest(shares: Vec<Share>) -> Option<Share> {
    shares.into_iter().filter(|share| share.percent.is_finite()).max_by(|a, b| a.percent.total_cmp(&b.percent))
}

fn too_much(share: Option<Share>, allowed: Option<(f64, Span)>, stage: &str) -> Option<Wrong> {
    let (share, (most, place)) = (share?, allowed?);
    let wrong = beyond(share.percent, most, &share.what, &format!("stage `{}`", text::quote(stage)))?;
    Some(wrong.at(place).beside(share.span, "more than the stage may take"))
}

/// What is wrong where a stage gets more of the traffic than it may take; `what` says how much
/// it gets. Shares are sums of parts, which may miss a limit by their last digits.
pub(in crate::facts) fn beyond(percent: f64, most: f64, what: &str, stage: &str) -> Option<Wrong> {
    let wrong = || Wrong::new("beyond", format!("{what}, and {stage} may take {} %", split::rounded(most)));
    (percent > most + 1e-6).then(wrong)
}

/// What each division in a file gives to this release: to what goes by its names, and to
/// what the plan's own manifests roll out.
fn shares(document: &Document, names: &[String]) -> Vec<Share> {
    let own = |split: &Split| {
        let mine = |part: &&Part| part.to.as_ref().is_none_or(|to| flag::names_text(&to.text, names));
        let first = split.parts.iter().find(mine)?;
        let percent = split.parts.iter().filter(mine).map(|part| part.percent).sum();
        Some(Share { percent, span: first.span, what: first.way.sends(percent, "this release") })
    };
    parts(document).iter().flat_map(split::of).filter_map(|split| own(&split)).collect()
}

/// The documents of a file that moves traffic.
fn parts(document: &Document) -> &[Node] {
    if !document.kind.is_stream() {
        return &[];
    }
    document.root.get("documents").map(Node::items).unwrap_or_default()
}

/// The part of a flag's division that everybody comes through: at the root of the
/// targeting, or in the last branch of its conditions.
fn fractional(targeting: &Node, gives: &dyn Fn(&str) -> bool) -> Vec<Share> {
    let mut rule = targeting;
    for _ in 0..16 {
        if let Some(branches) = rule.get("if").map(Node::items).filter(|branches| branches.len() % 2 == 1) {
            let Some(last) = branches.last() else { break };
            rule = last;
            continue;
        }
        break;
    }
    let Some(division) = rule.get("fractional") else { return Vec::new() };
    let parts: Vec<&[Node]> = division.items().iter().map(Node::items).filter(|part| !part.is_empty()).collect();
    let weight = |part: &&[Node]| part.get(1).map_or(Some(1.0), Node::as_f64);
    let mine = |part: &&&[Node]| part.first().and_then(Node::text).is_some_and(gives);
    let total: Option<f64> = parts.iter().map(weight).sum();
    let sum: Option<f64> = parts.iter().filter(mine).map(weight).sum();
    let (Some(total), Some(sum), Some(first)) = (total, sum, parts.iter().find(mine)) else { return Vec::new() };
    let percent = 100.0 * sum / total;
    let Some(span) = first.last().map(|weight| weight.span) else { return Vec::new() };
    vec![Share { percent, span, what: format!("gives {} % of the users this release", split::rounded(percent)) }]
}
