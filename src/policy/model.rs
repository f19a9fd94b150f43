//! A compiled policy: selectors parsed, regular expressions built, lists hashed.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::cel::Cel;
use super::compile::OpenLink;
use super::join::Join;
use super::lookup::Scope;
use super::message::Template;
use super::pattern::Pattern;
use super::select::Selector;
use super::vocab::answers::Answers;
use super::vocab::card::{Section, Table};
use super::vocab::compare::Compare;
use super::vocab::file::FileCheck;
use super::vocab::link::LinkCheck;
use super::vocab::people::Covers;
use super::vocab::schema::SchemaCheck;
use super::vocab::spdx::SpdxCheck;
use crate::change::Person;
use crate::finding::Fix;
use crate::kind::Kind;
use crate::parse::{Node, Scalar};
use crate::rule::{RuleMeta, Severity};
use crate::source::Span;

/// One pack with its rules.
#[derive(Debug)]
pub(super) struct Pack {
    /// What makes the base set of tests clean for it.
    pub(super) base: Change,
    /// In the order of the file.
    pub(super) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// What the rest of the program knows of it.
    pub(super) meta: RuleMeta,
    /// Where its id stands in the pack.
    pub(super) span: Span,
    /// The kinds of document that it judges.
    pub(super) kinds: Vec<Kind>,
    /// Links that it reads and that no pack names.
    pub(super) open: Vec<OpenLink>,
    /// Whether it judges the text of a card whose front matter cannot be read.
    pub(super) text_alone: bool,
    /// All of these must hold for the rule to apply.
    pub(super) when: Vec<Clause>,
    /// Whether a condition that cannot be decided counts as not met.
    pub(super) skip_undecided: bool,
    /// Names for selectors, in order.
    pub(super) lets: Vec<(String, Selector)>,
    /// Names for every item in turn, outermost first.
    pub(super) each: Vec<Each>,
    /// What must hold.
    pub(super) assert: Vec<Clause>,
    /// What is said otherwise.
    pub(super) texts: Texts,
    /// Other places to show.
    pub(super) related: Vec<(Selector, Template)>,
    /// What mends it.
    pub(super) fix: Option<FixTemplate>,
    /// The items of frameworks that it names, each with its place.
    pub(super) frameworks: Vec<(String, Span)>,
    /// The rule's own tests.
    pub(super) cases: Vec<Case>,
    /// Lists and tables that it refers to.
    pub(super) data: Arc<Node>,
    /// Links that the pack names.
    pub(super) joins: Arc<[Join]>,
    /// The rule that it was built upon.
    pub(super) base: Option<String>,
}

/// A loop over everything that a selector hits.
#[derive(Debug)]
pub(super) struct Each {
    /// What each of them is called.
    pub(super) name: String,
    /// Which ones.
    pub(super) at: Selector,
    /// The fewest that must be there; 1 unless the rule says 0.
    pub(super) min: usize,
}

/// The words of a rule or clause.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The headline.
    pub(super) message: Option<Template>,
    /// A few words under the primary span.
    pub(super) label: Option<Template>,
    /// What to write.
    pub(super) help: Option<Template>,
}

/// What mends a finding.
#[derive(Debug)]
pub(super) struct FixTemplate {
    /// See [`Fix::title`].
    pub(super) title: String,
    /// See [`Fix::safe`].
    pub(super) safe: bool,
    /// See [`Fix::replacement`].
    pub(super) text: Template,
    /// Behind what the text is put; `None` where it replaces what was found wrong.
    pub(super) behind: Option<Selector>,
}

impl FixTemplate {
    /// The fix of what was found wrong at `span`; `None` where a word of it is missing.
    pub(super) fn at<'a>(&'a self, span: Span, scope: &Scope<'a>, reason: &str) -> Option<Fix> {
        let span = match &self.behind {
            None => span,
            Some(behind) => {
                let place = scope.find(behind).hits.first()?.span();
                Span { start: place.end, ..place }
            }
        };
        let replacement = self.text.fill_exactly(scope, reason)?;
        Some(Fix { title: self.title.clone(), span, replacement, safe: self.safe })
    }
}

/// One thing that must hold, or one condition.
#[derive(Debug)]
pub(super) struct Clause {
    /// Where it stands in the pack.
    pub(super) span: Span,
    /// Runs the clause for every item in turn; in `assert` only.
    pub(super) each: Vec<Each>,
    /// All of these must hold for the clause to apply.
    pub(super) when: Vec<Clause>,
    /// Whether a condition that cannot be decided counts as not met.
    pub(super) skip_undecided: bool,
    /// Whether an absent value passes.
    pub(super) optional: bool,
    /// A cap below the rule's severity.
    pub(super) severity: Option<Severity>,
    /// Words that go before the rule's.
    pub(super) texts: Texts,
    /// Where to show a failure, if not where it was found.
    pub(super) show: Option<Selector>,
    /// Whether reports leave out what stands there.
    pub(super) conceal: bool,
    /// Other places to show, beside the rule's.
    pub(super) related: Vec<(Selector, Template)>,
    /// What mends a failure, before what the rule has.
    pub(super) fix: Option<FixTemplate>,
    /// What is checked.
    pub(super) test: Test,
}

