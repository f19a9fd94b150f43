//! What can be served: every registered version and every release, by the digests and by
//! the names that serving files may know it by.
//!
//! It is made when the first serving file is looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::registry::SUGGESTION_POOL;
use super::{Graph, Registries, Release};
use crate::parse::Node;
use crate::text;

/// A version of a model: what the registry lists, or what a manifest releases, or both.
#[derive(Clone, Debug)]
pub struct Servable {
    /// The model's id.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The registered version, as an index into [`Registries::versions`].
    pub registered: Option<usize>,
    /// The release, as an index into [`Graph::releases`].
    pub release: Option<usize>,
    /// All digests that are written for its weights: of the checkpoint, its files, its
    /// adapters, what is derived from it, and what its address names.
    pub digests: Vec<String>,
}

/// What is made from one base model.
#[derive(Debug, Default)]
pub struct Based {
    /// The releases, as indexes into [`Graph::releases`], in their order.
    pub releases: Vec<usize>,
    /// Their models.
    pub models: BTreeSet<String>,
}

/// All of them, by what they are known by.
#[derive(Debug, Default)]
pub struct Servables {
    all: Vec<Servable>,
    by_digest: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
    by_model: BTreeMap<String, Vec<usize>>,
    by_version: BTreeMap<(String, String), usize>,
    /// By the base model, whole and without its owner.
    by_base: BTreeMap<String, Based>,
}

impl Servables {
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        let mut servables = Self::default();
        if graph.registries.present {
            servables.add_registered(&graph.registries);
        }
        for (index, release) in graph.releases.iter().enumerate() {
            servables.add_release(graph, index, release);
        }
        servables
    }

    fn add_registered(&mut self, registries: &Registries) {
        for (index, version) in registries.versions.iter().enumerate() {
            let at = self.of(&version.model, &version.version);
            self.all[at].registered = Some(index);
            version.names.iter().chain(&version.checkpoint).for_each(|name| self.name(name, at));
            version.digest.iter().for_each(|digest| self.digest(digest, at));
        }
    }

    fn add_release(&mut self, graph: &Graph<'_>, index: usize, release: &Release) {
        let root = &graph.documents[release.document].root;
        let text = |keys: &[&str]| root.at(keys).and_then(Node::text).unwrap_or_default();
        let at = self.of(text(&["metadata", "model"]), text(&["metadata", "version"]));
        self.all[at].release = Some(index);
        self.name(text(&["metadata", "id"]), at);
        self.name(text(&["artifacts", "checkpoint", "id"]), at);
        self.digest(text(&["artifacts", "checkpoint", "digest"]), at);
        let address = text(&["artifacts", "checkpoint", "uri"]);
        if let Some((_, digest)) = address.rsplit_once('@') {
            self.digest(digest, at);
        }
        let parts = |keys: &[&str]| root.at(keys).map(Node::items).unwrap_or_default();
        let lists = [&["artifacts", "checkpoint", "files"][..], &["artifacts", "adapters"], &["artifacts", "derived"]];
        for part in lists.iter().flat_map(|list| parts(list)) {
            self.digest(part.get("digest").and_then(Node::text).unwrap_or_default(), at);
        }
        for adapter in parts(&["artifacts", "adapters"]) {
            self.name(adapter.get("name").and_then(Node::text).unwrap_or_default(), at);
        }
        let base = text(&["artifacts", "base_model", "id"]);
        for name in [Some(base), base.rsplit_once('/').map(|(_, name)| name)].into_iter().flatten() {
            self.base(name, index, text(&["metadata", "model"]));
        }
    }

    /// The place of a version of a model, which is made if there is none yet.
    fn of(&mut self, model: &str, version: &str) -> usize {
        let key = (model.to_owned(), version.to_owned());
        if let Some(at) = self.by_version.get(&key) {
            return *at;
        }
        let at = self.all.len();
        self.all.push(Servable {
            model: model.to_owned(),
            version: version.to_owned(),
            registered: None,
            release: None,
            digests: Vec::new(),
        });
        add(&mut self.by_model, model, at);
        if !model.is_empty() && !version.is_empty() {
            self.by_version.insert(key, at);
            for mark in ['-', '@', ':', '/'] {
                self.name(&format!("{model}{mark}{version}"), at);
            }
        }
        at
    }

    fn name(&mut self, name: &str, at: usize) {
        add(&mut self.by_name, name, at);
        // Names of services have no dots.
        if name.contains('.') {
            add(&mut self.by_name, &name.replace('.', "-"), at);
        }
    }

    fn digest(&mut self, digest: &str, at: usize) {
        if !digest.is_empty() {
            self.all[at].digests.push(digest.to_owned());
            add(&mut self.by_digest, digest, at);
        }
    }

    fn base(&mut self, name: &str, release: usize, model: &str) {
        if name.is_empty() {
            return;
        }
        let based = self.by_base.entry(name.to_owned()).or_default();
        based.releases.push(release);
        if !model.is_empty() {
            based.models.insert(model.to_owned());
        }
    }

    /// Whether a digest of any version is written.
    pub fn have_digests(&self) -> bool {
        !self.by_digest.is_empty()
    }

    /// The versions whose weights have that digest.
    pub fn of_digest(&self, digest: &str) -> impl Iterator<Item = &Servable> {
        self.at(self.by_digest.get(digest))
    }

    /// The versions that go by that name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Servable> {
        self.at(self.by_name.get(name))
    }

    /// The versions of a model.
    pub fn of_model(&self, model: &str) -> impl Iterator<Item = &Servable> {
        self.at(self.by_model.get(model).filter(|_| !model.is_empty()))
    }

    /// What is made from a base model; its id may be without its owner.
    pub fn based_on(&self, base: &str) -> Option<&Based> {
        self.by_base.get(base)
    }

    /// A name that is nearly this one.
    pub fn near(&self, name: &str) -> Option<&str> {
        text::did_you_mean(name, text::neighbours(&self.by_name, name, SUGGESTION_POOL))
    }

    fn at(&self, indexes: Option<&Vec<usize>>) -> impl Iterator<Item = &Servable> {
        indexes.into_iter().flatten().filter_map(|at| self.all.get(*at))
    }
}

fn add(index: &mut BTreeMap<String, Vec<usize>>, key: &str, at: usize) {
    if key.is_empty() {
        return;
    }
    match index.get_mut(key) {
        Some(known) if known.last() == Some(&at) => {}
        Some(known) => known.push(at),
        None => drop(index.insert(key.to_owned(), vec![at])),
    }
}
