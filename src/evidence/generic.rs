//! Metrics by name, as people write them: a list of `{metric, value, n, stderr}` (or
//! the rows of a table), or a mapping of metric to number, also nested.

use super::values::{clip, known, named, number, setting, time, whole};
use super::{Format, Measure, Results};
use crate::parse::{Node, Scalar, ScalarKind, Value};
use crate::text::quote;

/// Where the name of a row's metric stands.
const METRIC: &[&str] = &["metric", "name", "id"];

/// Where a row's number stands.
const VALUE: &[&str] = &["value", "score"];

/// Where the count of samples stands.
const COUNT: &[&str] = &["n", "samples", "n_samples", "count"];

/// Where the standard error stands.
const ERROR: &[&str] = &["stderr", "std_err", "se"];

/// Where it is said what was evaluated.
const SUBJECT: &[&str] = &[
    "adapter",
    "base_model_name_or_path",
    "checkpoint",
    "checkpoint_id",
    "model",
    "model_id",
    "model_name",
    "release",
];

/// Where it is said when.
const TIME: &[&str] = &["completed_at", "ended_at", "end_time", "run_at", "date", "timestamp", "created_at"];

/// Words for a run that did not end well.
const UNFINISHED: &[&str] =
    &["aborted", "cancelled", "canceled", "error", "failed", "incomplete", "partial", "running", "started"];

/// Keys at the top that say something about the run and are no metrics.
const ABOUT: &[&str] = &["limit", "n", "samples", "seed", "version"];

/// Nesting beyond this holds no metrics.
const DEEP: usize = 8;

fn first<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().find_map(|key| node.get(key))
}

fn is_row(node: &Node) -> bool {
    first(node, METRIC).and_then(Node::text).is_some() && first(node, VALUE).is_some()
}

/// Whether there is at least one number with a name in it.
pub(super) fn is_one(root: &Node) -> bool {
    !read(root).measures.is_empty()
}

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Generic);
    about(root, &mut results);
    match first(root, &["results", "metrics"]).filter(|part| part.scalar().is_none()) {
        Some(part) => numbers(part, &mut results),
        None => numbers(root, &mut results),
    }
    results
}

fn about(root: &Node, results: &mut Results) {
    for node in SUBJECT.iter().filter_map(|key| root.get(key)) {
        let parts = node.entries().iter().map(|entry| Some(&entry.value));
        results.subjects.extend(parts.chain([Some(node)]).filter_map(named));
    }
    results.at = TIME.iter().find_map(|key| time(root.get(key)));
    let dataset = ["id", "revision", "split"].map(|key| setting(key, root.at(&["dataset", key])));
    let named = setting("dataset", root.get("dataset").filter(|node| node.scalar().is_some()));
    results.settings.extend(dataset.into_iter().flatten().chain(named));
    if let Some(limit) = root.get("limit").filter(|limit| !limit.is_null() && limit.scalar().is_some()) {
        let written = quote(limit.text().unwrap_or_default());
        results.incomplete(format!("the run was limited to {written} samples"), limit.span);
    }
    let status = root.get("status").and_then(|node| Some((node, node.as_str()?)));
    if let Some((node, word)) = status.filter(|(_, word)| UNFINISHED.contains(&word.to_ascii_lowercase().as_str())) {
        results.incomplete(format!("the status of the run is `{}`", quote(word)), node.span);
    }
}

fn numbers(part: &Node, results: &mut Results) {
    if part.is_seq() {
        results.measures.extend(part.items().iter().filter(|item| is_row(item)).filter_map(row));
    } else {
        mapping(part, "", 0, results);
    }
}

fn row(item: &Node) -> Option<Measure> {
    let metric = first(item, METRIC)?.text()?.trim();
    let task = first(item, &["task", "suite"]).and_then(Node::text).unwrap_or_default();
    let key = if task.is_empty() { metric.to_owned() } else { format!("{task}/{metric}") };
    let mut measure = Measure::new(key, task, metric, first(item, VALUE)?);
    beside(item, &mut measure);
    Some(measure)
}

fn beside(item: &Node, measure: &mut Measure) {
    measure.n = whole(first(item, COUNT));
    measure.stderr = known(first(item, ERROR));
    let settings = ["version", "split", "revision"].map(|key| setting(key, item.get(key)));
    measure.settings.extend(settings.into_iter().flatten());
}

fn mapping(part: &Node, prefix: &str, depth: usize, results: &mut Results) {
    for entry in part.entries() {
        let top = prefix.is_empty();
        if top && [SUBJECT, TIME, ABOUT].iter().any(|keys| keys.contains(&&*entry.key)) {
            continue;
        }
        let key = format!("{prefix}{}", entry.key);
        let task = prefix.trim_end_matches('/');
        if let Some(value) = entry.value.get("value").filter(|value| value.scalar().is_some()) {
            let mut measure = Measure::new(key, task, &entry.key, value);
            beside(&entry.value, &mut measure);
            results.measures.push(measure);
        } else if is_number(&entry.value) {
            results.measures.push(Measure::new(key, task, &entry.key, &entry.value));
        } else if depth < DEEP {
            mapping(&entry.value, &format!("{}/", clip(&key)), depth + 1, results);
        }
    }
}

/// A number, or what is written in the place of one.
fn is_number(node: &Node) -> bool {
    let Value::Scalar(Scalar { kind, text }) = &node.value else { return false };
    match kind {
        ScalarKind::String => matches!(&**text, "NaN" | "nan" | "N/A" | "Infinity" | "-Infinity"),
        ScalarKind::Float(_) => true,
        _ => number(node).is_ok(),
    }
}
