//! One defect at a time: the clean example with one thing wrong yields one finding, of the
//! rule that the table names, on the line that it names, and at most
//! one other, beside that the approval no longer holds for what was edited.
//!
//! The table is `tests/defects.yaml`; its first lines say how to read it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::seals::reseal;
use common::{edit, engine, folder, plan};
use rayon::prelude::*;
use serde::Deserialize;
use weighbridge::outcome::Outcome;
use weighbridge::parse::{self, Syntax, decode};
use weighbridge::rule::Severity;
use weighbridge::source::SourceId;
use weighbridge::tree::{self, MemoryTree};

/// What follows from an edit of a file whose bytes something else is bound to.
const SEALS: [&str; 2] = ["approval/stale", "release/digest-mismatch"];

/// The packs of the approval path: each of their rules is in the table.
const PATH: [&str; 13] = [
    "release",
    "evaluation",
    "security",
    "rollout",
    "approval",
    "monitoring",
    "data",
    "license",
    "adapter",
    "registry",
    "prompt",
    "serving",
    "huggingface",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Short names of files.
    files: BTreeMap<String, String>,
    /// Rules of the path that no single edit of the example can break, and why.
    not_here: BTreeMap<String, String>,
    defects: Vec<Defect>,
    harmless: Vec<Harmless>,
}

/// One thing wrong.
#[derive(Deserialize)]
struct Defect {
    name: String,
    #[serde(flatten)]
    edit: Edit,
    /// A second and a third edit, where one alone is no defect.
    also: Option<Edit>,
    third: Option<Edit>,
    as_of: Option<String>,
    rule: String,
    /// What the line of the finding contains; the first line that was written, if not said.
    at: Option<String>,
    /// One more finding that follows from the defect.
    beside: Option<String>,
}

/// Nothing wrong.
#[derive(Deserialize)]
struct Harmless {
    name: String,
    #[serde(flatten)]
    edit: Edit,
    also: Option<Edit>,
    third: Option<Edit>,
}

/// A change of one file: text replaced, a block taken out, a file written or taken away.
#[derive(Deserialize)]
struct Edit {
    #[serde(rename = "in")]
    file: String,
    from: Option<String>,
    to: Option<String>,
    drop: Option<String>,
    copy: Option<String>,
    #[serde(default)]
    remove: bool,
}

impl Edit {
    fn apply(&self, tree: &mut MemoryTree, files: &BTreeMap<String, String>) {
        let path = files.get(&self.file).unwrap_or(&self.file);
        if let Some(other) = &self.copy {
            return tree.put(path, tree.get(&files[other]).unwrap().to_vec());
        }
        match (&self.from, &self.to, &self.drop) {
            (Some(from), Some(to), None) => edit(tree, path, from, to),
            (None, Some(text), None) => tree.put(path, text.clone()),
            (None, None, Some(first)) => {
                let text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
                tree.put(path, without_block(&text, first));
            }
            (None, None, None) if self.remove => tree.remove(path),
            _ => panic!("an edit of {path} says both or nothing"),
        }
    }
}

/// The text without the first line that holds `first` and what is nested under it.
fn without_block(text: &str, first: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.contains(first)).unwrap_or_else(|| panic!("no line has {first:?}"));
    let nested = lines[start + 1..].iter().take_while(|line| depth(line) > depth(lines[start]));
    let end = start + 1 + nested.count();
    let kept = lines[..start].iter().chain(&lines[end..]);
    kept.flat_map(|line| [*line, "\n"]).collect()
}

fn table() -> Table {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/defects.yaml")).unwrap();
    let parsed = parse::data(Syntax::Yaml, &text, SourceId(0));
    assert_eq!(parsed.findings, [], "tests/defects.yaml");
    decode::from_node(&parsed.root.unwrap()).unwrap_or_else(|error| panic!("tests/defects.yaml: {error}"))
}

fn judge(tree: &MemoryTree, as_of: Option<&str>) -> Outcome {
    let mut plan = plan(tree);
    if let Some(day) = as_of {
        plan.as_of = day.parse().unwrap();
    }
    engine().check(&plan).unwrap()
}

/// A finding in short: severity, rule, file, line, text of the line, message.
fn told(outcome: &Outcome) -> Vec<(Severity, String, String)> {
    let findings = outcome.findings.iter().map(|finding| {
        let source = outcome.sources.of(finding.primary.span);
        let line = source.position(finding.primary.span.start).line;
        let text = source.text().lines().nth(line as usize - 1).unwrap_or_default().trim();
        (
            finding.severity,
            finding.rule.to_string(),
            format!("{}:{line}: {}\n      | {text}", source.path(), finding.message),
        )
    });
    findings.collect()
}

