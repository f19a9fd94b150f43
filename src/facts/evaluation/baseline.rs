//! What the results are compared with: the release in production, and the base model.
//!
//! `baseline` is one mapping:
//!
//! | fact | what it says |
//! |---|---|
//! | `status` | `ready`, `first` (no other release to compare with), `excused`, or `unnamed`, `unknown`, `ambiguous`, `itself`, `unapproved`, `digest-differs`, `not-production`, `without-values` |
//! | `problem` | why it is not ready |
//! | `definition`, `shown` | the other side, to be shown |
//!
//! `base` says whether the safety of the release is compared with that of the base
//! model, or of the release before: `status` is `compared`, `previous`, `excused`,
//! `not-due` (there is no base model), `unmeasured` (no safety suite, which is found
//! elsewhere), `partly` or `missing`; `problem` says what is missing.

use super::super::Context;
use super::metric::Metric;
use super::metrics::Before;
use super::packet::{Evidence, Packet, Suite, excused, text_of};
use crate::evidence::{Selected, select};
use crate::link::{Graph, Known, KnownVersion, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["base.problem", "base.status", "baseline.definition", "baseline.problem", "baseline.shown", "baseline.status"];

/// Registry statuses of a release that can be compared with.
const LIVE: [&str; 2] = ["approved", "production"];

/// Where a baseline stands.
struct Standing {
    status: &'static str,
    problem: String,
    other: Option<(Span, &'static str)>,
}

impl Standing {
    fn new(status: &'static str, problem: impl Into<String>) -> Self {
        Self { status, problem: problem.into(), other: None }
    }

    fn shown(mut self, span: Span, what: &'static str) -> Self {
        self.other = Some((span, what));
        self
    }
}

/// The manifest's release that its packet compares with.
pub(super) fn release<'g>(graph: &'g Graph<'_>, release: &Release) -> Option<&'g Release> {
    let document = release.baseline?;
    let at = graph.releases.binary_search_by_key(&document, |release| release.document).ok()?;
    graph.releases.get(at)
}

/// The facts about the baseline of a packet.
pub(super) fn derive(context: &Context<'_>, manifest: &Node, packet: &Packet<'_>, before: &Before<'_>) -> Node {
    let root = &packet.document.root;
    let named = root.at(&["baseline", "release"]);
    let derived = named
        .or_else(|| manifest.at(&["metadata", "changelog", "previous"]))
        .or_else(|| manifest.at(&["lifecycle", "supersedes"]))
        .filter(|node| node.text().is_some());
    let span = named.or(root.get("baseline")).map_or(root.anchor(), |node| node.span);
    let standing = if root.get("baseline").is_some_and(excused) {
        Standing::new("excused", "")
    } else {
        let standing = standing(context.graph, manifest, root, derived);
        if standing.status == "ready" && !valued(packet, before) {
            let name = text::quote(derived.and_then(Node::text).unwrap_or_default());
            let why =
                format!("nothing says what `{name}` reached: it has no packet here, and no metric has a `baseline`");
            Standing::new("without-values", why)
        } else {
            standing
        }
    };
    let mut facts = Node::map(span)
        .with("status", Node::string(standing.status, span))
        .with("problem", Node::string(standing.problem, span));
    if let Some((other, what)) = standing.other {
        facts.put("definition", Node::string("", other));
        facts.put("shown", Node::string(what, other));
    }
    facts
}

fn valued(packet: &Packet<'_>, before: &Before<'_>) -> bool {
    let literal = |metric: &Node| metric.get("baseline").is_some_and(|baseline| baseline.as_f64().is_some());
    !before.is_empty() || packet.metrics().any(literal) || packet.metrics().next().is_none()
}

fn standing(graph: &Graph<'_>, manifest: &Node, packet: &Node, named: Option<&Node>) -> Standing {
    let model = manifest.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default();
    let version = manifest.at(&["metadata", "version"]).and_then(Node::text).unwrap_or_default();
    let id = manifest.at(&["metadata", "id"]).and_then(Node::text).unwrap_or_default();
    let production = production(graph, model, version);
    let Some(name) = named.and_then(Node::text) else {
        return match production.or_else(|| another(graph, model, version)) {
            None => Standing::new("first", ""),
            Some(other) => {
                let why = format!("the packet names none, though `{}` is there to compare with", name_of(other));
                Standing::new("unnamed", why).shown(other.status_span, "what is in production")
            }
        };
    };
    if name == id {
        return Standing::new("itself", "it is the release itself");
    }
    match graph.registries.release(name, model) {
        Known::Unknown(unlisted) => {
            let near = unlisted.near();
            let near_name =
                near.as_ref().map_or(String::new(), |(near, _)| format!("; did you mean `{}`?", text::quote(near)));
            let place =
                if graph.registries.present { "no model registry lists it" } else { "no other release has that id" };
            let standing = Standing::new("unknown", format!("{place}{near_name}"));
            match near {
                Some((_, span)) => standing.shown(span, "the nearest that is known"),
                None => standing,
            }
        }
        Known::Several(versions) => {
            Standing::new("ambiguous", format!("{} go by that name", text::count(versions.len(), "version")))
        }
        Known::Version(found) => known(found, production, packet, version),
    }
}

fn known(found: &KnownVersion, production: Option<&KnownVersion>, packet: &Node, own: &str) -> Standing {
    // What production is has given up nothing yet: that the alias names it is told there.
    let serves = production.is_some_and(|production| production.span == found.span);
    if let Some(status) = found.status.as_deref().filter(|status| !LIVE.contains(status) && !serves) {
        let why =
            format!("the registry has `{}` as {}, not approved or production", name_of(found), text::quote(status));
        return Standing::new("unapproved", why).shown(found.status_span, "its status");
    }
    let declared = packet.at(&["baseline", "digest"]).and_then(Node::text);
    if let (Some(declared), Some(registered)) = (declared, found.digest.as_deref())
        && declared != registered
    {
        let why = format!("`{}` is registered with another digest", name_of(found));
        return Standing::new("digest-differs", why).shown(found.span, "as it is registered");
    }
    match production.filter(|production| production.version != found.version && production.version != own) {
        Some(production) => {
            let why = format!("production is `{}`", name_of(production));
            Standing::new("not-production", why).shown(production.status_span, "what is in production")
        }
        None => Standing::new("ready", ""),
    }
}

fn name_of(version: &KnownVersion) -> String {
    text::quote(format!("{} {}", version.model, version.version).trim())
}

/// The version that the alias `production` names, else the only one of that status;
/// `None` where it is the release itself.
fn production<'g>(graph: &'g Graph<'_>, model: &str, own: &str) -> Option<&'g KnownVersion> {
    let of_model = || graph.registries.of_model(model);
    let alias = of_model().find_map(|version| {
        let entries = graph.registered(model, &version.version);
        entries.first()?.model.at(&["aliases", "production"])?.text()
    });
    match alias {
        Some(alias) if alias == own => None,
        Some(alias) => of_model().find(|version| version.version == alias),
        None => {
            let mut live = of_model().filter(|version| version.status.as_deref() == Some("production"));
            live.next().filter(|first| first.version != own && live.next().is_none())
        }
    }
}

/// Another version of the model that could be compared with.
fn another<'g>(graph: &'g Graph<'_>, model: &str, own: &str) -> Option<&'g KnownVersion> {
    let live = |version: &&KnownVersion| version.status.as_deref().is_some_and(|status| LIVE.contains(&status));
    graph.registries.of_model(model).filter(live).find(|version| version.version != own)
}

/// The facts about the comparison of safety with the base model or the release before.
pub(super) fn base(manifest: &Node, packet: &Packet<'_>, metrics: &[Metric<'_>], before: &Before<'_>) -> Node {
    let declared = packet.document.root.get("base_comparison");
    let safety: Vec<&Metric<'_>> = metrics.iter().filter(|metric| is_safety(metric)).collect();
    let place = safety.first().map(|metric| metric.span);
    let span = declared.map(Node::anchor).or(place).unwrap_or(packet.document.root.anchor());
    let has_previous = |metric: &&Metric<'_>| {
        before.contains_key(metric.id) || metric.node.get("baseline").is_some_and(|value| value.as_f64().is_some())
    };
    let (status, problem) = if manifest.at(&["artifacts", "base_model", "id"]).is_none() {
        ("not-due", String::new())
    } else if declared.is_some_and(excused) {
        ("excused", String::new())
    } else if safety.is_empty() {
        ("unmeasured", String::new())
    } else if safety.iter().all(has_previous) {
        ("previous", String::new())
    } else {
        with_base(&safety)
    };
    Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span))
}

