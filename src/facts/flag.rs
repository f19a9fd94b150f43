//! Feature flags by which a release is rolled back: flagd's file format.
//!
//! `flags.<key>{state ENABLED|DISABLED, variants, defaultVariant}`, as a map or a
//! list of entries with `key` (<https://flagd.dev/reference/flag-definitions/>).

use super::release::problem;
use crate::link::{Graph, Reference, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The flag that the manifest names, as `{key, variant, file, status, problem}`;
/// `None` where it names none. `status` is `ready` or what is wrong with it.
/// With the place of the other side, where there is one.
pub fn derive(graph: &Graph<'_>, release: &Release) -> Option<Node> {
    let root = &graph.documents[release.document].root;
    let written = root.at(&["rollback", "flag"]).or_else(|| root.at(&["rollout", "flag"]))?;
    let variant = written.get("rollback_variant")?;
    let key = written.get("key");
    let span = key.map_or(variant.span, |key| key.span);
    let (status, problem, other) = state(graph, release.flag_file.as_ref(), key, variant);
    let at = if matches!(status, "unknown-variant") { variant.span } else { span };
    let at = match &release.flag_file {
        Some(file) if status == "no-file" => file.span,
        _ => at,
    };
    let mut facts = Node::map(at)
        .with("variant", Node::string(variant.text().unwrap_or_default(), variant.span))
        .with("status", Node::string(status, at))
        .with("problem", Node::string(problem, at));
    if let Some(key) = key.and_then(Node::text) {
        facts.put("key", Node::string(key, span));
    }
    if let Some(other) = other {
        facts.put("definition", Node::string("", other));
    }
    Some(facts)
}

type State = (&'static str, String, Option<Span>);

fn state(graph: &Graph<'_>, file: Option<&Reference>, key: Option<&Node>, variant: &Node) -> State {
    let Some(file) = file else {
        return ("no-file", "no `file` is given to look the flag up in".to_owned(), None);
    };
    let shown = text::quote(&file.written);
    let Some(path) = file.target.path() else {
        return ("no-file", format!("`{shown}`: {}", problem(file, "flag file")), None);
    };
    let Some(document) = graph.document_at(path).map(|index| &graph.documents[index]) else {
        return ("no-file", format!("`{shown}` is not a flag file: YAML, JSON or TOML with `flags`"), None);
    };
    let Some(key) = key.and_then(Node::text) else {
        return ("no-key", "no `key` is given".to_owned(), None);
    };
    let Some(flags) = document.root.get("flags") else {
        return ("no-file", format!("`{shown}` has no `flags`"), None);
    };
    let keys: Vec<&str> = flags.entries().iter().map(|entry| &*entry.key).chain(listed_keys(flags)).collect();
    let Some((flag, place)) = find(flags, key) else {
        let near = suggestion(key, &keys);
        return ("unknown-key", format!("`{shown}` has no flag `{}`{near}", text::quote(key)), None);
    };
    if flag.get("state").and_then(Node::text) != Some("ENABLED") {
        let state = flag.get("state").and_then(Node::text).unwrap_or("without a state");
        let place = flag.get("state").map_or(place, |state| state.span);
        let why = format!("flag `{}` is {}, so it switches nothing", text::quote(key), text::quote(state));
        return ("disabled", why, Some(place));
    }
    let wanted = variant.text().unwrap_or_default();
    let variants: Vec<&str> =
        flag.get("variants").map(Node::entries).unwrap_or_default().iter().map(|entry| &*entry.key).collect();
    if !variants.contains(&wanted) {
        let near = suggestion(wanted, &variants);
        let why = format!("flag `{}` has no variant `{}`{near}", text::quote(key), text::quote(wanted));
        return ("unknown-variant", why, Some(place));
    }
    ("ready", String::new(), Some(place))
}

fn listed_keys(flags: &Node) -> impl Iterator<Item = &str> {
    flags.items().iter().filter_map(|flag| flag.get("key")?.text())
}

fn find<'a>(flags: &'a Node, key: &str) -> Option<(&'a Node, Span)> {
    let listed = || flags.items().iter().find(|flag| flag.get("key").and_then(Node::text) == Some(key));
    match flags.entry(key) {
        Some(entry) => Some((&entry.value, entry.key_span)),
        None => listed().map(|flag| (flag, flag.get("key").map_or(flag.span, |key| key.span))),
    }
}

fn suggestion(word: &str, known: &[&str]) -> String {
    match text::did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("; did you mean `{}`?", text::quote(near)),
        None => String::new(),
    }
}
