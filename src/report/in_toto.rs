//! A statement about the weights of the releases that were checked, for `cosign` to sign and an
//! admission controller to ask for: in-toto Statement v1 with a test result v0.1.
//!
//! A rule is a test and a pack its configuration, so the predicate says what was judged, by which
//! rules and how it came out, with no field to make up. (A SLSA verification summary would
//! have to name SLSA levels and a time; neither is ours to say.) It is about what the run says
//! and fails closed: an error is `FAILED` whatever `--fail-on` is, and what is waived or in a
//! baseline makes it `WARNED`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{HOME, TOOL, VERSION, policy};
use crate::outcome::Outcome;
use crate::rule::Severity;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    #[serde(rename = "_type")]
    of: &'static str,
    subject: Vec<Resource<'a>>,
    predicate_type: &'static str,
    predicate: TestResult<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestResult<'a> {
    result: &'static str,
    configuration: Vec<Resource<'a>>,
    passed_tests: BTreeSet<&'a str>,
    warned_tests: BTreeSet<&'a str>,
    failed_tests: BTreeSet<&'a str>,
}

/// A resource descriptor.
#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    digest: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

impl<'a> Resource<'a> {
    fn of_digest(name: &'a str, sha256: String) -> Self {
        Self { name, uri: None, digest: BTreeMap::from([("sha256", sha256)]), annotations: BTreeMap::new() }
    }
}

/// The statement; `None` where no release is about to go on the road, or none names a digest.
pub fn statement(outcome: &Outcome) -> Option<impl Serialize + '_> {
    let mut subject = Vec::new();
    for release in &outcome.releases {
        for artifact in &release.artifacts {
            let mut resource = Resource::of_digest(&artifact.name, artifact.sha256.clone());
            resource.annotations.insert("release", release.id.clone());
            resource.annotations.extend(release.stage.clone().map(|stage| ("stage", stage)));
            subject.push(resource);
        }
    }
    let predicate = test_result(outcome);
    (!subject.is_empty()).then_some(Statement {
        of: "https://in-toto.io/Statement/v1",
        subject,
        predicate_type: "https://in-toto.io/attestation/test-result/v0.1",
        predicate,
    })
}

fn test_result(outcome: &Outcome) -> TestResult<'_> {
    let fails =
        |severity: Severity| severity == Severity::Error || outcome.fail_on.is_some_and(|limit| severity >= limit);
    let of = |failed: bool| {
        let found = outcome.findings.iter().filter(move |finding| fails(finding.severity) == failed);
        found.map(|finding| finding.rule.as_str())
    };
    let failed_tests: BTreeSet<&str> = of(true).collect();
    let excused = outcome.waived.iter().map(|waived| &waived.finding).chain(&outcome.baselined);
    let mut warned_tests: BTreeSet<&str> = of(false).chain(excused.map(|finding| finding.rule.as_str())).collect();
    warned_tests.retain(|rule| !failed_tests.contains(rule));
    let passed = outcome.tally.iter().filter(|(_, tally)| tally.failed == 0 && tally.passed > 0);
    let passed_tests = passed.map(|(rule, _)| rule.as_str()).filter(|rule| !warned_tests.contains(rule)).collect();
    let result = match (failed_tests.is_empty(), warned_tests.is_empty()) {
        (false, _) => "FAILED",
        (true, false) => "WARNED",
        (true, true) => "PASSED",
    };
    TestResult { result, configuration: configuration(outcome), passed_tests, warned_tests, failed_tests }
}

/// The program and how it ran, each of its packs, and what the repository configures.
fn configuration(outcome: &Outcome) -> Vec<Resource<'_>> {
    let limit = outcome.fail_on.map_or("never", Severity::as_str);
    let mut annotations = BTreeMap::from([
        ("version", VERSION.to_owned()),
        ("asOf", outcome.as_of.to_string()),
        ("failOn", limit.to_owned()),
    ]);
    if !outcome.not_assessed.is_empty() {
        annotations.insert("notAssessed", outcome.not_assessed.len().to_string());
    }
    let mut all = vec![Resource { name: TOOL, uri: Some(HOME), digest: BTreeMap::new(), annotations }];
    all.extend(policy(outcome).map(|(name, digest)| Resource::of_digest(name, digest)));
    all
}
