//! Changing documents that pass one bit at a time, and seeing whether any rule minds.
//!
//! The documents are those of the base sets and those of the passing tests of a rule:
//! what it looks at may stand in no base set. A change that nothing reports is an unguarded field: harmless where the field is
//! decoration, and a hole in the policy otherwise. A rule that no change makes fire is
//! vacuous: only tests that change several things at once ever heard it speak.
//!
//! A change is one that an author makes by mistake, and never one that a test of the
//! rule writes: a rule that fires only where its own test says so has proven nothing
//! new. What is done to values is in `value.rs`, what to texts in `prose.rs`.

mod prose;
mod value;

use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use super::selftest::{BaseDocument, BaseSet, BaseSets};
use super::{Policy, selftest};
use crate::outcome::Outcome;
use crate::rule::{RaisedBy, RuleId};
use crate::tree::MemoryTree;
use value::Vocabulary;

/// The most changes that are tried of one repository.
const MOST: usize = 40_000;

/// How many changes are tried before it is asked whether the rule has fired.
const BATCH: usize = 64;

/// What is done to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Taken away.
    Delete,
    /// Left without content.
    Empty,
    /// Of another type.
    Retype,
    /// A much larger number.
    Raise,
    /// A number below zero.
    Lower,
    /// The other of true and false.
    Flip,
    /// Another word.
    Alter,
    /// A reference that leads nowhere.
    Dangle,
    /// A placeholder.
    LeaveOpen,
    /// The text of the next section.
    MixUp,
    /// Words that say nothing.
    SayNothing,
    /// Another word that the schema allows there.
    Swap,
    /// With a capital where there was none.
    Recase,
    /// A year later.
    Postpone,
    /// A year earlier.
    Predate,
    /// A path on one machine.
    Localise,
    /// A key with two letters in the wrong order.
    Misspell,
    /// One line less.
    Cut,
}

impl Verb {
    /// What lists of unguarded fields call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Empty => "empty",
            Self::Retype => "retype",
            Self::Raise => "raise",
            Self::Lower => "lower",
            Self::Flip => "flip",
            Self::Alter => "alter",
            Self::Dangle => "dangle",
            Self::LeaveOpen => "leave open",
            Self::MixUp => "mix up",
            Self::SayNothing => "say nothing",
            Self::Swap => "swap",
            Self::Recase => "recase",
            Self::Postpone => "postpone",
            Self::Predate => "predate",
            Self::Localise => "localise",
            Self::Misspell => "misspell",
            Self::Cut => "cut",
        }
    }

    /// Whether a change that nothing minds is a hole. What the rest makes of a document
    /// may well be right too: they show that a rule fires, and no more.
    fn must_be_minded(self) -> bool {
        !matches!(
            self,
            Self::Swap | Self::Recase | Self::Postpone | Self::Predate | Self::Localise | Self::Misspell | Self::Cut
        )
    }
}

/// One changed document.
#[derive(Debug)]
pub struct Mutant<'b> {
    base: &'b BaseSet,
    document: &'b BaseDocument,
    verb: Verb,
    /// What was changed: `metadata.id`.
    field: String,
    /// The document with the change.
    text: String,
}

impl Mutant<'_> {
    /// The repository with the change.
    pub fn tree(&self) -> MemoryTree {
        let mut tree = self.base.tree();
        tree.put(&*self.document.path, self.text.as_bytes());
        tree
    }

    /// The day on which it is judged.
    pub fn as_of(&self) -> Date {
        self.base.as_of()
    }
}

/// What came of trying all changes.
#[derive(Debug, Default)]
pub struct Mutated {
    /// How many there were.
    pub tried: usize,
    /// What was changed without anything being found, as `path: field`, and how.
    pub survivors: Vec<(String, String)>,
    /// Rules that no change makes fire.
    pub vacuous: Vec<RuleId>,
}

/// The whole engine over a repository in memory, on a day.
pub type Check<'c> = dyn Fn(&MemoryTree, Date) -> Outcome + Sync + 'c;

