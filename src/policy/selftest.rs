//! Tests that live inside of packs, and what they cover.
//!
//! A case changes the *base set*, a small clean repository, and says whether the
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
//! There are two base sets: `short`, the smallest clean release, and `full`, the whole
//! path of a release in canary. A pack names the one that it builds on (`base: {set: full}`),
//! a case may name the other. A case is judged on the day of its set, or on its own
//! `as_of`. A base set itself must be clean: a finding on it is *noisy*.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::error::{Errors, PolicyError};
use super::fields::Fields;
use super::model::{Case, Change, Expect, Rule, SetName};
use super::{Policy, builtin};
use crate::change::MemoryChange;
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::parse::{Syntax, yaml};
use crate::rule::{RaisedBy, RuleId};
use crate::source::{SourceId, Span};
use crate::tree::MemoryTree;

/// The name of the case that is the base set itself.
pub const BASE_CASE: &str = "the base set";

/// A small clean repository, whose documents have names.
#[derive(Clone, Debug, Default)]
pub struct BaseSet {
    pub(super) documents: Vec<BaseDocument>,
    /// The day on which it is clean, and its cases are judged.
    pub(super) as_of: Date,
}

/// The base sets of all tests.
#[derive(Clone, Debug, Default)]
pub struct BaseSets {
    short: BaseSet,
    full: BaseSet,
}

#[derive(Clone, Debug)]
pub(super) struct BaseDocument {
    name: String,
    pub(super) path: String,
    pub(super) text: String,
}

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

impl BaseSets {
    /// Those that ship with the program.
    pub fn builtin() -> Result<Self, Vec<PolicyError>> {
        let short = BaseSet::parse(builtin::BASE, SourceId(0))?;
        let document = |(name, path, text): &(&str, &str, &str)| BaseDocument {
            name: (*name).to_owned(),
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let full = BaseSet { documents: builtin::FULL.iter().map(document).collect(), as_of: builtin::FULL_AS_OF };
        Ok(Self { short, full })
    }

    /// The sets with what the packs of a policy add to them, so that they are clean for
    /// those too.
    pub fn for_packs(mut self, policy: &Policy) -> Result<Self, String> {
        for change in policy.packs.iter().map(|pack| &pack.base) {
            self.set_mut(change.set).apply(change)?;
        }
        Ok(self)
    }

    /// The sets on another day; a case with a day of its own keeps it.
    #[must_use]
    pub fn judged_on(mut self, day: Date) -> Self {
        (self.short.as_of, self.full.as_of) = (day, day);
        self
    }

    /// Every set.
    pub fn all(&self) -> [&BaseSet; 2] {
        [&self.short, &self.full]
    }

    /// The sets that the tests of rules build on.
    pub(super) fn of_rules(&self, policy: &Policy, only: &dyn Fn(&RuleId) -> bool) -> Vec<&BaseSet> {
        let used = |name: &SetName| built_on(policy, *name).any(only);
        [SetName::Short, SetName::Full].iter().filter(|name| used(name)).map(|name| self.set(Some(*name))).collect()
    }

    /// A set by name; the short one where none is named.
    pub(super) fn set(&self, name: Option<SetName>) -> &BaseSet {
        match name {
            Some(SetName::Full) => &self.full,
            Some(SetName::Short) | None => &self.short,
        }
    }

    fn set_mut(&mut self, name: Option<SetName>) -> &mut BaseSet {
        match name {
            Some(SetName::Full) => &mut self.full,
            Some(SetName::Short) | None => &mut self.short,
        }
    }

    /// The repository as a case changes it.
    fn changed(&self, case: &Case) -> Result<BaseSet, String> {
        let mut set = self.set(case.change.set).clone();
        set.apply(&case.change)?;
        set.as_of = case.as_of.unwrap_or(set.as_of);
        Ok(set)
    }
}

impl BaseSets {
    /// How a case came about: its base set, and the commits that led to the set as it is now.
    fn change(&self, case: &Case, now: &BaseSet) -> Result<MemoryChange, String> {
        let mut change = MemoryChange::of(self.set(case.change.set).tree());
        for commit in &case.commits {
            let file = |put: &String| {
                let document = now.document(put)?;
                Ok((document.path.clone(), document.text.as_bytes().to_vec()))
            };
            let files = commit.puts.iter().map(file).collect::<Result<Vec<_>, String>>()?;
            change.commit(commit.by.clone(), files);
        }
        Ok(change)
    }
}

impl BaseSet {
    /// Reads `as_of` and `documents: [{name, path, text}]`.
    pub fn parse(text: &str, source: SourceId) -> Result<Self, Vec<PolicyError>> {
        let mut errors = Errors::default();
        let parsed = yaml::parse(text, source, 0);
        for finding in parsed.findings {
            errors.add(finding.primary.span, finding.message);
        }
        let mut documents = Vec::new();
        let mut as_of = Date::default();
        if let Some(root) = &parsed.root {
            if let Some(fields) = Fields::open(root, "base set", &["as_of", "documents"], &mut errors) {
                as_of = fields.date("as_of", &mut errors).unwrap_or_default();
                for node in fields.list("documents", &mut errors) {
                    let known = &["name", "path", "text"];
                    let Some(fields) = Fields::open(node, "document", known, &mut errors) else { continue };
                    let mut owned = |key| fields.required(key, &mut errors).map(|text| text.text.to_owned());
                    if let (Some(name), Some(path), Some(text)) = (owned("name"), owned("path"), owned("text")) {
                        documents.push(BaseDocument { name, path, text });
                    }
                }
            }
        } else {
            errors.add(Span::file(source), "the base set is empty");
        }
        if errors.len() > 0 { Err(errors.into_sorted()) } else { Ok(Self { documents, as_of }) }
    }

