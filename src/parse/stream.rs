//! Files of several documents, as Kubernetes manifests are kept: one mapping with the list
//! `documents`, in the order of the file.
//!
//! A line that begins with `---` ends a YAML document wherever it stands, so the text is
//! cut there and each part is parsed by itself, with its place in the file. These files
//! are written for other programs: what our own documents must not hold (merge keys, tags)
//! is not held against them as long as they can be read.

use super::{Node, Parsed, json as one_json, yaml as one_yaml};
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// The most documents that are read of one file.
const MAX_DOCUMENTS: usize = 1_000;

/// Reads a file of YAML documents.
pub fn yaml(text: &str, source: SourceId) -> Parsed {
    let (mut documents, mut findings) = (Vec::new(), Vec::new());
    for (offset, part) in parts(text).into_iter().take(MAX_DOCUMENTS) {
        let parsed = one_yaml::parse(part, source, offset);
        take(parsed, &mut documents, &mut findings);
    }
    stream(documents, findings, text, source)
}

/// Reads a file of one JSON document.
pub fn json(text: &str, source: SourceId) -> Parsed {
    let (mut documents, mut findings) = (Vec::new(), Vec::new());
    take(one_json::parse(text, source), &mut documents, &mut findings);
    stream(documents, findings, text, source)
}

fn take(parsed: Parsed, documents: &mut Vec<Node>, findings: &mut Vec<Finding>) {
    match parsed.root {
        Some(root) if root.is_null() => {}
        Some(root) => documents.push(root),
        None => findings.extend(parsed.findings),
    }
}

fn stream(documents: Vec<Node>, findings: Vec<Finding>, text: &str, source: SourceId) -> Parsed {
    let start = documents.first().map_or(Span::new(source, 0, 0), Node::anchor);
    let whole = Span::new(source, 0, text.len());
    let root = Node::map(start).with("documents", Node::seq(documents, whole));
    Parsed { root: Some(root), findings }
}

/// The parts between lines that begin with `---`, with the byte at which each begins.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let marker =
            line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        if marker && at > from {
            parts.extend(text.get(from..at).map(|part| (from, part)));
            from = at;
        }
        at += line.len();
    }
    parts.extend(text.get(from..).map(|part| (from, part)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(text: &str) -> (Vec<String>, usize) {
        let parsed = yaml(text, SourceId(0));
        let root = parsed.root.unwrap();
        let kinds = root.get("documents").unwrap().items().iter().map(|node| {
            let kind = node.get("kind").unwrap();
            assert_eq!(&text[kind.span.start as usize..kind.span.end as usize], kind.text().unwrap());
            kind.text().unwrap().to_owned()
        });
        (kinds.collect(), parsed.findings.len())
    }

    #[test]
    fn every_document_is_reached_and_keeps_its_place() {
        assert_eq!(documents("kind: A\n"), (vec!["A".into()], 0));
        assert_eq!(documents("# c\n---\nkind: A\n--- # next\r\nkind: B\n---\n"), (vec!["A".into(), "B".into()], 0));
        assert_eq!(documents("kind: A\n---\nkind: [\n---\nkind: B\n").0, ["A", "B"]);
        assert_eq!(documents("kind: A\n---\nkind: [\n").1, 1);
        assert_eq!(documents("kind: A\nx: |\n  ---\n  text\n"), (vec!["A".into()], 0));
        assert_eq!(documents(""), (vec![], 0));
    }

    #[test]
    fn what_other_programs_allow_is_no_finding() {
        assert_eq!(documents("kind: A\nbase: &b {x: 1}\nown: {<<: *b}\n"), (vec!["A".into()], 0));
        assert_eq!(documents("kind: A\n...\n---\nkind: B\n"), (vec!["A".into(), "B".into()], 0));
    }
}
