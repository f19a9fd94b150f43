//! Judging one clause, in three values: it holds, it does not, or it cannot be
//! decided because something is missing.
//!
//! A selector with several hits means *all* of them. Under `none` and `not` it
//! means *any* of them, so that a forbidden value is found wherever it stands and
//! a negation never turns "all" into "not all".

use std::borrow::Cow;
use std::collections::BTreeMap;

use smallvec::smallvec;

use super::lookup::{Found, Hit, Hits, Miss, Scope, Why};
use super::model::{Check, Clause, Test};
use super::predicate::{Fault, check, compared, equal, finite};
use super::select::Selector;
use crate::finding::Label;
use crate::parse::{Node, Value};
use crate::rule::Severity;
use crate::source::Span;
use crate::text::count;

/// Where a clause failed.
#[derive(Clone, Debug)]
pub(super) enum Place<'a> {
    /// At a value.
    Hit(Hit<'a>),
    /// Where a value should be.
    Miss(Miss<'a>),
}

impl<'a> Place<'a> {
    /// The node to which it points.
    pub(super) fn hit(&self) -> &Hit<'a> {
        match self {
            Place::Hit(hit) => hit,
            Place::Miss(miss) => &miss.at,
        }
    }

    /// Where to show it.
    pub(super) fn span(&self) -> Span {
        match self {
            Place::Hit(hit) => hit.span(),
            Place::Miss(miss) => miss.span(),
        }
    }
}

/// Why a clause does not hold.
#[derive(Clone, Debug)]
pub(super) struct Failure<'a> {
    /// Where.
    pub(super) place: Place<'a>,
    /// Why, in a few words; where nothing is said, what is missing says it.
    pub(super) said: Option<String>,
    /// The other side.
    pub(super) related: Vec<Label>,
    /// Whether it could not be decided.
    pub(super) undecided: bool,
    /// A cap below the severity of the clause.
    pub(super) at_most: Option<Severity>,
}

impl<'a> Failure<'a> {
    /// A value is wrong.
    pub(super) fn hit(hit: Hit<'a>, reason: impl Into<String>) -> Self {
        let said = Some(reason.into());
        Self { place: Place::Hit(hit), said, related: Vec::new(), undecided: false, at_most: None }
    }

    /// Something is not there.
    pub(super) fn miss(miss: Miss<'a>) -> Self {
        let related = if let Why::Astray(astray) = &miss.why { astray.labels() } else { Vec::new() };
        Self { place: Place::Miss(miss), said: None, related, undecided: true, at_most: None }
    }

    /// Why, in a few words. Conditions fail all the time, and nobody asks them.
    pub(super) fn reason(&self) -> Cow<'_, str> {
        match (&self.said, &self.place) {
            (Some(said), _) => Cow::Borrowed(said),
            (None, Place::Miss(miss)) => Cow::Owned(miss.reason()),
            (None, Place::Hit(_)) => Cow::Borrowed(""),
        }
    }

    fn decided(self) -> Self {
        Self { undecided: false, ..self }
    }
}

