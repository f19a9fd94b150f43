//! Joins documents into releases: what each reference of a manifest leads to.
//!
//! A path is looked for beside the document that writes it, then from the root;
//! two different files under one written path are ambiguous, and a path that
//! leaves the repository leads nowhere. Nothing here is judged: a reference that
//! does not resolve is a [`Target`] like any other.

mod adapters;
mod described;
mod files;
mod joins;
mod registry;
mod servable;
pub mod version;
mod wanted;

pub use adapters::folders as adapter_folders;
use described::Described;
pub use files::{Files, Target};
pub use joins::Entry;
pub use registry::{Known, KnownVersion, Registries, Unlisted, registered_names};
pub use servable::{Based, Servable, Servables};
pub use wanted::{Wanted, wanted};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use adapters::AdapterHomes;
use joins::Joins;

use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::tree;

/// A path written in a document, and where it leads.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What the author wrote.
    pub written: String,
    /// Where it is written.
    pub span: Span,
    /// The way to it in its document.
    pub pointer: Pointer,
    /// The digest that is declared beside it.
    pub digest: Option<Node>,
    /// Where it leads.
    pub target: Target,
}

/// A release with everything that its manifest points to.
#[derive(Clone, Debug)]
pub struct Release {
    /// The manifest, as an index into the documents.
    pub document: usize,
    /// The card that the manifest names.
    pub card: Option<Reference>,
    /// The card that serves the release: the named one, else the one that the
    /// layout gives it (`card.md` beside the manifest, `models/<model>/README.md`).
    pub card_document: Option<usize>,
    /// What the manifest names as its evaluation.
    pub evaluations: Vec<Evaluation>,
    /// The evaluation packets among what it names.
    pub packets: Vec<usize>,
    /// What the manifest names as its security review.
    pub review: Option<Reference>,
    /// The security review that the manifest names; else those that name the release.
    pub reviews: Vec<usize>,
    /// What the manifest names as its approval record.
    pub approval: Option<Reference>,
    /// The approval record that the manifest names, and those that name the release.
    pub approvals: Vec<usize>,
    /// The manifest of the release that it follows on (`metadata.changelog.previous`).
    pub previous: Option<usize>,
    /// The manifest of the release that its packet compares with; else the previous one.
    pub baseline: Option<usize>,
    /// The adapter configurations beside or below the manifest.
    pub adapter_configs: Vec<usize>,
    /// The feature flag by which the release is rolled back.
    pub flag_file: Option<Reference>,
    /// Every path that belongs to the release, the manifest first.
    pub files: Vec<String>,
}

/// One file of the evaluation of a release.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Where it is named, and where that leads.
    pub reference: Reference,
    /// Why the file is part of the evaluation.
    pub role: Role,
}

/// Why a file is part of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The manifest names a result file.
    Result,
    /// The manifest names an evaluation packet.
    Packet,
    /// The packet names the archive of the evaluation.
    Archive,
    /// The packet names the results of a suite.
    Suite,
    /// The packet names the results of the base model, to compare with.
    Base,
    /// The evaluation step of the approval record names it as evidence.
    StepEvidence,
}

impl Role {
    /// The word in facts and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Result => "result file",
            Self::Packet => "packet",
            Self::Archive => "archive",
            Self::Suite => "suite results",
            Self::Base => "results of the base model",
            Self::StepEvidence => "step evidence",
        }
    }
}

/// All documents and how they hang together.
#[derive(Debug)]
pub struct Graph<'a> {
    /// The documents, sorted by path; the indexes of everything else here.
    pub documents: &'a [Document],
    /// The releases, in the order of their manifests.
    pub releases: Vec<Release>,
    /// Every registered model version, and every other release.
    pub registries: Registries,
    /// Whether every manifest and model registry could be read.
    pub whole: bool,
    /// The organisation's file: the one under `.weighbridge`, else the first.
    pub organisation: Option<usize>,
    /// Cards that are named only as the review of a vendor's model: read, never
    /// judged.
    pub vendor_cards: BTreeSet<usize>,
    /// Documents by path.
    by_path: BTreeMap<&'a str, usize>,
    /// Documents of ours other than manifests, by their folder.
    by_folder: BTreeMap<&'a str, Vec<usize>>,
    /// Documents by what they say that they belong to.
    joins: Joins<'a>,
    /// Models with a release that has a card.
    carded: BTreeSet<&'a str>,
    /// Cards that releases name and that are not there, as written.
    lost_cards: BTreeSet<String>,
    /// What releases claim of the adapters in the repository.
    adapters: AdapterHomes,
    /// The releases that each card serves, by version.
    served: BTreeMap<usize, Vec<usize>>,
    /// See [`Self::servables`].
    servables: OnceLock<Servables>,
    /// See [`Self::prompt_files`].
    prompt_files: OnceLock<BTreeSet<String>>,
    /// See [`Self::datasets`].
    described: BTreeMap<usize, Described>,
}

