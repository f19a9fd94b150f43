//! From the subject of a waiver to the bytes that it covers.
//!
//! `{kind, id}` names a document by what it calls itself, and `path` a node in it;
//! of a release, that is the manifest or any document that belongs to it and to no
//! other: what was agreed for one release must not hold for the next one. `{path}` alone
//! names a document by its file. Anything wider is refused.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::keyed::KeyedPath;
use super::{Area, Context, about};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::link::{Graph, Release};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text::quote;

/// What a waiver is for.
pub(super) struct Subject<'a> {
    /// The bytes.
    pub(super) areas: Vec<Area>,
    /// The value that is waived, for its digest.
    pub(super) value: Option<&'a Node>,
    /// The documents, at least one.
    pub(super) documents: Vec<&'a Document>,
}

/// A document and the node in it that the subject's id names.
type Named<'a> = (&'a Document, &'a Node);

/// Resolves the subject of a waiver; an error says why it is for nothing, or for too
/// much.
pub(super) fn resolve<'a>(
    name: &str,
    node: &Node,
    at: Span,
    context: &Context<'a>,
) -> Result<Subject<'a>, Box<Finding>> {
    let text = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
    match (text("kind"), text("id"), text("path")) {
        (Some(kind), Some(id), path) => {
            let kind = kind_of(name, kind, span_of(node, "kind", at), context)?;
            let named = by_id(name, kind, (id, span_of(node, "id", at)), context)?;
            within(name, &named, path.map(|path| (path, span_of(node, "path", at))))
        }
        (_, None, Some(path)) => by_file(name, path, span_of(node, "path", at), context),
        (None, Some(id), _) => {
            let message = format!("{name} does not say what `{}` is: its subject has no `kind`", quote(id));
            Err(Box::new(about(span_of(node, "id", at), message, "write `kind: release` beside the id")))
        }
        (Some(kind), None, None) => {
            let message = format!("{name} is too broad: its subject is every {}", quote(kind));
            let help = "name one document: its `id` beside the `kind`, or the `path` of its file";
            Err(Box::new(about(span_of(node, "kind", at), message, help)))
        }
        (None, None, None) => {
            let message = format!("{name} is too broad: its subject names no document");
            let help = "write `subject: {kind: release, id: …}`, or `subject: {path: …}` with the path of a file";
            Err(Box::new(about(at, message, help)))
        }
    }
}

fn span_of(node: &Node, key: &str, otherwise: Span) -> Span {
    node.get(key).map_or(otherwise, |value| value.span)
}

fn kind_of(name: &str, text: &str, span: Span, context: &Context<'_>) -> Result<Kind, Box<Finding>> {
    Kind::parse(text).ok_or_else(|| {
        let names = Kind::ALL.iter().map(|kind| kind.name());
        let help = context.did_you_mean(text, names).map_or_else(
            || "write `release`, `card`, `evaluation-packet` or another kind of `weighbridge schema`".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        Box::new(about(span, format!("{name} is for a `{}`, and there is no such kind of document", quote(text)), help))
    })
}

/// Who has which id, and what belongs to which release; made when the first waiver asks,
/// so that a run without waivers does without.
#[derive(Default)]
pub struct Lookup<'a>(OnceCell<Maps<'a>>);

/// What a [`Lookup`] looks things up in. Releases are indices into those of the graph.
#[derive(Default)]
struct Maps<'a> {
    named: BTreeMap<(Kind, &'a str), Vec<Named<'a>>>,
    releases: BTreeMap<&'a str, Vec<usize>>,
    releases_of: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Lookup<'a> {
    fn maps(&self, graph: &'a Graph<'a>) -> &Maps<'a> {
        self.0.get_or_init(|| Maps::of(graph))
    }
}

impl<'a> Maps<'a> {
    fn of(graph: &'a Graph<'a>) -> Self {
        let mut maps = Self::default();
        for document in graph.documents {
            for (id, node) in ids(document) {
                maps.named.entry((document.kind, id)).or_default().push((document, node));
            }
        }
        for (index, release) in graph.releases.iter().enumerate() {
            if let Some(id) = id_of(graph, release) {
                maps.releases.entry(id).or_default().push(index);
            }
            for path in &release.files {
                let releases = maps.releases_of.entry(path).or_default();
                if releases.last() != Some(&index) {
                    releases.push(index);
                }
            }
        }
        maps
    }

    fn releases_of(&self, document: &Document) -> &[usize] {
        self.releases_of.get(document.path.as_str()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The documents that an id names: those that call themselves so, and those of the
/// kind that belong to the release of that name; of a release, all that belong to it.
fn by_id<'a>(
    name: &str,
    kind: Kind,
    (id, span): (&str, Span),
    context: &Context<'a>,
) -> Result<Vec<Named<'a>>, Box<Finding>> {
    let graph = context.graph;
    let maps = context.lookup.maps(graph);
    let mut named: Vec<Named<'a>> = maps.named.get(&(kind, id)).cloned().unwrap_or_default();
    for release in maps.releases.get(id).into_iter().flatten().map(|index| &graph.releases[*index]) {
        let files = release.files.iter().filter_map(|path| graph.document_at(path));
        for document in files.map(|index| &graph.documents[index]) {
            let known = named.iter().any(|(known, _)| known.source == document.source);
            let of_release = kind == Kind::Release && maps.releases_of(document).len() < 2;
            if !known && (of_release || document.kind == kind) {
                named.push((document, &document.root));
            }
        }
    }
    if !named.is_empty() {
        return Ok(named);
    }
    let of_kind = maps.named.keys().filter(|(known, _)| *known == kind).map(|(_, own)| *own);
    let known = of_kind.chain(maps.releases.keys().copied());
    let broad = id.contains('*');
    let message = if broad {
        format!("{name} is too broad: `{}` is not the id of one {kind}", quote(id))
    } else {
        format!("{name} is for nothing: no {kind} has the id `{}`", quote(id))
    };
    let help = match context.did_you_mean(id, known) {
        Some(meant) if !broad => format!("did you mean `{}`?", quote(meant)),
        _ => "write the id as the document has it, or name its file: `subject: {path: …}`".to_owned(),
    };
    Err(Box::new(about(span, message, help)))
}

fn id_of<'a>(graph: &Graph<'a>, release: &Release) -> Option<&'a str> {
    graph.documents[release.document].root.at(&["metadata", "id"])?.text()
}

