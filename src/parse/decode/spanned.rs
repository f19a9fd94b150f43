//! A value with its place, by a struct name that only our deserializers know.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, Visitor};

use super::error::Error;
use crate::source::{SourceId, Span};

/// The struct that stands for "with its span".
pub(super) const NAME: &str = "$weighbridge::Spanned";

const FIELDS: &[&str] = &["source", "start", "end", "value"];

/// A value and where it stands. Filled by [`super::from_node`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// What is said.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
        let mut number = |name| match map.next_entry::<&str, u32>()? {
            Some((key, value)) if key == name => Ok(value),
            _ => Err(de::Error::custom("a place is known only where a tree is decoded directly")),
        };
        let (source, start, end) = (number("source")?, number("start")?, number("end")?);
        map.next_key::<&str>()?;
        let value = map.next_value()?;
        Ok(Spanned { value, span: Span { source: SourceId(source), start, end } })
    }
}

/// Gives the three numbers of the span, then the value itself.
pub(super) struct Access<R> {
    reader: Option<R>,
    numbers: [u32; 3],
    at: usize,
}

impl<R> Access<R> {
    pub(super) fn new(reader: R, span: Span) -> Self {
        Self { reader: Some(reader), numbers: [span.source.0, span.start, span.end], at: 0 }
    }
}

impl<'de, R: Deserializer<'de, Error = Error>> MapAccess<'de> for Access<R> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = FIELDS.get(self.at) else { return Ok(None) };
        let name: de::value::BorrowedStrDeserializer<'de, Error> = de::value::BorrowedStrDeserializer::new(name);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let at = self.at;
        self.at += 1;
        match (self.numbers.get(at), self.reader.take()) {
            (Some(number), reader) => {
                self.reader = reader;
                seed.deserialize((*number).into_deserializer())
            }
            (None, Some(reader)) => seed.deserialize(reader),
            (None, None) => Err(Error::plain("a value without a key")),
        }
    }
}
