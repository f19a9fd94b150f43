//! Output of promptfoo, versions 1 to 3.
//!
//! A prompt carries its own metrics. `namedScores` are sums over the tests, except for
//! derived metrics, which are computed from the sums; a sum is divided by its weight
//! or its count, and without one it is no number that a limit could be held against.

use std::collections::BTreeSet;

use super::values::{clip, float, index, known, named, number, setting, time, whole};
use super::{Format, Measure, Named, Results};
use crate::parse::Node;
use crate::text::quote;

/// What the share of attacks that succeeded is called.
pub const ATTACKS: &str = "attackSuccessRate";

/// What a prompt's metrics hold beside numbers of their own.
const NOT_METRICS: &[&str] = &["namedScores", "namedScoresCount", "namedScoreWeights"];

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Promptfoo);
    let run = root.get("results").filter(|results| results.is_map()).unwrap_or(root);
    results.at = time(run.get("timestamp")).or_else(|| time(root.at(&["metadata", "exportedAt"])));
    results.settings =
        [setting("promptfoo", root.at(&["metadata", "promptfooVersion"]))].into_iter().flatten().collect();
    let prompts = run.get("prompts").or_else(|| run.at(&["table", "head", "prompts"]));
    let prompts = prompts.map(Node::items).unwrap_or_default();
    results.subjects = subjects(root, prompts);
    let derived = derived(root);
    for (index, prompt) in prompts.iter().enumerate() {
        if let Some(metrics) = prompt.get("metrics") {
            let prefix = if prompts.len() > 1 { format!("prompts[{index}]/") } else { String::new() };
            let label = prompt.get("label").or_else(|| prompt.get("provider")).and_then(Node::text);
            let prompt = Prompt { metrics, prefix, task: clip(label.unwrap_or_default()) };
            prompt.read(&derived, &mut results);
            if root.at(&["config", "redteam"]).is_some_and(Node::is_map) {
                results.measures.extend(prompt.attacks());
            }
        }
    }
    whole_run(run, prompts, &mut results);
    results
}

/// A provider is its id, or a mapping with it.
fn provider(node: Option<&Node>) -> impl Iterator<Item = Named> {
    let ids = node.map(|node| if node.is_map() { [node.get("id"), node.get("label")] } else { [Some(node), None] });
    ids.into_iter().flatten().filter_map(named)
}

fn subjects(root: &Node, prompts: &[Node]) -> Vec<Named> {
    let run: Vec<Named> = prompts.iter().flat_map(|prompt| provider(prompt.get("provider"))).collect();
    if !run.is_empty() {
        return run;
    }
    let configured = root.at(&["config", "providers"]).map(Node::one_or_many).unwrap_or_default();
    configured.iter().flat_map(|node| provider(Some(node))).collect()
}

fn derived(root: &Node) -> BTreeSet<&str> {
    let list = root.at(&["config", "derivedMetrics"]).map(Node::items).unwrap_or_default();
    list.iter().filter_map(|metric| metric.get("name").and_then(Node::text)).collect()
}

struct Prompt<'n> {
    metrics: &'n Node,
    prefix: String,
    task: &'n str,
}

