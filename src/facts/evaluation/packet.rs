//! The evaluation packets of a release, with what their result files say.

use super::criteria::{self, Criteria};
use crate::evidence::{self, Format, Results};
use crate::facts::{Context, standing};
use crate::link::{Graph, Release, Role, Target};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// An evaluation packet.
pub(super) struct Packet<'a> {
    /// Its document.
    pub(super) document: &'a Document,
    /// What was agreed for its metrics in a file of criteria.
    pub(super) criteria: Criteria<'a>,
    /// Its suites.
    pub(super) suites: Vec<Suite<'a>>,
    /// The runs of the base model that it compares with.
    pub(super) base: Vec<Suite<'a>>,
}

/// A suite of a packet, or a result file that the manifest names itself.
pub(super) struct Suite<'a> {
    /// Its id; empty of a result file that is in no packet.
    pub(super) id: &'a str,
    /// What it is about: `safety`.
    pub(super) category: &'a str,
    /// Its entry in the packet.
    pub(super) node: &'a Node,
    /// Where to show what is wrong with it: its path, else its id.
    pub(super) span: Span,
    /// Whether the packet says that it does not apply.
    pub(super) excused: bool,
    /// Its result file.
    pub(super) path: Option<String>,
    /// What is in that file.
    pub(super) evidence: Evidence,
}

/// What a result file says.
pub(super) enum Evidence {
    /// It was read.
    Read(Box<Results>),
    /// It is not what it should be; the end of a sentence about the file, and where.
    Broken(String, Span),
    /// What it says cannot be known; why.
    Unknown(String),
    /// A file is named that is not there, or that is no text of its syntax; that is found elsewhere.
    Lost,
    /// It names none.
    Unnamed,
}

impl<'a> Packet<'a> {
    /// Its metrics that apply.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        items(&self.document.root, "metrics").iter().filter(|metric| !excused(metric))
    }

    /// The suite of that id.
    pub(super) fn suite(&self, id: &str) -> Option<&Suite<'a>> {
        self.suites.iter().find(|suite| suite.id == id)
    }
}

impl Suite<'_> {
    /// Its results, where they could be read.
    pub(super) fn results(&self) -> Option<&Results> {
        if let Evidence::Read(results) = &self.evidence { Some(results) } else { None }
    }

    /// What messages call it.
    pub(super) fn name(&self) -> String {
        let path = self.path.as_deref().map(tree::file_name).unwrap_or_default();
        if self.id.is_empty() {
            format!("result file `{}`", text::quote(path))
        } else {
            format!("suite `{}`", text::quote(self.id))
        }
    }
}

/// The items under a key.
pub(super) fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

/// The text under a key; empty where there is none.
pub(super) fn text_of<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

/// Whether an entry says that it does not apply, and why.
pub(super) fn excused(node: &Node) -> bool {
    standing::excused(node) == Some(true)
}

/// Whether an entry says that it does not apply, and not why.
pub(super) fn left_out(node: &Node) -> bool {
    standing::excused(node) == Some(false)
}

/// The packets of a release that can be read.
pub(super) fn of<'a>(context: &Context<'a>, release: &Release) -> Vec<Packet<'a>> {
    let documents = context.graph.documents;
    let sound = release.packets.iter().map(|index| &documents[*index]).filter(|document| document.sound);
    sound.map(|document| read(context, document)).collect()
}

/// Whether there is a packet: `named`, `none`, or `lost` where it may be a file that is not
/// there or cannot be read, which is found elsewhere.
pub(super) fn presence(release: &Release, packets: &[Packet<'_>]) -> &'static str {
    let missing = |evaluation: &crate::link::Evaluation| {
        evaluation.role == Role::Result && evaluation.reference.target.path().is_none()
    };
    if !packets.is_empty() {
        return "named";
    }
    let lost = !release.packets.is_empty() || release.evaluations.iter().any(missing);
    if lost || release.evaluations.is_empty() { "lost" } else { "none" }
}

fn read<'a>(context: &Context<'a>, document: &'a Document) -> Packet<'a> {
    let root = &document.root;
    let suite = |node: &'a Node, key: &str| suite(context, document, node, key);
    let base = root.get("base_comparison").map(|base| items(base, "results")).unwrap_or_default();
    Packet {
        document,
        criteria: criteria::of(context, document),
        suites: items(root, "suites").iter().map(|node| suite(node, "id")).collect(),
        base: base.iter().map(|node| suite(node, "suite")).collect(),
    }
}

fn suite<'a>(context: &Context<'a>, document: &Document, node: &'a Node, key: &str) -> Suite<'a> {
    let (path, evidence) = evidence(context, document, node);
    let place = node.get("path").or_else(|| node.get(key));
    Suite {
        id: text_of(node, key),
        category: text_of(node, "category"),
        node,
        span: place.map_or(node.span, |place| place.span),
        excused: excused(node),
        path,
        evidence,
    }
}

/// The result files that the manifest names without a packet.
pub(super) fn loose<'a>(context: &Context<'a>, release: &Release) -> Vec<Suite<'a>> {
    let manifest = &context.graph.documents[release.document];
    let named = release.evaluations.iter().filter(|evaluation| evaluation.role == Role::Result);
    let suite = |evaluation: &crate::link::Evaluation| {
        let path = evaluation.reference.target.path()?.to_owned();
        let evidence = content(context.graph, &path, None);
        Some(Suite {
            id: "",
            category: "",
            node: &manifest.root,
            span: evaluation.reference.span,
            excused: false,
            path: Some(path),
            evidence,
        })
    };
    named.filter_map(suite).collect()
}

fn evidence(context: &Context<'_>, document: &Document, node: &Node) -> (Option<String>, Evidence) {
    let Some(written) = node.get("path").and_then(Node::text) else { return (None, Evidence::Unnamed) };
    let Target::File(path) = context.files.resolve(&document.path, written) else { return (None, Evidence::Lost) };
    let format = match node.get("format").and_then(Node::text) {
        None => None,
        Some(name) => match Format::parse(name) {
            None => return (Some(path), Evidence::Unknown(format!("the format `{}` is not read", text::quote(name)))),
            known => known,
        },
    };
    let evidence = content(context.graph, &path, format);
    (Some(path), evidence)
}

/// What the file at a path says.
fn content(graph: &Graph<'_>, path: &str, format: Option<Format>) -> Evidence {
    let Some(index) = graph.document_at(path) else {
        return Evidence::Unknown("it is not a result file that can be read here".to_owned());
    };
    let document = &graph.documents[index];
    if !document.sound {
        return Evidence::Lost;
    }
    let beside = tree::join(tree::parent(path), "run_spec.json").ok();
    let run_spec = beside.and_then(|path| graph.document_at(&path)).map(|index| &graph.documents[index].root);
    match evidence::read(format, &document.root, run_spec) {
        Ok(results) => Evidence::Read(Box::new(results)),
        // Where no format is declared, a file in none of the known ones may be in one of its own.
        Err(unreadable) if format.is_none() => Evidence::Unknown(format!("it {}", unreadable.message)),
        Err(unreadable) => Evidence::Broken(unreadable.message, unreadable.span),
    }
}
