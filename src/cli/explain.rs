//! `weighbridge explain RULE`: everything that is known about one rule.

use std::io::{self, Write as _};

use clap::Args;

use super::terminal::{Format, Terminal};
use super::{CliError, Verdict, packs};
use crate::engine::Engine;
use crate::rule::{Catalog, RuleId, RuleMeta};
use crate::{page, text};

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rule, as reports name it: release/owner-not-accountable.
    #[arg(value_name = "RULE")]
    rule: String,

    /// How to print it; as JSON, it is the rule as it is written, with everything that it inherits.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    #[command(flatten)]
    packs: packs::PackArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Verdict, CliError> {
    let engine = arguments.packs.engine_here()?;
    let catalog = engine.catalog();
    let rule = catalog.get(&arguments.rule).ok_or_else(|| unknown(catalog, &arguments.rule))?;
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => {
            write!(out, "{}", page::text(rule, terminal.width()))?;
            if engine.own_rules().contains(&rule.id) {
                write!(out, "{}", origin(&engine, &rule.id))?;
            }
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &engine.whole(&rule.id)).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(Verdict::Clean)
}

/// Where a rule of an organisation is written, and what it is built upon.
fn origin(engine: &Engine, rule: &RuleId) -> String {
    let place = engine.policy().place(rule).map(|span| engine.place(span)).unwrap_or_default();
    let upon = engine.policy().extends(rule).map(|base| format!(", upon {base}"));
    format!("\nWritten\n  {}{}\n", text::sanitize(&place), upon.unwrap_or_default())
}

/// The rules that words name, by their ids or their packs; all where there are none.
pub(super) fn named<'c>(catalog: &'c Catalog, words: &[String]) -> Result<Vec<&'c RuleMeta>, CliError> {
    let is = |rule: &RuleMeta, word: &String| rule.id.as_str() == word || rule.id.pack() == word;
    match words.iter().find(|word| !catalog.iter().any(|rule| is(rule, word))) {
        Some(word) => Err(unknown(catalog, word)),
        None => Ok(catalog.iter().filter(|rule| words.is_empty() || words.iter().any(|word| is(rule, word))).collect()),
    }
}

/// The error that a rule or pack of that name is not known, with what it may have
/// been meant to be.
pub(super) fn unknown(catalog: &Catalog, name: &str) -> CliError {
    let packs = catalog.packs();
    if packs.contains(&name) {
        return CliError::Usage(format!(
            "`{name}` is a pack: `weighbridge rules {name}` lists its rules; name one of them"
        ));
    }
    let ids = || catalog.iter().map(|rule| rule.id.as_str());
    let of_defect =
        |defect: &str| catalog.iter().filter(|rule| rule.id.defect() == defect).map(|rule| rule.id.as_str()).collect();
    let exact: Vec<&str> = of_defect(name);
    let near = match text::did_you_mean(name, ids().chain(packs.iter().copied())) {
        Some(near) => vec![near],
        None if !exact.is_empty() => exact,
        None => text::did_you_mean(name, catalog.iter().map(|rule| rule.id.defect())).map_or_else(Vec::new, of_defect),
    };
    let hint = if near.is_empty() {
        "`weighbridge rules` lists them".to_owned()
    } else {
        format!("did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or "))
    };
    CliError::Usage(format!("there is no rule or pack `{}`; {hint}", text::quote(name)))
}
