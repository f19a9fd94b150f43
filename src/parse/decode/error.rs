//! serde's errors in our words, placed as they pass the node at fault.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::DecodeError;
use crate::parse::{Node, ScalarKind, Value};
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// An error on its way up: without a place until the first node that knows one.
#[derive(Debug)]
pub(super) struct Error {
    span: Option<Span>,
    message: String,
    help: Option<String>,
    fault: Fault,
}

#[derive(Debug, PartialEq)]
enum Fault {
    /// The node is of another type than this; the message is made from the node.
    Type(String),
    /// The mapping lacks a key.
    Missing,
    /// The message says it all.
    Other,
}

impl Error {
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), help: None, fault: Fault::Other }
    }

    /// Of a node that is not what was expected.
    pub(super) fn expected(what: &str) -> Self {
        Self { fault: Fault::Type(what.to_owned()), ..Self::plain(format!("expected {what}")) }
    }

    /// Of a variant that was written without its value.
    pub(super) fn needs_value(name: &str) -> Self {
        let name = quote(name);
        Self { help: Some(format!("write `{name}: …`")), ..Self::plain(format!("`{name}` needs a value")) }
    }

    /// Of a variant that was written with a value that it does not have.
    pub(super) fn takes_no_value(name: &str) -> Self {
        let name = quote(name);
        Self { help: Some(format!("write `{name}` alone")), ..Self::plain(format!("`{name}` takes no value")) }
    }

    /// Whether a node was of another type than expected.
    pub(super) fn is_type(&self) -> bool {
        matches!(self.fault, Fault::Type(_))
    }

    /// Whether a mapping lacks a key.
    pub(super) fn is_missing(&self) -> bool {
        self.fault == Fault::Missing
    }

    /// At this place, unless it has one already.
    pub(super) fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// About this node, unless it is about another already.
    pub(super) fn of(mut self, node: &Node, span: Span) -> Self {
        if self.span.is_none()
            && let Fault::Type(expected) = &self.fault
        {
            self.message = format!("expected {expected}, found {}", found(node));
            self.help = type_help(expected, node);
        }
        self.at(span)
    }

    pub(super) fn finish(self, root: Span) -> DecodeError {
        DecodeError { span: self.span.unwrap_or(root), message: self.message, help: self.help }
    }
}

/// A node as a sentence names it.
fn found(node: &Node) -> String {
    match &node.value {
        Value::Map(_) => "a mapping".to_owned(),
        Value::Seq(_) => "a list".to_owned(),
        Value::Scalar(scalar) => {
            let text = quote(&scalar.text);
            match scalar.kind {
                ScalarKind::Null => "nothing".to_owned(),
                ScalarKind::Bool(_) => format!("the boolean `{text}`"),
                ScalarKind::Int(_) | ScalarKind::Float(_) => format!("the number `{text}`"),
                ScalarKind::String => format!("the text `{text}`"),
            }
        }
    }
}

/// What to write where only quotes are missing or too many.
fn type_help(expected: &str, node: &Node) -> Option<String> {
    let scalar = node.scalar()?;
    let text = quote(&scalar.text);
    match scalar.kind {
        ScalarKind::Bool(_) | ScalarKind::Int(_) | ScalarKind::Float(_) if expected == "text" => {
            Some(format!("put it in quotes: `\"{text}\"`"))
        }
        ScalarKind::String if expected.contains("number") && text.parse::<f64>().is_ok() => {
            Some(format!("write it without quotes: `{text}`"))
        }
        ScalarKind::String if expected == "`true` or `false`" => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" | "y" => Some("write `true`".to_owned()),
            "no" | "off" | "false" | "n" => Some("write `false`".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// What a type of Rust is called in a document.
fn in_words(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "a string" | "str" | "string" => "text".to_owned(),
        "a character" => "a single character".to_owned(),
        "a boolean" | "bool" => "`true` or `false`".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number of 0 or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "unit" => "nothing".to_owned(),
        _ if text.starts_with("struct ") => "a mapping".to_owned(),
        _ if text.starts_with("tuple ") || text.starts_with("a tuple") => "a list".to_owned(),
        _ => text,
    }
}

fn names(candidates: &[&str]) -> String {
    candidates.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// An unknown name with the names that are known.
fn unknown(what: &str, name: &str, candidates: &'static [&'static str]) -> Error {
    let shown = quote(name);
    let message = match candidates {
        [] => format!("unknown {what} `{shown}`: none is expected here"),
        [one] => format!("unknown {what} `{shown}`: expected `{one}`"),
        many => format!("unknown {what} `{shown}`: expected one of {}", names(many)),
    };
    let help = did_you_mean(name, candidates.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    Error { help, ..Error::plain(message) }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::plain(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(&in_words(expected))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(&in_words(expected))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::plain(format!("a list of {length} where {} is expected", in_words(expected)))
    }

    fn unknown_variant(name: &str, candidates: &'static [&'static str]) -> Self {
        unknown("value", name, candidates)
    }

    fn unknown_field(name: &str, candidates: &'static [&'static str]) -> Self {
        unknown("key", name, candidates)
    }

    fn missing_field(name: &'static str) -> Self {
        Self { fault: Fault::Missing, ..Self::plain(format!("the key `{name}` is missing")) }
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::plain(format!("the key `{name}` is written twice, under two names"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl de::StdError for Error {}
