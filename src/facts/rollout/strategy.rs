//! The strategy of a rollout and the fields that it cannot do without.

use crate::facts::standing::{Wrong, names, says_something, standing};
use crate::parse::Node;
use crate::text;

const STRATEGIES: [&str; 4] = ["canary", "blue-green", "feature-flag", "ab-test"];

/// How the strategy stands; `ok` where there is no rollout at all, which is told once.
pub(super) fn derive(root: &Node) -> Node {
    let span = root.span_at(&["rollout", "strategy"]);
    let Some(rollout) = root.get("rollout").filter(|rollout| rollout.is_map()) else { return standing(span, None) };
    standing(span, wrong(root, rollout))
}

fn wrong(root: &Node, rollout: &Node) -> Option<Wrong> {
    let written = rollout.get("strategy").filter(|strategy| !strategy.is_null());
    let Some(written) = written else {
        return Some(Wrong::new("missing", "the rollout plan names no strategy"));
    };
    let (name, settings) = match written.entries().first() {
        Some(entry) => (&*entry.key, Some(&entry.value)),
        None => (written.text().unwrap_or_default(), None),
    };
    if !STRATEGIES.contains(&name) {
        let near = text::did_you_mean(name, STRATEGIES)
            .map_or_else(|| format!("it is one of {}", names(STRATEGIES)), |near| format!("did you mean `{near}`?"));
        return Some(Wrong::new("unknown", format!("there is no strategy `{}`; {near}", text::quote(name))));
    }
    let missing = match name {
        "canary" => canary(rollout),
        "blue-green" => blue_green(settings.or_else(|| rollout.get("blue_green"))),
        "feature-flag" => feature_flag(root, settings),
        _ => ab_test(settings.or_else(|| rollout.get("ab_test"))),
    };
    let why = format!("the strategy `{name}` needs {}", names(missing.iter().map(String::as_str)));
    (!missing.is_empty()).then(|| Wrong::new("incomplete", why))
}

fn said(node: Option<&Node>) -> bool {
    node.is_some_and(|node| match node.text() {
        Some(text) => says_something(text),
        None => !node.items().is_empty(),
    })
}

/// The keys that a mapping does not say, with where they belong.
fn lacking(node: Option<&Node>, below: &str, keys: &[&str]) -> Vec<String> {
    let missing = keys.iter().filter(|key| !said(node.and_then(|node| node.get(key))));
    missing.map(|key| format!("{below}.{key}")).collect()
}

/// A canary needs something that divides the traffic.
fn canary(rollout: &Node) -> Vec<String> {
    let flag = rollout.get("flag").is_some_and(Node::is_map);
    if flag || said(rollout.get("manifests")) { Vec::new() } else { vec!["rollout.manifests".to_owned()] }
}

fn blue_green(settings: Option<&Node>) -> Vec<String> {
    let mut missing = lacking(settings, "rollout.blue_green", &["active", "preview", "switch"]);
    if settings.and_then(|settings| settings.get("identical_config")).and_then(Node::as_bool) != Some(true) {
        missing.push("rollout.blue_green.identical_config: true".to_owned());
    }
    missing
}

fn feature_flag(root: &Node, settings: Option<&Node>) -> Vec<String> {
    let flag = settings.filter(|settings| settings.is_map()).or_else(|| root.at(&["rollout", "flag"]));
    let own = ["provider", "file", "key", "candidate_variant"];
    let mut missing = lacking(flag, "rollout.flag", &own);
    let back = flag
        .and_then(|flag| flag.get("rollback_variant"))
        .or_else(|| root.at(&["rollback", "flag", "rollback_variant"]));
    if !said(back) {
        missing.push("rollout.flag.rollback_variant".to_owned());
    }
    missing
}

fn ab_test(settings: Option<&Node>) -> Vec<String> {
    let mut missing = lacking(settings, "rollout.ab_test", &["assignment", "metric", "min_sample", "stop_rule"]);
    let arms = settings.and_then(|settings| settings.get("arms")).map_or(0, |arms| arms.items().len());
    if arms < 2 {
        missing.insert(0, "rollout.ab_test.arms[1]".to_owned());
    }
    missing
}
