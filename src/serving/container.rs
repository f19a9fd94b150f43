//! The container of a model server: which model and adapters its command line and its
//! environment name.
//!
//! A path in the container leads to what is mounted there.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::arguments::{self, Arguments};
use super::words::command_line;
use super::{Loading, Origin, Read, Role, Route, Word};
use crate::discover::{SERVER_IMAGES, SERVER_PROGRAMS};
use crate::parse::Node;

/// How the names of images end that stand in front of a model server, or watch one.
const BESIDE: [&str; 5] = ["router", "proxy", "gateway", "exporter", "ui"];

/// The switch of vLLM for loading adapters at run time, and the values that it takes for yes
/// (<https://docs.vllm.ai/en/latest/features/lora/>).
const RUNTIME_LORA: (&str, [&str; 2]) = ("VLLM_ALLOW_RUNTIME_LORA_UPDATING", ["1", "true"]);

/// The longest word that variables are put into.
const MAX_WORD: usize = 4 * 1024;

/// The most words of a command line, and the most variables, that are read.
const MAX_WORDS: usize = 4_000;

/// Where `KServe` puts the weights of a service.
pub(super) const MODELS: &str = "/mnt/models";

/// The most mounts that are looked through for a container.
const MAX_MOUNTS: usize = 1_000;

/// Weights that are put into the containers of a workload.
#[derive(Clone, Debug)]
pub(super) struct Mount {
    /// Where in the container.
    pub path: String,
    /// What; the same may be mounted into many.
    pub origin: Rc<Word>,
}

impl Mount {
    /// What `KServe` puts where a service looks for its model.
    pub(super) fn of_service(origin: Word) -> Self {
        Self { path: MODELS.to_owned(), origin: Rc::new(origin) }
    }
}

/// What a workload is known by before its containers are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// What is mounted into its containers.
    pub mounts: &'a [Mount],
    /// Whether its containers serve models whatever they look like.
    pub serves: bool,
    /// Whether its containers serve a model that another manifest names.
    pub named_elsewhere: bool,
    /// The number of the workload.
    pub workload: usize,
}

/// A container: its image, command line and environment.
struct Container {
    words: Vec<Word>,
    variables: Variables,
    server: bool,
    /// Whether there is more of it than is read.
    cut: bool,
}

/// The variables of a container by name, each with those before it put in.
#[derive(Default)]
struct Variables {
    known: BTreeMap<String, Word>,
    added: usize,
}

/// Reads a container (`image`, `command`, `args`, `env`; or as Compose has them); whether it
/// names a model.
pub(super) fn read(node: &Node, around: &Around<'_>, read: &mut Read) -> bool {
    let container = Container::new(node);
    container.loading(read);
    if !(around.serves || container.server) || read.is_full() {
        return true;
    }
    if container.cut {
        let why = "its command line or its environment is longer than is read";
        read.unknown("a model server".to_owned(), why, node.anchor());
    }
    let stored = container.variable("STORAGE_URI").map(Mount::of_service);
    let mut mounts: Vec<&Mount> = around.mounts.iter().chain(&stored).collect();
    if mounts.len() > MAX_MOUNTS {
        mounts.truncate(MAX_MOUNTS);
        read.unknown("a model server".to_owned(), "it mounts more than is looked through", node.anchor());
    }
    let arguments = Arguments::new(&container.words);
    let names = arguments.names();
    let mut serve = |role, names: &[Word], model: &Word, revision| {
        if !read.is_full() {
            let origin = Some(Origin { written: behind(model, &mounts), revision, image: false });
            let workload = around.workload;
            read.route(Route { role, names: names.to_vec(), origin, workload, span: model.span });
        }
    };
    let model = arguments.model().or_else(|| container.variable("MODEL_ID"));
    let adapters = arguments.adapters(container.variable("LORA_ADAPTERS"));
    let found = around.named_elsewhere || model.is_some() || !adapters.is_empty() || !mounts.is_empty();
    if model.is_none() && adapters.is_empty() {
        // A server that is told nothing serves what was put in its place.
        for mount in &mounts {
            serve(Role::Model, &names, &mount.origin, None);
        }
    }
    let elsewhere = |model: &Word| around.named_elsewhere && (model.text == MODELS || model.has_variable());
    if let Some(model) = model.filter(|model| !elsewhere(model)) {
        let revision = arguments.revision().or_else(|| container.variable("REVISION"));
        serve(Role::Model, &names, &model, revision);
    }
    for (name, path) in adapters {
        serve(Role::Adapter, name.as_slice(), &path, None);
    }
    found
}

/// What a path in a container leads to: what is mounted there, or the path itself. Below
/// a store that is mounted whole, the rest of the path goes on.
fn behind(path: &Word, mounts: &[&Mount]) -> Word {
    let above = mounts.iter().filter(|mount| below(&path.text, &mount.path));
    let Some(mount) = above.max_by_key(|mount| mount.path.len()) else { return path.clone() };
    let mut word = Word::clone(&mount.origin);
    let rest = path.text.get(mount.path.trim_end_matches('/').len()..).unwrap_or_default().trim_end_matches('/');
    if !word.text.contains('@') {
        word.text = format!("{}{rest}", word.text.trim_end_matches('/'));
    }
    word
}

