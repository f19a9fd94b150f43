//! The prompts of a release, held against the registry and the evaluation.
//!
//! | fact | what it says |
//! |---|---|
//! | `uses[*]` | each prompt: `status` is `ok`, `no-registry`, `unnamed` (no id or no version), `unknown` (neither is registered), `unapproved`, or `deprecated`; `due` as for the release |
//! | `templates[*]` | each prompt: `edited` where its digest is not that of the registry |
//! | `evaluated[*]` | each prompt that the evaluation packet names: `other` where the release has another one |
//! | `not_assessed[*]` | the prompts, in a repository without a prompt registry |

use std::collections::BTreeMap;

use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, unknown};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`crate::facts::shape`].
pub(in crate::facts) const NAMES: &[&str] = &[
    "evaluated[*].definition",
    "evaluated[*].problem",
    "evaluated[*].shown",
    "evaluated[*].status",
    "evaluated[*].subject",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "templates[*].definition",
    "templates[*].problem",
    "templates[*].shown",
    "templates[*].status",
    "templates[*].subject",
    "uses[*].definition",
    "uses[*].due",
    "uses[*].problem",
    "uses[*].shown",
    "uses[*].status",
    "uses[*].subject",
];

/// The facts under `prompts`.
pub(in crate::facts) fn derive(context: &Context<'_>, release: &Release, due: bool) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let prompts = root.get("prompts").map(Node::items).unwrap_or_default();
    let span = root.get("prompts").map_or(root.anchor(), |prompts| prompts.span);
    let uses = prompts.iter().filter(|prompt| prompt.is_map()).map(|prompt| used(graph, prompt, due)).collect();
    let templates = prompts.iter().filter_map(|prompt| template(graph, prompt)).collect();
    let facts = Node::map(span)
        .with("uses", Node::seq(uses, span))
        .with("templates", Node::seq(templates, span))
        .with("evaluated", Node::seq(evaluated(graph, release, prompts), span));
    if prompts.is_empty() || !due || graph.prompts().next().is_some() {
        return facts;
    }
    let why = "the repository has no prompt registry";
    let unknown = unknown("the prompts of the release", why, span);
    facts.with("not_assessed", Node::seq(vec![unknown], span))
}

fn text_of<'a>(prompt: &'a Node, key: &str) -> Option<&'a str> {
    prompt.get(key).and_then(Node::text)
}

fn subject(prompt: &Node) -> String {
    let name = format!("prompt `{}`", text::quote(text_of(prompt, "id").unwrap_or_default()));
    text_of(prompt, "version").map_or(name.clone(), |version| format!("{name} {}", text::quote(version)))
}

fn used(graph: &Graph<'_>, prompt: &Node, due: bool) -> Node {
    let place = prompt.get("version").or(prompt.get("id")).map_or(prompt.anchor(), |node| node.span);
    standing(place, wrong(graph, prompt))
        .with("due", Node::bool(due, place))
        .with("subject", Node::string(subject(prompt), place))
}

fn wrong(graph: &Graph<'_>, prompt: &Node) -> Option<Wrong> {
    if graph.prompts().next().is_none() {
        return Some(Wrong::new("no-registry", "there is no prompt registry"));
    }
    let (Some(id), Some(version)) = (text_of(prompt, "id"), text_of(prompt, "version")) else {
        return Some(Wrong::new("unnamed", "the release does not say which version it uses"));
    };
    let ask =
        |near: Option<&str>| near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
    let Some(entry) = graph.prompt(id) else {
        let near = text::did_you_mean(id, graph.prompts().take(1_000));
        let place = prompt.get("id").map_or(prompt.anchor(), |id| id.span);
        return Some(Wrong::new("unknown", format!("no prompt registry has it{}", ask(near))).at(place));
    };
    let Some(found) = super::version(entry, version) else {
        let versions = entry.get("versions").map(Node::items).unwrap_or_default();
        let near =
            text::did_you_mean(version, versions.iter().filter_map(|entry| text_of(entry, "version")).take(1_000));
        let place = entry.get("prompt_id").map_or(entry.anchor(), |id| id.span);
        let why = format!("the registry has no such version{}", ask(near));
        return Some(Wrong::new("unknown", why).beside(place, "the prompt"));
    };
    let (status, word) = match text_of(found, "status").unwrap_or("without a status") {
        "approved" => return None,
        word @ "deprecated" => ("deprecated", word),
        word => ("unapproved", word),
    };
    let place = found.get("status").map_or(found.anchor(), |status| status.span);
    Some(Wrong::new(status, format!("is {}, not approved", text::quote(word))).beside(place, "its status"))
}

fn template(graph: &Graph<'_>, prompt: &Node) -> Option<Node> {
    let digest = prompt.get("digest").filter(|digest| digest.text().is_some())?;
    let entry = super::version(graph.prompt(text_of(prompt, "id")?)?, text_of(prompt, "version")?)?;
    let known = entry.get("template_digest").filter(|digest| digest.text().is_some())?;
    let wrong = (known.text() != digest.text())
        .then(|| Wrong::new("edited", "the registry has another digest").beside(known.span, "in the registry"));
    Some(standing(digest.span, wrong).with("subject", Node::string(subject(prompt), digest.span)))
}

/// Each prompt that a packet names, held against those of the release. A release that names
/// no prompt is not held against any.
fn evaluated(graph: &Graph<'_>, release: &Release, prompts: &[Node]) -> Vec<Node> {
    let own: BTreeMap<&str, &Node> =
        prompts.iter().filter_map(|prompt| Some((text_of(prompt, "id")?, prompt))).collect();
    let Some(first) = prompts.first() else { return Vec::new() };
    let packets = release.packets.iter().filter_map(|at| graph.documents.get(*at));
    let named = packets.filter_map(|packet| packet.root.at(&["subject", "prompt"]));
    let each = named.filter_map(|named| {
        let (id, version) = named.text()?.split_once('@').unwrap_or((named.text()?, ""));
        let prompt = own.get(id).copied();
        let number = prompt.and_then(|prompt| prompt.get("version"));
        let span = number.or(first.get("id")).map_or(first.anchor(), |node| node.span);
        let shown = text::quote(named.text()?);
        let why = match (prompt, number.and_then(Node::text)) {
            (None, _) => Some(format!("the evaluation ran with `{shown}`, which the release does not use")),
            (Some(_), Some(number)) if !version.is_empty() && number != version => {
                Some(format!("the evaluation ran with `{shown}`, and the release uses {}", text::quote(number)))
            }
            _ => None,
        };
        let wrong = why.map(|why| Wrong::new("other", why).beside(named.span, "the evaluation packet"));
        Some(standing(span, wrong).with("subject", Node::string(subject(prompt.unwrap_or(first)), span)))
    });
    each.collect()
}
