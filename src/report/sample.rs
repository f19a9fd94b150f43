//! One outcome for the tests of every format: ordinary findings, and everything in
//! a document or a path that a format might trip over.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Finding, Fix};
use crate::kind::Kind;
use crate::outcome::{
    Area, AreaState, Artifact, CheckedFile, ChecklistItem, Evidence, FrameworkItemSummary, FrameworkSummary,
    NotAssessed, Outcome, Recorded, ReleaseSummary, Stated, Step,
};
use crate::pointer::Pointer;
use crate::rule::{Catalog, Profiles, RaisedBy, RuleId, RuleMeta, Severity};
use crate::source::{Source, SourceId, SourceMap, Span};

const RELEASE: &str = "\
apiVersion: weighbridge/v1
kind: ModelRelease
metadata:
  model: support-assistant
  version: 2.1.0
artifacts:
  checkpoint: {id: ckpt-7f3a91, type: lora}
evidence:
  evaluation: {path: evals/safety-v2.json}
rollout:
  stages:
    - name: canary
      percent: 60
    - name: wide
      percent: 40
    - name: all
      percent: 100
";

const REGISTRY: &str = "\
versions:
  - checkpoint: ckpt-51c0d2
";

const CARD: &str = "---\nlicense: mit\n---\n# 支持助手 𝔸 card\n\nText.\n";

/// CRLF, tabs, wide and non-BMP characters, controls, a bidirectional override, and
/// commands of CI systems.
const HOSTILE: &str = "\u{feff}one: \u{1b}[31m\u{202e}red\r\n\
\towner:\t日本語𝔸 <none>\r\n\
::error::not ours ##[set-output name=a]b\r\n\
lone\rreturn: ##vso[task.complete]\r\n";

const HOSTILE_PATH: &str = "we ird/100%#1,é:[x]\n::error file=x::boom ##[set-output name=p]q.yaml";

pub(super) fn long_line() -> String {
    format!("blob: {}TARGET{}\n", "QUJD".repeat(3000), "REVG".repeat(3000))
}

/// The span of the first `needle` in a source.
fn at(sources: &SourceMap, id: SourceId, needle: &str) -> Span {
    let start = sources.get(id).text().find(needle).unwrap();
    Span::new(id, start, start + needle.len())
}

fn meta(id: &str, area: Option<&str>, severity: Severity) -> RuleMeta {
    RuleMeta {
        id: RuleId::new(id),
        title: format!("what {id} asks for is there"),
        rationale: "A gate that looks away is no gate.".into(),
        help: "write what the rule asks for".into(),
        severity,
        raised_by: RaisedBy::Policy,
        area: area.map(str::to_owned),
        references: Vec::new(),
        frameworks: Vec::new(),
        tags: vec!["sample".into()],
        since: "0.1.0".into(),
        url: format!("https://weighbridge.dev/rules/{id}"),
        locked: false,
        profiles: Profiles::ALL,
        aliases: Vec::new(),
        examples: Vec::new(),
    }
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for (id, area, severity) in [
        ("card/topic-missing", Some("card"), Severity::Error),
        ("evaluation/file-not-named-for-checkpoint", Some("evaluation"), Severity::Error),
        ("gate/file-unreadable", None, Severity::Error),
        ("rollout/stages-not-ascending", Some("rollout"), Severity::Warning),
        ("sample/never-fires", None, Severity::Note),
        ("sample/hostile", None, Severity::Warning),
    ] {
        catalog.add(meta(id, area, severity)).unwrap();
    }
    catalog
}

struct Ids {
    release: SourceId,
    registry: SourceId,
    card: SourceId,
    hostile: SourceId,
    empty: SourceId,
    long: SourceId,
}

fn sources() -> (SourceMap, Ids) {
    let mut map = SourceMap::default();
    let ids = Ids {
        release: map.add(Source::new("releases/support-assistant/2.1.0/release.yaml", RELEASE)),
        registry: map.add(Source::new("registry/models.yaml", REGISTRY)),
        card: map.add(Source::new("README.md", CARD)),
        hostile: map.add(Source::new(HOSTILE_PATH, HOSTILE)),
        empty: map.add(Source::new("empty.json", "")),
        long: map.add(Source::new("long.json", long_line())),
    };
    (map, ids)
}

