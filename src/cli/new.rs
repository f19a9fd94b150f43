//! `weighbridge new`: files to begin with.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};

use clap::{Args, Subcommand};

use super::{CliError, Verdict, project};
use crate::discover::OWN_PACKS;
use crate::text;
use crate::tree::Tree as _;

/// Subcommands of `new`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A pack with one rule, a test that fails and one that passes, in .weighbridge/policies.
    Policy(Policy),
}

/// Arguments of `new policy`.
#[derive(Debug, Args)]
pub(super) struct Policy {
    /// The name of the pack, in kebab-case: acme-release.
    #[arg(value_name = "NAME")]
    name: String,
}

/// A rule that every repository of releases can have, to be changed at once.
const PACK: &str = "\
# Rules of this organisation. `weighbridge policy test` runs their tests.
pack: NAME
version: 0.1.0
vocabulary: 1
title: What NAME asks of a release

# What the small repository of the tests needs to pass these rules.
base:
  patch:
    release: {x-NAME: {ticket: ML-118}}

rules:
  - id: NAME/ticket-missing
    on: release
    title: The release names its ticket
    severity: error
    assert:
      - at: x-NAME.ticket
        is: {match: '^[A-Z]+-[0-9]+$'}
        message: \"no ticket for this release: {reason}\"
    help: \"write the ticket as `x-NAME: {{ticket: ML-118}}`\"
    rationale: Whoever is woken at night finds the discussion in the ticket.
    references: [\"NAME: release handbook\"]
    tests:
      - fail: no ticket
        patch: {release: {x-NAME: null}}
        says: missing
      - fail: a word instead of a ticket
        patch: {release: {x-NAME: {ticket: soon}}}
        says: does not have the form
        at: x-NAME.ticket
      - pass: another project's ticket
        patch: {release: {x-NAME: {ticket: OPS-7}}}
";

pub(super) fn run(command: &Command) -> Result<Verdict, CliError> {
    let Command::Policy(Policy { name }) = command;
    let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.starts_with('-') || !name.bytes().all(kebab) {
        let shown = text::quote(name);
        return Err(CliError::Usage(format!(
            "`{shown}` is no name of a pack: write it in kebab-case, such as acme-release"
        )));
    }
    let tree = project::open(&[])?;
    let folder = tree.root().join(OWN_PACKS);
    let shown = tree.display(&format!("{OWN_PACKS}/{name}.yaml"));
    let wrong = |error: io::Error| CliError::Write { path: shown.clone(), error };
    fs::create_dir_all(&folder).map_err(wrong)?;
    let file = OpenOptions::new().write(true).create_new(true).open(folder.join(format!("{name}.yaml")));
    file.map_err(wrong)?.write_all(PACK.replace("NAME", name).as_bytes()).map_err(wrong)?;
    writeln!(io::stdout().lock(), "wrote {shown}; `weighbridge policy test` runs its tests")?;
    Ok(Verdict::Clean)
}
