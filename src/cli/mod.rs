//! The command line: one file per command, all of them thin.
//!
//! Exit codes are the same whatever the format: 0, nothing at or above
//! `--fail-on`; 1, findings at or above it; 2, the job could not be done.

mod base;
mod baseline;
mod check;
mod diff;
mod digest;
mod explain;
mod fix;
mod init;
mod inspect;
mod new;
mod packs;
mod policy;
mod project;
mod rules;
mod schema;
mod seal;
mod shell;
mod terminal;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use thiserror::Error;

use crate::engine::EngineError;
use crate::text;
use terminal::Terminal;

/// A static policy linter and CI gate for model releases.
///
/// Reads the repository as it stands (model cards, release manifests and the evidence that they point to) and says
/// exactly which line keeps a release off the road. It never touches the network and never runs a model.
#[derive(Debug, Parser)]
#[command(name = "weighbridge", version, max_term_width = 110, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colour: always, never, or as the terminal, `NO_COLOR` and `CLICOLOR_FORCE` say.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        display_order = 100
    )]
    color: terminal::Color,
}

const EXIT_CODES: &str =
    "Exit codes: 0 nothing at or above --fail-on; 1 findings at or above it; 2 the job could not be done.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge the repository: the main job.
    Check(Box<check::Arguments>),
    /// Show what was understood of one file: kind, topics and their state, facts, each with its line.
    Inspect(inspect::Arguments),
    /// List every rule.
    Rules(rules::Arguments),
    /// Explain one rule: what, why, how to fix it, examples.
    Explain(explain::Arguments),
    /// Print digests as a release's documents write them: of files, manifests and folders of weights.
    Digest(digest::Arguments),
    /// Fill in the digests of an approval record that is still a draft.
    Seal(seal::Arguments),
    /// Print the JSON Schema of a kind of document.
    Schema(schema::Arguments),
    /// Work with policy packs.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Put up the gate here: configuration, workflow and hook, and what the files of the repository say of a first release.
    Init(init::Arguments),
    /// Write a document of some kind to begin with.
    #[command(subcommand)]
    New(new::Command),
    /// Print the completions of a shell.
    Completions(shell::Completions),
    /// Print the manual page.
    Man,
}

/// Why a command could not do its job: exit code 2.
#[derive(Debug, Error)]
enum CliError {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("cannot write {path}: {error}")]
    Write { path: String, error: io::Error },
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Clean,
    Failed,
}

/// Runs the program with the given arguments (the first is the program's name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            return if refuse(&error) { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let terminal = Terminal::new(arguments.color);
    let result = match &arguments.command {
        Command::Check(arguments) => check::run(arguments, &terminal),
        Command::Inspect(arguments) => inspect::run(arguments, &terminal),
        Command::Rules(arguments) => rules::run(arguments, &terminal),
        Command::Explain(arguments) => explain::run(arguments, &terminal),
        Command::Digest(arguments) => digest::run(arguments),
        Command::Seal(arguments) => seal::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::New(command) => new::run(command),
        Command::Completions(arguments) => shell::completions(arguments),
        Command::Man => shell::man(),
        Command::Policy(command) => policy::run(command, &terminal),
    };
    match result {
        Ok(Verdict::Clean) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        // Whoever read the report has read enough of it.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("weighbridge: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Prints what clap has to say: the help that was asked for, or why the arguments
/// cannot be taken (then `true`).
fn refuse(error: &clap::Error) -> bool {
    if error.use_stderr() && !io::stderr().is_terminal() {
        complain(&error.render().to_string());
        return true;
    }
    error.print().is_err() || error.use_stderr()
}

/// Writes to standard error, which is a log as well: what a path or a
/// configuration says must not end up in it as it is.
fn complain(message: &str) {
    let mut err = io::stderr().lock();
    for line in message.lines() {
        let _ = writeln!(err, "{}", text::sanitize(line));
    }
}
