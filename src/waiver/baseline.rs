//! The baseline: how many findings of each rule each document had when the gate was
//! put up. That many do not count; one more, and all of them do. It can only shrink.
//!
//! Findings are counted and not listed, so that a document may be edited without
//! its old findings coming back as new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{RULE, about};
use crate::finding::Finding;
use crate::parse::{self, Node, Scalar, ScalarKind, Value};
use crate::rule::Severity;
use crate::source::{Source, SourceId, Span};
use crate::text::{count, quote};

/// The version of the file.
const VERSION: i64 = 1;

/// The key at the top of the file; its value is the version.
const KEY: &str = "weighbridge_baseline";

/// The most places that one finding names.
const PLACES: usize = 6;

/// Findings by document (its path, relative to the root) and rule.
pub type Counts = BTreeMap<String, BTreeMap<String, usize>>;

/// A baseline that was read.
#[derive(Clone, Debug)]
pub struct Baseline {
    path: String,
    text: String,
    entries: Vec<Allowed>,
}

#[derive(Clone, Debug)]
struct Allowed {
    path: String,
    rule: String,
    count: usize,
    span: Span,
}

/// The findings that a run counted.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Them.
    pub counts: Counts,
    /// The paths of documents that could not be read: of those nothing is known.
    pub dark: BTreeSet<String>,
}

/// What a baseline has to know of a run.
pub struct Run<'a> {
    /// The path of the document that a finding is in; `None` where a baseline may not
    /// hold it.
    pub path_of: &'a dyn Fn(&Finding) -> Option<String>,
    /// The paths of documents that could not be read.
    pub dark: &'a BTreeSet<String>,
    /// What the baseline's own text is called.
    pub source: SourceId,
    /// Whether everything was judged, so that less than allowed is really less.
    pub whole: bool,
}

/// The findings of a run, weighed against its baseline.
#[derive(Debug)]
pub struct Weighed {
    /// Those that count.
    pub live: Vec<Finding>,
    /// Those that do not.
    pub baselined: Vec<Finding>,
    /// That the baseline allows more than there is.
    pub stale: Option<Finding>,
}