fn of_release(map: &SourceMap, ids: &Ids) -> Vec<Finding> {
    let file = at(map, ids.release, "evals/safety-v2.json");
    let mut named = Finding::new(
        "evaluation/file-not-named-for-checkpoint",
        file,
        "evaluation file `evals/safety-v2.json` is not named for checkpoint `ckpt-7f3a91`",
    )
    .label("no `ckpt-7f3a91` in this name")
    .related(at(map, ids.release, "ckpt-7f3a91"), "the checkpoint under release")
    .related(at(map, ids.registry, "ckpt-51c0d2"), "the only checkpoint [of the](registry)")
    .help(
        "rename the file, for example `evals/ckpt-7f3a91-safety.json`, or point to the results \
         of the checkpoint that is under release",
    )
    .at(Pointer::root().key("evidence").key("evaluation").key("path"));
    named.fingerprint = "0123456789abcdef".into();
    named.fix = Some(Fix {
        title: "name the file for the checkpoint".into(),
        span: file,
        replacement: "evals/ckpt-7f3a91-safety.json".into(),
        safe: false,
    });
    let stages = at(map, ids.release, "- name: canary\n      percent: 60\n    - name: wide\n      percent: 40");
    let mut falling = Finding::new("rollout/stages-not-ascending", stages, "stage `wide` (40%) follows `canary` (60%)")
        .label("these two stages")
        .related(at(map, ids.release, "apiVersion: weighbridge/v1\nkind: ModelRelease\nmetadata:\n  model: support-assistant\n  version: 2.1.0\nartifacts"), "a tall place");
    falling.severity = Severity::Warning;
    vec![named, falling]
}

fn of_hostile(map: &SourceMap, ids: &Ids) -> Vec<Finding> {
    let mut findings = vec![
        Finding::new("sample/hostile", at(map, ids.hostile, "\u{202e}red"), "value \u{1b}[31m\u{202e}red\n::error::x")
            .label("##[stop-commands]x"),
        Finding::new("sample/hostile", at(map, ids.hostile, "日本語𝔸"), "see [this](https://evil.example) % : ,")
            .label("wide, and beyond the BMP")
            .help("::warning::no\r\n##[add-mask]e"),
        Finding::new("sample/hostile", at(map, ids.hostile, "not ours"), "::error::\u{7f}\u{2028}##vso[task.x]y"),
        Finding::new("sample/hostile", at(map, ids.hostile, "return"), "a lone return ends a line"),
    ];
    for finding in &mut findings {
        finding.severity = Severity::Warning;
    }
    findings
}

fn of_others(map: &SourceMap, ids: &Ids) -> Vec<Finding> {
    let front = at(map, ids.card, "license: mit");
    let topics = ["intended-use", "limitations", "training-data", "privacy"];
    let mut findings: Vec<Finding> = topics
        .iter()
        .map(|topic| {
            Finding::new("card/topic-missing", front, format!("the card says nothing on `{topic}`")).key(*topic)
        })
        .collect();
    let empty = Finding::new("gate/file-unreadable", Span::file(ids.empty), "`empty.json` is empty");
    findings.push(empty.help("fill it or take it out"));
    findings.push(
        Finding::new("sample/unlisted", at(map, ids.long, "TARGET"), "a rule that the catalog does not have")
            .label("in the middle of 24,000 characters"),
    );
    let text = map.get(ids.long).text();
    findings.push(Finding::new("sample/unlisted", Span::new(ids.long, text.len(), text.len()), "at the very end"));
    let title = at(map, ids.card, "𝔸");
    for n in 0..15 {
        let span = if n < 3 { title.start_point() } else { Span::new(ids.long, n * 100, n * 100 + 4) };
        let mut note = Finding::new("sample/hostile", span, format!("note {n}")).key(n.to_string());
        note.severity = Severity::Note;
        findings.push(note);
    }
    findings
}

fn evidence(name: &str, path: Option<&str>) -> Evidence {
    Evidence { name: name.into(), path: path.map(str::to_owned) }
}

fn areas() -> Vec<Area> {
    let limited_beta = || AreaState::DueBefore("limited_beta".into());
    let card = vec![evidence("models/support-assistant/README.md", Some("README.md"))];
    let hostile = vec![evidence("a|`b`\\n<img src=x>", Some(HOSTILE_PATH)), evidence("gone.md", None)];
    let area = |name: &str, state, owner: Option<&str>, due: Option<&str>, evidence: Vec<Evidence>| {
        let (owner, due) = (owner.map(str::to_owned), due.map(str::to_owned));
        Area { name: name.into(), state, owner, due, evidence }
    };
    vec![
        area("ownership", AreaState::Pass, Some("@amara"), None, Vec::new()),
        area("card", AreaState::Fail, None, None, card),
        area("evaluation", AreaState::Fail, Some("@li | @mira"), None, hostile),
        area("rollout", AreaState::Warn, None, None, Vec::new()),
        area("weights", AreaState::NotAssessed("not in the repository".into()), None, None, Vec::new()),
        area("data", limited_beta(), None, Some("limited_beta"), Vec::new()),
        area("security review", limited_beta(), None, Some("limited_beta"), Vec::new()),
        area("sign-off", AreaState::DueBefore("production".into()), Some("@noor"), Some("production"), Vec::new()),
    ]
}

