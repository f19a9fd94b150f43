//! Logs of Inspect in their JSON form, versions 1 and 2.

use std::collections::BTreeSet;

use super::values::{clip, known, named, setting, time, whole, written};
use super::{Format, Measure, Named, Results};
use crate::parse::Node;
use crate::text::quote;

/// Metrics that are the error of the others beside them.
const ERRORS: &[&str] = &["stderr", "bootstrap_stderr", "bootstrap_std"];

/// Arguments of a model that name what is evaluated.
const NAMING: &[&str] = &["adapter", "checkpoint", "lora_path", "model_path", "peft", "revision"];

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Inspect);
    let eval = root.get("eval");
    let of = |keys: &[&str]| eval.and_then(|eval| eval.at(keys));
    results.subjects = subjects(eval);
    results.at = time(root.at(&["stats", "completed_at"])).or_else(|| time(of(&["created"])));
    results.settings = [
        setting("version", of(&["task_version"])),
        setting("task", of(&["task"])),
        written("task-args", of(&["task_args"]).filter(|args| !args.entries().is_empty())),
        setting("dataset", of(&["dataset", "name"])),
        setting("epochs", of(&["config", "epochs"])),
    ]
    .into_iter()
    .flatten()
    .collect();
    scores(root, &mut results);
    whole_run(root, &mut results);
    results
}

fn subjects(eval: Option<&Node>) -> Vec<Named> {
    let Some(eval) = eval else { return Vec::new() };
    let args = eval.get("model_args").map(Node::entries).unwrap_or_default();
    let args = args.iter().filter(|entry| NAMING.contains(&&*entry.key)).map(|entry| Some(&entry.value));
    [eval.get("model")].into_iter().chain(args).filter_map(named).collect()
}

fn scores(root: &Node, results: &mut Results) {
    let Some(part) = root.get("results") else { return };
    let completed = whole(part.get("completed_samples"));
    if let Some(name) = part.at(&["scorer", "name"]).and_then(Node::text) {
        metrics(name, part, completed, None, results);
    }
    let list = part.get("scores").or_else(|| part.get("scorers")).map(Node::items).unwrap_or_default();
    let shared = shared(list);
    for score in list {
        let name = name_of(score).unwrap_or_default();
        let reducer = score.get("reducer").and_then(Node::text).filter(|_| shared.contains(name));
        let scored = whole(score.get("scored_samples")).or(completed);
        metrics(name, score, scored, reducer, results);
        if let Some(unscored) = whole(score.get("unscored_samples")).filter(|unscored| *unscored > 0) {
            let span = score.get("unscored_samples").map_or(score.span, |node| node.span);
            let (all, name) = (scored.unwrap_or(0).saturating_add(unscored), quote(name));
            results.incomplete(format!("{unscored} of {all} samples have no `{name}` score"), span);
        }
    }
}

/// Names that several scores have, each with a reducer of its own.
fn shared(scores: &[Node]) -> BTreeSet<&str> {
    let mut seen = BTreeSet::new();
    scores.iter().filter_map(name_of).filter(|name| !seen.insert(*name)).collect()
}

fn name_of(score: &Node) -> Option<&str> {
    score.get("name").or_else(|| score.get("scorer")).and_then(Node::text)
}

fn metrics(name: &str, score: &Node, n: Option<u64>, reducer: Option<&str>, results: &mut Results) {
    let Some(metrics) = score.get("metrics") else { return };
    let name = clip(name);
    let reducer = reducer.map(|reducer| format!(",{}", clip(reducer))).unwrap_or_default();
    let error = ERRORS.iter().find_map(|error| metrics.at(&[error, "value"]));
    for entry in metrics.entries() {
        let value = entry.value.get("value").unwrap_or(&entry.value);
        let mut measure = Measure::new(format!("{name}/{}{reducer}", entry.key), name, &entry.key, value);
        measure.n = n;
        measure.stderr = known(error).filter(|_| !ERRORS.contains(&&*entry.key));
        results.measures.push(measure);
    }
}

fn whole_run(root: &Node, results: &mut Results) {
    if let Some(status) = root.get("status").filter(|status| status.text() != Some("success")) {
        let written = quote(status.text().unwrap_or_default());
        results.incomplete(format!("the status of the run is `{written}`, not `success`"), status.span);
    } else if let Some(error) = root.get("error").filter(|error| !error.is_null()) {
        results.incomplete("the run ended in an error", error.anchor());
    }
    if let Some(mark) = root.get("invalidated").filter(|mark| mark.as_bool() == Some(true)) {
        results.incomplete("the log has been declared invalid", mark.span);
    }
    if let Some(mark) = root.at(&["eval", "revision", "dirty"]).filter(|mark| mark.as_bool() == Some(true)) {
        results.incomplete("the evaluation's own code had changes that were not committed", mark.span);
    }
    if !limited(root, results) {
        unfinished(root, results);
    }
}

/// A limit that left samples out.
fn limited(root: &Node, results: &mut Results) -> bool {
    let Some(limit) = root.at(&["eval", "config", "limit"]).filter(|limit| !limit.is_null()) else { return false };
    let samples = whole(root.at(&["eval", "dataset", "samples"]));
    let spared = whole(Some(limit)).zip(samples).is_some_and(|(limit, samples)| limit >= samples);
    if spared {
        return false;
    }
    let of = samples.map(|samples| format!(" of {samples}")).unwrap_or_default();
    let message = match limit.text() {
        Some(written) => format!("the run was limited to {}{of} samples", quote(written)),
        None => format!("the run was limited to a part{of} of the samples"),
    };
    results.incomplete(message, limit.span);
    true
}

fn unfinished(root: &Node, results: &mut Results) {
    let completed = root.at(&["results", "completed_samples"]);
    let counts = whole(completed).zip(whole(root.at(&["results", "total_samples"])));
    if let Some(((completed, total), node)) = counts.filter(|(some, all)| some < all).zip(completed) {
        results.incomplete(format!("{completed} of {total} samples were completed"), node.span);
    }
}
