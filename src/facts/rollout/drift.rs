//! Whether the files that move traffic agree with the stage that the release is at.
//!
//! Only what certainly reaches users now is compared: of an Argo Rollout the weights before
//! the first pause without an end, of `KServe` the canary's part, of a Gateway the weights of
//! what names this release, of a flag a division that everybody comes through. A file that
//! says nothing about traffic says nothing here.

use super::stages::Stages;
use crate::facts::release::problem;
use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, flag, unknown_of};
use crate::kind::Kind;
use crate::link::{Files, Reference, Release, Target};
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
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
                found.and_then(|found| beyond(largest(shares(found, &names)), allowed, stages.current))
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
            Some(found) if !found.sound || parts(found).iter().any(is_known) => return None,
            Some(_) => "it has nothing of a kind whose traffic is read",
            None => context.files.why_unread(path),
        };
        Some(unknown_of(path, "how a file of the rollout plan divides the traffic", why, manifest.span))
    };
    manifests.iter().filter_map(item).collect()
}

/// Whether a part of a file is of a kind that is read, or that divides no traffic.
fn is_known(part: &Node) -> bool {
    let text = |key: &str| part.get(key).and_then(Node::text).unwrap_or_default();
    let (group, kind) = (text("apiVersion").split('/').next().unwrap_or_default(), text("kind"));
    matches!(
        (group, kind),
        ("argoproj.io", "Rollout")
            | ("serving.kserve.io", "InferenceService")
            | ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute")
            | ("v1", "Service" | "ConfigMap")
            | ("apps", "Deployment" | "StatefulSet")
            | (_, "InferenceModelRewrite")
    )
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
    let wrong = beyond(largest(shares), allowed, stage);
    let span = written.get("key").map_or(file.span, |key| key.span);
    Some(standing(span, wrong).with("file", Node::string(text::quote(&file.written), span)))
}

fn largest(shares: Vec<Share>) -> Option<Share> {
    shares.into_iter().filter(|share| share.percent.is_finite()).max_by(|a, b| a.percent.total_cmp(&b.percent))
}

fn beyond(share: Option<Share>, allowed: Option<(f64, Span)>, stage: &str) -> Option<Wrong> {
    let (share, (most, place)) = (share?, allowed?);
    (share.percent > most + 1e-6).then(|| {
        let why = format!("{}, and stage `{}` may take {most} %", share.what, text::quote(stage));
        Wrong::new("beyond", why).at(place).beside(share.span, "more than the stage may take")
    })
}

fn shares(document: &Document, names: &[String]) -> Vec<Share> {
    let own = |part: &Node| {
        let text = |key: &str| part.get(key).and_then(Node::text).unwrap_or_default();
        match (text("apiVersion").split('/').next().unwrap_or_default(), text("kind")) {
            ("argoproj.io", "Rollout") => argo(part).into_iter().collect(),
            ("serving.kserve.io", "InferenceService") => kserve(part).into_iter().collect(),
            ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute") => weights(part, "backendRefs", &["name"], names),
            (_, "InferenceModelRewrite") => weights(part, "targets", &["modelRewrite"], names),
            _ => Vec::new(),
        }
    };
    parts(document).iter().flat_map(own).collect()
}

/// The documents of a file that moves traffic.
fn parts(document: &Document) -> &[Node] {
    if document.kind != Kind::Serving && document.kind != Kind::Alerts {
        return &[];
    }
    document.root.get("documents").map(Node::items).unwrap_or_default()
}

/// The heaviest weight before the first pause that somebody has to end.
fn argo(rollout: &Node) -> Option<Share> {
    let canary = rollout.at(&["spec", "strategy", "canary"])?;
    let steps = canary.get("steps").map(Node::items).unwrap_or_default();
    let mut most: Option<Share> = None;
    for step in steps {
        if let Some(pause) = step.get("pause")
            && pause.get("duration").is_none_or(Node::is_null)
        {
            return most;
        }
        let Some(weight) = step.get("setWeight") else { continue };
        let percent = weight.as_f64()?;
        if most.as_ref().is_none_or(|most| percent > most.percent) {
            let what = format!("sends {percent} % of the traffic before it waits for anybody");
            most = Some(Share { percent, span: weight.span, what });
        }
    }
    let span = canary.get("steps").map_or_else(|| canary.anchor(), Node::anchor);
    Some(Share { percent: 100.0, span, what: "goes on to all of the traffic without waiting for anybody".to_owned() })
}

fn kserve(service: &Node) -> Option<Share> {
    let percent = service.at(&["spec", "predictor", "canaryTrafficPercent"])?;
    let share = percent.as_f64()?;
    Some(Share { percent: share, span: percent.span, what: format!("sends {share} % of the traffic to the canary") })
}

/// The part of the weights of each rule that goes to what names this release.
fn weights(route: &Node, list: &str, keys: &[&str], names: &[String]) -> Vec<Share> {
    let rules = route.at(&["spec", "rules"]).map(Node::items).unwrap_or_default();
    let own = |rule: &Node| {
        let targets = rule.get(list).map(Node::items).unwrap_or_default();
        let weight = |target: &Node| target.get("weight").map_or(Some(1.0), Node::as_f64);
        let mine = |target: &&Node| target.at(keys).is_some_and(|name| flag::names_any(name, names));
        let total: f64 = targets.iter().map(weight).sum::<Option<f64>>()?;
        let sum: f64 = targets.iter().filter(mine).map(weight).sum::<Option<f64>>()?;
        let first = targets.iter().find(mine)?;
        let percent = 100.0 * sum / total;
        let span = first.get("weight").map_or_else(|| first.anchor(), |weight| weight.span);
        Some(Share { percent, span, what: format!("sends {} % of the traffic to this release", round(percent)) })
    };
    rules.iter().filter_map(own).collect()
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
    vec![Share { percent, span, what: format!("gives {} % of the users this release", round(percent)) }]
}

fn round(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}
