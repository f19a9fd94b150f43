//! `weighbridge policy`: packs prove themselves.

use std::io::{self, Write as _};

use clap::{Args, Subcommand};

use super::terminal::Terminal;
use super::{CliError, Verdict, project};
use crate::config::Config;
use crate::discover::Selection;
use crate::engine::{Engine, EngineError, Plan};
use crate::outcome::Outcome;
use crate::policy::selftest;
use crate::text;
use crate::tree::MemoryTree;

/// Subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the tests that the rules carry.
    Test(Test),
}

/// Arguments of `policy test`.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Also fail where a rule has no test that fires, or none that passes.
    #[arg(long)]
    coverage: bool,

    /// Name every case, not only those that went wrong.
    #[arg(long, short)]
    verbose: bool,

    /// Judge as of this day (2026-11-21), instead of today.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

pub(super) fn run(command: &Command, _terminal: &Terminal) -> Result<Verdict, CliError> {
    let Command::Test(arguments) = command;
    let engine = Engine::builtin()?;
    let as_of = project::as_of(arguments.as_of.as_deref())?;
    let base = selftest::BaseSet::builtin().map_err(|errors| EngineError::Builtin {
        what: "base set of the rule tests",
        why: errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "),
    })?;
    let check = |tree: &MemoryTree| judge(&engine, tree, as_of);
    let results = selftest::run(engine.policy(), &base, &check);
    let mut out = io::stdout().lock();
    let mut wrong = 0;
    for result in &results {
        let fine = result.state == selftest::CaseState::Validated;
        wrong += usize::from(!fine);
        if arguments.verbose || !fine {
            writeln!(out, "{}", line(result))?;
        }
    }
    if arguments.coverage {
        for gap in selftest::coverage(engine.policy(), &results) {
            wrong += 1;
            writeln!(out, "uncovered {gap}: no case makes it fire")?;
        }
    }
    writeln!(
        out,
        "{} of {}, {} wrong",
        text::count(results.len(), "case"),
        text::count(engine.catalog().len(), "rule"),
        wrong
    )?;
    Ok(if wrong == 0 { Verdict::Clean } else { Verdict::Failed })
}

/// The whole pipeline over a tree in memory, by the built-in configuration.
fn judge(engine: &Engine, tree: &MemoryTree, as_of: jiff::civil::Date) -> Outcome {
    let plan = Plan {
        tree,
        config: Config::default(),
        selection: Selection::everything(),
        as_of,
        fail_on: None,
        allow_empty: true,
        baseline: None,
    };
    engine.check_all(&plan)
}

fn line(result: &selftest::CaseResult) -> String {
    let state = format!("{:?}", result.state).to_lowercase();
    let expects = format!("{:?}", result.expects).to_lowercase();
    let detail = if result.detail.is_empty() { String::new() } else { format!("\n    {}", result.detail) };
    format!("{state:10} {}: {expects}: {}{detail}", result.rule, result.name)
}