/// What a document, or a part of it, calls itself.
fn ids(document: &Document) -> Vec<(&str, &Node)> {
    let root = &document.root;
    let own = |keys: &[&str]| root.at(keys).and_then(Node::text).map(|id| (id, root));
    let items = |list: &str, key: &str| -> Vec<(&str, &Node)> {
        let items = root.get(list).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| Some((item.get(key)?.text()?, item))).collect()
    };
    match document.kind {
        Kind::Release => own(&["metadata", "id"]).into_iter().collect(),
        Kind::ApprovalRecord => own(&["release"]).into_iter().collect(),
        Kind::SecurityReview => own(&["subject", "release"]).into_iter().collect(),
        Kind::EvaluationPacket => own(&["subject", "checkpoint_id"]).into_iter().collect(),
        Kind::ModelRegistry => items("models", "id"),
        Kind::PromptRegistry => items("prompts", "prompt_id"),
        _ => Vec::new(),
    }
}

fn within<'a>(name: &str, named: &[Named<'a>], path: Option<(&str, Span)>) -> Result<Subject<'a>, Box<Finding>> {
    let documents: Vec<&Document> = named.iter().map(|(document, _)| *document).collect();
    let Some((text, span)) = path else {
        let area = |(document, node): &Named<'a>| {
            let whole = std::ptr::eq(&raw const document.root, *node);
            if whole { Area::Document(document.source) } else { Area::Within(node.span) }
        };
        let value = named.first().map(|(_, node)| *node);
        return Ok(Subject { areas: named.iter().map(area).collect(), value, documents });
    };
    let wrong = |message: String, help: &str| Err(Box::new(about(span, message, help)));
    let Some(keyed) = KeyedPath::parse(text) else {
        let help = "write it as `metrics[id=refusal_rate].value`, or as a JSON Pointer";
        return wrong(format!("{name} is for nothing: `{}` is not a path to a node", quote(text)), help);
    };
    let mut areas = Vec::new();
    let (mut value, mut why) = (None, None);
    for (_, root) in named {
        match keyed.find(root) {
            Ok(found) => {
                areas.push(Area::Within(found.node.span));
                areas.extend(found.key.map(Area::Within));
                value = value.or(Some(found.node));
            }
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    if areas.is_empty() && documents.iter().all(|document| document.sound) {
        let why = why.unwrap_or_default();
        let help = "correct the path; where something is missing, leave `path` out and waive the rule for the document";
        return wrong(format!("{name} is for nothing: `{}` leads nowhere, {why}", quote(text)), help);
    }
    Ok(Subject { areas, value, documents })
}

fn by_file<'a>(name: &str, path: &str, span: Span, context: &Context<'a>) -> Result<Subject<'a>, Box<Finding>> {
    let graph = context.graph;
    let plain = path.strip_prefix("./").unwrap_or(path);
    if let Some(index) = graph.document_at(plain) {
        let document = &graph.documents[index];
        let areas = vec![Area::Document(document.source)];
        return Ok(Subject { areas, value: Some(&document.root), documents: vec![document] });
    }
    let folder = format!("{}/", plain.trim_end_matches('/'));
    let paths = || graph.documents.iter().map(|document| document.path.as_str());
    let broad =
        plain.contains(['*', '?']) || matches!(plain, "." | "/" | "") || paths().any(|p| p.starts_with(&folder));
    let message = if broad {
        format!("{name} is too broad: `{}` is not one file", quote(path))
    } else {
        format!("{name} is for nothing: no document is at `{}`", quote(path))
    };
    let help = match context.did_you_mean(plain, paths()) {
        Some(meant) if !broad => format!("did you mean `{}`?", quote(meant)),
        _ if broad => "grant one waiver for each document".to_owned(),
        _ => "write the path from the root of the repository; a node is named beside a `kind` and an `id`".to_owned(),
    };
    Err(Box::new(about(span, message, help)))
}

/// Those who answer for the releases that the documents belong to, and where that is
/// written.
pub(super) fn owners<'a>(documents: &[&Document], context: &Context<'a>) -> Vec<(&'a str, Span)> {
    let graph = context.graph;
    let maps = context.lookup.maps(graph);
    let releases: BTreeSet<usize> = documents.iter().flat_map(|document| maps.releases_of(document)).copied().collect();
    let owner = |index: usize| {
        let manifest = &graph.documents[graph.releases[index].document];
        let node = manifest.root.at(&["ownership", "accountable_owner"])?;
        node.text().map(|handle| (handle, node.span))
    };
    releases.into_iter().filter_map(owner).collect()
}
