//! What counts: the settled findings, less those that a waiver or the baseline takes
//! out, and with what is wrong with the waivers themselves.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Derivation, Engine, EngineError, Plan, Read, enough, settle};
use crate::finding::Finding;
use crate::link::Graph;
use crate::outcome::WaivedFinding;
use crate::parse::Document;
use crate::rule::RuleId;
use crate::waiver::baseline::{self, Counted, Run};
use crate::waiver::limits::Limits;
use crate::waiver::{self, Applied, Context, Lookup};

/// How many suggestions waivers get.
const HINTS: u32 = 200;

/// The findings of a run, weighed.
pub(super) struct Weighed {
    /// Those that count.
    pub(super) findings: Vec<Finding>,
    /// Those that are waived.
    pub(super) waived: Vec<WaivedFinding>,
    /// Those that the baseline has.
    pub(super) baselined: Vec<Finding>,
}

impl Engine {
    pub(super) fn waive(&self, plan: &Plan<'_>, read: &Read<'_>, graph: &Graph<'_>, settled: Vec<Finding>) -> Weighed {
        let Read { documents, sources, config, .. } = read;
        let Applied { mut live, waived, mut about } = self.apply(plan, read, graph, settled);
        let mut baselined = Vec::new();
        if let (Some(baseline), Some(source)) = (&plan.baseline, read.baseline) {
            let (paths, dark) = (paths(documents), dark(documents));
            let path_of = |finding: &Finding| countable(finding, &paths);
            let run = Run { path_of: &path_of, dark: &dark, source, whole: !config.is_narrowed() };
            let weighed = baseline.weigh(live, &run);
            about.extend(weighed.stale);
            (live, baselined) = (weighed.live, weighed.baselined);
        }
        let weight = |finding: &Finding, path: &str| self.weight(config, &finding.rule, path);
        let about = settle::settle(about, documents, sources, &weight, &|_| false);
        Weighed { findings: settle::capped(settle::merged(live, about, sources)), waived, baselined }
    }

    /// How many findings of each rule each document has that are not waived: what a
    /// baseline is made from.
    pub fn count(&self, plan: &Plan<'_>) -> Result<Counted, EngineError> {
        let read = self.read(plan);
        enough(plan, &read)?;
        let graph = Graph::new(&read.documents, &read.files);
        let settled = self.settled(&read, &Derivation::new(&graph, &read, &self.topics)).findings;
        let live = self.apply(plan, &read, &graph, settled).live;
        let paths = paths(&read.documents);
        let counts = baseline::counted(&live, &|finding| countable(finding, &paths));
        Ok(Counted { counts, dark: dark(&read.documents) })
    }

    fn apply(&self, plan: &Plan<'_>, read: &Read<'_>, graph: &Graph<'_>, settled: Vec<Finding>) -> Applied {
        let Read { sources, config, .. } = read;
        let level = |rule: &RuleId, path: &str| self.weight(config, rule, path);
        let whole = !config.is_narrowed();
        let context = Context {
            graph,
            sources,
            catalog: &self.catalog,
            as_of: plan.as_of,
            level: &level,
            whole,
            hints: Cell::new(HINTS),
            limits: Limits::of(graph),
            lookup: Lookup::default(),
        };
        waiver::apply(settled, &context)
    }
}

/// The path of the document of a finding that a baseline may hold.
fn countable(finding: &Finding, paths: &BTreeMap<u32, &str>) -> Option<String> {
    let path = paths.get(&finding.primary.span.source.0)?;
    waiver::may_be_waived(finding.rule.as_str()).then(|| (*path).to_owned())
}

/// The paths of the sound documents by source.
fn paths(documents: &[Document]) -> BTreeMap<u32, &str> {
    let sound = documents.iter().filter(|document| document.sound);
    sound.map(|document| (document.source.0, document.path.as_str())).collect()
}

/// The paths of the others.
fn dark(documents: &[Document]) -> BTreeSet<String> {
    documents.iter().filter(|document| !document.sound).map(|document| document.path.clone()).collect()
}