impl Prompt<'_> {
    fn read(&self, derived: &BTreeSet<&str>, results: &mut Results) {
        let (counts, weights) =
            (index(self.metrics.get("namedScoresCount")), index(self.metrics.get("namedScoreWeights")));
        for entry in self.metrics.get("namedScores").map(Node::entries).unwrap_or_default() {
            let mut measure = self.measure(&format!("namedScores/{}", entry.key), &entry.key, &entry.value);
            if !derived.contains(&*entry.key) {
                divide(&mut measure, counts.get(&*entry.key).copied(), weights.get(&*entry.key).copied());
            }
            results.measures.push(measure);
        }
        for entry in self.metrics.entries().iter().filter(|entry| !NOT_METRICS.contains(&&*entry.key)) {
            if number(&entry.value).is_ok() {
                results.measures.push(self.measure(&entry.key, &entry.key, &entry.value));
            }
            for part in entry.value.entries().iter().filter(|part| number(&part.value).is_ok()) {
                let key = format!("{}/{}", clip(&entry.key), part.key);
                results.measures.push(self.measure(&key, &part.key, &part.value));
            }
        }
        results.measures.extend(self.pass_rate());
    }

    fn measure(&self, key: &str, metric: &str, value: &Node) -> Measure {
        Measure::new(format!("{}{key}", self.prefix), self.task, metric, value)
    }

    /// `passRate`: the tests that passed, of all.
    fn pass_rate(&self) -> Option<Measure> {
        let passed = self.metrics.get("testPassCount")?;
        let failed = whole(self.metrics.get("testFailCount"))?;
        let all = self.errors().saturating_add(failed).saturating_add(whole(Some(passed))?);
        let mut measure = self.measure("passRate", "passRate", passed);
        measure.hits = whole(Some(passed));
        measure.n = Some(all);
        measure.value = measure.value.filter(|_| all > 0).map(|passed| passed / float(all));
        if measure.value.is_none() {
            measure.why = Some("is a share of no tests at all".to_owned());
        }
        measure.higher_is_better = Some(true);
        Some(measure)
    }

    /// Of a red-team run, [`ATTACKS`]: the tests that failed, since a test passes where the
    /// attack was fended off. What ended in an error is no attempt.
    fn attacks(&self) -> Option<Measure> {
        let failed = self.metrics.get("testFailCount")?;
        let hits = whole(Some(failed))?;
        let all = hits.saturating_add(whole(self.metrics.get("testPassCount"))?);
        let mut measure = self.measure(ATTACKS, ATTACKS, failed);
        measure.value = Some(float(hits) / float(all)).filter(|_| all > 0);
        measure.why = measure.value.is_none().then(|| "is a share of no attacks at all".to_owned());
        (measure.n, measure.hits, measure.higher_is_better) = (Some(all), Some(hits), Some(false));
        Some(measure)
    }

    fn errors(&self) -> u64 {
        whole(self.metrics.get("testErrorCount")).unwrap_or(0)
    }
}

/// From the sum to the mean.
fn divide(measure: &mut Measure, count: Option<&Node>, weight: Option<&Node>) {
    measure.n = whole(count);
    let Some(sum) = measure.value else { return };
    let by = known(weight).or_else(|| measure.n.map(float));
    measure.value = by.filter(|by| *by > 0.0).map(|by| sum / by).filter(|mean| mean.is_finite());
    if measure.value.is_none() {
        let why = format!("is a sum over the tests ({sum}), and `namedScoresCount` does not say over how many");
        measure.why = Some(why);
    }
}

fn whole_run(run: &Node, prompts: &[Node], results: &mut Results) {
    let before = results.incomplete.len();
    for metrics in prompts.iter().filter_map(|prompt| prompt.get("metrics")) {
        let prompt = Prompt { metrics, prefix: String::new(), task: "" };
        let all = prompt.pass_rate().and_then(|rate| rate.n);
        let errors = prompt.errors();
        if all == Some(0) {
            results.incomplete("no test was run", metrics.anchor());
        } else if errors > 0 {
            let span = metrics.get("testErrorCount").map_or(metrics.span, |node| node.span);
            let of = all.map(|all| format!(" of {all}")).unwrap_or_default();
            results.incomplete(format!("{errors}{of} tests ended in an error instead of a verdict"), span);
        }
    }
    if results.incomplete.len() > before {
        return;
    }
    if prompts.is_empty() {
        return results.incomplete("it has no prompt with metrics", run.anchor());
    }
    if let Some(errors) = run.at(&["stats", "errors"]).filter(|node| whole(Some(node)).is_some_and(|n| n > 0)) {
        let written = quote(errors.text().unwrap_or_default());
        results.incomplete(format!("{written} tests ended in an error instead of a verdict"), errors.span);
    }
}
