//! Which policy packs judge: the built-in ones, those of the repository, and those
//! that the command line names.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, project};
use crate::config::{Config, Overrides};
use crate::discover::{self, DiskTree, OWN_PACKS};
use crate::engine::Engine;
use crate::policy;
use crate::source::Source;
use crate::tree::Tree as _;

/// Arguments of every command that loads rules.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PackArguments {
    /// Judge by the packs of this file or folder too; may be given any number of times.
    #[arg(long, value_name = "FILE|DIR")]
    policy: Vec<PathBuf>,

    /// Judge by the packs of this folder outside of the repository, which no change of the repository can weaken: its
    /// packs stand for those of the same name in .weighbridge/policies.
    #[arg(long, value_name = "DIR")]
    policy_from: Option<PathBuf>,
}

impl PackArguments {
    /// The packs that the command line names and those of the repository, in the order
    /// of loading.
    pub(super) fn sources(&self, tree: Option<&DiskTree>) -> Result<Vec<Source>, CliError> {
        let mut found = Vec::new();
        if let Some(pinned) = &self.policy_from {
            if tree.is_some_and(|tree| tree.relative(pinned).is_some()) {
                return Err(CliError::Usage(format!(
                    "--policy-from {0}: it lies in the repository that is checked, so that a change there could weaken it; \
                     check out the trusted version elsewhere, or name it with `--policy {0}`",
                    pinned.display()
                )));
            }
            found = read(pinned, &pinned.display().to_string())?;
            if found.is_empty() {
                return Err(CliError::Usage(format!("--policy-from {}: there is no pack in it", pinned.display())));
            }
        }
        let pinned: Vec<String> = found.iter().flat_map(|source| policy::packs_of(source.text())).collect();
        if let Some(tree) = tree {
            let replaced = |source: &Source| policy::packs_of(source.text()).iter().any(|name| pinned.contains(name));
            found.extend(own(tree)?.into_iter().filter(|source| !replaced(source)));
        }
        for path in &self.policy {
            found.extend(read(path, &path.display().to_string())?);
        }
        Ok(found)
    }

    /// The engine with these packs.
    pub(super) fn engine(&self, tree: Option<&DiskTree>) -> Result<Engine, CliError> {
        Ok(Engine::with_packs(&self.sources(tree)?)?)
    }

    /// The engine with these packs, for judging documents alone.
    pub(super) fn judging(&self, tree: &DiskTree) -> Result<Engine, CliError> {
        Ok(Engine::judging(&self.sources(Some(tree))?)?)
    }

    /// The engine with these packs and those of the repository around the current
    /// folder, if there is one.
    pub(super) fn engine_here(&self) -> Result<Engine, CliError> {
        Ok(self.here()?.0)
    }

    /// The same, with the links that the configuration there gives to rules.
    pub(super) fn here(&self) -> Result<(Engine, Config), CliError> {
        let tree = project::open(&[]).ok();
        let engine = self.engine(tree.as_ref())?;
        let links = match &tree {
            Some(tree) => project::configure(tree, None, &engine, &Overrides::default())?.links().to_vec(),
            None => Vec::new(),
        };
        let config = Config::for_tests(links);
        engine.linked(&config)?;
        Ok((engine, config))
    }
}

/// The packs of the repository.
fn own(tree: &DiskTree) -> Result<Vec<Source>, CliError> {
    let folder = tree.root().join(OWN_PACKS);
    if folder.symlink_metadata().is_err() {
        return Ok(Vec::new());
    }
    let inside = folder.canonicalize().is_ok_and(|full| full.starts_with(tree.root()));
    if !inside {
        return Err(CliError::Usage(format!("{OWN_PACKS}: it leads out of the repository")));
    }
    read(&folder, &tree.display(OWN_PACKS))
}

fn read(path: &Path, shown: &str) -> Result<Vec<Source>, CliError> {
    discover::packs(path, shown).map_err(CliError::Usage)
}
