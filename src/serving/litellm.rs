//! Configurations of the `LiteLLM` proxy: the models that it sends requests to, and those that
//! it falls back on (<https://docs.litellm.ai/docs/proxy/configs>,
//! <https://docs.litellm.ai/docs/proxy/reliability>).

use std::collections::BTreeSet;

use super::{Read, Role, Route, Word};
use crate::parse::Node;

/// Where fallbacks are written: lists of mappings from a model to the ones that stand in for
/// it, and under `default_fallbacks` a list of models.
const SETTINGS: [&str; 2] = ["router_settings", "litellm_settings"];
const FALLBACKS: [&str; 3] = ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks"];

/// Whether a document is such a configuration.
pub(super) fn is(document: &Node) -> bool {
    models(document).iter().any(|model| model.get("litellm_params").is_some())
}

fn models(document: &Node) -> &[Node] {
    document.get("model_list").map(Node::items).unwrap_or_default()
}

/// Reads what it names; a fallback that `model_list` has is judged there.
pub(super) fn read(document: &Node, read: &mut Read) {
    let mut groups = BTreeSet::new();
    for model in models(document) {
        groups.extend(model.get("model_name").and_then(Node::text));
        match model.at(&["litellm_params", "model"]).and_then(Word::of) {
            Some(written) => target(&written, behind_provider(&written), read),
            None => read.unknown("a model of LiteLLM".to_owned(), "it does not say which one", model.anchor()),
        }
    }
    // `*` lets every model of a provider through.
    let known = |name: &str| groups.contains(name) || groups.contains("*");
    for name in SETTINGS.iter().filter_map(|key| document.get(key)).flat_map(fallbacks) {
        if let Some(word) = Word::of(name).filter(|word| !known(&word.text)) {
            target(&word, word.clone(), read);
        }
    }
}

/// Whether the environment of the proxy says the rest: `os.environ/NAME`, or what is filled in
/// before the proxy reads it.
fn from_environment(written: &Word) -> bool {
    written.text.starts_with("os.environ/") || written.has_variable()
}

fn target(written: &Word, name: Word, read: &mut Read) {
    if from_environment(written) {
        return read.unknown("a model of LiteLLM".to_owned(), "a variable says which one", written.span);
    }
    let (workload, span) = (read.next_workload(), name.span);
    read.route(Route { role: Role::Fallback, names: vec![name], origin: None, workload, span });
}

/// `hosted_vllm/name` without the provider, which says how the model is reached.
fn behind_provider(written: &Word) -> Word {
    written.split_at('/').map_or_else(|| written.clone(), |(_, name)| name)
}

fn fallbacks(settings: &Node) -> impl Iterator<Item = &Node> {
    let lists = FALLBACKS.iter().filter_map(|key| settings.get(key)).flat_map(Node::items);
    let named = lists.flat_map(Node::entries).flat_map(|entry| entry.value.items());
    named.chain(settings.get("default_fallbacks").map(Node::items).unwrap_or_default())
}
