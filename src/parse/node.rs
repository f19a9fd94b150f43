//! The one tree that YAML, JSON, TOML and front matter become.
//!
//! Every node and every key knows the bytes it came from. Scalars keep their
//! source text, so that `1.10` is not `1.1` and `no` is not `false` where a
//! string is meant. A derived fact is a node too; its span is that of the source
//! it was derived from.

use crate::pointer::{Pointer, Step};
use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes it came from. An absent value (`key:` and nothing after it) has
    /// an empty span.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping in the order of the source. A key that was written twice stands
    /// once, with the last value; the parser reports it.
    Map(Vec<Entry>),
}

/// A scalar with the text that it was written as, quotes and escapes resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// Its type by the YAML 1.2 core schema, JSON or TOML.
    pub kind: ScalarKind,
    /// `1.10`, `no`, `2026-08-01`.
    pub text: Box<str>,
}

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalarKind {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// Any other number; may be NaN or infinite.
    Float(f64),
    /// Text; dates too, in every format.
    String,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text.
    pub key: Box<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// Where a pointer leads.
#[derive(Debug, Clone, Copy)]
pub enum Resolved<'a> {
    /// To this node.
    Found(&'a Node),
    /// Nowhere.
    Missing {
        /// The last node that is there.
        deepest: &'a Node,
        /// Where to show that something is missing: the key of the deepest node,
        /// the item of a list, or the first key of the document.
        span: Span,
        /// How many steps led there.
        depth: usize,
    },
}

impl Node {
    /// A string that stands at `span`.
    pub fn string(text: impl Into<Box<str>>, span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { kind: ScalarKind::String, text: text.into() }) }
    }

    /// A boolean that stands at `span`.
    pub fn bool(value: bool, span: Span) -> Self {
        let text = if value { "true" } else { "false" };
        Self { span, value: Value::Scalar(Scalar { kind: ScalarKind::Bool(value), text: text.into() }) }
    }

    /// A whole number that stands at `span`.
    pub fn int(value: i64, span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { kind: ScalarKind::Int(value), text: value.to_string().into() }) }
    }

    /// A number that stands at `span`.
    pub fn float(value: f64, span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { kind: ScalarKind::Float(value), text: value.to_string().into() }) }
    }

    /// Nothing, at `span`.
    pub fn null(span: Span) -> Self {
        Self { span, value: Value::Scalar(Scalar { kind: ScalarKind::Null, text: "".into() }) }
    }

    /// A list at `span`.
    pub fn seq(items: Vec<Self>, span: Span) -> Self {
        Self { span, value: Value::Seq(items) }
    }

    /// An empty mapping at `span`, to be filled with [`Node::with`].
    pub fn map(span: Span) -> Self {
        Self { span, value: Value::Map(Vec::new()) }
    }

    /// This mapping with one more entry, whose key stands where its value does.
    /// Anything but a mapping stays as it is.
    #[must_use]
    pub fn with(mut self, key: &str, value: Self) -> Self {
        self.put(key, value);
        self
    }

    /// Adds an entry to a mapping, whose key stands where its value does.
    pub fn put(&mut self, key: &str, value: Self) {
        if let Value::Map(entries) = &mut self.value {
            entries.push(Entry { key: key.into(), key_span: value.span, value });
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Value::Seq(items) = &self.value { items } else { &[] }
    }

    /// The items of a list, or the node itself where it is a scalar: the Hub's
    /// `license: mit` and `license: [mit]`. Null gives none.
    pub fn one_or_many(&self) -> &[Self] {
        match &self.value {
            Value::Seq(items) => items,
            Value::Scalar(Scalar { kind: ScalarKind::Null, .. }) => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entry of that key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value of that key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value down a path of keys: `node.at(&["metadata", "id"])`.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(scalar) = &self.value { Some(scalar) } else { None }
    }

    /// The source text of a scalar that is not null, whatever its type.
    pub fn text(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.kind != ScalarKind::Null).map(|scalar| &*scalar.text)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.kind == ScalarKind::String).map(|scalar| &*scalar.text)
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.scalar()?.kind {
            ScalarKind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a number.
    #[expect(clippy::cast_precision_loss, reason = "numbers are compared as doubles, as in JSON")]
    pub fn as_f64(&self) -> Option<f64> {
        match self.scalar()?.kind {
            ScalarKind::Int(value) => Some(value as f64),
            ScalarKind::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is null or nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { kind: ScalarKind::Null, .. }))
    }

    /// Whether it is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether it is a list.
    pub fn is_seq(&self) -> bool {
        matches!(self.value, Value::Seq(_))
    }

    /// What it is, as a message names it: `list`, `number`, `nothing`.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Map(_) => "mapping",
            Value::Seq(_) => "list",
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => "nothing",
                ScalarKind::Bool(_) => "boolean",
                ScalarKind::Int(_) | ScalarKind::Float(_) => "number",
                ScalarKind::String => "string",
            },
        }
    }

    /// Follows a pointer as far as it goes.
    pub fn resolve(&self, pointer: &Pointer) -> Resolved<'_> {
        let mut node = self;
        let mut span = self.anchor();
        for (depth, step) in pointer.0.iter().enumerate() {
            let next = match (&node.value, step) {
                (Value::Map(_), Step::Key(key)) => node.entry(key).map(|entry| (&entry.value, entry.key_span)),
                (Value::Map(_), Step::Index(index)) => {
                    node.entry(&index.to_string()).map(|entry| (&entry.value, entry.key_span))
                }
                (Value::Seq(items), Step::Index(index)) => items.get(*index).map(|item| (item, item.span)),
                _ => None,
            };
            match next {
                Some((found, at)) => (node, span) = (found, at),
                None => return Resolved::Missing { deepest: node, span, depth },
            }
        }
        Resolved::Found(node)
    }

    /// Where to show that something is missing from this node: the first key of a
    /// mapping, else the node. A whole document is too much to underline.
    pub fn anchor(&self) -> Span {
        self.entries().first().map_or(self.span, |entry| entry.key_span)
    }

    /// The node at a pointer.
    pub fn find(&self, pointer: &Pointer) -> Option<&Self> {
        match self.resolve(pointer) {
            Resolved::Found(node) => Some(node),
            Resolved::Missing { .. } => None,
        }
    }

    /// Where a pointer leads: the node's own bytes or, where it is missing or
    /// empty, the key of the deepest node that is there.
    pub fn span_of(&self, pointer: &Pointer) -> Span {
        match self.resolve(pointer) {
            Resolved::Found(node) if node.span.start < node.span.end => node.span,
            Resolved::Found(_) => self.key_span_of(pointer).unwrap_or(self.span),
            Resolved::Missing { span, .. } => span,
        }
    }

    /// [`Node::span_of`] down a path of keys: `node.span_at(&["metadata", "id"])`.
    pub fn span_at(&self, keys: &[&str]) -> Span {
        match self.at(keys) {
            Some(node) if node.span.start < node.span.end => node.span,
            _ => self.key_at(keys),
        }
    }

    /// Where the last key of a path stands or, where it is missing, the deepest key that is
    /// there.
    pub fn key_at(&self, keys: &[&str]) -> Span {
        let (mut node, mut span) = (self, self.anchor());
        for key in keys {
            let Some(entry) = node.entry(key) else { break };
            (node, span) = (&entry.value, entry.key_span);
        }
        span
    }

    /// Where the key at a pointer stands, if its last step is a key.
    pub fn key_span_of(&self, pointer: &Pointer) -> Option<Span> {
        let (last, parents) = pointer.0.split_last()?;
        let parent = self.find(&Pointer(parents.to_vec()))?;
        match last {
            Step::Key(key) => parent.entry(key).map(|entry| entry.key_span),
            Step::Index(index) => parent.items().get(*index).map(|item| item.span),
        }
    }

    /// The same tree as JSON, for validation and output. Numbers that JSON
    /// cannot say (NaN, infinities) become their text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.to_string(), entry.value.to_json())).collect())
            }
            Value::Seq(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => Json::Null,
                ScalarKind::Bool(value) => Json::Bool(value),
                ScalarKind::Int(value) => Json::from(value),
                ScalarKind::Float(value) => serde_json::Number::from_f64(value)
                    .map_or_else(|| Json::String(scalar.text.to_string()), Json::Number),
                ScalarKind::String => Json::String(scalar.text.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn span(start: usize, end: usize) -> Span {
        Span::new(SourceId(0), start, end)
    }

    #[test]
    fn a_missing_key_is_shown_at_the_deepest_key_that_is_there() {
        let inner = Node::map(span(10, 20)).with("id", Node::string("x", span(14, 15)));
        let mut root = Node::map(span(0, 20));
        if let Value::Map(entries) = &mut root.value {
            entries.push(Entry { key: "metadata".into(), key_span: span(0, 8), value: inner });
        }
        assert_eq!(root.span_of(&Pointer::from_json_pointer("/metadata/version")), span(0, 8));
        assert_eq!(root.span_of(&Pointer::from_json_pointer("/metadata/id")), span(14, 15));
        assert_eq!(
            (root.span_at(&["metadata", "version"]), root.span_at(&["metadata", "id"])),
            (span(0, 8), span(14, 15))
        );
        assert_eq!(
            root.span_of(&Pointer::from_json_pointer("/nothing/here")),
            span(0, 8),
            "the first key stands for the root"
        );
    }
}
