//! What was understood of one document, for its author: not judged, only shown.

use super::{Derivation, Engine, Plan};
use crate::kind::Kind;
use crate::link::{Graph, Release, Target};
use crate::outcome::Outcome;
use crate::parse::Node;
use crate::source::Span;

/// What was understood of one document.
#[derive(Debug)]
pub struct Inspection {
    /// Its path, relative to the root.
    pub path: String,
    /// What it was taken for.
    pub kind: Kind,
    /// Its tree; of a card, the front matter.
    pub root: Node,
    /// Whether it could be read as a whole.
    pub sound: bool,
    /// The facts that rules read.
    pub facts: Node,
    /// Where its references lead.
    pub links: Vec<Link>,
}

/// A reference and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is a reference to: `card`, `evaluation`, `flag`.
    pub name: &'static str,
    /// As written.
    pub written: String,
    /// Where it is written.
    pub span: Span,
    /// Display path of the file that it leads to.
    pub target: Option<String>,
}

impl Engine {
    /// Inspects the document at `path`, relative to the root, among all others; the
    /// outcome is that of a check and holds the texts. `None` where the file is
    /// not a document.
    pub fn inspect(&self, plan: &Plan<'_>, path: &str) -> Option<(Inspection, Outcome)> {
        let read = self.read(plan);
        let graph = Graph::new(&read.documents, &read.files);
        let index = graph.document_at(path)?;
        let derivation = Derivation::new(&graph, &read, &self.topics);
        let outcome = self.weigh(plan, &read, &derivation);
        let document = &graph.documents[index];
        let release = graph.release_at(index);
        let inspection = Inspection {
            path: document.path.clone(),
            kind: document.kind,
            root: document.root.clone(),
            sound: document.sound,
            facts: derivation.facts(index).into_owned(),
            links: release.map(|release| links(release, plan)).unwrap_or_default(),
        };
        Some((inspection, outcome))
    }
}

fn links(release: &Release, plan: &Plan<'_>) -> Vec<Link> {
    let named = release.card.iter().map(|reference| ("card", reference));
    let flags = release.flag_file.iter().map(|reference| ("flag", reference));
    let evaluations = release.evaluations.iter().map(|evaluation| ("evaluation", &evaluation.reference));
    let reviews = release.review.iter().map(|reference| ("security_review", reference));
    let approvals = release.approval.iter().map(|reference| ("approvals", reference));
    named
        .chain(evaluations)
        .chain(reviews)
        .chain(approvals)
        .chain(flags)
        .map(|(name, reference)| Link {
            name,
            written: reference.written.clone(),
            span: reference.span,
            target: match &reference.target {
                Target::File(path) => Some(plan.tree.display(path)),
                _ => None,
            },
        })
        .collect()
}