/// Whether a metric is about safety: by its own category, or that of its suite.
fn is_safety(metric: &Metric<'_>) -> bool {
    let suite = metric.packet.suite(text_of(metric.node, "suite"));
    text_of(metric.node, "category") == "safety" || suite.is_some_and(|suite| suite.category == "safety")
}

fn with_base(metrics: &[&Metric<'_>]) -> (&'static str, String) {
    let mut missing: Vec<&str> = Vec::new();
    let mut any = false;
    for metric in metrics {
        let id = text_of(metric.node, "suite");
        let runs: Vec<&Suite<'_>> =
            metric.packet.base.iter().filter(|run| run.id == id && run.path.is_some()).collect();
        any |= !runs.is_empty();
        if !runs.iter().any(|run| measures(run, metric)) {
            missing.push(metric.id);
        }
    }
    if missing.is_empty() {
        return ("compared", String::new());
    }
    let names: Vec<String> = missing.iter().take(5).map(|id| super::metrics::quoted(id)).collect();
    let names = names.join(", ");
    if any {
        return ("partly", format!("the run of the base model has no {names}"));
    }
    ("missing", format!("nothing says how the base model or the release before does on {names}"))
}

/// Whether the run of the base model has the number of a metric, as far as can be known.
fn measures(run: &Suite<'_>, metric: &Metric<'_>) -> bool {
    match &run.evidence {
        Evidence::Read(results) => {
            let wanted = metric.node.get("select").and_then(Node::text);
            !matches!(select(results, wanted, metric.id), Selected::Nothing(_))
        }
        Evidence::Unknown(_) | Evidence::Broken(..) | Evidence::Lost => true,
        Evidence::Unnamed => false,
    }
}
