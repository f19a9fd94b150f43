//! The policy language: rules are data.
//!
//! A pack is a YAML file with rules; the built-in packs under `policies/` are
//! loaded like any other. [`load`] compiles packs and reports everything that is
//! wrong with them; [`Policy::judge`] holds one document against all rules of its
//! kind. A policy sees nodes only: what needs computing is a fact, derived in code
//! before.
//!
//! ```yaml
//! pack: release
//! version: 1.0.0
//! vocabulary: 1
//! data:
//!   mechanisms: [feature-flag, traffic-shift, redeploy]
//! rules:
//!   - id: release/rollback-mechanism-unknown
//!     on: release
//!     title: The rollback uses a known mechanism
//!     severity: error
//!     when: {present: rollback.plan}
//!     assert:
//!       - {at: rollback.plan.mechanism, is: {in: data.mechanisms}}
//!     message: "unknown rollback mechanism: {reason}"
//!     help: "write one of `feature-flag`, `traffic-shift` and `redeploy`"
//!     tests:
//!       - {fail: a wish, patch: {release: {rollback: {plan: {mechanism: hope}}}}, says: "`hope`"}
//! ```
//!
//! # What a rule means
//!
//! * `let` names selectors. `when` says whether the rule applies; `each` runs the
//!   rule for every item, nested in written order; `assert` lists clauses that must
//!   all hold.
//! * A selector (see `select.rs`) that hits several values means *all* of them, and
//!   under `none` and `not` *any* of them: a quantifier is never flipped silently.
//! * A missing value fails, at the deepest node that is there. What excuses it is
//!   written down: `optional: true`, `or: selector`, `min: 0`, `when: {present: …}`.
//!   A value of the wrong shape is never excused.
//! * A `when` on a missing value fails too ("cannot decide whether …"), unless
//!   `when_missing: skip`, or the condition is `present` or `absent`.
//! * Nothing is coerced: `1` is not `"1"`, `"0.02"` is not a number.
//!
//! # Clauses
//!
//! | clause | holds when |
//! |---|---|
//! | `{at, is: {…}}` | every value passes all checks (below) |
//! | `{at, present: true}`, `{present: selector}` | it is there and not empty |
//! | `{at, absent: true}`, `{absent: selector}` | it is not there, or empty |
//! | `{at, count: {min, max, exactly}}` | so many values are there |
//! | `{at, unique: true}`, `{at, unique: [keys]}` | no two are equal |
//! | `{at, order: strictly_increasing}`, `increasing` | the numbers rise |
//! | `{same: {left, right}}` | both say the same |
//! | `{compare: {left, right, direction, margin}}` | the left number is not worse by more than `margin`, or by more than the part `relative` of the right one; `direction` is `higher`, `lower` or a selector |
//! | `{section: {title, …}}` | the card has a section of that title or of one of its `aliases`, of the `level`, with content, `min_words`, all of `must_mention` and nothing of `forbid` |
//! | `{table: {under, header, row_for_each}}` | the card has a table under that heading, with these columns and a row for each value of a selector |
//! | `{at, schema: {…}}` | every value fits a JSON Schema, written there or as `{$ref: name.json}` in a file of the pack's folder; told at the node at fault, nothing is fetched |
//! | `{at, answers: {questions, …}}` | every question has an answer that is `allowed`, with a `reason` for those in `reason_for` |
//! | `{at, file: {…}}` | every value is the path of a file in the repository: `exists`, `within` a folder, `name_contains` a whole token, of that `sha256`, of at most `max_bytes` |
//! | `{at, link: {to, by, where}}` | every value names one document of the kind `to` by its `path` or a key, of which `where` holds under the name `other` |
//! | `{at, spdx: {…}}` | every value is a licence expression (Hub slugs too): `allow`, `deny`, `compatible_with` another by a `table` of the pack |
//! | `{at, codeowners: {covers}}` | every value is an owner of the `document`, or of the path that a selector finds |
//! | `{at, identity: {distinct_from}}` | every value names somebody else than those selectors do |
//! | `{cel: expression}` | the expression is true, see `cel/mod.rs`; for what nothing above can say |
//! | `{any: […]}`, `{all: […]}`, `{none: […]}`, `{not: {…}}` | at least one, all, none of the clauses holds |
//!
//! Beside these a clause may have `or`, `exactly: n` (so many of the values pass),
//! `optional`, `when`, `when_missing`, `severity`
//! (at most the rule's), `message`, `label`, `help`, `show` (a selector: where to
//! show a failure, if not where it was found) and `related` (`[{at, text}]`: the other
//! side).
//!
//! | check in `is` | |
//! |---|---|
//! | `type` | string, number, integer, boolean, list, mapping |
//! | `equals`, `not_equals` | a literal, or `{at: selector}` |
//! | `in`, `not_in` | a list of literals, or a selector with its root, such as `data.mechanisms` |
//! | `match`, `not_match` | a regular expression, found anywhere in the string |
//! | `min`, `max`, `gt`, `lt` | finite numbers |
//! | `min_length`, `max_length`, `min_words` | of a string |
//! | `placeholder: false` | not blank, and none of `TBD`, `<name>`, `{{ x }}` and the like |
//! | `contains_token` | the string holds a word whole: `ckpt-1` is not in `ckpt-12.json` |
//! | `date` | `not_future`, `not_past`, `max_age: 30d`, `before`, `after`, `not_before`, `not_after`; `warn_within: 14d` warns at most |
//!
//! # Links
//!
//! `link.<name>` is what a document is joined to. A release has the links of
//! [`BUILTIN_LINKS`]; others are named under `links:` of a pack or of the
//! configuration, see [`Join`]. A reference that leads nowhere, or to several documents,
//! fails where it is written, and `optional` does not excuse it.
//!
//! # Words
//!
//! `message`, `label`, `help`, the texts of `related` and the replacement of `fix` may
//! hold `{selector}` and `{reason}`; a value that is missing prints `‹missing›`.
//!
//! # Fixes
//!
//! `fix: {title, safe, replace}` puts a text in the place of the value that was found wrong, in
//! quotes where it needs them; `fix: {title, safe, insert, behind}` puts one behind what a
//! selector leads to. Values are filled in whole, and where one is missing there is no fix.
//! `safe: true` says that it can only be what the author meant: `check --fix` makes it unseen. The
//! fix of a clause goes before that of its rule.
//!
//! # Packs upon packs
//!
//! `extends` takes over the data of packs and whole rules, `parameters` leaves values
//! open to that; see `extend.rs` and `parameter.rs`. `locked: true` on an error keeps every
//! configuration from lowering it; `aliases: [old/id]` keeps an old id valid.
//!
//! # Frameworks
//!
//! `frameworks: [nist-ai-rmf/govern-2.1]` names the items of `policies/frameworks/`
//! that the evidence which the rule looks for speaks to. It never changes what the
//! rule finds.
//!
//! # Tests
//!
//! Every rule shows that it can fire, see [`selftest`] and [`base_set`].

