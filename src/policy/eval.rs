//! Judging one document by one rule, and putting what fails into words.

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use smallvec::smallvec;

use super::judge::{Failure, Place, Stand, applies, judge};
use super::lookup::{Found, HINTS, Hit, Miss, Origin, STEP_BUDGET, Scope};
use super::model::{Clause, Each, Rule};
use super::{Judged, Subject, Verdict};
use crate::finding::{Finding, Label};
use crate::source::Span;

/// The most places that one `related` entry shows.
const RELATED: usize = 4;

/// Judges `subject` by `rule`; findings go to `judged`.
pub(super) fn rule<'a>(rule: &'a Rule, subject: &'a Subject<'a>, as_of: Date, judged: &mut Judged<'_>) -> Verdict {
    let mut run = Run {
        rule,
        scope: Scope {
            subject,
            data: &rule.data,
            joins: &rule.joins,
            as_of,
            names: Vec::new(),
            budget: Cell::new(STEP_BUDGET),
            explain: Cell::new(true),
            hints: Cell::new(HINTS),
        },
        items: Vec::new(),
        out: Vec::new(),
        judged: false,
        failed: BTreeSet::new(),
    };
    let verdict = run.whole();
    if !run.out.is_empty() {
        let mut seen: HashSet<(Span, String)> = HashSet::new();
        run.out.retain(|finding| seen.insert((finding.primary.span, finding.message.clone())));
        judged.findings.append(&mut run.out);
    }
    for clause in run.failed {
        judged.failed.push((rule.meta.id.clone(), clause));
    }
    verdict
}

struct Run<'a> {
    rule: &'a Rule,
    scope: Scope<'a>,
    /// The items of `each`, outermost first.
    items: Vec<Hit<'a>>,
    out: Vec<Finding>,
    judged: bool,
    /// The places of the clauses that failed.
    failed: BTreeSet<usize>,
}

impl<'a> Run<'a> {
    fn whole(&mut self) -> Verdict {
        for (name, selector) in &self.rule.lets {
            let found = self.scope.find(selector);
            self.scope.names.push((name, found));
        }
        match applies(&self.rule.when, self.rule.skip_undecided, &self.scope) {
            Ok(true) => self.each(&self.rule.each, None),
            Ok(false) => return Verdict::NotApplicable,
            Err(failure) => {
                let id = &self.rule.meta.id;
                let message = format!("cannot decide whether `{id}` applies: {}", failure.reason());
                self.report(*failure, message, None);
            }
        }
        if self.scope.budget.get() == 0 {
            let root = self.scope.root();
            let message = format!("`{}` cannot be judged: it would compare too many values", self.rule.meta.id);
            self.out.push(Finding::new(self.rule.meta.id.as_str(), root.span(), message));
            return Verdict::Error;
        }
        match (self.out.is_empty(), self.judged) {
            (false, _) => Verdict::Fail,
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::NotApplicable,
        }
    }

    /// Runs one clause, or all of the rule, for every item of the innermost loop.
    /// Never deeper than the loops that are written, of which the compiler allows
    /// few.
    fn each(&mut self, loops: &'a [Each], clause: Option<&'a Clause>) {
        let Some((first, rest)) = loops.split_first() else {
            return match clause {
                Some(clause) => self.clause(clause),
                None => self.rule.assert.iter().for_each(|clause| self.each(&clause.each, Some(clause))),
            };
        };
        let found = self.scope.find(&first.at);
        let too_few = found.hits.len() < first.min && found.misses.is_empty();
        for miss in found.misses {
            if first.min > 0 || !miss.is_absence() {
                self.nothing_to_judge(miss);
            }
        }
        if too_few && let Some(hit) = found.hits.last() {
            let reason = format!("{} found, at least {} expected", found.hits.len(), first.min);
            let message = self.untold(&reason);
            self.report(Failure::hit(hit.clone(), reason), message, None);
        }
        for hit in found.hits {
            if self.scope.budget.get() == 0 {
                return;
            }
            let bound = Found { hits: smallvec![hit.clone()], misses: Vec::new() };
            self.scope.names.push((&first.name, bound));
            self.items.push(hit);
            self.each(rest, clause);
            self.items.pop();
            self.scope.names.pop();
        }
    }

    fn nothing_to_judge(&mut self, miss: Miss<'a>) {
        let failure = Failure::miss(miss);
        let message = self.untold(&failure.reason());
        self.report(failure, message, None);
    }

