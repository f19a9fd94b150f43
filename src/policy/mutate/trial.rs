//! Which changes are tried, in which order, and what comes of them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::near::Near;
use super::{Changed, Check, Mutant, Mutated, mutants_of};
use crate::change::MemoryChange;
use crate::policy::Policy;
use crate::policy::base_set::BaseSets;
use crate::rule::RuleId;

/// How many changes are tried before it is asked whether the rule has fired.
const BATCH: usize = 16;

/// How changed repositories are judged.
#[derive(Clone, Copy, Default)]
struct How<'m> {
    /// As a change of this one.
    before: Option<&'m MemoryChange>,
    /// Whether a changed document whose shape is wrong is judged no further.
    shape_is_enough: bool,
}

/// Rules that are yet to fire, and what was found so far.
pub(super) struct Trial<'c> {
    check: &'c Check<'c>,
    silent: BTreeSet<RuleId>,
    report: Mutated,
}

impl<'c> Trial<'c> {
    pub(super) fn new(check: &'c Check<'c>, silent: BTreeSet<RuleId>) -> Self {
        Self { check, silent, report: Mutated::default() }
    }

    /// Tries every change, and notes what nothing minds. A document whose shape is wrong is
    /// judged no further, so that a rule may still have something to say of it.
    pub(super) fn survive(&mut self, mutants: &[Mutant<'_>]) {
        let fired = self.fired(mutants, How { shape_is_enough: true, ..How::default() });
        for (mutant, fired) in mutants.iter().zip(fired) {
            if fired.is_empty() {
                self.report.survived(mutant);
            }
            self.heard(&fired);
        }
    }

    /// Tries changes as long as there is a rule that has not fired.
    pub(super) fn until_heard(&mut self, mutants: &[Mutant<'_>]) {
        for batch in mutants.chunks(BATCH) {
            if self.silent.is_empty() {
                return;
            }
            for fired in self.fired(batch, How::default()) {
                self.heard(&fired);
            }
        }
    }

    /// Tries for each rule that has not fired the changes of what its passing tests make of
    /// the base set, each as a change of that: either those near to what its tests change, or
    /// the others.
    pub(super) fn on_passing(&mut self, policy: &Policy, base: &BaseSets, is_near: bool) {
        for rule in self.silent.clone() {
            let near = Near::of(policy, base, &rule);
            for (set, change) in base.passing(policy, &rule) {
                if !self.silent.contains(&rule) {
                    break;
                }
                let mut mutants = mutants_of(&set, &|document| !is_near || near.touches(document));
                mutants.retain(|mutant| near.has(mutant) == is_near);
                self.until_one_is_heard(&rule, &mutants, &change);
            }
        }
    }

    fn until_one_is_heard(&mut self, rule: &RuleId, mutants: &[Mutant<'_>], before: &MemoryChange) {
        for batch in mutants.chunks(BATCH) {
            if !self.silent.contains(rule) {
                return;
            }
            for fired in self.fired(batch, How { before: Some(before), ..How::default() }) {
                self.heard(&fired);
            }
        }
    }

    pub(super) fn finished(self) -> Mutated {
        Mutated { vacuous: self.silent.into_iter().collect(), ..self.report }
    }

    fn heard(&mut self, fired: &BTreeSet<RuleId>) {
        self.silent.retain(|rule| !fired.contains(rule));
    }

    /// The rules that fire on each changed repository.
    fn fired(&mut self, mutants: &[Mutant<'_>], how: How<'_>) -> Vec<BTreeSet<RuleId>> {
        self.report.tried += mutants.len();
        let check = self.check;
        let judged = |mutant: &Mutant<'_>| {
            let (path, text) = (&*mutant.document.path, mutant.text());
            let shape_of = how.shape_is_enough.then_some(path);
            let committed = how.before.and_then(|before| before.with(path, text.as_bytes()));
            let before = committed.as_ref().or(how.before);
            check(&Changed { tree: &mutant.tree(&text), as_of: mutant.base.as_of(), before, shape_of })
        };
        mutants.par_iter().map(judged).collect()
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
