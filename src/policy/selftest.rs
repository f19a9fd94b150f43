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
//! path (of Markdown, into its front matter); `body` replaces its text; `files` adds
//! files by path, or with `null` takes them away. `fail` asks for at least one
//! finding of the rule that meets all of `says` (part of its message, label or
//! help), `at` (its pointer, or its key) and, over all of them, `count`. `pass`
//! asks for none. `skip` asks that the rule has nothing to judge.
//!
//! The base set itself must be clean: a finding on it is *noisy*.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::error::{Errors, PolicyError};
use super::fields::Fields;
use super::model::{Case, Expect, Rule};
use super::{Policy, builtin};
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
    documents: Vec<BaseDocument>,
}

#[derive(Clone, Debug)]
struct BaseDocument {
    name: String,
    path: String,
    text: String,
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

impl BaseSet {
    /// The base set of the built-in packs.
    pub fn builtin() -> Result<Self, Vec<PolicyError>> {
        Self::parse(builtin::BASE, SourceId(0))
    }

    /// Reads `documents: [{name, path, text}]`.
    pub fn parse(text: &str, source: SourceId) -> Result<Self, Vec<PolicyError>> {
        let mut errors = Errors::default();
        let parsed = yaml::parse(text, source, 0);
        for finding in parsed.findings {
            errors.add(finding.primary.span, finding.message);
        }
        let mut documents = Vec::new();
        if let Some(root) = &parsed.root {
            if let Some(fields) = Fields::open(root, "base set", &["documents"], &mut errors) {
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
        if errors.len() > 0 { Err(errors.into_sorted()) } else { Ok(Self { documents }) }
    }

    /// The repository without any change.
    pub fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::default();
        for document in &self.documents {
            tree.put(&*document.path, document.text.as_bytes());
        }
        tree
    }

    fn document(&self, name: &str) -> Result<&BaseDocument, String> {
        let names = self.documents.iter().map(|document| &*document.name);
        self.documents.iter().find(|document| document.name == name).ok_or_else(|| {
            let near = crate::text::did_you_mean(name, names.clone());
            let known = near.map_or_else(|| names.collect::<Vec<_>>().join(", "), str::to_owned);
            format!("the base set has no document `{name}`, but: {known}")
        })
    }

    /// The repository as a case changes it.
    fn changed(&self, case: &Case) -> Result<MemoryTree, String> {
        let mut tree = self.tree();
        for (name, text) in &case.body {
            tree.put(&*self.document(name)?.path, text.as_bytes());
        }
        for (name, patch) in &case.patch {
            let document = self.document(name)?;
            tree.put(&*document.path, patched(document, patch)?);
        }
        for (path, text) in &case.files {
            match text {
                Some(text) => tree.put(&**path, text.as_bytes()),
                None => tree.remove(path),
            }
        }
        Ok(tree)
    }
}

/// The text of a document with a patch merged in.
fn patched(document: &BaseDocument, patch: &Json) -> Result<String, String> {
    let markdown = Syntax::of(&document.path) == Some(Syntax::Markdown);
    let (front, body) = if markdown { split(&document.text) } else { (&*document.text, None) };
    let tree = yaml::parse(front, SourceId(0), 0).root;
    let mut json = tree.map_or(Json::Null, |tree| tree.to_json());
    merge(&mut json, patch);
    let text = serde_json::to_string_pretty(&json).map_err(|error| error.to_string())?;
    Ok(match body {
        Some(body) => format!("---\n{text}\n---\n{body}"),
        None => text,
    })
}

/// Front matter and body of Markdown.
fn split(text: &str) -> (&str, Option<&str>) {
    let parts = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    parts.map_or(("{}", Some(text)), |(front, body)| (front, Some(body)))
}

/// RFC 7396, section 2. The depth is bounded by that of the parsed pack.
fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Json::Object(serde_json::Map::new());
    }
    let Json::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.shift_remove(key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value);
        }
    }
}

/// Runs every case of every rule. `check` is the whole engine over a repository in
/// memory; its run must not depend on the clock.
pub fn run(policy: &Policy, base: &BaseSet, check: &dyn Fn(&MemoryTree) -> Outcome) -> Vec<CaseResult> {
    let mut results = noisy_base(policy, &check(&base.tree()));
    for rule in policy.rules() {
        for case in &rule.cases {
            let (state, detail) = match base.changed(case) {
                Ok(tree) => compare(rule, case, &check(&tree)),
                Err(why) => (CaseState::Broken, why),
            };
            let (name, expects) = (case.name.clone(), case.expect);
            results.push(CaseResult { rule: rule.meta.id.clone(), name, expects, state, detail });
        }
    }
    results
}

