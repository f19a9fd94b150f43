//! What a repository holds that a gate can begin with.

use std::collections::{BTreeMap, BTreeSet};

use super::name_of;
use super::weights::{self, Weights};
use crate::config::Config;
use crate::discover::{Selection, discover};
use crate::kind::Kind;
use crate::parse::{Node, json, yaml};
use crate::source::SourceId;
use crate::tree::{DOCUMENT_BYTES, Tree, file_name, parent};

/// How many folders above its files the card of a model may stand.
const LEVELS: usize = 2;

/// The version of a model that says none.
const FIRST: &str = "0.1.0";

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The model cards.
    pub cards: Vec<String>,
    /// The release manifests.
    pub releases: Vec<String>,
    /// The models whose files lie here, by folder.
    pub models: Vec<Model>,
}

/// The files of one model.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The folder that they lie in; empty for the root.
    pub folder: String,
    /// What it is called.
    pub name: String,
    /// Its version, where a file says one.
    pub version: Option<String>,
    /// What tells that it is a model, for people: `an adapter (LORA)`.
    pub what: String,
    /// Its card, where there is one.
    pub card: Option<String>,
    /// `adapter` or nothing: what it is to its base.
    pub adapter: bool,
    /// The type of its adapter.
    pub peft_type: Option<String>,
    /// Its base model, as a file names it; it may be a path on the machine where it was trained.
    pub base: Option<String>,
    /// The exact revision of the base.
    pub revision: Option<String>,
    /// What it runs with, as the Hub names it.
    pub library: Option<String>,
    /// Its licence, where a Kitfile says one.
    pub license: Option<String>,
    /// What its Kitfile says that it is.
    pub description: Option<String>,
    /// Data sets that its Kitfile names.
    pub datasets: Vec<String>,
    /// Its weights.
    pub weights: Vec<Weights>,
    /// The configuration of its adapter, which a release ships with the weights.
    pub config: Option<Weights>,
}

impl Model {
    /// Its base model, where that is the id of one on the Hub.
    pub fn base_id(&self) -> Option<&str> {
        let word = |part: &str| !part.is_empty() && !part.starts_with('.') && super::is_name(part);
        let hub = |id: &str| id.split('/').count() <= 2 && id.split('/').all(word);
        self.base.as_deref().filter(|base| hub(base))
    }

    /// The version that it would be released as.
    pub fn next_version(&self) -> &str {
        self.version.as_deref().unwrap_or(FIRST)
    }

    /// The id of its checkpoint, where its weights are here.
    pub fn checkpoint_id(&self) -> Option<String> {
        weights::checkpoint_id(&self.weights)
    }
}

/// Looks at `tree`, whose root is called `name`.
pub fn survey(tree: &dyn Tree, config: &Config, name: &str) -> Survey {
    let found = discover(tree, config, &Selection::everything());
    let of = |kind: Kind| found.files.iter().filter(move |file| file.kind == kind).map(|file| file.path.clone());
    let cards: Vec<String> = of(Kind::Card).collect();
    let releases: Vec<String> = of(Kind::Release).collect();
    let told: Vec<(String, Kind)> = [Kind::Kitfile, Kind::MlModel, Kind::AdapterConfig]
        .into_iter()
        .flat_map(|kind| of(kind).map(move |path| (path, kind)))
        .collect();
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    for folder in folders(&told, &found.listed) {
        let model = Model { name: call(&folder, name), folder: folder.clone(), ..Model::default() };
        models.insert(folder, model);
    }
    for (path, kind) in &told {
        let folder = around(parent(path)).into_iter().find(|folder| models.contains_key(*folder));
        if let (Some(model), Some(root)) = (folder.and_then(|folder| models.get_mut(folder)), read(tree, path)) {
            model.learn(*kind, &root);
        }
    }
    let mut models: Vec<Model> = models.into_values().collect();
    for model in &mut models {
        model.weights = weights::of_model(tree, &found.listed, &model.folder);
        model.config = weights::config(tree, &told, &model.folder);
        model.card = card_of(&model.folder, &cards);
        model.called("weights");
    }
    Survey { cards, releases, models }
}