/// What a clause checks.
#[derive(Debug)]
pub(super) enum Test {
    /// Every value that the selector hits passes all checks; or exactly so many do.
    Value { at: Selector, or: Option<Selector>, checks: Vec<Check>, exactly: Option<usize> },
    /// There is a value, and it is not empty.
    Present(Selector),
    /// There is none, or it is empty.
    Absent(Selector),
    /// So many values are there.
    Count { at: Selector, min: usize, max: usize },
    /// No two values are equal, or no two agree in all these keys.
    Unique { at: Selector, keys: Vec<String> },
    /// The numbers rise; strictly or not.
    Order { at: Selector, strict: bool },
    /// Both sides say the same.
    Same { left: Selector, right: Selector },
    /// One number is not worse than another.
    Compare(Box<Compare>),
    /// A card has a section.
    Section(Box<Section>),
    /// A card has a table.
    Table(Box<Table>),
    /// An expression is true.
    Cel(Box<Cel>),
    /// Every value fits a JSON Schema.
    Schema(Box<SchemaCheck>),
    /// Every question is answered.
    Answers(Box<Answers>),
    /// At least one holds.
    Any(Vec<Clause>),
    /// All hold.
    All(Vec<Clause>),
    /// None holds, of any value.
    None(Vec<Clause>),
}

/// A check of one value.
#[derive(Debug)]
pub(super) enum Check {
    /// It is of this type.
    Type(Type),
    /// It is this value.
    Equals(Operand),
    /// It is another value.
    NotEquals(Operand),
    /// It is one of these.
    In(Listed),
    /// It is none of these.
    NotIn(Listed),
    /// The expression matches somewhere in the string.
    Match(Arc<Pattern>),
    /// It matches nowhere.
    NotMatch(Arc<Pattern>),
    /// A number within a bound.
    Bound(Bound, f64),
    /// A string of at least so many characters.
    MinLength(usize),
    /// A string of at most so many characters.
    MaxLength(usize),
    /// A string of at least so many words.
    MinWords(usize),
    /// A string that was filled in.
    NotPlaceholder,
    /// The string holds the other one as a whole token.
    ContainsToken(Operand),
    /// A date or time.
    Date(Vec<DateCheck>),
    /// A path that leads to a file.
    File(FileCheck),
    /// A name of another document.
    Link(LinkCheck),
    /// A licence.
    Spdx(Box<SpdxCheck>),
    /// An owner of a path.
    Owns(Covers),
    /// Somebody else than these.
    Distinct(Vec<Selector>),
}

/// The types that a value can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Text.
    String,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List,
    /// A mapping.
    Mapping,
}

/// Which side of a number another must be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// At least.
    Min,
    /// At most.
    Max,
    /// More than.
    Gt,
    /// Less than.
    Lt,
}

/// The other side of a comparison.
#[derive(Debug)]
pub(super) enum Operand {
    /// Written in the rule.
    Literal(Scalar),
    /// Found in a document.
    At(Selector),
}

/// A list to look values up in.
#[derive(Debug)]
pub(super) enum Listed {
    /// Known when the policy is loaded.
    Fixed(FixedList),
    /// Found in a document; strings only.
    At(Selector),
}

/// A list that is known when the policy is loaded.
#[derive(Debug, Default)]
pub(super) struct FixedList {
    /// What a message calls it: `hub licenses`; empty for a list in the rule.
    pub(super) name: String,
    /// Its strings, in order, for messages.
    pub(super) words: Vec<Box<str>>,
    /// Its strings, hashed.
    pub(super) strings: HashSet<Box<str>>,
    /// Everything else.
    pub(super) others: Vec<Scalar>,
}

/// A check of one date.
#[derive(Debug)]
pub(super) enum DateCheck {
    /// Not after the day of the run.
    NotFuture,
    /// Not before the day of the run.
    NotPast,
    /// At most so many days before the day of the run.
    MaxAge(i32),
    /// Not within so many days from the day of the run; a warning at most.
    WarnWithin(i32),
    /// Earlier than the other date.
    Before(Operand),
    /// Later than the other date.
    After(Operand),
    /// Not later than the other date.
    NotAfter(Operand),
    /// Not earlier than the other date.
    NotBefore(Operand),
}

/// Which of the base sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetName {
    /// The smallest clean release.
    Short,
    /// The whole path of a release.
    Full,
}

/// A change of a base set.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// The set; of a case, that of its pack where it names none.
    pub(super) set: Option<SetName>,
    /// Merge patches (RFC 7396) by document.
    pub(super) patch: Vec<(String, Json)>,
    /// Whole texts by document.
    pub(super) body: Vec<(String, String)>,
    /// Files by path; `None` takes one away.
    pub(super) files: Vec<(String, Option<String>)>,
}

/// What a test expects of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// At least one finding.
    Fail,
    /// None.
    Pass,
    /// The rule does not apply.
    Skip,
}

/// A commit of a test: by whom, and the documents or paths that it leaves as the test has them.
#[derive(Clone, Debug)]
pub(super) struct CaseCommit {
    pub(super) by: Vec<Person>,
    pub(super) puts: Vec<String>,
}

/// One test of a rule: a change of the base set, and what it leads to.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// What is expected.
    pub(super) expect: Expect,
    /// What it shows.
    pub(super) name: String,
    /// What it changes.
    pub(super) change: Change,
    /// Stands in the message, label or help.
    pub(super) says: Option<String>,
    /// The place of the finding in its document.
    pub(super) at: Option<String>,
    /// How many findings.
    pub(super) count: Option<usize>,
    /// The day on which it is judged; that of its base set where it names none.
    pub(super) as_of: Option<Date>,
    /// The commits that made the change, in order.
    pub(super) commits: Vec<CaseCommit>,
    /// The change as it is written in the pack.
    pub(super) example: String,
}
