//! What evaluation tools wrote, in one shape: the numbers, how many samples they
//! rest on, what was evaluated and when, and whether the run was whole.
//!
//! A reader knows one format and only reads: it compares nothing and decides
//! nothing. A number that a file does not give is no number, with the reason; it is
//! never zero and never left out in silence.

mod detect;
mod garak;
mod generic;
mod helm;
mod hub;
mod inspect;
mod lm_eval;
mod promptfoo;
mod pyrit;
mod select;
#[cfg(test)]
mod tests;
mod values;

pub use detect::{detect, read};
pub use promptfoo::ATTACKS;
pub use select::select;

use std::fmt;

use crate::parse::Node;
use crate::source::Span;
use values::number;

/// The format of a result file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Results of the lm-evaluation-harness, of both generations.
    LmEval,
    /// A log of Inspect, as JSON.
    Inspect,
    /// The output of promptfoo.
    Promptfoo,
    /// A report of garak, as JSON Lines.
    Garak,
    /// Results of PyRIT's attacks.
    Pyrit,
    /// The statistics of a HELM run.
    Helm,
    /// The `model-index` of a card, or a file under `.eval_results`.
    Hub,
    /// Metrics by name, as JSON, YAML or CSV.
    Generic,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] =
        &[Self::LmEval, Self::Inspect, Self::Promptfoo, Self::Garak, Self::Pyrit, Self::Helm, Self::Hub, Self::Generic];

    /// The word in evaluation packets.
    pub fn name(self) -> &'static str {
        match self {
            Self::LmEval => "lm-eval",
            Self::Inspect => "inspect",
            Self::Promptfoo => "promptfoo",
            Self::Garak => "garak",
            Self::Pyrit => "pyrit",
            Self::Helm => "helm",
            Self::Hub => "hub",
            Self::Generic => "generic",
        }
    }

    /// The format that an evaluation packet calls so; `None` for one that is not read.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        match name.as_str() {
            "lm-evaluation-harness" | "lm-eval-harness" => Some(Self::LmEval),
            "inspect-ai" => Some(Self::Inspect),
            "model-index" => Some(Self::Hub),
            "csv" | "json" => Some(Self::Generic),
            name => Self::ALL.iter().copied().find(|format| format.name() == name),
        }
    }

    /// What a file of that format is, in a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::LmEval => "results of the lm-evaluation-harness",
            Self::Inspect => "an Inspect log",
            Self::Promptfoo => "promptfoo output",
            Self::Garak => "a garak report",
            Self::Pyrit => "results of PyRIT's attacks (a `ScenarioResult` or a list of `AttackResult`s)",
            Self::Helm => "statistics of a HELM run",
            Self::Hub => "evaluation results of the Hub",
            Self::Generic => "a plain table of metrics",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One result file, in one shape for all formats.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// The format that it was read as.
    pub format: Format,
    /// What it says that it evaluated: names of models, checkpoints, adapters.
    pub subjects: Vec<Named>,
    /// When the run ended, in UTC as `2026-10-28T09:41:00Z`; a time without an offset
    /// is taken as UTC.
    pub at: Option<Named>,
    /// Its numbers.
    pub measures: Vec<Measure>,
    /// Why the run is not whole: limits, a status other than success, samples that
    /// failed, a missing end.
    pub incomplete: Vec<Problem>,
    /// What in it could not be understood.
    pub problems: Vec<Problem>,
    /// What holds for the whole run and has to agree before two runs are compared.
    pub settings: Vec<Setting>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The text.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Something that is wrong with a file, as the end of a sentence, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `the run was limited to 10 samples`. Safe to show.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// A setting that has to agree before two numbers are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `version`, `n-shot`, `task-hash`, `dataset`, `split`, …
    pub name: &'static str,
    /// Its value as written.
    pub value: String,
    /// Where.
    pub span: Span,
}

/// One number of a result file.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What `select` names: `support_qa/acc,none`.
    pub key: String,
    /// `support_qa`; empty where the format has no tasks.
    pub task: String,
    /// `acc`.
    pub metric: String,
    /// The number; `None` where there is none: see `why`.
    pub value: Option<f64>,
    /// Why there is no number. Safe to show.
    pub why: Option<String>,
    /// Its standard error.
    pub stderr: Option<f64>,
    /// How many samples it rests on.
    pub n: Option<u64>,
    /// How many of them count, where the format gives whole numbers.
    pub hits: Option<u64>,
    /// Whether higher is better, where the file says so.
    pub higher_is_better: Option<bool>,
    /// What holds for this number: version of the task, shots, split.
    pub settings: Vec<Setting>,
    /// Where the number stands.
    pub span: Span,
}

/// A file that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The end of a sentence about the file: `is an Inspect log, not a garak report`. Safe to show.
    pub message: String,
    /// Where in the file.
    pub span: Span,
    /// The format that it looks like, where it is another one than was declared.
    pub actual: Option<Format>,
}

/// The number of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The number; `None` where there is none: see `why`.
    pub value: Option<f64>,
    /// Why there is no number.
    pub why: Option<String>,
    /// Its standard error.
    pub stderr: Option<f64>,
    /// How many samples it rests on.
    pub n: Option<u64>,
    /// Where it stands; of several places the first.
    pub span: Span,
}

/// What a `select` leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Selected<'r> {
    /// To a number; of several measures where the format says how they add up.
    One {
        /// The number.
        figure: Figure,
        /// What it was made of.
        measures: Vec<&'r Measure>,
    },
    /// To several numbers.
    Several(Vec<&'r Measure>),
    /// To nothing; with the key that is nearest to it.
    Nothing(Option<&'r str>),
}

impl Results {
    fn new(format: Format) -> Self {
        Self {
            format,
            subjects: Vec::new(),
            at: None,
            measures: Vec::new(),
            incomplete: Vec::new(),
            problems: Vec::new(),
            settings: Vec::new(),
        }
    }

    fn incomplete(&mut self, message: impl Into<String>, span: Span) {
        self.incomplete.push(Problem { message: message.into(), span });
    }
}

impl Measure {
    /// The number at a node, or why it is none.
    fn new(key: String, task: &str, metric: &str, node: &Node) -> Self {
        let (value, why) = match number(node) {
            Ok(value) => (Some(value), None),
            Err(why) => (None, Some(why)),
        };
        Self {
            key,
            task: task.to_owned(),
            metric: metric.to_owned(),
            value,
            why,
            stderr: None,
            n: None,
            hits: None,
            higher_is_better: None,
            settings: Vec::new(),
            span: node.span,
        }
    }
}
