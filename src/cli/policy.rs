//! `weighbridge policy`: packs prove themselves.

use std::collections::BTreeSet;
use std::io::{self, Write};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::packs::PackArguments;
use super::terminal::Terminal;
use super::{CliError, Verdict, project};
use crate::change::MemoryChange;
use crate::config::Config;
use crate::discover::Selection;
use crate::engine::{EngineError, Past, Plan};
use crate::policy::PolicyError;
use crate::policy::mutate::{self, Changed};
use crate::policy::{base_set::BaseSets, selftest};
use crate::rule::RuleId;
use crate::text;
use crate::tree::MemoryTree;

/// Subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the tests that the rules carry: those of the organisation's packs where there are any, else of the built-in
    /// ones.
    Test(Test),
    /// Say what is doubtful about the rules themselves.
    Lint(Lint),
}

/// Arguments of `policy test`.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Only the tests of these rules or packs.
    #[arg(value_name = "RULE|PACK")]
    only: Vec<String>,

    /// Also fail where a rule has no test that fires, or a clause none that fails.
    #[arg(long)]
    coverage: bool,

    /// Also change documents that pass, one bit at a time: list the changes that no rule minds, and fail where a rule
    /// minds none.
    #[arg(long)]
    mutate: bool,

    /// Name every case, not only those that went wrong.
    #[arg(long, short)]
    verbose: bool,

    /// Judge as of this day (2026-11-21), instead of the day that each test repository is made for; a test with a day of its own keeps it.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,

    #[command(flatten)]
    packs: PackArguments,
}

/// Arguments of `policy lint`.
#[derive(Debug, Args)]
pub(super) struct Lint {
    #[command(flatten)]
    packs: PackArguments,
}

pub(super) fn run(command: &Command, _terminal: &Terminal) -> Result<Verdict, CliError> {
    match command {
        Command::Test(arguments) => test(arguments),
        Command::Lint(arguments) => lint(arguments),
    }
}

fn test(arguments: &Test) -> Result<Verdict, CliError> {
    let (engine, config) = arguments.packs.here()?;
    let engine = engine.watched();
    let as_of = arguments.as_of.as_deref().map(|day| project::as_of(Some(day), None)).transpose()?;
    let base = BaseSets::builtin().map_err(|errors| unusable(&errors))?;
    let base = base.for_packs(engine.policy()).map_err(|why| CliError::Usage(format!("`base` of a pack: {why}")))?;
    let named = super::explain::named(engine.catalog(), &arguments.only)?;
    let own = engine.own_rules();
    let chosen: BTreeSet<&RuleId> = match (arguments.only.is_empty(), own.is_empty()) {
        (true, false) => own,
        _ => named.into_iter().map(|rule| &rule.id).collect(),
    };
    let only = |id: &RuleId| chosen.contains(id);
    let base = as_of.map_or_else(|| base.clone(), |day| base.clone().judged_on(day));
    let check = |tree: &MemoryTree, day: Date, change: &MemoryChange| {
        engine.check_all(&plan(&config, tree, day, Past::Base(change)))
    };
    let tested = selftest::run(engine.policy(), &base, &only, &check);
    let mut out = io::stdout().lock();
    let mut wrong = 0;
    for result in &tested.results {
        let fine = result.state == selftest::CaseState::Validated;
        wrong += usize::from(!fine);
        if arguments.verbose || !fine {
            writeln!(out, "{}", line(result))?;
        }
    }
    if arguments.coverage {
        for gap in selftest::coverage(engine.policy(), &only, &tested) {
            wrong += 1;
            writeln!(out, "uncovered  {}: {}\n    {}", gap.rule, gap.what, engine.place(gap.place))?;
        }
    }
    if arguments.mutate {
        let check = |changed: &Changed<'_>| {
            let past = changed.before.map_or(Past::NotAsked, |before| Past::Base(before));
            engine.fires(&plan(&config, changed.tree, changed.as_of, past), changed.shape_of)
        };
        let report = mutate::run(engine.policy(), &base, &only, arguments.only.is_empty(), &check);
        wrong += mutated(&report, &mut out)?;
    }
    let cases = text::count(tested.results.len(), "case");
    writeln!(out, "{cases} of {}, {wrong} wrong", text::count(chosen.len(), "rule"))?;
    Ok(if wrong == 0 { Verdict::Clean } else { Verdict::Failed })
}

/// Lists what no rule minds; how many rules mind nothing.
fn mutated(report: &mutate::Mutated, out: &mut dyn Write) -> io::Result<usize> {
    for (place, changes) in &report.survivors {
        writeln!(out, "unguarded  {} ({changes})", text::sanitize(place))?;
    }
    for rule in &report.vacuous {
        writeln!(out, "vacuous    {rule}: no change of documents that pass makes it fire")?;
    }
    let (tried, fields) = (text::count(report.tried, "change"), text::count(report.survivors.len(), "field"));
    writeln!(out, "{tried} tried, {fields} unguarded")?;
    Ok(report.vacuous.len())
}

fn lint(arguments: &Lint) -> Result<Verdict, CliError> {
    let (engine, _) = arguments.packs.here()?;
    let mut out = io::stdout().lock();
    let doubts = engine.doubts();
    for doubt in &doubts {
        writeln!(out, "{}: {}", engine.place(doubt.span), doubt.message)?;
        if let Some(help) = &doubt.help {
            writeln!(out, "  help: {help}")?;
        }
    }
    writeln!(out, "{} about the rules", text::count(doubts.len(), "doubt"))?;
    Ok(if doubts.is_empty() { Verdict::Clean } else { Verdict::Failed })
}

fn unusable(errors: &[PolicyError]) -> EngineError {
    EngineError::Builtin {
        what: "base set of the rule tests",
        why: errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "),
    }
}

/// The whole pipeline over a tree in memory, by the built-in configuration with the
/// links of the repository's own.
fn plan<'a>(config: &Config, tree: &'a MemoryTree, as_of: Date, past: Past<'a>) -> Plan<'a> {
    Plan {
        tree,
        config: config.clone(),
        selection: Selection::everything(),
        as_of,
        fail_on: None,
        allow_empty: true,
        baseline: None,
        past,
    }
}

fn line(result: &selftest::CaseResult) -> String {
    let state = format!("{:?}", result.state).to_lowercase();
    let expects = format!("{:?}", result.expects).to_lowercase();
    let detail = if result.detail.is_empty() { String::new() } else { format!("\n    {}", result.detail) };
    format!("{state:10} {}: {expects}: {}{detail}", result.rule, result.name)
}
