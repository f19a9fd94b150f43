//! What a framework asks for and which rules look for it: for the terminal, as
//! JSON, and for `docs/frameworks.md`.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::coverage::{self, Covered};
use super::{Framework, Frameworks, Item, Part, Standing};
use crate::rule::{Catalog, RuleId};
use crate::text::count;

/// What coverage means, and what it does not.
const MEANING: &str = "A rule looks whether a piece of evidence is present. That it is present does not say that it is right \
                       or enough, nor that an obligation is met. The words are ours; the source decides. This is not \
                       legal advice.";

/// What is said of an item without a rule.
const NONE_YET: &str = "no rule looks for this yet";

/// Columns of the text.
const WIDTH: usize = 100;

/// The items of a framework with their rules, as plain text.
pub fn text(framework: &Framework, catalog: &Catalog, as_of: Date) -> String {
    let covered = coverage::of(framework, catalog);
    let column = framework.items().map(|(_, item)| item.id.len()).max().unwrap_or(0);
    let mut out = format!("{}\n\n{}\n", head(framework), wrapped(MEANING, 0));
    let unchecked = unchecked_throughout(framework);
    if let Some(why) = unchecked {
        let _ = writeln!(out, "\n{}", wrapped(&format!("Not checked against its source: {why}."), 0));
    }
    let mut rows = covered.iter().peekable();
    for part in &framework.parts {
        let _ = write!(out, "\n{}\n  {}\n  {}\n", part.title, part.document, part.url);
        if let Some(note) = &part.note {
            let _ = writeln!(out, "{}", wrapped(note, 2));
        }
        while let Some(row) = rows.next_if(|row| std::ptr::eq(row.part, part)) {
            entry(&mut out, row, column, &marks(row.item, as_of, unchecked.is_none()));
        }
    }
    let with = coverage::with_rules(&covered);
    let _ = write!(
        out,
        "\n{}: rules look for evidence for {with} of them, and not yet for {}. A pack names one as `{}/<item>`.\n",
        count(covered.len(), "item"),
        covered.len() - with,
        framework.id
    );
    out
}

fn entry(out: &mut String, row: &Covered<'_>, width: usize, marks: &[String]) {
    let rules = match &row.rules[..] {
        [] => NONE_YET.to_owned(),
        rules => format!("evidence looked for by: {}", joined(rules, RuleId::to_string)),
    };
    let _ = writeln!(out, "\n  {:width$}  {}", row.item.id, wrapped(&row.item.title, width + 4).trim_start());
    let _ = writeln!(out, "{}", wrapped(&rules, width + 4));
    if !marks.is_empty() {
        let _ = writeln!(out, "{}", wrapped(&marks.join("; "), width + 4));
    }
}

/// What is to be said of an item beside its title.
fn marks(item: &Item, as_of: Date, tell_unchecked: bool) -> Vec<String> {
    let mut marks = Vec::new();
    match item.standing(as_of) {
        Standing::Current => {}
        Standing::NotYet(from) => marks.push(format!("not yet in force: applies from {from}")),
        Standing::Superseded(by) => marks.push(format!("superseded since {}: {}", by.from, by.by)),
    }
    let unchecked = item.unchecked.as_ref().filter(|_| tell_unchecked);
    marks.extend(unchecked.map(|why| format!("not checked against its source: {why}")));
    marks.extend(item.note.clone());
    marks
}

/// What is meant, in which version, and when it was read.
fn head(framework: &Framework) -> String {
    let Framework { title, version, nature, read, .. } = framework;
    format!("{title}\n{version}; {nature}; read on {read}")
}

/// The same as JSON.
pub fn json(framework: &Framework, catalog: &Catalog, as_of: Date) -> Json {
    let covered = coverage::of(framework, catalog);
    let with = coverage::with_rules(&covered);
    json!({
        "schema_version": 1,
        "framework": {
            "id": framework.id, "name": framework.name, "title": framework.title, "version": framework.version,
            "nature": framework.nature, "read": framework.read.to_string(),
        },
        "as_of": as_of.to_string(),
        "meaning": MEANING,
        "items_with_rules": with,
        "items_without_rules": covered.len() - with,
        "items": covered.iter().map(|row| row_json(framework, row, as_of)).collect::<Vec<_>>(),
    })
}

