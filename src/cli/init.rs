//! `weighbridge init`: from a repository as it is to one with a gate.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::{CliError, Verdict, project};
use crate::config::Overrides;
use crate::discover::DiskTree;
use crate::engine::Engine;
use crate::scaffold::{self, Draft, Model, Survey, WriteError};
use crate::text;
use crate::tree::Tree as _;

/// The most models for which files are written at once.
const MOST: usize = 5;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only show what would be written.
    #[arg(long)]
    dry_run: bool,

    /// Write these alone.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    only: Vec<What>,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// weighbridge.yaml.
    Config,
    /// A skeleton of the card of each model that has none.
    Card,
    /// The manifest of a first release.
    Release,
    /// The workflow of GitHub Actions.
    Workflow,
    /// The hook of pre-commit.
    Hook,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, CliError> {
    let tree = project::open(&[])?;
    let config = project::configure(&tree, None, &Engine::builtin()?, &Overrides::default())?;
    let name = tree.root().file_name().and_then(|name| name.to_str()).unwrap_or("model").to_owned();
    let survey = scaffold::survey(&tree, &config, &name);
    let mut out = io::stdout().lock();
    tell(&survey, &mut out)?;
    let plan = plan(&tree, &survey);
    let wanted = |what: What| arguments.only.is_empty() || arguments.only.contains(&what);
    let mut written = 0;
    for (what, draft) in plan.iter().filter(|(what, _)| wanted(*what)) {
        let shown = text::sanitize(&tree.display(&draft.path)).into_owned();
        if arguments.dry_run {
            show(&tree, draft, &shown, &mut out)?;
        } else if write(&tree, draft, &shown, &mut out)? {
            written += 1;
        } else if *what == What::Hook {
            writeln!(out, "if it has no hook of weighbridge, add:")?;
            indented(draft, &mut out)?;
        }
    }
    if written > 0 {
        writeln!(out, "\nnext: `weighbridge check` says what only you can write")?;
    }
    Ok(Verdict::Clean)
}

fn tell(survey: &Survey, out: &mut impl Write) -> io::Result<()> {
    let count = |paths: &[String], noun: &str| match paths {
        [] => format!("no {noun}"),
        [one] => format!("one {noun} ({})", text::quote(one)),
        many => text::count(many.len(), noun),
    };
    writeln!(out, "found {}, {}", count(&survey.cards, "model card"), count(&survey.releases, "release manifest"))?;
    for model in survey.models.iter().take(MOST) {
        let folder = if model.folder.is_empty() { "." } else { &model.folder };
        let base = model.base.as_ref().map_or(String::new(), |base| format!(" on `{}`", text::quote(base)));
        writeln!(out, "found {}{base} in {}", model.what, text::quote(folder))?;
    }
    if survey.models.len() > MOST {
        let more = survey.models.len() - MOST;
        writeln!(out, "found {more} more; `weighbridge new card` and `new release` write for one of them")?;
    }
    writeln!(out)
}

/// Everything that could be written, in the order of writing.
fn plan(tree: &DiskTree, survey: &Survey) -> Vec<(What, Draft)> {
    let mut plan = Vec::new();
    // Where there are manifests, people have decided what is released.
    let models = if survey.models.len() > MOST { &[][..] } else { &survey.models };
    let (mut cards, mut releases) = (survey.cards.len(), survey.releases.len());
    for model in models {
        let card = model.card.clone().or_else(|| card_path(tree, model));
        if let (None, Some(path)) = (&model.card, &card) {
            cards += 1;
            plan.push((What::Card, Draft { path: path.clone(), text: scaffold::card(model) }));
        }
        if let (Some(card), true) = (&card, survey.releases.is_empty()) {
            releases += 1;
            plan.push((What::Release, Draft { path: manifest_path(model), text: scaffold::manifest(model, card) }));
        }
    }
    plan.insert(
        0,
        (What::Config, Draft { path: scaffold::CONFIG.to_owned(), text: scaffold::config(cards, releases) }),
    );
    // Workflows and hooks belong to the top of the repository.
    if tree.display(scaffold::CONFIG) == scaffold::CONFIG {
        plan.push((What::Workflow, Draft { path: scaffold::WORKFLOW.to_owned(), text: scaffold::workflow() }));
        plan.push((What::Hook, Draft { path: scaffold::HOOK.to_owned(), text: scaffold::hook() }));
    }
    plan
}

fn manifest_path(model: &Model) -> String {
    format!("{}/release.yaml", scaffold::About::usual_folder(&model.name, model.next_version()))
}

/// Where the card of a model can be written: beside its files, where the name is free.
fn card_path(tree: &DiskTree, model: &Model) -> Option<String> {
    let below = |name: &str| {
        if model.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", model.folder) }
    };
    let free = |path: &String| tree.root().join(path).symlink_metadata().is_err();
    ["README.md", "MODEL_CARD.md"].into_iter().map(below).find(free)
}

fn show(tree: &DiskTree, draft: &Draft, shown: &str, out: &mut impl Write) -> io::Result<()> {
    if tree.root().join(&draft.path).symlink_metadata().is_ok() {
        return writeln!(out, "{shown}: there already, would be left as it is");
    }
    writeln!(out, "would write {shown}:")?;
    indented(draft, out)?;
    writeln!(out)
}

fn indented(draft: &Draft, out: &mut impl Write) -> io::Result<()> {
    draft.text.lines().try_for_each(|line| writeln!(out, "    {}", text::sanitize(line)))
}

fn write(tree: &DiskTree, draft: &Draft, shown: &str, out: &mut impl Write) -> Result<bool, CliError> {
    match scaffold::write_new(tree.root(), draft) {
        Ok(()) => writeln!(out, "wrote {shown}")?,
        Err(WriteError::Io(error)) => return Err(CliError::Write { path: shown.to_owned(), error }),
        Err(error) => {
            writeln!(out, "{shown}: {error}")?;
            return Ok(false);
        }
    }
    Ok(true)
}
