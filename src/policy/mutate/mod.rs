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
//!
//! A whole repository is judged for each change, so the order matters (`trial.rs`): a
//! document whose shape is wrong is known to be minded without the rest, and a rule is
//! tried first where its own tests change something (`near.rs`).

mod near;
mod prose;
mod trial;
mod value;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Policy;
use super::base_set::{BaseDocument, BaseSet, BaseSets, written};
use crate::change::MemoryChange;
use crate::rule::{RaisedBy, RuleId};
use crate::tree::MemoryTree;
use trial::Trial;
use value::{Edit, Vocabulary};

/// The most changes that are tried of one repository.
const MOST: usize = 40_000;

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
struct Mutant<'b> {
    base: &'b BaseSet,
    document: &'b BaseDocument,
    verb: Verb,
    /// What was changed: `metadata.id`.
    field: String,
    change: Change,
}

/// A document with a change, which is written out where it is judged.
#[derive(Debug)]
enum Change {
    /// Of a value in its tree.
    Value(Edit),
    /// Of its text, to this one.
    Text(String),
}

impl Mutant<'_> {
    /// The document with the change.
    fn text(&self) -> String {
        match &self.change {
            Change::Text(text) => text.clone(),
            Change::Value(edit) => written(self.document, &edit.applied()).unwrap_or_default(),
        }
    }

    /// The repository with the document in this text.
    fn tree(&self, text: &str) -> MemoryTree {
        let mut tree = self.base.tree();
        tree.put(&*self.document.path, text.as_bytes());
        tree
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

/// A changed repository to be judged.
pub struct Changed<'m> {
    /// All of it.
    pub tree: &'m MemoryTree,
    /// The day on which it is judged.
    pub as_of: Date,
    /// What it was before, where that is asked too.
    pub before: Option<&'m MemoryChange>,
    /// The document with the change. Where its shape is wrong, that is enough.
    pub shape_of: Option<&'m str>,
}

/// The rules that fire on a repository in memory.
pub type Check<'c> = dyn Fn(&Changed<'_>) -> BTreeSet<RuleId> + Sync + 'c;

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
    let mut trial = Trial::new(check, silent);
    let all = base.of_rules(policy, only).into_iter().flat_map(mutants);
    let (holes, others): (Vec<Mutant<'_>>, Vec<Mutant<'_>>) = all.partition(|mutant| mutant.verb.must_be_minded());
    if every {
        trial.survive(&holes);
    }
    trial.on_passing(policy, base, true);
    trial.until_heard(&others);
    trial.until_heard(&holes);
    trial.on_passing(policy, base, false);
    trial.finished()
}

/// Every change of a repository, in the order of its documents.
fn mutants(base: &BaseSet) -> Vec<Mutant<'_>> {
    mutants_of(base, &|_| true)
}

/// Every change of some documents of a repository.
fn mutants_of<'b>(base: &'b BaseSet, wanted: &dyn Fn(&BaseDocument) -> bool) -> Vec<Mutant<'b>> {
    let vocabulary = Vocabulary::of(base);
    let changed = base.documents.iter().filter(|document| wanted(document)).flat_map(|document| {
        let values = value::changes(document, &vocabulary).into_iter();
        let values = values.map(|(verb, edit)| (verb, edit.field(), Change::Value(edit)));
        let texts = prose::changes(document).into_iter();
        let texts = texts.map(|(verb, field, text)| (verb, field, Change::Text(text)));
        values.chain(texts).map(move |(verb, field, change)| Mutant { base, document, verb, field, change })
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
            let text = mutant.text();
            let text = crate::text::squeeze(&text);
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
        does("a.yaml", "on: 'True'", &["flip on: { \"on\": \"false\" }"]);
        does("a.yaml", "on: '0'", &["flip on: { \"on\": \"1\" }"]);
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
