//! One sentence for each violation: what is wrong, and what should stand there.

use serde_json::Value as Json;

use super::fault::{Fault, Violation};
use super::trail::Trail;
use crate::parse::{Node, Scalar, Value};
use crate::pointer::{Pointer, Step};
use crate::text::{count, did_you_mean, quote};

/// The most values of an enumeration that a message lists.
const LISTED: usize = 10;

/// Longer values are not compared with the ones that are allowed.
const LONGEST: usize = 64;

/// The headline of a violation, and its help where the rule's own says less.
pub(super) fn write(whole: &str, root: &Node, violation: &Violation, trail: &Trail<'_>) -> (String, Option<String>) {
    let named = subject(whole, &violation.pointer);
    if let Fault::Missing(key) = &violation.fault {
        let help = trail.describe(key).map(|what| format!("add `{key}`: {}", lower_first(what)));
        return (format!("{named} has no `{key}`"), help);
    }
    let Some(node) = root.find(&violation.pointer) else { return (format!("{named} is not as it should be"), None) };
    (value(&named, node, violation, trail), None)
}

/// What is wrong with a value that is there.
fn value(named: &str, node: &Node, violation: &Violation, trail: &Trail<'_>) -> String {
    if node.is_null() {
        let in_list = matches!(violation.pointer.0.last(), Some(Step::Index(_)));
        return match (in_list, trail.required) {
            (true, _) => format!("{named} is empty: give the item a value or take it out"),
            (_, true) => format!("{named} is empty: expected {}", expected(trail)),
            _ => format!("{named} is empty: give it a value or leave the key out"),
        };
    }
    let found = shown(node);
    match &violation.fault {
        Fault::Type => match trail.found(node.type_name()) {
            Some(hint) => format!("{named} is {found}: {hint}"),
            None => format!("{named} is {found}: expected {}", expected(trail)),
        },
        Fault::Enum(options) => format!("{named} is {}: {}", plain(node), one_of(node, options)),
        Fault::Const(wanted) => format!("{named} is {}: expected `{wanted}`", plain(node)),
        Fault::Blank => format!("{named} is an empty string: expected {}", expected(trail)),
        Fault::Low(limit) => format!("{named} is {}: expected at least {limit}", plain(node)),
        Fault::High(limit) => format!("{named} is {}: expected at most {limit}", plain(node)),
        Fault::Few(limit) => format!("{named} has {}: expected at least {limit}", items(node)),
        Fault::Many(limit) => format!("{named} has {}: expected at most {limit}", items(node)),
        _ => match trail.expected {
            Some(expected) => format!("{named} is {}, not {expected}", plain(node)),
            None => format!("{named} is {}: expected {}", plain(node), expected(trail)),
        },
    }
}

fn items(node: &Node) -> String {
    count(node.items().len(), "item")
}

/// `one of …`, cut, with the value that was most likely meant.
fn one_of(node: &Node, options: &[String]) -> String {
    let mut listed = options.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if options.len() > LISTED {
        listed.push_str(", …");
    }
    let word = node.text().filter(|text| text.len() <= LONGEST);
    let near = word.and_then(|word| did_you_mean(word, options.iter().map(String::as_str)));
    near.map_or_else(
        || format!("expected one of {listed}"),
        |near| format!("expected one of {listed}; did you mean `{near}`?"),
    )
}

/// What should stand there: as the schema puts it, or by its types.
fn expected(trail: &Trail<'_>) -> String {
    if let Some(expected) = trail.expected {
        return expected.to_owned();
    }
    let types: Vec<&str> = match trail.schema.get("type") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
        _ => return "something else".to_owned(),
    };
    let words = types.into_iter().filter_map(|name| match name {
        "string" => Some("text"),
        "number" => Some("a number"),
        "integer" => Some("a whole number"),
        "boolean" => Some("`true` or `false`"),
        "array" => Some("a list"),
        "object" => Some("a mapping"),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" or ")
}

/// A value with its type: ``the string `x` ``, `a list`.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Scalar(Scalar { text, .. }) => format!("the {} `{}`", node.type_name(), quote(text)),
        _ => format!("a {}", node.type_name()),
    }
}

/// A value as it is written, where its type is not what matters.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::Scalar(Scalar { text, .. }) if !text.is_empty() => format!("`{}`", quote(text)),
        Value::Scalar(_) => "an empty string".to_owned(),
        _ => format!("a {}", node.type_name()),
    }
}

/// What a sentence is about.
fn subject(whole: &str, pointer: &Pointer) -> String {
    match name(pointer) {
        name if !name.is_empty() => format!("`{name}`"),
        _ => whole.to_owned(),
    }
}

/// The name of a node: its last key, with the places in lists that follow it;
/// empty for the document.
pub(super) fn name(pointer: &Pointer) -> String {
    let last_key = pointer.0.iter().rposition(|step| matches!(step, Step::Key(_))).unwrap_or(0);
    let tail = pointer.0.get(last_key..).unwrap_or(&[]);
    quote(&Pointer(tail.to_vec()).to_string())
}

/// A description as the end of a sentence: no capital, no full stop.
fn lower_first(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    let acronym = text.chars().nth(1).is_some_and(char::is_uppercase);
    match chars.next() {
        Some(first) if !acronym => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