mod around;
pub mod base_set;
mod builtin;
mod cel;
mod compile;
mod date;
mod error;
mod eval;
mod extend;
mod fields;
mod frameworks;
mod join;
mod judge;
mod lint;
mod lookup;
mod message;
mod model;
pub mod mutate;
mod parameter;
mod pattern;
mod predicate;
mod select;
pub mod selftest;
mod version;
mod vocab;
mod way;

use std::collections::BTreeSet;
use std::sync::Mutex;

use jiff::civil::Date;

pub use around::{Around, FileState, Host, Library, Shelved};
pub use error::PolicyError;
pub use join::{BUILTIN_LINKS, Join};
pub use model::Expect;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::{Node, yaml};
use crate::rule::{Catalog, FrameworkItems, RuleId, RuleMeta};
use crate::shape::Shapes;
use crate::source::{SourceId, Span};
use model::{Case, Pack, Rule};

/// The version of the language that this program knows, as packs name it.
pub const VOCABULARY: &str = "1";

/// One pack as text.
#[derive(Clone, Debug)]
pub struct PackSource {
    /// What messages call it: its path, or the name of a built-in pack.
    pub name: String,
    /// Names its text, so that errors can point into it.
    pub source: SourceId,
    /// Its text.
    pub text: String,
}

/// All rules of a run, compiled.
#[derive(Debug)]
pub struct Policy {
    packs: Vec<Pack>,
    /// By kind, in the order of [`Kind`]: pack and rule of every rule that has
    /// something to assert about it.
    by_kind: Vec<Vec<(usize, usize)>>,
    /// The clauses that failed since it was asked last; nothing is noted unless
    /// somebody wants to know.
    failed: Option<Mutex<BTreeSet<(RuleId, usize)>>>,
}

