//! From documents to facts. The facts of a card are made once and kept, because the release
//! that it serves reads them too; those of any other document are made when it is judged and
//! gone behind that, so that a repository never holds all facts at once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Read;
use crate::facts;
use crate::facts::card::TopicTable;
use crate::kind::Kind;
use crate::link::{Graph, Release};
use crate::parse::{Document, Node};
use crate::source::SourceMap;

/// What facts are made from, and those that are made already.
pub(super) struct Derivation<'a> {
    context: facts::Context<'a>,
    /// Of each card, in the place of its document.
    cards: Vec<Option<Node>>,
    sources: &'a SourceMap,
    /// What is told of documents by what was before them, by name.
    changes: BTreeMap<usize, Vec<(&'static str, Node)>>,
}

impl<'a> Derivation<'a> {
    pub(super) fn new(graph: &'a Graph<'a>, read: &'a Read<'_>, topics: &TopicTable) -> Self {
        // What the table compiles when a card first needs it serves the next run too.
        let topics = match read.config.topics() {
            names if names.is_empty() => Cow::Borrowed(topics),
            names => Cow::Owned(topics.clone().extended(names)),
        };
        Self {
            context: facts::Context::new(graph, &read.files, read.as_of, read.past.commits()),
            cards: cards(graph, read, &topics),
            sources: &read.sources,
            changes: changes(graph, read),
        }
    }

    pub(super) fn graph(&self) -> &'a Graph<'a> {
        self.context.graph
    }

    /// The facts of the document at `index`.
    pub(super) fn facts(&self, index: usize) -> Cow<'_, Node> {
        let Self { context, cards, sources, changes } = self;
        let document = &context.graph.documents[index];
        let card_of = |release: &Release| cards.get(release.card_document?)?.as_ref();
        let mut facts = match document.kind {
            Kind::Release => context
                .graph
                .release_at(index)
                .map(|release| Cow::Owned(facts::release::derive(context, release, card_of(release)))),
            Kind::ModelRegistry => Some(Cow::Owned(facts::registry::derive(context, document))),
            Kind::PromptRegistry => Some(Cow::Owned(facts::prompt::derive(context, document))),
            Kind::AdapterConfig => Some(Cow::Owned(facts::adapter::derive(context, document))),
            Kind::Kitfile | Kind::MlModel => Some(Cow::Owned(facts::adapter::of_package(context, document))),
            Kind::Serving => Some(Cow::Owned(facts::serving::derive(context, document))),
            Kind::Flags => Some(Cow::Owned(facts::serving::of_flags(context, document))),
            Kind::Code => Some(Cow::Owned(facts::code::derive(context, document))),
            Kind::Prompt => {
                let text = sources.get(document.source).text();
                Some(Cow::Owned(facts::prompt::of_file(context, document, text)))
            }
            _ => cards.get(index).and_then(Option::as_ref).map(Cow::Borrowed),
        }
        .unwrap_or_else(|| Cow::Owned(Node::map(document.root.anchor())));
        for (name, fact) in changes.get(&index).into_iter().flatten() {
            facts.to_mut().put(name, fact.clone());
        }
        facts
    }
}

fn changes(graph: &Graph<'_>, read: &Read<'_>) -> BTreeMap<usize, Vec<(&'static str, Node)>> {
    let mut changes: BTreeMap<usize, Vec<(&str, Node)>> = BTreeMap::new();
    let before = facts::history::records(&read.past.documents);
    if !before.is_empty() {
        let now = facts::history::records(graph.documents);
        let rewritten = facts::history::derive(graph.documents, &before, &now);
        let moves = facts::transition::derive(graph.documents, &before, &now);
        let named = rewritten.into_iter().map(|(at, fact)| (at, ("rewritten", fact)));
        for (document, change) in named.chain(moves.into_iter().map(|(at, fact)| (at, ("moves", fact)))) {
            changes.entry(document).or_default().push(change);
        }
    }
    for (document, change) in read.past.recorded(&read.config, graph) {
        changes.entry(document).or_default().push(change);
    }
    changes
}

fn cards(graph: &Graph<'_>, read: &Read<'_>, topics: &TopicTable) -> Vec<Option<Node>> {
    let documents = graph.documents.par_iter().enumerate();
    let read_so_far = |document: &Document| document.sound || document.is_text_alone();
    documents
        .map(|(index, document)| {
            let is_card = document.kind == Kind::Card && read_so_far(document);
            is_card.then(|| card(graph, read, index, topics))
        })
        .collect()
}

fn card(graph: &Graph<'_>, read: &Read<'_>, index: usize, topics: &TopicTable) -> Node {
    let document = &graph.documents[index];
    let text = read.sources.get(document.source).text();
    let facts = facts::card::derive(document, text, topics);
    let lineage = facts::license::lineage::derive(graph, index, document, &facts);
    facts
        .with("lineage", lineage)
        .with("languages", facts::language::derive(&document.root))
        .with("licenses", facts::license::derive(&document.root))
        .with("license_files", facts::license::texts::derive(&read.files, document))
        .with("references", facts::card::references(&read.files, document, text))
        .with("served", facts::agreement::served(graph, index, document.root.anchor()))
}
