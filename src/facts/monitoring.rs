//! Whether somebody would notice: alerts for the triggers, fields by which an answer is
//! traced to what gave it, objectives and the way back for users.
//!
//! Every part is as [`mod@super::standing`] says:
//!
//! | fact | what stands so |
//! |---|---|
//! | `alerts[*]` | the alert of one trigger (`trigger`), or of all of them where none has one |
//! | `trace` | the fields of a trace |
//! | `slo` | the objectives for latency and cost, beside the budget |
//!
//! `not_assessed` has one `{path, what, why}` for each file whose rules are not read.

use std::collections::BTreeSet;

use super::release::problem;
use super::rollout::triggers;
use super::standing::{Wrong, excused, names, standing};
use super::{Context, unknown_of};
use crate::link::{Reference, Release, Target};
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "alerts[*].definition",
    "alerts[*].problem",
    "alerts[*].shown",
    "alerts[*].status",
    "alerts[*].trigger",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "slo.definition",
    "slo.problem",
    "slo.shown",
    "slo.status",
    "trace.problem",
    "trace.status",
];

/// How deep the rules of a file of alerts may stand.
const DEPTH: usize = 12;

/// What a trace has to say, and the words by which a field says it.
const TRACED: [(&str, &[&str]); 3] = [
    ("the release", &["release", "model_version", "model.version", "deployment", "service.version"]),
    ("the checkpoint or adapter", &["checkpoint", "adapter", "digest", "weights", "revision", "model_id"]),
    ("the version of the prompt", &["prompt"]),
];

/// The facts under `monitoring`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let root = &document.root;
    let span = root.span_at(&["monitoring"]);
    Node::map(span)
        .with("alerts", Node::seq(alerts(context, document), span))
        .with("not_assessed", Node::seq(not_assessed(context, document), span))
        .with("trace", trace(root))
        .with("slo", slo(root))
}

fn alerts(context: &Context<'_>, document: &Document) -> Vec<Node> {
    let root = &document.root;
    let watched: Vec<&Node> = triggers::written(root).iter().filter(|trigger| excused(trigger).is_none()).collect();
    if watched.is_empty() {
        return Vec::new();
    }
    if watched.iter().all(|trigger| written(root, trigger).is_none()) {
        let span = root.key_at(&["rollback", "triggers"]);
        let all =
            standing(span, Some(Wrong::new("missing", "no trigger has an alert, so nobody is told when one fires")));
        return vec![all.with("trigger", Node::string("", span))];
    }
    let mut lost: BTreeSet<String> = BTreeSet::new();
    let mut own = |trigger: &Node| {
        let id = trigger.get("id");
        let span = id.map_or(trigger.span, |id| id.span);
        let name = id.and_then(Node::text).unwrap_or_default();
        let facts = match written(root, trigger) {
            Some(alert) => standing(alert.span, alert_wrong(context, document, alert, &mut lost)),
            None => {
                standing(span, Some(Wrong::new("missing", format!("trigger `{}` has no alert", text::quote(name)))))
            }
        };
        let at = facts.span;
        facts.with("trigger", Node::string(name, at))
    };
    watched.into_iter().map(&mut own).collect()
}

/// The files with alerts whose rules cannot be looked up, each once.
fn not_assessed(context: &Context<'_>, document: &Document) -> Vec<Node> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut item = |trigger: &Node| {
        let alert = written(&document.root, trigger)?;
        let (file, name) = alert.text()?.split_once('#')?;
        let target = context.files.resolve(&document.path, file);
        let path = target.path().filter(|_| !name.is_empty())?;
        let why = match context.graph.document_at(path).map(|index| &context.graph.documents[index]) {
            Some(found) if found.kind.is_stream() || !found.sound => return None,
            Some(_) => "it is read as a document of another kind",
            None => context.files.why_unread(path),
        };
        told.insert(path.to_owned())
            .then(|| unknown_of(path, "whether the alerts of triggers are there", why, alert.span))
    };
    let watched = triggers::written(&document.root).iter().filter(|trigger| excused(trigger).is_none());
    watched.filter_map(&mut item).collect()
}

/// The alert of a trigger: its own, or the one that the monitoring gives it.
fn written<'a>(root: &'a Node, trigger: &'a Node) -> Option<&'a Node> {
    let own = trigger.get("alert").filter(|alert| alert.text().is_some());
    own.or_else(|| {
        let id = trigger.get("id")?.text()?;
        let alerts = root.at(&["monitoring", "alerts"]).map(Node::items).unwrap_or_default();
        let alert = alerts.iter().find(|alert| alert.get("trigger").and_then(Node::text) == Some(id))?;
        alert.get("rule").filter(|rule| rule.text().is_some())
    })
}

