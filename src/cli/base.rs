//! `check --base`: what a change has to do with. Findings about records that it rewrites, and
//! annotations where it is; never the verdict on anything else.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use similar::{DiffTag, TextDiff};

use super::{CliError, complain};
use crate::discover::{DiskTree, Revision};
use crate::engine::Past;
use crate::outcome::Outcome;
use crate::report::{Changes, Lines};
use crate::text;
use crate::tree::{DOCUMENT_BYTES, ReadError};

/// Files with more lines than this are changed as a whole.
const LINES: usize = 5_000;

/// The arguments of `check` about a change.
#[derive(Debug, Args)]
pub(super) struct ChangeOptions {
    /// The branch or commit that a change is made to (origin/main): registered versions and approvals that the change
    /// rewrites are findings, and annotations of GitHub those of the lines that it changes.
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Which findings become annotations of GitHub: all, those where the change is (changed, with --base) or none. The
    /// verdict and every other format stay as they are.
    #[arg(long, value_name = "WHICH", hide_possible_values = true)]
    annotations: Option<Annotations>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Annotations {
    All,
    Changed,
    None,
}

/// What the change is compared with.
pub(super) struct Base {
    annotations: Annotations,
    revision: Option<Result<Revision, String>>,
}

impl ChangeOptions {
    /// Looks up the base, where one is named. One that is not known is said, and listed as not assessed.
    pub(super) fn open(&self, disk: &DiskTree) -> Result<Base, CliError> {
        let revision = self.base.as_ref().map(|base| Revision::base(disk.root(), base));
        if revision.is_none() && self.annotations == Some(Annotations::Changed) {
            return Err(CliError::Usage("--annotations changed goes with --base".to_owned()));
        }
        if let (Some(base), Some(Err(why))) = (&self.base, &revision) {
            let base = text::quote(base);
            let annotated = self.annotations.is_none_or(|which| which == Annotations::Changed);
            let all = if annotated { ", and every finding can be annotated" } else { "" };
            complain(&format!("weighbridge: --base {base}: {why}; what the change rewrites is not assessed{all}"));
        }
        let usual = if revision.is_some() { Annotations::Changed } else { Annotations::All };
        Ok(Base { annotations: self.annotations.unwrap_or(usual), revision })
    }
}

impl Base {
    /// What a check compares records with.
    pub(super) fn past(&self) -> Past<'_> {
        match &self.revision {
            None => Past::NotAsked,
            Some(Ok(revision)) => Past::Base(revision),
            Some(Err(why)) => Past::Unknown(why.clone()),
        }
    }

    /// Where annotations may stand; `None` for everywhere.
    pub(super) fn annotated(&self, outcome: &Outcome) -> Option<Changes> {
        match (self.annotations, &self.revision) {
            (Annotations::None, _) => Some(Changes::default()),
            (Annotations::Changed, Some(Ok(revision))) => Some(changes(outcome, revision)),
            _ => None,
        }
    }
}

/// The lines that have changed of each file that a finding shows.
fn changes(outcome: &Outcome, revision: &Revision) -> Changes {
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    for finding in &outcome.findings {
        let shown = finding.related.iter().map(|label| label.span).chain([finding.primary.span]);
        for source in shown.map(|span| outcome.sources.of(span)) {
            if !files.contains_key(source.path()) {
                let before = revision.at_top(source.path(), DOCUMENT_BYTES);
                files.insert(source.path().to_owned(), changed(before, source.text()));
            }
        }
    }
    Changes(files)
}

fn changed(before: Result<Vec<u8>, ReadError>, now: &str) -> Lines {
    let Ok(before) = before else { return Lines::All };
    let before = String::from_utf8_lossy(&before);
    if before.lines().count().max(now.lines().count()) > LINES {
        return if before == now { Lines::These(Vec::new()) } else { Lines::All };
    }
    let diff = TextDiff::from_lines(&*before, now);
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal).map(|op| {
        // Where lines were taken out, the one before and the one after are next to the change.
        let new = op.new_range();
        if new.is_empty() { (new.start, new.start + 1) } else { (new.start + 1, new.end) }
    });
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    Lines::These(changed.map(|(first, last)| (line(first), line(last))).collect())
}
