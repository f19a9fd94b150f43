//! The licences of everything that a release is made from, as far as they are known.
//!
//! | fact | what it says |
//! |---|---|
//! | `parts[*]` | `{what, license, noncommercial}` of the base model, of adapters with a card of their own, and of training data |
//! | `training[*]` | of each training dataset `{name, license, permits_training, permits_commercial, commercial, noncommercial, share_alike, decided, model, model_noncommercial, model_shares_alike}`: its licence, what its entry says that it permits, whether somebody recorded the decision to train on it; `commercial` is whether the model is: the release, or the licence of its card, allows that |
//! | `generators[*]` | `{name, model, license, outputs, cleared}` of training data that a model made: what the generator's terms say of models trained on its outputs (`free`, `name`, `others`, `competing`), and whether terms are on record that allow it |
//! | `duties[*]` | `{license, kind, wanted, met}`: what the licence of the base asks for where people meet the model (`display`), in the terms (`policy`) and beside copies of the weights (`notice`, `copy`) |
//! | `regions[*]` | `{license, model, region}` where the licence of the base gives no rights to who is at home in a part of the world for which the release is made |
//! | `exposed`, `copied` | whether people outside meet the model; whether its weights go to them |
//!
//! A duty is met where its words stand in the card, or in a file beside card, manifest or
//! root whose name says that it holds terms.

use std::collections::BTreeSet;

use super::clauses;
use super::clauses::{Clauses, Outputs};
use super::lineage::{of_base, of_generator, own_licenses};
use super::terms::{self, Duty, Fulfilled};
use crate::facts::Context;
use crate::facts::data::terms::is_shown;
use crate::facts::data::{Dataset, datasets, said};
use crate::link::Release;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// The names of these facts, for [`crate::facts::shape`].
pub(in crate::facts) const NAMES: &[&str] = &[
    "copied",
    "duties[*].kind",
    "duties[*].license",
    "duties[*].met",
    "duties[*].wanted",
    "exposed",
    "generators[*].cleared",
    "generators[*].license",
    "generators[*].model",
    "generators[*].name",
    "generators[*].outputs",
    "regions[*].license",
    "regions[*].model",
    "regions[*].region",
    "parts[*].license",
    "parts[*].noncommercial",
    "parts[*].what",
    "training[*].commercial",
    "training[*].decided",
    "training[*].license",
    "training[*].model",
    "training[*].model_noncommercial",
    "training[*].model_shares_alike",
    "training[*].name",
    "training[*].noncommercial",
    "training[*].permits_commercial",
    "training[*].permits_training",
    "training[*].share_alike",
];

/// The facts under `license` of a release.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let root = &document.root;
    let span = root.anchor();
    let card = release.card_document.map(|index| &context.graph.documents[index]);
    let base = root.at(&["artifacts", "base_model"]).filter(|base| base.get("not_applicable").is_none());
    let exposure = root.at(&["scope", "deployment", "exposure"]);
    let exposed = matches!(exposure.and_then(Node::text), Some("partner" | "public"));
    let uri = root.at(&["artifacts", "checkpoint", "uri"]).and_then(Node::text).unwrap_or_default();
    let weights = root.at(&["scope", "deployment", "weights"]).and_then(Node::text);
    let on_hub = uri.starts_with("hf://") || uri.contains("huggingface.co/");
    let copied = weights == Some("published") || (exposed && on_hub && weights != Some("kept"));
    let training: Vec<Dataset<'_>> = datasets(context.graph, document).filter(Dataset::trains).collect();
    let asked = base.filter(|_| exposed || copied);
    let duties = asked.map(|base| duties(context, document, card, base, copied)).unwrap_or_default();
    Node::map(span)
        .with("exposed", Node::bool(exposed, exposure.map_or(span, |node| node.span)))
        .with("copied", Node::bool(copied, span))
        .with("parts", Node::seq(parts(context, release, base, &training), span))
        .with(
            "training",
            Node::seq(training.iter().map(|data| trained_on(context, document, card, data)).collect(), span),
        )
        .with(
            "generators",
            Node::seq(training.iter().filter_map(|data| taught(context, document, base, data)).collect(), span),
        )
        .with("regions", Node::seq(base.and_then(|base| region(root, base)).into_iter().collect(), span))
        .with("duties", Node::seq(duties, span))
}