fn row_json(framework: &Framework, row: &Covered<'_>, as_of: Date) -> Json {
    let Covered { part, item, rules } = row;
    let standing = match item.standing(as_of) {
        Standing::Current => "current",
        Standing::NotYet(_) => "not-yet-in-force",
        Standing::Superseded(_) => "superseded",
    };
    json!({
        "id": framework.full_id(item), "part": part.title, "place": item.place, "title": item.title,
        "document": part.document, "url": part.url, "standing": standing,
        "in_force_from": item.in_force_from.map(|from| from.to_string()),
        "superseded_from": item.superseded.as_ref().map(|by| by.from.to_string()),
        "superseded_by": item.superseded.as_ref().map(|by| &by.by),
        "checked": item.unchecked.is_none(), "reason": item.unchecked, "note": item.note, "rules": rules,
    })
}

/// All frameworks with their coverage, for `docs/frameworks.md`.
pub fn markdown(frameworks: &Frameworks, catalog: &Catalog) -> String {
    let mut out = format!(
        "# Frameworks\n\n{MEANING}\n\nWhat each framework asks for is data: `policies/frameworks/*.yaml`, with the source \
         of every item and the day on which it was read. A rule names the items that its evidence speaks to \
         (`frameworks: [nist-ai-rmf/govern-2.1]`); most rules speak to a part of an item only. `weighbridge rules \
         --framework NAME` prints the same tables as of a day.\n\n\
         | framework | items | evidence looked for | not yet |\n|---|---|---|---|\n"
    );
    for framework in frameworks.iter() {
        let covered = coverage::of(framework, catalog);
        let with = coverage::with_rules(&covered);
        let name = cell(&framework.title);
        let _ =
            writeln!(out, "| [{name}](#{}) | {} | {with} | {} |", framework.id, covered.len(), covered.len() - with);
    }
    for framework in frameworks.iter() {
        section(&mut out, framework, catalog);
    }
    out
}

fn section(out: &mut String, framework: &Framework, catalog: &Catalog) {
    let _ = write!(out, "\n## {}\n\n{}.\n", framework.id, head(framework).replacen('\n', ". ", 1));
    if let Some(why) = unchecked_throughout(framework) {
        let _ = write!(out, "\nNot checked against its source: {why}.\n");
    }
    let covered = coverage::of(framework, catalog);
    let mut rows = covered.iter().peekable();
    for part in &framework.parts {
        let _ = write!(out, "\n### {}\n\n[{}]({})", part.title, part.document, part.url);
        if let Some(from) = part.in_force_from {
            let _ = write!(out, " · applies from {from}");
        }
        out.push('\n');
        if let Some(note) = &part.note {
            let _ = write!(out, "\n{note}\n");
        }
        out.push_str("\n| item | what it asks for, in our words | evidence looked for by |\n|---|---|---|\n");
        while let Some(row) = rows.next_if(|row| std::ptr::eq(row.part, part)) {
            let _ = writeln!(out, "{}", table_row(row, part));
        }
    }
}

/// The reason, where no item of a framework was checked, and all for the same one.
fn unchecked_throughout(framework: &Framework) -> Option<&str> {
    let mut reasons = framework.items().map(|(_, item)| item.unchecked.as_deref());
    let first = reasons.next()??;
    reasons.all(|reason| reason == Some(first)).then_some(first)
}

fn table_row(row: &Covered<'_>, part: &Part) -> String {
    let Item { id, title, in_force_from, superseded, note, .. } = row.item;
    let mut about = cell(title);
    if let Some(from) = in_force_from.filter(|from| Some(*from) != part.in_force_from) {
        let _ = write!(about, "; applies from {from}");
    }
    if let Some(by) = superseded {
        let _ = write!(about, "; superseded from {}: {}", by.from, cell(&by.by));
    }
    if let Some(note) = note {
        let _ = write!(about, " ({})", cell(note));
    }
    let rules = match &row.rules[..] {
        [] => NONE_YET.to_owned(),
        rules => joined(rules, |rule| format!("[`{rule}`](rules/{rule}.md)")),
    };
    format!("| `{id}` | {about} | {rules} |")
}

fn joined(rules: &[&RuleId], show: impl Fn(&RuleId) -> String) -> String {
    rules.iter().map(|rule| show(rule)).collect::<Vec<_>>().join(", ")
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}

/// Words in lines of [`WIDTH`], each line indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}{word}", "")),
        }
    }
    lines.join("\n")
}