/// What the rules under test say of the base set.
fn noisy_base(policy: &Policy, outcome: &Outcome) -> Vec<CaseResult> {
    let known: BTreeSet<&RuleId> = policy.rules().map(|rule| &rule.meta.id).collect();
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

/// Rules of the policy or a schema that no validated case makes fire, in order. That
/// a rule passes somewhere is shown by the base set.
pub fn coverage(policy: &Policy, results: &[CaseResult]) -> Vec<RuleId> {
    let fired: BTreeSet<&RuleId> = results
        .iter()
        .filter(|result| result.expects == Expect::Fail && result.state == CaseState::Validated)
        .map(|result| &result.rule)
        .collect();
    let must = |rule: &&Rule| matches!(rule.meta.raised_by, RaisedBy::Policy | RaisedBy::Schema);
    let rules = policy.rules().filter(must).map(|rule| &rule.meta.id);
    rules.filter(|id| !fired.contains(id)).cloned().collect()
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
        load(&[PackSource { name: "t".into(), source: SourceId(0), text }], &FrameworkItems::new()).unwrap()
    }

    /// An engine that judges `r.yaml` alone.
    fn engine(policy: &Policy, tree: &MemoryTree) -> Outcome {
        let text = tree.read("r.yaml", 1_000).unwrap_or_else(|_| b"plan: {}".to_vec());
        let doc = yaml::parse(std::str::from_utf8(&text).unwrap(), SourceId(0), 0).root.unwrap();
        let subject = Subject { kind: Kind::Release, doc: &doc, facts: &doc, links: &[], around: Around::default() };
        let judged = policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
        let tally = judged.tally.into_iter().map(|(rule, verdict)| {
            let tally = Tally {
                passed: usize::from(verdict == Verdict::Pass),
                failed: usize::from(verdict == Verdict::Fail),
                not_applicable: usize::from(verdict == Verdict::NotApplicable),
            };
            (rule, tally)
        });
        Outcome {
            findings: judged.findings,
            waived: vec![],
            baselined: 0,
            files: vec![],
            releases: vec![],
            tally: tally.collect::<BTreeMap<_, _>>(),
            not_assessed: vec![],
            catalog: Arc::default(),
            sources: Arc::new(SourceMap::default()),
            fail_on: None,
        }
    }

    fn states(tests: &str) -> Vec<CaseState> {
        let policy = policy(tests);
        let base = BaseSet::parse(BASE, SourceId(1)).unwrap();
        run(&policy, &base, &|tree| engine(&policy, tree)).into_iter().map(|result| result.state).collect()
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
        let base = BaseSet::parse(&BASE.replace("owner: a", "owner: ''"), SourceId(1)).unwrap();
        let results = run(&policy, &base, &|tree| engine(&policy, tree));
        assert_eq!((&*results[0].name, results[0].state), (BASE_CASE, CaseState::Noisy));
        assert_eq!(results[0].detail, "no owner: `owner` is empty (at plan.owner)");
        let clean = BaseSet::parse(BASE, SourceId(1)).unwrap();
        let results = run(&policy, &clean, &|tree| engine(&policy, tree));
        assert_eq!(coverage(&policy, &results), [RuleId::new("t/x")]);
    }

    #[test]
    fn patches_merge_into_trees_and_front_matter() {
        let base = BaseSet::parse(BASE, SourceId(1)).unwrap();
        let patch = serde_json::json!({"plan": {"owner": null, "by": ["z"]}, "id": 1});
        let text = patched(base.document("release").unwrap(), &patch).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), "{\"id\":1,\"plan\":{\"by\":[\"z\"]}}");
        let text = patched(base.document("card").unwrap(), &serde_json::json!({"license": "apache-2.0"})).unwrap();
        assert_eq!(text, "---\n{\n  \"license\": \"apache-2.0\"\n}\n---\n# Title\n");
        let broken = BaseSet::parse("documents: [{name: a, paht: b, text: c}]", SourceId(1)).err().unwrap();
        assert_eq!(broken[0].message, "this document has no `path`");
        assert_eq!(broken[1].help.as_deref(), Some("did you mean `path`?"));
    }
}
