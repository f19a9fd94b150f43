//! Results of the lm-evaluation-harness.
//!
//! The first generation writes `acc` and `acc_stderr`, since 0.4 they are
//! `acc,none` and `acc_stderr,none` with the name of the filter. The number that
//! there is none of is `"N/A"`, `null` or `NaN`, depending on the version.

use std::collections::{BTreeMap, BTreeSet};

use super::values::{clip, index, instant, known, named, setting, time, whole, written};
use super::{Format, Measure, Named, Results};
use crate::parse::{Entry, Node};
use crate::text::{count, quote};

/// Entries of a task that are no metrics.
const NOT_METRICS: &[&str] = &["alias", "name", "sample_len", "sample_count", "samples", "task"];

/// Arguments of a model that name what is evaluated.
const NAMING: &[&str] = &[
    "adapter",
    "checkpoint",
    "delta",
    "engine",
    "gguf_file",
    "lora_local_path",
    "model",
    "model_id",
    "model_path",
    "path",
    "peft",
    "pretrained",
    "revision",
];

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::LmEval);
    results.subjects = subjects(root);
    results.at = ended(root);
    let seed = ["config", "fewshot_seed"];
    results.settings = [
        setting("chat-template", root.get("chat_template_sha")),
        setting("system-instruction", root.get("system_instruction_sha")),
        setting("fewshot-multiturn", root.get("fewshot_as_multiturn")),
        setting("fewshot-seed", root.at(&seed)),
        written("generation", root.at(&["config", "gen_kwargs"])),
    ]
    .into_iter()
    .flatten()
    .collect();
    let tables = Tables::new(root);
    let mut read = BTreeSet::new();
    for part in ["results", "groups"] {
        for task in root.get(part).map(Node::entries).unwrap_or_default() {
            if read.insert(&*task.key) {
                tables.task(task, &mut results);
            }
        }
    }
    limits(root, &mut results);
    results
}

fn subjects(root: &Node) -> Vec<Named> {
    let mut all = Vec::new();
    if let Some(args) = root.at(&["config", "model_args"]) {
        let pairs = args.as_str().unwrap_or_default().split(',').filter_map(|pair| pair.split_once('='));
        let naming = pairs.filter(|(name, _)| NAMING.contains(&name.trim()));
        all.extend(naming.map(|(_, value)| Named { text: value.trim().to_owned(), span: args.span }));
        let entries = args.entries().iter().filter(|entry| NAMING.contains(&&*entry.key));
        all.extend(entries.filter_map(|entry| named(Some(&entry.value))));
    }
    let others = [root.get("model_name"), root.at(&["config", "model_sha"]), root.at(&["config", "model_revision"])];
    all.extend(others.into_iter().filter_map(named));
    all.retain(|name| !name.text.is_empty() && !matches!(name.text.as_str(), "main" | "None" | "null"));
    all
}

/// `date` is when the run began.
fn ended(root: &Node) -> Option<Named> {
    let date = root.get("date")?;
    let took = root.get("total_evaluation_time_seconds");
    let took = took.and_then(Node::text).and_then(|text| text.parse::<f64>().ok()).filter(|took| took.is_finite());
    match date.as_f64().zip(took) {
        Some((began, took)) => Some(Named { text: instant(began + took)?, span: date.span }),
        None => time(Some(date)),
    }
}

/// What the file says of each task beside its numbers.
struct Tables<'n> {
    by_task: BTreeMap<&'static str, BTreeMap<&'n str, &'n Node>>,
    shots: Option<&'n Node>,
}

impl<'n> Tables<'n> {
    fn new(root: &'n Node) -> Self {
        let parts = ["versions", "n-shot", "task_hashes", "configs", "n-samples", "higher_is_better"];
        Self {
            by_task: parts.into_iter().map(|part| (part, index(root.get(part)))).collect(),
            shots: root.at(&["config", "num_fewshot"]),
        }
    }

    fn task(&self, task: &Entry, results: &mut Results) {
        let of = |part: &str| self.by_task.get(part).and_then(|tasks| tasks.get(&*task.key)).copied();
        let configured = |key: &str| of("configs").and_then(|config| config.get(key));
        let settings = [
            setting("version", of("versions")),
            setting("n-shot", of("n-shot").or(self.shots)),
            setting("task-hash", of("task_hashes")),
            setting("dataset", configured("dataset_path")),
            setting("subset", configured("dataset_name")),
            setting("split", configured("test_split")),
        ];
        let settings: Vec<_> = settings.into_iter().flatten().collect();
        let n = of("n-samples").and_then(|samples| whole(samples.get("effective")));
        let (name, values, higher) = (clip(&task.key), index(Some(&task.value)), index(of("higher_is_better")));
        for entry in task.value.entries() {
            let (metric, filter) = match entry.key.split_once(',') {
                Some((metric, filter)) => (metric, Some(filter)),
                None => (&*entry.key, None),
            };
            if !is_metric(metric, filter, &entry.value) {
                continue;
            }
            let error = filter.map_or_else(|| format!("{metric}_stderr"), |filter| format!("{metric}_stderr,{filter}"));
            let mut measure = Measure::new(format!("{name}/{}", entry.key), name, metric, &entry.value);
            measure.stderr = known(values.get(error.as_str()).copied());
            measure.n = n;
            measure.higher_is_better = higher.get(metric).and_then(|node| node.as_bool());
            measure.settings.clone_from(&settings);
            results.measures.push(measure);
        }
    }
}

fn is_metric(name: &str, filter: Option<&str>, value: &Node) -> bool {
    let text = value.as_str().is_some() && filter.is_none();
    !name.trim().is_empty()
        && !NOT_METRICS.contains(&name)
        && !name.ends_with("_stderr")
        && !text
        && value.scalar().is_some()
}

fn limits(root: &Node, results: &mut Results) {
    let counts = |task: &Entry| whole(task.value.get("effective")).zip(whole(task.value.get("original")));
    let short = |task: &&Entry| counts(task).is_some_and(|(effective, original)| effective < original);
    let samples = root.get("n-samples").map(Node::entries).unwrap_or_default();
    let all: Vec<&Entry> = samples.iter().filter(short).collect();
    // A limit beyond the number of samples left nothing out.
    let spared = !samples.is_empty() && all.is_empty() && samples.iter().all(|task| counts(task).is_some());
    if let Some(limit) = root.at(&["config", "limit"]).filter(|limit| !limit.is_null() && !spared) {
        let written = quote(limit.text().unwrap_or_default().trim_end_matches(".0"));
        let message = match limit.as_f64() {
            Some(share) if share > 0.0 && share < 1.0 => {
                format!("the run was limited to a share of {written} of the samples")
            }
            _ => format!("the run was limited to {written} samples of each task"),
        };
        return results.incomplete(message, limit.span);
    }
    if let Some(first) = all.first() {
        let text = |key| first.value.get(key).and_then(Node::text).unwrap_or_default();
        let more = if all.len() > 1 { format!(", and {} more", count(all.len() - 1, "task")) } else { String::new() };
        let task = quote(&first.key);
        let (ran, whole) = (quote(text("effective")), quote(text("original")));
        results.incomplete(format!("task `{task}` ran on {ran} of {whole} samples{more}"), first.value.span);
    }
}
