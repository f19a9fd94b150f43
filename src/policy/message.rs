//! The words of a finding: text with `{selector}` and `{reason}` in it.
//!
//! A value that is not there prints `‹missing›`: a message never suppresses the
//! finding that it is about. Values of documents go through [`text::quote`]. `{{`
//! and `}}` are braces.

use super::lookup::{Origin, Scope};
use super::select::Selector;
use crate::text;

/// The most values that one `{selector}` prints.
const VALUES: usize = 5;

/// The most characters of a fact that `{selector}` prints.
const FACT: usize = 300;

/// A text with places to fill.
#[derive(Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Reason,
    At(Selector),
}

impl Template {
    /// Reads a text; every selector in it must parse.
    pub(super) fn parse(source: &str, names: &[String]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = source.trim_end();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                literal.push_str(from.get(..1).unwrap_or(""));
                rest = after;
                continue;
            }
            let Some(inside) = from.strip_prefix('{') else {
                return Err("a `}` without its `{` (write `}}` for a brace)".to_owned());
            };
            let (selector, after) = split(inside).ok_or("a `{` is never closed (write `{{` for a brace)")?;
            parts.push(Part::Text(std::mem::take(&mut literal)));
            parts.push(match selector {
                "reason" => Part::Reason,
                selector => Part::At(Selector::parse(selector, names)?),
            });
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self { parts })
    }

    /// The text with everything filled in as documents have it, and not as people are to
    /// see it; `None` where a selector does not lead to one value.
    pub(super) fn fill_exactly<'a>(&'a self, scope: &Scope<'a>, reason: &str) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Reason => out.push_str(reason),
                Part::At(selector) => match scope.find(selector).hits.as_slice() {
                    [hit] => out.push_str(hit.node.text()?),
                    _ => return None,
                },
            }
        }
        Some(out)
    }

    /// The selectors in it.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.parts.iter().filter_map(|part| match part {
            Part::At(selector) => Some(selector),
            _ => None,
        })
    }

    /// Whether there is nothing to fill in.
    pub(super) fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The text as it was written, for people who read about the rule.
    pub(super) fn written(&self) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Reason => "{reason}".to_owned(),
            Part::At(selector) => format!("{{{}}}", selector.text),
        };
        self.parts.iter().map(part).collect()
    }

    /// The text with everything filled in.
    pub(super) fn fill<'a>(&'a self, scope: &Scope<'a>, reason: &str) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Reason => out.push_str(reason),
                Part::At(selector) => out.push_str(&show(scope, selector)),
            }
        }
        out
    }
}

/// Splits at the brace that closes, past one that opens inside of brackets.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn show<'a>(scope: &Scope<'a>, selector: &'a Selector) -> String {
    let found = scope.find(selector);
    if found.hits.is_empty() {
        return "‹missing›".to_owned();
    }
    let mut shown: Vec<String> = Vec::new();
    for hit in found.hits.iter().take(VALUES) {
        let items = hit.node.items();
        match hit.node.text() {
            // The pack's own words are trusted, and may be long.
            Some(text) if hit.origin == Origin::Data => shown.push(text.to_owned()),
            // A fact may be a sentence that quotes the document in its parts.
            Some(text) if hit.origin == Origin::Facts => shown.push(text::quote_within(text, FACT)),
            _ if items.is_empty() => shown.push(value(hit.node)),
            _ => {}
        }
        shown.extend(items.iter().take(VALUES).map(value));
    }
    let more = found.hits.len().saturating_sub(VALUES);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    shown.join(", ") + &more
}

/// A node in a few words: a scalar as it was written, anything else by its id or
/// its type.
pub(super) fn value(node: &crate::parse::Node) -> String {
    let named = || ["id", "name"].into_iter().find_map(|key| node.get(key).and_then(crate::parse::Node::text));
    match node.text().or_else(named) {
        Some(text) => text::quote(text),
        None => format!("‹{}›", node.type_name()),
    }
}
