//! How a release stands in the registries, and what it uses that they have given up.
//!
//! | fact | what it says |
//! |---|---|
//! | `entry` | `status`: `ok`, `no-registry`, `unnamed` (the manifest names no model or version), `no-model`, `no-version`; and `problem` |
//! | `deprecated[*]` | each registered prompt and base model that the release names: `subject`, `status` (`ok`, `deprecated` or `retired`), `problem` |
//! | `not_assessed[*]` | the registration, in a repository without a registry |

use super::standing::{Wrong, standing};
use super::{Context, unknown};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "deprecated[*].definition",
    "deprecated[*].problem",
    "deprecated[*].shown",
    "deprecated[*].status",
    "deprecated[*].subject",
    "entry.definition",
    "entry.problem",
    "entry.shown",
    "entry.status",
    "not_assessed[*].what",
    "not_assessed[*].why",
];

/// The facts under `registry`.
pub fn derive(context: &Context<'_>, release: &Release, due: bool) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let span = root.anchor();
    let facts = Node::map(span)
        .with("entry", entry(graph, root))
        .with("deprecated", Node::seq(prompts(graph, root).chain(base(graph, root)).collect(), span));
    if graph.registries.present || !due {
        return facts;
    }
    let why = "the repository has no model registry";
    let unknown = unknown("whether the model is registered", why, span);
    facts.with("not_assessed", Node::seq(vec![unknown], span))
}

fn entry(graph: &Graph<'_>, root: &Node) -> Node {
    let own = |key: &str| root.at(&["metadata", key]).and_then(|node| Some((node, node.text()?)));
    let place = |key: &str| root.span_at(&["metadata", key]);
    let (Some((node, model)), Some((number, version))) = (own("model"), own("version")) else {
        return standing(place("model"), Some(Wrong::new("unnamed", "the manifest names no model or no version")));
    };
    if !graph.registries.present {
        return standing(node.span, Some(Wrong::new("no-registry", "there is no model registry")));
    }
    if !graph.registered(model, version).is_empty() {
        return standing(number.span, None);
    }
    let ask = |word: &str, near: Option<&str>| {
        near.filter(|near| *near != word)
            .map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)))
    };
    let (shown, numbered) = (text::quote(model), text::quote(version));
    if graph.versions(model).next().is_none() {
        let near = text::did_you_mean(model, graph.models().take(1_000));
        let why = format!("no model registry lists `{shown}`{}", ask(model, near));
        return standing(node.span, Some(Wrong::new("no-model", why)));
    }
    let near = text::did_you_mean(version, graph.versions(model).take(1_000));
    let why = format!("the model registry lists no version `{numbered}` of `{shown}`{}", ask(version, near));
    let place = graph.registries.of_model(model).next().map_or(number.span, |known| known.span);
    standing(number.span, Some(Wrong::new("no-version", why).beside(place, "the registered versions")))
}

fn prompts<'n>(graph: &'n Graph<'_>, root: &'n Node) -> impl Iterator<Item = Node> + 'n {
    let prompts = root.get("prompts").map(Node::items).unwrap_or_default();
    prompts.iter().filter_map(|prompt| {
        let (id, version) = (prompt.get("id")?.text()?, prompt.get("version")?);
        let entry = super::prompt::version(graph.prompt(id)?, version.text()?)?;
        let subject = format!("prompt `{}` {}", text::quote(id), text::quote(version.text()?));
        Some(given_up(&subject, version, entry))
    })
}

fn base<'n>(graph: &'n Graph<'_>, root: &'n Node) -> Option<Node> {
    let base = root.at(&["artifacts", "base_model"])?;
    let (id, revision) = (base.get("id")?.text()?, base.get("revision")?);
    let entry = graph.registered(id, revision.text()?).first()?;
    let subject = format!("base model `{}` {}", text::quote(id), text::quote(revision.text()?));
    Some(given_up(&subject, revision, entry.version))
}

fn given_up(subject: &str, written: &Node, entry: &Node) -> Node {
    let status = entry.get("status");
    let wrong = match status.and_then(Node::text) {
        Some(word @ "deprecated") => Some(("deprecated", word)),
        Some(word @ "retired") => Some(("retired", word)),
        _ => None,
    };
    let wrong = wrong.map(|(known, word)| {
        let place = status.map_or(entry.anchor(), |status| status.span);
        let instead = entry.get("replacement").and_then(Node::text);
        let instead = instead.map_or(String::new(), |by| format!("; its replacement is `{}`", text::quote(by)));
        Wrong::new(known, format!("is {word}{instead}")).beside(place, "its status")
    });
    standing(written.span, wrong).with("subject", Node::string(subject, written.span))
}
