//! Bytes in, spanned documents out.
//!
//! YAML, JSON and TOML become one [`Node`] tree; a model card is its front
//! matter as such a tree, and the sections of its Markdown. Nothing here reads
//! files, and nothing panics or runs away on any input: budgets for depth, nodes
//! and aliases cost the document a finding.

mod build;
pub mod code;
pub mod codeowners;
pub mod decode;
pub mod edit;
pub mod evidence;
pub mod json;
pub mod markdown;
pub mod modelfile;
pub mod node;
pub mod prompt;
pub mod stream;
pub mod toml;
pub mod yaml;

pub use node::{Entry, Node, Resolved, Scalar, ScalarKind, Value};

use crate::finding::Finding;
use crate::kind::Kind;
use crate::source::SourceId;

/// The deepest nesting of a document.
pub const MAX_DEPTH: usize = 64;

/// The most nodes of a document, aliases expanded.
pub const MAX_NODES: usize = 250_000;

/// The most aliases of a YAML document.
pub const MAX_ALIASES: usize = 1_000;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.2, core schema.
    Yaml,
    /// JSON, strictly.
    Json,
    /// TOML 1.0.
    Toml,
    /// Markdown with optional YAML front matter.
    Markdown,
    /// Instructions, as Ollama reads them.
    Modelfile,
    /// Front matter and a template.
    Prompt,
}

impl Syntax {
    /// The syntax that a path's extension promises.
    pub fn of(path: &str) -> Option<Self> {
        let name = crate::tree::file_name(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        match extension.as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "md" | "markdown" => Some(Self::Markdown),
            "modelfile" => Some(Self::Modelfile),
            "prompt" | "prompty" => Some(Self::Prompt),
            _ if matches!(name, "Kitfile" | "MLmodel") => Some(Self::Yaml),
            _ if name == "Modelfile" || name.starts_with("Modelfile.") => Some(Self::Modelfile),
            _ => None,
        }
    }
}

/// Parses a document of keys and values; Markdown has none of its own.
pub fn data(syntax: Syntax, text: &str, source: SourceId) -> Parsed {
    match syntax {
        Syntax::Json => json::parse(text, source),
        Syntax::Toml => toml::parse(text, source),
        Syntax::Modelfile => modelfile::parse(text, source),
        Syntax::Prompt => prompt::parse(text, source),
        Syntax::Yaml | Syntax::Markdown => yaml::parse(text, source, 0),
    }
}

/// Parses a file that may hold several documents; Modelfiles hold one.
pub fn stream(syntax: Syntax, text: &str, source: SourceId) -> Parsed {
    match syntax {
        Syntax::Json => stream::json(text, source),
        Syntax::Modelfile => modelfile::parse(text, source),
        _ => stream::yaml(text, source),
    }
}

/// What a text parsed to: a tree as far as it could be read, and what is wrong
/// with its form.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; `None` where nothing could be read.
    pub root: Option<Node>,
    /// Syntax errors, duplicate keys, merge keys, budgets: rules `gate/syntax-error`
    /// and `gate/duplicate-key`.
    pub findings: Vec<Finding>,
}

/// One file, understood.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its text.
    pub source: SourceId,
    /// Its path, relative to the root of the tree.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// The tree; of a card, its front matter (an empty mapping where it has none).
    pub root: Node,
    /// The Markdown of a card.
    pub body: Option<markdown::Body>,
    /// Whether `root` is what the author wrote; false where parsing failed, so
    /// that only the parse error is reported and nothing is said to be missing.
    pub sound: bool,
    /// What is wrong with its form.
    pub findings: Vec<Finding>,
}

impl Document {
    /// Whether it is a card of which all but the front matter could be read, so that its
    /// text can be judged all the same.
    pub fn is_text_alone(&self) -> bool {
        let text = self.body.as_ref().is_some_and(|body| !body.prose.trim().is_empty());
        let about_front = |finding: &Finding| finding.rule.as_str() == "card/front-matter-invalid";
        !self.sound && text && self.findings.iter().all(about_front)
    }
}
