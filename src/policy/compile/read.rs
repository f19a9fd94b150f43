//! The files of packs as trees: what stands in them, before any rule is compiled.

use std::sync::Arc;

use rayon::prelude::*;

use super::schema::is_schema;
use crate::parse::{Node, Parsed, Value, json, yaml};
use crate::policy::builtin;
use crate::policy::error::{Errors, PolicyError};
use crate::policy::extend::{self, Draft, Whole};
use crate::policy::fields::Fields;
use crate::policy::{PackSource, Reading, VOCABULARY, lint};
use crate::rule::Profiles;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// Keys of a pack.
const PACK: &[&str] = &[
    "apiVersion",
    "kind",
    "pack",
    "version",
    "vocabulary",
    "title",
    "profiles",
    "extends",
    "data",
    "links",
    "base",
    "rules",
];

/// The trees of the packs, and of the files of tests among them.
pub(super) fn read(sources: &[PackSource], reading: Reading<'_>, errors: &mut Errors) -> Vec<Node> {
    let packs = sources.iter().filter(|source| !is_schema(source));
    let packs: Vec<(&PackSource, bool)> = packs.map(|source| (source, reading.trusts(source.source))).collect();
    let parsed: Vec<Parsed> = packs.par_iter().map(|(source, trusted)| parsed(source, *trusted)).collect();
    packs.into_iter().zip(parsed).filter_map(|((source, _), parsed)| sound(source, parsed, errors)).collect()
}

fn parsed(source: &PackSource, trusted: bool) -> Parsed {
    match builtin::for_judging(&source.name).filter(|_| trusted) {
        Some(json) => json::parse(json, source.source),
        None => yaml::parse(&source.text, source.source, 0),
    }
}

fn sound(source: &PackSource, parsed: Parsed, errors: &mut Errors) -> Option<Node> {
    for finding in parsed.findings {
        errors.add(finding.primary.span, finding.message);
    }
    if parsed.root.is_none() {
        let message = format!("the pack `{}` is empty or cannot be read", quote(&source.name));
        errors.add(Span::file(source.source), message);
    }
    parsed.root
}

/// A rule of the packs with everything that it inherits, if they load so far.
pub(in crate::policy) fn whole(sources: &[PackSource], id: &str) -> Option<Arc<Node>> {
    let (_, rules) = written(sources);
    rules.into_iter().flatten().map(|whole| whole.node).find(|rule| rule.get("id").and_then(Node::as_str) == Some(id))
}

/// What is doubtful about packs that load.
pub(in crate::policy) fn doubts(sources: &[PackSource]) -> Vec<PolicyError> {
    let (drafts, rules) = written(sources);
    lint::doubts(&drafts, &rules)
}

/// The packs and their rules with everything that they inherit, as far as they load.
fn written(sources: &[PackSource]) -> (Vec<Draft>, Vec<Vec<Whole>>) {
    let mut errors = Errors::default();
    let roots = read(sources, Reading::default(), &mut errors).into_iter().filter(|root| !is_tests(root));
    let drafts: Vec<Draft> = roots.filter_map(|root| draft(root, &mut errors)).collect();
    let rules = extend::rules(&drafts, &mut errors);
    (drafts, rules)
}

/// A pack whose head is in order.
pub(super) fn draft(mut root: Node, errors: &mut Errors) -> Option<Draft> {
    let fields = Fields::open(&root, "pack", PACK, errors)?;
    let name = fields.required("pack", errors).map(|name| name.text.to_owned());
    fields.required("version", errors);
    fields.strings("extends", errors);
    fields.list("rules", errors);
    if let Some(data) = fields.get("data").filter(|data| !data.is_map()) {
        errors.add(data.span, "`data` of a pack is a mapping of named lists");
    }
    if !speaks(&fields, errors) {
        return None;
    }
    let profiles = profiles(&fields, errors).unwrap_or(Profiles::ALL);
    let rules = take_rules(&mut root);
    Some(Draft { name: name?, profiles, root, rules })
}

/// The rules of a pack, out of its tree.
fn take_rules(root: &mut Node) -> Vec<Arc<Node>> {
    let Value::Map(entries) = &mut root.value else { return Vec::new() };
    let rules = entries.iter_mut().find(|entry| &*entry.key == "rules").map(|entry| &mut entry.value.value);
    let Some(Value::Seq(rules)) = rules else { return Vec::new() };
    std::mem::take(rules).into_iter().map(Arc::new).collect()
}

/// In which profiles rules are on, if anything is said about it.
pub(super) fn profiles(fields: &Fields<'_>, errors: &mut Errors) -> Option<Profiles> {
    fields.get("profiles")?;
    let mut on = Profiles::NONE;
    for name in fields.strings("profiles", errors) {
        match name.text {
            "card" => on.card = true,
            "release" => on.release = true,
            other => {
                let message = format!("there is no profile `{}`", quote(other));
                let near = did_you_mean(other, ["card", "release"]).map(|near| format!("did you mean `{near}`?"));
                let known = "the profiles are `card` and `release`; `[]` keeps rules off until they are named";
                errors.add_help(name.span, message, near.unwrap_or_else(|| known.to_owned()));
            }
        }
    }
    Some(on)
}

/// Whether a file holds tests of rules and no rules.
pub(in crate::policy) fn is_tests(root: &Node) -> bool {
    root.get("rules").is_none() && root.get("tests").is_some()
}

/// Whether the pack is written in the vocabulary that this program knows.
fn speaks(fields: &Fields<'_>, errors: &mut Errors) -> bool {
    match fields.get("vocabulary") {
        Some(node) if node.text() == Some(VOCABULARY) => true,
        Some(node) => {
            let found = quote(node.text().unwrap_or(node.type_name()));
            errors.add_help(
                node.span,
                format!("this pack is written in vocabulary {found}, and this version knows vocabulary {VOCABULARY}"),
                "use a version of weighbridge that knows it, or an older version of the pack",
            );
            false
        }
        None => {
            errors.add(fields.span(), format!("this pack has no `vocabulary`; write `vocabulary: {VOCABULARY}`"));
            false
        }
    }
}
