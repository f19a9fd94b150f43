//! The security review of a release: what it leaves open, and where it is at odds with the
//! rest of the release.
//!
//! Every part is as [`mod@super::standing`] says, and absent (or an empty list) where there is
//! no review, which `review` tells once:
//!
//! | fact | what stands so |
//! |---|---|
//! | `review` | the review itself; `unreadable` where its file could not be parsed |
//! | `questionnaire[*]`, `injection[*]`, `pii[*]`, `extraction[*]` | the answers of one part |
//! | `tools[*]` | one tool that is listed, or that is used and not listed |
//! | `attempted`, `jailbreak[*]` | the jailbreak tests together, and one of them |
//! | `contradictions[*]` | an answer that something else in the release denies |
//! | `reviewer` | who reviewed |
//! | `findings[*]`, `verdict` | one finding of the review, and what it came to |
//! | `keys[*]` | one key of a provider |
//!
//! `not_assessed` has one `{path, what, why}` for each test whose report is not recomputed.

mod answers;
mod contradictions;
mod findings;
mod jailbreak;
mod reviewer;
mod tools;

use super::Context;
use super::release::problem;
use super::standing::{Wrong, standing};
use crate::link::Release;
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "abuse[*].definition",
    "abuse[*].problem",
    "abuse[*].shown",
    "abuse[*].status",
    "attempted.problem",
    "attempted.status",
    "contradictions[*].definition",
    "contradictions[*].problem",
    "contradictions[*].shown",
    "contradictions[*].status",
    "extraction[*].problem",
    "extraction[*].status",
    "findings[*].problem",
    "findings[*].status",
    "injection[*].definition",
    "injection[*].problem",
    "injection[*].shown",
    "injection[*].status",
    "jailbreak[*].definition",
    "jailbreak[*].problem",
    "jailbreak[*].shown",
    "jailbreak[*].status",
    "keys[*].problem",
    "keys[*].status",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "pii[*].problem",
    "pii[*].status",
    "questionnaire[*].problem",
    "questionnaire[*].status",
    "review.problem",
    "review.status",
    "reviewer.definition",
    "reviewer.problem",
    "reviewer.shown",
    "reviewer.status",
    "tools[*].problem",
    "tools[*].status",
    "verdict.problem",
    "verdict.status",
];

/// A review beside the manifest that it is about.
struct Reviewed<'a> {
    context: &'a Context<'a>,
    manifest: &'a Document,
    review: &'a Document,
    release: &'a Release,
    reports: jailbreak::Reports,
}

impl Reviewed<'_> {
    fn root(&self) -> &Node {
        &self.review.root
    }

    /// The facts that a review gives.
    fn derive(&self, mut facts: Node) -> Node {
        let span = self.root().anchor();
        let used = tools::used(self);
        for (name, list) in [
            ("abuse", answers::abuse(self)),
            ("questionnaire", answers::questionnaire(self)),
            ("injection", answers::injection(self, &used)),
            ("pii", answers::pii(self)),
            ("extraction", answers::extraction(self)),
            ("tools", tools::derive(self, &used)),
            ("jailbreak", jailbreak::tests(self)),
            ("contradictions", contradictions::derive(self, &used)),
            ("findings", findings::derive(self)),
            ("keys", findings::keys(self)),
            ("not_assessed", jailbreak::not_assessed(self)),
        ] {
            facts.put(name, Node::seq(list, span));
        }
        facts
            .with("attempted", jailbreak::attempted(self))
            .with("reviewer", reviewer::derive(self))
            .with("verdict", findings::verdict(self))
    }
}

/// The facts under `security`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let manifest = &context.graph.documents[release.document];
    let place = Pointer::root().key("evidence").key("security_review");
    let span = release.review.as_ref().map_or_else(|| manifest.root.span_of(&place), |review| review.span);
    let found = release.reviews.first().map(|index| &context.graph.documents[*index]);
    let wrong = match (found, release.reviews.len(), &release.review) {
        (Some(review), 1, _) if review.sound => None,
        (Some(_), 1, _) => Some(Wrong::new("unreadable", "it could not be parsed")),
        (Some(_), n, _) => {
            Some(Wrong::new("several", format!("{n} security reviews name this release; say which one holds")))
        }
        (None, _, Some(reference)) => {
            let why = match problem(reference, "review") {
                why if why.is_empty() => "it is not a security review".to_owned(),
                why => why,
            };
            Some(Wrong::new("unresolved", format!("security review `{}`: {why}", text::quote(&reference.written))))
        }
        (None, ..) => Some(Wrong::new("missing", "the release has no security review")),
    };
    let sound = found.filter(|_| wrong.is_none());
    let facts = Node::map(span).with("review", standing(span, wrong));
    match sound {
        Some(review) => {
            let reports = jailbreak::reports(context, review);
            Reviewed { context, manifest, review, release, reports }.derive(facts)
        }
        None => facts,
    }
}