/// How a clause stands.
#[derive(Debug)]
pub(super) enum Stand<'a> {
    /// It holds; of this value, if it is about one.
    Holds(Option<Hit<'a>>),
    /// Its `when` is not met.
    Inapplicable,
    /// It does not hold.
    Fails(Vec<Failure<'a>>),
}

impl<'a> Stand<'a> {
    /// It holds where nothing failed.
    pub(super) fn of(failures: Vec<Failure<'a>>, witness: Option<Hit<'a>>) -> Self {
        if failures.is_empty() { Self::Holds(witness) } else { Self::Fails(failures) }
    }
}

/// Whether all conditions are met; the failure is what cannot be decided.
pub(super) fn applies<'a>(when: &'a [Clause], skip: bool, scope: &Scope<'a>) -> Result<bool, Box<Failure<'a>>> {
    if when.is_empty() {
        return Ok(true);
    }
    let explain = scope.explain.replace(false);
    let met = all_met(when, scope);
    scope.explain.set(explain);
    match met {
        Err(_) if skip => Ok(false),
        met => met,
    }
}

/// The same; a condition that is not met settles it, whatever the others would say.
fn all_met<'a>(when: &'a [Clause], scope: &Scope<'a>) -> Result<bool, Box<Failure<'a>>> {
    let mut open = None;
    for clause in when {
        match judge(clause, scope, false) {
            Stand::Holds(_) | Stand::Inapplicable => {}
            Stand::Fails(failures) if failures.iter().any(|failure| !failure.undecided) => return Ok(false),
            Stand::Fails(failures) => open = open.or_else(|| failures.into_iter().next()),
        }
    }
    open.map_or(Ok(true), |failure| Err(Box::new(failure)))
}

/// Judges one clause; `negated` under `none` and `not`.
pub(super) fn judge<'a>(clause: &'a Clause, scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    match applies(&clause.when, clause.skip_undecided, scope) {
        Ok(true) => {}
        Ok(false) => return Stand::Inapplicable,
        Err(mut failure) => {
            failure.said = Some(format!("cannot decide whether it is due: {}", failure.reason()));
            return Stand::Fails(vec![*failure]);
        }
    }
    match &clause.test {
        Test::Value { at, or, checks, exactly } => {
            let found = sought(at, or.as_ref(), clause.optional, scope);
            match exactly {
                Some(n) => exact(found, checks, *n, scope),
                None => values(found, checks, scope, negated),
            }
        }
        Test::Compare(compare) => compare.judge(clause.optional, scope),
        Test::Section(section) => section.judge(clause.optional, scope),
        Test::Table(table) => table.judge(clause.optional, scope),
        Test::Cel(cel) => cel.judge(scope),
        Test::Schema(schema) => schema.judge(clause.optional, scope),
        Test::Answers(answers) => answers.judge(clause.optional, scope),
        Test::Present(at) => present(at, scope, negated),
        Test::Absent(at) => absent(at, scope),
        Test::Count { at, min, max } => counted(scope.find(at), *min, *max),
        Test::Unique { at, keys } => unique(tolerated(scope.find(at), clause.optional), keys),
        Test::Order { at, strict } => order(tolerated(scope.find(at), clause.optional), *strict),
        Test::Same { left, right } => same(left, right, clause.optional, scope),
        Test::Any(clauses) => any(clauses, scope, negated),
        Test::All(clauses) => all(clauses, scope, negated),
        Test::None(clauses) => none(clauses, scope, negated),
    }
}

/// What was found, without the absences that `optional` excuses.
fn tolerated(mut found: Found<'_>, optional: bool) -> Found<'_> {
    if optional {
        found.misses.retain(|miss| !miss.is_absence());
    }
    found
}

/// What a clause is about: `at`, or `or` where that is nothing.
fn sought<'a>(at: &'a Selector, or: Option<&'a Selector>, optional: bool, scope: &Scope<'a>) -> Found<'a> {
    let mut found = scope.find(at);
    if let Some(or) = or.filter(|_| found.hits.is_empty() && found.misses.iter().all(Miss::is_absence)) {
        let other = scope.find(or);
        if !other.hits.is_empty() {
            found = other;
        }
    }
    tolerated(found, optional)
}

/// Exactly so many of the values pass; which of them is left open.
fn exact<'a>(found: Found<'a>, checks: &'a [Check], wanted: usize, scope: &Scope<'a>) -> Stand<'a> {
    let fits = |hit: &&Hit<'a>| checks.iter().all(|one| check(one, hit, scope).is_ok());
    let fitting: Vec<&Hit<'a>> = found.hits.iter().filter(fits).collect();
    if fitting.len() == wanted && found.misses.is_empty() {
        return Stand::Holds(fitting.first().map(|hit| (*hit).clone()));
    }
    let mut failures: Vec<Failure<'a>> = found.misses.into_iter().map(Failure::miss).collect();
    if fitting.len() != wanted
        && let Some(hit) = fitting.get(wanted).copied().or(found.hits.first())
    {
        let related =
            fitting.iter().take(wanted.min(4)).map(|hit| Label { span: hit.span(), text: "and here".to_owned() });
        let reason = format!("it holds of {}, exactly {wanted} expected", count(fitting.len(), "value"));
        failures.push(Failure { related: related.collect(), ..Failure::hit(hit.clone(), reason) });
    }
    Stand::of(failures, None)
}

fn values<'a>(found: Found<'a>, checks: &'a [Check], scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    let mut failures = Vec::new();
    let mut witness = None;
    for hit in found.hits {
        match checks.iter().find_map(|one| check(one, &hit, scope).err()) {
            None => witness = witness.or(Some(hit)),
            Some(fault) => failures.push(faulty(fault, hit)),
        }
    }
    for miss in found.misses {
        failures.push(Failure::miss(miss));
    }
    match witness {
        Some(hit) if negated => Stand::Holds(Some(hit)),
        None if negated => Stand::Fails(failures),
        witness => Stand::of(failures, witness),
    }
}

