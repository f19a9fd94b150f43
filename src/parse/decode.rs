//! Typed values out of trees, with errors that know their place.
//!
//! A serde `Deserializer` over [`Node`]: configuration and policies are structs
//! that are filled from the same tree as every document, so a mistake in them is
//! shown like a mistake in a manifest. Nothing is coerced: a string is never a
//! number, a number never a string.
//!
//! What serde buffers first (`untagged`, `flatten`, internally tagged enums)
//! works, but its errors have the place of the whole value, and [`Spanned`]
//! cannot stand inside.

mod error;
mod spanned;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, Visitor};
use serde::forward_to_deserialize_any;

use self::error::Error;
pub use self::spanned::Spanned;
use super::{Entry, Node, Scalar, ScalarKind, Value};
use crate::source::Span;

/// Why a tree is not the value that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The node at fault, or the key.
    pub span: Span,
    /// What is wrong: one line, as a finding's headline.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

/// The value that a tree says.
pub fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(NodeReader { node, key: None }).map_err(|error| error.finish(node.span))
}

/// A node that is to become a value.
#[derive(Clone, Copy)]
struct NodeReader<'de> {
    node: &'de Node,
    /// The key of the node, if it has one: where to point when the node itself
    /// has no bytes, or lacks something.
    key: Option<Span>,
}

impl<'de> NodeReader<'de> {
    /// Where to show a fault of the node itself.
    fn span(&self) -> Span {
        match self.key {
            Some(key) if self.node.span.start == self.node.span.end => key,
            _ => self.node.span,
        }
    }

    /// Where to show that something is missing in the node: its key, else its
    /// first key, else all of it.
    fn head(&self) -> Span {
        let first = self.node.entries().first().map(|entry| entry.key_span);
        self.key.or(first).unwrap_or(self.node.span)
    }

    fn map<V: Visitor<'de>>(self, entries: &'de [Entry], visitor: V) -> Result<V::Value, Error> {
        let mut access = MapReader { entries: entries.iter(), value: None, last: None };
        let result = visitor.visit_map(&mut access);
        let last = access.last.unwrap_or_else(|| self.head());
        result.map_err(|error| {
            if error.is_type() {
                error.of(self.node, self.span())
            } else if error.is_missing() {
                error.at(self.head())
            } else {
                error.at(last)
            }
        })
    }

    /// A struct, which serde would take from a list as well.
    fn structure<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_seq() {
            return Err(Error::expected("a mapping").of(self.node, self.span()));
        }
        self.deserialize_any(visitor)
    }

    fn seq<V: Visitor<'de>>(self, items: &'de [Node], visitor: V) -> Result<V::Value, Error> {
        let mut access = SeqReader { items: items.iter() };
        let value = visitor.visit_seq(&mut access).map_err(|error| error.of(self.node, self.span()))?;
        match access.items.next() {
            None => Ok(value),
            Some(extra) => Err(Error::plain(format!(
                "a list of {} where {} are expected",
                items.len(),
                items.len() - access.items.len() - 1
            ))
            .at(extra.span)),
        }
    }

    fn scalar<V: Visitor<'de>>(self, scalar: &'de Scalar, visitor: V) -> Result<V::Value, Error> {
        match scalar.kind {
            ScalarKind::Null => visitor.visit_unit(),
            ScalarKind::Bool(value) => visitor.visit_bool(value),
            ScalarKind::Int(value) => visitor.visit_i64(value),
            ScalarKind::Float(value) => visitor.visit_f64(value),
            ScalarKind::String => visitor.visit_borrowed_str(&scalar.text),
        }
    }
}

impl<'de> Deserializer<'de> for NodeReader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match &self.node.value {
            Value::Scalar(scalar) => self.scalar(scalar, visitor),
            Value::Seq(items) => self.seq(items, visitor),
            Value::Map(entries) => self.map(entries, visitor),
        };
        result.map_err(|error| error.of(self.node, self.span()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self).map_err(|error| error.of(self.node, self.span()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == spanned::NAME {
            return visitor.visit_map(spanned::Access::new(self, self.node.span));
        }
        self.structure(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let access = match &self.node.value {
            Value::Scalar(Scalar { kind: ScalarKind::String, text }) => {
                EnumReader { name: text, place: self.span(), value: None }
            }
            Value::Map(entries) => match entries.as_slice() {
                [entry] => EnumReader { name: &entry.key, place: entry.key_span, value: Some(&entry.value) },
                _ => return Err(Error::plain("expected a mapping with exactly one key").at(self.head())),
            },
            _ => return Err(Error::expected("a name").of(self.node, self.span())),
        };
        visitor.visit_enum(access).map_err(|error| error.of(self.node, self.span()))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier
    }
}

struct SeqReader<'de> {
    items: std::slice::Iter<'de, Node>,
}

impl<'de> de::SeqAccess<'de> for SeqReader<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let reader = NodeReader { node, key: None };
        seed.deserialize(reader).map(Some).map_err(|error| error.of(node, reader.span()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct MapReader<'de> {
    entries: std::slice::Iter<'de, Entry>,
    value: Option<&'de Entry>,
    /// The key that was read last.
    last: Option<Span>,
}

impl<'de> de::MapAccess<'de> for MapReader<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(entry);
        self.last = Some(entry.key_span);
        let reader = KeyReader { key: &entry.key, span: entry.key_span };
        seed.deserialize(reader).map(Some).map_err(|error| error.at(entry.key_span))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some(entry) = self.value.take() else { return Err(Error::plain("a value without a key")) };
        let reader = NodeReader { node: &entry.value, key: Some(entry.key_span) };
        seed.deserialize(reader).map_err(|error| error.of(&entry.value, reader.span()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key that is to become a value: always text.
#[derive(Clone, Copy)]
struct KeyReader<'de> {
    key: &'de str,
    span: Span,
}

impl<'de> Deserializer<'de> for KeyReader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.key)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == spanned::NAME {
            return visitor.visit_map(spanned::Access::new(self, self.span));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(EnumReader { name: self.key, place: self.span, value: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// A variant: a name alone, or the one key of a mapping with its value.
struct EnumReader<'de> {
    name: &'de str,
    place: Span,
    value: Option<&'de Node>,
}

impl<'de> EnumReader<'de> {
    fn value(&self) -> Result<NodeReader<'de>, Error> {
        match self.value {
            Some(node) => Ok(NodeReader { node, key: Some(self.place) }),
            None => Err(Error::needs_value(self.name).at(self.place)),
        }
    }
}

impl<'de> de::EnumAccess<'de> for EnumReader<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: de::value::BorrowedStrDeserializer<'de, Error> = de::value::BorrowedStrDeserializer::new(self.name);
        let variant = seed.deserialize(name.into_deserializer()).map_err(|error| error.at(self.place))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for EnumReader<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.value {
            Some(node) if !node.is_null() => Err(Error::takes_no_value(self.name).at(node.span)),
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let reader = self.value()?;
        seed.deserialize(reader).map_err(|error| error.of(reader.node, reader.span()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.value()?.structure(visitor)
    }
}

#[cfg(test)]
mod tests;
