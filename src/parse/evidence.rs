//! Result files of evaluation tools: JSON, JSON Lines, CSV or YAML of many megabytes.
//!
//! Python writes `NaN` and `Infinity` into JSON; here they are numbers that are none,
//! for the reader of the results to judge. What is recorded of single samples is most
//! of such a file and nothing that is asked for: it is blanked before it is parsed.

mod blank;
mod csv;
mod lines;

use super::{Parsed, json, toml, yaml};
use crate::source::SourceId;

/// The most bytes of a result file that are read.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The most nodes of one.
pub(super) const MAX_NODES: usize = 1_000_000;

/// What is recorded of single samples: in logs of Inspect, and in promptfoo's output.
const SAMPLES: &[&[&str]] = &[&["samples"], &["reductions"], &["results", "results"], &["results", "table", "body"]];

/// Lines of garak's reports that hold one attempt.
const ATTEMPTS: &[&str] = &["{\"entry_type\": \"attempt\"", "{\"entry_type\":\"attempt\""];

/// How a result file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON value.
    Json,
    /// One JSON value on each line.
    Lines,
    /// Comma-separated values below a header.
    Csv,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
}

impl Form {
    /// The form that a path's extension promises; `None` for what is not read, such as archives.
    pub fn of(path: &str) -> Option<Self> {
        let name = crate::tree::file_name(path);
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Lines),
            "csv" => Some(Self::Csv),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Reads the `text` of `source`. Of JSON Lines and CSV the root is the list of lines or rows.
pub fn parse(form: Form, text: &str, source: SourceId) -> Parsed {
    match form {
        Form::Json => json::parse_results(&blank::blank(text, SAMPLES), source, 0, MAX_NODES),
        Form::Lines => lines::parse(text, source),
        Form::Csv => csv::parse(text, source),
        Form::Yaml => yaml::parse(text, source, 0),
        Form::Toml => toml::parse(text, source),
    }
}