impl<'a> Graph<'a> {
    /// Joins the documents. `documents` must be sorted by path.
    pub fn new(documents: &'a [Document], files: &Files<'_>) -> Self {
        let by_path: BTreeMap<&str, usize> =
            documents.iter().enumerate().map(|(index, document)| (document.path.as_str(), index)).collect();
        let mut graph = Self {
            documents,
            releases: Vec::new(),
            registries: Registries::new(documents),
            whole: documents.iter().all(|document| document.sound || !lists_versions(document.kind)),
            organisation: organisation(documents),
            vendor_cards: BTreeSet::new(),
            by_path,
            by_folder: BTreeMap::new(),
            joins: Joins::new(documents),
            carded: BTreeSet::new(),
            lost_cards: BTreeSet::new(),
            adapters: AdapterHomes::default(),
            served: BTreeMap::new(),
            servables: OnceLock::new(),
            prompt_files: OnceLock::new(),
            described: described::datasets(documents, files),
        };
        graph.index();
        graph.releases = of_kind(documents, Kind::Release).map(|index| graph.release(index, files)).collect();
        graph.vendor_cards = graph.vendor_cards(files);
        graph.index_releases();
        graph.adapters = AdapterHomes::new(&graph, files);
        graph
    }

    /// What is looked up for every release is looked up in a map.
    fn index(&mut self) {
        for (index, document) in self.documents.iter().enumerate() {
            if document.kind.is_ours() && document.kind != Kind::Release {
                self.by_folder.entry(tree::parent(&document.path)).or_default().push(index);
            }
        }
    }

    fn index_releases(&mut self) {
        for (at, release) in self.releases.iter().enumerate() {
            if let Some(card) = release.card_document {
                self.served.entry(card).or_default().push(at);
            }
            if let Some(reference) = release.card.as_ref().filter(|card| card.target.path().is_none()) {
                self.lost_cards.insert(reference.written.clone());
            }
            let root = &self.documents[release.document].root;
            if let (Some(model), Some(_)) =
                (root.at(&["metadata", "model"]).and_then(Node::text), release.card_document)
            {
                self.carded.insert(model);
            }
        }
        for releases in self.served.values_mut() {
            let version = |at: &usize| self.documents[self.releases[*at].document].root.at(&["metadata", "version"]);
            releases.sort_by_cached_key(|at| version::rank(version(at).and_then(Node::text).unwrap_or_default()));
        }
    }

    /// The releases that a card serves, as indexes, the newest version last.
    pub fn served_by(&self, card: usize) -> &[usize] {
        self.served.get(&card).map_or(&[], Vec::as_slice)
    }

    /// The datasets of a manifest, each with what a document of its own says of it.
    pub fn datasets(&self, manifest: &'a Document) -> &[Node] {
        let described = self.document_at(&manifest.path).and_then(|index| self.described.get(&index));
        described.map_or_else(|| described::entries(&manifest.root), |described| &described.entries)
    }

    /// What serving files may serve.
    pub fn servables(&self) -> &Servables {
        self.servables.get_or_init(|| Servables::new(self))
    }

    /// Whether a release of the model has a card.
    pub fn has_carded_release(&self, model: &str) -> bool {
        self.carded.contains(model)
    }

    /// Whether a release names that card, which is not there: a finding at the release.
    pub fn is_lost_card(&self, written: &str) -> bool {
        self.lost_cards.contains(written)
    }

    /// Whether a release names a card in that folder for one of its adapters.
    pub fn has_adapter_card(&self, folder: &str) -> bool {
        self.adapters.has_card(folder)
    }

    /// Whether a release has an adapter of that name.
    pub fn has_adapter(&self, name: &str) -> bool {
        self.adapters.has_name(name)
    }

    /// The releases that claim the adapter of a file (its configuration, its weights),
    /// those that name the file itself first.
    pub fn releases_of_adapter(&self, path: &str) -> impl Iterator<Item = &Release> {
        self.adapters.of(path).filter_map(|index| self.releases.get(index))
    }

