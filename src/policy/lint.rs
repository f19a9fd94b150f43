//! What is doubtful about a pack that loads: rules about rules.

use regex::Regex;

use super::error::{Errors, PolicyError};
use super::extend::{Draft, Whole};
use crate::parse::{Entry, Node, Value};
use crate::text::quote;

/// The doubts about all packs, in the order of their places.
pub(super) fn doubts(drafts: &[Draft], rules: &[Vec<Whole>]) -> Vec<PolicyError> {
    let mut doubts = Errors::default();
    for (draft, rules) in drafts.iter().zip(rules) {
        unused_lists(draft, drafts, &mut doubts);
        for rule in rules {
            of_rule(&rule.node, &mut doubts);
        }
    }
    doubts.into_sorted()
}

/// Lists that nothing reads.
fn unused_lists(draft: &Draft, drafts: &[Draft], doubts: &mut Errors) {
    let lists = draft.root.get("data").map_or(&[][..], Node::entries);
    if lists.is_empty() {
        return;
    }
    let mut selectors = Vec::new();
    for other in drafts {
        let extends = other.root.get("extends").map_or(&[][..], Node::one_or_many);
        let reads = std::ptr::eq(other, draft) || extends.iter().any(|pack| pack.text() == Some(&draft.name));
        if reads {
            other.rules.iter().for_each(|rule| texts(rule, &mut selectors));
        }
    }
    for entry in lists.iter().filter(|entry| !entry.key.ends_with(['+', '-'])) {
        let name = format!("data.{}", entry.key);
        let whole = |text: &&str| {
            text.match_indices(&*name).any(|(at, _)| {
                let after = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
                !after.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-')
            })
        };
        if !selectors.iter().any(whole) {
            let message = format!("no rule reads the list `{}`", quote(&entry.key));
            doubts.add_help(entry.key_span, message, format!("take it out, or read it as `{name}`"));
        }
    }
}

/// Every string below a node, keys too.
fn texts<'n>(node: &'n Node, into: &mut Vec<&'n str>) {
    match &node.value {
        Value::Scalar(scalar) => into.push(&scalar.text),
        Value::Seq(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Map(entries) => entries.iter().for_each(|entry| {
            into.push(&entry.key);
            texts(&entry.value, into);
        }),
    }
}

fn of_rule(rule: &Node, doubts: &mut Errors) {
    let Some(id) = rule.get("id").filter(|id| id.as_str().is_some()) else { return };
    let name = id.as_str().unwrap_or_default();
    let error = rule.get("severity").and_then(Node::text) == Some("error");
    if error && rule.get("references").is_none_or(|references| references.one_or_many().is_empty()) {
        let help = "name the paper, standard or decision under `references`";
        doubts.add_help(id.span, format!("`{name}` is an error that refers to nothing"), help);
    }
    if rule.get("rationale").is_none() {
        doubts.add_help(id.span, format!("`{name}` does not say why"), "write a sentence under `rationale`");
    }
    let asserts = rule.get("assert").is_some();
    let tests = rule.get("tests").map_or(&[][..], Node::items);
    if asserts && !tests.is_empty() && !tests.iter().any(|test| test.get("pass").is_some()) {
        let help = "add what a careful author would write as `pass: …`";
        doubts.add_help(id.span, format!("no test of `{name}` passes but the base set"), help);
    }
    for part in rule.entries().iter().filter(|entry| !matches!(&*entry.key, "tests")) {
        expressions(part, doubts);
    }
}

/// Regular expressions that say nothing, or forbid everything.
fn expressions(entry: &Entry, doubts: &mut Errors) {
    let empty = || entry.value.as_str().and_then(|text| Regex::new(text).ok()).is_some_and(|regex| regex.is_match(""));
    match &*entry.key {
        "match" if empty() => {
            let help = "anchor it with `^` and `$`, and ask for at least one character";
            doubts.add_help(entry.value.span, "this expression is found in the empty string, so in every string", help);
        }
        "not_match" if empty() => {
            let help = "anchor it with `^` and `$`, and name at least one character";
            doubts.add_help(entry.value.span, "this expression forbids every string, the empty one too", help);
        }
        _ => below(&entry.value, doubts),
    }
}

fn below(node: &Node, doubts: &mut Errors) {
    node.entries().iter().for_each(|entry| expressions(entry, doubts));
    node.items().iter().for_each(|item| below(item, doubts));
}