/// Tries the changes of the base sets that the tests of the rules build on and, for rules
/// that have not fired, of what their own passing tests make of them. Where `every` is
/// false, it is only asked whether the rules fire, and nothing said of survivors.
pub fn run(
    policy: &Policy,
    base: &BaseSets,
    only: &(dyn Fn(&RuleId) -> bool + Sync),
    every: bool,
    check: &Check<'_>,
) -> Mutated {
    let catalog = policy.catalog();
    let judging = catalog.iter().filter(|rule| matches!(rule.raised_by, RaisedBy::Policy | RaisedBy::Schema));
    let silent = judging.map(|rule| rule.id.clone()).filter(only).collect();
    let mut trial = Trial { check, silent, report: Mutated::default() };
    let all = base.of_rules(policy, only).into_iter().flat_map(mutants);
    let (holes, others): (Vec<Mutant<'_>>, Vec<Mutant<'_>>) = all.partition(|mutant| mutant.verb.must_be_minded());
    if every {
        trial.survive(&holes);
    }
    let own = |mutant: &Mutant<'_>| !base.has(mutant.document);
    trial.on_passing(policy, base, &own);
    if !every {
        trial.until_heard(&holes);
    }
    trial.until_heard(&others);
    trial.on_passing(policy, base, &|mutant| !own(mutant));
    Mutated { vacuous: trial.silent.into_iter().collect(), ..trial.report }
}

/// Rules that are yet to fire, and what was found so far.
struct Trial<'c> {
    check: &'c Check<'c>,
    silent: BTreeSet<RuleId>,
    report: Mutated,
}