    /// The document at a path.
    pub fn document_at(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The result file that a reference leads to, where it is read: not an archive, not
    /// one beyond the budget of bytes.
    pub fn results_at(&self, target: &Target) -> Option<&'a Document> {
        let document = &self.documents[self.document_at(target.path()?)?];
        let holds = matches!(document.kind, Kind::EvaluationResults | Kind::HubEvalResults | Kind::Card);
        holds.then_some(document)
    }

    /// The `run_spec.json` beside the statistics of a HELM run.
    pub fn run_spec_of(&self, results: &Document) -> Option<&'a Node> {
        let path = format!("{}run_spec.json", results.path.strip_suffix("stats.json")?);
        Some(&self.documents[self.document_at(&path)?].root)
    }

    /// The roster of the organisation: handle to entry.
    pub fn roster(&self) -> Option<&'a Node> {
        self.documents.get(self.organisation?)?.root.get("roster")
    }

    fn release(&self, index: usize, files: &Files<'_>) -> Release {
        let document = &self.documents[index];
        let card = reference(document, files, &["evidence", "card"], "path");
        let flag_file = reference(document, files, &["rollback", "flag"], "file")
            .or_else(|| reference(document, files, &["rollout", "flag"], "file"));
        let review = reference(document, files, &["evidence", "security_review"], "path");
        let approval = reference(document, files, &["evidence", "approvals"], "path");
        let approvals = self.approvals(document, approval.as_ref());
        let evaluations = self.evaluations(document, &approvals, files);
        let packets = self.packets(&evaluations);
        let previous = self.joins.release(document.root.at(&["metadata", "changelog", "previous"]));
        let compared = packets.iter().find_map(|packet| self.documents[*packet].root.at(&["baseline", "release"]));
        let mut release = Release {
            document: index,
            card_document: self.card_of(document, card.as_ref()),
            card,
            evaluations,
            packets,
            reviews: self.reviews(document, review.as_ref()),
            review,
            approval,
            approvals,
            previous,
            baseline: if compared.is_some() { self.joins.release(compared) } else { previous },
            adapter_configs: self.joins.adapter_configs_below(self.documents, tree::parent(&document.path)),
            flag_file,
            files: vec![document.path.clone()],
        };
        release.files = self.files_of(&release);
        release
    }

    /// The document of a kind that a reference leads to.
    fn target(&self, reference: &Reference, kind: Kind) -> Option<usize> {
        let index = self.document_at(reference.target.path()?)?;
        (self.documents[index].kind == kind).then_some(index)
    }

    fn packets(&self, evaluations: &[Evaluation]) -> Vec<usize> {
        let named = evaluations.iter().filter(|evaluation| evaluation.role == Role::Packet);
        named.filter_map(|evaluation| self.target(&evaluation.reference, Kind::EvaluationPacket)).collect()
    }

    fn reviews(&self, document: &Document, named: Option<&Reference>) -> Vec<usize> {
        match named {
            Some(reference) => self.target(reference, Kind::SecurityReview).into_iter().collect(),
            None => self.joins.reviews(document.root.at(&["metadata", "id"])).to_vec(),
        }
    }

    fn approvals(&self, document: &Document, named: Option<&Reference>) -> Vec<usize> {
        let mut all: Vec<usize> =
            named.and_then(|reference| self.target(reference, Kind::ApprovalRecord)).into_iter().collect();
        for index in self.joins.approvals(document.root.at(&["metadata", "id"])) {
            if !all.contains(index) {
                all.push(*index);
            }
        }
        all
    }

    /// Where the registries list a version of a model.
    pub fn registered(&self, model: &str, version: &str) -> &[Entry<'a>] {
        self.joins.registered(model, version)
    }

    /// Whether the registries list another version of a model.
    pub fn has_other_version(&self, model: &str, version: &str) -> bool {
        self.joins.has_other_version(model, version)
    }

    /// The manifest of a version of a model.
    pub fn release_of(&self, model: &str, version: &str) -> Option<&Release> {
        self.release_at(self.joins.manifest(model, version)?)
    }

    /// The release whose manifest is that document.
    pub fn release_at(&self, document: usize) -> Option<&Release> {
        let at = self.releases.binary_search_by_key(&document, |release| release.document).ok()?;
        self.releases.get(at)
    }

    /// The manifests at the last stage that name a prompt, and the version that each names.
    pub fn full_uses(&self, prompt: &str) -> &[(usize, &'a Node)] {
        self.joins.full_uses(prompt)
    }

    /// The ids of all registered models.
    pub fn models(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.joins.models()
    }

    /// Whether the registries list a model.
    pub fn has_model(&self, id: &str) -> bool {
        self.joins.has_model(id)
    }

    /// The registered versions of a model.
    pub fn versions(&self, model: &str) -> impl Iterator<Item = &'a str> + '_ {
        self.joins.versions(model)
    }

    /// The registered prompt with that id.
    pub fn prompt(&self, id: &str) -> Option<&'a Node> {
        self.joins.prompt(id).map(|(_, prompt)| prompt)
    }

    /// The manifest with that id, where there is one alone.
    pub fn release_named(&self, id: &Node) -> Option<&'a Document> {
        self.documents.get(self.joins.release(Some(id))?)
    }

    /// The files that prompt registries name, of prompts and of their versions.
    pub fn prompt_files(&self, files: &Files<'_>) -> &BTreeSet<String> {
        self.prompt_files.get_or_init(|| {
            let registries = self.documents.iter().filter(|document| document.kind == Kind::PromptRegistry);
            let each = registries.flat_map(|document| {
                let prompts = document.root.get("prompts").map(Node::items).unwrap_or_default();
                let versions = |prompt: &'a Node| prompt.get("versions").map(Node::items).unwrap_or_default();
                let written = prompts.iter().flat_map(move |prompt| std::iter::once(prompt).chain(versions(prompt)));
                let named = written.filter_map(|entry| entry.get("file")?.text());
                named.filter_map(|file| files.resolve(&document.path, file).path().map(str::to_owned))
            });
            each.collect()
        })
    }

    /// The path of the registry that has the prompt with that id.
    pub fn prompt_registry(&self, id: &str) -> Option<&'a str> {
        self.joins.prompt(id).map(|(index, _)| self.documents[index].path.as_str())
    }

    /// The ids of all registered prompts.
    pub fn prompts(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.joins.prompts()
    }

    fn card_of(&self, document: &Document, named: Option<&Reference>) -> Option<usize> {
        let is_card = |index: &usize| self.documents[*index].kind == Kind::Card;
        if let Some(reference) = named {
            return reference.target.path().and_then(|path| self.document_at(path)).filter(is_card);
        }
        let folder = tree::parent(&document.path);
        let model = document.root.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default();
        let beside = ["card.md", "README.md", "MODEL_CARD.md"].map(|name| tree::join(folder, name));
        let of_model = ["README.md", "MODEL_CARD.md"].map(|name| tree::join("models", &format!("{model}/{name}")));
        beside.into_iter().chain(of_model).flatten().find_map(|path| self.document_at(&path).filter(is_card))
    }

    fn evaluations(&self, document: &Document, approvals: &[usize], files: &Files<'_>) -> Vec<Evaluation> {
        let base = Pointer::root().key("evidence").key("evaluation");
        let Some(node) = document.root.at(&["evidence", "evaluation"]) else { return Vec::new() };
        let named: Vec<(&Node, Pointer)> = if node.is_seq() {
            node.items().iter().enumerate().map(|(at, item)| (item, base.index(at))).collect()
        } else {
            vec![(node, base)]
        };
        let mut all = Vec::new();
        for (node, pointer) in named {
            let Some(reference) = reference_in(document, files, node, &pointer, "path") else { continue };
            let packet = reference
                .target
                .path()
                .and_then(|path| self.document_at(path))
                .map(|index| &self.documents[index])
                .filter(|found| found.kind == Kind::EvaluationPacket);
            let role = if packet.is_some() { Role::Packet } else { Role::Result };
            all.push(Evaluation { reference, role });
            if let Some(packet) = packet {
                packet_files(packet, files, &mut all);
            }
        }
        let steps = self.step_evidence(approvals, files);
        let named = |step: &Evaluation| all.iter().any(|known| same_file(&known.reference, &step.reference));
        let more: Vec<Evaluation> = steps.into_iter().filter(|step| !named(step)).collect();
        all.extend(more);
        all
    }

    /// What the evaluation step of the release's approval record names as
    /// evidence. What the manifest names itself is left to the approval, which is bound
    /// to it: a file is judged once.
    fn step_evidence(&self, approvals: &[usize], files: &Files<'_>) -> Vec<Evaluation> {
        let mut all = Vec::new();
        for record in approvals.iter().map(|index| &self.documents[*index]) {
            let steps = record.root.get("steps").map(Node::items).unwrap_or_default();
            for (at, step) in steps.iter().enumerate() {
                if step.get("id").and_then(Node::text) != Some("evaluation") {
                    continue;
                }
                let evidence = step.get("evidence").map(Node::items).unwrap_or_default();
                for (place, item) in evidence.iter().enumerate() {
                    let pointer = Pointer::root().key("steps").index(at).key("evidence").index(place);
                    all.extend(
                        reference_in(record, files, item, &pointer, "path")
                            .map(|reference| Evaluation { reference, role: Role::StepEvidence }),
                    );
                }
            }
        }
        all
    }

    fn files_of(&self, release: &Release) -> Vec<String> {
        let manifest = &self.documents[release.document];
        let linked = release.card_document.iter().chain(&release.reviews).chain(&release.approvals);
        let described = self.described.get(&release.document).into_iter().flat_map(|described| &described.documents);
        let references = release.card.iter().chain(release.flag_file.iter());
        let references = references.chain(release.evaluations.iter().map(|evaluation| &evaluation.reference));
        let folder = tree::parent(&manifest.path);
        let beside = self.by_folder.get(folder).filter(|_| !folder.is_empty()).into_iter().flatten();
        let path = |index: &usize| self.documents[*index].path.as_str();
        let paths = std::iter::once(manifest.path.as_str())
            .chain(linked.chain(described).map(path))
            .chain(references.filter_map(|reference| reference.target.path()))
            .chain(beside.map(path));
        let mut known = BTreeSet::new();
        paths.filter(|path| known.insert(*path)).map(str::to_owned).collect()
    }

    fn vendor_cards(&self, files: &Files<'_>) -> BTreeSet<usize> {
        let mut vendor = BTreeSet::new();
        for release in &self.releases {
            let document = &self.documents[release.document];
            let review = reference(document, files, &["artifacts", "base_model", "review"], "card");
            vendor.extend(review.and_then(|found| self.document_at(found.target.path()?)));
        }
        for release in &self.releases {
            if let Some(card) = release.card_document {
                vendor.remove(&card);
            }
        }
        vendor
    }
}

