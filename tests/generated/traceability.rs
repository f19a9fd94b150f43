//! `docs/traceability.md`: which rule looks for which item of the documents that the
//! rules were written from, made from `policies/traceability.yaml`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use weighbridge::parse::{Node, yaml};
use weighbridge::rule::Catalog;
use weighbridge::source::SourceId;

const HEAD: &str = "# From the source documents to the rules

The built-in rules were written from four documents. Each table lists what one of them asks for, where Weighbridge looks
for the evidence, and the rules that look. A rule that is not built yet is *planned*; an item of planned rules alone is
not looked after by this version. What a run could not judge of a release it says under \"not assessed\".

This page is made from `policies/traceability.yaml` and the catalog.
";

/// The page; or what is wrong with the table.
pub(crate) fn page(text: &str, catalog: &Catalog) -> Result<String, String> {
    let root = yaml::parse(text, SourceId(0), 0).root.ok_or("policies/traceability.yaml cannot be parsed")?;
    let planned: BTreeSet<&str> = items(&root, "planned").iter().filter_map(Node::text).collect();
    let mut out = String::from(HEAD);
    for source in items(&root, "sources") {
        table(&mut out, source, catalog, &planned)?;
    }
    Ok(out)
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn text<'a>(node: &'a Node, key: &str) -> Result<&'a str, String> {
    let found = node.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
    found.ok_or_else(|| format!("a row of policies/traceability.yaml has no `{key}`: {:?}", node.to_json()))
}

fn table(out: &mut String, source: &Node, catalog: &Catalog, planned: &BTreeSet<&str>) -> Result<(), String> {
    let mut rows = String::new();
    let (mut full, mut part) = (0, 0);
    for row in items(source, "items") {
        let item = text(row, "item")?;
        let rules: Vec<&str> = items(row, "rules").iter().filter_map(Node::text).collect();
        let built = rules.iter().filter(|rule| catalog.get(rule).is_some()).count();
        full += usize::from(built == rules.len());
        part += usize::from(built > 0 && built < rules.len());
        let cells: Result<Vec<String>, String> = rules.iter().map(|rule| cell(rule, catalog, planned)).collect();
        let cells = cells.map_err(|why| format!("{item}: {why}"))?;
        if cells.is_empty() {
            return Err(format!("{item}: no rule is named"));
        }
        let _ = writeln!(rows, "| {item} | {} | {} |", text(row, "evidence")?, cells.join(", "));
    }
    let all = items(source, "items").len();
    let name = text(source, "source")?;
    let _ = write!(
        out,
        "\n## {}{}\n\n{all} items: {full} with all of their rules, {part} with some, {} planned.\n\n",
        name[..1].to_uppercase(),
        &name[1..],
        all - full - part
    );
    out.push_str("| item | where the evidence lives | looked for by |\n|---|---|---|\n");
    out.push_str(&rows);
    Ok(())
}

fn cell(rule: &str, catalog: &Catalog, planned: &BTreeSet<&str>) -> Result<String, String> {
    match catalog.get(rule) {
        Some(_) => Ok(format!("[`{rule}`](rules/{rule}.md)")),
        None if planned.contains(rule) => Ok(format!("`{rule}` (planned)")),
        None => Err(format!("`{rule}` is neither a rule nor among the planned ones")),
    }
}
