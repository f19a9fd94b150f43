//! What a release can be rolled back to: every version that a model registry
//! lists and, in a repository without one, every release manifest.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text;

/// A model version that is known.
#[derive(Clone, Debug)]
pub struct KnownVersion {
    /// The registered model's id, or `metadata.model`.
    pub model: String,
    /// Its version.
    pub version: String,
    /// Its checkpoint.
    pub checkpoint: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// Its registry status; `None` where there is no registry to say.
    pub status: Option<String>,
    /// The names that it goes by as a release: `metadata.id` of the manifest that
    /// it names, `model-version`, `model@version`.
    pub names: Vec<String>,
    /// Where its checkpoint stands, or the entry.
    pub checkpoint_span: Span,
    /// Where it is listed.
    pub span: Span,
    /// Where its status stands, or the entry.
    pub status_span: Span,
}

/// All known versions, by checkpoint and by release name.
#[derive(Clone, Debug, Default)]
pub struct Registries {
    /// Whether the repository has a model registry.
    pub present: bool,
    /// Every version, in the order of the documents.
    pub versions: Vec<KnownVersion>,
    by_checkpoint: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
    by_model: BTreeMap<String, Vec<usize>>,
}

/// How many known names are looked at for a suggestion.
pub(super) const SUGGESTION_POOL: usize = 2_000;

/// Names of fewer bytes are found everywhere.
const SHORTEST: usize = 3;

/// What a name leads to.
#[derive(Debug)]
pub enum Known<'a> {
    /// To this version.
    Version(&'a KnownVersion),
    /// To several versions of different models.
    Several(Vec<&'a KnownVersion>),
    /// To none.
    Unknown(Unlisted<'a>),
}

/// A name that no version has. What is nearly it is looked for when it is to be told:
/// most names that are asked for are known not to be listed.
#[derive(Debug)]
pub struct Unlisted<'a> {
    registries: &'a Registries,
    index: &'a BTreeMap<String, Vec<usize>>,
    name: &'a str,
    model: &'a str,
}

impl Unlisted<'_> {
    /// A name that is nearly it, and whose that is: rather one of the model's own versions.
    pub fn near(&self) -> Option<(String, Span)> {
        let Self { registries, index, name, model } = self;
        let own = registries.of_model(model).take(SUGGESTION_POOL);
        let own: BTreeSet<&str> =
            own.flat_map(|version| version.names.iter().chain(&version.checkpoint)).map(String::as_str).collect();
        let own = own.into_iter().filter(|name| index.contains_key(*name));
        let near = text::did_you_mean(name, own.chain(text::neighbours(index, name, SUGGESTION_POOL)))?;
        let version = registries.versions.get(*index.get(near)?.first()?)?;
        Some((
            near.to_owned(),
            if version.checkpoint.as_deref() == Some(near) { version.checkpoint_span } else { version.span },
        ))
    }
}

/// The registered models of a registry document.
pub(super) fn models(root: &Node) -> impl Iterator<Item = &Node> {
    root.get("models").map(Node::items).unwrap_or_default().iter()
}

