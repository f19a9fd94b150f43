//! Parameters of rules: values with a name, so that another rule can take over all
//! but them.
//!
//! A rule with `parameters: {days: 90d}` writes `${days}` where the value goes: alone it
//! stands for the value itself, whatever its type, and inside of a longer string for
//! its text. A rule that extends it writes `parameters: {days: 30d}`. Every parameter is
//! used, and every `${…}` of a rule with parameters is one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::Errors;
use super::extend::set;
use crate::parse::{Entry, Node, Scalar, ScalarKind, Value};
use crate::text::{did_you_mean, quote};

/// Keys in which nothing is filled in.
const PLAIN: &[&str] = &["id", "parameters", "tests", "extends"];

/// The inherited parameters with the values that `own` gives them.
pub(super) fn merged(inherited: Option<&Entry>, own: &Entry, errors: &mut Errors) -> Entry {
    let Some(inherited) = inherited else { return own.clone() };
    let mut merged = inherited.clone();
    let known: Vec<&str> = inherited.value.entries().iter().map(|entry| &*entry.key).collect();
    for entry in own.value.entries() {
        if !known.contains(&&*entry.key) {
            let near = did_you_mean(&entry.key, known.iter().copied());
            let help = near.map_or_else(
                || format!("its parameters are: {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("the rule that is extended has no parameter `{}`", quote(&entry.key));
            errors.add_help(entry.key_span, message, help);
            continue;
        }
        set(&mut merged.value, entry.clone());
    }
    merged
}

/// A rule with its parameters filled in, and without the table of them.
pub(super) fn fill(rule: &Arc<Node>, errors: &mut Errors) -> Arc<Node> {
    let Some(table) = rule.get("parameters") else { return Arc::clone(rule) };
    if !table.is_map() {
        errors.add(table.span, "`parameters` of a rule is a mapping from names to values");
    }
    let mut filler = Filler { table: table.entries(), used: BTreeSet::new(), errors };
    let mut whole = Node { span: rule.span, value: Value::Map(Vec::new()) };
    for entry in rule.entries().iter().filter(|entry| &*entry.key != "parameters") {
        let mut entry = entry.clone();
        if !PLAIN.contains(&&*entry.key) {
            filler.node(&mut entry.value);
        }
        set(&mut whole, entry);
    }
    let unused = table.entries().iter().filter(|entry| !filler.used.contains(&*entry.key));
    for entry in unused.collect::<Vec<_>>() {
        let key = quote(&entry.key);
        filler.errors.add_help(
            entry.key_span,
            format!("the parameter `{key}` is used nowhere in the rule"),
            format!("write `${{{key}}}` where its value goes"),
        );
    }
    Arc::new(whole)
}

struct Filler<'t, 'e> {
    table: &'t [Entry],
    used: BTreeSet<&'t str>,
    errors: &'e mut Errors,
}

impl<'t> Filler<'t, '_> {
    /// Fills in everything below a node; its depth is bounded by the parser.
    fn node(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Map(entries) => entries.iter_mut().for_each(|entry| self.node(&mut entry.value)),
            Value::Scalar(scalar) if scalar.text.contains("${") => {
                if let Some(whole) = self.whole(&scalar.text) {
                    *node = whole.clone();
                } else {
                    let text = self.text(&scalar.text.clone(), node);
                    node.value = Value::Scalar(Scalar { kind: ScalarKind::String, text: text.into() });
                }
            }
            Value::Scalar(_) => {}
        }
    }

    fn entry(&self, name: &str) -> Option<&'t Entry> {
        self.table.iter().find(|entry| &*entry.key == name)
    }

    /// The value of a parameter that stands alone.
    fn whole(&mut self, text: &str) -> Option<&'t Node> {
        let name = text.strip_prefix("${")?.strip_suffix('}')?;
        let entry = self.entry(name)?;
        self.used.insert(&entry.key);
        Some(&entry.value)
    }

    fn text(&mut self, text: &str, node: &Node) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                self.errors.add(node.span, "a `${` is never closed");
                return out;
            };
            if let Some(entry) = self.entry(name) {
                self.used.insert(&entry.key);
                match entry.value.text() {
                    Some(value) => out.push_str(value),
                    None => self.errors.add(
                        node.span,
                        format!(
                            "the parameter `{name}` is a {}, which cannot stand in a text",
                            entry.value.type_name()
                        ),
                    ),
                }
            } else {
                let known = self.table.iter().map(|entry| &*entry.key);
                let near = did_you_mean(name, known.clone());
                let help = near.map_or_else(
                    || format!("parameters of this rule: {}", known.collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `${{{near}}}`?"),
                );
                self.errors.add_help(node.span, format!("there is no parameter `{}`", quote(name)), help);
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}