    /// The repository without any change.
    pub fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::default();
        for document in &self.documents {
            tree.put(&*document.path, document.text.as_bytes());
        }
        tree
    }

    /// The day on which it is judged.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The path of a document.
    pub(super) fn path_of(&self, name: &str) -> Option<&str> {
        self.documents.iter().find(|document| document.name == name).map(|document| &*document.path)
    }

    fn apply(&mut self, change: &Change) -> Result<(), String> {
        for (name, text) in &change.body {
            self.document_mut(name)?.text.clone_from(text);
        }
        for (name, patch) in &change.patch {
            let document = self.document_mut(name)?;
            document.text = patched(document, patch).map_err(|why| format!("{name}: {why}"))?;
        }
        for (path, text) in &change.files {
            self.documents.retain(|document| document.path != *path);
            if let Some(text) = text {
                self.documents.push(BaseDocument { name: path.clone(), path: path.clone(), text: text.clone() });
            }
        }
        Ok(())
    }

    fn document_mut(&mut self, name: &str) -> Result<&mut BaseDocument, String> {
        let unknown = self.unknown(name);
        self.documents.iter_mut().find(|document| document.name == name).ok_or(unknown)
    }

    /// A document by its name or its path.
    fn document(&self, name: &str) -> Result<&BaseDocument, String> {
        let mut all = self.documents.iter();
        all.find(|document| document.name == name || document.path == name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.documents.iter().map(|document| document.name.as_str()).collect();
        let near = crate::text::did_you_mean(name, names.iter().copied());
        let known = near.map_or_else(|| names.join(", "), str::to_owned);
        format!("the base set has no document `{name}`, but: {known}")
    }
}

/// The text of a document with a patch merged in.
fn patched(document: &BaseDocument, patch: &Json) -> Result<String, String> {
    let (front, _) = front_and_body(document);
    let tree = yaml::parse(front, SourceId(0), 0).root;
    let mut json = tree.map_or(Json::Null, |tree| tree.to_json());
    merge(&mut json, patch)?;
    written(document, &json).ok_or_else(|| "the patch cannot be written as JSON".to_owned())
}

/// The text of a document whose tree, or front matter, is this one.
pub(super) fn written(document: &BaseDocument, json: &Json) -> Option<String> {
    let text = serde_json::to_string_pretty(json).ok()?;
    Some(match front_and_body(document).1 {
        Some(body) => format!("---\n{text}\n---\n{body}"),
        None => text,
    })
}

/// Front matter and body of Markdown and of prompts; all of another document.
pub(super) fn front_and_body(document: &BaseDocument) -> (&str, Option<&str>) {
    if !matches!(Syntax::of(&document.path), Some(Syntax::Markdown | Syntax::Prompt)) {
        return (&document.text, None);
    }
    let parts = document.text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    parts.map_or(("{}", Some(&document.text)), |(front, body)| (front, Some(body)))
}

/// The repositories of the tests that a rule passes.
pub(super) fn passing(policy: &Policy, base: &BaseSets, id: &RuleId) -> Vec<(BaseSet, MemoryChange)> {
    let made = |case: &Case| {
        let set = base.changed(case).ok()?;
        let alone = case.commits.is_empty().then(|| MemoryChange::of(set.tree()));
        let change = alone.or_else(|| base.change(case, &set).ok())?;
        Some((set, change))
    };
    policy.cases(id).filter(|case| case.expect == Expect::Pass).filter_map(made).collect()
}

/// RFC 7396, section 2, and items of lists by a key (`steps[id=sign-off]`, `steps[+]`).
/// The depth is bounded by that of the parsed pack.
fn merge(target: &mut Json, patch: &Json) -> Result<(), String> {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    if !target.is_object() {
        *target = Json::Object(serde_json::Map::new());
    }
    let Json::Object(target) = target else { return Ok(()) };
    for (key, value) in patch {
        if let Some((list, item)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            let items = target.get_mut(list).and_then(Json::as_array_mut);
            merge_item(items.ok_or_else(|| format!("there is no list `{list}`"))?, item, value)?;
        } else if value.is_null() {
            target.shift_remove(key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value)?;
        }
    }
    Ok(())
}

/// One item of a list: `id=sign-off`, or `+` for a new one; `null` takes it away.
fn merge_item(items: &mut Vec<Json>, item: &str, patch: &Json) -> Result<(), String> {
    if item == "+" {
        items.push(Json::Null);
        return items.last_mut().map_or(Ok(()), |last| merge(last, patch));
    }
    let (key, value) = item.split_once('=').ok_or_else(|| format!("`[{item}]` is neither `[key=value]` nor `[+]`"))?;
    let is_it = |entry: &Json| match entry.get(key) {
        Some(Json::String(text)) => text == value,
        Some(other) => {
            let shown = other.to_string();
            shown == value
        }
        None => false,
    };
    let at = items.iter().position(is_it).ok_or_else(|| format!("no item has {key} `{value}`"))?;
    if patch.is_null() {
        items.remove(at);
        return Ok(());
    }
    items.get_mut(at).map_or(Ok(()), |found| merge(found, patch))
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
            let changed = base.changed(case).and_then(|set| Ok((base.change(case, &set)?, set)));
            let (state, detail) = match changed {
                Ok((change, set)) => compare(rule, case, &check(&set.tree(), set.as_of, &change)),
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

/// The rules whose tests build on a base set, or whose packs do.
fn built_on(policy: &Policy, set: SetName) -> impl Iterator<Item = &RuleId> {
    let builds = move |named: Option<SetName>| named.unwrap_or(SetName::Short) == set;
    let rules = policy.packs.iter().flat_map(move |pack| {
        let on_set = move |rule: &&Rule| builds(pack.base.set) || rule.cases.iter().any(|case| builds(case.change.set));
        pack.rules.iter().filter(on_set)
    });
    rules.map(|rule| &rule.meta.id)
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
    use crate::policy::{Around, PackSource, Subject, Verdict, load};
    use crate::rule::FrameworkItems;
    use crate::source::SourceMap;
    use crate::tree::Tree as _;

    const BASE: &str = concat!(
        "documents:\n",
        "- {name: release, path: r.yaml, text: \"id: x\\nplan: {owner: a}\\n\"}\n",
        "- {name: card, path: README.md, text: \"---\\nlicense: mit\\n---\\n# Title\\n\"}\n",
    );

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

    #[test]
    fn a_patch_reaches_an_item_of_a_list_by_its_key() {
        let change = |patch: &str| {
            let mut json = serde_json::json!({"steps": [{"id": "a", "n": 1}, {"id": "b"}]});
            merge(&mut json, &serde_json::from_str(patch).unwrap()).map(|()| json["steps"].to_string())
        };
        assert_eq!(change(r#"{"steps[id=b]": {"n": 2}}"#).unwrap(), r#"[{"id":"a","n":1},{"id":"b","n":2}]"#);
        assert_eq!(change(r#"{"steps[n=1]": null}"#).unwrap(), r#"[{"id":"b"}]"#);
        assert_eq!(change(r#"{"steps[+]": {"id": "c"}}"#).unwrap(), r#"[{"id":"a","n":1},{"id":"b"},{"id":"c"}]"#);
        assert_eq!(change(r#"{"steps[id=z]": null}"#).unwrap_err(), "no item has id `z`");
        assert_eq!(change(r#"{"step[id=a]": null}"#).unwrap_err(), "there is no list `step`");
        assert_eq!(change(r#"{"steps[a]": null}"#).unwrap_err(), "`[a]` is neither `[key=value]` nor `[+]`");
    }

    #[test]
    fn patches_merge_into_trees_and_front_matter() {
        let base = BaseSet::parse(BASE, SourceId(1)).unwrap();
        let patch = serde_json::json!({"plan": {"owner": null, "by": ["z"]}, "id": 1});
        let text = patched(base.clone().document_mut("release").unwrap(), &patch).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), "{\"id\":1,\"plan\":{\"by\":[\"z\"]}}");
        let text =
            patched(base.clone().document_mut("card").unwrap(), &serde_json::json!({"license": "apache-2.0"})).unwrap();
        assert_eq!(text, "---\n{\n  \"license\": \"apache-2.0\"\n}\n---\n# Title\n");
        let broken = BaseSet::parse("documents: [{name: a, paht: b, text: c}]", SourceId(1)).err().unwrap();
        assert_eq!(broken[0].message, "this document has no `path`");
        assert_eq!(broken[1].help.as_deref(), Some("did you mean `path`?"));
    }
}
