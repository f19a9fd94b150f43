//! Changes of the values of a document, or of the front matter of a card.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::Verb;
use crate::kind::Kind;
use crate::parse::{Syntax, yaml};
use crate::pointer::{Pointer, Step};
use crate::policy::base_set::{BaseDocument, BaseSet, front_and_body};
use crate::schema;
use crate::shape;
use crate::source::SourceId;

/// The strings of a repository, by which a value is told to refer to something.
pub(super) struct Vocabulary<'b> {
    paths: Vec<&'b str>,
    /// Sorted, each as often as it is written.
    words: Vec<String>,
}

impl<'b> Vocabulary<'b> {
    /// That of a repository.
    pub(super) fn of(base: &'b BaseSet) -> Self {
        let mut words = Vec::new();
        base.documents.iter().for_each(|document| strings(&tree(document), &mut words));
        words.sort_unstable();
        Self { paths: base.documents.iter().map(|document| &*document.path).collect(), words }
    }

    /// Whether a string is written elsewhere too, or is the path of a document.
    fn shares(&self, text: &str) -> bool {
        let from = self.words.partition_point(|word| word.as_str() < text);
        self.paths.contains(&text) || self.words.get(from + 1).is_some_and(|word| word == text)
    }
}

/// A document, or its front matter, as JSON.
fn tree(document: &BaseDocument) -> Json {
    let (front, _) = front_and_body(document);
    yaml::parse(front, SourceId(0), 0).root.map_or(Json::Null, |root| root.to_json())
}