/// What registered models and their checkpoints are called, to be looked for elsewhere.
pub fn registered_names(documents: &[Document]) -> Vec<&str> {
    let registries = documents.iter().filter(|document| document.kind == Kind::ModelRegistry);
    let mut names: Vec<&str> = registries
        .flat_map(|document| models(&document.root))
        .flat_map(|model| {
            let versions = model.get("versions").map(Node::items).unwrap_or_default();
            let checkpoints = versions.iter().filter_map(|version| version.get("checkpoint_id"));
            model.get("id").into_iter().chain(checkpoints).filter_map(Node::text)
        })
        .filter(|name| name.len() >= SHORTEST)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Registries {
    /// Reads the registries among the documents or, where there is none, the
    /// release manifests.
    pub fn new(documents: &[Document]) -> Self {
        let manifests = manifest_ids(documents);
        let registered: Vec<KnownVersion> = documents
            .iter()
            .filter(|document| document.kind == Kind::ModelRegistry)
            .flat_map(|document| registry_versions(document, &manifests))
            .collect();
        let present = documents.iter().any(|document| document.kind == Kind::ModelRegistry);
        let versions = if present { registered } else { release_versions(documents) };
        let mut registries = Self { present, ..Self::default() };
        for (index, version) in versions.iter().enumerate() {
            if let Some(checkpoint) = &version.checkpoint {
                registries.by_checkpoint.entry(checkpoint.clone()).or_default().push(index);
            }
            registries.by_model.entry(version.model.clone()).or_default().push(index);
            for name in &version.names {
                registries.by_name.entry(name.clone()).or_default().push(index);
            }
        }
        registries.versions = versions;
        registries
    }

    /// The version with that checkpoint; of several, the one of `model`.
    pub fn checkpoint<'a>(&'a self, id: &'a str, model: &'a str) -> Known<'a> {
        self.pick(&self.by_checkpoint, id, model)
    }

    /// The version that goes by that release name; of several, the one of `model`.
    pub fn release<'a>(&'a self, name: &'a str, model: &'a str) -> Known<'a> {
        self.pick(&self.by_name, name, model)
    }

    /// The versions of a model, in the order of the documents.
    pub fn of_model<'s>(&'s self, model: &str) -> impl Iterator<Item = &'s KnownVersion> + use<'s> {
        let of_model = self.by_model.get(model).into_iter().flatten();
        of_model.filter_map(|at| self.versions.get(*at))
    }

    /// The version with that checkpoint or release name, without looking for a near one;
    /// of several, the one of `model`, else the first.
    pub fn exactly(&self, name: &str, model: &str) -> Option<&KnownVersion> {
        let hits = self.by_checkpoint.get(name).or_else(|| self.by_name.get(name))?;
        let own = hits.iter().find(|at| self.versions.get(**at).is_some_and(|version| version.model == model));
        self.versions.get(*own.or(hits.first())?)
    }

    fn pick<'a>(&'a self, index: &'a BTreeMap<String, Vec<usize>>, name: &'a str, model: &'a str) -> Known<'a> {
        let hits: Vec<&KnownVersion> =
            index.get(name).into_iter().flatten().filter_map(|at| self.versions.get(*at)).collect();
        let own: Vec<&KnownVersion> = hits.iter().copied().filter(|version| version.model == model).collect();
        match (own.as_slice(), hits.as_slice()) {
            ([only], _) | ([], [only]) => Known::Version(only),
            ([], []) => Known::Unknown(Unlisted { registries: self, index, name, model }),
            ([], _) => Known::Several(hits),
            (_, _) => Known::Several(own),
        }
    }
}

/// `metadata.id` of every manifest by path.
fn manifest_ids(documents: &[Document]) -> BTreeMap<&str, &str> {
    documents
        .iter()
        .filter(|document| document.kind == Kind::Release)
        .filter_map(|document| Some((document.path.as_str(), document.root.at(&["metadata", "id"])?.text()?)))
        .collect()
}

fn registry_versions(document: &Document, manifests: &BTreeMap<&str, &str>) -> Vec<KnownVersion> {
    let mut all = Vec::new();
    for model in models(&document.root) {
        let Some(id) = model.get("id").and_then(Node::text) else { continue };
        for entry in model.get("versions").map(Node::items).unwrap_or_default() {
            let Some(version) = entry.get("version") else { continue };
            let Some(text) = version.text() else { continue };
            let manifest = entry.get("release").and_then(Node::text).and_then(|path| manifests.get(path));
            let mut names = names(id, text);
            names.extend(manifest.map(|id| (*id).to_owned()));
            names.sort();
            names.dedup();
            all.push(KnownVersion {
                model: id.to_owned(),
                version: text.to_owned(),
                checkpoint: owned(entry.get("checkpoint_id")),
                digest: owned(entry.get("digest")),
                status: Some(owned(entry.get("status")).unwrap_or_else(|| "without a status".to_owned())),
                names,
                checkpoint_span: entry.get("checkpoint_id").map_or(version.span, |checkpoint| checkpoint.span),
                span: version.span,
                status_span: entry.get("status").map_or(version.span, |status| status.span),
            });
        }
    }
    all
}

fn release_versions(documents: &[Document]) -> Vec<KnownVersion> {
    let releases = documents.iter().filter(|document| document.kind == Kind::Release);
    releases
        .filter_map(|document| {
            let metadata = document.root.get("metadata")?;
            let id = metadata.get("id")?;
            let model = owned(metadata.get("model")).unwrap_or_default();
            let version = owned(metadata.get("version")).unwrap_or_default();
            let mut names = names(&model, &version);
            names.push(id.text()?.to_owned());
            names.sort();
            names.dedup();
            Some(KnownVersion {
                model,
                version,
                checkpoint: owned(document.root.at(&["artifacts", "checkpoint", "id"])),
                digest: owned(document.root.at(&["artifacts", "checkpoint", "digest"])),
                status: None,
                names,
                checkpoint_span: document.root.at(&["artifacts", "checkpoint", "id"]).map_or(id.span, |id| id.span),
                span: id.span,
                status_span: id.span,
            })
        })
        .collect()
}

fn names(model: &str, version: &str) -> Vec<String> {
    vec![format!("{model}-{version}"), format!("{model}@{version}")]
}

fn owned(node: Option<&Node>) -> Option<String> {
    node.and_then(Node::text).map(str::to_owned)
}