/// The members of the European Union, as jurisdictions are written (ISO 3166-1).
const EU: [&str; 28] = [
    "EU", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU",
    "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// A part of the world that the licence of the base leaves out, and that the release is for.
fn region(root: &Node, base: &Node) -> Option<Node> {
    let clauses = of_base(base)?;
    let model = base.get("id").and_then(Node::text).unwrap_or_default();
    let region = clauses.region.as_ref().filter(|region| region.is_about(model))?;
    let jurisdictions = root.at(&["scope", "deployment", "jurisdictions"])?;
    let within = |written: &&Node| {
        let country = written.text().unwrap_or_default().split('-').next().unwrap_or_default();
        country == region.not_in || (region.not_in == "EU" && EU.contains(&country))
    };
    let place = jurisdictions.one_or_many().iter().find(within)?.span;
    let fact = Node::map(place)
        .with("license", Node::string(clauses.name.as_str(), place))
        .with("model", Node::string(text::quote(model), place))
        .with("region", Node::string(region.not_in.as_str(), place));
    Some(fact)
}

fn part(what: String, license: &Clauses, span: Span) -> Node {
    Node::map(span)
        .with("what", Node::string(what, span))
        .with("license", Node::string(license.name.as_str(), span))
        .with("noncommercial", Node::bool(license.noncommercial, span))
}

fn parts(context: &Context<'_>, release: &Release, base: Option<&Node>, training: &[Dataset<'_>]) -> Vec<Node> {
    let document = &context.graph.documents[release.document];
    let mut all = Vec::new();
    if let Some((base, license)) = base.and_then(|base| Some((base, of_base(base)?))) {
        let span = base.get("license").or_else(|| base.get("id")).map_or(base.anchor(), |node| node.span);
        let id = base.get("id").and_then(Node::text).unwrap_or_default();
        all.push(part(format!("the base model `{}`", text::quote(id)), license, span));
    }
    let adapters = document.root.at(&["artifacts", "adapters"]).map(Node::items).unwrap_or_default();
    for adapter in adapters.iter().filter(|adapter| adapter.get("not_applicable").is_none()) {
        let Some(written) = adapter.get("card").filter(|card| card.text().is_some()) else { continue };
        let target = context.files.resolve(&document.path, written.text().unwrap_or_default());
        let index = target.path().and_then(|path| context.graph.document_at(path));
        // The card of the release is judged as such.
        let Some(index) = index.filter(|index| Some(*index) != release.card_document) else { continue };
        let name = adapter.get("name").and_then(Node::text).unwrap_or_default();
        // Of several licences one will do: the one that allows more.
        let own = own_licenses(&context.graph.documents[index].root).unwrap_or_default();
        let license = own.iter().find(|license| !license.noncommercial).or(own.first());
        all.extend(license.map(|license| part(format!("the adapter `{}`", text::quote(name)), license, written.span)));
    }
    let data = training.iter().filter_map(|data| {
        let (license, clauses) = licensed(data)?;
        Some(part(format!("the {}", data.name()), clauses, license.span))
    });
    all.extend(data);
    all
}

/// The licence of a dataset, where its clauses are known.
fn licensed<'a>(dataset: &Dataset<'a>) -> Option<(&'a Node, &'static Clauses)> {
    let license = said(dataset.node, "license")?;
    Some((license, clauses::of_license(license.text()?)?))
}

fn trained_on(context: &Context<'_>, document: &Document, card: Option<&Document>, dataset: &Dataset<'_>) -> Node {
    let place = dataset.place();
    let own = card.and_then(|card| own_licenses(&card.root)).filter(|own| !own.is_empty());
    let release = document.root.at(&["scope", "deployment", "commercial"]).and_then(Node::as_bool);
    let mut facts = Node::map(place).with("name", Node::string(format!("the {}", dataset.name()), place));
    let permits = |key: &str| dataset.node.at(&["permits", key]).filter(|permits| permits.as_bool().is_some());
    for (key, name) in [("training", "permits_training"), ("commercial", "permits_commercial")] {
        if let Some(permits) = permits(key) {
            facts.put(name, permits.clone());
        }
    }
    facts.put("commercial", Node::bool(release == Some(true), place));
    // Somebody looked at the terms, found that they permit training, and shows what they are.
    let permitted = permits("training").and_then(Node::as_bool) == Some(true);
    let decided = permitted && is_shown(context, &document.path, dataset.node);
    facts.put("decided", Node::bool(decided, place));
    if let Some((license, clauses)) = licensed(dataset) {
        let at = license.span;
        facts.put("license", Node::string(clauses.name.as_str(), at));
        facts.put("noncommercial", Node::bool(clauses.noncommercial, at));
        facts.put("share_alike", Node::bool(clauses.share_alike, at));
    }
    if let (Some(own), Some(card)) = (own, card) {
        let at = card.root.get("license").map_or(card.root.anchor(), |license| license.span);
        let names: Vec<&str> = own.iter().map(|own| own.name.as_str()).collect();
        facts.put("model", Node::string(names.join(" or "), at));
        facts.put("model_noncommercial", Node::bool(own.iter().any(|own| own.noncommercial), at));
        facts.put("model_shares_alike", Node::bool(own.iter().any(|own| own.share_alike), at));
    }
    facts
}

