//! Whether a release can be taken back: what its rollback target and its feature
//! flag lead to.
//!
//! `declared` says whether the manifest names either. `targets` has an entry for
//! each name that `rollback.target` gives (a release, a checkpoint):
//!
//! | fact | what it says |
//! |---|---|
//! | `by`, `name` | `release` or `checkpoint`, and the name as written |
//! | `status` | `ready`, or `unknown`, `ambiguous`, `itself`, `unapproved`, `without-checkpoint`, `contradicts`, `digest-differs` |
//! | `problem` | why it is not ready |
//! | `definition` | the other side, to be shown: the registry entry, the manifest, the nearest known name |
//! | `shown` | what that is, in a few words |
//!
//! `mechanism` (of the plan), `prompt` and `tokenizer` (that go with the target) and `tested` stand as
//! [`mod@super::standing`] says. `flag` is as [`super::flag`] says; absent where none is named, and
//! `not_assessed` has it where its file is that of another provider. A registry
//! version is ready with status `approved` or `production` and a checkpoint; in a
//! repository without a registry, another release's manifest will do.

use super::standing::{Wrong, standing};
use super::{Context, flag, moment, organisation, rollback_prompt, unknown_of};
use crate::link::{Graph, Known, KnownVersion, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// Registry statuses that a release may be rolled back to.
const LIVE: [&str; 2] = ["approved", "production"];

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "declared",
    "flag.definition",
    "flag.key",
    "flag.problem",
    "flag.status",
    "flag.variant",
    "mechanism.problem",
    "mechanism.status",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "prompt.definition",
    "prompt.problem",
    "prompt.shown",
    "prompt.status",
    "targets[*].by",
    "targets[*].definition",
    "targets[*].name",
    "targets[*].problem",
    "targets[*].shown",
    "targets[*].status",
    "tested.problem",
    "tested.status",
    "tokenizer.definition",
    "tokenizer.problem",
    "tokenizer.shown",
    "tokenizer.status",
];

/// The facts under `rollback`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let span = root.span_at(&["rollback"]);
    let targets = targets(graph, root);
    let ready = targets.iter().all(|target| target.get("status").and_then(Node::text) == Some("ready"));
    let flag = flag::derive(context, release);
    let switched = flag.as_ref().is_some_and(|flag| flag.get("variant").is_some());
    let declared = !targets.is_empty() || switched;
    let mut facts = Node::map(span)
        .with("declared", Node::bool(declared, span))
        .with("targets", Node::seq(targets, span))
        .with("mechanism", mechanism(root, switched))
        .with("tested", tested(context, root));
    // What does not lead to a version has no prompt that goes with it.
    if let Some(prompt) = rollback_prompt::derive(graph, root).filter(|_| ready) {
        facts.put("prompt", prompt);
    }
    if let Some(tokenizer) = rollback_prompt::tokenizer(graph, root).filter(|_| ready) {
        facts.put("tokenizer", tokenizer);
    }
    if let Some(flag) = flag {
        facts.put("not_assessed", Node::seq(foreign(release, &flag).into_iter().collect(), span));
        facts.put("flag", flag);
    }
    facts
}

/// The flag, where its file is that of another provider.
fn foreign(release: &Release, flag: &Node) -> Option<Node> {
    let path = release.flag_file.as_ref()?.target.path()?;
    let what = format!("the flag `{}`", text::quote(flag.get("key").and_then(Node::text).unwrap_or_default()));
    let why = "its file is that of another provider than flagd";
    (flag.get("status")?.text()? == "foreign").then(|| unknown_of(path, what, why, flag.span))
}

/// How the traffic goes back.
fn mechanism(root: &Node, switched: bool) -> Node {
    let way = &["rollback", "plan", "mechanism"];
    let span = root.span_at(way);
    let wrong = match root.at(way).and_then(Node::text) {
        None => Some(Wrong::new("missing", "the rollback plan names no mechanism")),
        Some("feature-flag") if !switched => Some(Wrong::new(
            "no-flag",
            "the rollback goes by feature flag, and no flag with a `rollback_variant` is named",
        )),
        Some(_) => None,
    };
    standing(span, wrong)
}

/// Whether the rollback was tried, not long ago, and was quick enough.
fn tested(context: &Context<'_>, root: &Node) -> Node {
    let span = root.key_at(&["rollback", "tested"]);
    standing(span, untested(context, root))
}

fn untested(context: &Context<'_>, root: &Node) -> Option<Wrong> {
    let tested = root.at(&["rollback", "tested"]);
    let Some(at) = tested.and_then(|tested| tested.get("at")).filter(|at| !at.is_null()) else {
        return Some(Wrong::new("never", "nobody has tried the rollback"));
    };
    let limit = organisation::limit(context.graph, root, "rollback_test_max_age").value;
    let age = moment::age(moment::day(at)?, context.as_of);
    if f64::from(age) > limit {
        let why = format!("the rollback was tried {age} days ago; {limit} are allowed");
        return Some(Wrong::new("old", why).at(at.span));
    }
    if age < 0 {
        return Some(Wrong::new("future", "the rollback was tried on a day that is yet to come").at(at.span));
    }
    let took = tested?.get("duration")?;
    let most = root.at(&["rollback", "plan", "max_time"])?;
    let slow = moment::seconds(took)? > moment::seconds(most)?;
    let shown = |node: &Node| text::quote(node.text().unwrap_or_default());
    slow.then(|| {
        let why = format!("the rollback took {}, and the plan allows {}", shown(took), shown(most));
        Wrong::new("slow", why).at(took.span)
    })
}

