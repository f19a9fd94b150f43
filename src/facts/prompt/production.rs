//! What a prompt registry says of the prompts in production.
//!
//! `status` is `ok`, `unknown` (there is no such version), `unapproved`, `behind` (a release
//! at `full_rollout` runs a later approved version) or `unnamed` (one does, and no version
//! is named as the one in production).

use super::{Version, newest};
use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, release};
use crate::link::version::rank;
use crate::parse::Node;
use crate::text;

/// How the version in production of one prompt stands.
pub(super) fn derive(context: &Context<'_>, prompt: &Node, versions: &[Version<'_>], id: &str) -> Node {
    let production = prompt.get("production").filter(|production| production.text().is_some());
    let span = production.or(prompt.get("prompt_id")).map_or(prompt.anchor(), |node| node.span);
    let shown = production.and_then(Node::text).map(|version| format!(" {}", text::quote(version)));
    let subject = format!("prompt `{}`{}", text::quote(id), shown.unwrap_or_default());
    standing(span, wrong(context, production.and_then(Node::text), versions, id))
        .with("due", Node::bool(true, span))
        .with("subject", Node::string(subject, span))
}

fn wrong(context: &Context<'_>, production: Option<&str>, versions: &[Version<'_>], id: &str) -> Option<Wrong> {
    if let Some(text) = production {
        let Some(version) = versions.iter().find(|version| version.number.1 == text) else {
            return Some(Wrong::new("unknown", format!("there is no such version{}", near(text, versions))));
        };
        if let Some(wrong) = unapproved(version) {
            return Some(wrong);
        }
    }
    let run = |version: &Version<'_>| {
        let uses = context.graph.full_uses(id).iter();
        uses.filter(|(_, used)| used.text() == Some(version.number.1)).find(|(document, _)| {
            context
                .graph
                .documents
                .get(*document)
                .is_some_and(|document| release::live(context.graph, &document.root).0)
        })
    };
    let later = newest(versions, |version| version.status == Some("approved") && run(version).is_some())?;
    if production.is_some_and(|production| rank(production) >= rank(later.number.1)) {
        return None;
    }
    let (_, used) = run(later)?;
    let (status, how) =
        if production.is_some() { ("behind", "is behind") } else { ("unnamed", "names no `production`") };
    let why = format!("{how}: a release at full_rollout runs version {}", text::quote(later.number.1));
    Some(Wrong::new(status, why).beside(used.span, "the release"))
}

/// Why a version is not approved; one that is deprecated was.
fn unapproved(version: &Version<'_>) -> Option<Wrong> {
    let word = version.status.unwrap_or("without a status");
    let place = version.entry.get("status").map_or(version.number.0.span, |status| status.span);
    (word != "approved").then(|| {
        Wrong::new("unapproved", format!("is {}, not approved", text::quote(word))).beside(place, "its status")
    })
}

fn near(word: &str, versions: &[Version<'_>]) -> String {
    let known = versions.iter().map(|version| version.number.1).take(1_000);
    text::did_you_mean(word, known).map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)))
}

/// Whether a prompt in production has a version to go back to. The first one has none.
pub(super) fn rollback(prompt: &Node, versions: &[Version<'_>], subject: &str) -> Option<Node> {
    let production = prompt.get("production").filter(|production| production.text().is_some())?;
    let earlier = versions.iter().any(|version| {
        version.status == Some("approved") && rank(version.number.1) < rank(production.text().unwrap_or_default())
    });
    let back = prompt.get("rollback_to").filter(|back| back.text().is_some());
    let wrong = match back.and_then(Node::text) {
        None if earlier => Some(Wrong::new("missing", "has no `rollback_to`")),
        None => None,
        Some(text) => match versions.iter().find(|version| version.number.1 == text) {
            None => Some(Wrong::new(
                "unknown",
                format!("has no version `{}` to go back to{}", text::quote(text), near(text, versions)),
            )),
            Some(_) if production.text() == Some(text) => {
                Some(Wrong::new("itself", "goes back to the version in production"))
            }
            Some(version) => unapproved(version),
        },
    };
    let span = back.unwrap_or(production).span;
    Some(standing(span, wrong).with("subject", Node::string(subject, span)))
}
