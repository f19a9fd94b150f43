//! `weighbridge.yaml`: which files are documents, and which rules judge them how
//! hard.
//!
//! Rules are settled in layers: what is written at the top of the file, then each of its `overrides`, then the command line. The
//! last that has a word on a rule wins; within one, the more exact selector wins,
//! and `ignore` wins over `select`. A rule that is locked is on and an error whatever
//! is written; to write otherwise is a mistake.

mod globs;
pub mod idle;
mod layer;
mod read;
mod selector;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use crate::kind::Kind;
use crate::outcome::Configured;
use crate::policy::Join;
use crate::rule::{Catalog, RuleMeta, Severity};
use crate::source::{SourceId, Span};
use crate::text::count;

use globs::Globs;
use layer::Layer;
use selector::Selector;

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Which packs judge by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// `release` where the repository has a release manifest, else `card`.
    #[default]
    Auto,
    /// What can be said of a model card by itself.
    Card,
    /// The whole approval path.
    Release,
}

/// What is left to whom a locked rule is in the way.
const WAIVER: &str = "an exception to it is a waiver";

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::Auto, Self::Card, Self::Release];

    /// The word in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Card => "card",
            Self::Release => "release",
        }
    }

    fn has(self, rule: &RuleMeta) -> bool {
        if self == Self::Card { rule.profiles.card } else { rule.profiles.release }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|profile| profile.as_str() == text);
        found.ok_or_else(|| format!("unknown profile `{}`: one of auto, card, release", crate::text::quote(text)))
    }
}

/// What fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Findings of this severity or above.
    At(Severity),
    /// Nothing.
    Never,
}

impl FailOn {
    /// The threshold; `None` never fails.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::At(severity) => Some(severity),
            Self::Never => None,
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let wrong = |_| format!("unknown threshold `{}`: one of error, warning, note, never", crate::text::quote(text));
        text.parse().map(Self::At).map_err(wrong)
    }
}

