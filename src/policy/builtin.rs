//! The packs that ship with the program.

use jiff::civil::Date;

use super::{PackSource, Policy};
use crate::source::{Source, SourceMap};

/// A pack: its name, as people wrote it, and as `build.rs` made it for judging.
macro_rules! pack {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../policies/", $name, ".yaml")),
            include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json")),
        )
    };
}

/// Packs in the order of loading.
const PACKS: &[(&str, &str, &str)] = &[
    pack!("gate"),
    pack!("card"),
    pack!("huggingface"),
    pack!("license"),
    pack!("release"),
    pack!("evaluation"),
    pack!("security"),
    pack!("rollout"),
    pack!("approval"),
    pack!("monitoring"),
    pack!("data"),
    pack!("adapter"),
    pack!("registry"),
    pack!("prompt"),
    pack!("serving"),
    pack!("eu-ai-act"),
];

/// The pack of that name as JSON, without the tests of its rules, which are most of it
/// and which no judgement needs. Places in it are not those in the file.
pub(super) fn for_judging(name: &str) -> Option<&'static str> {
    PACKS.iter().find(|(known, ..)| *known == name).map(|(.., json)| *json)
}

/// The short base set of the packs' tests.
pub(super) const BASE: &str = include_str!("../../policies/base.yaml");

/// A document of the clean example.
macro_rules! example {
    ($name:literal, $path:literal) => {
        ($name, $path, include_str!(concat!("../../examples/clean/", $path)))
    };
}

/// The full base set, which is the clean example: name, path and text of each file.
pub(super) const FULL: &[(&str, &str, &str)] = &[
    example!("organisation", ".weighbridge/org.yaml"),
    example!("codeowners", "CODEOWNERS"),
    example!("README.md", "README.md"),
    example!("dataset", "data/claims-dev.yaml"),
    example!("rollout", "deploy/gateway-rollout.yaml"),
    example!("service", "deploy/inference-service.yaml"),
    example!("docs/data-licence-DG-2207.md", "docs/data-licence-DG-2207.md"),
    example!("docs/evaluation-criteria.md", "docs/evaluation-criteria.md"),
    example!("docs/risk-assessment-UC-031.md", "docs/risk-assessment-UC-031.md"),
    example!("flags", "flags/claims.flagd.json"),
    example!("card", "models/claims-assistant/README.md"),
    example!("adapter", "models/claims-assistant/adapter/adapter_config.json"),
    example!("registry", "models/claims-assistant/registry.yaml"),
    example!("models/handover-summariser/README.md", "models/handover-summariser/README.md"),
    example!("models/handover-summariser/registry.yaml", "models/handover-summariser/registry.yaml"),
    example!("alerts", "monitoring/alerts.yaml"),
    example!("prompts/claims-system/claims-system-2.0.4.prompt", "prompts/claims-system/claims-system-2.0.4.prompt"),
    example!("prompt", "prompts/claims-system/claims-system.prompt"),
    example!("prompts", "prompts/claims-system/registry.yaml"),
    example!("approvals", "releases/claims-assistant/1.4.0/approvals.yaml"),
    example!("packet", "releases/claims-assistant/1.4.0/ckpt-9c41e7-eval-packet.yaml"),
    example!("base-safety", "releases/claims-assistant/1.4.0/evals/base-of-ckpt-9c41e7-safety.json"),
    example!("load", "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-load.json"),
    example!("quality", "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-quality.json"),
    example!("redteam", "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-redteam.report.jsonl"),
    example!("regression", "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-regression.json"),
    example!("safety", "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-safety.json"),
    example!("release", "releases/claims-assistant/1.4.0/release.yaml"),
    example!("sbom", "releases/claims-assistant/1.4.0/sbom.cdx.json"),
    example!("review", "releases/claims-assistant/1.4.0/security-review.yaml"),
    example!(
        "releases/handover-summariser/0.3.0/evals/ckpt-e07d3b-summaries.json",
        "releases/handover-summariser/0.3.0/evals/ckpt-e07d3b-summaries.json"
    ),
    example!("releases/handover-summariser/0.3.0/release.yaml", "releases/handover-summariser/0.3.0/release.yaml"),
    example!("runbooks/claims-assistant-rollback-test.md", "runbooks/claims-assistant-rollback-test.md"),
    example!("runbooks/claims-assistant-rollback.md", "runbooks/claims-assistant-rollback.md"),
    example!("schemas/answer.schema.json", "schemas/answer.schema.json"),
    example!("services/answer.py", "services/answer.py"),
    example!("vendor/tern-7b-instruct.md", "vendor/tern-7b-instruct.md"),
    example!("weighbridge.yaml", "weighbridge.yaml"),
];

/// The day on which the clean example is clean.
pub(super) const FULL_AS_OF: Date = jiff::civil::date(2026, 11, 21);

impl Policy {
    /// The built-in packs; their texts go to `sources`, so that an error in one can
    /// be shown.
    pub fn builtin_sources(sources: &mut SourceMap) -> Vec<PackSource> {
        let pack = |(name, text, _): &(&str, &str, &str)| PackSource {
            name: (*name).to_owned(),
            source: sources.add(Source::new(format!("policies/{name}.yaml"), *text)),
            text: (*text).to_owned(),
        };
        PACKS.iter().map(pack).collect()
    }
}