/// What the terms of a generator say of models that learn from its outputs.
fn taught(context: &Context<'_>, document: &Document, base: Option<&Node>, dataset: &Dataset<'_>) -> Option<Node> {
    let generator = dataset.node.get("generator")?;
    let model = generator.get("model").filter(|model| model.text().is_some())?;
    let clauses = of_generator(generator)?;
    // A model of the same licence may learn from its own kind.
    let own = base.and_then(of_base).is_some_and(|base| base.id == clauses.id);
    let outputs = match clauses.outputs {
        Outputs::Others if own => "free",
        Outputs::Others => "others",
        Outputs::Free => "free",
        Outputs::Name => "name",
        Outputs::Competing => "competing",
    };
    let span = model.span;
    let facts = Node::map(span)
        .with("name", Node::string(format!("the {}", dataset.name()), span))
        .with("model", Node::string(text::quote(model.text().unwrap_or_default()), span))
        .with("license", Node::string(clauses.name.as_str(), span))
        .with("outputs", Node::string(outputs, span));
    Some(facts.with("cleared", Node::bool(is_shown(context, &document.path, dataset.node), span)))
}

/// What the licence of the base asks for, and whether it is there.
fn duties(context: &Context<'_>, manifest: &Document, card: Option<&Document>, base: &Node, copied: bool) -> Vec<Node> {
    let Some(clauses) = of_base(base).filter(|clauses| clauses.asks()) else { return Vec::new() };
    let span = base.get("id").map_or(base.anchor(), |id| id.span);
    let fulfilled = fulfilled(context, manifest, card, clauses);
    let own = card.and_then(|card| own_licenses(&card.root)).unwrap_or_default();
    // The licence of the card passes them on, or leaves them out: then that is what is wrong.
    let told =
        own.iter().any(|own| own.id == clauses.id || !own.policy.is_empty() || clauses.lost_under(own).is_some());
    let fact = |duty: Duty, wanted: &str| {
        Node::map(span)
            .with("license", Node::string(clauses.name.as_str(), span))
            .with("kind", Node::string(duty.name(), span))
            .with("wanted", Node::string(wanted, span))
            .with("met", Node::bool(fulfilled.contains(&duty), span))
    };
    let mut all = Vec::new();
    if let Some(first) = clauses.display.first() {
        all.push(fact(Duty::Display, first));
    }
    if let Some(first) = clauses.policy.first().filter(|_| !told) {
        all.push(fact(Duty::Policy, first));
    }
    if copied {
        all.extend(clauses.notice.as_deref().map(|notice| fact(Duty::Notice, notice)));
        all.extend(clauses.title.as_deref().map(|title| fact(Duty::Copy, title)));
    }
    all
}

/// What the card and the files beside it, beside the manifest and at the root fulfil.
fn fulfilled(
    context: &Context<'_>,
    manifest: &Document,
    card: Option<&Document>,
    clauses: &'static Clauses,
) -> Fulfilled {
    let prose = card.and_then(|card| card.body.as_ref()).map(|body| body.prose.as_str()).unwrap_or_default();
    let folders = [Some(""), Some(tree::parent(&manifest.path)), card.map(|card| tree::parent(&card.path))];
    let folders: BTreeSet<&str> = folders.into_iter().flatten().collect();
    let files = folders.into_iter().flat_map(|folder| context.terms.in_folder(context.files, folder, clauses));
    files.chain(terms::by_card(prose, clauses)).collect()
}
