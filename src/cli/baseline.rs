//! `check --baseline`, `--write-baseline` and `--prune`: a gate put up over a
//! repository that has findings already.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, project};
use crate::discover::DiskTree;
use crate::engine::{Engine, Plan};
use crate::tree::{DOCUMENT_BYTES, Tree as _};
use crate::waiver::baseline::{self, Baseline, Counts};

/// The arguments of `check` about baselines.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Findings that FILE counts do not fail the check (instead of `baseline` in weighbridge.yaml). One more of a
    /// rule in a document than it counts, and all of them do.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Count the findings that there are now into FILE, and judge by it. A file that is there is only made smaller.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "prune"])]
    write_baseline: Option<PathBuf>,

    /// Take out of the baseline what is no longer found, and judge by the rest.
    #[arg(long)]
    prune: bool,
}

/// A file on disk, and how people see it.
struct Named {
    file: PathBuf,
    shown: String,
    /// Its path in the repository, where the configuration names it: then it must not
    /// lie outside.
    inside: Option<String>,
}

impl Named {
    fn given(file: &Path, disk: &DiskTree) -> Self {
        let shown = disk.relative(file).map_or_else(|| file.display().to_string(), |path| disk.display(&path));
        Self { file: file.to_owned(), shown, inside: None }
    }

    fn configured(path: &str, disk: &DiskTree) -> Self {
        Self { file: disk.root().join(path), shown: disk.display(path), inside: Some(path.to_owned()) }
    }

    fn read(&self, disk: &DiskTree) -> Result<Baseline, CliError> {
        let Some(path) = &self.inside else { return self.parse(&project::read(&self.file)?) };
        let bytes = disk.read(path, DOCUMENT_BYTES);
        let bytes = bytes.map_err(|error| CliError::Usage(format!("the baseline {}: {error}", self.shown)))?;
        self.parse(&String::from_utf8_lossy(&bytes))
    }

    fn parse(&self, text: &str) -> Result<Baseline, CliError> {
        Baseline::parse(&self.shown, text).map_err(|why| CliError::Usage(format!("the baseline cannot be used\n{why}")))
    }

    fn write(&self, counts: &Counts) -> Result<Baseline, CliError> {
        let text = baseline::render(counts);
        fs::write(&self.file, &text).map_err(|error| CliError::Write { path: self.shown.clone(), error })?;
        self.parse(&text)
    }
}

/// The baseline to judge by, written or pruned first where that was asked for.
pub(super) fn prepare(
    arguments: &Options,
    engine: &Engine,
    plan: &Plan<'_>,
    disk: &DiskTree,
) -> Result<Option<Baseline>, CliError> {
    if let Some(file) = &arguments.write_baseline {
        return start(&Named::given(file, disk), engine, plan, disk).map(Some);
    }
    let named = match (&arguments.baseline, plan.config.baseline()) {
        (Some(file), _) => Named::given(file, disk),
        (None, Some(path)) => Named::configured(path, disk),
        (None, None) if arguments.prune => {
            let message = "--prune: there is no baseline; name it with --baseline FILE, or in weighbridge.yaml";
            return Err(CliError::Usage(message.to_owned()));
        }
        (None, None) => return Ok(None),
    };
    let baseline = named.read(disk)?;
    if !arguments.prune {
        return Ok(Some(baseline));
    }
    whole("--prune", plan)?;
    named.write(&baseline.pruned(&engine.count(plan)?)).map(Some)
}

/// Writes a baseline; one that is there may only shrink.
fn start(named: &Named, engine: &Engine, plan: &Plan<'_>, disk: &DiskTree) -> Result<Baseline, CliError> {
    whole("--write-baseline", plan)?;
    let counts = engine.count(plan)?.counts;
    if named.file.exists() {
        let before = named.read(disk)?;
        if let Some((path, rule)) = before.grown(&counts) {
            return Err(CliError::Usage(format!(
                "--write-baseline: {} would grow: `{path}` has more findings of `{rule}` than it allows. A baseline \
                 only shrinks; mend the findings, or delete the file to start again",
                named.shown
            )));
        }
    }
    named.write(&counts)
}

/// A count of a part would take the rest for mended.
fn whole(option: &str, plan: &Plan<'_>) -> Result<(), CliError> {
    if plan.selection.is_everything() && !plan.config.is_narrowed() {
        return Ok(());
    }
    let message =
        "a baseline is of the whole repository and all of its rules; leave out PATH, --select, --ignore and --profile";
    Err(CliError::Usage(format!("{option}: {message}")))
}
