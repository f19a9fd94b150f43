//! Documents held against the JSON Schemas under `schemas/`.
//!
//! The schemas are part of the program, compiled when first needed and never
//! fetched. A violation becomes one finding with one sentence for the person who
//! mends the file; the validator's own words are never shown. Two annotations
//! of ours steer that: `x-weighbridge-rule` names the rule whose finding an
//! error under it is, `x-weighbridge-expected` says what should stand there.
//! The way of a violation: `fault` reads the validator's errors, `trail`
//! finds out what the schema says of the place, `sentence` words it; keys that
//! a schema does not know go through `unknown`.

mod custom;
mod fault;
mod sentence;
mod shape;
mod trail;
mod tree;
mod unknown;

use std::sync::OnceLock;

use jiff::tz::TimeZoneDatabase;
use serde_json::Value as Json;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::Node;
use crate::pointer::Pointer;
pub use custom::{Custom, Departure};
use fault::{Fault, Violation};
pub use shape::{dead_end, words};
use trail::Trail;
use tree::Tree;

/// The most findings that one document gets; one more says how many there are
/// beyond.
const MAX_FINDINGS: usize = 100;

/// The key of the finding that counts the rest.
const MORE: &str = "more";

/// The most violations that are put in the order of the document before the
/// first [`MAX_FINDINGS`] are taken.
const MAX_SORTED: usize = 4 * MAX_FINDINGS;

const TEXTS: &[(Kind, &str)] = &[
    (Kind::Card, include_str!("../../schemas/card.v1.json")),
    (Kind::Release, include_str!("../../schemas/release.v1.json")),
    (Kind::EvaluationPacket, include_str!("../../schemas/evaluation-packet.v1.json")),
    (Kind::SecurityReview, include_str!("../../schemas/security-review.v1.json")),
    (Kind::ApprovalRecord, include_str!("../../schemas/approvals.v1.json")),
    (Kind::ModelRegistry, include_str!("../../schemas/model-registry.v1.json")),
    (Kind::PromptRegistry, include_str!("../../schemas/prompt-registry.v1.json")),
    (Kind::Dataset, include_str!("../../schemas/dataset.v1.json")),
    (Kind::Organisation, include_str!("../../schemas/organisation.v1.json")),
    (Kind::Waivers, include_str!("../../schemas/waivers.v1.json")),
    (Kind::HubEvalResults, include_str!("../../schemas/hub-eval-results.v1.json")),
];

/// The JSON Schema of a kind of document, as it is published.
pub fn text(kind: Kind) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| *known == kind).map(|(_, text)| *text)
}

/// The rule whose findings the violations of a kind's schema are, where the
/// schema names no other.
fn default_rule(kind: Kind) -> &'static str {
    match kind {
        Kind::Card => "card/front-matter-invalid",
        Kind::HubEvalResults => "huggingface/eval-results-invalid",
        _ => "release/manifest-invalid",
    }
}

/// What sentences call a document of a kind.
fn whole(kind: Kind) -> &'static str {
    if kind == Kind::Card { "the front matter" } else { "the document" }
}

/// All schemas, each compiled once, when it is first needed.
#[derive(Debug)]
pub struct Schemas {
    slots: Vec<(Kind, OnceLock<Option<Compiled>>)>,
}

#[derive(Debug)]
struct Compiled {
    schema: Json,
    validator: jsonschema::Validator<Tree>,
}

impl Schemas {
    /// The schemas that are part of this program.
    pub fn builtin() -> Self {
        Self { slots: TEXTS.iter().map(|(kind, _)| (*kind, OnceLock::new())).collect() }
    }

