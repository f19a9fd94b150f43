//! The facts of a prompt registry; those of a release about its prompts are in [`used`], those
//! of a prompt in a file of its own in [`mod@file`].
//!
//! | fact | what it says |
//! |---|---|
//! | `fields[*]` | each version: whether a field is missing that says what it is and who made it (`missing`) |
//! | `history[*]` | each version: whether its statuses followed upon each other as they may, see [`history`] |
//! | `approvals[*]` | each approved version: who approved it, see [`history`] |
//! | `order[*]` | each version: whether versions rise, see [`super::registry`] |
//! | `tests[*]` | each approved version: whether results are recorded (`untested`) |
//! | `rollbacks[*]` | each prompt in production: whether there is a way back (`missing`, `unknown`, `unapproved`) |
//! | `prompts.templates[*]` | each version whose text is in the repository, see [`template`] |
//! | `variables[*]` | each version whose text and variables are known, see [`variables`] |
//! | `secrets[*]` | each version with a key in its text, see [`secrets`] |
//! | `prompts.uses[*]`, `production[*]` | each prompt in production, see [`production`] |
//!
//! Each is a `subject` with what [`mod@super::standing`] says of it.

pub(super) mod file;
mod history;
mod production;
mod secrets;
mod template;
pub(super) mod used;
mod variables;

pub use file::derive as of_file;

use super::standing::{Wrong, names, standing};
use super::{Context, moment, registry};
use crate::link::version::rank;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "approvals[*].definition",
    "approvals[*].problem",
    "approvals[*].shown",
    "approvals[*].status",
    "approvals[*].subject",
    "fields[*].problem",
    "fields[*].status",
    "fields[*].subject",
    "history[*].definition",
    "history[*].problem",
    "history[*].shown",
    "history[*].status",
    "history[*].subject",
    "order[*].definition",
    "order[*].problem",
    "order[*].shown",
    "order[*].status",
    "order[*].subject",
    "production[*].definition",
    "production[*].due",
    "production[*].problem",
    "production[*].shown",
    "production[*].status",
    "production[*].subject",
    "prompts.templates[*].definition",
    "prompts.templates[*].problem",
    "prompts.templates[*].shown",
    "prompts.templates[*].status",
    "prompts.templates[*].subject",
    "prompts.uses[*].definition",
    "prompts.uses[*].due",
    "prompts.uses[*].problem",
    "prompts.uses[*].shown",
    "prompts.uses[*].status",
    "prompts.uses[*].subject",
    "rollbacks[*].definition",
    "rollbacks[*].problem",
    "rollbacks[*].shown",
    "rollbacks[*].status",
    "rollbacks[*].subject",
    "secrets[*].problem",
    "secrets[*].status",
    "secrets[*].subject",
    "tests[*].problem",
    "tests[*].status",
    "tests[*].subject",
    "variables[*].problem",
    "variables[*].status",
    "variables[*].subject",
];

/// A version of a prompt in its registry.
struct Version<'a> {
    /// What it is called in a message.
    subject: String,
    /// The entry.
    entry: &'a Node,
    /// Its number, as a node and as text.
    number: (&'a Node, &'a str),
    /// How it stands.
    status: Option<&'a str>,
}

impl Version<'_> {
    fn standing(&self, wrong: Option<Wrong>) -> Node {
        self.standing_at(self.number.0.span, wrong)
    }

    fn standing_at(&self, span: Span, wrong: Option<Wrong>) -> Node {
        standing(span, wrong).with("subject", Node::string(self.subject.as_str(), span))
    }
}

/// The facts of one prompt registry.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let root = &document.root;
    let span = root.get("prompts").map_or(root.anchor(), |prompts| prompts.span);
    let mut lists: [Vec<Node>; 10] = Default::default();
    for prompt in root.get("prompts").map(Node::items).unwrap_or_default() {
        let Some(id) = prompt.get("prompt_id").and_then(Node::text) else { continue };
        let versions = versions(prompt, id);
        let [fields, histories, approvals, order, tests, rollbacks, templates, variables, secrets, uses] = &mut lists;
        fields.extend(versions.iter().map(|version| version.standing(missing(version))));
        histories.extend(versions.iter().map(|version| version.standing(history::wrong(version))));
        let approved = || versions.iter().filter(|version| version.status == Some("approved"));
        approvals.extend(approved().map(|version| version.standing(history::unlogged(version))));
        tests.extend(approved().map(|version| version.standing(untested(version))));
        let made = |entry: &Node| entry.get("created_at").and_then(moment::instant);
        let subject = format!("prompt `{}`", text::quote(id));
        let items = prompt.get("versions").map(Node::items).unwrap_or_default();
        order.extend(registry::order::derive(items, &subject, &made));
        rollbacks.extend(production::rollback(prompt, &versions, &subject));
        templates.extend(template::derive(context, document, prompt, &versions));
        variables.extend(variables::derive(context, document, prompt, &versions));
        secrets.extend(secrets::of_versions(context, document, prompt, &versions));
        uses.push(production::derive(context, prompt, &versions, id));
    }
    let [fields, histories, approvals, order, tests, rollbacks, templates, variables, secrets, uses] =
        lists.map(|items| Node::seq(items, span));
    let production = uses.clone();
    Node::map(root.anchor())
        .with("fields", fields)
        .with("history", histories)
        .with("approvals", approvals)
        .with("order", order)
        .with("tests", tests)
        .with("rollbacks", rollbacks)
        .with("variables", variables)
        .with("secrets", secrets)
        .with("production", production)
        .with("prompts", Node::map(span).with("templates", templates).with("uses", uses))
}

fn versions<'a>(prompt: &'a Node, id: &str) -> Vec<Version<'a>> {
    let items = prompt.get("versions").map(Node::items).unwrap_or_default();
    let each = items.iter().filter_map(|entry| {
        let number = entry.get("version")?;
        let text = number.text()?;
        Some(Version {
            subject: format!("prompt `{}` {}", text::quote(id), text::quote(text)),
            entry,
            number: (number, text),
            status: entry.get("status").and_then(Node::text),
        })
    });
    each.collect()
}

/// The entry of a version of a prompt.
pub(super) fn version<'a>(prompt: &'a Node, version: &str) -> Option<&'a Node> {
    let versions = prompt.get("versions").map(Node::items).unwrap_or_default();
    versions.iter().find(|entry| entry.get("version").and_then(Node::text) == Some(version))
}

/// The newest version of those that pass.
fn newest<'v, 'a>(versions: &'v [Version<'a>], passes: impl Fn(&Version<'a>) -> bool) -> Option<&'v Version<'a>> {
    versions.iter().filter(|version| passes(version)).max_by_key(|version| rank(version.number.1))
}

fn missing(version: &Version<'_>) -> Option<Wrong> {
    let says = |key: &&str| version.entry.get(key).and_then(Node::text).is_some_and(super::standing::says_something);
    let keys = ["template_digest", "created_at", "created_by", "status"];
    let missing: Vec<&str> = keys.into_iter().filter(|key| !says(key)).collect();
    (!missing.is_empty()).then(|| Wrong::new("missing", format!("has no {}", names(missing))))
}

fn untested(version: &Version<'_>) -> Option<Wrong> {
    let metrics = version.entry.get("metrics").filter(|metrics| !metrics.entries().is_empty());
    metrics.is_none().then(|| Wrong::new("untested", "is approved without results of a test"))
}