/// What is wrong with a value, where it stands.
pub(super) fn faulty<'a>(fault: Fault<'a>, hit: Hit<'a>) -> Failure<'a> {
    match fault {
        Fault::Missing(miss) => Failure::miss(miss),
        Fault::Soon(reason) => Failure { at_most: Some(Severity::Warning), ..Failure::hit(hit, reason) },
        Fault::Wrong(reason, related) => Failure { related, ..Failure::hit(hit, reason) },
    }
}

/// Whether a value says nothing: a blank string, an empty list or mapping.
fn says_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Seq(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Scalar(scalar) => scalar.text.trim().is_empty(),
    }
}

/// Nothing here is undecided: that something is missing is the answer.
fn present<'a>(at: &'a Selector, scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    let found = scope.find(at);
    let mut failures: Vec<_> = found.misses.into_iter().map(|miss| Failure::miss(miss).decided()).collect();
    let mut witness = None;
    for hit in found.hits {
        // A linked document is there even where its own tree is empty.
        if says_nothing(hit.node) && !hit.is_root() {
            let reason = scope.say(|| format!("`{}` is empty", hit.name()));
            failures.push(Failure::hit(hit, reason));
        } else {
            witness = witness.or(Some(hit));
        }
    }
    match witness {
        Some(hit) if negated => Stand::Holds(Some(hit)),
        witness => Stand::of(failures, witness),
    }
}

fn absent<'a>(at: &'a Selector, scope: &Scope<'a>) -> Stand<'a> {
    let hits = scope.find(at).hits.into_iter().filter(|hit| !says_nothing(hit.node) || hit.is_root());
    let failures = hits.map(|hit| {
        let reason = scope.say(|| format!("`{}` must not be here", hit.name()));
        Failure::hit(hit, reason)
    });
    Stand::of(failures.collect(), None)
}

fn counted(found: Found<'_>, min: usize, max: usize) -> Stand<'_> {
    if let Some(miss) = found.misses.iter().find(|miss| !miss.is_absence()) {
        return Stand::Fails(vec![Failure::miss(miss.clone())]);
    }
    let n = found.hits.len();
    if n < min {
        let reason = format!("{n} found, at least {min} expected");
        let hit = found.hits.into_iter().next_back();
        let failure = match (hit, found.misses.into_iter().next()) {
            (Some(hit), _) => Failure::hit(hit, reason),
            (None, Some(miss)) if matches!(miss.why, Why::EmptyList) => Failure::miss(miss).decided(),
            (None, Some(miss)) => Failure::miss(miss),
            (None, None) => return Stand::Fails(Vec::new()),
        };
        return Stand::Fails(vec![failure]);
    }
    match found.hits.into_iter().nth(max) {
        Some(hit) => Stand::Fails(vec![Failure::hit(hit, format!("{n} found, at most {max} expected"))]),
        None => Stand::Holds(None),
    }
}

fn unique<'a>(found: Found<'a>, keys: &'a [String]) -> Stand<'a> {
    let mut failures: Vec<Failure<'a>> = found.misses.into_iter().map(Failure::miss).collect();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for hit in found.hits {
        if let Some(key) = keys.iter().find(|key| hit.node.get(key).is_none_or(Node::is_null)) {
            failures.push(Failure::miss(Miss { at: hit, why: Why::Key(key) }));
            continue;
        }
        let parts =
            if keys.is_empty() { vec![hit.node] } else { keys.iter().filter_map(|k| hit.node.get(k)).collect() };
        let shown = parts.iter().map(|part| super::message::value(part)).collect::<Vec<_>>().join(", ");
        let identity = serde_json::Value::Array(parts.iter().map(|part| part.to_json()).collect()).to_string();
        match seen.get(&identity) {
            Some(first) => {
                let related = vec![Label { span: *first, text: "first here".to_owned() }];
                failures.push(Failure { related, ..Failure::hit(hit, format!("`{shown}` stands here twice")) });
            }
            None => {
                seen.insert(identity, hit.span());
            }
        }
    }
    Stand::of(failures, None)
}