impl Trial<'_> {
    /// Tries every change, and notes what nothing minds.
    fn survive(&mut self, mutants: &[Mutant<'_>]) {
        for (mutant, fired) in mutants.iter().zip(self.fired(mutants)) {
            if fired.is_empty() {
                self.report.survived(mutant);
            }
            self.silent.retain(|rule| !fired.contains(rule));
        }
    }

    /// Tries changes as long as there is a rule that has not fired.
    fn until_heard(&mut self, mutants: &[Mutant<'_>]) {
        for batch in mutants.chunks(BATCH) {
            if self.silent.is_empty() {
                return;
            }
            for fired in self.fired(batch) {
                self.silent.retain(|rule| !fired.contains(rule));
            }
        }
    }

    /// Tries for each rule that has not fired the changes of its passing tests' documents.
    fn on_passing(&mut self, policy: &Policy, base: &BaseSets, wanted: &dyn Fn(&Mutant<'_>) -> bool) {
        for rule in self.silent.clone() {
            for set in selftest::passing(policy, base, &rule) {
                let mutants: Vec<Mutant<'_>> = mutants(&set).into_iter().filter(wanted).collect();
                for batch in mutants.chunks(BATCH) {
                    if self.silent.contains(&rule) {
                        self.until_heard(batch);
                    }
                }
            }
        }
    }

    /// The rules that fire on each changed repository.
    fn fired(&mut self, mutants: &[Mutant<'_>]) -> Vec<BTreeSet<RuleId>> {
        self.report.tried += mutants.len();
        let check = self.check;
        let fired = |mutant: &Mutant<'_>| {
            let findings = check(&mutant.tree(), mutant.as_of()).findings;
            findings.into_iter().map(|finding| finding.rule).collect()
        };
        mutants.par_iter().map(fired).collect()
    }
}

impl Mutated {
    /// Notes a change that nothing minds, with others of the same field.
    fn survived(&mut self, mutant: &Mutant<'_>) {
        let (verb, place) = (mutant.verb.name(), format!("{}: {}", mutant.document.path, mutant.field));
        match self.survivors.last_mut().filter(|(known, _)| *known == place) {
            Some((_, verbs)) => {
                verbs.push_str(", ");
                verbs.push_str(verb);
            }
            None => self.survivors.push((place, verb.to_owned())),
        }
    }
}

/// Every change of a repository, in the order of its documents.
pub fn mutants(base: &BaseSet) -> Vec<Mutant<'_>> {
    let vocabulary = Vocabulary::of(base);
    let changed = base.documents.iter().flat_map(|document| {
        let changes = value::changes(document, &vocabulary).into_iter().chain(prose::changes(document));
        changes.map(move |(verb, field, text)| Mutant { base, document, verb, field, text })
    });
    changed.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    /// What is done to which field, and what comes of it, without its blanks.
    fn done(path: &str, text: &str) -> Vec<String> {
        let text = serde_json::to_string(text).unwrap();
        let set = format!("documents: [{{name: it, path: {path}, text: {text}}}]");
        let set = BaseSet::parse(&set, SourceId(0)).unwrap();
        let shown = |mutant: &Mutant<'_>| {
            let text = mutant.text.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("{} {}: {text}", mutant.verb.name(), mutant.field)
        };
        mutants(&set).iter().map(shown).collect()
    }

    #[track_caller]
    fn does(path: &str, text: &str, changes: &[&str]) {
        let done = done(path, text);
        for change in changes {
            assert!(done.iter().any(|done| done == change), "{change}\n{done:#?}");
        }
    }

    #[test]
    fn values_are_changed_as_authors_change_them() {
        does(
            "a.yaml",
            "owner: ann",
            &[
                "misspell owner: { \"ownre\": \"ann\" }",
                "delete owner: {}",
                "alter owner: { \"owner\": \"nothing-of-the-kind\" }",
                "recase owner: { \"owner\": \"Ann\" }",
                "retype owner: { \"owner\": [ \"ann\" ] }",
            ],
        );
        does(
            "a.yaml",
            "- 2\n- true\n- []\n",
            &[
                "raise [0]: [ 2001.0, true, [] ]",
                "lower [0]: [ -3.0, true, [] ]",
                "flip [1]: [ 2, false, [] ]",
                "delete [2]: [ 2, true ]",
            ],
        );
        does(
            "a.yaml",
            "to: x\nfrom: x\nat: a.yaml",
            &[
                "dangle to: { \"to\": \"x-elsewhere\", \"from\": \"x\", \"at\": \"a.yaml\" }",
                "dangle at: { \"to\": \"x\", \"from\": \"x\", \"at\": \"a.yaml-elsewhere\" }",
            ],
        );
        does(
            "a.yaml",
            "day: 2026-11-21",
            &["predate day: { \"day\": \"2025-11-21\" }", "postpone day: { \"day\": \"2027-11-21\" }"],
        );
        does("a.yaml", "base: acme/base-7b", &["localise base: { \"base\": \"/home/me/acme/base-7b\" }"]);
        let others = done("a.yaml", "day: 2024-02-29\nurl: https://a.example/b\nid: 7-b");
        assert!(
            !others.iter().any(|done| ["pre", "post", "local"].iter().any(|verb| done.starts_with(verb))),
            "{others:#?}"
        );
    }

    #[test]
    fn a_word_of_a_schema_is_changed_for_each_of_the_others() {
        let swapped = |path: &str, text: &str| {
            let swaps = done(path, text).into_iter().filter(|done| done.starts_with("swap metadata.stage"));
            swaps.filter_map(|done| done.rsplit('"').nth(1).map(str::to_owned)).collect::<Vec<_>>()
        };
        let manifest = "kind: ModelRelease\nmetadata: {stage: canary}";
        let words = swapped("r.yaml", manifest);
        assert!(words.contains(&"retired".to_owned()) && !words.contains(&"canary".to_owned()), "{words:?}");
        assert_eq!(swapped("r.yaml", "kind: Something\nmetadata: {stage: canary}"), [""; 0]);
    }

    #[test]
    fn sections_and_lines_of_texts_are_changed() {
        does(
            "README.md",
            "---\nlicense: mit\n---\n# M\n\none\n\n## N\n\ntwo\n",
            &[
                "delete license: --- {} --- # M one ## N two",
                "delete `## N`: --- license: mit --- # M one",
                "empty `# M`: --- license: mit --- # M ## N two",
                "leave open `# M`: --- license: mit --- # M TODO ## N two",
                "mix up `# M`: --- license: mit --- # M two ## N two",
                "say nothing `## N`: --- license: mit --- # M one ## N The team takes care of this.",
                "cut two: --- license: mit --- # M one ## N",
            ],
        );
        does("CODEOWNERS", "* @ann\n/x @bob\n", &["cut * @ann: /x @bob", "cut /x @bob: * @ann"]);
        assert_eq!(done("a.yaml", "not: [a document"), [""; 0]);
    }
}
