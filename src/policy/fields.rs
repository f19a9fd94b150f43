//! Reading a mapping of a policy file key by key.
//!
//! Policy files are read from the spanned tree itself, so that every mistake of
//! a file is reported, each at its own key. A key that is not in the table of
//! its mapping is an error with the nearest known key: nothing that is written
//! in a policy is ever ignored.

use jiff::civil::Date;

use super::error::Errors;
use crate::parse::{Entry, Node};
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// A mapping whose keys are all known.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    node: &'n Node,
    what: &'static str,
}

/// A string of a policy and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Text<'n> {
    /// The string.
    pub(super) text: &'n str,
    /// Where it stands.
    pub(super) span: Span,
}

impl<'n> Fields<'n> {
    /// Opens `node` as a mapping of `what` (`rule`, `clause`); a key outside of
    /// `known` is an error.
    pub(super) fn open(
        node: &'n Node,
        what: &'static str,
        known: &'static [&'static str],
        errors: &mut Errors,
    ) -> Option<Self> {
        if !node.is_map() {
            let keys = known.join(", ");
            errors.add_help(
                node.span,
                format!("a {what} is a mapping, not a {}", node.type_name()),
                format!("its keys are: {keys}"),
            );
            return None;
        }
        for Entry { key, key_span, .. } in node.entries() {
            if !known.contains(&&**key) {
                unknown(what, key, *key_span, known, errors);
            }
        }
        Some(Self { node, what })
    }

    /// Where the mapping stands, in short: its first key.
    pub(super) fn span(&self) -> Span {
        self.node.entries().first().map_or(self.node.span, |entry| entry.key_span)
    }

    /// The value of a key that is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key).filter(|value| !value.is_null())
    }

    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.node.entry(key)
    }

    /// A string.
    pub(super) fn text(&self, key: &'static str, errors: &mut Errors) -> Option<Text<'n>> {
        let node = self.get(key)?;
        let text = node.as_str();
        if text.is_none() {
            self.expected(key, "a string", node, errors);
        }
        text.map(|text| Text { text, span: node.span })
    }

    /// A string that must be there.
    pub(super) fn required(&self, key: &'static str, errors: &mut Errors) -> Option<Text<'n>> {
        if self.get(key).is_none() {
            errors.add(self.span(), format!("this {} has no `{key}`", self.what));
            return None;
        }
        self.text(key, errors)
    }

    /// Reports a key that must be there, whatever its type.
    pub(super) fn required_any(&self, key: &'static str, errors: &mut Errors) {
        if self.get(key).is_none() {
            errors.add(self.span(), format!("this {} has no `{key}`", self.what));
        }
    }

    /// A string, or nothing where it is absent.
    pub(super) fn owned(&self, key: &'static str, errors: &mut Errors) -> String {
        self.text(key, errors).map_or_else(String::new, |text| text.text.trim_end().to_owned())
    }

    /// `true` or `false`; false where it is absent.
    pub(super) fn flag(&self, key: &'static str, errors: &mut Errors) -> bool {
        self.bool(key, errors).unwrap_or(false)
    }

    /// `true` or `false`.
    pub(super) fn bool(&self, key: &'static str, errors: &mut Errors) -> Option<bool> {
        let node = self.get(key)?;
        let value = node.as_bool();
        if value.is_none() {
            self.expected(key, "`true` or `false`", node, errors);
        }
        value
    }

    /// A whole number that is not negative.
    pub(super) fn size(&self, key: &'static str, errors: &mut Errors) -> Option<usize> {
        let node = self.get(key)?;
        let value = node.text().filter(|_| node.as_f64().is_some()).and_then(|text| text.parse().ok());
        if value.is_none() {
            self.expected(key, "a whole number from 0", node, errors);
        }
        value
    }

    /// A day: 2026-11-21.
    pub(super) fn date(&self, key: &'static str, errors: &mut Errors) -> Option<Date> {
        let node = self.get(key)?;
        let value = node.text().and_then(|text| text.parse().ok());
        if value.is_none() {
            self.expected(key, "a date like 2026-11-21", node, errors);
        }
        value
    }

    /// A list of strings, or one string alone.
    pub(super) fn strings(&self, key: &'static str, errors: &mut Errors) -> Vec<Text<'n>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let mut strings = Vec::new();
        for item in node.one_or_many() {
            match item.as_str() {
                Some(text) => strings.push(Text { text, span: item.span }),
                None => self.expected(key, "a string", item, errors),
            }
        }
        strings
    }

    /// The items of a list.
    pub(super) fn list(&self, key: &'static str, errors: &mut Errors) -> &'n [Node] {
        let Some(node) = self.get(key) else { return &[] };
        if !node.is_seq() {
            self.expected(key, "a list", node, errors);
        }
        node.items()
    }

    fn expected(&self, key: &str, wanted: &str, found: &Node, errors: &mut Errors) {
        let shown = found.text().map_or_else(String::new, |text| format!(" `{}`", quote(text)));
        errors.add(found.span, format!("`{key}` of a {} is {wanted}, not the {}{shown}", self.what, found.type_name()));
    }
}

/// Reports a word that is not one of `known`.
pub(super) fn unknown(what: &str, word: &str, span: Span, known: &[&str], errors: &mut Errors) {
    let (noun, place) = match what {
        "check" | "kind" => (what, String::new()),
        _ => ("key", format!(" in a {what}")),
    };
    let help = did_you_mean(word, known.iter().copied())
        .map_or_else(|| format!("known are: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    errors.add_help(span, format!("unknown {noun} `{}`{place}", quote(word)), help);
}