    /// Everything in which a document departs from the schema of its kind, in
    /// the order of the document. A kind without a schema has none.
    pub fn validate(&self, kind: Kind, root: &Node) -> Vec<Finding> {
        let Some((_, slot)) = self.slots.iter().find(|(known, _)| *known == kind) else { return Vec::new() };
        match slot.get_or_init(|| compile(kind)) {
            Some(compiled) => compiled.validate(whole(kind), default_rule(kind), root),
            None => vec![Finding::new(
                default_rule(kind),
                root.span.start_point(),
                "this program's schema of the document cannot be used, so that nothing was checked",
            )],
        }
    }
}

fn compile(kind: Kind) -> Option<Compiled> {
    let schema: Json = serde_json::from_str(text(kind)?).ok()?;
    let options = jsonschema::options_for::<Tree>().with_draft(jsonschema::Draft::Draft202012);
    let options = options.should_validate_formats(true).offline();
    let options = options.with_format("time-zone", is_time_zone);
    let validator = options.build(&schema).ok()?;
    Some(Compiled { schema, validator })
}

/// Whether there is a time zone of that name, by the rules that are part of this program.
fn is_time_zone(name: &str) -> bool {
    TimeZoneDatabase::bundled().get(name).is_ok()
}

impl Compiled {
    fn validate(&self, whole: &str, rule: &str, root: &Node) -> Vec<Finding> {
        let mut violations = Vec::new();
        let mut more = 0_usize;
        // Most documents fit, and that alone is told several times faster.
        let errors = (!self.validator.is_valid(root)).then(|| self.validator.iter_errors(root));
        for error in errors.into_iter().flatten() {
            if violations.len() < MAX_SORTED {
                fault::read(&error, &mut violations);
            } else {
                more += 1;
            }
        }
        more += violations.len().saturating_sub(MAX_SORTED);
        violations.truncate(MAX_SORTED);
        violations = fault::distinct(violations);
        let mut findings: Vec<Finding> = violations.iter().map(|one| self.finding(whole, rule, root, one)).collect();
        findings.extend(unknown::near_misses(&self.schema, root).take(MAX_SORTED));
        findings.sort_by(|a, b| (a.primary.span, &a.message).cmp(&(b.primary.span, &b.message)));
        cap(&mut findings, more);
        findings
    }

    fn finding(&self, whole: &str, rule: &str, root: &Node, violation: &Violation) -> Finding {
        let trail = Trail::walk(&self.schema, &violation.way, rule);
        if let Fault::Unknown(key) = &violation.fault {
            return unknown::finding(root, &violation.pointer, key, &trail);
        }
        let (message, help) = sentence::write(whole, root, violation, &trail);
        let (span, key) = match &violation.fault {
            Fault::Missing(key) => (place_for_missing(root, &violation.pointer), key.as_str()),
            _ => (root.span_of(&violation.pointer), ""),
        };
        let mut finding = Finding::new(trail.rule, span, message).at(violation.pointer.clone()).key(key);
        finding.help = help;
        finding
    }
}

/// Leaves the first [`MAX_FINDINGS`] and one that counts the rest.
fn cap(findings: &mut Vec<Finding>, unread: usize) {
    let more = findings.len().saturating_sub(MAX_FINDINGS) + unread;
    findings.truncate(MAX_FINDINGS);
    if more > 0
        && let Some(last) = findings.last()
    {
        let message = format!("{more} more places in this document do not fit its schema");
        findings.push(Finding::new(last.rule.as_str(), last.primary.span, message).key(MORE));
    }
}

/// Where to show that a mapping lacks a key: the mapping's own key, or its first
/// key where it is the document or an item of a list.
fn place_for_missing(root: &Node, pointer: &Pointer) -> crate::source::Span {
    use crate::pointer::Step;
    if let Some(Step::Key(_)) = pointer.0.last()
        && let Some(span) = root.key_span_of(pointer)
    {
        return span;
    }
    let Some(node) = root.find(pointer) else { return root.span_of(pointer) };
    node.entries().first().map_or(node.span.start_point(), |entry| entry.key_span)
}

#[cfg(test)]
mod tests;
