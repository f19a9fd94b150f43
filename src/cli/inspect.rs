//! `weighbridge inspect FILE`: what was understood, so that an author sees why
//! something counts as missing.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::terminal::{Format, Terminal};
use super::{CliError, Verdict, packs, project};
use crate::config::Overrides;
use crate::discover::{CONFIG_FILE, Selection};
use crate::engine::{Inspection, Past, Plan};
use crate::kind::Kind;
use crate::outcome::Outcome;
use crate::parse::{Node, Value};
use crate::report;
use crate::source::{SourceMap, Span};
use crate::text;
use crate::tree::{self, ReadError, Tree as _};

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A model card, a release manifest, or any other document.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// Judge as of this day (2026-11-21), instead of today.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,

    #[command(flatten)]
    packs: packs::PackArguments,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<Verdict, CliError> {
    let paths = [arguments.file.clone()];
    let tree = project::open(&paths)?;
    let engine = arguments.packs.judging(&tree)?;
    let config = project::configure(&tree, None, &engine, &Overrides::default())?;
    let selection = Selection::of(&tree, &paths).map_err(CliError::Usage)?;
    let shown = arguments.file.display();
    let path = tree
        .relative(&arguments.file)
        .ok_or_else(|| CliError::Usage(format!("{shown}: it is not in this repository")))?;
    match tree.stat(&path) {
        Err(ReadError::Missing) => return Err(CliError::Usage(format!("{shown}: there is no such file"))),
        _ if path.is_empty() => return Err(folder(&shown)),
        Err(ReadError::NotAFile) => return Err(folder(&shown)),
        _ => {}
    }
    let as_of = project::as_of(arguments.as_of.as_deref(), Some(&tree))?;
    let plan = Plan {
        tree: &tree,
        config,
        selection,
        as_of,
        fail_on: None,
        allow_empty: true,
        baseline: None,
        past: Past::NotAsked,
    };
    let Some((inspection, outcome)) = engine.inspect(&plan, &path) else {
        return Err(CliError::Usage(format!(
            "{shown}: this is no document of a release. If it should be one, say so in {}: `kinds: [{{files: \"{}\", kind: card}}]`",
            CONFIG_FILE,
            text::quote(&path)
        )));
    };
    let view = View { inspection, path: tree.display(&path), outcome };
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => view.human(&mut out)?,
        Format::Json => report::write_json(&view.json(), &mut out)?,
    }
    Ok(Verdict::Clean)
}

fn folder(shown: &dyn std::fmt::Display) -> CliError {
    CliError::Usage(format!("{shown}: this is a folder; name one of its files"))
}

struct View {
    inspection: Inspection,
    path: String,
    outcome: Outcome,
}

impl View {
    fn sources(&self) -> &SourceMap {
        &self.outcome.sources
    }

    /// The line of a span of this document or of one that it names.
    fn line(&self, span: Span) -> u32 {
        self.sources().of(span).position(span.start).line
    }

    fn facts(&self, key: &str) -> &[Node] {
        self.inspection.facts.get(key).map(Node::items).unwrap_or_default()
    }

    fn json(&self) -> Json {
        let topics: Vec<Json> = self
            .facts("topics")
            .iter()
            .map(|topic| {
                let missing = word(topic, "state") == "missing";
                json!({
                    "topic": word(topic, "id"), "state": word(topic, "state"),
                    "line": if missing { Json::Null } else { self.line(topic.span).into() },
                    "via": topic.get("via").and_then(Node::text),
                    "heading": topic.get("heading").and_then(Node::text),
                    "words": topic.get("words").map(Node::to_json),
                })
            })
            .collect();
        let sections: Vec<Json> = self
            .facts("sections")
            .iter()
            .map(|section| {
                let mut json = section.to_json();
                json["line"] = self.line(section.span).into();
                json
            })
            .collect();
        let links: Vec<Json> = self
            .inspection
            .links
            .iter()
            .map(|link| json!({ "name": link.name, "path": link.written, "line": self.line(link.span), "target": link.target }))
            .collect();
        let facts =
            self.inspection.facts.entries().iter().filter(|entry| !matches!(&*entry.key, "topics" | "sections"));
        let facts: serde_json::Map<String, Json> =
            facts.map(|entry| (entry.key.to_string(), entry.value.to_json())).collect();
        json!({
            "schema_version": 1, "path": self.path, "kind": self.inspection.kind.name(), "readable": self.inspection.sound,
            "front_matter": if self.inspection.kind == Kind::Card { self.inspection.root.to_json() } else { Json::Null },
            "topics": topics, "sections": sections, "links": links, "facts": facts,
        })
    }

