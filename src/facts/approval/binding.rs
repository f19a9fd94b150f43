//! What an approval is bound to: the digests that it names, against what is there now.
//!
//! `bindings` has an entry for each of `bound_to`, for the evidence of the steps and for
//! the runbook that the attestation names:
//!
//! | fact | what it says |
//! |---|---|
//! | `what`, `name` | `model card`, and how the record calls it |
//! | `status` | `same`, `stale`, `unbound` (there is one, and the record does not name its digest), `gone`, `unknown` |
//! | `problem` | why it is gone, or unknown |
//! | `actual` | the digest of what is there now |
//! | `other` | what was changed, to be shown |
//!
//! What cannot be computed is unknown and not a finding of ours but not assessed: a missing
//! file is one of the rules about that file, and weights that are not in the repository have
//! the digest that the manifest declares. The evidence of the evaluation step is looked at
//! with the evaluation.

use super::Case;
use crate::facts::{Context, canonical, digest, release, unknown_of};
use crate::link::{Release, Role, Target};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// Something that an approval is bound to.
pub(super) struct Bound {
    /// Its key under `bound_to`.
    pub(super) key: &'static str,
    what: &'static str,
    /// Where it begins, to be shown.
    place: Span,
    /// Its digest now, or why there is none.
    pub(super) actual: Result<String, String>,
}

/// What the approval of a release is bound to, in the order of `bound_to`.
pub(super) fn bound(context: &Context<'_>, release: &Release) -> Vec<Bound> {
    let documents = context.graph.documents;
    let manifest = &documents[release.document];
    let entry = |key, what, place, actual| Bound { key, what, place, actual };
    let of_file = |path: &str| digest::of(context.files, path).map_err(|error| error.to_string());
    let of_document = |index: Option<usize>| {
        let document = index.and_then(|index| documents.get(index));
        (
            document.map_or(manifest.root.anchor(), |document| document.root.anchor()),
            document.map(|document| of_file(&document.path)),
        )
    };
    let checkpoint = manifest.root.at(&["artifacts", "checkpoint", "digest"]);
    let weights = checkpoint.and_then(Node::text).map(str::to_owned);
    let (card_place, card) = of_document(release.card_document);
    let later = release.card_document.is_some() && !release::is_newest_of_card(context.graph, release);
    let card = card.filter(|_| !later);
    let evaluation = release.evaluations.iter().find(|one| matches!(one.role, Role::Packet | Role::Result));
    let evaluation = evaluation.and_then(|one| one.reference.target.path());
    let packet = evaluation.and_then(|path| context.graph.document_at(path));
    let packet = packet.map_or(manifest.root.anchor(), |index| documents[index].root.anchor());
    let (review_place, review) = of_document(release.reviews.first().copied());
    let none = |why: &str| Err(why.to_owned());
    vec![
        entry(
            "checkpoint_digest",
            "checkpoint",
            checkpoint.map_or(manifest.root.anchor(), |node| node.span),
            weights.map_or_else(|| none("the manifest declares no digest of the weights"), Ok),
        ),
        entry(
            "card",
            "model card",
            card_place,
            card.unwrap_or_else(|| {
                none(if later { "the card is that of a later release" } else { "there is no card" })
            }),
        ),
        entry("eval_packet", "evaluation", packet, evaluation.map_or_else(|| none("there is no evaluation"), of_file)),
        entry(
            "security_review",
            "security review",
            review_place,
            review.unwrap_or_else(|| none("there is no security review")),
        ),
        entry(
            "release_manifest",
            "release manifest",
            manifest.root.anchor(),
            Ok(canonical::digest_of_manifest(&manifest.root)),
        ),
    ]
}

pub(super) fn derive(case: &Case<'_>) -> Node {
    let root = &case.record.root;
    let span = root.entry("bound_to").map_or(root.anchor(), |entry| entry.key_span);
    let named = case.at(&["bound_to"]).filter(|node| !node.entries().is_empty());
    let mut all = Vec::new();
    match named {
        None => all.push(facts(span, "what was approved", "bound_to", "unbound")),
        Some(named) => {
            let bound = bound(case.context, case.release);
            all.extend(bound.iter().filter_map(|bound| compare(bound, named.get(bound.key), span)));
        }
    }
    let stale: Vec<String> = all
        .iter()
        .filter(|entry| entry.get("status").and_then(Node::text) == Some("stale"))
        .filter_map(|entry| entry.get("actual").and_then(Node::text).map(str::to_owned))
        .collect();
    all.extend(evidence(case).into_iter().filter(|entry| {
        let actual = entry.get("actual").and_then(Node::text);
        actual.is_none_or(|actual| !stale.iter().any(|told| told == actual))
    }));
    all.extend(runbook(case));
    Node::seq(all, span)
}