fn steps() -> Vec<Step> {
    let step = |title: &str, recorded| Step {
        title: title.into(),
        role: "ml-platform-lead".into(),
        sla: "1 business day".into(),
        recorded,
        assignee: Some("@tess".into()),
        requested_at: Some("2026-08-17T08:00:00Z".into()),
        evidence: vec![evidence("release.yaml", Some("releases/support-assistant/2.1.0/release.yaml"))],
    };
    vec![
        step("scope and ownership", Recorded::Done(Some("2026-08-17T14:00:00Z".into()))),
        step("data and licensing", Recorded::Open),
        step("evaluation results", Recorded::Rejected),
        step("security review", Recorded::Other("`<b>maybe</b>`|".into())),
        Step { assignee: None, requested_at: None, evidence: Vec::new(), ..step("sign-off", Recorded::Missing) },
        step("notice and change record", Recorded::Done(None)),
    ]
}

fn checklist() -> Vec<ChecklistItem> {
    let item = |name: &str, stated, evidence| ChecklistItem { name: name.into(), stated, evidence };
    vec![
        item("capability", Stated::Evidence, vec![evidence("resolution_accuracy", Some("registry/models.yaml"))]),
        item("safety", Stated::Status("pass".into()), Vec::new()),
        item("cost", Stated::NotApplicable(Some("runs | on <i>our</i> own machines".into())), Vec::new()),
        item("latency", Stated::NotApplicable(None), Vec::new()),
        item("rollback", Stated::Nothing, Vec::new()),
    ]
}

fn frameworks() -> Vec<FrameworkSummary> {
    let item = |place: &str, title: &str, rules: &[&str]| FrameworkItemSummary {
        place: place.into(),
        title: title.into(),
        rules: rules.iter().map(|rule| RuleId::new(rule)).collect(),
    };
    let items = vec![
        item("GOVERN 2.1", "roles are documented", &["card/topic-missing", "sample/never-fires"]),
        item("MAP 1.1", "purposes are understood & <documented>", &["sample/never-fires"]),
        item("MEASURE 2.7", "security is evaluated", &[]),
    ];
    let (id, name, nature) = ("nist-ai-rmf".into(), "NIST AI RMF 1.0".into(), "voluntary guidance".into());
    vec![FrameworkSummary { id, name, nature, items }]
}

fn release() -> ReleaseSummary {
    ReleaseSummary {
        path: "releases/support-assistant/2.1.0/release.yaml".into(),
        id: "support-assistant-2.1.0".into(),
        model: Some("support-assistant".into()),
        version: Some("2.1.0".into()),
        stage: Some("offline_evals".into()),
        owner: Some("@amara".into()),
        target_date: Some("2026-09-01".into()),
        areas: areas(),
        steps: steps(),
        checklist: checklist(),
        files: vec!["README.md".into(), "releases/support-assistant/2.1.0/release.yaml".into()],
        artifacts: vec![Artifact { name: "ckpt-7f3a91".into(), sha256: "7f".repeat(32) }],
    }
}

/// Findings in six files and one release that is not ready.
pub(super) fn sample() -> Outcome {
    let (map, ids) = sources();
    let mut findings = of_release(&map, &ids);
    findings.extend(of_hostile(&map, &ids));
    findings.extend(of_others(&map, &ids));
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (map.of(finding.primary.span).path().to_owned(), finding.primary.span);
        key(a).cmp(&key(b)).then_with(|| a.rule.cmp(&b.rule))
    });
    let kinds = [Kind::Release, Kind::ModelRegistry, Kind::Card, Kind::PromptRegistry, Kind::CycloneDx, Kind::MlModel];
    let files = kinds
        .iter()
        .zip(0..)
        .map(|(kind, id)| CheckedFile { path: map.get(SourceId(id)).path().to_owned(), kind: *kind });
    Outcome {
        findings,
        waived: Vec::new(),
        baselined: Vec::new(),
        files: files.collect(),
        releases: vec![release()],
        tally: BTreeMap::new(),
        not_assessed: vec![NotAssessed {
            path: HOSTILE_PATH.into(),
            what: "the digest of `weights/model.safetensors`".into(),
            why: "the file is a pointer to large-file storage".into(),
        }],
        frameworks: frameworks(),
        catalog: Arc::new(catalog()),
        packs: 0,
        configuration: None,
        sources: Arc::new(map),
        fail_on: Some(Severity::Error),
        as_of: jiff::civil::date(2026, 11, 21),
    }
}

/// A run that found nothing.
pub(super) fn clean() -> Outcome {
    let mut ready = release();
    ready.areas.truncate(1);
    Outcome { findings: Vec::new(), releases: vec![ready], not_assessed: Vec::new(), ..sample() }
}
