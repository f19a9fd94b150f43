//! What would take a release back: seven triggers, each of which can be measured, says what
//! to do and whom to wake, and was there before the first user outside.

use std::sync::LazyLock;

use regex::Regex;

use super::stages::Stages;
use crate::facts::standing::{Wrong, excused, names, says_something, standing};
use crate::facts::{Context, left, moment, owner};
use crate::link::Release;
use crate::parse::Node;
use crate::pointer::Pointer;
use crate::source::Span;
use crate::text;

/// What is watched.
const TRIGGERS: [&str; 7] = [
    "schema_failure_rate",
    "hallucination_reports",
    "safety_incidents",
    "cost_spike",
    "latency_slo",
    "retrieval_quality",
    "tool_call_errors",
];

/// What a trigger says.
const FIELDS: [&str; 5] = ["metric", "condition", "window", "action", "owner"];

/// An operator and a number, with a unit, or a part of what was measured before.
static CONDITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r"[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
    let unit = r"\s*(?:%|[a-zA-Z/$€_]+[a-zA-Z0-9/_]*)?";
    let name = r"[a-zA-Z_][a-zA-Z0-9_.]*";
    Regex::new(&format!(
        r"^\s*(?P<op>>=|<=|==|!=|>|<|≥|≤)\s*(?:(?P<number>-?{number})(?P<unit>{unit})|{name}(?:\s*[-+*/]\s*{number}\s*%?)?|{number}\s*%?\s*(?:[*x×]|of)\s*{name})\s*$"
    ))
    .ok()
});

/// The triggers as the manifest writes them.
pub(in crate::facts) fn written(root: &Node) -> &[Node] {
    root.at(&["rollback", "triggers"]).map(Node::items).unwrap_or_default()
}

/// The facts under `rollout.triggers`.
pub(super) fn derive(context: &Context<'_>, release: &Release, stages: &Stages<'_>) -> Node {
    let root = &context.graph.documents[release.document].root;
    let span = root.key_at(&["rollback", "triggers"]);
    let items = written(root)
        .iter()
        .filter(|trigger| excused(trigger).is_none())
        .map(|trigger| item(context, release, trigger));
    Node::map(span)
        .with("present", standing(span, absent(root)))
        .with("defined", defined(root, stages, span))
        .with("items", Node::seq(items.collect(), span))
}

fn id(trigger: &Node) -> &str {
    trigger.get("id").and_then(Node::text).unwrap_or_default()
}

fn absent(root: &Node) -> Option<Wrong> {
    let written = written(root);
    if written.is_empty() {
        return Some(Wrong::new("missing", "nothing says what would take the release back: there are no triggers"));
    }
    let missing: Vec<&str> =
        TRIGGERS.into_iter().filter(|name| !written.iter().any(|trigger| id(trigger) == *name)).collect();
    if !missing.is_empty() {
        let other = written.iter().map(id).filter(|id| !TRIGGERS.contains(id));
        let meant = missing.iter().find_map(|name| text::did_you_mean(name, other.clone()));
        let near = meant.map_or(String::new(), |meant| format!("; is `{}` meant to be one?", text::quote(meant)));
        return Some(Wrong::new("missing", format!("there is no trigger {}{near}", names(missing))));
    }
    let blank = written.iter().find(|trigger| excused(trigger) == Some(false))?;
    let why = format!("trigger `{}` is left out without a reason", text::quote(id(blank)));
    let span = blank.get("not_applicable").map_or(blank.span, |excuse| excuse.span);
    Some(Wrong::new("no-reason", why).at(span))
}

/// Whether the triggers were there before the first stage with users outside.
fn defined(root: &Node, stages: &Stages<'_>, span: Span) -> Node {
    if written(root).is_empty() {
        return standing(span, None);
    }
    let Some(defined) = root.at(&["rollback", "plan", "defined_at"]).filter(|at| !at.is_null()) else {
        let plan = Pointer::root().key("rollback").key("plan");
        let place = root.key_span_of(&plan).unwrap_or(span);
        return standing(place, Some(Wrong::new("unknown", "nothing says when the triggers were defined")));
    };
    let late = stages.first_external_start().filter(|start| match (moment::instant(defined), moment::instant(start)) {
        (Some(defined), Some(start)) => defined > start,
        _ => false,
    });
    let wrong = late.map(|start| {
        let shown = |node: &Node| text::quote(node.text().unwrap_or_default());
        let why = format!(
            "the triggers were defined at {}, after the first users outside came at {}",
            shown(defined),
            shown(start)
        );
        Wrong::new("late", why).beside(start.span, "the first stage with users outside begins")
    });
    standing(defined.span, wrong)
}

fn item(context: &Context<'_>, release: &Release, trigger: &Node) -> Node {
    let place = trigger.get("id").map_or(trigger.span, |id| id.span);
    let wrong = idle(context, release, trigger);
    standing(place, wrong).with("id", Node::string(id(trigger), place))
}