/// What is the matter with an alert. A file that leads nowhere is told once.
fn alert_wrong(context: &Context<'_>, document: &Document, alert: &Node, lost: &mut BTreeSet<String>) -> Option<Wrong> {
    let written = alert.text()?;
    let (file, name) = written.split_once('#').unwrap_or((written, ""));
    let target = context.files.resolve(&document.path, file);
    let Some(path) = target.path() else {
        let reference = reference(alert, file, target);
        let why = format!("alert `{}`: {}", text::quote(file), problem(&reference, "file"));
        return lost.insert(file.to_owned()).then(|| Wrong::new("unresolved", why));
    };
    if name.is_empty() {
        let why = format!("alert `{}` names no rule of its file", text::quote(written));
        return Some(Wrong::new("no-rule", why));
    }
    let rules = Rules::of(context, path)?;
    if rules.has(name) {
        return None;
    }
    let near = text::did_you_mean(name, rules.names.iter().take(1_000).map(|(name, _)| *name));
    let said = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
    let why = format!("there is no rule `{}` in `{}`{said}", text::quote(name), text::quote(file));
    let wrong = Wrong::new("unknown-rule", why);
    let place = near.and_then(|near| rules.names.iter().find(|(name, _)| *name == near)).map(|(_, span)| *span);
    Some(match place {
        Some(place) => wrong.beside(place, "the rule that is nearly called so"),
        None => wrong,
    })
}

fn reference(alert: &Node, file: &str, target: Target) -> Reference {
    Reference { written: file.to_owned(), span: alert.span, pointer: Pointer::root(), digest: None, target }
}

/// The alert rules of a file, by name.
struct Rules<'a> {
    names: Vec<(&'a str, Span)>,
}

impl<'a> Rules<'a> {
    /// The rules of the file at a path; `None` where it could not be read as YAML or JSON.
    fn of(context: &Context<'a>, path: &str) -> Option<Self> {
        let document = &context.graph.documents[context.graph.document_at(path)?];
        if !document.kind.is_stream() || !document.sound {
            return None;
        }
        let mut names = Vec::new();
        collect(&document.root, DEPTH, &mut names);
        Some(Self { names })
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| *known == name)
    }
}

/// Names of rules: `alert` of Prometheus, `title` and `uid` of Grafana, `name` of others.
fn collect<'a>(node: &'a Node, depth: usize, names: &mut Vec<(&'a str, Span)>) {
    if depth == 0 {
        return;
    }
    for key in ["alert", "title", "name", "uid"] {
        if let Some(value) = node.get(key)
            && let Some(text) = value.text()
        {
            names.push((text, value.span));
        }
    }
    let children = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    for child in children {
        collect(child, depth - 1, names);
    }
}

fn trace(root: &Node) -> Node {
    let span = root.key_at(&["monitoring", "trace_fields"]);
    let Some(monitoring) = root.get("monitoring").filter(|monitoring| monitoring.is_map()) else {
        return standing(span, Some(Wrong::new("missing", "the release says nothing about how it is watched")));
    };
    let fields: Vec<String> = monitoring
        .get("trace_fields")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|field| field.text().map(|field| field.to_lowercase().replace('-', "_")))
        .collect();
    let prompted = root.get("prompts").is_none_or(|prompts| !prompts.items().is_empty());
    let missing: Vec<&str> = TRACED
        .iter()
        .filter(|(what, _)| prompted || !what.contains("prompt"))
        .filter(|(_, words)| !fields.iter().any(|field| words.iter().any(|word| field.contains(word))))
        .map(|(what, _)| *what)
        .collect();
    let wrong = (!missing.is_empty()).then(|| {
        let last = missing.join(" or ");
        Wrong::new("incomplete", format!("no trace field says {last}"))
    });
    standing(span, wrong)
}

fn slo(root: &Node) -> Node {
    let span = root.key_at(&["monitoring", "slo"]);
    if root.get("monitoring").is_none_or(|monitoring| !monitoring.is_map()) {
        return standing(span, None);
    }
    standing(span, slo_wrong(root))
}

fn slo_wrong(root: &Node) -> Option<Wrong> {
    let slo = root.at(&["monitoring", "slo"]).map(Node::entries).unwrap_or_default();
    let begins = |word: &str| slo.iter().find(|entry| entry.key.contains(word));
    let missing: Vec<&str> = ["latency", "cost"].into_iter().filter(|word| begins(word).is_none()).collect();
    if !missing.is_empty() {
        return Some(Wrong::new("missing", format!("there is no objective for {}", names(missing))));
    }
    let cost = slo.iter().find(|entry| entry.key.contains("cost_per_1k"))?;
    let traffic = root.at(&["scope", "expected_traffic"])?;
    let requests = traffic.get("requests_per_day")?.as_f64()?;
    let budget = traffic.get("budget_usd_per_month")?;
    let month = cost.value.as_f64()? * requests * 30.0 / 1000.0;
    let beyond = month > budget.as_f64()? * 1.005;
    beyond.then(|| {
        let why = format!(
            "the cost objective allows {month:.0} USD a month at {requests} requests a day, the budget is {}",
            text::quote(budget.text().unwrap_or_default())
        );
        Wrong::new("over-budget", why).at(cost.value.span).beside(budget.span, "the budget")
    })
}
