//! One [`Outcome`], many forms.
//!
//! A renderer is one file that sees layer 0 alone and writes to a `Write`. It
//! decides nothing: what failed and why is in the outcome, so no format changes
//! a verdict. Every form is a pure function of outcome and options: sorted, no
//! clock, no hash order.
//!
//! | file | who reads it |
//! |---|---|
//! | `human` (`snippet`, `summary`) | the person who mends the document |
//! | `concise` | editors, `grep`, golden tests |
//! | `json` | programs; `schemas/report.v1.json` describes it |
//! | `sarif` (`sarif_model`, `line_hash`) | GitHub code scanning and other SARIF consumers |
//! | `github` | the GitHub Actions runner |
//! | `junit` | test pages of CI systems |
//! | `gitlab` | the Code Quality report of GitLab |
//! | `rdjson` (`rdjsonl` too) | reviewdog |
//! | `markdown` (`rows`, `link`) | who opens the summary of a job |
//! | `html` | reviewers who do not read code |
//! | `in_toto` | who signs what a release came to; a file of its own, not a [`Format`] |
//!
//! What documents say is never trusted. In forms that people read it goes
//! through [`crate::text::sanitize`]; in JSON the characters that a terminal or a
//! runner would act on are written as escapes (`encode`).
//!
//! A new format is one file, one variant of [`Format`] and one arm in [`render`].

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::outcome::Outcome;
use crate::source::SourceId;
use crate::text::hex;

mod concise;
mod encode;
mod fit;
mod github;
mod gitlab;
mod html;
mod human;
mod in_toto;
mod json;
mod json_release;
mod junit;
mod line_hash;
mod link;
mod markdown;
mod markup;
mod place;
mod rdjson;
mod rows;
#[cfg(test)]
mod sample;
mod sarif;
mod sarif_model;
mod snippet;
mod standing;
mod summary;
#[cfg(test)]
mod tests;
mod wrap;

pub(crate) use encode::write as write_json;
pub use in_toto::statement;
pub use sarif::render_failure;

/// The name that this tool gives itself in reports.
pub const TOOL: &str = "weighbridge";

/// Where it lives.
pub const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Snippets, help and a summary, for a terminal.
    Human,
    /// One line a finding.
    Concise,
    /// Our own JSON, described by `schemas/report.v1.json`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// JUnit XML.
    Junit,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// The format of reviewdog, as one object.
    Rdjson,
    /// The format of reviewdog, a line for each finding.
    Rdjsonl,
    /// Markdown, for the summary of a job.
    Markdown,
    /// A page of its own.
    Html,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: &'static [Self] = &[
        Self::Human,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Junit,
        Self::Gitlab,
        Self::Rdjson,
        Self::Rdjsonl,
        Self::Markdown,
        Self::Html,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Rdjson => "rdjson",
            Self::Rdjsonl => "rdjsonl",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// One line on what it is for.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Human => "snippets, help and a summary, for people",
            Self::Concise => "one line a finding: path:line:column: severity[rule] message",
            Self::Json => "JSON for programs, versioned (schemas/report.v1.json)",
            Self::Sarif => "SARIF 2.1.0, for code scanning",
            Self::Github => "annotations of GitHub Actions",
            Self::Junit => "JUnit XML, for test pages of CI systems",
            Self::Gitlab => "a Code Quality report of GitLab",
            Self::Rdjson => "reviewdog's format, for comments on any forge",
            Self::Rdjsonl => "the same, a line for each finding",
            Self::Markdown => "the summary of a job: verdict, releases, findings",
            Self::Html => "one page for reviewers, without a script",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("unknown format `{}`: one of {}", crate::text::quote(text), names.join(", "))
        })
    }
}

/// How a report is to look. What the environment asks for (`NO_COLOR`, the
/// terminal's width) is the caller's to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own; none is a state")]
pub struct RenderOptions {
    /// Colours, as ANSI escapes.
    pub color: bool,
    /// Links from rule ids to their pages, as OSC 8 escapes.
    pub hyperlinks: bool,
    /// Lines and marks beyond ASCII.
    pub unicode: bool,
    /// The width of the terminal in columns; longer source lines are cut.
    pub width: usize,
    /// Everything that there is to say: every release, every item not assessed.
    pub verbose: bool,
    /// Findings that are waived or in the baseline, in formats that have a word for them.
    pub suppressed: bool,
    /// Where the files of this commit can be seen, without a slash at its end:
    /// `https://github.com/owner/name/blob/0123abc`; reports then link to them.
    pub blob: Option<String>,
    /// Where findings become annotations; `None` for everywhere.
    pub annotated: Option<Changes>,
}

/// Where a change has changed something, by the paths that people see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub BTreeMap<String, Lines>);

/// The lines of a file that have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// All of them: it is a new file.
    All,
    /// First and last line of each place.
    These(Vec<(u32, u32)>),
}

impl Lines {
    /// Whether any of these lines has changed.
    fn touch(&self, first: u32, last: u32) -> bool {
        match self {
            Self::All => true,
            Self::These(places) => places.iter().any(|(from, to)| *from <= last && first <= *to),
        }
    }
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            color: false,
            hyperlinks: false,
            unicode: true,
            width: 100,
            verbose: false,
            suppressed: false,
            blob: None,
            annotated: None,
        }
    }
}

/// Writes `outcome` in `format` to `out`.
pub fn render(format: Format, outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::render(outcome, options, out),
        Format::Concise => concise::render(outcome, out),
        Format::Json => json::render(outcome, out),
        Format::Sarif => sarif::render(outcome, options.suppressed, out),
        Format::Github => github::render(outcome, options, out),
        Format::Junit => junit::render(outcome, out),
        Format::Gitlab => gitlab::render(outcome, out),
        Format::Rdjson => rdjson::render(outcome, out),
        Format::Rdjsonl => rdjson::render_lines(outcome, out),
        Format::Markdown => markdown::render(outcome, options, out),
        Format::Html => html::render(outcome, options, out),
    }
}

/// What a run judged by, each with the SHA-256 of its text: the packs, and what the run was
/// configured by.
fn policy(outcome: &Outcome) -> impl Iterator<Item = (&str, String)> {
    let packs = (0..outcome.packs).map(|pack| outcome.sources.get(SourceId(pack)));
    let packs = packs.map(|pack| (pack.path(), sha256(pack.text())));
    packs.chain(outcome.configuration.iter().map(|file| (&*file.path, sha256(&file.text))))
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}
