//! The container of a model server: which model and adapters its command line and its
//! environment name.
//!
//! A path in the container leads to what is mounted there.

use super::arguments::Arguments;
use super::words::command_line;
use super::{Loading, Origin, Read, Role, Route, Word};
use crate::parse::Node;

/// What the name of an image that is a model server begins with.
const IMAGES: [&str; 8] =
    ["vllm", "text-generation-inference", "huggingfaceserver", "sglang", "lorax", "llama.cpp", "ollama", "llm-d-cuda"];

/// How the names of images end that stand in front of a model server, or watch one.
const BESIDE: [&str; 5] = ["router", "proxy", "gateway", "exporter", "ui"];

/// Programs that are model servers, and modules of Python, with what they belong to.
const PROGRAMS: [&str; 8] = [
    "vllm",
    "text-generation-launcher",
    "huggingfaceserver",
    "sglang",
    "lorax-launcher",
    "llama-server",
    "trtllm-serve",
    "ollama",
];

/// The switch of vLLM for loading adapters at run time, and the values that it takes for yes
/// (<https://docs.vllm.ai/en/latest/features/lora/>).
const RUNTIME_LORA: (&str, [&str; 2]) = ("VLLM_ALLOW_RUNTIME_LORA_UPDATING", ["1", "true"]);

/// The longest word that variables are put into.
const MAX_WORD: usize = 4 * 1024;

/// The most words of a command line, and the most variables, that are read.
const MAX_WORDS: usize = 4_000;

/// Where `KServe` puts the weights of a service.
pub(super) const MODELS: &str = "/mnt/models";

/// The most mounts of a workload that are looked through.
pub(super) const MAX_MOUNTS: usize = 1_000;

/// Weights that are put into the containers of a workload.
#[derive(Clone, Debug)]
pub(super) struct Mount {
    /// Where in the container.
    pub path: String,
    /// What.
    pub origin: Word,
}

/// What a workload is known by before its containers are read.
pub(super) struct Around<'a> {
    /// What is mounted into its containers.
    pub mounts: &'a [Mount],
    /// Whether its containers serve models whatever they look like.
    pub serves: bool,
    /// The number of the workload.
    pub workload: usize,
}

/// A container: its image, command line and environment.
struct Container {
    words: Vec<Word>,
    environment: Vec<(String, Word)>,
    server: bool,
}

/// Reads a container (`image`, `command`, `args`, `env`; or as Compose has them); whether it
/// names a model.
pub(super) fn read(node: &Node, around: &Around<'_>, read: &mut Read) -> bool {
    let container = Container::new(node);
    container.loading(read);
    let arguments = Arguments::new(&container.words);
    if !(around.serves || container.server || arguments.are_of_a_server()) {
        return true;
    }
    let stored = container.variable("STORAGE_URI").map(|origin| Mount { path: MODELS.to_owned(), origin });
    let mounts: Vec<&Mount> = around.mounts.iter().chain(&stored).collect();
    let mut serve = |role, names, model: Word, revision| {
        let span = model.span;
        let origin = Some(Origin { written: behind(model, &mounts), revision, image: false });
        read.routes.push(Route { role, names, origin, workload: around.workload, span });
    };
    let model = arguments.model().or_else(|| container.variable("MODEL_ID"));
    let adapters = arguments.adapters(container.variable("LORA_ADAPTERS"));
    let found = model.is_some() || !adapters.is_empty() || !mounts.is_empty();
    if model.is_none() && adapters.is_empty() {
        // A server that is told nothing serves what was put in its place.
        for mount in &mounts {
            serve(Role::Model, arguments.names(), mount.origin.clone(), None);
        }
    }
    if let Some(model) = model {
        let revision = arguments.revision().or_else(|| container.variable("REVISION"));
        serve(Role::Model, arguments.names(), model, revision);
    }
    for (name, path) in adapters {
        serve(Role::Adapter, name.into_iter().collect(), path, None);
    }
    found
}

/// What a path in a container leads to: what is mounted there, or the path itself. Below
/// a store that is mounted whole, the rest of the path goes on.
fn behind(path: Word, mounts: &[&Mount]) -> Word {
    let above = mounts.iter().filter(|mount| below(&path.text, &mount.path));
    let Some(mount) = above.max_by_key(|mount| mount.path.len()) else { return path };
    let mut word = mount.origin.clone();
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
        let mut environment = variables(node.get("env").or_else(|| node.get("environment")));
        let mut words = command_line(command, arguments);
        if let Some(more) = environment.iter().find(|(name, _)| name == "VLLM_ADDITIONAL_ARGS") {
            words.extend(more.1.shell());
        }
        // A script sets variables in front of the command.
        for word in &words {
            if let Some((name, value)) = word.split_at('=').filter(|(name, _)| is_variable(&name.text)) {
                environment.push((name.text, value));
            }
        }
        words.truncate(MAX_WORDS);
        environment.truncate(MAX_WORDS);
        words.iter_mut().filter(|word| word.text.len() <= MAX_WORD).for_each(|word| fill_in(word, &environment));
        let image = node.get("image").and_then(Node::text).unwrap_or_default();
        let server = is_server(image) || words.iter().any(|word| is_program(&word.text));
        Self { words, environment, server }
    }

    fn variable(&self, name: &str) -> Option<Word> {
        let found = self.environment.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).filter(|value| !value.text.is_empty())
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
    IMAGES.iter().any(|server| name.starts_with(server)) && !BESIDE.iter().any(|end| name.ends_with(end))
}

/// `vllm`, `/usr/bin/vllm`, `vllm.entrypoints.openai.api_server`.
fn is_program(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    let rest =
        |program: &&str| name.strip_prefix(*program).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    !word.contains("://") && PROGRAMS.iter().any(rest)
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The variables of a container: `[{name, value}]`, `[NAME=value]` or `{NAME: value}`.
fn variables(node: Option<&Node>) -> Vec<(String, Word)> {
    let Some(node) = node else { return Vec::new() };
    let listed = node.items().iter().filter_map(|item| match Word::of(item) {
        Some(line) => line.split_at('=').map(|(name, value)| (name.text, value)),
        None => Some((item.get("name")?.text()?.to_owned(), Word::of(item.get("value")?)?)),
    });
    let mapped = node.entries().iter().filter_map(|entry| Some((entry.key.to_string(), Word::of(&entry.value)?)));
    listed.chain(mapped).collect()
}

/// Puts in the values of variables that are known: `$(NAME)`, `${NAME}`, `$NAME`. A word
/// that would grow beyond measure stays as it is.
fn fill_in(word: &mut Word, environment: &[(String, Word)]) {
    if !word.text.contains('$') {
        return;
    }
    for (name, value) in environment {
        for form in [format!("$({name})"), format!("${{{name}}}")] {
            let grown = word.text.len() + word.text.matches(&form).count() * value.text.len();
            if grown <= MAX_WORD {
                word.text = word.text.replace(&form, &value.text);
            }
        }
        if word.text.strip_prefix('$') == Some(name) {
            word.text.clone_from(&value.text);
        }
    }
}
