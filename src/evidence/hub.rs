//! Results as the Hub keeps them: the `model-index` of a card's front matter, and the
//! lists under `.eval_results`.

use super::values::{clip, named, setting, time};
use super::{Format, Measure, Results};
use crate::parse::Node;

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Hub);
    let models = root.get("model-index").map(Node::items).unwrap_or_default();
    for model in models {
        results.subjects.extend(named(model.get("name")));
        for result in model.get("results").map(Node::items).unwrap_or_default() {
            indexed(result, &mut results);
        }
    }
    for item in root.items() {
        listed(item, &mut results);
    }
    results
}

/// One result of a `model-index`: `dataset/metric`, with the configuration of the dataset.
fn indexed(result: &Node, results: &mut Results) {
    let of = |keys: &[&str]| result.at(keys).and_then(Node::text).map(clip);
    let dataset = of(&["dataset", "type"]).or_else(|| of(&["dataset", "name"]));
    let dataset = dataset.or_else(|| of(&["task", "type"])).unwrap_or_default();
    let settings = ["config", "split", "revision"].map(|key| setting(key, result.at(&["dataset", key])));
    let settings: Vec<_> = settings.into_iter().flatten().collect();
    for metric in result.get("metrics").map(Node::items).unwrap_or_default() {
        let Some(name) = metric.get("type").or_else(|| metric.get("name")).and_then(Node::text) else { continue };
        let value = metric.get("value").unwrap_or(metric);
        let config = of(&["dataset", "config"]).map(|config| format!(",{config}")).unwrap_or_default();
        let mut measure = Measure::new(format!("{dataset}/{name}{config}"), dataset, name, value);
        if value.is_map() {
            (measure.why, measure.span) = (Some("is missing".to_owned()), metric.anchor());
        }
        measure.settings.clone_from(&settings);
        results.measures.push(measure);
    }
}

/// One entry of a file under `.eval_results`.
fn listed(item: &Node, results: &mut Results) {
    let of = |keys: &[&str]| item.at(keys).and_then(Node::text);
    let (Some(dataset), Some(value)) = (of(&["dataset", "id"]), item.get("value")) else { return };
    let task = of(&["dataset", "task_id"]).unwrap_or_default();
    let key = if task.is_empty() { dataset.to_owned() } else { format!("{dataset}/{task}") };
    let mut measure = Measure::new(key, dataset, task, value);
    measure.settings.extend(setting("revision", item.at(&["dataset", "revision"])));
    results.measures.push(measure);
    // The newest entry says when the file is from; days and times sort as text.
    let at = time(item.get("date"));
    let newer = match (&at, &results.at) {
        (Some(at), Some(known)) => at.text > known.text,
        (at, _) => at.is_some(),
    };
    if newer {
        results.at = at;
    }
}
