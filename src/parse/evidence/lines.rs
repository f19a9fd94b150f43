//! JSON Lines: the root is the list of the lines.

use super::{ATTEMPTS, MAX_NODES};
use crate::finding::Finding;
use crate::parse::build::{failed, read, report, syntax_error, too_many};
use crate::parse::{Node, Parsed, json};
use crate::source::{SourceId, Span};

/// Reads the lines; one that cannot be read is a finding, and the others are read on.
pub(super) fn parse(text: &str, source: SourceId) -> Parsed {
    let mut items = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut nodes = MAX_NODES;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let own = line.trim_end_matches(['\n', '\r']);
        if own.trim().is_empty() || ATTEMPTS.iter().any(|attempt| own.starts_with(attempt)) {
            continue;
        }
        let parsed = json::parse_results(own, source, at, nodes);
        for finding in parsed.findings {
            let cut = at > 0 && !line.ends_with('\n');
            report(&mut findings, if cut { cut_off(finding) } else { finding });
        }
        if let Some(item) = parsed.root {
            nodes = nodes.saturating_sub(size(&item));
            items.push(item);
        }
        if nodes == 0 {
            return failed(findings, too_many(Span::new(source, at, at), MAX_NODES));
        }
    }
    let span = Span::new(source, 0, text.len());
    if items.is_empty() && findings.is_empty() {
        return failed(findings, syntax_error(Span::file(source), "an empty file holds no lines of JSON"));
    }
    read(Node::seq(items, span), findings)
}

/// The last line ends with the file: it may have been cut off.
fn cut_off(mut finding: Finding) -> Finding {
    if finding.rule.as_str() == crate::parse::build::SYNTAX_ERROR {
        finding.message = format!("{}; it is the last line: was the file cut off?", finding.message);
    }
    finding
}

/// How many nodes a tree has.
fn size(node: &Node) -> usize {
    let entries = node.entries().iter().map(|entry| size(&entry.value));
    1 + entries.chain(node.items().iter().map(size)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_own_bytes() {
        let text = "{\"a\": 1}\n\n{\"b\": NaN}\r\n{\"entry_type\": \"attempt\", \"x\": 1}\n";
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.findings, []);
        let root = parsed.root.unwrap();
        assert_eq!(root.items().len(), 2);
        let value = root.items()[1].get("b").unwrap();
        assert_eq!(&text[value.span.range()], "NaN");
    }

    #[test]
    fn a_broken_line_is_said_and_the_others_are_read() {
        let text = "{\"a\": 1}\n{\"b\": \n{\"c\": 2}\n{\"d\": [1, 2";
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.root.unwrap().items().len(), 2);
        assert_eq!(parsed.findings.len(), 2);
        assert!(!parsed.findings[0].message.contains("cut off"));
        assert!(parsed.findings[1].message.ends_with("was the file cut off?"), "{}", parsed.findings[1].message);
        assert!(parse("", SourceId(0)).root.is_none());
    }
}