fn targets(graph: &Graph<'_>, root: &Node) -> Vec<Node> {
    let Some(target) = root.at(&["rollback", "target"]) else { return Vec::new() };
    let model = root.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default();
    let release = target.get("release").filter(|node| node.text().is_some());
    let checkpoint = target.get("checkpoint_id").filter(|node| node.text().is_some());
    let by_release = release.map(|node| (node, graph.registries.release(node.text().unwrap_or_default(), model)));
    let by_checkpoint =
        checkpoint.map(|node| (node, graph.registries.checkpoint(node.text().unwrap_or_default(), model)));
    let mut targets = Vec::new();
    if let Some((node, known)) = &by_release {
        let itself = root.at(&["metadata", "id"]).and_then(Node::text) == node.text();
        targets.push(entry(graph, root, ("release", node), known, itself, target));
    }
    if let Some((node, known)) = &by_checkpoint {
        let itself = root.at(&["artifacts", "checkpoint", "id"]).and_then(Node::text) == node.text();
        targets.push(entry(graph, root, ("checkpoint", node), known, itself, target));
    }
    if let (Some((_, Known::Version(one))), Some((_, Known::Version(other)))) = (&by_release, &by_checkpoint)
        && one.span == other.span
        && targets.iter().all(|target| target.get("status").and_then(Node::text) == Some("unapproved"))
    {
        // Both names are of one version, and what is wrong with it is said once.
        targets.truncate(1);
    }
    if let (Some((_, Known::Version(one))), Some((node, Known::Version(other)))) = (&by_release, &by_checkpoint)
        && (one.checkpoint != other.checkpoint || one.model != other.model)
    {
        let has = one.checkpoint.as_deref().unwrap_or("no checkpoint");
        let problem = format!("`{}` has `{}`", text::quote(&name_of(one)), text::quote(has));
        if let Some(last) = targets.last_mut() {
            *last = facts("checkpoint", node, "contradicts", problem, Some(one.span));
        }
    }
    targets
}

fn entry(
    graph: &Graph<'_>,
    root: &Node,
    (by, node): (&'static str, &Node),
    known: &Known<'_>,
    itself: bool,
    target: &Node,
) -> Node {
    let (status, problem, other) = if itself {
        let own = if by == "release" { &["metadata", "id"][..] } else { &["artifacts", "checkpoint", "id"][..] };
        ("itself", "it is the release itself".to_owned(), root.at(own).map(|own| own.span))
    } else {
        match known {
            Known::Unknown(unlisted) => {
                let near = unlisted.near();
                let name = near.as_ref().map(|(name, _)| name.as_str());
                ("unknown", unknown(graph, name), near.as_ref().map(|(_, span)| *span))
            }
            Known::Several(versions) => (
                "ambiguous",
                format!("{} go by that name", text::count(versions.len(), "version")),
                versions.first().map(|v| v.span),
            ),
            Known::Version(version) => registered(version, target),
        }
    };
    facts(by, node, status, problem, other)
}

fn unknown(graph: &Graph<'_>, near: Option<&str>) -> String {
    let place = if graph.registries.present { "no model registry lists it" } else { "no other release has it" };
    match near {
        Some(near) => format!("{place}; did you mean `{}`?", text::quote(near)),
        None => place.to_owned(),
    }
}

fn registered(version: &KnownVersion, target: &Node) -> (&'static str, String, Option<Span>) {
    let name = text::quote(&name_of(version));
    if let Some(status) = &version.status
        && !LIVE.contains(&status.as_str())
    {
        let why = format!("the registry has `{name}` as {}, not approved or production", text::quote(status));
        return ("unapproved", why, Some(version.status_span));
    }
    if version.checkpoint.is_none() {
        return ("without-checkpoint", format!("`{name}` names no checkpoint to go back to"), Some(version.span));
    }
    let declared = target.get("digest").and_then(Node::text);
    if let (Some(declared), Some(registered)) = (declared, &version.digest)
        && declared != registered
    {
        return ("digest-differs", format!("`{name}` is registered with another digest"), Some(version.span));
    }
    ("ready", String::new(), Some(version.span))
}

fn name_of(version: &KnownVersion) -> String {
    format!("{} {}", version.model, version.version).trim().to_owned()
}

fn facts(by: &str, node: &Node, status: &str, problem: String, other: Option<Span>) -> Node {
    let mut facts = Node::map(node.span)
        .with("by", Node::string(by, node.span))
        .with("name", Node::string(node.text().unwrap_or_default(), node.span))
        .with("status", Node::string(status, node.span))
        .with("problem", Node::string(problem, node.span));
    if let Some(other) = other {
        let shown = match status {
            "unknown" => "the nearest that is known",
            "itself" => "the release itself",
            "unapproved" => "its status",
            _ => "as it is registered",
        };
        facts.put("definition", Node::string("", other));
        facts.put("shown", Node::string(shown, other));
    }
    facts
}
