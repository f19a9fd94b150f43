//! Setting a string in a document and leaving every other byte as it is: comments,
//! order, quotes and line ends stay the author's.
//!
//! The text is parsed, changed at one place and parsed again; unless the new tree is the
//! old one with that string, nothing is changed.

use serde_json::Value as Json;

use super::{Node, Resolved, Scalar, Syntax, data};
use crate::pointer::{Pointer, Step};
use crate::source::SourceId;

/// The text with `value` at `pointer`, whose last key, or last two, may be new. `None`
/// where that cannot be done without touching anything else.
pub fn set(text: &str, syntax: Syntax, pointer: &Pointer, value: &str) -> Option<String> {
    let root = sound(text, syntax)?;
    let edited = match root.resolve(pointer) {
        Resolved::Found(node) => replace(text, node, &quoted(value)),
        Resolved::Missing { deepest, depth, .. } => {
            let keys: Option<Vec<&str>> = pointer
                .0
                .get(depth..)?
                .iter()
                .map(|step| if let Step::Key(key) = step { Some(&**key) } else { None })
                .collect();
            insert(text, syntax, &root, deepest, &keys?, value)
        }
    }?;
    let after = sound(&edited, syntax)?.to_json();
    let mut wanted = root.to_json();
    put(&mut wanted, &pointer.0, value)?;
    (after == wanted).then_some(edited)
}

fn sound(text: &str, syntax: Syntax) -> Option<Node> {
    let parsed = data(syntax, text, SourceId(0));
    parsed.root.filter(|root| root.is_map() && parsed.findings.is_empty())
}

/// The tree with a string at a place, as JSON.
fn put(tree: &mut Json, steps: &[Step], value: &str) -> Option<()> {
    match steps {
        [] => *tree = Json::String(value.to_owned()),
        [Step::Index(index), rest @ ..] => put(tree.get_mut(*index)?, rest, value)?,
        [Step::Key(key), rest @ ..] => {
            if tree.is_null() {
                *tree = Json::Object(serde_json::Map::new());
            }
            put(tree.as_object_mut()?.entry(&**key).or_insert(Json::Null), rest, value)?;
        }
    }
    Some(())
}

/// What to write for `new` in the place of a scalar that is written as `was`: in quotes where
/// that is in quotes, or where without them it would not be that string. `None` where the
/// scalar is a block of lines.
pub fn in_place_of(was: &str, value: &Scalar, new: &str, syntax: Syntax) -> Option<String> {
    let bare = *was == *value.text;
    if !bare && !was.starts_with(['"', '\'']) {
        return None;
    }
    let bare = bare && matches!(syntax, Syntax::Yaml | Syntax::Markdown);
    Some(if bare { scalar(new) } else { in_quotes(new) })
}

/// A text as YAML that is that string wherever it stands, in quotes where it must be.
pub fn scalar(text: &str) -> String {
    if is_bare_string(text) { text.to_owned() } else { in_quotes(text) }
}

/// JSON's quotes and escapes are those of YAML and TOML as well.
fn in_quotes(text: &str) -> String {
    Json::from(text).to_string()
}

/// Words that the readers of older YAML take for booleans.
const OLD_BOOLEANS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];

/// Whether YAML reads a text as that string, wherever it stands.
fn is_bare_string(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+');
    let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
    letter
        && text.chars().all(plain)
        && !OLD_BOOLEANS.contains(&text.to_ascii_lowercase().as_str())
        && data(Syntax::Yaml, text, SourceId(0)).root.is_some_and(|root| root.as_str() == Some(text))
}

/// Digests and the like: text that needs no escapes.
fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

fn replace(text: &str, node: &Node, with: &str) -> Option<String> {
    node.scalar()?;
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let gap = if start == end && !before.ends_with(' ') { " " } else { "" };
    Some(format!("{before}{gap}{with}{after}"))
}