/// Why a trigger would not do anything.
fn idle(context: &Context<'_>, release: &Release, trigger: &Node) -> Option<Wrong> {
    let said = |key: &str| trigger.get(key).and_then(Node::text).is_some_and(says_something);
    let missing: Vec<&str> = FIELDS.into_iter().filter(|key| !said(key)).collect();
    if !missing.is_empty() {
        return Some(Wrong::new("incomplete", format!("it says no {}", names(missing))));
    }
    let condition = trigger.get("condition")?;
    let Some(parsed) = Condition::parse(condition.text()?) else {
        let why = format!("nobody can measure its condition `{}`", text::quote(condition.text()?));
        return Some(Wrong::new("unmeasurable", why).at(condition.span));
    };
    let window = trigger.get("window")?;
    if moment::seconds(window).is_none_or(|seconds| seconds <= 0.0) {
        let why = format!("its window `{}` is no duration", text::quote(window.text()?));
        return Some(Wrong::new("no-window", why).at(window.span));
    }
    let root = &context.graph.documents[release.document].root;
    nobody(context, release, trigger.get("owner")?).or_else(|| looser(root, trigger, condition, &parsed))
}

/// Whether the owner is nobody who can be woken: a duty that is given to nobody, or a
/// handle that the roster does not have. A rotation is fine.
fn nobody(context: &Context<'_>, release: &Release, owner: &Node) -> Option<Wrong> {
    let written = owner.text()?;
    let root = &context.graph.documents[release.document].root;
    if root.at(&["ownership", "roles", written]).is_some() {
        return None;
    }
    let state = owner::standing(context.graph, written);
    let why = match state {
        "unknown" => format!("its owner `{}` is not in the roster", text::quote(written)),
        "inactive" if !left::is_first(context.graph, release, owner) => return None,
        "inactive" | "bot" => format!("its owner `{}` is listed in the roster as {state}", text::quote(written)),
        _ => return None,
    };
    Some(Wrong::new("no-owner", why).at(owner.span))
}

struct Condition {
    /// Whether it fires above its number, or below.
    above: Option<bool>,
    /// Its number, where it has one without a unit.
    number: Option<f64>,
}

impl Condition {
    fn parse(text: &str) -> Option<Self> {
        let found = CONDITION.as_ref()?.captures(text)?;
        let above = match found.name("op")?.as_str() {
            ">" | ">=" | "≥" => Some(true),
            "<" | "<=" | "≤" => Some(false),
            _ => None,
        };
        let unit = found.name("unit").map_or("", |unit| unit.as_str().trim());
        let number = found.name("number").filter(|_| unit.is_empty());
        Some(Self { above, number: number.and_then(|number| number.as_str().replace('_', "").parse().ok()) })
    }
}

/// A trigger that fires later than the objective is broken.
fn looser(root: &Node, trigger: &Node, condition: &Node, parsed: &Condition) -> Option<Wrong> {
    let metric = trigger.get("metric")?.text()?;
    let slo = root.at(&["monitoring", "slo"])?.entries().iter().find(|entry| same_metric(metric, &entry.key))?;
    let (above, number, limit) = (parsed.above?, parsed.number?, number(&slo.value)?);
    let late = if above { number > limit } else { number < limit };
    late.then(|| {
        let why = format!(
            "it waits until `{}`, and the objective `{}` is {limit}",
            text::quote(condition.text().unwrap_or_default()),
            text::quote(&slo.key)
        );
        Wrong::new("looser", why).at(condition.span).beside(slo.value.span, "the objective")
    })
}

fn number(node: &Node) -> Option<f64> {
    node.as_f64().or_else(|| node.text()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// Whether two names are of one metric: equal, or one goes on where the other ends
/// (`cost_per_1k`, `cost_per_1k_requests_usd`).
fn same_metric(one: &str, other: &str) -> bool {
    let begins =
        |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    begins(one, other) || begins(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_can_be_measured() {
        for condition in [
            "> 0.02",
            ">= 1",
            "<0.85",
            "> baseline*1.5",
            "> baseline * 1.5",
            "> 2%",
            "> 1200 ms",
            "> 1.5x baseline",
            "> 120 % of baseline",
            "< 1e-3",
            "> slo.latency_p95_ms",
            "> 10_000",
        ] {
            assert!(Condition::parse(condition).is_some(), "{condition}");
        }
        for wish in ["too high", "0.02", "> ", "more than usual", "> a lot", ">> 3", "> 1 > 2"] {
            assert!(Condition::parse(wish).is_none(), "{wish}");
        }
    }

    #[test]
    fn a_metric_and_its_objective() {
        assert!(same_metric("latency_p95_ms", "latency_p95_ms"));
        assert!(same_metric("cost_per_1k", "cost_per_1k_requests_usd"));
        assert!(!same_metric("cost_per_10", "cost_per_1"));
        assert!(!same_metric("latency_p95_s", "latency_p95_ms"));
    }
}
