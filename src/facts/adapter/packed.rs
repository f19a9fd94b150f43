//! Adapters that a package brings along: parts of a Kitfile's model, and the adapter of a model
//! that MLflow logged.
//!
//! `adapters[*]` has a `subject` with what [`mod@super::super::standing`] says of it; `status` is
//! `ok` or `unlisted` (no release claims its file or has an adapter of its name). In a repository
//! without releases there is nothing to hold them against.
//!
//! <https://kitops.org/docs/kitfile/format/>: `model.parts[*]` have a `type`, such as
//! `LoRA adapter`. <https://mlflow.org/docs/latest/ml/deep-learning/transformers/>: the flavour
//! `transformers` has the folder of an adapter under `peft_adaptor`.

use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, unknown};
use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::text;

/// The names of these facts, for [`crate::facts::shape`].
pub(in crate::facts) const NAMES: &[&str] = &[
    "adapters[*].problem",
    "adapters[*].status",
    "adapters[*].subject",
    "not_assessed[*].what",
    "not_assessed[*].why",
];

/// Words of the type of a part that is an adapter; where it has no type, of its name or path.
const WORDS: [&str; 7] = ["adapter", "adapters", "adaptor", "adaptors", "lora", "loras", "qlora"];

/// The facts of one Kitfile or `MLmodel`.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let root = &document.root;
    let span = root.anchor();
    if context.graph.releases.is_empty() {
        return Node::map(span);
    }
    let adapters: Vec<Node> = match document.kind {
        Kind::Kitfile => parts(root)
            .iter()
            .filter(|part| is_adapter(part))
            .filter_map(|part| fact(context, document, part))
            .collect(),
        _ => root
            .at(&["flavors", "transformers", "peft_adaptor"])
            .and_then(|path| listed(context, document, path, None))
            .into_iter()
            .collect(),
    };
    let rest = unknown(document.kind.describe(), "no rule judges what it says beside adapters", span);
    Node::map(span).with("adapters", Node::seq(adapters, span)).with("not_assessed", Node::seq(vec![rest], span))
}

fn parts(root: &Node) -> &[Node] {
    root.at(&["model", "parts"]).map(Node::items).unwrap_or_default()
}

fn is_adapter(part: &Node) -> bool {
    let says = |key: &&str| {
        let text = part.get(key).and_then(Node::text).unwrap_or_default().to_lowercase();
        WORDS.iter().any(|word| text::contains_token(&text, word))
    };
    let keys: &[&str] = if part.get("type").is_some() { &["type"] } else { &["name", "path"] };
    keys.iter().any(says)
}

fn fact(context: &Context<'_>, document: &Document, part: &Node) -> Option<Node> {
    listed(context, document, part.get("path").or_else(|| part.get("name"))?, part.get("name"))
}

/// Whether a release lists the adapter at a path, or one of that name.
fn listed(context: &Context<'_>, document: &Document, path: &Node, name: Option<&Node>) -> Option<Node> {
    let graph = context.graph;
    let written = path.text()?;
    let file = context.files.listed(&document.path, written).unwrap_or_else(|| {
        let folder = crate::tree::parent(&document.path);
        crate::tree::join(folder, written).unwrap_or_default() + "/adapter_config.json"
    });
    let named = name.and_then(Node::text).is_some_and(|name| graph.has_adapter(name));
    let known = named || graph.releases_of_adapter(&file).next().is_some();
    // A manifest that cannot be read may list it, and that it cannot be read has been said.
    if !known && !graph.whole {
        return None;
    }
    let wrong = (!known).then(|| {
        let why = format!("brings the adapter `{}` along, and no release lists it", text::quote(written));
        Wrong::new("unlisted", why)
    });
    let subject = if document.kind == Kind::Kitfile { "the Kitfile" } else { "the logged model" };
    Some(standing(path.span, wrong).with("subject", Node::string(subject, path.span)))
}
