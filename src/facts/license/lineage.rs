//! What a card's model is made from, and whether card and name keep to the terms of that.
//!
//! | fact | what it says |
//! |---|---|
//! | `bases[*]` | `{id, license, derivatives, own, shared, lost}` of each base model whose licence is known: its licence in words, and whether that lets anything be made from it; that of the card, whether it shares alike where the base asks for it, and what of the base's terms it leaves out (absent where nothing, and where the card's licence is not known) |
//! | `names[*]` | `{written, prefix, from, license, kept}`: how the name has to begin, because of which base model or generator, and whether it does |
//!
//! A base model is known by the beginning of its id, or by the licence that the manifest of
//! the release records for it; any other is not known, and nothing is said of it. So is the
//! name of a model where the card gives none that looks like an id.

use super::clauses::{self, Clauses, Outputs};
use crate::facts::data::{Dataset, datasets, said};
use crate::link::Graph;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text;

/// The facts under `lineage` of a card, whose other facts are `card`.
pub fn derive<'a>(graph: &'a Graph<'a>, index: usize, document: &Document, card: &Node) -> Node {
    let span = document.root.anchor();
    let releases = graph.served_by(index).iter().rev().filter_map(|at| graph.releases.get(*at));
    // A card speaks for the newest release that it serves.
    let manifest = releases.map(|release| &graph.documents[release.document]).next();
    let taught: Vec<_> = manifest.into_iter().flat_map(|manifest| generators(graph, manifest)).collect();
    let manifest = manifest.map(|manifest| &manifest.root);
    let bases = bases(&document.root, manifest);
    let facts = bases.iter().map(|base| base.facts(&document.root)).collect();
    let names = names(&document.root, manifest, card, &bases, &taught);
    Node::map(span).with("bases", Node::seq(facts, span)).with("names", Node::seq(names, span))
}

/// A model that others are made from, and its licence.
struct Base<'a> {
    id: &'a str,
    span: Span,
    clauses: &'static Clauses,
}

impl Base<'_> {
    fn facts(&self, front: &Node) -> Node {
        let written = front.get("license");
        let span = written.map_or(self.span, |license| license.span);
        let mut facts = Node::map(span)
            .with("id", Node::string(text::quote(self.id), self.span))
            .with("license", Node::string(self.clauses.name.as_str(), self.span))
            .with("derivatives", Node::bool(!self.clauses.no_derivatives, self.span));
        let own = own_licenses(front).unwrap_or_default();
        if let Some(first) = own.first() {
            facts.put("own", Node::string(first.name.as_str(), span));
            let kept = !self.clauses.share_alike || own.iter().any(|own| self.clauses.is_kin(own));
            facts.put("shared", Node::bool(kept, span));
        }
        if let Some(lost) = lost(self.clauses, &own) {
            facts.put("lost", Node::string(lost, span));
        }
        facts
    }
}

/// What of a base's terms the licences of a card leave out. Of several one will do.
fn lost(base: &Clauses, own: &[&Clauses]) -> Option<&'static str> {
    let lost: Option<Vec<&str>> = own.iter().map(|own| base.lost_under(own)).collect();
    lost?.into_iter().next()
}

/// The licences of a card; `None` where one of them is not known.
pub(in crate::facts) fn own_licenses(front: &Node) -> Option<Vec<&'static Clauses>> {
    let written = front.get("license").map(Node::one_or_many).unwrap_or_default();
    let name = || front.get("license_name").and_then(Node::text);
    let known = |id: &Node| match id.text() {
        Some("other") => clauses::of_license(name()?),
        Some(id) => clauses::of_license(id),
        None => None,
    };
    written.iter().map(known).collect()
}

/// The base models of a card and of the release that it speaks for, each once.
fn bases<'a>(front: &'a Node, manifest: Option<&'a Node>) -> Vec<Base<'a>> {
    let written = front.get("base_model").map(Node::one_or_many).unwrap_or_default();
    let known = written.iter().filter_map(|id| {
        let clauses = clauses::of_model(id.as_str()?)?;
        Some(Base { id: id.as_str()?, span: id.span, clauses })
    });
    let mut all: Vec<Base<'a>> = known.take(MOST).collect();
    if let Some(base) = manifest.and_then(recorded)
        && !all.iter().any(|known| known.id.eq_ignore_ascii_case(base.id))
    {
        all.push(base);
    }
    all
}

/// The most base models that are looked at.
const MOST: usize = 100;

fn recorded(manifest: &Node) -> Option<Base<'_>> {
    let base = manifest.at(&["artifacts", "base_model"]).filter(|base| base.get("not_applicable").is_none())?;
    let id = base.get("id")?;
    Some(Base { id: id.text()?, span: id.span, clauses: of_base(base)? })
}

