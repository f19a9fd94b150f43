//! Reports of garak, `*.report.jsonl`: one JSON object on each line, told apart by
//! `entry_type`. A number is the share of attempts that a detector counted as hits.
//!
//! Times are the local time of the machine, without an offset.

use super::values::{float, named, setting, time, whole};
use super::{Format, Measure, Results};
use crate::parse::Node;
use crate::text::quote;

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Garak);
    let mut ended = false;
    for line in root.items() {
        match line.get("entry_type").and_then(Node::text) {
            Some("start_run setup") => setup(line, &mut results),
            Some("init") => {
                results.settings.extend(setting("version", line.get("garak_version")));
                results.at = results.at.take().or_else(|| time(line.get("start_time")));
            }
            Some("eval") => evaluation(line, &mut results),
            // The digest is appended to a report that is complete.
            Some("digest") => ended = true,
            Some("completion") => {
                ended = true;
                results.at = time(line.get("end_time")).or_else(|| results.at.take());
            }
            _ => {}
        }
    }
    if !ended && let Some(last) = root.items().last() {
        results.incomplete("no line of type `completion`: the run did not come to its end", last.anchor());
    }
    results
}

fn setup(line: &Node, results: &mut Results) {
    let names = ["plugins.target_name", "plugins.model_name"];
    results.subjects.extend(names.iter().filter_map(|name| named(line.get(name))));
    let generations = line.get("run.generations");
    results.settings.extend(setting("generations", generations));
}

fn evaluation(line: &Node, results: &mut Results) {
    let text = |key| line.get(key).and_then(Node::text).unwrap_or_default();
    let (probe, detector) = (text("probe"), text("detector"));
    let total = line.get("total_evaluated").or_else(|| line.get("total"));
    let all = whole(total);
    let passed = whole(line.get("passed"));
    let fails = whole(line.get("fails")).or_else(|| all.zip(passed).and_then(|(all, passed)| all.checked_sub(passed)));
    let at = line.get("fails").or_else(|| line.get("passed")).unwrap_or(line);
    let mut measure = Measure::new(format!("{probe}/{detector}"), probe, detector, at);
    measure.span = if at.is_map() { line.anchor() } else { at.span };
    measure.n = all;
    measure.hits = fails;
    measure.higher_is_better = Some(false);
    (measure.value, measure.why) = match (fails, all) {
        (Some(fails), Some(all)) if fails <= all && all > 0 => (Some(float(fails) / float(all)), None),
        (_, Some(0)) => (None, Some(format!("is a share of no attempts: `{}` evaluated none", quote(probe)))),
        _ => {
            let why = format!("cannot be told: `{}` does not say how many of its attempts failed", quote(probe));
            (None, Some(why))
        }
    };
    results.measures.push(measure);
}
