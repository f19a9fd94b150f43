//! One layer of settings on rules: the top of the file, an override, the command
//! line.

use super::globs::Globs;
use super::selector::Selector;
use crate::rule::{RuleId, Severity};

/// The pack of what the run says of itself and of files that it cannot read.
/// `select` is no reason to leave those out: only `ignore` and `severity` are.
const GATE: &str = "gate";

/// A severity in settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// On, and of this weight.
    At(Severity),
    /// Off.
    Off,
}

/// Settings on rules, for all documents or for some.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// The documents; all where there are no globs.
    pub files: Option<Globs>,
    /// These alone.
    pub select: Option<Vec<Selector>>,
    /// These too.
    pub extend_select: Vec<Selector>,
    /// Not these.
    pub ignore: Vec<Selector>,
    /// How much they weigh.
    pub severity: Vec<(Selector, Level)>,
}

impl Layer {
    /// Whether it is about the document at `path`.
    pub(super) fn applies(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.hold(path))
    }

    /// Whether it switches the rule on or off; `None` where it has no word on it.
    pub(super) fn judges(&self, rule: &RuleId) -> Option<bool> {
        let most = |selectors: &[Selector]| selectors.iter().map(|s| s.exactness(rule)).max().unwrap_or(0);
        let select = most(self.select.as_deref().unwrap_or_default()).max(most(&self.extend_select));
        let ignore = most(&self.ignore);
        if select == 0 && ignore == 0 {
            return (self.select.is_some() && rule.pack() != GATE).then_some(false);
        }
        Some(select > ignore)
    }

    /// What it sets the rule's severity to.
    pub(super) fn level(&self, rule: &RuleId) -> Option<Level> {
        let exact = self.severity.iter().map(|(selector, level)| (selector.exactness(rule), *level));
        exact.filter(|(exact, _)| *exact > 0).max_by_key(|(exact, _)| *exact).map(|(_, level)| level)
    }
}