/// The licence of the base model of a manifest: what its publisher is known to have it under,
/// unless the manifest records terms of another kind, such as an agreement of one's own.
pub(in crate::facts) fn of_base(base: &Node) -> Option<&'static Clauses> {
    let written = said(base, "license").and_then(Node::text);
    let known = base.get("id").and_then(Node::text).and_then(clauses::of_model);
    match (written, written.and_then(clauses::of_license)) {
        (Some(_), None) => None,
        (_, recorded) => known.or(recorded),
    }
}

/// How the name of the model has to begin, and whether it does.
fn names(
    front: &Node,
    manifest: Option<&Node>,
    card: &Node,
    bases: &[Base<'_>],
    taught: &[(&str, Span, &'static Clauses)],
) -> Vec<Node> {
    let Some((name, span)) = name(manifest, card) else { return Vec::new() };
    // Weights in another format are those of the base, under its name.
    let relation = front.get("base_model_relation").and_then(Node::text);
    let repacked = relation == Some("quantized") || (relation.is_none() && is_repacked(name));
    let made = bases.iter().filter(|_| !repacked).map(|base| (base.id, base.span, base.clauses));
    let fact = |(id, place, clauses): (&str, Span, &'static Clauses)| {
        let prefix = clauses.prefix.as_deref()?;
        let facts = Node::map(span)
            .with("written", Node::string(text::quote(name), span))
            .with("prefix", Node::string(prefix, span))
            .with("from", Node::string(text::quote(id), place))
            .with("license", Node::string(clauses.name.as_str(), place));
        Some(facts.with("kept", Node::bool(begins(name, prefix), span)))
    };
    made.chain(taught.iter().copied()).filter_map(fact).take(MOST).collect()
}

/// The generators of training data whose licence holds for what is trained on outputs.
fn generators<'a>(
    graph: &'a Graph<'a>,
    manifest: &'a Document,
) -> impl Iterator<Item = (&'a str, Span, &'static Clauses)> {
    datasets(graph, manifest).filter(Dataset::trains).filter_map(|dataset| {
        let generator = dataset.node.get("generator")?;
        let (id, clauses) = (generator.get("model")?, of_generator(generator)?);
        (clauses.outputs == Outputs::Name).then_some((id.text()?, id.span, clauses))
    })
}

/// The licence of a generator, as that of a base model.
pub(in crate::facts) fn of_generator(generator: &Node) -> Option<&'static Clauses> {
    let written = said(generator, "license").and_then(Node::text);
    let known = generator.get("model").and_then(Node::text).and_then(clauses::of_model);
    match (written, written.and_then(clauses::of_license)) {
        (Some(_), None) if known.is_none_or(|known| known.outputs != Outputs::Competing) => None,
        (_, recorded) => known.or(recorded),
    }
}

/// The name of the model: that of the release, else one of the card that is a single word,
/// as ids are. A heading in words is no name for sure.
fn name<'a>(manifest: Option<&'a Node>, card: &'a Node) -> Option<(&'a str, Span)> {
    let node = match manifest {
        Some(manifest) => manifest.at(&["metadata", "model"])?,
        None => card.at(&["identity", "name"])?,
    };
    let name = node.text()?.trim();
    let id = manifest.is_some() || (!name.contains(char::is_whitespace) && name.contains(['-', '_', '/']));
    (id && !name.is_empty()).then_some((name, node.span))
}

/// Whether a name says that the weights are those of the base in another format.
fn is_repacked(name: &str) -> bool {
    let formats = ["gguf", "ggml", "gptq", "awq", "exl2", "mlx", "bnb", "4bit", "8bit", "int4", "int8", "fp8"];
    let lower = name.to_lowercase();
    formats.iter().any(|format| text::contains_token(&lower, format))
}

/// Whether a name begins so; blanks, hyphens and the owner of a repository aside. Meta's own
/// names begin with `Meta-Llama`.
fn begins(name: &str, prefix: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (name, prefix) = (letters(name.rsplit('/').next().unwrap_or(name)), letters(prefix));
    name.strip_prefix("meta").unwrap_or(&name).starts_with(&prefix) || name.starts_with(&prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_name_begins() {
        for name in ["Llama-3.1-Claims-8B", "acme/llama_claims", "Meta-Llama-3.1-8B", "LlamaGuard"] {
            assert!(begins(name, "Llama"), "{name}");
        }
        for name in ["Claims-Llama-8B", "acme/claims", "Metallama", ""] {
            assert_eq!(begins(name, "Llama"), name == "Metallama", "{name}");
        }
        assert!(begins("Llama-3-Claims", "Llama 3"));
        assert!(!begins("Llama-2-Claims", "Llama 3"));
    }

    #[test]
    fn another_format_is_told_by_the_name() {
        assert!(is_repacked("Claims-8B-GGUF"));
        assert!(is_repacked("claims-awq-int4"));
        assert!(!is_repacked("Claims-8B"));
    }
}