/// A document as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What it is; decides which rules judge it.
    pub kind: Kind,
    /// Whether all of it could be read; else only rules judge it that look at its text alone.
    pub sound: bool,
    /// Its tree: root `doc`.
    pub doc: &'a Node,
    /// What was derived from it: root `facts`.
    pub facts: &'a Node,
    /// What the release graph joined to it, by name: roots `link.<name>`.
    pub links: &'a [(&'a str, Vec<&'a Node>)],
    /// What else there is: files and other documents.
    pub around: Around<'a>,
}

/// How a rule came out on a document. A rule itself passes, fails, does not apply
/// or breaks; the other two are the engine's to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It looked, and nothing is wrong.
    Pass,
    /// It raised at least one finding.
    Fail,
    /// It had nothing to judge.
    NotApplicable,
    /// All that it raised was excepted by the organisation.
    Waived,
    /// It could not be judged; there is a finding that says so.
    Error,
    /// It was not selected for this run.
    Skipped,
}

/// What came of judging one document.
#[derive(Debug, Default)]
pub struct Judged<'p> {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How each rule of its kind came out.
    pub tally: Vec<(&'p RuleId, Verdict)>,
    /// The clauses that failed, by rule and place in its `assert`.
    pub failed: Vec<(RuleId, usize)>,
}

/// How much of packs is read.
#[derive(Clone, Copy, Default)]
struct Reading<'s> {
    /// So many of the first sources are packs that have proven themselves: of these no more
    /// is read than it takes to judge.
    proven: usize,
    /// By what selectors must be able to find something.
    shapes: Option<&'s dyn Shapes>,
}

impl Reading<'_> {
    fn trusts(self, source: SourceId) -> bool {
        (source.0 as usize) < self.proven
    }
}

/// Compiles packs. All mistakes of all packs are reported together. `known` are the
/// items of frameworks that rules may name.
pub fn load(packs: &[PackSource], known: &FrameworkItems) -> Result<Policy, Vec<PolicyError>> {
    compiled(packs, &|| known.clone(), Reading::default())
}

/// Compiles packs whose selectors must be able to find something.
pub fn load_within(
    packs: &[PackSource],
    known: &FrameworkItems,
    shapes: &dyn Shapes,
) -> Result<Policy, Vec<PolicyError>> {
    compiled(packs, &|| known.clone(), Reading { proven: 0, shapes: Some(shapes) })
}

/// The same upon packs that have proven themselves, to judge and no more: of the first
/// `proven` sources neither tests nor items of frameworks are read, and expressions when
/// they are first needed. Places in those packs are not those of their files.
pub fn load_upon(
    proven: usize,
    packs: &[PackSource],
    known: &dyn Fn() -> FrameworkItems,
    shapes: &dyn Shapes,
) -> Result<Policy, Vec<PolicyError>> {
    compiled(packs, known, Reading { proven, shapes: Some(shapes) })
}

fn compiled(
    packs: &[PackSource],
    known: &dyn Fn() -> FrameworkItems,
    reading: Reading<'_>,
) -> Result<Policy, Vec<PolicyError>> {
    let mut errors = error::Errors::default();
    let mut packs = compile::packs(packs, reading, &mut errors);
    frameworks::resolve(&mut packs, known, reading, &mut errors);
    if errors.len() > 0 {
        return Err(errors.into_sorted());
    }
    let mut by_kind = vec![Vec::new(); Kind::ALL.len()];
    for (pack, rules) in packs.iter().map(|pack| &pack.rules).enumerate() {
        for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.assert.is_empty()) {
            for slot in rule.kinds.iter().filter_map(|kind| place(*kind)) {
                if let Some(list) = by_kind.get_mut(slot) {
                    list.push((pack, at));
                }
            }
        }
    }
    Ok(Policy { packs, by_kind, failed: None })
}

/// A rule of the packs with everything that it inherits, as JSON.
pub fn whole(packs: &[PackSource], id: &RuleId) -> Option<serde_json::Value> {
    compile::whole(packs, id.as_str()).map(|rule| rule.to_json())
}

/// What is doubtful about packs that load.
pub fn doubts(packs: &[PackSource]) -> Vec<PolicyError> {
    compile::doubts(packs)
}

