//! Keyed paths: the way to a node by what things are called and not by where they
//! stand in a list, so that a waiver still means the same metric after another one
//! was put before it.
//!
//! `stages[name=canary].traffic_percent`, `"a.b".c`, `metrics[id="x y"]`; a JSON
//! Pointer (`/metrics/0/value`) is read as well.

use crate::parse::{Node, Resolved};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// The one item whose key has that value.
    Item(String, String),
}

/// A path to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyedPath(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Pointer(Pointer),
    Steps(Vec<Step>),
}

/// A node and what it is filed under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) node: &'a Node,
    /// The key in front of it, if it has one.
    pub(super) key: Option<Span>,
}

impl KeyedPath {
    /// Reads a path; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            return Some(Self(Form::Pointer(Pointer::from_json_pointer(text))));
        }
        let mut rest = text;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (step, after) = bracket(inner)?;
                steps.push(step);
                rest = after;
            } else {
                let rest_of_path = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
                let (key, after) = word(rest_of_path, &['.', '[', ']', '='])?;
                steps.push(Step::Key(key));
                rest = after;
            }
        }
        (!steps.is_empty()).then_some(Self(Form::Steps(steps)))
    }

    /// The node that the path leads to from `root`; an error is why there is none.
    pub(super) fn find<'a>(&self, root: &'a Node) -> Result<Found<'a>, String> {
        match &self.0 {
            Form::Pointer(pointer) => match root.resolve(pointer) {
                Resolved::Found(node) => Ok(Found { node, key: root.key_span_of(pointer) }),
                Resolved::Missing { .. } => Err("it has no such node".to_owned()),
            },
            Form::Steps(steps) => {
                let start = Found { node: root, key: None };
                steps.iter().try_fold(start, |found, step| step.follow(found.node))
            }
        }
    }
}

impl Step {
    fn follow<'a>(&self, node: &'a Node) -> Result<Found<'a>, String> {
        match self {
            Self::Key(key) => match node.entry(key) {
                Some(entry) => Ok(Found { node: &entry.value, key: Some(entry.key_span) }),
                None => Err(no_such("key", key, node.entries().iter().map(|entry| &*entry.key))),
            },
            Self::Index(index) => match node.items().get(*index) {
                Some(item) => Ok(Found { node: item, key: None }),
                None => Err(format!("there is no item {index}")),
            },
            Self::Item(key, value) => {
                let wanted = |item: &&Node| item.get(key).and_then(Node::text) == Some(value);
                let mut items = node.items().iter().filter(wanted);
                match (items.next(), items.next()) {
                    (Some(item), None) => Ok(Found { node: item, key: None }),
                    (Some(_), Some(_)) => Err(format!("more than one item has the {} `{}`", quote(key), quote(value))),
                    (None, _) => {
                        let names = node.items().iter().filter_map(|item| item.get(key)?.text());
                        Err(no_such(&format!("item with the {}", quote(key)), value, names))
                    }
                }
            }
        }
    }
}

fn no_such<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let meant = did_you_mean(name, names).map_or(String::new(), |meant| format!("; did you mean `{}`?", quote(meant)));
    format!("it has no {what} `{}`{meant}", quote(name))
}

/// What stands between brackets, and what comes after them.
fn bracket(text: &str) -> Option<(Step, &str)> {
    let (key, after) = word(text, &['=', ']', '['])?;
    if let Some(after) = after.strip_prefix(']') {
        return Some((Step::Index(key.parse().ok()?), after));
    }
    let (value, after) = word(after.strip_prefix('=')?, &[']'])?;
    Some((Step::Item(key, value), after.strip_prefix(']')?))
}

/// A word in double quotes, or up to one of `ends`.
fn word<'a>(text: &'a str, ends: &[char]) -> Option<(String, &'a str)> {
    if let Some(inner) = text.strip_prefix('"') {
        let mut out = String::new();
        let mut escaped = false;
        for (at, c) in inner.char_indices() {
            match c {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => return Some((out, &inner[at + 1..])),
                c => {
                    escaped = false;
                    out.push(c);
                }
            }
        }
        return None;
    }
    let end = text.find(ends).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    (!word.trim().is_empty()).then(|| (word.trim().to_owned(), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    const TEXT: &str = "metrics:\n  - {id: a, value: 1}\n  - {id: b c, value: 2}\n  - {id: d, value: 3}\n  - {id: d, value: 4}\n\"x.y\": {z: 5}\n";

    fn find(path: &str) -> Result<String, String> {
        let root = yaml::parse(TEXT, SourceId(0), 0).root.unwrap();
        let path = KeyedPath::parse(path).ok_or("no path")?;
        path.find(&root).map(|found| found.node.to_json().to_string())
    }

    #[test]
    fn things_are_found_by_what_they_are_called() {
        assert_eq!(find("metrics[id=a].value").as_deref(), Ok("1"));
        assert_eq!(find("metrics[id=b c].value").as_deref(), Ok("2"));
        assert_eq!(find("metrics[id=\"b c\"].value").as_deref(), Ok("2"));
        assert_eq!(find("metrics[0].value").as_deref(), Ok("1"));
        assert_eq!(find("\"x.y\".z").as_deref(), Ok("5"));
        assert_eq!(find("/metrics/1/value").as_deref(), Ok("2"));
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(find("metrcs"), Err("it has no key `metrcs`; did you mean `metrics`?".into()));
        assert_eq!(find("metrics[id=bc]"), Err("it has no item with the id `bc`; did you mean `b c`?".into()));
        assert_eq!(find("metrics[id=d]"), Err("more than one item has the id `d`".into()));
        assert_eq!(find("metrics[9]"), Err("there is no item 9".into()));
        assert_eq!(find("/metrics/9"), Err("it has no such node".into()));
    }

    #[test]
    fn what_is_no_path_is_none() {
        for text in ["", ".", "a..b", "a[", "a[]", "a[=x]", "a[id=]", "a[x]", "a]b", "\"a", "a[id=x]b"] {
            assert_eq!(KeyedPath::parse(text), None, "{text:?}");
        }
    }
}
