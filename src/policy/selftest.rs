//! Tests that live inside of packs, and what they cover.
//!
//! A case changes a *base set*, a small clean repository, and says whether the
//! rule fires on what comes out:
//!
//! ```yaml
//! tests:
//!   - {fail: name, patch: {release: {rollback: null}}, says: "missing", at: rollback.target}
//!   - {pass: name, body: {card: "# Model card"}}
//!   - {skip: name, files: {flags/support.json: null}}
//! ```
//!
//! `patch` merges into a document by RFC 7396 and writes it back as JSON at the same
//! path (of Markdown, into its front matter); a key `steps[id=sign-off]` is that item
//! of the list, and `steps[+]` one more. `body` replaces the text of a document; `files` adds
//! files by path, or with `null` takes them away. `fail` asks for at least one
//! finding of the rule that meets all of `says` (part of its message, label or
//! help), `at` (its pointer, or its key) and, over all of them, `count`. `pass`
//! asks for none. `skip` asks that the rule has nothing to judge.
//!
//! `commits: [{by: Name <address>, puts: [document or path]}]` says how the change came about:
//! each leaves what it puts as the test has it. Without it nothing is committed yet.
//!
//! A pack names the base set that it builds on (`base: {set: full}`), a case may name the
//! other, see [`super::base_set`]. A case is judged on the day of its set, or on its own
//! `as_of`. A base set itself must be clean: a finding on it is *noisy*.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Policy;
use super::base_set::{BaseSets, built_on};
use super::model::{Case, Expect, Rule, SetName};
use crate::change::MemoryChange;
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::{RaisedBy, RuleId};
use crate::source::Span;
use crate::tree::MemoryTree;

/// The name of the case that is the base set itself.
pub const BASE_CASE: &str = "the base set";

/// How a case came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// As expected.
    Validated,
    /// The rule should have fired, and did not.
    Missing,
    /// The rule fired where it should not have, or too often.
    Noisy,
    /// The rule fired with other words or at another place.
    WrongPlace,
    /// The case names a document that the base set does not have.
    Broken,
}

/// One case and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The rule that it tests.
    pub rule: RuleId,
    /// What it shows.
    pub name: String,
    /// What it expects.
    pub expects: Expect,
    /// How it came out.
    pub state: CaseState,
    /// What was found instead, in a sentence; empty where it is as expected.
    pub detail: String,
}

/// What came of running tests.
#[derive(Debug, Default)]
pub struct Tested {
    /// Every case, and what the base set raises of itself.
    pub results: Vec<CaseResult>,
    /// The clauses that failed in a case that was to fail and did.
    failed: BTreeSet<(RuleId, usize)>,
}

/// Something that no test makes fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The rule.
    pub rule: RuleId,
    /// Where it, or its clause, is written.
    pub place: Span,
    /// What no case does, in a few words.
    pub what: String,
}

/// The whole engine over a repository in memory, on a day, with the change that led to it.
pub type Check<'a> = dyn Fn(&MemoryTree, Date, &MemoryChange) -> Outcome + 'a;

/// Runs every case of the rules that are asked for, with `check` by this policy. What a case
/// changes is a change of its base set.
pub fn run(policy: &Policy, base: &BaseSets, only: &dyn Fn(&RuleId) -> bool, check: &Check<'_>) -> Tested {
    let mut results = Vec::new();
    for name in [SetName::Short, SetName::Full] {
        let set = base.set(Some(name));
        results.extend(noisy_base(policy, name, only, &check(&set.tree(), set.as_of, &MemoryChange::of(set.tree()))));
    }
    let mut failed = BTreeSet::new();
    policy.take_failed();
    for rule in policy.rules().filter(|rule| only(&rule.meta.id)) {
        for case in &rule.cases {
            let (state, detail) = match base.made_by(case) {
                Ok((set, change)) => compare(rule, case, &check(&set.tree(), set.as_of, &change)),
                Err(why) => (CaseState::Broken, why),
            };
            let clauses = policy.take_failed();
            if case.expect == Expect::Fail && state == CaseState::Validated {
                failed.extend(clauses.into_iter().filter(|(id, _)| *id == rule.meta.id));
            }
            let (name, expects) = (case.name.clone(), case.expect);
            results.push(CaseResult { rule: rule.meta.id.clone(), name, expects, state, detail });
        }
    }
    Tested { results, failed }
}

