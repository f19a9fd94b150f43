//! Documents by what they say that they belong to, so that the links of a release are
//! look-ups.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::parse::{Document, Node};

/// A version in a model registry.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The registry, as an index into the documents.
    pub document: usize,
    /// The model.
    pub model: &'a Node,
    /// The version.
    pub version: &'a Node,
}

type ById<'a> = BTreeMap<&'a str, Vec<usize>>;

type Versions<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<Entry<'a>>>>;

/// The look-ups.
#[derive(Debug)]
pub(super) struct Joins<'a> {
    /// Manifests by `metadata.id`.
    releases: ById<'a>,
    /// Security reviews by `subject.release`.
    reviews: ById<'a>,
    /// Approval records by `release`.
    approvals: ById<'a>,
    /// Registry entries by model and version.
    versions: Versions<'a>,
    /// Manifests by model and version; of several, the first.
    manifests: BTreeMap<(&'a str, &'a str), usize>,
    /// The manifests at the last stage, by the prompts that they name.
    full_uses: BTreeMap<&'a str, Vec<(usize, &'a Node)>>,
    /// Registered prompts by id.
    prompts: BTreeMap<&'a str, (usize, &'a Node)>,
    /// Adapter configurations, in the order of their paths.
    adapter_configs: Vec<usize>,
}

impl<'a> Joins<'a> {
    /// Reads what the documents belong to.
    pub(super) fn new(documents: &'a [Document]) -> Self {
        let by = |kind, keys: &[&str]| {
            let mut index = ById::new();
            for at in super::of_kind(documents, kind) {
                if let Some(id) = documents[at].root.at(keys).and_then(Node::text) {
                    index.entry(id).or_default().push(at);
                }
            }
            index
        };
        Self {
            releases: by(Kind::Release, &["metadata", "id"]),
            reviews: by(Kind::SecurityReview, &["subject", "release"]),
            approvals: by(Kind::ApprovalRecord, &["release"]),
            versions: versions(documents),
            manifests: manifests(documents),
            full_uses: full_uses(documents),
            prompts: prompts(documents),
            adapter_configs: super::of_kind(documents, Kind::AdapterConfig).collect(),
        }
    }

    /// The manifest with that id, where there is one alone.
    pub(super) fn release(&self, id: Option<&Node>) -> Option<usize> {
        match named(&self.releases, id) {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// The security reviews of the release with that id.
    pub(super) fn reviews(&self, id: Option<&Node>) -> &[usize] {
        named(&self.reviews, id)
    }

    /// The approval records of the release with that id.
    pub(super) fn approvals(&self, id: Option<&Node>) -> &[usize] {
        named(&self.approvals, id)
    }

    /// Where the registries list a version of a model.
    pub(super) fn registered(&self, model: &str, version: &str) -> &[Entry<'a>] {
        self.versions.get(model).and_then(|versions| versions.get(version)).map_or(&[], Vec::as_slice)
    }

    /// Whether the registries list another version of a model.
    pub(super) fn has_other_version(&self, model: &str, version: &str) -> bool {
        self.versions.get(model).is_some_and(|versions| versions.keys().any(|known| *known != version))
    }

    /// The manifest of a version of a model.
    pub(super) fn manifest(&self, model: &str, version: &str) -> Option<usize> {
        self.manifests.get(&(model, version)).copied()
    }

    /// The manifests at the last stage that name a prompt, and the version that each names.
    pub(super) fn full_uses(&self, prompt: &str) -> &[(usize, &'a Node)] {
        self.full_uses.get(prompt).map_or(&[], Vec::as_slice)
    }

    /// The ids of all registered models.
    pub(super) fn models(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.versions.keys().copied()
    }

    /// Whether the registries list a model.
    pub(super) fn has_model(&self, id: &str) -> bool {
        self.versions.contains_key(id)
    }

    /// The registered versions of a model.
    pub(super) fn versions(&self, model: &str) -> impl Iterator<Item = &'a str> + '_ {
        self.versions.get(model).into_iter().flat_map(|versions| versions.keys().copied())
    }

    /// The registered prompt with that id, and its registry.
    pub(super) fn prompt(&self, id: &str) -> Option<(usize, &'a Node)> {
        self.prompts.get(id).copied()
    }

    /// The ids of all registered prompts.
    pub(super) fn prompts(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.prompts.keys().copied()
    }

    /// The adapter configurations in a folder and below it.
    pub(super) fn adapter_configs_below(&self, documents: &[Document], folder: &str) -> Vec<usize> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let first = self.adapter_configs.partition_point(|index| *documents[*index].path < *prefix);
        let from_first = self.adapter_configs.iter().skip(first).copied();
        from_first.take_while(|index| documents[*index].path.starts_with(&prefix)).collect()
    }
}

fn named<'m>(index: &'m ById<'_>, id: Option<&Node>) -> &'m [usize] {
    id.and_then(Node::text).and_then(|id| index.get(id)).map_or(&[], Vec::as_slice)
}

fn manifests(documents: &[Document]) -> BTreeMap<(&str, &str), usize> {
    let mut index = BTreeMap::new();
    for at in super::of_kind(documents, Kind::Release) {
        let own = |key: &str| documents[at].root.at(&["metadata", key]).and_then(Node::text);
        if let Some(key) = own("model").zip(own("version")) {
            index.entry(key).or_insert(at);
        }
    }
    index
}

fn full_uses(documents: &[Document]) -> BTreeMap<&str, Vec<(usize, &Node)>> {
    let mut index: BTreeMap<&str, Vec<(usize, &Node)>> = BTreeMap::new();
    for at in super::of_kind(documents, Kind::Release) {
        let root = &documents[at].root;
        if root.at(&["metadata", "stage"]).and_then(Node::text) != Some("full_rollout") {
            continue;
        }
        for prompt in root.get("prompts").map(Node::items).unwrap_or_default() {
            if let (Some(id), Some(version)) = (prompt.get("id").and_then(Node::text), prompt.get("version")) {
                index.entry(id).or_default().push((at, version));
            }
        }
    }
    index
}

/// Of prompts with the same id, the first.
fn prompts(documents: &[Document]) -> BTreeMap<&str, (usize, &Node)> {
    let mut index = BTreeMap::new();
    for document in super::of_kind(documents, Kind::PromptRegistry) {
        for prompt in documents[document].root.get("prompts").map(Node::items).unwrap_or_default() {
            if let Some(id) = prompt.get("prompt_id").and_then(Node::text) {
                index.entry(id).or_insert((document, prompt));
            }
        }
    }
    index
}

fn versions(documents: &[Document]) -> Versions<'_> {
    let mut index = Versions::new();
    for document in super::of_kind(documents, Kind::ModelRegistry) {
        for model in super::registry::models(&documents[document].root) {
            for version in model.get("versions").map(Node::items).unwrap_or_default() {
                let name = model.get("id").and_then(Node::text);
                if let Some((id, number)) = name.zip(version.get("version").and_then(Node::text)) {
                    let entries = index.entry(id).or_default().entry(number).or_default();
                    entries.push(Entry { document, model, version });
                }
            }
        }
    }
    index
}
