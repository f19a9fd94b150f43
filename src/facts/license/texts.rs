//! Whether the file with the text of a licence is that of the licence that a card names.
//!
//! `license_files[*]` has a `subject` (what the card names) and what [`mod@super::super::standing`]
//! says of it; `status` is `ok` or `other`. Looked at is the file that `license_link` names, and
//! the one beside the card where the weights or their configuration are there as well: at the
//! root of a code repository, `LICENSE` is about the code. A text that is not known by
//! `policies/license-texts.yaml` or by its title is not judged.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{clauses, plain};
use crate::facts::standing::{Wrong, standing};
use crate::link::Files;
use crate::parse::{self, Document, Node, decode};
use crate::source::SourceId;
use crate::{text, tree};

/// The names of these facts, for [`crate::facts::shape`].
pub(in crate::facts) const NAMES: &[&str] =
    &["license_files[*].problem", "license_files[*].status", "license_files[*].subject"];

/// How files with the text of a licence are called.
const NAMED: [&str; 8] =
    ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING", "COPYING.txt"];

/// Files that a folder with a model has, by how they end.
const MODEL: [&str; 6] = ["config.json", ".safetensors", ".gguf", ".bin", ".onnx", ".pt"];

/// The most bytes of a licence that are read.
const MOST: u64 = 256 * 1024;

/// How many bytes of a text are its beginning.
const HEAD: usize = 1_200;

/// How a text is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// The Hub's id.
    id: String,
    /// What the text says.
    says: Vec<String>,
    /// Licences of SPDX whose texts hold this one.
    #[serde(default)]
    also: Vec<String>,
}

impl Text {
    fn fits(&self, text: &str) -> bool {
        self.says.iter().all(|words| text.contains(words.as_str()))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    texts: Vec<Text>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let parsed = parse::yaml::parse(include_str!("../../../policies/license-texts.yaml"), SourceId(0), 0);
    // A test reads the table; one that cannot be read knows no text.
    parsed.root.and_then(|root| decode::from_node(&root).ok()).unwrap_or_default()
});

/// The fact under `license_files` of a card.
pub fn derive(files: &Files<'_>, card: &Document) -> Node {
    let license = card.root.get("license");
    let span = license.map_or(card.root.anchor(), |license| license.span);
    let declared: Vec<&str> =
        license.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::as_str).collect();
    let known: Vec<&str> = declared.iter().filter_map(|written| super::look_up(written).1).collect();
    let vague = |id: &&str| matches!(*id, "other" | "unknown");
    let whole = !known.is_empty() && known.len() == declared.len() && !known.iter().any(vague);
    let fact = || {
        let path = file_of(files, card)?;
        let bytes = files.tree().read(&path, MOST).ok()?;
        let found = known_text(&String::from_utf8_lossy(&bytes), &known)?;
        let name = text::quote(tree::file_name(&path));
        let why = format!("is the licence that the card names, and the text in `{name}` is that of `{found}`");
        let wrong = (!known.contains(&found)).then(|| Wrong::new("other", why));
        let subject = declared.iter().map(|id| format!("`{}`", text::quote(id))).collect::<Vec<_>>().join(" and ");
        Some(standing(span, wrong).with("subject", Node::string(subject, span)))
    };
    Node::seq(whole.then(fact).flatten().into_iter().collect(), span)
}

fn file_of(files: &Files<'_>, card: &Document) -> Option<String> {
    let linked = card.root.get("license_link").and_then(Node::text).filter(|link| !link.contains("://"));
    if let Some(path) = linked.and_then(|link| files.listed(&card.path, link)) {
        return Some(path);
    }
    let folder = tree::parent(&card.path);
    let beside = files.in_folder(folder);
    let has_model = beside.iter().any(|name| MODEL.iter().any(|end| name.ends_with(end)));
    let name = NAMED.iter().filter(|_| has_model).find(|name| beside.iter().any(|file| file == *name))?;
    tree::join(folder, name).ok()
}

/// Whose text it is: one of the `declared` if it holds that anywhere, else the first that is
/// known by its beginning; further on, texts speak of other licences.
fn known_text<'k>(text: &str, declared: &[&'k str]) -> Option<&'k str>
where
    'static: 'k,
{
    let titled = clauses::titled(text);
    let text = &*plain(text);
    let holds = |own: &&&str| {
        let same = |entry: &Text| {
            let also = entry.also.iter().any(|also| also.eq_ignore_ascii_case(own));
            (also || means(own, &entry.id)) && entry.fits(text)
        };
        titled.is_some_and(|titled| means(own, titled)) || TABLE.texts.iter().any(same)
    };
    declared.iter().find(holds).copied().or_else(|| titled.or_else(|| begins(text)))
}

/// The licence that a text is by its beginning.
fn begins(text: &str) -> Option<&'static str> {
    let head = text::clip(text, HEAD);
    TABLE.texts.iter().find(|entry| entry.fits(head)).map(|entry| entry.id.as_str())
}

/// Whether a licence may be meant by an id: by its own, or by that of its family.
fn means(own: &str, id: &str) -> bool {
    own == id || super::TABLE.families.contains_key(own) && id.starts_with(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_knows_its_own_text_and_no_other() {
        assert!(TABLE.texts.len() > 10, "the table cannot be read");
        for entry in &TABLE.texts {
            for words in &entry.says {
                assert_eq!(plain(words), *words, "{}: as texts are searched", entry.id);
            }
        }
        let (mut known, mut others) = (std::collections::BTreeSet::new(), Vec::new());
        for license in spdx::identifiers::LICENSES {
            let Some(id) = spdx::license_id(license.name) else { continue };
            let text = plain(id.text());
            let Some(found) = begins(&text) else { continue };
            let own = license.name.to_lowercase().starts_with(found);
            let also = |entry: &Text| entry.id == found && entry.also.iter().any(|also| also == license.name);
            if !own && !TABLE.texts.iter().any(also) {
                others.push(format!("{found}: {}", license.name));
            }
            known.insert(found);
        }
        assert_eq!(others, Vec::<String>::new());
        let missed: Vec<&str> = TABLE.texts.iter().map(|entry| &*entry.id).filter(|id| !known.contains(id)).collect();
        assert_eq!(missed, Vec::<&str>::new(), "SPDX has no such text");
    }

    #[test]
    fn a_file_of_several_licences_is_that_of_each() {
        let both = "mozilla public license version 2.0 … apache license version 2.0, january 2004";
        assert_eq!(known_text(both, &["mpl-2.0"]), Some("mpl-2.0"));
        assert_eq!(known_text(both, &["mit"]), Some("apache-2.0"));
        assert_eq!(known_text("gnu general public license version 3, 29 june 2007", &["gpl"]), Some("gpl"));
        assert_eq!(known_text("llama 3.1 community license agreement", &["mit"]), Some("llama3.1"));
        assert_eq!(known_text("terms of our own", &["mit"]), None);
    }
}