/// Whether a path in a container is that of a mount, or below it.
fn below(path: &str, mount: &str) -> bool {
    let mount = mount.trim_end_matches('/');
    path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Container {
    fn new(node: &Node) -> Self {
        let command = node.get("command").or_else(|| node.get("entrypoint"));
        // What Compose calls the command are the arguments of the entry point.
        let arguments = node.get("args").or_else(|| node.get("entrypoint").and_then(|_| node.get("command")));
        let mut variables = Variables::default();
        for (name, value) in written(node.get("env").or_else(|| node.get("environment"))) {
            variables.add(name, value);
        }
        let mut words = command_line(command, arguments);
        words.extend(variables.known.get("VLLM_ADDITIONAL_ARGS").map(Word::shell).unwrap_or_default());
        // A script sets variables in front of the command.
        for (name, value) in words.iter().filter_map(|word| word.split_at('=')) {
            if is_variable(&name.text) {
                variables.add(name.text, value);
            }
        }
        words.iter_mut().take(MAX_WORDS).for_each(|word| variables.put_into(word));
        let image = node.get("image").and_then(Node::text).unwrap_or_default();
        let server = is_server(image) || words.iter().any(|word| is_program(&word.text) || arguments::is_own(word));
        let cut = words.len() > MAX_WORDS || variables.added > MAX_WORDS;
        words.truncate(MAX_WORDS);
        Self { words, variables, server, cut }
    }

    fn variable(&self, name: &str) -> Option<Word> {
        self.variables.known.get(name).filter(|value| !value.text.is_empty()).cloned()
    }

    fn loading(&self, read: &mut Read) {
        let (setting, yes) = RUNTIME_LORA;
        let Some(value) = self.variable(setting) else { return };
        if yes.contains(&value.text.trim().to_ascii_lowercase().as_str()) {
            read.loading.push(Loading { setting, span: value.span });
        }
    }
}

/// Whether an image (`host/name:tag@digest`) is a model server.
fn is_server(image: &str) -> bool {
    let last = image.split('@').next().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
    let name = last.split(':').next().unwrap_or_default();
    SERVER_IMAGES.iter().any(|server| name.starts_with(server)) && !BESIDE.iter().any(|end| name.ends_with(end))
}

/// `vllm`, `/usr/bin/vllm`, `vllm.entrypoints.openai.api_server`.
fn is_program(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    let rest =
        |program: &&str| name.strip_prefix(*program).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    !word.contains("://") && SERVER_PROGRAMS.iter().any(rest)
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The variables of a container: `[{name, value}]`, `[NAME=value]` or `{NAME: value}`.
fn written(node: Option<&Node>) -> Vec<(String, Word)> {
    let Some(node) = node else { return Vec::new() };
    let listed = node.items().iter().filter_map(|item| match Word::of(item) {
        Some(line) => line.split_at('=').map(|(name, value)| (name.text, value)),
        None => Some((item.get("name")?.text()?.to_owned(), Word::of(item.get("value")?)?)),
    });
    let mapped = node.entries().iter().filter_map(|entry| Some((entry.key.to_string(), Word::of(&entry.value)?)));
    listed.chain(mapped).collect()
}

impl Variables {
    fn add(&mut self, name: String, mut value: Word) {
        self.added += 1;
        if self.added <= MAX_WORDS {
            self.put_into(&mut value);
            self.known.insert(name, value);
        }
    }

    /// Puts the values of variables that are known into a word: `$(NAME)`, `${NAME}`, and `$NAME`
    /// where that is all of it. A word that would grow beyond measure stays as it is.
    fn put_into(&self, word: &mut Word) {
        if word.text.len() > MAX_WORD || !word.text.contains('$') {
            return;
        }
        if let Some(value) = word.text.strip_prefix('$').and_then(|name| self.known.get(name)) {
            word.text.clone_from(&value.text);
            return;
        }
        let mut filled = String::new();
        let mut rest = word.text.as_str();
        while let Some(at) = rest.find('$') {
            let (before, mark) = rest.split_at(at);
            filled.push_str(before);
            let (put, behind) = self.named(mark).unwrap_or_else(|| mark.split_at(1));
            filled.push_str(put);
            rest = behind;
            if filled.len() > MAX_WORD {
                return;
            }
        }
        filled.push_str(rest);
        if filled.len() <= MAX_WORD {
            word.text = filled;
        }
    }

    /// The value of the variable that a text begins with, and what stands behind it.
    fn named<'s>(&'s self, mark: &'s str) -> Option<(&'s str, &'s str)> {
        let (inside, close) = match mark.strip_prefix("$(") {
            Some(inside) => (inside, ')'),
            None => (mark.strip_prefix("${")?, '}'),
        };
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let (name, behind) = inside.split_at(inside.find(|c| !part(c))?);
        Some((&self.known.get(name)?.text, behind.strip_prefix(close)?))
    }
}
