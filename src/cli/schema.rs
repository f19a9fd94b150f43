//! `weighbridge schema KIND`: the JSON Schema of a kind, for editors and scripts.

use std::io::{self, Write as _};

use clap::Args;

use super::{CliError, Verdict};
use crate::kind::Kind;
use crate::{schema, text};

/// The schema of the JSON report; no kind of document.
const REPORT: &str = include_str!("../../schemas/report.v1.json");

/// The schema of the configuration, for editors: it is read by `config` itself.
const CONFIG: &str = include_str!("../../schemas/config.v1.json");

/// The schema of a policy pack, for editors: it is read by `policy` itself.
const POLICY: &str = include_str!("../../schemas/policy.v1.json");

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A kind of document (release, card, approvals, …), or report for the JSON report itself.
    #[arg(value_name = "KIND")]
    kind: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, CliError> {
    let published = || Kind::ALL.iter().filter(|kind| schema::text(**kind).is_some()).map(|kind| kind.name());
    let found = match arguments.kind.as_str() {
        "report" => Some(REPORT),
        "config" => Some(CONFIG),
        "policy" => Some(POLICY),
        name => Kind::parse(name).and_then(schema::text),
    };
    let Some(found) = found else {
        let names: Vec<&str> = published().chain(["config", "policy", "report"]).collect();
        let hint = match text::did_you_mean(&arguments.kind, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of {}", names.join(", ")),
        };
        return Err(CliError::Usage(format!("there is no schema `{}`; {hint}", text::quote(&arguments.kind))));
    };
    io::stdout().lock().write_all(found.as_bytes())?;
    Ok(Verdict::Clean)
}
