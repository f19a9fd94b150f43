//! `check --fix` and `--diff`: what is certain is mended by the program.

use std::io::{self, Write as _};

use clap::Args;

use super::{CliError, Verdict, complain, diff};
use crate::discover::DiskTree;
use crate::engine::{Engine, Mended, Plan};
use crate::text::{self, count};
use crate::tree::Tree as _;

/// The arguments of `check` about fixes.
#[derive(Debug, Args)]
pub(super) struct Mending {
    /// Mend what can only be meant in one way, then report what is left. Documents that people have decided on
    /// (approval records, waivers, whatever a digest is bound to) are left alone.
    #[arg(long, group = "mending", conflicts_with_all = ["stdin_filename", "write_baseline", "prune"])]
    fix: bool,

    /// Show what --fix would change, and change nothing; exit code 1 if there is anything.
    #[arg(
        long,
        group = "mending",
        conflicts_with_all = ["stdin_filename", "write_baseline", "prune", "format", "output"]
    )]
    diff: bool,

    /// With --fix or --diff: fixes that are to be looked over, too, such as sections to be written.
    #[arg(long, requires = "mending")]
    unsafe_fixes: bool,
}

impl Mending {
    /// Whether only the difference is asked for.
    pub(super) fn only_shows(&self) -> bool {
        self.diff
    }

    /// Mends the repository on disk, where that was asked for, and says what was done.
    pub(super) fn mend(&self, engine: &Engine, plan: &Plan<'_>, disk: &DiskTree) -> Result<(), CliError> {
        if !self.fix {
            return Ok(());
        }
        let (mut changes, mut files) = (0, 0);
        for mended in engine.mend(plan, self.unsafe_fixes)? {
            let path = disk.display(&mended.path);
            match disk.rewrite(&mended.path, mended.before.as_bytes(), mended.after.as_bytes()) {
                Ok(()) => {
                    (changes, files) = (changes + mended.made.len(), files + 1);
                    tell(&path, &mended);
                }
                Err(why) => complain(&format!("weighbridge: {path}: left as it is: {why}")),
            }
        }
        if files > 0 {
            complain(&format!("weighbridge: {} made in {}", count(changes, "change"), count(files, "file")));
        }
        Ok(())
    }

    /// Prints what would be changed.
    pub(super) fn show(&self, engine: &Engine, plan: &Plan<'_>, disk: &DiskTree) -> Result<Verdict, CliError> {
        let all = engine.mend(plan, self.unsafe_fixes)?;
        let mut out = io::stdout().lock();
        for mended in &all {
            diff::write(&disk.display(&mended.path), &mended.before, &mended.after, &mut out)?;
        }
        out.flush()?;
        Ok(if all.is_empty() { Verdict::Clean } else { Verdict::Failed })
    }
}

fn tell(path: &str, mended: &Mended) {
    for made in &mended.made {
        complain(&format!("weighbridge: {path}: {} ({})", text::quote(&made.title), made.rule));
    }
}
