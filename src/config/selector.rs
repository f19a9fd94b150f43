//! What selects rules: `pack/defect`, `pack`, `pack/*`, `all`.

use crate::rule::{Catalog, RuleId};
use crate::text::{did_you_mean, quote};

/// Some rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Selector {
    /// All of them.
    All,
    /// Those of a pack.
    Pack(String),
    /// One.
    Rule(RuleId),
}

impl Selector {
    /// Reads a selector. An error is what is wrong and what to write.
    pub(super) fn parse(word: &str, catalog: &Catalog) -> Result<Self, (String, String)> {
        if word == "all" {
            return Ok(Self::All);
        }
        if let Some(rule) = catalog.get(word) {
            return Ok(Self::Rule(rule.id.clone()));
        }
        let packs = catalog.packs();
        let pack = word.strip_suffix("/*").unwrap_or(word);
        if packs.contains(&pack) {
            return Ok(Self::Pack(pack.to_owned()));
        }
        let what = if word.contains('/') && !word.ends_with("/*") { "rule" } else { "pack" };
        let meant = if what == "rule" {
            did_you_mean(word, catalog.iter().map(|rule| rule.id.as_str()))
        } else {
            did_you_mean(pack, packs.iter().copied())
        };
        let help = meant.map_or_else(
            || "`weighbridge rules` lists them all".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        Err((format!("unknown {what} `{}`", quote(word)), help))
    }

    /// The first of the rules that it selects and that no configuration lowers.
    pub(super) fn locked<'c>(&self, catalog: &'c Catalog) -> Option<&'c RuleId> {
        catalog.locked().find(|rule| self.exactness(rule) > 0)
    }

    /// How exactly it selects a rule: 0 not at all, 3 by its name.
    pub(super) fn exactness(&self, rule: &RuleId) -> u8 {
        match self {
            Self::Rule(id) if id == rule => 3,
            Self::Pack(pack) if pack == rule.pack() => 2,
            Self::All => 1,
            _ => 0,
        }
    }
}
