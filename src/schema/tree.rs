//! Our tree as the validator walks it, so that no document is written anew as JSON to be
//! held against its schema. It says of every node what [`Node::to_json`] would.

use std::borrow::Cow;
use std::slice;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object};
use serde_json::{Number as JsonNumeral, Value as JsonValue};

use crate::parse::{Entry, Node, Scalar, ScalarKind, Value};
use crate::source::{SourceId, Span};

/// The representation by [`Node`]s.
#[derive(Debug)]
pub(super) struct Tree;

/// The name of a key, where a schema speaks of names.
#[derive(Default)]
pub(super) struct Name(Option<Node>);

impl Json for Tree {
    type Node<'a> = &'a Node;
    type PreparedKey = Box<str>;
    type StringBuffer = Name;

    // A lookup compares one key after the other.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Name, string: &str, f: impl FnOnce(&Node) -> T) -> T {
        f(buffer.0.insert(Node::string(string, Span::file(SourceId(0)))))
    }
}

/// The scalar, as JSON has it: a number that JSON cannot say is its text.
fn kind(node: &Node) -> Option<(ScalarKind, &str)> {
    let Scalar { kind, text } = node.scalar()?;
    let unsaid = matches!(kind, ScalarKind::Float(value) if !value.is_finite());
    Some((if unsaid { ScalarKind::String } else { *kind }, text))
}

impl<'a> JsonNode<'a, Tree> for &'a Node {
    type Object = &'a [Entry];
    type Array = &'a [Node];
    type Number = Number;

    fn as_object(&self) -> Option<&'a [Entry]> {
        if let Value::Map(entries) = &self.value { Some(entries) } else { None }
    }

    fn as_array(&self) -> Option<&'a [Node]> {
        if let Value::Seq(items) = &self.value { Some(items) } else { None }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        kind(self).filter(|(kind, _)| *kind == ScalarKind::String).map(|(_, text)| Cow::Borrowed(text))
    }

    fn as_number(&self) -> Option<Number> {
        match kind(self)?.0 {
            ScalarKind::Int(value) => Some(Number::Int(value)),
            ScalarKind::Float(value) => Some(Number::Float(value)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        Node::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match (&self.value, kind(self)) {
            (Value::Map(_), _) => JsonType::Object,
            (Value::Seq(_), _) => JsonType::Array,
            (_, Some((ScalarKind::Null, _))) => JsonType::Null,
            (_, Some((ScalarKind::Bool(_), _))) => JsonType::Boolean,
            (_, Some((ScalarKind::Int(_) | ScalarKind::Float(_), _))) => JsonType::Number,
            _ => JsonType::String,
        }
    }

    fn to_value(&self) -> Cow<'a, JsonValue> {
        Cow::Owned(self.to_json())
    }

    fn equals_value(&self, expected: &JsonValue) -> bool {
        match (kind(self), expected) {
            (Some((ScalarKind::String, text)), expected) => expected.as_str() == Some(text),
            (_, JsonValue::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&self.to_json(), expected),
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node>(self) as usize))
    }
}

/// A number that JSON can say.
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|value| u64::try_from(value).ok())
    }

    fn as_i64(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers are compared as doubles, as in JSON")]
    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, JsonNumeral> {
        Cow::Owned(match self {
            Self::Int(value) => JsonNumeral::from(*value),
            // Only finite ones are numbers here.
            Self::Float(value) => JsonNumeral::from_f64(*value).unwrap_or_else(|| JsonNumeral::from(0)),
        })
    }
}

impl<'a> Object<'a, Tree> for &'a [Entry] {
    type Node = &'a Node;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[Entry]>::len(self)
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Node> {
        self.iter().find(|entry| entry.key == *key).map(|entry| &entry.value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The keys and values of a mapping.
pub(super) struct Members<'a>(slice::Iter<'a, Entry>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Node);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (&*entry.key, &entry.value))
    }
}

impl<'a> Array<'a, Tree> for &'a [Node] {
    type Node = &'a Node;
    type ElementsIter = slice::Iter<'a, Node>;

    fn len(&self) -> usize {
        <[Node]>::len(self)
    }

    fn elements(&self) -> slice::Iter<'a, Node> {
        self.iter()
    }
}
