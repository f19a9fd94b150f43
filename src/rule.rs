//! Rules as the rest of the program knows them: identity, severity, and the one
//! catalog that `rules`, `explain`, the documentation and SARIF are made from.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// `pack/defect`, in kebab-case; it reads as "allow X".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// A rule of that name.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// `pack/defect`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the slash.
    pub fn pack(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(pack, _)| pack)
    }

    /// The part after the slash.
    pub fn defect(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(_, defect)| defect)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a finding weighs. `off` exists in settings only, never here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a run by default.
    Note,
    /// Should be mended; fails under `--fail-on warning`.
    Warning,
    /// Keeps the release off the road.
    Error,
}

impl Severity {
    /// The word in settings and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "note" => Ok(Self::Note),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(format!("unknown severity `{text}`: one of error, warning, note")),
        }
    }
}

/// Who raises a rule's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RaisedBy {
    /// The rule's own assertions.
    Policy,
    /// Reading a file: bytes, encoding, syntax.
    Parser,
    /// A JSON Schema under `schemas/`; the rule may have assertions as well.
    Schema,
    /// The run itself, about its own coverage.
    Engine,
}

/// In which profiles a rule is on without being named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profiles {
    /// Where there are model cards and no release.
    pub card: bool,
    /// Where there is a release.
    pub release: bool,
}

impl Profiles {
    /// On everywhere.
    pub const ALL: Self = Self { card: true, release: true };
    /// Off until it is named.
    pub const NONE: Self = Self { card: false, release: false };
}

/// Everything known about a rule. Exists once, in the [`Catalog`].
#[derive(Clone, Debug)]
pub struct RuleMeta {
    /// `pack/defect`.
    pub id: RuleId,
    /// One line: what is true of a document that passes.
    pub title: String,
    /// Why it matters, in a sentence or two.
    pub rationale: String,
    /// What to write instead.
    pub help: String,
    /// The highest severity that a finding of this rule has.
    pub severity: Severity,
    /// Whether no configuration may lower it or switch it off: only a waiver
    /// excepts it.
    pub locked: bool,
    /// Where it is on without being named.
    pub profiles: Profiles,
    /// Ids that it had before; settings and waivers may still use them.
    pub aliases: Vec<String>,
    /// Who raises it.
    pub raised_by: RaisedBy,
    /// The item of the approval path that it belongs to (`ownership`, `card`,
    /// `evaluation`, `rollback`, …); releases are summed up by it.
    pub area: Option<String>,
    /// Where the demand comes from: papers, standards, issue threads.
    pub references: Vec<String>,
    /// The items of frameworks that its evidence speaks to.
    pub frameworks: Vec<FrameworkItem>,
    /// Further words to find it by.
    pub tags: Vec<String>,
    /// The version that first had it.
    pub since: String,
    /// The page about it.
    pub url: String,
    /// An example that fails and one that passes, from the rule's own tests.
    pub examples: Vec<Example>,
}

/// An item of a framework (a law, a standard, guidance) as rules name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkItem {
    /// `framework/item`: `nist-ai-rmf/govern-2.1`.
    pub id: String,
    /// Where it stands, for people: `NIST AI RMF 1.0, GOVERN 2.1`.
    pub source: String,
    /// What it asks for, in our own words.
    pub title: String,
}

/// The items that rules may name, by id.
pub type FrameworkItems = BTreeMap<String, FrameworkItem>;

/// One of a rule's tests, shown as an example.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether the rule fires on it.
    pub fails: bool,
    /// The test's name.
    pub name: String,
    /// What is in the files, as it would be written.
    pub text: String,
}

/// All rules of a run by id.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    rules: BTreeMap<RuleId, RuleMeta>,
    aliases: BTreeMap<String, RuleId>,
}

impl Catalog {
    /// Adds a rule; gives it back where the id is taken.
    pub fn add(&mut self, meta: RuleMeta) -> Result<(), Box<RuleMeta>> {
        if self.rules.contains_key(&meta.id) {
            return Err(Box::new(meta));
        }
        self.aliases.extend(meta.aliases.iter().map(|old| (old.clone(), meta.id.clone())));
        self.rules.insert(meta.id.clone(), meta);
        Ok(())
    }

    /// The rule of that id, or the one that once had it.
    pub fn get(&self, id: &str) -> Option<&RuleMeta> {
        self.rules.get(&RuleId::new(id)).or_else(|| self.rules.get(self.aliases.get(id)?))
    }

    /// The rules that no configuration lowers.
    pub fn locked(&self) -> impl Iterator<Item = &RuleId> {
        self.rules.values().filter(|rule| rule.locked).map(|rule| &rule.id)
    }

    /// All rules in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &RuleMeta> {
        self.rules.values()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The names of the packs, sorted, each once.
    pub fn packs(&self) -> Vec<&str> {
        let mut packs: Vec<&str> = self.rules.keys().map(RuleId::pack).collect();
        packs.dedup();
        packs
    }
}
