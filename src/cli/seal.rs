//! `weighbridge seal RELEASE`: the digests of a draft, so that nobody copies them by hand.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::{CliError, Verdict, project};
use crate::config::Overrides;
use crate::discover::Selection;
use crate::engine::{Engine, Plan, Sealing};
use crate::text;
use crate::tree::Tree as _;

/// How far ahead an old line is looked for behind lines that are new.
const NEW_IN_A_ROW: usize = 16;

/// Arguments of `seal`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The release: its manifest, the folder of its manifest, or its id.
    #[arg(value_name = "RELEASE")]
    release: String,

    /// Show what would be written, and write nothing; exit code 1 if there is anything.
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, CliError> {
    let given = Path::new(&arguments.release);
    let paths = if given.exists() { vec![given.to_owned()] } else { Vec::new() };
    let tree = project::open(&paths)?;
    let engine = Engine::builtin()?;
    let config = project::configure(&tree, None, &engine, &Overrides::default())?;
    let as_of = project::as_of(None, Some(&tree))?;
    let plan = Plan {
        tree: &tree,
        config,
        selection: Selection::everything(),
        as_of,
        fail_on: None,
        allow_empty: true,
        baseline: None,
    };
    let named = if given.exists() { tree.relative(given).unwrap_or_default() } else { arguments.release.clone() };
    let shown = text::quote(&arguments.release);
    let sealing = engine.sealing(&plan, &named).map_err(|why| CliError::Usage(format!("{shown}: {why}")))?;
    let mut out = io::stdout().lock();
    let path = tree.display(&sealing.path);
    for (what, why) in &sealing.without {
        writeln!(out, "{}: {what} is left as it is: {why}", text::sanitize(&path))?;
    }
    let changed = sealing.before != sealing.after;
    if arguments.diff {
        diff(&path, &sealing, &mut out)?;
        return Ok(if changed { Verdict::Failed } else { Verdict::Clean });
    }
    if changed {
        let file = tree.root().join(&sealing.path);
        std::fs::write(&file, &sealing.after).map_err(|error| CliError::Write { path: path.clone(), error })?;
        diff(&path, &sealing, &mut out)?;
    } else {
        writeln!(out, "{}: every digest is that of what is there", text::sanitize(&path))?;
    }
    Ok(Verdict::Clean)
}

/// The lines that differ. Lines are changed or added, never taken away.
fn diff(path: &str, sealing: &Sealing, out: &mut dyn Write) -> io::Result<()> {
    let old: Vec<&str> = sealing.before.lines().collect();
    let new: Vec<&str> = sealing.after.lines().collect();
    if old == new {
        return Ok(());
    }
    writeln!(out, "{}", text::sanitize(path))?;
    let mut at = 0;
    let mut number = 0;
    while let Some(line) = new.get(number) {
        let before = old.get(at);
        if before == Some(line) {
            at += 1;
        } else {
            let later = new.iter().skip(number + 1).take(NEW_IN_A_ROW).any(|line| Some(line) == before);
            if let Some(before) = before.filter(|_| !later) {
                writeln!(out, "{:>5} - {}", number + 1, text::sanitize(before))?;
                at += 1;
            }
            writeln!(out, "{:>5} + {}", number + 1, text::sanitize(line))?;
        }
        number += 1;
    }
    Ok(())
}