    /// The headline where the rule's own words cannot be filled in.
    fn untold(&self, reason: &str) -> String {
        let title = &self.rule.meta.title;
        let mut chars = title.chars();
        let lower = match (chars.next(), chars.next()) {
            (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
                first.to_lowercase().chain(title.chars().skip(1)).collect()
            }
            _ => title.clone(),
        };
        format!("{reason}; cannot tell whether {lower}")
    }

    fn clause(&mut self, clause: &'a Clause) {
        match judge(clause, &self.scope, false) {
            Stand::Inapplicable => {}
            Stand::Holds(_) => self.judged = true,
            Stand::Fails(failures) => {
                self.judged = true;
                self.failed.extend(self.rule.assert.iter().position(|known| std::ptr::eq(known, clause)));
                for failure in failures {
                    let message = self.headline(clause, &failure);
                    self.report(failure, message, Some(clause));
                }
            }
        }
    }

    fn headline(&self, clause: &'a Clause, failure: &Failure<'a>) -> String {
        if let Some(message) = clause.texts.message.as_ref().or(self.rule.texts.message.as_ref()) {
            return message.fill(&self.scope, &failure.reason());
        }
        let hit = failure.place.hit();
        let path = if hit.origin == Origin::Facts { hit.keyed_path() } else { hit.pointer().to_string() };
        if path.is_empty() { failure.reason().into_owned() } else { format!("`{path}`: {}", failure.reason()) }
    }

    fn report(&mut self, failure: Failure<'a>, message: String, clause: Option<&'a Clause>) {
        let reason = failure.reason().into_owned();
        let place = self.place(&failure, clause);
        let own = clause.and_then(|clause| clause.texts.label.as_ref());
        let label = match own.or(self.rule.texts.label.as_ref()) {
            Some(label) => label.fill(&self.scope, &reason),
            None if message.contains(&reason) => String::new(),
            None => reason.clone(),
        };
        let span = place.span();
        let mut finding = Finding::new(self.rule.meta.id.as_str(), span, message)
            .label(label)
            .at(place.hit().pointer())
            .key(self.key(&failure.place));
        finding.severity = self.rule.meta.severity;
        let cap = clause.and_then(|clause| clause.severity);
        finding.conceal = clause.is_some_and(|clause| clause.conceal);
        finding.at_most = [cap, failure.at_most].into_iter().flatten().min();
        let own = clause.and_then(|clause| clause.texts.help.as_ref());
        let help = own.or(self.rule.texts.help.as_ref().filter(|help| !help.is_plain()));
        finding.help = help.map(|help| help.fill(&self.scope, &reason));
        finding.related = self.related(failure.related, clause, span);
        if let (Place::Hit(_), Some(clause)) = (&failure.place, clause) {
            let fix = clause.fix.as_ref().or(self.rule.fix.as_ref());
            finding.fix = fix.and_then(|fix| fix.at(span, &self.scope, &reason));
        }
        self.out.push(finding);
    }

    /// Where a failure is shown: where it was found, unless the clause names
    /// another place.
    fn place(&self, failure: &Failure<'a>, clause: Option<&'a Clause>) -> Place<'a> {
        let Some(show) = clause.and_then(|clause| clause.show.as_ref()) else { return failure.place.clone() };
        let found = self.scope.find(show);
        let hit = found.hits.into_iter().next().map(Place::Hit);
        let miss = found.misses.into_iter().next().map(Place::Miss);
        hit.or(miss).unwrap_or_else(|| failure.place.clone())
    }

    fn related(&self, mut labels: Vec<Label>, clause: Option<&'a Clause>, primary: Span) -> Vec<Label> {
        let own = clause.into_iter().flat_map(|clause| &clause.related);
        for (selector, text) in own.chain(&self.rule.related) {
            for hit in self.scope.find(selector).hits.iter().take(RELATED) {
                labels.push(Label { span: hit.span(), text: text.fill(&self.scope, "") });
            }
        }
        labels.retain(|label| label.span != primary);
        labels.dedup();
        labels
    }

    /// What tells a finding from others at the same pointer: the item that it is
    /// about, the fact, the key that is missing.
    fn key(&self, place: &Place<'a>) -> String {
        let mut parts: Vec<String> = Vec::new();
        if let Some(item) = self.items.last() {
            parts.push(item.id().map_or_else(|| item.keyed_path(), str::to_owned));
        }
        let hit = place.hit();
        if hit.origin == Origin::Facts && self.items.is_empty() {
            parts.push(hit.keyed_path());
        }
        if let Place::Miss(miss) = place {
            parts.push(miss.key());
        }
        parts.retain(|part| !part.is_empty());
        parts.join("/")
    }
}
