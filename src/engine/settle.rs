//! What every finding gets before it is reported, whoever raised it: its severity
//! by the catalog and the configuration, the way to its node, a fingerprint that
//! survives moved lines, and a place in the one order.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::rule::{RuleId, Severity};
use crate::source::{SourceMap, Span};

/// The most findings of one rule in one file that are reported one by one.
const MOST: usize = 100;

/// Settles findings. `severity` gives each its severity, or `None` where its rule
/// is off at that path.
pub(super) fn settle(
    findings: Vec<Finding>,
    documents: &[Document],
    sources: &SourceMap,
    severity: &dyn Fn(&Finding, &str) -> Option<Severity>,
    raised_by_schema: &dyn Fn(&Finding) -> bool,
) -> Vec<Finding> {
    let by_source: BTreeMap<u32, &Document> = documents.iter().map(|document| (document.source.0, document)).collect();
    let mut settled: Vec<Finding> = findings
        .into_iter()
        .filter_map(|mut finding| {
            let document = by_source.get(&finding.primary.span.source.0);
            let path = document.map_or_else(|| sources.of(finding.primary.span).path(), |document| &document.path);
            let level = severity(&finding, path)?;
            finding.severity = finding.at_most.map_or(level, |cap| cap.min(level));
            Some(finding)
        })
        .collect();
    point(&mut settled, &by_source);
    settled.sort_by(|a, b| order(a, sources).cmp(&order(b, sources)));
    settled.dedup_by(|a, b| a.rule == b.rule && a.primary.span == b.primary.span && a.message == b.message);
    yield_to_rules(&mut settled, raised_by_schema);
    fingerprint(&mut settled, sources);
    settled
}

/// Two lists of settled findings as one.
pub(super) fn merged(mut findings: Vec<Finding>, more: Vec<Finding>, sources: &SourceMap) -> Vec<Finding> {
    if !more.is_empty() {
        findings.extend(more);
        findings.sort_by(|a, b| order(a, sources).cmp(&order(b, sources)));
    }
    findings
}

/// One defect, one finding: what a rule says of a node is better than what the
/// schema says of the same node, unless it counts for less.
fn yield_to_rules(findings: &mut Vec<Finding>, raised_by_schema: &dyn Fn(&Finding) -> bool) {
    let place = |finding: &Finding| (finding.primary.span.source.0, finding.pointer.clone());
    let mut judged: BTreeMap<(u32, Pointer), Severity> = BTreeMap::new();
    for finding in findings.iter().filter(|one| !raised_by_schema(one) && one.pointer != Pointer::root()) {
        let most = judged.entry(place(finding)).or_insert(finding.severity);
        *most = finding.severity.max(*most);
    }
    findings.retain(|finding| {
        !raised_by_schema(finding) || judged.get(&place(finding)).is_none_or(|most| *most < finding.severity)
    });
}

/// At most [`MOST`] findings of a rule in a file; the last one says how many more
/// there are. A document that is wrong a thousand times is wrong. Only what counts is
/// capped: a waiver for one place must not hide what the last one stands for.
pub(super) fn capped(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen: BTreeMap<(u32, RuleId), usize> = BTreeMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut last: BTreeMap<(u32, RuleId), usize> = BTreeMap::new();
    for finding in findings {
        let key = (finding.primary.span.source.0, finding.rule.clone());
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        if *count <= MOST {
            last.insert(key, kept.len());
            kept.push(finding);
        }
    }
    for (key, count) in seen.iter().filter(|(_, count)| **count > MOST) {
        if let Some(finding) = last.get(key).and_then(|at| kept.get_mut(*at)) {
            let more = crate::text::count(count - MOST, "more finding");
            finding.message = format!("{} (and {more} of this rule in this file)", finding.message);
        }
    }
    kept
}

fn order<'a>(finding: &'a Finding, sources: &'a SourceMap) -> (&'a str, u32, u32, &'a str, &'a str) {
    let span = finding.primary.span;
    (sources.of(span).path(), span.start, span.end, finding.rule.as_str(), &finding.message)
}

/// Gives each finding the way to the node (or key) that stands exactly where it is
/// shown. A document is walked once, however many findings it has.
fn point(findings: &mut [Finding], by_source: &BTreeMap<u32, &Document>) {
    let mut ways: BTreeMap<Span, Option<Pointer>> =
        findings.iter().map(|finding| (finding.primary.span, None)).collect();
    let sources: BTreeSet<u32> = ways.keys().map(|span| span.source.0).collect();
    for document in sources.iter().filter_map(|source| by_source.get(source)) {
        find_ways(&document.root, &mut ways);
    }
    for finding in findings {
        if let Some(way) = ways.get(&finding.primary.span).cloned().flatten() {
            finding.pointer = way;
        }
    }
}

/// Fills in the ways to those spans that are keys or values of a tree, or stand within a
/// single value (a word of a command line); the first that is met is taken.
fn find_ways(root: &Node, ways: &mut BTreeMap<Span, Option<Pointer>>) {
    let mut open = vec![(root, Pointer::root())];
    while let Some((node, pointer)) = open.pop() {
        for entry in node.entries() {
            let pointer = pointer.key(&*entry.key);
            met(ways, entry.key_span, &pointer);
            met_value(ways, &entry.value, &pointer);
            open.push((&entry.value, pointer));
        }
        for (index, item) in node.items().iter().enumerate() {
            let pointer = pointer.index(index);
            met_value(ways, item, &pointer);
            open.push((item, pointer));
        }
    }
}

fn met(ways: &mut BTreeMap<Span, Option<Pointer>>, span: Span, pointer: &Pointer) {
    if let Some(way @ None) = ways.get_mut(&span) {
        *way = Some(pointer.clone());
    }
}

fn met_value(ways: &mut BTreeMap<Span, Option<Pointer>>, value: &Node, pointer: &Pointer) {
    let Span { start, end, .. } = value.span;
    met(ways, value.span, pointer);
    if value.scalar().is_none() || start == end {
        return;
    }
    let within = Span { end: start, ..value.span }..Span { start: end, ..value.span };
    for (_, way) in ways.range_mut(within).filter(|(span, way)| span.end <= end && way.is_none()) {
        *way = Some(pointer.clone());
    }
}

/// Fills in the fingerprints: rule, path, pointer and key, and a count where all
/// four are the same.
fn fingerprint(findings: &mut [Finding], sources: &SourceMap) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let path = sources.of(finding.primary.span).path();
        let identity = format!("{}\0{}\0{}\0{}", finding.rule, path, finding.pointer.to_json_pointer(), finding.key);
        let nth = seen.entry(identity.clone()).or_default();
        *nth += 1;
        let digest: [u8; 32] = Sha256::digest(format!("{identity}\0{nth}")).into();
        let text = crate::facts::digest::format(&digest);
        finding.fingerprint = text.trim_start_matches("sha256:").chars().take(32).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn a_schema_yields_to_rules_that_count_for_no_less() {
        let at = Pointer::root().key("a");
        let finding = |rule: &str, severity| {
            let mut finding = Finding::new(rule, Span::file(SourceId(0)), "m").at(at.clone());
            finding.severity = severity;
            finding
        };
        let left = |rule| {
            let mut findings = vec![finding("schema", Severity::Error), finding("rule", rule)];
            yield_to_rules(&mut findings, &|finding| finding.rule.as_str() == "schema");
            findings.iter().map(|finding| finding.rule.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(left(Severity::Error), "rule");
        assert_eq!(left(Severity::Warning), "schema rule");
    }
}