    fn human(&self, out: &mut dyn Write) -> io::Result<()> {
        let inspection = &self.inspection;
        writeln!(out, "{}: {}", text::sanitize(&self.path), inspection.kind.describe())?;
        if !inspection.sound {
            writeln!(out, "\nIt cannot be read as a whole; `weighbridge check` says where it breaks off.")?;
        }
        self.topics(out)?;
        self.front_matter(out)?;
        let unrecognised = self.facts("unrecognised");
        if !unrecognised.is_empty() {
            writeln!(
                out,
                "\nHeadings that stand for no known topic (add an alias under `topics:` in weighbridge.yaml)"
            )?;
            for heading in unrecognised {
                writeln!(out, "  {:>5}  {}", self.line(heading.span), text::quote(heading.text().unwrap_or_default()))?;
            }
        }
        if !inspection.links.is_empty() {
            writeln!(out, "\nReferences")?;
            for link in &inspection.links {
                let target = link.target.as_deref().map_or("leads nowhere".into(), text::sanitize);
                let written = text::quote(&link.written);
                writeln!(out, "  {:>5}  {:10}  {written} -> {target}", self.line(link.span), link.name)?;
            }
        }
        let rest =
            inspection.facts.entries().iter().filter(|entry| {
                !matches!(&*entry.key, "topics" | "sections" | "placeholders" | "unrecognised" | "anchor")
            });
        let mut rows = Vec::new();
        for entry in rest {
            rows_of(&entry.key, &entry.value, &mut rows);
        }
        if !rows.is_empty() {
            writeln!(out, "\nFacts")?;
        }
        for (span, name, value) in rows {
            let (line, elsewhere) = self.place(span);
            writeln!(out, "  {line:>5}  {name:32}  {value}{elsewhere}")?;
        }
        Ok(())
    }

    fn topics(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.facts("topics").is_empty() {
            return Ok(());
        }
        writeln!(out, "\nTopics\n   line  state        topic                 found by")?;
        for topic in self.facts("topics") {
            let state = word(topic, "state");
            let line = if state == "missing" { "-".to_owned() } else { self.line(topic.span).to_string() };
            let found = match (topic.get("via").and_then(Node::text), topic.get("heading").and_then(Node::text)) {
                (Some(via), Some(heading)) => format!("{via} `{}`", text::quote(heading)),
                (Some(via), None) => via.to_owned(),
                _ => String::new(),
            };
            let row = format!("  {line:>5}  {state:11}  {:20}  {found}", word(topic, "id"));
            writeln!(out, "{}", row.trim_end())?;
        }
        let placeholders = self.facts("placeholders");
        if !placeholders.is_empty() {
            writeln!(out, "\nUnfilled")?;
            for placeholder in placeholders {
                writeln!(out, "  {:>5}  {}", self.line(placeholder.span), text::quote(word(placeholder, "text")))?;
            }
        }
        Ok(())
    }

    fn front_matter(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.inspection.kind != Kind::Card {
            return Ok(());
        }
        let entries = self.inspection.root.entries();
        if entries.is_empty() {
            return writeln!(out, "\nFront matter: none");
        }
        writeln!(out, "\nFront matter")?;
        for entry in entries {
            writeln!(
                out,
                "  {:>5}  {:20}  {}",
                self.line(entry.key_span),
                text::quote(&entry.key),
                brief(&entry.value)
            )?;
        }
        Ok(())
    }

    /// The line in this document, or the place in another one.
    fn place(&self, span: Span) -> (String, String) {
        let line = self.line(span);
        if span.source == self.inspection.root.span.source {
            return (line.to_string(), String::new());
        }
        let file = text::sanitize(tree::file_name(self.sources().of(span).path()));
        (String::new(), format!("  [{file}:{line}]"))
    }
}

/// Nested facts by dotted name; the words about one thing are one row.
fn rows_of(name: &str, node: &Node, into: &mut Vec<(Span, String, String)>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.text.is_empty() => {}
        Value::Scalar(_) => into.push((node.span, text::quote(name), brief(node))),
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                rows_of(&format!("{name}[{index}]"), item, into);
            }
        }
        Value::Map(entries) => {
            let words = entries.iter().filter(|entry| entry.value.text().is_some_and(|text| !text.is_empty()));
            let words: Vec<String> =
                words.map(|entry| format!("{}: {}", text::quote(&entry.key), brief(&entry.value))).collect();
            if !words.is_empty() {
                into.push((node.span, text::quote(name), words.join(", ")));
            }
            for entry in entries.iter().filter(|entry| entry.value.scalar().is_none()) {
                rows_of(&format!("{name}.{}", entry.key), &entry.value, into);
            }
        }
    }
}

fn word<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

fn brief(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => text::quote(&scalar.text),
        Value::Seq(items) if items.iter().all(|item| item.scalar().is_some()) => {
            text::quote(&items.iter().filter_map(Node::text).collect::<Vec<_>>().join(", "))
        }
        Value::Seq(items) => text::count(items.len(), "item"),
        Value::Map(entries) => text::count(entries.len(), "key"),
    }
}
