//! `weighbridge check`: the main job.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::{Terminal, in_github_actions, step_summary};
use super::{CliError, Verdict, base, baseline, fix, packs, project};
use crate::config::{FailOn, Overrides, Profile};
use crate::discover::{DiskTree, Overlay, Selection};
use crate::engine::{Engine, EngineError, Plan};
use crate::outcome::Outcome;
use crate::report::{self, Format};
use crate::tree::Tree;

/// Arguments of `check`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line, independent of the others")]
pub(super) struct Arguments {
    /// Files or folders to report on. The whole repository is read all the same, because a changed evidence file
    /// concerns its release.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to print the report: human, concise, json, sarif, github, junit, gitlab, rdjson, rdjsonl, markdown or
    /// html.
    /// Under GitHub Actions, both github and human where none is given, and markdown as the summary of the step.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Also write the report to a file; may be given any number of times. With in-toto=FILE, a statement on the
    /// checkpoints of the releases, to be signed.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    output: Vec<(Written, PathBuf)>,

    /// Fail at this severity or above: error, warning, note or never.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// What could not be judged of a release is an error, not only listed.
    #[arg(long)]
    require_assessed: bool,

    /// Judge by these rules or packs alone.
    #[arg(long, value_name = "RULE|PACK", value_delimiter = ',')]
    select: Vec<String>,

    /// Leave these rules or packs out.
    #[arg(long, value_name = "RULE|PACK", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Which packs to judge by: auto (release where there is a release manifest, else card).
    #[arg(long, value_name = "NAME")]
    profile: Option<Profile>,

    /// The configuration file, instead of weighbridge.yaml at the root.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Judge as of this day (2026-11-21), instead of today.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,

    /// Report on the paths listed in a file, one a line (- for standard input). A Markdown file in the list is judged as a card only if it would be found as one.
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,

    /// Read the text of PATH from standard input.
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,

    #[command(flatten)]
    baseline: baseline::Options,

    #[command(flatten)]
    fixes: fix::Mending,

    /// Finding nothing to check is fine, instead of exit code 2, and a Markdown file that is named is judged as a card only if it would be found as one.
    #[arg(long)]
    allow_empty: bool,

    /// Say more: every release and everything that was not assessed, however many there are.
    #[arg(long, short)]
    verbose: bool,

    /// Put what is waived or in the baseline into SARIF too, as suppressed results. GitHub shows them as open.
    #[arg(long)]
    sarif_include_suppressed: bool,

    #[command(flatten)]
    change: base::ChangeOptions,

    #[command(flatten)]
    packs: packs::PackArguments,
}

/// A check that was done.
struct Checked {
    outcome: Outcome,
    options: report::RenderOptions,
}

/// What is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Report(Format),
    /// An in-toto statement.
    Statement,
}

impl Arguments {
    /// Whether something is written that can be limited to a change.
    fn annotates(&self) -> bool {
        let github = Written::Report(Format::Github);
        self.printed().contains(&Format::Github) || self.output.iter().any(|(written, _)| *written == github)
    }

    /// The formats that are printed.
    fn printed(&self) -> Vec<Format> {
        match self.format {
            Some(format) => vec![format],
            None if in_github_actions() => vec![Format::Human, Format::Github],
            None => vec![Format::Human],
        }
    }
}