/// What the command line says on top of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--select`: judge by these rules or packs alone.
    pub select: Vec<String>,
    /// `--ignore`: leave these out.
    pub ignore: Vec<String>,
    /// `--profile`.
    pub profile: Option<Profile>,
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--require-assessed`.
    pub require_assessed: bool,
}

/// How many documents there must be at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Expect {
    cards: usize,
    releases: usize,
}

/// The configuration of a run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    kinds: Vec<(Globs, Kind)>,
    include: Option<Globs>,
    exclude: Globs,
    profile: Profile,
    fail_on: Option<FailOn>,
    topics: BTreeMap<String, Vec<String>>,
    expect: Expect,
    baseline: Option<String>,
    /// Whether the command line chose among the rules.
    narrowed: bool,
    links: Vec<Join>,
    require_assessed: bool,
    /// The top of the file, its overrides, the command line.
    layers: Vec<Layer>,
    /// What it was read from.
    file: Option<Arc<Configured>>,
    /// Whether rules are on that no profile has.
    every_rule: bool,
}

impl Config {
    /// Reads `weighbridge.yaml`, or the file at `path` that stands for it. Rules are looked up in
    /// `catalog`, topics in `topics` (their ids); every mistake is reported, not the first alone.
    pub fn parse<T: AsRef<str>>(
        path: &str,
        text: &str,
        source: SourceId,
        catalog: &Catalog,
        topics: &[T],
    ) -> Result<Self, Vec<ConfigError>> {
        let topics: Vec<&str> = topics.iter().map(AsRef::as_ref).collect();
        let config = read::read(text, source, catalog, &topics)?;
        Ok(Self { file: Some(Arc::new(Configured { path: path.to_owned(), text: text.to_owned() })), ..config })
    }

    /// With the command line on top.
    pub fn with(mut self, overrides: &Overrides, catalog: &Catalog) -> Result<Self, String> {
        let selectors = |option: &str, words: &[String]| -> Result<Vec<Selector>, String> {
            let each = words.iter().map(|word| {
                Selector::parse(word, catalog).map_err(|(message, help)| format!("{option}: {message}; {help}"))
            });
            each.collect()
        };
        let select = selectors("--select", &overrides.select)?;
        let ignore = selectors("--ignore", &overrides.ignore)?;
        self.narrowed |= !select.is_empty() || !ignore.is_empty() || overrides.profile.is_some();
        if let Some(rule) = ignore.iter().find_map(|selector| selector.locked(catalog)) {
            return Err(format!("--ignore: `{rule}` is locked and cannot be left out; {WAIVER}"));
        }
        self.layers.push(Layer { select: (!select.is_empty()).then_some(select), ignore, ..Layer::default() });
        self.profile = overrides.profile.unwrap_or(self.profile);
        self.fail_on = overrides.fail_on.or(self.fail_on);
        self.require_assessed |= overrides.require_assessed;
        Ok(self)
    }

    /// With the profile `auto` settled: whether the repository has a release
    /// manifest.
    #[must_use]
    pub fn settled(mut self, has_release: bool) -> Self {
        if self.profile == Profile::Auto {
            self.profile = if has_release { Profile::Release } else { Profile::Card };
        }
        self
    }

    /// Which packs judge by default.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Findings at or above this fail the run; `None` never fails it.
    pub fn fail_on(&self) -> Option<Severity> {
        self.fail_on.unwrap_or(FailOn::At(Severity::Error)).severity()
    }

    /// Whether what could not be judged is a finding.
    pub fn requires_assessed(&self) -> bool {
        self.require_assessed
    }

    /// The path of the baseline, relative to the root.
    pub fn baseline(&self) -> Option<&str> {
        self.baseline.as_deref()
    }

    /// Whether the command line chose among the rules, so that a finding that is not
    /// there may only not have been looked for.
    pub fn is_narrowed(&self) -> bool {
        self.narrowed
    }

    /// Further headings by the id of the topic that they stand for.
    pub fn topics(&self) -> &BTreeMap<String, Vec<String>> {
        &self.topics
    }

    /// The file that it was read from, if there is one.
    pub fn file(&self) -> Option<&Arc<Configured>> {
        self.file.as_ref()
    }

    /// The links that rules may follow.
    pub fn links(&self) -> &[Join] {
        &self.links
    }

    /// What rules are tested with: every rule is on, and `links` are those of the repository.
    #[must_use]
    pub fn for_tests(links: Vec<Join>) -> Self {
        Self { links, every_rule: true, ..Self::default() }
    }

    /// The kind that `kinds` gives to a path; the last entry that matches wins.
    pub fn kind_of(&self, path: &str) -> Option<Kind> {
        self.kinds.iter().rev().find(|(globs, _)| globs.hold(path)).map(|(_, kind)| *kind)
    }

    /// Whether `include` and `exclude` leave a path out.
    pub fn leaves_out(&self, path: &str) -> bool {
        self.exclude.hold(path) || self.include.as_ref().is_some_and(|globs| !globs.hold(path))
    }

    /// Whether a rule judges the document at `path`.
    pub fn enabled(&self, rule: &RuleMeta, path: &str) -> bool {
        self.severity_of(rule, path).is_some()
    }

    /// How much a finding of `rule` at `path` weighs; `None` where the rule is off.
    pub fn severity_of(&self, rule: &RuleMeta, path: &str) -> Option<Severity> {
        if rule.locked {
            return Some(Severity::Error);
        }
        let mut on = self.every_rule || self.profile.has(rule);
        let mut level = layer::Level::At(rule.severity);
        for layer in self.layers.iter().filter(|layer| layer.applies(path)) {
            on = layer.judges(&rule.id).unwrap_or(on);
            level = layer.level(&rule.id).unwrap_or(level);
        }
        match level {
            layer::Level::At(severity) if on => Some(severity),
            _ => None,
        }
    }

    /// What to say where there are fewer documents than `expect` demands: a gate
    /// that looks at less than it should must not be green.
    pub fn fewer_than_expected(&self, cards: usize, releases: usize) -> Option<String> {
        let wanted = [("model card", self.expect.cards, cards), ("release manifest", self.expect.releases, releases)];
        let short = wanted.iter().find(|(_, least, found)| found < least);
        short.map(|(noun, least, found)| {
            let was = if *found == 1 { "was" } else { "were" };
            let least = count(*least, noun);
            format!("`expect` in weighbridge.yaml demands at least {least}, and {found} {was} found")
        })
    }
}

#[cfg(test)]
mod tests;
