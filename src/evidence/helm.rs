//! Statistics of a HELM run: `stats.json`, and the model from `run_spec.json` beside it.
//!
//! A statistic is named `metric,split`, with the perturbation behind it where there is one.

use std::collections::BTreeMap;

use super::values::{named, setting, whole};
use super::{Format, Measure, Results};
use crate::parse::Node;

pub(super) fn read(root: &Node, run_spec: Option<&Node>) -> Results {
    let mut results = Results::new(Format::Helm);
    if let Some(spec) = run_spec {
        let adapter = spec.get("adapter_spec");
        let of = |key: &str| adapter.and_then(|adapter| adapter.get(key));
        results.subjects.extend(["model", "model_deployment"].iter().filter_map(|key| named(of(key))));
        results.settings.extend(setting("run", spec.get("name")));
        results.settings.extend(setting("n-shot", of("max_train_instances")));
        results.settings.extend(setting("limit", of("max_eval_instances")));
    }
    let counts = counts(root);
    for item in root.items() {
        let Some((metric, split)) = name(item) else { continue };
        let value = item.get("mean").or_else(|| item.get("sum")).unwrap_or(item);
        let mut measure = Measure::new(key(item, metric, split), "", metric, value);
        if value.is_map() {
            (measure.why, measure.span) = (Some("has no mean".to_owned()), item.anchor());
        }
        measure.n = counts.get(split).copied();
        results.measures.push(measure);
    }
    results
}

/// A metric and its split.
fn name(item: &Node) -> Option<(&str, &str)> {
    let metric = item.at(&["name", "name"]).and_then(Node::text)?;
    Some((metric, item.at(&["name", "split"]).and_then(Node::text).unwrap_or_default()))
}

fn key(item: &Node, metric: &str, split: &str) -> String {
    let perturbation = item.at(&["name", "perturbation"]);
    let perturbation = perturbation.and_then(|node| node.get("name").unwrap_or(node).text());
    let sub = item.at(&["name", "sub_split"]).and_then(Node::text);
    let mut key = metric.to_owned();
    for part in [Some(split), sub, perturbation].into_iter().flatten().filter(|part| !part.is_empty()) {
        key.push(',');
        key.push_str(part);
    }
    key
}

/// How many instances a split has, as its own statistic says.
fn counts(root: &Node) -> BTreeMap<&str, u64> {
    let plain = |item: &&Node| item.at(&["name", "perturbation"]).is_none_or(Node::is_null);
    let counts = root.items().iter().filter(plain).filter_map(|item| {
        let (metric, split) = name(item)?;
        Some((split, whole(item.get("mean")).filter(|_| metric == "num_instances")?))
    });
    counts.collect()
}