/// The packs that a file is about, if it can be read so far: the one that it is, or
/// those whose rules it tests.
pub fn packs_of(text: &str) -> Vec<String> {
    let Some(root) = yaml::parse(text, SourceId(0), 0).root else { return Vec::new() };
    if compile::is_tests(&root) {
        let ids = root.get("tests").map_or(&[][..], Node::entries).iter().map(|entry| RuleId::new(&entry.key));
        return ids.map(|id| id.pack().to_owned()).collect();
    }
    root.get("pack").and_then(Node::as_str).map(str::to_owned).into_iter().collect()
}

/// The page about a rule; the one place that knows it.
pub fn rule_url(id: &str) -> String {
    format!("{}/blob/main/docs/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}

fn place(kind: Kind) -> Option<usize> {
    Kind::ALL.iter().position(|known| *known == kind)
}

impl Policy {
    /// Everything known about the rules.
    pub fn catalog(&self) -> Catalog {
        let mut catalog = Catalog::default();
        for rule in self.rules() {
            // Ids are unique: `load` has seen to it.
            let _ = catalog.add(rule.meta.clone());
        }
        catalog
    }

    /// The rules and the items of frameworks that each names.
    pub fn framework_items(&self) -> impl Iterator<Item = (&RuleId, &str)> {
        self.rules().flat_map(|rule| rule.frameworks.iter().map(|(item, _)| (&rule.meta.id, item.as_str())))
    }

    /// The kinds of document that a rule is about.
    pub fn kinds(&self, id: &RuleId) -> &[Kind] {
        self.rules().find(|rule| rule.meta.id == *id).map_or(&[], |rule| &rule.kinds)
    }

    /// The rules that assert something of documents of a kind.
    pub fn judging(&self, kind: Kind) -> impl Iterator<Item = &RuleMeta> {
        self.of_kind(kind).filter(|rule| !rule.assert.is_empty()).map(|rule| &rule.meta)
    }

    /// The same, noting which clauses fail.
    #[must_use]
    pub fn watched(self) -> Self {
        Self { failed: Some(Mutex::default()), ..self }
    }

    /// The clauses that failed since this was asked last.
    fn take_failed(&self) -> BTreeSet<(RuleId, usize)> {
        let seen = self.failed.as_ref().map(Mutex::lock);
        seen.map_or_else(BTreeSet::new, |seen| seen.map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default())
    }

    /// The links that rules read and that nobody names, given those of the configuration.
    pub fn unlinked(&self, configured: &[Join]) -> Vec<PolicyError> {
        let mut errors = error::Errors::default();
        for link in self.rules().flat_map(|rule| &rule.open) {
            link.close(configured, &mut errors);
        }
        errors.into_sorted()
    }

    /// Where the rule stands in its pack.
    pub fn place(&self, id: &RuleId) -> Option<Span> {
        self.rules().find(|rule| rule.meta.id == *id).map(|rule| rule.span)
    }

    /// The rule that a rule was built upon.
    pub fn extends(&self, id: &RuleId) -> Option<&str> {
        self.rules().find(|rule| rule.meta.id == *id)?.base.as_deref()
    }

    /// Holds a document against all rules of its kind that are enabled. Findings
    /// are in the order of the rules, no two alike.
    pub fn judge(&self, subject: &Subject<'_>, as_of: Date, enabled: &dyn Fn(&RuleMeta) -> bool) -> Judged<'_> {
        let mut judged = Judged::default();
        let slots = place(subject.kind).and_then(|slot| self.by_kind.get(slot));
        judged.tally.reserve_exact(slots.map_or(0, Vec::len));
        for rule in self.of_kind(subject.kind) {
            let fits = subject.sound || rule.text_alone;
            let verdict = if fits && enabled(&rule.meta) {
                eval::rule(rule, subject, as_of, &mut judged)
            } else {
                Verdict::Skipped
            };
            judged.tally.push((&rule.meta.id, verdict));
        }
        if let Some(Ok(mut seen)) = self.failed.as_ref().map(Mutex::lock) {
            seen.extend(judged.failed.iter().cloned());
        }
        judged
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.packs.iter().flat_map(|pack| &pack.rules)
    }

    /// The rules about documents of a kind.
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Rule> {
        let slots = place(kind).and_then(|slot| self.by_kind.get(slot));
        slots.into_iter().flatten().filter_map(|(pack, rule)| self.packs.get(*pack)?.rules.get(*rule))
    }

    /// The tests of a rule.
    fn cases(&self, id: &RuleId) -> impl Iterator<Item = &Case> {
        self.rules().filter(|rule| rule.meta.id == *id).flat_map(|rule| &rule.cases)
    }
}

#[cfg(test)]
mod tests;