fn parse_output(text: &str) -> Result<(Written, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write it as FORMAT=FILE, for example sarif=weighbridge.sarif")?;
    if file.is_empty() {
        return Err("write it as FORMAT=FILE: the file is missing".to_owned());
    }
    let written = if format == "in-toto" { Written::Statement } else { Written::Report(format.parse()?) };
    Ok((written, PathBuf::from(file)))
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Verdict, CliError> {
    if arguments.fixes.only_shows() {
        return prepared(arguments, |engine, plan, disk, _| arguments.fixes.show(engine, plan, disk));
    }
    withdraw_statements(arguments)?;
    let result = judge(arguments, terminal);
    if let Err(error) = &result {
        report_failure(arguments, &error.to_string())?;
    }
    let checked = result?;
    // What was found is said even where a file cannot be written.
    let written = write_files(arguments, &checked);
    print(arguments, &checked)?;
    summarise(arguments, terminal, &checked.outcome)?;
    written?;
    Ok(if checked.outcome.failed() { Verdict::Failed } else { Verdict::Clean })
}

fn judge(arguments: &Arguments, terminal: &Terminal) -> Result<Checked, CliError> {
    let checked = prepared(arguments, |engine, plan, disk, base| {
        arguments.fixes.mend(engine, plan, disk)?;
        let outcome = engine.check(plan)?;
        let options = report::RenderOptions {
            suppressed: arguments.sarif_include_suppressed,
            annotated: if arguments.annotates() { base.annotated(&outcome) } else { None },
            ..terminal.render_options(arguments.verbose)
        };
        Ok(Checked { outcome, options })
    })?;
    let outcome = &checked.outcome;
    let nothing = outcome.files.is_empty() && outcome.findings.is_empty() && !arguments.allow_empty;
    match arguments.paths.iter().find(|path| nothing && path.is_dir()) {
        Some(folder) => Err(EngineError::Nothing(folder.display().to_string()).into()),
        None => Ok(checked),
    }
}

/// Does something with the check that was asked for.
fn prepared<T>(
    arguments: &Arguments,
    then: impl FnOnce(&Engine, &Plan<'_>, &DiskTree, &base::Base) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let mut paths = arguments.paths.clone();
    // An empty list of files is nothing to report on, not everything.
    let everything = paths.is_empty() && arguments.files_from.is_none() && arguments.stdin_filename.is_none();
    if let Some(list) = &arguments.files_from {
        paths.extend(crate::discover::listed_paths(&project::read(list)?));
        gone(&paths);
    }
    paths.extend(arguments.stdin_filename.clone());
    let disk = project::open(&paths)?;
    there(&disk, &arguments.paths)?;
    // The process ends with it: to take it apart would cost one card a thirtieth of the run.
    let engine = ManuallyDrop::new(arguments.packs.judging(&disk)?);
    let overlay = match &arguments.stdin_filename {
        Some(path) => {
            Some(Overlay::new(&disk, path, project::read(Path::new("-"))?.into_bytes()).map_err(CliError::Usage)?)
        }
        None => None,
    };
    let tree: &dyn Tree = overlay.as_ref().map_or(&disk, |overlay| overlay);
    let overrides = Overrides {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        profile: arguments.profile,
        fail_on: arguments.fail_on,
        require_assessed: arguments.require_assessed,
    };
    let config = project::configure(tree, arguments.config.as_deref(), &engine, &overrides)?;
    if config.is_narrowed() && arguments.output.iter().any(|(written, _)| *written == Written::Statement) {
        let why = "a statement is about the whole policy; leave out --select, --ignore and --profile";
        return Err(CliError::Usage(format!("--output in-toto: {why}")));
    }
    let mut selection =
        if everything { Selection::everything() } else { Selection::of(&disk, &paths).map_err(CliError::Usage)? };
    if arguments.allow_empty || arguments.files_from.is_some() {
        selection = selection.collected();
    }
    let fail_on = config.fail_on();
    let base = arguments.change.open(&disk)?;
    let mut plan = Plan {
        tree,
        config,
        selection,
        as_of: project::as_of(arguments.as_of.as_deref(), Some(tree))?,
        fail_on,
        allow_empty: arguments.allow_empty,
        baseline: None,
        past: base.past(),
    };
    plan.baseline = baseline::prepare(&arguments.baseline, &engine, &plan, &disk)?;
    then(&engine, &plan, &disk, &base)
}

/// A path that was typed and is not there is a mistake, lest a gate with a slip of
/// the pen be green. A list of changed files may well name deleted ones.
fn there(disk: &DiskTree, paths: &[PathBuf]) -> Result<(), CliError> {
    let gone = paths.iter().find(|path| path.symlink_metadata().is_err() && disk.relative(path).is_some());
    gone.map_or(Ok(()), |path| {
        let message = format!(
            "{}: there is no such file or folder; files that were deleted may be named with --files-from",
            path.display()
        );
        Err(CliError::Usage(message))
    })
}

/// Says which of the listed files are not there: their findings are gone with them.
fn gone(paths: &[PathBuf]) {
    let missing: Vec<String> =
        paths.iter().filter(|path| path.symlink_metadata().is_err()).map(|path| path.display().to_string()).collect();
    if let Some(first) = missing.first() {
        let more = match missing.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        super::complain(&format!("weighbridge: --files-from: {first}{more}: not there, so nothing is reported on it"));
    }
}

fn write_files(arguments: &Arguments, Checked { outcome, options }: &Checked) -> Result<(), CliError> {
    let options = report::RenderOptions { color: false, hyperlinks: false, ..options.clone() };
    let mut without_subject = None;
    for (written, path) in &arguments.output {
        let wrong = |error: io::Error| CliError::Write { path: path.display().to_string(), error };
        let mut bytes = Vec::new();
        match written {
            Written::Report(format) => report::render(*format, outcome, &options, &mut bytes)?,
            Written::Statement => {
                let Some(statement) = report::statement(outcome) else {
                    without_subject = Some(path);
                    continue;
                };
                report::write_json(&statement, &mut bytes)?;
            }
        }
        fs::write(path, bytes).map_err(wrong)?;
    }
    without_subject.map_or(Ok(()), |path| {
        let why = "no release that was checked is at an external stage and names the digest of its checkpoint";
        let help = "set `metadata.stage` and write `artifacts.checkpoint.digest`, or leave out `--output in-toto=…`";
        Err(CliError::Usage(format!("cannot write {}: {why}\n  help: {help}", path.display())))
    })
}

/// The statement of an earlier run must not pass for that of this one.
fn withdraw_statements(arguments: &Arguments) -> Result<(), CliError> {
    let statements = arguments.output.iter().filter(|(written, _)| *written == Written::Statement);
    for (_, path) in statements {
        if path.exists() {
            fs::write(path, "").map_err(|error| CliError::Write { path: path.display().to_string(), error })?;
        }
    }
    Ok(())
}

/// A check that could not be done leaves a SARIF file that says so, lest the last
/// run's stand for it.
fn report_failure(arguments: &Arguments, message: &str) -> Result<(), CliError> {
    for (written, path) in &arguments.output {
        if *written == Written::Report(Format::Sarif) {
            let wrong = |error: io::Error| CliError::Write { path: path.display().to_string(), error };
            let mut file = BufWriter::new(File::create(path).map_err(wrong)?);
            report::render_failure(message, &mut file).and_then(|()| file.flush()).map_err(wrong)?;
        }
    }
    Ok(())
}

/// Under GitHub Actions, and where nobody asked for a format: adds the report to the
/// summary of the step, behind what other commands of it have written.
fn summarise(arguments: &Arguments, terminal: &Terminal, outcome: &Outcome) -> Result<(), CliError> {
    let Some(path) = step_summary().filter(|_| arguments.format.is_none()) else { return Ok(()) };
    let wrong = |error: io::Error| CliError::Write {
        path: format!("the summary of the step, {} (GITHUB_STEP_SUMMARY)", path.display()),
        error,
    };
    let mut bytes = Vec::new();
    report::render(Format::Markdown, outcome, &terminal.render_options(arguments.verbose), &mut bytes)?;
    let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(wrong)?;
    file.write_all(&bytes).map_err(wrong)
}

fn print(arguments: &Arguments, Checked { outcome, options }: &Checked) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for format in arguments.printed() {
        report::render(format, outcome, options, &mut out)?;
    }
    out.flush()?;
    Ok(())
}
