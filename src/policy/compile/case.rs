//! The tests of rules: beside their rule, or in a file of their own.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Context;
use crate::change::Person;
use crate::parse::Node;
use crate::policy::error::Errors;
use crate::policy::fields::Fields;
use crate::policy::model::{Case, CaseCommit, Change, Expect, SetName};
use crate::rule::Example;
use crate::source::{SourceId, Span};
use crate::text::quote;

/// Keys of a file of tests beside a pack.
const TESTS: &[&str] = &["apiVersion", "kind", "tests"];

/// Keys of a test.
const CASE: &[&str] =
    &["fail", "pass", "skip", "set", "patch", "body", "files", "commits", "as_of", "says", "at", "count"];

/// Every text by its source.
pub(super) type Texts<'t> = BTreeMap<SourceId, &'t str>;

/// Tests that stand beside packs, by rule, with the place of the first.
pub(super) type Cases<'t> = BTreeMap<&'t str, (Span, Vec<&'t Node>)>;

/// What makes the base set clean for a pack.
pub(super) fn base(root: &Node, errors: &mut Errors) -> Change {
    let node = root.get("base").filter(|node| !node.is_null());
    let fields = node.and_then(|node| Fields::open(node, "base", &["set", "patch", "body", "files"], errors));
    fields.map_or_else(Change::default, |fields| change(&fields, errors))
}

/// The tests of `tests: {pack/rule: [cases]}`.
pub(super) fn outside_cases<'t>(tests: &'t [Node], errors: &mut Errors) -> Cases<'t> {
    let mut cases = Cases::new();
    for root in tests {
        let Some(fields) = Fields::open(root, "file of tests", TESTS, errors) else { continue };
        for entry in fields.get("tests").map_or(&[][..], Node::entries) {
            if !entry.value.is_seq() {
                errors.add(entry.value.span, "the tests of a rule are a list");
            }
            let (_, list) = cases.entry(&*entry.key).or_insert_with(|| (entry.key_span, Vec::new()));
            list.extend(entry.value.items());
        }
    }
    cases
}

pub(super) fn case(node: &Node, context: &Context<'_>, errors: &mut Errors) -> Option<Case> {
    let fields = Fields::open(node, "test", CASE, errors)?;
    let named = [("fail", Expect::Fail), ("pass", Expect::Pass), ("skip", Expect::Skip)];
    let Some((key, expect)) = named.into_iter().find(|(key, _)| fields.get(key).is_some()) else {
        errors.add(fields.span(), "a test is `fail: name`, `pass: name` or `skip: name`");
        return None;
    };
    let name = fields.text(key, errors)?.text.to_owned();
    let mut change = change(&fields, errors);
    change.set = change.set.or(context.set);
    let case = Case {
        expect,
        name,
        change,
        says: fields.text("says", errors).map(|text| text.text.to_owned()),
        at: fields.text("at", errors).map(|text| text.text.to_owned()),
        count: fields.size("count", errors),
        as_of: fields.date("as_of", errors),
        commits: fields.list("commits", errors).iter().filter_map(|node| commit(node, errors)).collect(),
        example: example(&fields, context.texts),
    };
    if expect != Expect::Fail && (case.says.is_some() || case.at.is_some() || case.count.is_some()) {
        errors.add(fields.span(), "`says`, `at` and `count` are of a test that fails");
    }
    Some(case)
}

/// `by`, `Name <address>` or several, and `puts`, documents or paths.
fn commit(node: &Node, errors: &mut Errors) -> Option<CaseCommit> {
    let fields = Fields::open(node, "commit", &["by", "puts"], errors)?;
    let by = fields.strings("by", errors);
    let people: Vec<Person> = by.iter().filter_map(|who| Person::parse(who.text)).collect();
    if people.len() != by.len() || people.is_empty() {
        errors.add(fields.span(), "`by` of a commit is `Name <address>`, or a list of them");
    }
    let puts = fields.strings("puts", errors).iter().map(|put| put.text.to_owned()).collect();
    Some(CaseCommit { by: people, puts })
}

/// `set`, `patch`, `body` and `files` of a test or a base.
fn change(fields: &Fields<'_>, errors: &mut Errors) -> Change {
    let written = |key: &'static str, errors: &mut Errors| {
        let entries = fields.get(key).map_or(&[][..], Node::entries);
        let texts = entries.iter().map(|entry| (entry.key.to_string(), entry.value.as_str().map(str::to_owned)));
        for entry in entries.iter().filter(|entry| entry.value.as_str().is_none() && !entry.value.is_null()) {
            errors.add(entry.value.span, format!("`{key}` of a test holds texts"));
        }
        texts.collect::<Vec<_>>()
    };
    let body = written("body", errors).into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    let patch = fields.get("patch").map_or(&[][..], Node::entries);
    let patch = patch.iter().map(|entry| (entry.key.to_string(), entry.value.to_json()));
    let set = fields.text("set", errors).and_then(|name| match name.text {
        "short" => Some(SetName::Short),
        "full" => Some(SetName::Full),
        other => {
            errors.add_help(name.span, format!("there is no base set `{}`", quote(other)), "it is `short` or `full`");
            None
        }
    });
    Change { set, patch: patch.collect::<Vec<(_, Json)>>(), body, files: written("files", errors) }
}

/// What a test writes into the documents, as it stands in the pack.
fn example(fields: &Fields<'_>, texts: &Texts<'_>) -> String {
    let mut parts = Vec::new();
    for key in ["body", "patch", "files"] {
        for entry in fields.get(key).map_or(&[][..], Node::entries) {
            let shown = if let Some(text) = entry.value.as_str() {
                text.to_owned()
            } else {
                let text = texts.get(&entry.value.span.source).copied().unwrap_or_default();
                text.get(entry.value.span.range()).unwrap_or("").trim().to_owned()
            };
            parts.push(format!("# {}\n{shown}", entry.key));
        }
    }
    parts.join("\n")
}

/// The first case that fails and the first that passes.
pub(super) fn examples(cases: &[Case]) -> Vec<Example> {
    let first = |expect| cases.iter().find(|case| case.expect == expect && !case.example.is_empty());
    let shown = [first(Expect::Fail), first(Expect::Pass)].into_iter().flatten();
    shown
        .map(|case| Example { fails: case.expect == Expect::Fail, name: case.name.clone(), text: case.example.clone() })
        .collect()
}
