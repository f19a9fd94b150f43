//! Tells the format of a result file by what is in it, and reads it.

use std::collections::BTreeSet;

use super::{Format, Results, Unreadable, garak, generic, helm, hub, inspect, lm_eval, promptfoo, pyrit};
use crate::parse::Node;

/// So many items of a list are looked at to tell what it is a list of.
const LOOK: usize = 200;

/// Reads the tree of a result file as the declared format, or as the one that it looks like.
/// `run_spec` is the tree of the `run_spec.json` beside it, which names the model of a HELM run.
pub fn read(declared: Option<Format>, root: &Node, run_spec: Option<&Node>) -> Result<Results, Unreadable> {
    let actual = detect(root);
    let format = match (declared, actual) {
        (Some(declared), Some(actual)) if declared != actual => {
            let message = format!("is {}, not {}", actual.describe(), declared.describe());
            return Err(unreadable(message, root, Some(actual)));
        }
        (_, Some(actual)) => actual,
        (Some(declared), None) => {
            return Err(unreadable(format!("does not look like {}", declared.describe()), root, None));
        }
        (None, None) => return Err(unreadable("holds no results in a known format".to_owned(), root, None)),
    };
    let mut results = match format {
        Format::LmEval => lm_eval::read(root),
        Format::Inspect => inspect::read(root),
        Format::Promptfoo => promptfoo::read(root),
        Format::Garak => garak::read(root),
        Format::Pyrit => pyrit::read(root),
        Format::Helm => helm::read(root, run_spec),
        Format::Hub => hub::read(root),
        Format::Generic => generic::read(root),
    };
    let mut seen = BTreeSet::new();
    results.subjects.retain(|subject| seen.insert(subject.text.clone()));
    Ok(results)
}

fn unreadable(message: String, root: &Node, actual: Option<Format>) -> Unreadable {
    Unreadable { message, span: root.anchor().start_point(), actual }
}

/// The format that a tree looks like.
pub fn detect(root: &Node) -> Option<Format> {
    if root.is_seq() { of_list(root) } else { of_map(root) }
}

fn of_list(root: &Node) -> Option<Format> {
    let any = |is: &dyn Fn(&Node) -> bool| root.items().iter().take(LOOK).any(is);
    if any(&|item| item.get("entry_type").is_some()) {
        Some(Format::Garak)
    } else if any(&pyrit::is_attack) {
        Some(Format::Pyrit)
    } else if any(&|item| item.at(&["name", "name"]).is_some()) {
        Some(Format::Helm)
    } else if any(&|item| item.at(&["dataset", "id"]).is_some() && item.get("value").is_some()) {
        Some(Format::Hub)
    } else {
        generic::is_one(root).then_some(Format::Generic)
    }
}

fn of_map(root: &Node) -> Option<Format> {
    let map = |keys: &[&str]| root.at(keys).is_some_and(Node::is_map);
    let has = |keys: &[&str]| root.at(keys).is_some();
    if has(&["model-index"]) {
        return Some(Format::Hub);
    }
    if map(&["eval"]) && (has(&["status"]) || has(&["eval", "task"])) {
        return Some(Format::Inspect);
    }
    let ran_prompts = has(&["results", "prompts"]) || has(&["results", "stats"]) || has(&["results", "table"]);
    if has(&["evalId"]) || (map(&["results"]) && ran_prompts) || (has(&["prompts"]) && has(&["stats"])) {
        return Some(Format::Promptfoo);
    }
    let harness = map(&["versions"]) || map(&["configs"]) || map(&["n-samples"]) || has(&["config", "model_args"]);
    if map(&["results"]) && (harness || has_harness_keys(root)) {
        return Some(Format::LmEval);
    }
    if pyrit::is_scenario(root) {
        return Some(Format::Pyrit);
    }
    generic::is_one(root).then_some(Format::Generic)
}

/// Whether a task has a number with its filter or its error: `acc,none`, `acc_stderr`.
fn has_harness_keys(root: &Node) -> bool {
    let tasks = root.get("results").map(Node::entries).unwrap_or_default();
    let mut keys = tasks.iter().take(LOOK).flat_map(|task| task.value.entries().iter().take(LOOK));
    keys.any(|entry| entry.key.ends_with(",none") || entry.key.ends_with("_stderr"))
}