/// Numbers in the order of the document; a list among them counts item by item.
fn order(found: Found<'_>, strict: bool) -> Stand<'_> {
    let mut failures: Vec<_> = found.misses.into_iter().map(Failure::miss).collect();
    let mut last: Option<(f64, Span)> = None;
    for hit in found.hits.into_iter().flat_map(spread) {
        let number = match finite(hit.node) {
            Ok(number) => number,
            Err(fault) => {
                failures.push(faulty(fault, hit));
                continue;
            }
        };
        let span = hit.span();
        if let Some((before, place)) = last.filter(|(before, _)| number < *before || (strict && number <= *before)) {
            let related = vec![Label { span: place, text: format!("`{before}` here") }];
            let reason = format!("{number} after {before} is not increasing");
            failures.push(Failure { related, ..Failure::hit(hit, reason) });
        }
        last = Some((number, span));
    }
    Stand::of(failures, None)
}

fn spread(hit: Hit<'_>) -> Hits<'_> {
    if hit.node.items().is_empty() { smallvec![hit] } else { hit.items().collect() }
}

fn same<'a>(left: &'a Selector, right: &'a Selector, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
    let (left, right) = (tolerated(scope.find(left), optional), tolerated(scope.find(right), optional));
    let mut failures: Vec<_> = left.misses.into_iter().chain(right.misses).map(Failure::miss).collect();
    for hit in left.hits {
        let other = right.hits.iter().find(|other| scope.spend() && !equal(hit.node, other.node));
        if let Some(other) = other {
            failures.push(faulty(compared(hit.node, other, true), hit));
        }
    }
    Stand::of(failures, None)
}

fn any<'a>(clauses: &'a [Clause], scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    let mut all: Vec<Failure<'a>> = Vec::new();
    let (mut inapplicable, mut undecided) = (0, false);
    for clause in clauses {
        match judge(clause, scope, negated) {
            Stand::Holds(witness) => return Stand::Holds(witness),
            Stand::Inapplicable => inapplicable += 1,
            Stand::Fails(failures) => {
                let mut open = failures.iter().map(|failure| failure.undecided);
                undecided |= if negated { open.any(|open| open) } else { open.all(|open| open) };
                all.extend(failures);
            }
        }
    }
    if inapplicable == clauses.len() {
        return Stand::Inapplicable;
    }
    let mut reasons: Vec<String> = Vec::new();
    for failure in &all {
        let reason = failure.reason();
        if !reason.is_empty() && !reasons.iter().any(|known| *known == reason) {
            reasons.push(reason.into_owned());
        }
    }
    let at_most = if all.iter().all(|failure| failure.at_most.is_some()) { Some(Severity::Warning) } else { None };
    let related = all.iter().flat_map(|failure| failure.related.clone()).collect();
    let first = all.into_iter().next();
    let said = Some(reasons.join("; and "));
    let joined = first.map(|first| Failure { said, related, undecided, at_most, ..first });
    Stand::Fails(joined.into_iter().collect())
}

fn all<'a>(clauses: &'a [Clause], scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    let mut failed = Vec::new();
    let (mut fails, mut witness, mut inapplicable) = (false, None, 0);
    for clause in clauses {
        match judge(clause, scope, negated) {
            Stand::Holds(hit) => witness = witness.or(hit),
            Stand::Inapplicable => inapplicable += 1,
            // One part that is known not to hold decides the whole of a negated list.
            Stand::Fails(failures) if negated && failures.iter().all(|failure| !failure.undecided) => {
                return Stand::Fails(failures);
            }
            Stand::Fails(failures) => {
                fails = true;
                failed.extend(failures);
            }
        }
    }
    if fails {
        Stand::Fails(failed)
    } else if inapplicable == clauses.len() {
        Stand::Inapplicable
    } else {
        Stand::Holds(witness)
    }
}

fn none<'a>(clauses: &'a [Clause], scope: &Scope<'a>, negated: bool) -> Stand<'a> {
    let mut failed = Vec::new();
    let explain = scope.explain.replace(false);
    for clause in clauses {
        match judge(clause, scope, !negated) {
            Stand::Inapplicable => {}
            Stand::Holds(witness) => failed.push(forbidden(witness, scope)),
            Stand::Fails(failures) => failed.extend(failures.into_iter().find(|failure| failure.undecided)),
        }
    }
    scope.explain.set(explain);
    Stand::of(failed, None)
}

/// Something holds that must not.
fn forbidden<'a>(witness: Option<Hit<'a>>, scope: &Scope<'a>) -> Failure<'a> {
    match witness {
        Some(hit) => {
            let reason = match hit.node.items().len() {
                0 => format!("`{}` is not allowed here", super::message::value(hit.node)),
                n => format!("{} in `{}`, none allowed", count(n, "item"), hit.name()),
            };
            Failure::hit(hit, reason)
        }
        None => Failure::hit(scope.root(), "this holds and must not"),
    }
}
