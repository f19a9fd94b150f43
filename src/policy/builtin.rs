//! The packs that ship with the program.

use super::{PackSource, Policy};
use crate::source::{Source, SourceMap};

/// Packs by name, in the order of loading.
const PACKS: &[(&str, &str)] = &[
    ("gate", include_str!("../../policies/gate.yaml")),
    ("card", include_str!("../../policies/card.yaml")),
    ("huggingface", include_str!("../../policies/huggingface.yaml")),
    ("license", include_str!("../../policies/license.yaml")),
    ("release", include_str!("../../policies/release.yaml")),
    ("evaluation", include_str!("../../policies/evaluation.yaml")),
    ("rollout", include_str!("../../policies/rollout.yaml")),
];

/// The base set of the packs' tests.
pub(super) const BASE: &str = include_str!("../../policies/base.yaml");

impl Policy {
    /// The built-in packs; their texts go to `sources`, so that an error in one can
    /// be shown.
    pub fn builtin_sources(sources: &mut SourceMap) -> Vec<PackSource> {
        let pack = |(name, text): &(&str, &str)| PackSource {
            name: (*name).to_owned(),
            source: sources.add(Source::new(format!("policies/{name}.yaml"), *text)),
            text: (*text).to_owned(),
        };
        PACKS.iter().map(pack).collect()
    }
}