/// Whether documents of a kind say which versions there are.
fn lists_versions(kind: Kind) -> bool {
    matches!(kind, Kind::Release | Kind::ModelRegistry)
}

fn organisation(documents: &[Document]) -> Option<usize> {
    let own = |index: &usize| documents[*index].path.starts_with(".weighbridge/");
    of_kind(documents, Kind::Organisation).find(own).or_else(|| of_kind(documents, Kind::Organisation).next())
}

/// The indexes of the documents of a kind.
pub fn of_kind(documents: &[Document], kind: Kind) -> impl Iterator<Item = usize> + '_ {
    documents.iter().enumerate().filter(move |(_, document)| document.kind == kind).map(|(index, _)| index)
}

fn packet_files(packet: &Document, files: &Files<'_>, all: &mut Vec<Evaluation>) {
    if let Some(reference) = reference(packet, files, &["archive"], "path") {
        all.push(Evaluation { reference, role: Role::Archive });
    }
    for (keys, role) in [(&["suites"][..], Role::Suite), (&["base_comparison", "results"][..], Role::Base)] {
        let pointer = keys.iter().fold(Pointer::root(), |pointer, key| pointer.key(*key));
        for (at, item) in packet.root.at(keys).map(Node::items).unwrap_or_default().iter().enumerate() {
            if let Some(reference) = reference_in(packet, files, item, &pointer.index(at), "path") {
                all.push(Evaluation { reference, role });
            }
        }
    }
}

fn reference(document: &Document, files: &Files<'_>, keys: &[&str], path_key: &str) -> Option<Reference> {
    let node = document.root.at(keys)?;
    let pointer = keys.iter().fold(Pointer::root(), |pointer, key| pointer.key(*key));
    reference_in(document, files, node, &pointer, path_key)
}

/// Whether two references, of documents in one folder, name the same file.
fn same_file(one: &Reference, other: &Reference) -> bool {
    match (one.target.path(), other.target.path()) {
        (None, None) => one.written == other.written,
        (one, other) => one == other,
    }
}

/// The reference that a mapping makes with `path_key` (and `digest` beside it),
/// or a string makes by itself.
fn reference_in(
    document: &Document,
    files: &Files<'_>,
    node: &Node,
    pointer: &Pointer,
    path_key: &str,
) -> Option<Reference> {
    let (path, pointer) =
        if node.is_map() { (node.get(path_key)?, pointer.key(path_key)) } else { (node, pointer.clone()) };
    let written = path.text()?;
    Some(Reference {
        target: files.resolve(&document.path, written),
        written: written.to_owned(),
        span: path.span,
        pointer,
        digest: node.get("digest").filter(|digest| !digest.is_null()).cloned(),
    })
}
