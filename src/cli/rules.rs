//! `weighbridge rules`: the catalog, and what of a framework it looks for.

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;

use super::terminal::{Format, Terminal};
use super::{CliError, Verdict, packs, project};
use crate::engine::Engine;
use crate::framework::page;
use crate::tree::Tree;

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only the rules of these packs, or these rules.
    #[arg(value_name = "RULE|PACK")]
    only: Vec<String>,

    /// Instead, every item of a framework with the rules that look for evidence for it: eu-ai-act, gpai-form, iso-42001,
    /// nist-ai-600-1 or nist-ai-rmf.
    #[arg(long, value_name = "NAME", conflicts_with = "only")]
    framework: Option<String>,

    /// Mark the items that are not in force on this day (2026-11-21), instead of today.
    #[arg(long, value_name = "DATE", requires = "framework")]
    as_of: Option<String>,

    /// How to print them.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    #[command(flatten)]
    packs: packs::PackArguments,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<Verdict, CliError> {
    let engine = arguments.packs.engine_here()?;
    let catalog = engine.catalog();
    if let Some(name) = &arguments.framework {
        return framework(&engine, name, arguments);
    }
    let rules = super::explain::named(catalog, &arguments.only)?;
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => {
            let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
            for rule in &rules {
                writeln!(out, "{:width$}  {:7}  {}", rule.id.as_str(), rule.severity.as_str(), rule.title)?;
            }
            writeln!(
                out,
                "\n{} in {}",
                crate::text::count(rules.len(), "rule"),
                crate::text::count(catalog.packs().len(), "pack")
            )?;
        }
        Format::Json => {
            let rules: Vec<_> = rules
                .iter()
                .map(|rule| {
                    json!({
                        "id": rule.id, "pack": rule.id.pack(), "severity": rule.severity, "title": rule.title,
                        "rationale": rule.rationale, "help": rule.help, "area": rule.area, "tags": rule.tags,
                        "references": rule.references,
                        "frameworks": rule.frameworks.iter().map(|item| &item.id).collect::<Vec<_>>(), "since": rule.since, "raised_by": rule.raised_by,
                        "url": rule.url,
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &json!({ "schema_version": 1, "rules": rules }))
                .map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(Verdict::Clean)
}

fn framework(engine: &Engine, name: &str, arguments: &Arguments) -> Result<Verdict, CliError> {
    let framework = engine.frameworks().get(name).map_err(CliError::Usage)?;
    let tree = project::open(&[]).ok();
    let tree = tree.as_ref().map(|tree| tree as &dyn Tree);
    let as_of = project::as_of(arguments.as_of.as_deref(), tree)?;
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => write!(out, "{}", page::text(framework, engine.catalog(), as_of))?,
        Format::Json => {
            let report = page::json(framework, engine.catalog(), as_of);
            serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(Verdict::Clean)
}
