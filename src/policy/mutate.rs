//! Changing the base set one bit at a time, and seeing whether any rule minds.
//!
//! A change that nothing reports is an unguarded field: harmless where the field is
//! decoration, and a hole in the policy otherwise. A rule that no change makes fire is
//! vacuous: it can never say anything.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::selftest::{BaseDocument, BaseSet, BaseSets, front_and_body, written};
use super::{Policy, selftest};
use crate::outcome::Outcome;
use crate::parse::{Syntax, yaml};
use crate::pointer::{Pointer, Step};
use crate::rule::{RaisedBy, RuleId};
use crate::source::SourceId;
use crate::tree::MemoryTree;

/// The most changes that are tried of one repository.
const MOST: usize = 20_000;

const RECASE: &str = "recase";
const MISSPELL: &str = "misspell";
const CUT: &str = "cut";
const POSTPONE: &str = "postpone";
const PREDATE: &str = "predate";

/// Changes that show that a rule fires, and leave no hole where none does.
const SHOWING: &[&str] = &[RECASE, MISSPELL, CUT, POSTPONE, PREDATE];

/// One changed repository.
#[derive(Debug)]
pub struct Mutant {
    /// The document, by its path.
    pub path: String,
    /// What was done to it: `delete`.
    pub verb: &'static str,
    /// What was changed: `metadata.id`.
    pub field: String,
    /// The repository with the change.
    pub tree: MemoryTree,
    /// The day on which it is judged.
    pub as_of: Date,
}

/// What came of trying all changes.
#[derive(Debug, Default)]
pub struct Mutated {
    /// How many there were.
    pub tried: usize,
    /// What was changed without anything being found, as `path: field`, and how.
    pub survivors: Vec<(String, String)>,
    /// Rules that no change makes fire.
    pub vacuous: Vec<RuleId>,
}

/// Tries every change of the base sets. Rules that only look at what the base set does
/// not have are tried on what their own passing tests change of it as well. `check`
/// runs the engine over all of them; its run must not depend on the clock.
pub fn run(
    policy: &Policy,
    base: &BaseSets,
    only: &dyn Fn(&RuleId) -> bool,
    check: &(dyn Fn(&[Mutant]) -> Vec<Outcome> + Sync),
) -> Mutated {
    let mutants: Vec<Mutant> = base.of_rules(policy, only).into_iter().flat_map(mutants).collect();
    let mut fired: BTreeSet<RuleId> = BTreeSet::new();
    let mut report = Mutated { tried: mutants.len(), ..Mutated::default() };
    for (mutant, outcome) in mutants.iter().zip(check(&mutants)) {
        if outcome.findings.is_empty() && !SHOWING.contains(&mutant.verb) {
            report.survived(mutant);
        }
        fired.extend(outcome.findings.into_iter().map(|finding| finding.rule));
    }
    let judged = policy.catalog();
    let judged = judged.iter().filter(|rule| matches!(rule.raised_by, RaisedBy::Policy | RaisedBy::Schema));
    for id in judged.map(|rule| &rule.id).filter(|id| only(id) && !fired.contains(id)) {
        let speaks = |outcome: &Outcome| outcome.findings.iter().any(|finding| finding.rule == *id);
        let mut tried = |set: &BaseSet| {
            let own = mutants_where(set, &|document| !base.has(document));
            report.tried += own.len();
            check(&own).iter().any(speaks)
        };
        if !selftest::passing(policy, base, id).iter().any(&mut tried) {
            report.vacuous.push(id.clone());
        }
    }
    report
}

impl Mutated {
    /// Notes a change that nothing minds, with others of the same field.
    fn survived(&mut self, mutant: &Mutant) {
        let (verb, place) = (mutant.verb, format!("{}: {}", mutant.path, mutant.field));
        match self.survivors.last_mut().filter(|(known, _)| *known == place) {
            Some((_, verbs)) => {
                verbs.push_str(", ");
                verbs.push_str(verb);
            }
            None => self.survivors.push((place, verb.to_owned())),
        }
    }
}

/// Every change of a repository, in the order of its documents.
pub fn mutants(base: &BaseSet) -> Vec<Mutant> {
    mutants_where(base, &|_| true)
}

/// Every change of some of its documents.
fn mutants_where(base: &BaseSet, wanted: &dyn Fn(&BaseDocument) -> bool) -> Vec<Mutant> {
    let paths: Vec<&str> = base.documents.iter().map(|document| &*document.path).collect();
    let mut words: Vec<String> = Vec::new();
    let trees: Vec<Json> = base.documents.iter().map(tree).collect();
    for tree in &trees {
        strings(tree, &mut words);
    }
    words.sort();
    let shared = |text: &str| {
        let from = words.partition_point(|word| word.as_str() < text);
        paths.contains(&text) || words.get(from + 1).is_some_and(|word| word == text)
    };
    let mut mutants = Vec::new();
    for (document, tree) in base.documents.iter().zip(&trees).filter(|(document, _)| wanted(document)) {
        let mut found = Vec::new();
        changes(tree, &Pointer::root(), &shared, &mut found);
        let structured = found.into_iter().filter_map(|change| {
            let mut changed = tree.clone();
            change.apply(&mut changed)?;
            Some((change.verb, change.at.to_string(), written(document, &changed)?))
        });
        let texts: Vec<_> = structured.chain(body_changes(document)).collect();
        for (verb, field, text) in texts {
            let mut tree = base.tree();
            tree.put(&*document.path, text);
            mutants.push(Mutant { path: document.path.clone(), verb, field, tree, as_of: base.as_of });
        }
    }
    mutants.truncate(MOST);
    mutants
}

