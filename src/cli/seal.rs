//! `weighbridge seal RELEASE`: the digests of a draft, so that nobody copies them by hand.

use std::io::{self, Write as _};
use std::path::Path;

use clap::Args;

use super::{CliError, Verdict, diff, project};
use crate::config::Overrides;
use crate::discover::Selection;
use crate::engine::{Engine, Past, Plan};
use crate::text;
use crate::tree::Tree as _;

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
        past: Past::NotAsked,
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
        diff::write(&path, &sealing.before, &sealing.after, &mut out)?;
        return Ok(if changed { Verdict::Failed } else { Verdict::Clean });
    }
    if changed {
        tree.rewrite(&sealing.path, sealing.before.as_bytes(), sealing.after.as_bytes())
            .map_err(|why| CliError::Usage(format!("cannot write {path}: {why}")))?;
        diff::write(&path, &sealing.before, &sealing.after, &mut out)?;
    } else {
        writeln!(out, "{}: every digest is that of what is there", text::sanitize(&path))?;
    }
    Ok(Verdict::Clean)
}