/// What the rules that build on a base set say of it.
fn noisy_base(policy: &Policy, set: SetName, only: &dyn Fn(&RuleId) -> bool, outcome: &Outcome) -> Vec<CaseResult> {
    let known: BTreeSet<&RuleId> = built_on(policy, set).filter(|id| only(id)).collect();
    let findings = outcome.findings.iter().filter(|finding| known.contains(&finding.rule));
    findings
        .map(|finding| CaseResult {
            rule: finding.rule.clone(),
            name: BASE_CASE.to_owned(),
            expects: Expect::Pass,
            state: CaseState::Noisy,
            detail: shown(finding),
        })
        .collect()
}

fn compare(rule: &Rule, case: &Case, outcome: &Outcome) -> (CaseState, String) {
    let found: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.rule == rule.meta.id).collect();
    let all = || found.iter().map(|finding| shown(finding)).collect::<Vec<_>>().join(" | ");
    match case.expect {
        Expect::Pass | Expect::Skip if !found.is_empty() => (CaseState::Noisy, all()),
        Expect::Pass => (CaseState::Validated, String::new()),
        Expect::Skip => {
            let tally = outcome.tally.get(&rule.meta.id).copied().unwrap_or_default();
            if tally.passed == 0 && tally.failed == 0 {
                (CaseState::Validated, String::new())
            } else {
                (CaseState::Noisy, "the rule had something to judge".to_owned())
            }
        }
        Expect::Fail if found.is_empty() => (CaseState::Missing, "the rule did not fire".to_owned()),
        Expect::Fail if !found.iter().any(|finding| meets(rule, case, finding)) => (CaseState::WrongPlace, all()),
        Expect::Fail => match case.count {
            Some(count) if found.len() > count => (CaseState::Noisy, all()),
            Some(count) if found.len() < count => (CaseState::Missing, all()),
            _ => (CaseState::Validated, String::new()),
        },
    }
}

fn meets(rule: &Rule, case: &Case, finding: &Finding) -> bool {
    let help = finding.help.as_deref().unwrap_or(&rule.meta.help);
    let texts = [&*finding.message, &*finding.primary.text, help];
    let says = case.says.as_ref().is_none_or(|says| texts.iter().any(|text| text.contains(says.as_str())));
    let at = case.at.as_ref().is_none_or(|at| finding.pointer.to_string() == *at || finding.key == *at);
    says && at
}

fn shown(finding: &Finding) -> String {
    let place = match (finding.pointer.to_string(), &finding.key) {
        (pointer, key) if pointer.is_empty() => key.clone(),
        (pointer, key) if key.is_empty() => pointer,
        (pointer, key) => format!("{pointer}, {key}"),
    };
    format!("{} (at {})", finding.message, if place.is_empty() { "the document" } else { &*place })
}

