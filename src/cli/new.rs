//! `weighbridge new`: a document of each kind to begin with.

use std::io::{self, Write as _};

use clap::{Args, Subcommand};

use super::{CliError, Verdict, project};
use crate::config::Config;
use crate::discover::{DiskTree, Selection, discover};
use crate::kind::Kind;
use crate::parse::{Node, yaml};
use crate::scaffold::{self, About, Draft, Subject, WriteError};
use crate::source::SourceId;
use crate::text;
use crate::tree::{DOCUMENT_BYTES, Tree as _, parent};

/// Subcommands of `new`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The card of a model, with the sections that it must have: models/MODEL/README.md.
    Card(OfModel),
    /// The manifest of a release: releases/MODEL/VERSION/release.yaml.
    Release(OfRelease),
    /// The evaluation packet of a release, beside its manifest.
    EvaluationPacket(OfRelease),
    /// The security review of a release, beside its manifest.
    SecurityReview(OfRelease),
    /// The approvals of a release, beside its manifest.
    Approvals(OfRelease),
    /// The versions of a model: models/MODEL/registry.yaml.
    Registry(OfModel),
    /// The versions of a prompt: prompts/PROMPT/registry.yaml.
    PromptRegistry(OfPrompt),
    /// One revision of a dataset, for every release that uses it: data/DATASET.yaml.
    Dataset(OfDataset),
    /// What is the same for all releases, with the people: .weighbridge/org.yaml.
    Organisation,
    /// The findings that were agreed to: .weighbridge/waivers.yaml.
    Waivers,
    /// A pack with one rule, a test that fails and one that passes, in .weighbridge/policies.
    Policy(OfPack),
}

/// What is about a model.
#[derive(Debug, Args)]
pub(super) struct OfModel {
    /// The model, as registries and releases call it: support-assistant.
    #[arg(value_name = "MODEL")]
    model: String,
}

/// What is about a release.
#[derive(Debug, Args)]
pub(super) struct OfRelease {
    /// The model that is released: support-assistant.
    #[arg(value_name = "MODEL")]
    model: String,
    /// The version of the release: 2.1.0.
    #[arg(value_name = "VERSION")]
    version: String,
}

/// What is about a prompt.
#[derive(Debug, Args)]
pub(super) struct OfPrompt {
    /// The prompt, as releases call it: support-system.
    #[arg(value_name = "PROMPT")]
    prompt: String,
}

/// What is about a dataset.
#[derive(Debug, Args)]
pub(super) struct OfDataset {
    /// The dataset, as releases call it: acme/support-dialogues.
    #[arg(value_name = "DATASET")]
    id: String,
    /// Its revision: v3.
    #[arg(value_name = "REVISION")]
    revision: String,
}

/// What is about a pack.
#[derive(Debug, Args)]
pub(super) struct OfPack {
    /// The name of the pack, in kebab-case: acme-release.
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) fn run(command: &Command) -> Result<Verdict, CliError> {
    let tree = project::open(&[])?;
    let draft = scaffold::draft(&subject(command, &tree)?);
    let shown = write(&tree, &draft)?;
    let next = match command {
        Command::Policy(_) => "`weighbridge policy test` runs its tests",
        _ => "`weighbridge check` says what is still to be written",
    };
    writeln!(io::stdout().lock(), "wrote {shown}; {next}")?;
    Ok(Verdict::Clean)
}

/// Writes a draft, never over a file that is there.
fn write(tree: &DiskTree, draft: &Draft) -> Result<String, CliError> {
    let shown = text::sanitize(&tree.display(&draft.path)).into_owned();
    match scaffold::write_new(tree.root(), draft) {
        Ok(()) => Ok(shown),
        Err(WriteError::Io(error)) => Err(CliError::Write { path: shown, error }),
        Err(error) => Err(CliError::Usage(format!("cannot write {shown}: {error}"))),
    }
}

fn subject(command: &Command, tree: &DiskTree) -> Result<Subject, CliError> {
    let card = |model: &str| named(model).map(|()| card_of(tree, model));
    Ok(match command {
        Command::Card(of) => named(&of.model).map(|()| Subject::Card(of.model.clone()))?,
        Command::Release(of) => Subject::Release(about(of, tree)?, card(&of.model)?),
        Command::EvaluationPacket(of) => Subject::EvaluationPacket(about(of, tree)?),
        Command::SecurityReview(of) => Subject::SecurityReview(about(of, tree)?),
        Command::Approvals(of) => Subject::Approvals(about(of, tree)?),
        Command::Registry(of) => Subject::Registry(of.model.clone(), card(&of.model)?),
        Command::PromptRegistry(of) => named(&of.prompt).map(|()| Subject::PromptRegistry(of.prompt.clone()))?,
        Command::Dataset(of) => {
            of.id.split('/').chain([&*of.revision]).try_for_each(named)?;
            Subject::Dataset(of.id.clone(), of.revision.clone())
        }
        Command::Organisation => Subject::Organisation,
        Command::Waivers => Subject::Waivers,
        Command::Policy(of) => Subject::Policy(pack(&of.name)?),
    })
}

fn named(name: &str) -> Result<(), CliError> {
    if scaffold::is_name(name) {
        return Ok(());
    }
    let shown = text::quote(name);
    Err(CliError::Usage(format!("`{shown}` cannot be a name here: use letters, digits, `.`, `_` and `-`")))
}

fn pack(name: &str) -> Result<String, CliError> {
    let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !name.is_empty() && !name.starts_with('-') && name.bytes().all(kebab) {
        return Ok(name.to_owned());
    }
    let shown = text::quote(name);
    Err(CliError::Usage(format!("`{shown}` is no name of a pack: write it in kebab-case, such as acme-release")))
}

/// The release, with the folder and the checkpoint of its manifest where there is one.
fn about(of: &OfRelease, tree: &DiskTree) -> Result<About, CliError> {
    named(&of.model)?;
    named(&of.version)?;
    let found = manifest_of(tree, &of.model, &of.version);
    let usual = About::usual_folder(&of.model, &of.version);
    Ok(About {
        model: of.model.clone(),
        version: of.version.clone(),
        folder: found.as_ref().map_or(usual, |(path, _)| parent(path).to_owned()),
        checkpoint: found.and_then(|(_, checkpoint)| checkpoint).filter(|id| scaffold::is_name(id)),
    })
}

/// The path of the manifest of a release, and the id of its checkpoint.
fn manifest_of(tree: &DiskTree, model: &str, version: &str) -> Option<(String, Option<String>)> {
    let found = discover(tree, &Config::default(), &Selection::everything());
    found.files.into_iter().filter(|file| file.kind == Kind::Release).find_map(|file| {
        let text = String::from_utf8(tree.read(&file.path, DOCUMENT_BYTES).ok()?).ok()?;
        // JSON is YAML.
        let root = yaml::parse(&text, SourceId(0), 0).root?;
        let says = |key: &str| root.at(&["metadata", key]).and_then(Node::text);
        let checkpoint = root.at(&["artifacts", "checkpoint", "id"]).and_then(Node::text).map(str::to_owned);
        (says("model") == Some(model) && says("version") == Some(version)).then_some((file.path, checkpoint))
    })
}

/// The card of a model where it lies in a folder of that name.
fn card_of(tree: &DiskTree, model: &str) -> Option<String> {
    ["README.md", "MODEL_CARD.md", "card.md"]
        .iter()
        .map(|name| format!("models/{model}/{name}"))
        .find(|path| tree.stat(path).is_ok())
}