/// What is wrong with the findings of a defect.
fn fault(defect: &Defect, found: &[(Severity, String, String)]) -> Option<String> {
    let written = || defect.edit.to.as_deref().and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    let line = defect.at.as_deref().or_else(written).unwrap_or_else(|| panic!("{}: where?", defect.name)).trim();
    let mut wanted = found.iter().filter(|(_, rule, _)| *rule == defect.rule);
    let Some((_, _, place)) = wanted.next() else { return Some("not found".to_owned()) };
    if !place.rsplit("      | ").next().is_some_and(|text| text.contains(line)) {
        return Some(format!("not on the line of `{line}`"));
    }
    if wanted.next().is_some() {
        return Some("found more than once".to_owned());
    }
    let beside = found.iter().map(|(_, rule, _)| rule.as_str()).filter(|rule| *rule != defect.rule);
    let mut others = beside.filter(|rule| !SEALS.contains(rule));
    match (others.next(), others.next(), defect.beside.as_deref()) {
        (_, Some(_), _) => Some("more than one other finding".to_owned()),
        (Some(other), None, expected) if expected != Some(other) => Some(format!("and `{other}`")),
        (None, None, Some(expected)) => Some(format!("and not `{expected}`")),
        _ => None,
    }
}

#[test]
fn one_defect_is_one_finding_on_its_line() {
    let table = table();
    let clean = folder("examples/clean");
    let judged = table.defects.par_iter().filter_map(|defect| {
        let mut tree = clean.clone();
        defect.edit.apply(&mut tree, &table.files);
        for more in defect.also.iter().chain(&defect.third) {
            more.apply(&mut tree, &table.files);
        }
        let found = told(&judge(&tree, defect.as_of.as_deref()));
        let why = fault(defect, &found)?;
        let found: Vec<String> = found.iter().map(|(_, rule, place)| format!("    {rule} {place}")).collect();
        Some(format!("{} ({}): {why}\n{}", defect.name, defect.rule, found.join("\n")))
    });
    let faults: Vec<String> = judged.collect();
    let (all, wrong) = (table.defects.len(), faults.len());
    assert!(faults.is_empty(), "{wrong} of {all} defects:\n{}", faults.join("\n"));
}

#[test]
fn what_is_written_otherwise_is_as_clean() {
    let table = table();
    let clean = folder("examples/clean");
    let mut faults = Vec::new();
    for variant in &table.harmless {
        let mut tree = clean.clone();
        variant.edit.apply(&mut tree, &table.files);
        for more in variant.also.iter().chain(&variant.third) {
            more.apply(&mut tree, &table.files);
        }
        reseal(&mut tree);
        faults.extend(told(&judge(&tree, None)).into_iter().map(|found| format!("{}: {found:?}", variant.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The example with its own documents in another syntax, under the names of that syntax.
fn converted(clean: &MemoryTree, extension: &str, write: impl Fn(&serde_json::Value) -> String) -> MemoryTree {
    let own = |path: &&str| {
        let text = String::from_utf8_lossy(clean.get(path).unwrap());
        matches!(Syntax::of(path), Some(Syntax::Yaml))
            && text.contains("apiVersion: weighbridge/v1")
            && !path.contains("weighbridge")
    };
    let names: Vec<&str> = clean.paths().filter(own).collect();
    let mut tree = MemoryTree::default();
    for path in clean.paths() {
        let text = String::from_utf8(clean.get(path).unwrap().to_vec()).unwrap();
        let (mut path, mut text) = (path.to_owned(), text);
        if names.contains(&path.as_str()) {
            let parsed = parse::data(Syntax::Yaml, &text, SourceId(0));
            text = write(&parsed.root.unwrap().to_json());
        }
        for name in names.iter().map(|path| tree::file_name(path)) {
            let other = name.replace(".yaml", extension);
            path = path.replace(&format!("/{name}"), &format!("/{other}"));
            text = text.replace(name, &other);
        }
        tree.put(path, text);
    }
    tree
}

#[test]
fn another_syntax_or_other_line_ends_are_as_clean() {
    let clean = folder("examples/clean");
    let mut crlf = MemoryTree::default();
    for path in clean.paths() {
        let text = String::from_utf8(clean.get(path).unwrap().to_vec()).unwrap();
        // A prompt is what its digest says, to the byte.
        let text = if path.ends_with(".prompt") { text } else { text.replace('\n', "\r\n") };
        crlf.put(path, text);
    }
    let json = converted(&clean, ".json", |value| serde_json::to_string_pretty(value).unwrap());
    let toml = converted(&clean, ".toml", |value| toml::to_string_pretty(value).unwrap());
    let mut faults = Vec::new();
    for (name, mut tree) in [("CRLF", crlf), ("JSON", json), ("TOML", toml)] {
        reseal(&mut tree);
        let outcome = judge(&tree, None);
        assert_eq!(outcome.releases.len(), 2, "{name}");
        faults.extend(told(&outcome).into_iter().map(|found| format!("{name}: {found:?}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_of_the_approval_path_is_in_the_table() {
    let table = table();
    let tested: BTreeSet<&str> = table.defects.iter().map(|defect| defect.rule.as_str()).collect();
    let missing: Vec<String> = engine()
        .catalog()
        .iter()
        .map(|rule| rule.id.to_string())
        .filter(|id| PATH.contains(&id.split('/').next().unwrap_or_default()))
        .filter(|id| !tested.contains(id.as_str()) && !table.not_here.contains_key(id))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