/// Rules of the policy or a schema that no validated case makes fire, and clauses that
/// none makes fail, in order. That a rule passes somewhere is shown by the base set.
pub fn coverage(policy: &Policy, only: &dyn Fn(&RuleId) -> bool, tested: &Tested) -> Vec<Gap> {
    let validated = |result: &&CaseResult| result.expects == Expect::Fail && result.state == CaseState::Validated;
    let fired: BTreeSet<&RuleId> = tested.results.iter().filter(validated).map(|result| &result.rule).collect();
    let must = |rule: &&Rule| matches!(rule.meta.raised_by, RaisedBy::Policy | RaisedBy::Schema);
    let mut gaps = Vec::new();
    for rule in policy.rules().filter(must).filter(|rule| only(&rule.meta.id)) {
        let id = &rule.meta.id;
        let gap = |place, what| Gap { rule: id.clone(), place, what };
        if !fired.contains(id) {
            gaps.push(gap(rule.span, "no case makes it fire".to_owned()));
            continue;
        }
        let open = rule.assert.iter().enumerate().filter(|(at, _)| !tested.failed.contains(&(id.clone(), *at)));
        gaps.extend(
            open.map(|(at, clause)| {
                gap(clause.span, format!("no case fails clause {} of {}", at + 1, rule.assert.len()))
            }),
        );
    }
    gaps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::kind::Kind;
    use crate::outcome::Tally;
    use crate::parse::yaml;
    use crate::policy::base_set::BaseSet;
    use crate::policy::base_set::tests::BASE;
    use crate::policy::{Around, PackSource, Subject, Verdict, load};
    use crate::rule::FrameworkItems;
    use crate::source::{SourceId, SourceMap};
    use crate::tree::Tree as _;

    fn policy(tests: &str) -> Policy {
        let text = format!(
            concat!(
                "pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: t/x\n  on: release\n  title: T\n",
                "  severity: warning\n  when: {{absent: off}}\n  assert: [{{present: plan.owner}}]\n",
                "  message: 'no owner: {{reason}}'\n  tests: {}\n"
            ),
            tests
        );
        load(&[PackSource { name: "t".into(), source: SourceId(0), text }], &FrameworkItems::new()).unwrap().watched()
    }

    /// An engine that judges `r.yaml` alone.
    fn engine(policy: &Policy, tree: &MemoryTree) -> Outcome {
        let text = tree.read("r.yaml", 1_000).unwrap_or_else(|_| b"plan: {}".to_vec());
        let doc = yaml::parse(std::str::from_utf8(&text).unwrap(), SourceId(0), 0).root.unwrap();
        let subject =
            Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &doc, links: &[], around: Around::default() };
        let judged = policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
        let tally = judged.tally.into_iter().map(|(rule, verdict)| {
            let tally = Tally {
                passed: usize::from(verdict == Verdict::Pass),
                failed: usize::from(verdict == Verdict::Fail),
                not_applicable: usize::from(verdict == Verdict::NotApplicable),
            };
            (rule.clone(), tally)
        });
        Outcome {
            packs: 0,
            configuration: None,
            findings: judged.findings,
            waived: vec![],
            baselined: Vec::new(),
            files: vec![],
            releases: vec![],
            tally: tally.collect::<BTreeMap<_, _>>(),
            not_assessed: vec![],
            frameworks: vec![],
            catalog: Arc::default(),
            sources: Arc::new(SourceMap::default()),
            fail_on: None,
            as_of: jiff::civil::date(2026, 11, 21),
        }
    }

    /// The same set under both names, so that each says what the other does.
    fn base_sets(text: &str) -> BaseSets {
        BaseSets { short: BaseSet::parse(text, SourceId(1)).unwrap(), full: BaseSet::parse(BASE, SourceId(1)).unwrap() }
    }

    fn states(tests: &str) -> Vec<CaseState> {
        let policy = policy(tests);
        run(&policy, &base_sets(BASE), &|_| true, &|tree, _, _| engine(&policy, tree))
            .results
            .into_iter()
            .map(|result| result.state)
            .collect()
    }

    #[test]
    fn every_way_that_a_case_can_come_out() {
        let gone = "patch: {release: {plan: {owner: null}}}";
        for (case, state) in [
            (format!("{{fail: n, {gone}, says: missing, at: plan, count: 1}}"), CaseState::Validated),
            (format!("{{fail: n, {gone}, at: owner}}"), CaseState::Validated),
            (format!("{{fail: n, {gone}, says: other words}}"), CaseState::WrongPlace),
            (format!("{{fail: n, {gone}, at: id}}"), CaseState::WrongPlace),
            (format!("{{fail: n, {gone}, count: 2}}"), CaseState::Missing),
            ("{fail: n, patch: {release: {id: y}}}".to_owned(), CaseState::Missing),
            ("{fail: n, files: {r.yaml: null}}".to_owned(), CaseState::Validated),
            ("{fail: n, body: {release: 'plan: {}'}}".to_owned(), CaseState::Validated),
            ("{fail: n, patch: {relaese: {id: y}}}".to_owned(), CaseState::Broken),
        ] {
            assert_eq!(states(&format!("[{case}]")), [state], "{case}");
        }
        let pass = "{fail: n, files: {r.yaml: null}}, {pass: p, patch: {release: {id: y}}}, {skip: s, patch: {release: {off: 1}}}";
        assert_eq!(states(&format!("[{pass}]")), [CaseState::Validated; 3]);
        let noisy = format!("{{fail: n, {gone}}}, {{pass: p, {gone}}}, {{skip: s, patch: {{release: {{id: y}}}}}}");
        assert_eq!(states(&format!("[{noisy}]")), [CaseState::Validated, CaseState::Noisy, CaseState::Noisy]);
    }

    #[test]
    fn a_base_set_that_is_not_clean_is_noisy_and_a_rule_that_never_fires_uncovered() {
        let policy = policy("[{fail: n, patch: {release: {id: y}}}]");
        let base = base_sets(&BASE.replace("owner: a", "owner: ''"));
        let results = run(&policy, &base, &|_| true, &|tree, _, _| engine(&policy, tree)).results;
        assert_eq!((&*results[0].name, results[0].state), (BASE_CASE, CaseState::Noisy));
        assert_eq!(results[0].detail, "no owner: `owner` is empty (at plan.owner)");
        let tested = run(&policy, &base_sets(BASE), &|_| true, &|tree, _, _| engine(&policy, tree));
        let gaps = coverage(&policy, &|_| true, &tested);
        assert_eq!((gaps.len(), gaps[0].what.as_str()), (1, "no case makes it fire"));
    }
}
