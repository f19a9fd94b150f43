//! How a manifest divides traffic.
//!
//! Only what certainly reaches users now counts: of an Argo Rollout the weights before the
//! first pause without an end, of `KServe` the canary's part, of a router its weights.

use super::kubernetes::group_of;
use super::{Read, Role, Route, Word};
use crate::parse::Node;
use crate::source::Span;

/// A division of traffic, all of it together.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Its parts.
    pub parts: Vec<Part>,
    /// The workload that it belongs to.
    pub workload: usize,
}

/// A part of the traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The name of what it goes to; `None` where that is the workload itself, in the version
    /// that its manifest describes.
    pub to: Option<Word>,
    /// In percent.
    pub percent: f64,
    /// Where that is written.
    pub span: Span,
    /// How it is sent.
    pub way: Way,
}

/// How traffic is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the steps of a rollout, up to where it waits for somebody.
    BeforePause,
    /// By a rollout that waits for nobody.
    Unpaused,
    /// To a canary.
    Canary,
    /// By weights.
    Weights,
}

impl Way {
    /// What is done, as a part of a sentence: `sends 5 % of the traffic to the canary`.
    /// `to` is what weights send it to.
    pub fn sends(self, percent: f64, to: &str) -> String {
        let percent = rounded(percent);
        match self {
            Self::BeforePause => format!("sends {percent} % of the traffic before it waits for anybody"),
            Self::Unpaused => "goes on to all of the traffic without waiting for anybody".to_owned(),
            Self::Canary => format!("sends {percent} % of the traffic to the canary"),
            Self::Weights => format!("sends {percent} % of the traffic to {to}"),
        }
    }
}

/// A share as it is shown.
pub fn rounded(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

impl Split {
    pub(super) fn of_workload(mut self, workload: usize) -> Self {
        self.workload = workload;
        self
    }

    fn one(percent: f64, span: Span, way: Way) -> Self {
        Self { parts: vec![Part { to: None, percent, span, way }], workload: 0 }
    }
}

/// Whether a manifest is of a kind whose traffic is read, or that divides none.
pub fn is_known(manifest: &Node) -> bool {
    matches!(
        group_of(manifest),
        ("argoproj.io", "Rollout")
            | ("serving.kserve.io", "InferenceService" | "LLMInferenceService" | "InferenceGraph")
            | ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute")
            | ("v1", "Service" | "ConfigMap")
            | ("apps", "Deployment" | "StatefulSet")
            | (_, "InferenceModelRewrite" | "InferenceModel")
    )
}

/// The divisions of a manifest.
pub fn of(manifest: &Node) -> Vec<Split> {
    match group_of(manifest) {
        ("argoproj.io", "Rollout") => argo(manifest).into_iter().collect(),
        ("serving.kserve.io", "InferenceService") => kserve(manifest).into_iter().collect(),
        ("serving.kserve.io", "InferenceGraph") => graph(manifest),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute") => rules(manifest, "backendRefs", "name"),
        (_, "InferenceModelRewrite") => rules(manifest, "targets", "modelRewrite"),
        (_, "InferenceModel") => weights(manifest.at(&["spec", "targetModels"]), "name").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The names of models that a router of inference requests sends them to.
pub(super) fn targets(manifest: &Node, kind: &str, read: &mut Read, workload: usize) {
    let lists: Vec<(&[Node], &str)> = match kind {
        "InferenceModelRewrite" => {
            let rules = manifest.at(&["spec", "rules"]).map(Node::items).unwrap_or_default();
            rules.iter().filter_map(|rule| Some((rule.get("targets")?.items(), "modelRewrite"))).collect()
        }
        "InferenceModel" => match manifest.at(&["spec", "targetModels"]).map(Node::items) {
            Some(models) if !models.is_empty() => vec![(models, "name")],
            // Without targets the model itself is asked for.
            _ => vec![(manifest.get("spec").map(std::slice::from_ref).unwrap_or_default(), "modelName")],
        },
        _ => return,
    };
    let named = lists.iter().flat_map(|(list, key)| list.iter().filter_map(|target| Word::of(target.get(key)?)));
    for name in named {
        let span = name.span;
        read.route(Route { role: Role::Target, names: vec![name], origin: None, workload, span });
    }
}

/// The heaviest weight before the first pause that somebody has to end.
fn argo(rollout: &Node) -> Option<Split> {
    let canary = rollout.at(&["spec", "strategy", "canary"])?;
    let steps = canary.get("steps").map(Node::items).unwrap_or_default();
    let mut most: Option<(f64, Span)> = None;
    for step in steps {
        if let Some(pause) = step.get("pause")
            && pause.get("duration").is_none_or(Node::is_null)
        {
            return most.map(|(percent, span)| Split::one(percent, span, Way::BeforePause));
        }
        let Some(weight) = step.get("setWeight") else { continue };
        let percent = weight.as_f64()?;
        if most.is_none_or(|(most, _)| percent > most) {
            most = Some((percent, weight.span));
        }
    }
    let span = canary.get("steps").map_or_else(|| canary.anchor(), Node::anchor);
    Some(Split::one(100.0, span, Way::Unpaused))
}

fn kserve(service: &Node) -> Option<Split> {
    let percent = service.at(&["spec", "predictor", "canaryTrafficPercent"])?;
    Some(Split::one(percent.as_f64()?, percent.span, Way::Canary))
}

/// The splitters of an inference graph.
fn graph(graph: &Node) -> Vec<Split> {
    let nodes = graph.at(&["spec", "nodes"]).map(Node::entries).unwrap_or_default();
    let splitters = nodes.iter().filter(|node| node.value.get("routerType").and_then(Node::text) == Some("Splitter"));
    splitters.filter_map(|node| weights(node.value.get("steps"), "serviceName")).collect()
}

/// The weights of each rule of a route.
fn rules(route: &Node, list: &str, key: &str) -> Vec<Split> {
    let rules = route.at(&["spec", "rules"]).map(Node::items).unwrap_or_default();
    rules.iter().filter_map(|rule| weights(rule.get(list), key)).collect()
}

/// What each target has of the sum of all weights; one that is left out is 1.
fn weights(targets: Option<&Node>, key: &str) -> Option<Split> {
    let targets = targets?.items();
    let weight = |target: &Node| target.get("weight").map_or(Some(1.0), Node::as_f64);
    let total: f64 = targets.iter().map(weight).sum::<Option<f64>>()?;
    let part = |target: &Node| {
        let span = target.get("weight").map_or_else(|| target.anchor(), |weight| weight.span);
        Some(Part {
            to: Some(Word::of(target.get(key)?)?),
            percent: 100.0 * weight(target)? / total,
            span,
            way: Way::Weights,
        })
    };
    let parts: Vec<Part> = targets.iter().filter_map(part).filter(|part| part.percent.is_finite()).collect();
    (!parts.is_empty()).then_some(Split { parts, workload: 0 })
}
