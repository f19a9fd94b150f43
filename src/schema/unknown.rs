//! Keys that a schema does not know.
//!
//! Nothing else in the world reads them, so that a misspelt key is as good as
//! absent without anyone being told. They are warnings of their own rule. Our
//! documents know all their keys but those that begin with `x-`; a card's front
//! matter may hold anything, so that only near misses are told there.

use serde_json::Value as Json;

use super::trail::{Trail, keys};
use crate::finding::{Finding, Fix};
use crate::parse::{Entry, Node};
use crate::pointer::Pointer;
use crate::rule::Severity;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// The rule of every unknown key.
const RULE: &str = "gate/unknown-field";

/// Near misses of a schema that is open otherwise: what is written, and what is
/// meant.
pub(super) const NEAR_MISSES: &str = "x-weighbridge-near-misses";

/// Longer keys are not compared with known ones.
const LONGEST: usize = 64;

/// The most keys that a message lists.
const LISTED: usize = 12;

/// A key that a closed mapping does not know.
pub(super) fn finding(root: &Node, pointer: &Pointer, key: &str, trail: &Trail<'_>) -> Finding {
    let mapping = root.find(pointer);
    let entry = mapping.and_then(|node| node.entry(key));
    let span = entry.map_or_else(|| root.span_of(pointer), |entry| entry.key_span);
    let known: Vec<&str> = trail.known_keys().filter(|known| *known != "$schema").collect();
    let near = if key.len() <= LONGEST { did_you_mean(key, known.iter().copied()) } else { None };
    let place = match super::sentence::name(pointer) {
        name if name.is_empty() => String::new(),
        name => format!(" in `{name}`"),
    };
    let ask = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let message = format!("unknown key `{}`{place}{ask}", quote(key));
    let mut finding = Finding::new(RULE, span, message).at(pointer.key(key)).key(key).help(help(&known));
    finding.at_most = Some(Severity::Warning);
    finding.fix = near.and_then(|near| {
        let free = mapping.is_some_and(|node| node.get(near).is_none());
        (free && is_slip(key, near)).then(|| rename(entry?, near))?
    });
    finding
}

fn help(known: &[&str]) -> String {
    let shown = known.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    let more = if known.len() > LISTED { ", …" } else { "" };
    format!("the keys here are {shown}{more}; keys of your own begin with `x-`")
}

/// The keys of an open mapping that are slips of keys that the schema knows.
pub(super) fn near_misses<'a>(schema: &'a Json, root: &'a Node) -> impl Iterator<Item = Finding> + 'a {
    let table = schema.get(NEAR_MISSES);
    let entries = if table.is_some() { root.entries() } else { &[] };
    entries.iter().filter_map(move |entry| {
        let key = &*entry.key;
        if key.len() > LONGEST || keys(schema).any(|known| known == key) {
            return None;
        }
        let listed = table?.get(key.to_lowercase().replace('-', "_")).and_then(Json::as_str);
        let meant = listed.or_else(|| keys(schema).find(|known| is_slip(key, known)))?;
        Some(near_miss(root, entry, meant))
    })
}

fn near_miss(root: &Node, entry: &Entry, meant: &str) -> Finding {
    let message = format!("`{}` is not a key that the Hub reads; did you mean `{meant}`?", quote(&entry.key));
    let pointer = Pointer::root().key(&*entry.key);
    let mut finding = Finding::new(RULE, entry.key_span, message).at(pointer).key(&*entry.key);
    finding.at_most = Some(Severity::Warning);
    if root.get(meant).is_none() {
        finding.fix = rename(entry, meant).map(|fix| Fix { safe: is_near(&entry.key, meant), ..fix });
        finding.help(format!("write `{meant}:`; the Hub ignores a key that it does not know"))
    } else {
        finding.help(format!("the card has `{meant}` as well; leave one of them, under that name"))
    }
}

/// Whether a key can only be a slip of the other: the same but for case, `-` and
/// `_`, or one letter away in a word that is long enough.
fn is_slip(key: &str, known: &str) -> bool {
    let (key, known) = (fold(key), fold(known));
    key == known || (known.chars().count() >= 6 && strsim::damerau_levenshtein(&key, &known) == 1)
}

/// Whether a key that is listed as a near miss is that by its letters: a fix of
/// `licence` is certain, one of `task` is a guess.
fn is_near(key: &str, known: &str) -> bool {
    let (key, known) = (fold(key), fold(known));
    known.starts_with(&key) || strsim::damerau_levenshtein(&key, &known) <= 2
}

fn fold(text: &str) -> String {
    text.to_lowercase().replace(['-', ' ', '_'], "")
}

/// Writes a key anew, in quotes where it stands in quotes.
fn rename(entry: &Entry, to: &str) -> Option<Fix> {
    let Span { start, end, .. } = entry.key_span;
    let replacement = match (end - start) as usize {
        bytes if bytes == entry.key.len() => to.to_owned(),
        bytes if bytes == entry.key.len() + 2 => format!("\"{to}\""),
        _ => return None,
    };
    let title = format!("rename the key to `{to}`");
    Some(Fix { title, span: entry.key_span, replacement, safe: true })
}

#[cfg(test)]
mod tests {
    use super::{is_near, is_slip};

    #[test]
    fn slips_are_certain() {
        assert!(is_slip("base-model", "base_model"));
        assert!(is_slip("Tags", "tags"));
        assert!(is_slip("licennse", "license"));
        assert!(is_slip("verison", "version"));
        assert!(!is_slip("tag", "tags"), "one letter of four is not certain");
        assert!(!is_slip("licence_of_code", "license"));
        assert!(is_near("liscence", "license") && is_near("lang", "language"));
        assert!(!is_near("task", "pipeline_tag") && !is_near("library_tag", "library_name"));
    }
}
