//! The files of packs as trees: what stands in them, before any rule is compiled.

use std::sync::Arc;

use super::schema::is_schema;
use crate::parse::{Node, json, yaml};
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

/// The tree of one file.
pub(super) fn read(source: &PackSource, reading: Reading<'_>, errors: &mut Errors) -> Option<Node> {
    let ready = builtin::for_judging(&source.name).filter(|_| reading.trusts(source.source));
    let parsed = match ready {
        Some(json) => json::parse(json, source.source),
        None => yaml::parse(&source.text, source.source, 0),
    };
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
    let packs = sources.iter().filter(|source| !is_schema(source));
    let roots = packs.filter_map(|source| read(source, Reading::default(), &mut errors)).collect::<Vec<_>>();
    let roots = roots.into_iter().filter(|root| !is_tests(root));
    let drafts: Vec<Draft> = roots.filter_map(|root| draft(root, &mut errors)).collect();
    let rules = extend::rules(&drafts, &mut errors);
    (drafts, rules)
}

/// A pack whose head is in order.
pub(super) fn draft(root: Node, errors: &mut Errors) -> Option<Draft> {
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
    Some(Draft { name: name?, profiles, root })
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