impl Baseline {
    /// Reads a baseline, shown as `path`; an error says where it is none and why.
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        let source = Source::new(path, text);
        let wrong = |span: Span, message: &str| {
            let place = source.position(span.start);
            format!("{path}:{}:{}: {message}", place.line, place.column)
        };
        let parsed = parse::json::parse(text, SourceId(0));
        if let Some(finding) = parsed.findings.first() {
            return Err(wrong(finding.primary.span, &finding.message));
        }
        let root = parsed.root.unwrap_or_else(|| Node::map(Span::file(SourceId(0))));
        if root.get(KEY).and_then(whole) != Some(VERSION) {
            let message = format!("this is no baseline of this version: it has no `\"{KEY}\": {VERSION}`");
            return Err(wrong(root.get(KEY).map_or(root.anchor(), |node| node.span), &message));
        }
        let mut entries = Vec::new();
        for document in root.get("documents").map(Node::entries).unwrap_or_default() {
            for rule in document.value.entries() {
                let count = whole(&rule.value).and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
                let Some(count) = count else {
                    return Err(wrong(
                        rule.value.span,
                        "this is not a number of findings: write a whole number from 1",
                    ));
                };
                let (path, rule, span) = (document.key.to_string(), rule.key.to_string(), rule.key_span);
                entries.push(Allowed { path, rule, count, span });
            }
        }
        Ok(Self { path: path.to_owned(), text: text.to_owned(), entries })
    }

    /// Its path as people see it, and its text.
    pub fn source(&self) -> Source {
        Source::new(self.path.as_str(), self.text.as_str())
    }

    /// How many findings it allows.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for entry in &self.entries {
            counts.entry(entry.path.clone()).or_default().insert(entry.rule.clone(), entry.count);
        }
        counts
    }

    /// Takes out of `findings` those of a rule in a document that are no more than
    /// allowed.
    pub fn weigh(&self, findings: Vec<Finding>, run: &Run<'_>) -> Weighed {
        let found = counted(&findings, run.path_of);
        let of = |path: &str, rule: &str| found.get(path).and_then(|rules| rules.get(rule)).copied().unwrap_or(0);
        let allowed = self.counts();
        let (mut live, mut baselined) = (Vec::new(), Vec::new());
        for finding in findings {
            let path = (run.path_of)(&finding).unwrap_or_default();
            let rule = finding.rule.as_str();
            let most = allowed.get(&path).and_then(|rules| rules.get(rule)).copied().unwrap_or(0);
            if of(&path, rule) <= most && of(&path, rule) > 0 {
                baselined.push(finding);
            } else {
                live.push(finding);
            }
        }
        let left: Vec<(&Allowed, usize)> = self
            .entries
            .iter()
            .map(|entry| (entry, of(&entry.path, &entry.rule)))
            .filter(|(entry, found)| *found < entry.count && !run.dark.contains(&entry.path))
            .collect();
        let stale = if run.whole { self.stale(&left, run.source) } else { None };
        Weighed { live, baselined, stale }
    }

    fn stale(&self, left: &[(&Allowed, usize)], source: SourceId) -> Option<Finding> {
        let ((first, _), more) = left.split_first()?;
        let at = |entry: &Allowed| Span { source, ..entry.span };
        let label = |entry: &Allowed, found: usize| {
            let none = if found == 0 { "none is".to_owned() } else { format!("{found} of {} are", entry.count) };
            format!("{none} left in `{}`", quote(&entry.path))
        };
        let gone: usize = left.iter().map(|(entry, found)| entry.count - found).sum();
        let message = format!("the baseline allows {} that are no longer there", count(gone, "finding"));
        let message = if gone == 1 { message.replace("are no longer", "is no longer") } else { message };
        let help = format!("run `weighbridge check --baseline {} --prune`, so that they cannot come back", self.path);
        let mut finding = about(at(first), message, help)
            .label(left.first().map_or_else(String::new, |(entry, found)| label(entry, *found)));
        for (entry, found) in more.iter().take(PLACES) {
            finding = finding.related(at(entry), label(entry, *found));
        }
        finding.at_most = Some(Severity::Warning);
        Some(finding)
    }

    /// What of it is still there: never more than it allowed.
    pub fn pruned(&self, found: &Counted) -> Counts {
        let mut pruned = Counts::new();
        for entry in &self.entries {
            let now = found.counts.get(&entry.path).and_then(|rules| rules.get(&entry.rule)).copied().unwrap_or(0);
            let count = if found.dark.contains(&entry.path) { entry.count } else { now.min(entry.count) };
            if count > 0 {
                pruned.entry(entry.path.clone()).or_default().insert(entry.rule.clone(), count);
            }
        }
        pruned
    }

    /// The first document and rule of which `found` has more than this allows.
    pub fn grown<'a>(&self, found: &'a Counts) -> Option<(&'a str, &'a str)> {
        let allowed = self.counts();
        let most = |path: &str, rule: &str| allowed.get(path).and_then(|rules| rules.get(rule)).copied().unwrap_or(0);
        let all = found.iter().flat_map(|(path, rules)| rules.iter().map(move |(rule, n)| (path, rule, *n)));
        let mut grown = all.filter(|(path, rule, n)| *n > most(path, rule));
        grown.next().map(|(path, rule, _)| (path.as_str(), rule.as_str()))
    }
}

/// Counts findings; those that `path_of` has no path for, and those about waivers, do
/// not belong into a baseline.
pub fn counted(findings: &[Finding], path_of: &dyn Fn(&Finding) -> Option<String>) -> Counts {
    let mut counts = Counts::new();
    for finding in findings.iter().filter(|finding| finding.rule.as_str() != RULE) {
        if let Some(path) = path_of(finding) {
            *counts.entry(path).or_default().entry(finding.rule.to_string()).or_default() += 1;
        }
    }
    counts
}

/// The file that says so; the same counts give the same bytes.
pub fn render(counts: &Counts) -> String {
    let key = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!("{{\n  \"{KEY}\": {VERSION},\n  \"documents\": {{");
    for (at, (path, rules)) in counts.iter().enumerate() {
        let _ = write!(out, "{}\n    {}: {{", if at == 0 { "" } else { "," }, key(path));
        for (at, (rule, count)) in rules.iter().enumerate() {
            let _ = write!(out, "{}\n      {}: {count}", if at == 0 { "" } else { "," }, key(rule));
        }
        out.push_str("\n    }");
    }
    out.push_str(if counts.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
    out
}

fn whole(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Scalar(Scalar { kind: ScalarKind::Int(number), .. }) => Some(*number),
        _ => None,
    }
}
