//! An adapter's configuration against the release that lists it: the base model and the
//! settings of the training.
//!
//! `base` has `written` and `expected` (as they are written), `status` (`same`,
//! `other`, `local`, `unknown`) and, as `other`, the place in the manifest. The same
//! repository under another owner is another model; case does not count, as on the Hub.
//! `revision` is that of the manifest.
//! `settings` has a `{name, written, expected, same, other}` for each setting that both
//! sides declare in a form that can be compared.
//!
//! The fields are those of PEFT's `PeftConfig` and `LoraConfig`
//! (<https://huggingface.co/docs/peft/package_reference/config>).

use std::collections::BTreeSet;

use crate::facts::pins;
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::text;
use crate::tree;

/// What the manifest calls a setting, and what PEFT does.
const SETTINGS: &[(&str, &str)] = &[
    ("peft_type", "peft_type"),
    ("r", "r"),
    ("alpha", "lora_alpha"),
    ("target_modules", "target_modules"),
    ("modules_to_save", "modules_to_save"),
];

/// Of the releases that claim an adapter, the first with its base; else the last.
pub(super) fn closest<'r>(graph: &Graph<'_>, claimed: &[&'r Release], config: &Node) -> Option<&'r Release> {
    let same = |release: &&&Release| {
        let manifest = &graph.documents[release.document].root;
        status(written_base(config), manifest.at(&["artifacts", "base_model", "id"])) == "same"
    };
    claimed.iter().find(same).or(claimed.last()).copied()
}

fn written_base(config: &Node) -> Option<&Node> {
    config.get("base_model_name_or_path").filter(|node| node.text().is_some_and(|text| !text.is_empty()))
}

fn status(written: Option<&Node>, expected: Option<&Node>) -> &'static str {
    let (Some(written), Some(expected)) = (written.and_then(Node::text), expected.and_then(Node::text)) else {
        return "unknown";
    };
    match written.trim_end_matches('/').eq_ignore_ascii_case(expected) {
        true => "same",
        false if is_local(written) => "local",
        false => "other",
    }
}

/// Whether a base is named by a path of somebody's machine: absolute, relative with
/// dots, of Windows, or with more parts than an id of the Hub has.
fn is_local(written: &str) -> bool {
    let drive = written.as_bytes().get(1) == Some(&b':');
    let starts = ["/", "./", "../", "~", ".\\", "..\\", "\\\\"].iter().any(|start| written.starts_with(start));
    starts || drive || written.contains('\\') || written.trim_end_matches('/').matches('/').count() > 1
}

/// The facts under `base`.
pub(super) fn base(manifest: &Node, config: &Node) -> Node {
    let written = written_base(config);
    let expected = manifest.at(&["artifacts", "base_model", "id"]);
    let span = written.map_or(config.anchor(), |node| node.span);
    let shown = |node: Option<&Node>| text::quote(node.and_then(Node::text).unwrap_or_default());
    let local = written.and_then(Node::text).is_some_and(is_local);
    let mut facts = Node::map(span)
        .with("status", Node::string(status(written, expected), span))
        .with("written", Node::string(shown(written), span))
        .with("local", Node::bool(local, span))
        .with("expected", Node::string(shown(expected), span));
    if let Some(expected) = expected {
        facts.put("other", Node::string("", expected.span));
    }
    let revision = manifest.at(&["artifacts", "base_model", "revision"]);
    if let Some(revision) = revision.filter(|revision| !revision.text().is_some_and(pins::is_loose)) {
        facts.put("revision", revision.clone());
    }
    facts
}

/// What PEFT calls the modules of a vocabulary.
const EMBEDDINGS: [&str; 3] = ["embed_tokens", "lm_head", "wte"];

/// The facts under `tokenizer`: whether the release pins one; absent where the adapter
/// leaves the vocabulary alone.
pub(super) fn tokenizer(manifest: &Node, config: &Node) -> Option<Node> {
    let saved = config.get("modules_to_save")?;
    let embeds = |name: &Node| name.text().is_some_and(|name| EMBEDDINGS.contains(&name));
    saved.items().iter().any(embeds).then(|| {
        let pinned = manifest.at(&["artifacts", "checkpoint", "tokenizer_digest"]).is_some();
        Node::map(saved.span).with("pinned", Node::bool(pinned, saved.span))
    })
}

/// The facts under `settings`. `folder` is that of the configuration.
pub(super) fn compared(manifest: &Node, config: &Node, folder: &str) -> Node {
    let adapters = manifest.at(&["artifacts", "adapters"]).map(Node::items).unwrap_or_default();
    let name = |adapter: &&Node| adapter.get("name").and_then(Node::text) == Some(tree::file_name(folder));
    let entry = match adapters {
        [only] => Some(only),
        several => several.iter().find(name),
    };
    let compare = |(ours, theirs): &(&str, &str)| setting(ours, entry?.get(ours)?, config.get(theirs)?);
    Node::seq(SETTINGS.iter().filter_map(compare).collect(), config.anchor())
}

fn setting(name: &str, expected: &Node, written: &Node) -> Option<Node> {
    let same = if expected.is_seq() && written.is_seq() {
        names(expected) == names(written)
    } else if let (Some(expected), Some(written)) = (expected.as_f64(), written.as_f64()) {
        expected.to_bits() == written.to_bits()
    } else if expected.is_seq() || written.is_seq() {
        return None;
    } else {
        expected.text()?.eq_ignore_ascii_case(written.text()?)
    };
    let span = written.span;
    let facts = Node::map(span)
        .with("name", Node::string(name, span))
        .with("written", Node::string(shown(written), span))
        .with("expected", Node::string(shown(expected), span))
        .with("same", Node::bool(same, span))
        .with("other", Node::string("", expected.span));
    Some(facts)
}

fn names(list: &Node) -> BTreeSet<&str> {
    list.items().iter().filter_map(Node::text).collect()
}

fn shown(node: &Node) -> String {
    let words =
        if node.is_seq() { names(node).into_iter().collect() } else { node.text().into_iter().collect::<Vec<_>>() };
    text::quote(&words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn a_path_of_a_machine_is_no_id_of_the_hub() {
        for path in ["/root/models/glm-4", "../../Llama2-7b-chat/", "./out", "~/m", "C:\\models\\m", "a/b/c", "m\\x"] {
            assert!(is_local(path), "{path}");
        }
        for id in ["Qwen/Qwen2.5-3B-Instruct", "gpt2", "unsloth/mistral-7b-v0.3-bnb-4bit"] {
            assert!(!is_local(id), "{id}");
        }
    }
}