fn insert(text: &str, syntax: Syntax, root: &Node, parent: &Node, keys: &[&str], value: &str) -> Option<String> {
    let [key, rest @ ..] = keys else { return None };
    let flow = match rest {
        [] => quoted(value),
        [inner] => pair_in_braces(syntax, inner, value),
        _ => return None,
    };
    if parent.is_null() {
        return replace(text, parent, &pair_in_braces(syntax, key, value)).filter(|_| rest.is_empty());
    }
    if !parent.is_map() {
        return None;
    }
    let (start, end) = (parent.span.start as usize, parent.span.end as usize);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if text.get(start..)?.starts_with('{') {
        return insert_in_braces(text, syntax, parent, key, &flow, newline);
    }
    let whole = parent.span == root.span;
    if syntax == Syntax::Toml && whole {
        let table = match rest {
            [inner] => format!("{newline}[{key}]{newline}{inner} = {}{newline}", quoted(value)),
            _ => return None,
        };
        let gap = if text.ends_with('\n') { "" } else { newline };
        return Some(format!("{text}{gap}{table}"));
    }
    let last = parent.entries().last()?;
    let line = text.get(..last.key_span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let column = text.get(line..last.key_span.start as usize)?.chars().count();
    let indent = " ".repeat(column);
    let added = match (syntax, rest) {
        (Syntax::Toml, _) => format!("{indent}{key} = {flow}"),
        (_, [inner]) => format!("{indent}{key}:{newline}{indent}  {inner}: {}", quoted(value)),
        _ => format!("{indent}{key}: {flow}"),
    };
    let from = end.max(last.value.span.end as usize).max(last.key_span.end as usize);
    // A block ends behind its last line; what follows belongs to the next one.
    let from = if text.get(..from)?.ends_with('\n') { from - 1 } else { from };
    let at = text.get(from..)?.find('\n').map_or(text.len(), |at| from + at + 1);
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let gap = if before.ends_with('\n') { "" } else { newline };
    Some(format!("{before}{gap}{added}{newline}{after}"))
}

fn pair_in_braces(syntax: Syntax, key: &str, value: &str) -> String {
    let value = quoted(value);
    match syntax {
        Syntax::Json => format!("{{\"{key}\": {value}}}"),
        Syntax::Toml => format!("{{{key} = {value}}}"),
        _ => format!("{{{key}: {value}}}"),
    }
}

/// Behind the last entry of a mapping in braces, on a line of its own where that one is.
fn insert_in_braces(
    text: &str,
    syntax: Syntax,
    parent: &Node,
    key: &str,
    value: &str,
    newline: &str,
) -> Option<String> {
    let pair = match syntax {
        Syntax::Json => format!("\"{key}\": {value}"),
        Syntax::Toml => format!("{key} = {value}"),
        _ => format!("{key}: {value}"),
    };
    let Some(last) = parent.entries().last() else {
        let at = parent.span.start as usize + 1;
        return Some(format!("{}{pair}{}", text.get(..at)?, text.get(at..)?));
    };
    let key_start = last.key_span.start as usize;
    let line = text.get(..key_start)?.rfind('\n').map_or(0, |at| at + 1);
    let lead = text.get(line..key_start)?.trim_end_matches('"');
    let gap = if lead.chars().all(char::is_whitespace) { format!("{newline}{lead}") } else { " ".to_owned() };
    let at = last.value.span.end as usize;
    Some(format!("{},{gap}{pair}{}", text.get(..at)?, text.get(at..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, syntax: Syntax, pointer: &str) -> Option<String> {
        set(text, syntax, &Pointer::from_json_pointer(pointer), "sha256:1")
    }

    #[track_caller]
    fn becomes(text: &str, syntax: Syntax, pointer: &str, expected: &str) {
        assert_eq!(edited(text, syntax, pointer).as_deref(), Some(expected));
    }

    #[test]
    fn a_new_value_is_quoted_where_it_must_be() {
        let scalar = |text: &str| Scalar { kind: crate::parse::ScalarKind::String, text: text.into() };
        let put = |was: &str, new: &str, syntax| in_place_of(was, &scalar(was.trim_matches(['"', '\''])), new, syntax);
        assert_eq!(put("MIT", "mit", Syntax::Markdown).as_deref(), Some("mit"));
        assert_eq!(put("\"MIT\"", "mit", Syntax::Yaml).as_deref(), Some("\"mit\""));
        assert_eq!(put("'MIT'", "mit", Syntax::Toml).as_deref(), Some("\"mit\""));
        assert_eq!(put("1", "mit", Syntax::Json).as_deref(), Some("\"mit\""));
        for odd in ["no", "Y", "n", "1.0", "null", "a: b", "a #b", "@x", "", "x\ny", "-"] {
            let quoted = put("old", odd, Syntax::Yaml).unwrap();
            let read = data(Syntax::Yaml, &format!("a: {quoted}\n"), SourceId(0)).root.unwrap();
            assert!(quoted.starts_with('"') && read.get("a").and_then(Node::as_str) == Some(odd), "{odd:?}");
        }
        assert_eq!(in_place_of(">-\n  MIT", &scalar("MIT"), "mit", Syntax::Yaml), None, "a block");
    }

    #[test]
    fn only_the_value_changes() {
        let yaml = "# first\r\nbound_to:\r\n  card: 'old'   # why\r\n  packet:\r\nx: [1,  2]\r\n";
        becomes(yaml, Syntax::Yaml, "/bound_to/card", &yaml.replace("'old'", "\"sha256:1\""));
        becomes(yaml, Syntax::Yaml, "/bound_to/packet", &yaml.replace("packet:", "packet: \"sha256:1\""));
        becomes(
            yaml,
            Syntax::Yaml,
            "/bound_to/new",
            &yaml.replace("packet:\r\n", "packet:\r\n  new: \"sha256:1\"\r\n"),
        );
        becomes("{\"a\": {\"b\": null}}", Syntax::Json, "/a/b", "{\"a\": {\"b\": \"sha256:1\"}}");
        becomes("a.b = 'x' # why\n", Syntax::Toml, "/a/b", "a.b = \"sha256:1\" # why\n");
    }

    #[test]
    fn what_is_missing_is_put_where_it_belongs() {
        becomes("a: 1", Syntax::Yaml, "/b/c", "a: 1\nb:\n  c: \"sha256:1\"\n");
        becomes("b: {c: 1} # x\n", Syntax::Yaml, "/b/d", "b: {c: 1, d: \"sha256:1\"} # x\n");
        becomes("b: {}\n", Syntax::Yaml, "/b/d", "b: {d: \"sha256:1\"}\n");
        becomes("b:\na: 1\n", Syntax::Yaml, "/b/d", "b: {d: \"sha256:1\"}\na: 1\n");
        becomes(
            "steps:\n  - id: x\n    evidence:\n      - path: a.yaml\n\nz: 1\n",
            Syntax::Yaml,
            "/steps/0/evidence/0/digest",
            "steps:\n  - id: x\n    evidence:\n      - path: a.yaml\n        digest: \"sha256:1\"\n\nz: 1\n",
        );
        becomes("{\n  \"a\": 1\n}\n", Syntax::Json, "/b/c", "{\n  \"a\": 1,\n  \"b\": {\"c\": \"sha256:1\"}\n}\n");
        becomes("a = 1\n", Syntax::Toml, "/b/c", "a = 1\n\n[b]\nc = \"sha256:1\"\n");
        becomes("[b]\nc = 1\n\n[d]\n", Syntax::Toml, "/b/x", "[b]\nc = 1\nx = \"sha256:1\"\n\n[d]\n");
    }

    #[test]
    fn what_cannot_be_done_safely_is_not_done() {
        assert_eq!(edited("a: [", Syntax::Yaml, "/a"), None, "it cannot be read");
        assert_eq!(edited("a: {b: 1}\n", Syntax::Yaml, "/a"), None, "a mapping is no string");
        assert_eq!(edited("a: [1]\n", Syntax::Yaml, "/a/7"), None, "there is no such item");
        assert_eq!(edited("a: &x {b: old}\nc: *x\n", Syntax::Yaml, "/a/b"), None, "an alias would change as well");
    }
}