/// A word with a capital, where it had none.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A date or a time a year before and a year after.
fn a_year_off(text: &str) -> Option<(String, String)> {
    let (year, rest) = text.split_at_checked(4)?;
    let day: Date = text.get(..10)?.parse().ok()?;
    let other = |by: i16| Some(format!("{:04}{rest}", year.parse::<i16>().ok()? + by));
    // The 29th of February has none.
    let either = || Some((other(-1)?, other(1)?));
    (day.day() < 29).then(either).flatten()
}

/// A document, or its front matter, as JSON.
fn tree(document: &BaseDocument) -> Json {
    let (front, _) = front_and_body(document);
    yaml::parse(front, SourceId(0), 0).root.map_or(Json::Null, |root| root.to_json())
}

fn strings(json: &Json, into: &mut Vec<String>) {
    match json {
        Json::String(text) => into.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Json::Object(entries) => entries.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

struct Change {
    at: Pointer,
    verb: &'static str,
    /// `None` takes the value away.
    value: Option<Json>,
}

impl Change {
    fn apply(&self, root: &mut Json) -> Option<()> {
        let (last, parents) = self.at.0.split_last()?;
        let mut node = root;
        for step in parents {
            node = match step {
                Step::Key(key) => node.get_mut(key)?,
                Step::Index(index) => node.get_mut(*index)?,
            };
        }
        match (last, node, &self.value) {
            (Step::Key(key), Json::Object(entries), None) if self.verb == MISSPELL => {
                let value = entries.shift_remove(key)?;
                let mut letters: Vec<char> = key.chars().collect();
                letters.reverse();
                let turned = letters.len().checked_sub(2)?;
                letters.swap(turned, turned + 1);
                entries.insert(letters.into_iter().rev().collect(), value);
                Some(())
            }
            (Step::Key(key), Json::Object(entries), None) => entries.shift_remove(key).map(drop),
            (Step::Key(key), Json::Object(entries), Some(value)) => {
                entries.insert(key.clone(), value.clone()).map(drop)
            }
            (Step::Index(index), Json::Array(items), None) => {
                items.remove(*index);
                Some(())
            }
            (Step::Index(index), Json::Array(items), Some(value)) => {
                value.clone_into(items.get_mut(*index)?);
                Some(())
            }
            _ => None,
        }
    }
}

/// What can be done to everything below a node: taken away, emptied, of another type,
/// another number, a reference that leads nowhere, a date of another year.
fn changes(node: &Json, at: &Pointer, shared: &dyn Fn(&str) -> bool, into: &mut Vec<Change>) {
    if !at.0.is_empty() {
        let mut add = |verb, value| into.push(Change { at: at.clone(), verb, value });
        add("delete", None);
        match node {
            Json::Array(items) if !items.is_empty() => add("empty", Some(Json::Array(Vec::new()))),
            Json::Number(number) => {
                let number = number.as_f64().unwrap_or(0.0);
                add("raise", Some(Json::from(number * 1000.0 + 1.0)));
                add("lower", Some(Json::from(-number - 1.0)));
            }
            Json::String(text) if shared(text) => add("dangle", Some(Json::String(format!("{text}-elsewhere")))),
            Json::String(_) => add("alter", Some(Json::String("nothing-of-the-kind".to_owned()))),
            Json::Bool(value) => add("flip", Some(Json::Bool(!value))),
            _ => {}
        }
        let other =
            if node.is_object() || node.is_array() { Json::from("text") } else { Json::Array(vec![node.clone()]) };
        add("retype", Some(other));
        if let Some(text) = node.as_str() {
            add(RECASE, Some(Json::String(capital(text))));
            if let Some((earlier, later)) = a_year_off(text) {
                add(PREDATE, Some(Json::String(earlier)));
                add(POSTPONE, Some(Json::String(later)));
            }
        }
    }
    match node {
        Json::Array(items) => {
            let each = items.iter().enumerate();
            each.for_each(|(index, item)| changes(item, &at.index(index), shared, into));
        }
        Json::Object(entries) => {
            for (key, value) in entries {
                into.push(Change { at: at.key(key), verb: MISSPELL, value: None });
                changes(value, &at.key(key), shared, into);
            }
        }
        _ => {}
    }
}

/// What can be done to Markdown: each section taken away, left empty, with a
/// placeholder or with the text of the next one, and each line taken away.
fn body_changes(document: &BaseDocument) -> Vec<(&'static str, String, String)> {
    if Syntax::of(&document.path) != Some(Syntax::Markdown) {
        return Vec::new();
    }
    let (_, body) = front_and_body(document);
    let body = body.unwrap_or_default();
    let head = document.text.get(..document.text.len() - body.len()).unwrap_or_default();
    let lines: Vec<&str> = body.lines().collect();
    let starts: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| line.starts_with('#'))).collect();
    let mut changed = Vec::new();
    let mut add = |verb, title: &str, kept: Vec<&str>| {
        changed.push((verb, format!("`{title}`"), format!("{head}{}\n", kept.join("\n"))));
    };
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(lines.len());
        let title = lines.get(*start).copied().unwrap_or_default();
        let (before, after) = (&lines[..*start], &lines[end..]);
        add("delete", title, [before, after].concat());
        add("empty", title, [before, &[title, ""], after].concat());
        add("leave open", title, [before, &[title, "", "TODO", ""], after].concat());
        let next = starts.get(index + 2).copied().unwrap_or(lines.len());
        let other = lines.get(end + 1..next).unwrap_or_default();
        add("mix up", title, [before, &[title], other, after].concat());
        add("say nothing", title, [before, &[title, "", "The team takes care of this.", ""], after].concat());
    }
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        add(CUT, line, [&lines[..at], &lines[at + 1..]].concat());
    }
    changed
}