/// The folder of each model: the outermost that holds a description or weights, so that
/// the checkpoints of a training run are one model.
fn folders(told: &[(String, Kind)], listed: &[String]) -> BTreeSet<String> {
    let weights = listed.iter().filter(|path| weights::is_weights(path));
    let all: BTreeSet<&str> =
        told.iter().map(|(path, _)| parent(path)).chain(weights.map(|path| parent(path))).collect();
    let outer = |folder: &&&str| !around(folder).iter().skip(1).any(|above| all.contains(above));
    all.iter().filter(outer).map(|folder| (*folder).to_owned()).collect()
}

/// A folder and those above it, up to the root.
fn around(folder: &str) -> Vec<&str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| parent(folder))).collect()
}

/// Words that say nothing of a model.
const IDLE: &[&str] = &[
    "adapter",
    "adapters",
    "artifacts",
    "best",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "final",
    "fine",
    "finetuned",
    "latest",
    "lora",
    "merged",
    "model",
    "models",
    "out",
    "output",
    "outputs",
    "peft",
    "qlora",
    "results",
    "run",
    "runs",
    "saved",
    "trained",
    "tuned",
    "weights",
];

/// What a model is called by its folder: `lora_adapter`, `checkpoint-500` and the like say nothing.
fn call(folder: &str, root: &str) -> String {
    let idle = |word: &str| IDLE.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let said = |folder: &&str| {
        let name = file_name(folder).to_ascii_lowercase();
        !name.split(['-', '_', '.', ' ']).all(idle)
    };
    let folder = around(folder).into_iter().find(said).map_or(root, file_name);
    name_of(folder, "model")
}

fn card_of(folder: &str, cards: &[String]) -> Option<String> {
    let near = around(folder);
    near.into_iter().take(LEVELS + 1).find_map(|folder| cards.iter().find(|card| parent(card) == folder).cloned())
}

fn read(tree: &dyn Tree, path: &str) -> Option<Node> {
    let text = String::from_utf8(tree.read(path, DOCUMENT_BYTES).ok()?).ok()?;
    let json = path.to_ascii_lowercase().ends_with(".json");
    if json { json::parse(&text, SourceId(0)).root } else { yaml::parse(&text, SourceId(0), 0).root }
}

impl Model {
    fn learn(&mut self, kind: Kind, root: &Node) {
        let text = |keys: &[&str]| Some(root.at(keys)?.text()?.trim().to_owned()).filter(|text| !text.is_empty());
        match kind {
            Kind::AdapterConfig => {
                let peft_type = text(&["peft_type"]).map(|text| name_of(&text, "adapter"));
                self.called(&format!("an adapter ({})", peft_type.as_deref().unwrap_or("of no stated type")));
                self.adapter = true;
                self.peft_type = self.peft_type.take().or(peft_type);
                self.base = self.base.take().or(text(&["base_model_name_or_path"]));
                self.revision = self.revision.take().or(text(&["revision"]).filter(|revision| revision != "null"));
                self.library.get_or_insert_with(|| "peft".to_owned());
            }
            Kind::MlModel => {
                self.called("an MLflow model");
                let flavor = ["transformers", "sentence_transformers", "sklearn", "keras", "fastai", "spacy"]
                    .into_iter()
                    .find(|flavor| root.at(&["flavors", flavor]).is_some());
                self.library = self.library.take().or(flavor.map(|flavor| flavor.replace('_', "-")));
                self.base = self.base.take().or(text(&["flavors", "transformers", "source_model_name"]));
            }
            Kind::Kitfile => {
                self.called("a ModelKit");
                self.name = text(&["package", "name"]).map_or_else(|| self.name.clone(), |n| name_of(&n, "model"));
                self.version = text(&["package", "version"]).filter(|version| super::is_name(version));
                self.license = text(&["model", "license"]).or(text(&["package", "license"]));
                self.description = text(&["package", "description"]).or(text(&["model", "description"]));
                let names = root.get("datasets").map(Node::items).unwrap_or_default().iter();
                self.datasets = names.filter_map(|set| Some(set.get("name")?.text()?.to_owned())).collect();
            }
            _ => {}
        }
    }

    fn called(&mut self, what: &str) {
        if self.what.is_empty() {
            what.clone_into(&mut self.what);
        }
    }
}
