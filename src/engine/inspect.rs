//! What was understood of one document, for its author: not judged, only shown.

use super::{Derived, Engine, Plan, load_all};
use crate::discover;
use crate::kind::Kind;
use crate::link::{Files, Graph, Release, Target};
use crate::outcome::Outcome;
use crate::parse::Node;
use crate::source::Span;

use super::{EngineError, Input};

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
    pub fn inspect(&self, plan: &Plan<'_>, path: &str) -> Result<Option<(Inspection, Outcome)>, EngineError> {
        let outcome = self.check(plan)?;
        let found = discover::discover(plan.tree, &plan.config, &plan.selection);
        let inputs: Vec<Input> =
            found.files.iter().map(|file| Input { path: file.path.clone(), kind: file.kind }).collect();
        let files = Files::new(plan.tree, found.listed);
        let documents = load_all(plan.tree, &inputs, &files, &mut self.sources.clone());
        let graph = Graph::new(&documents, &files);
        let Some(index) = graph.document_at(path) else { return Ok(None) };
        let mut derived = self.derive(&graph, &files, &plan.config);
        let Derived { document, facts } = derived.swap_remove(index);
        let release = graph.releases.iter().find(|release| release.document == index);
        let inspection = Inspection {
            path: document.path.clone(),
            kind: document.kind,
            root: document.root.clone(),
            sound: document.sound,
            facts,
            links: release.map(|release| links(release, plan)).unwrap_or_default(),
        };
        Ok(Some((inspection, outcome)))
    }
}

fn links(release: &Release, plan: &Plan<'_>) -> Vec<Link> {
    let named = release.card.iter().map(|reference| ("card", reference));
    let flags = release.flag_file.iter().map(|reference| ("flag", reference));
    let evaluations = release.evaluations.iter().map(|evaluation| ("evaluation", &evaluation.reference));
    named
        .chain(evaluations)
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