/// What of `bindings` could not be computed.
pub(super) fn not_assessed(case: &Case<'_>, bindings: &Node) -> Vec<Node> {
    let item = |binding: &Node| {
        let of = |key: &str| binding.get(key).and_then(Node::text);
        let what = format!("whether the approval holds: {} `{}`", of("what")?, of("name")?);
        (of("status") == Some("unknown"))
            .then(|| unknown_of(&case.record.path, what, of("problem").unwrap_or_default(), binding.span))
    };
    bindings.items().iter().filter_map(item).collect()
}

fn compare(bound: &Bound, written: Option<&Node>, span: Span) -> Option<Node> {
    let (status, at) = match (&bound.actual, written) {
        (Err(_), None) => return None,
        (Err(_), Some(written)) => ("unknown", written.span),
        (Ok(_), None) => ("unbound", span),
        (Ok(actual), Some(written)) if written.text() == Some(actual) => ("same", written.span),
        (Ok(_), Some(written)) => ("stale", written.span),
    };
    let mut entry = facts(at, bound.what, bound.key, status).with("other", Node::string("", bound.place));
    match &bound.actual {
        Ok(actual) => entry.put("actual", Node::string(actual.as_str(), at)),
        Err(why) => entry.put("problem", Node::string(why.as_str(), at)),
    }
    Some(entry)
}

/// The evidence of the steps other than the evaluation.
fn evidence(case: &Case<'_>) -> Vec<Node> {
    let steps = case.steps.iter().filter(|step| step.duty.id != "evaluation").filter_map(|step| step.node);
    let items = steps.flat_map(|step| step.get("evidence").map(Node::items).unwrap_or_default());
    let named = items.map(|item| (item, item.get("path").unwrap_or(item)));
    named.filter_map(|(item, path)| file(case, path, item.get("digest"), "evidence")).collect()
}

/// The runbook that the manifest names, against the digest that was attested.
fn runbook(case: &Case<'_>) -> Option<Node> {
    let attested = case.at(&["attestation", "rollback_plan"]).filter(|node| node.text().is_some())?;
    let path = case.manifest.root.at(&["rollback", "plan", "runbook"])?;
    let written = path.text()?;
    let target = case.context.files.resolve(&case.manifest.path, written);
    Some(held(case, attested, path.span, ("rollback runbook", "attestation.rollback_plan"), target.path()?))
}

fn file(case: &Case<'_>, path: &Node, declared: Option<&Node>, what: &str) -> Option<Node> {
    let written = path.text()?;
    let target = case.context.files.resolve(&case.record.path, written);
    let name = text::quote(written);
    let Target::File(found) = &target else {
        let entry = facts(path.span, what, &name, "gone");
        return Some(entry.with("problem", Node::string(release::leads_nowhere(&target), path.span)));
    };
    let declared = declared.filter(|digest| digest.text().is_some())?;
    Some(held(case, declared, path.span, (what, &name), found))
}

/// A digest that was declared, held against the file that it is of.
fn held(case: &Case<'_>, declared: &Node, other: Span, (what, name): (&str, &str), path: &str) -> Node {
    let at = declared.span;
    let actual = digest::of(case.context.files, path);
    let status = match &actual {
        Ok(actual) if declared.text() == Some(actual) => "same",
        Ok(_) => "stale",
        Err(_) => "unknown",
    };
    let entry = facts(at, what, name, status).with("other", Node::string("", other));
    match actual {
        Ok(actual) => entry.with("actual", Node::string(actual, at)),
        Err(why) => entry.with("problem", Node::string(why.to_string(), at)),
    }
}

fn facts(at: Span, what: &str, name: &str, status: &str) -> Node {
    Node::map(at)
        .with("what", Node::string(what, at))
        .with("name", Node::string(name, at))
        .with("status", Node::string(status, at))
}