fn strings(json: &Json, into: &mut Vec<String>) {
    match json {
        Json::String(text) => into.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Json::Object(entries) => entries.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// What is done to the values of a document.
pub(super) fn changes(document: &BaseDocument, vocabulary: &Vocabulary<'_>) -> Vec<(Verb, Edit)> {
    let tree = Arc::new(tree(document));
    let kind = kind(document, &tree);
    let mut found = Changes { kind, vocabulary, tree: Arc::clone(&tree), list: Vec::new() };
    found.below(&tree, &Pointer::root());
    found.list
}

/// What a document is, as far as its schema is asked.
fn kind(document: &BaseDocument, tree: &Json) -> Option<Kind> {
    match Syntax::of(&document.path) {
        Some(Syntax::Markdown) => Some(Kind::Card),
        _ => tree.get("kind").and_then(Json::as_str).and_then(Kind::parse),
    }
}

/// One change of a tree.
#[derive(Debug)]
pub(super) struct Edit {
    /// The document before it.
    tree: Arc<Json>,
    at: Pointer,
    does: Does,
}

#[derive(Debug)]
enum Does {
    Delete,
    Replace(Json),
    /// Gives the key another name.
    Rename(String),
}

impl Edit {
    /// What is changed.
    pub(super) fn at(&self) -> &Pointer {
        &self.at
    }

    /// What reports call it.
    pub(super) fn field(&self) -> String {
        self.at.to_string()
    }

    /// The tree with the change.
    pub(super) fn applied(&self) -> Json {
        let mut root = Json::clone(&self.tree);
        self.apply(&mut root);
        root
    }

    fn apply(&self, root: &mut Json) -> Option<()> {
        let (last, parents) = self.at.0.split_last()?;
        let mut node = root;
        for step in parents {
            node = match step {
                Step::Key(key) => node.get_mut(key)?,
                Step::Index(index) => node.get_mut(*index)?,
            };
        }
        match (last, node, &self.does) {
            (Step::Key(key), Json::Object(entries), Does::Rename(name)) => {
                let value = entries.shift_remove(key)?;
                entries.insert(name.clone(), value);
            }
            (Step::Key(key), Json::Object(entries), Does::Delete) => drop(entries.shift_remove(key)?),
            (Step::Key(key), Json::Object(entries), Does::Replace(value)) => value.clone_into(entries.get_mut(key)?),
            (Step::Index(index), Json::Array(items), Does::Delete) => drop(items.remove(*index)),
            (Step::Index(index), Json::Array(items), Does::Replace(value)) => value.clone_into(items.get_mut(*index)?),
            _ => return None,
        }
        Some(())
    }
}

/// A key with its last two letters in the wrong order, where that is another key.
fn misspelt(key: &str) -> Option<String> {
    let mut letters: Vec<char> = key.chars().collect();
    let last = letters.len().checked_sub(1)?;
    letters.swap(last.checked_sub(1)?, last);
    Some(letters.into_iter().collect()).filter(|misspelt| misspelt != key)
}

/// What can be done to one document.
struct Changes<'v> {
    kind: Option<Kind>,
    vocabulary: &'v Vocabulary<'v>,
    tree: Arc<Json>,
    list: Vec<(Verb, Edit)>,
}

impl Changes<'_> {
    /// Everything that can be done to a node and all below it.
    fn below(&mut self, node: &Json, at: &Pointer) {
        if !at.0.is_empty() {
            self.value(node, at);
        }
        match node {
            Json::Array(items) => items.iter().enumerate().for_each(|(index, item)| self.below(item, &at.index(index))),
            Json::Object(entries) => {
                for (key, value) in entries {
                    if let Some(name) = misspelt(key) {
                        self.add(&at.key(key), Verb::Misspell, Does::Rename(name));
                    }
                    self.below(value, &at.key(key));
                }
            }
            _ => {}
        }
    }

    /// What can be done to a value, of whatever type it is.
    fn value(&mut self, node: &Json, at: &Pointer) {
        self.add(at, Verb::Delete, Does::Delete);
        match node {
            Json::Array(items) if !items.is_empty() => self.replace(at, Verb::Empty, Json::Array(Vec::new())),
            Json::Number(number) => {
                let number = number.as_f64().unwrap_or(0.0);
                self.replace(at, Verb::Raise, Json::from(number * 1000.0 + 1.0));
                self.replace(at, Verb::Lower, Json::from(-number - 1.0));
            }
            Json::Bool(value) => self.replace(at, Verb::Flip, Json::Bool(!value)),
            Json::String(text) => self.text(text, at),
            _ => {}
        }
        let structured = node.is_object() || node.is_array();
        let other = if structured { Json::from("text") } else { Json::Array(vec![node.clone()]) };
        self.replace(at, Verb::Retype, other);
    }

    fn text(&mut self, text: &str, at: &Pointer) {
        if self.vocabulary.shares(text) {
            self.replace(at, Verb::Dangle, Json::from(format!("{text}-elsewhere")));
        } else {
            self.replace(at, Verb::Alter, Json::from("nothing-of-the-kind"));
        }
        self.replace(at, Verb::Recase, Json::from(capital(text)));
        if let Some(other) = switched(text) {
            self.replace(at, Verb::Flip, Json::from(other));
        }
        if let Some((earlier, later)) = a_year_off(text) {
            self.replace(at, Verb::Predate, Json::from(earlier));
            self.replace(at, Verb::Postpone, Json::from(later));
        }
        if is_plain(text) {
            self.replace(at, Verb::Localise, Json::from(format!("/home/me/{text}")));
        }
        for word in self.words(at).into_iter().filter(|word| *word != text) {
            self.replace(at, Verb::Swap, Json::from(word));
        }
    }

    fn replace(&mut self, at: &Pointer, verb: Verb, value: Json) {
        self.add(at, verb, Does::Replace(value));
    }

    fn add(&mut self, at: &Pointer, verb: Verb, does: Does) {
        self.list.push((verb, Edit { tree: Arc::clone(&self.tree), at: at.clone(), does }));
    }

    /// The words that the schema allows at a place.
    fn words(&self, at: &Pointer) -> Vec<&'static str> {
        let step = |step: &Step| match step {
            Step::Key(key) => shape::Step::Key(key.clone()),
            Step::Index(_) => shape::Step::Item,
        };
        let way: Vec<shape::Step> = at.0.iter().map(step).collect();
        self.kind.map_or_else(Vec::new, |kind| schema::words(kind, &way))
    }
}

/// The other position of a switch that is written as text.
fn switched(text: &str) -> Option<&'static str> {
    match &*text.to_ascii_lowercase() {
        "0" => Some("1"),
        "1" => Some("0"),
        "false" => Some("true"),
        "true" => Some("false"),
        _ => None,
    }
}

/// Whether a string is the id of something with its owner, or a path below the root.
fn is_plain(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    text.contains('/') && text.split('/').all(part)
}

/// A word with a capital, where it had none.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A date or a time a year before and a year after.
fn a_year_off(text: &str) -> Option<(String, String)> {
    let (year, rest) = text.split_at_checked(4)?;
    let day: Date = text.get(..10)?.parse().ok()?;
    let other = |by: i16| Some(format!("{:04}{rest}", year.parse::<i16>().ok()? + by));
    // The 29th of February has none.
    let either = || Some((other(-1)?, other(1)?));
    (day.day() < 29).then(either).flatten()
}
