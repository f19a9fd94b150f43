//! Plan and run: the pipeline, top to bottom in one screen ([`Engine::check`]).

mod artifacts;
mod assessed;
mod code;
mod derive;
mod fixes;
mod idle;
mod inspect;
mod judge;
mod links;
mod load;
mod mend;
mod mistakes;
mod papers;
mod past;
mod seal;
mod settle;
mod shown;
mod strangers;
mod summary;
mod waive;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use thiserror::Error;

use crate::config::Config;
use crate::discover::{self, Found, Problem, Selection};
use crate::facts;
use crate::facts::card::TopicTable;
use crate::finding::Finding;
use crate::framework::{Frameworks, coverage};
use crate::kind::Kind;
use crate::link::{self, Files, Graph};
use crate::outcome::{FrameworkSummary, NotAssessed, Outcome, ReleaseSummary, Tally};
use crate::parse::{Document, Node};
use crate::policy::{self, PackSource, Policy, PolicyError, Shelved};
use crate::rule::{Catalog, RaisedBy, RuleId, RuleMeta, Severity};
use crate::schema::Schemas;
use crate::shape::{DeadEnd, Ground, Shapes, Step};
use crate::source::{Source, SourceId, SourceMap, Span};
use crate::tree::Tree;
use crate::waiver::baseline::Baseline;

use assessed::Unknown;
use derive::Derivation;
pub use inspect::{Inspection, Link};
use load::Input;
pub use mend::{Made, Mended};
use mistakes::{described, place};
pub use past::Past;
pub use seal::Sealing;
use shown::Shown;
pub use summary::ApprovalPath;

/// Why a check could not be done: exit code 2.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The built-in packs or tables do not load: a mistake in this program.
    #[error("the built-in {what} cannot be loaded: {why}")]
    Builtin {
        /// Which.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// Packs of an organisation do not load.
    #[error("the policy packs cannot be used\n{0}")]
    Packs(String),
    /// There is nothing to look at, and a gate that looks at nothing is not green.
    #[error("nothing to check: no model card, release manifest or other document of a release was found under {0}")]
    Nothing(String),
    /// Fewer documents than the configuration says there are.
    #[error("{0}")]
    Fewer(String),
}

/// Everything that is the same for every check: rules, schemas, tables.
pub struct Engine {
    policy: Policy,
    catalog: Arc<Catalog>,
    schemas: Schemas,
    topics: TopicTable,
    path: ApprovalPath,
    /// How many of the packs are part of this program.
    builtin: usize,
    frameworks: Frameworks,
    /// The texts of the packs; documents are added behind them.
    sources: SourceMap,
}

/// One check.
#[derive(Clone)]
pub struct Plan<'a> {
    /// What to look at.
    pub tree: &'a dyn Tree,
    /// How, by the repository's configuration and the command line.
    pub config: Config,
    /// Which findings to report.
    pub selection: Selection,
    /// The day on which it is judged.
    pub as_of: Date,
    /// Findings at or above this fail it.
    pub fail_on: Option<Severity>,
    /// Whether finding nothing to check is fine.
    pub allow_empty: bool,
    /// Findings that were there before.
    pub baseline: Option<Baseline>,
    /// What a change is compared with.
    pub past: Past<'a>,
}

/// What was read of a repository.
struct Read<'a> {
    /// Sorted by path.
    documents: Vec<Document>,
    files: Files<'a>,
    sources: Arc<SourceMap>,
    /// What discovery could not read or tell.
    problems: Vec<Finding>,
    /// With its profile settled.
    config: Config,
    /// What the text of the baseline is called.
    baseline: Option<SourceId>,
    /// The day on which it is judged.
    as_of: Date,
    /// The records that there were at the base of a change.
    past: past::Records<'a>,
    /// Source files that were not read.
    unread_code: Vec<NotAssessed>,
}

/// What was found, before anything is waived.
struct Settled<'a> {
    findings: Vec<Finding>,
    tally: BTreeMap<RuleId, Tally>,
    /// What could not be known.
    unknown: Vec<Unknown<'a>>,
}

impl Engine {
    /// The engine with the built-in packs, schemas and tables.
    pub fn builtin() -> Result<Self, EngineError> {
        Self::with_packs(&[])
    }

    /// The engine with further packs, and files of tests, beside the built-in ones.
    pub fn with_packs(more: &[Source]) -> Result<Self, EngineError> {
        let frameworks = Frameworks::builtin().map_err(|why| EngineError::Builtin { what: "frameworks", why })?;
        let known = frameworks.known();
        // The built-in selectors are held against the schemas by every run with a pack
        // beside them, and so by the tests: a run without need not read all schemas.
        let engine = Self::load(more, |_, packs| match more {
            [] => policy::load(packs, &known),
            _ => policy::load_within(packs, &known, &Known),
        })?;
        Ok(Self { frameworks, ..engine })
    }

    /// The same for judging documents and nothing else: of the built-in packs, which
    /// have proven themselves, no more is read than that takes.
    pub fn judging(more: &[Source]) -> Result<Self, EngineError> {
        let known = || Frameworks::builtin().map(|frameworks| frameworks.known()).unwrap_or_default();
        match Self::load(more, |builtin, packs| policy::load_upon(builtin, packs, &known, &Known)) {
            // What is wrong is told where it stands, for which everything is read.
            Err(EngineError::Packs(_)) => Self::with_packs(more),
            engine => engine,
        }
    }

    /// `compile` is told how many of the packs are part of this program.
    fn load(
        more: &[Source],
        compile: impl Fn(usize, &[PackSource]) -> Result<Policy, Vec<PolicyError>> + Sync,
    ) -> Result<Self, EngineError> {
        let mut sources = SourceMap::default();
        let mut packs = Policy::builtin_sources(&mut sources);
        let builtin = packs.len();
        packs.extend(more.iter().map(|pack| PackSource {
            name: pack.path().to_owned(),
            text: pack.text().to_owned(),
            source: sources.add(Source::new(pack.path(), pack.text())),
        }));
        let (policy, topics) = rayon::join(|| compile(builtin, &packs), TopicTable::builtin);
        let policy = policy.map_err(|errors| {
            let why = described(&sources, &errors);
            if more.is_empty() {
                return EngineError::Builtin { what: "policy packs", why: why.replace('\n', "; ") };
            }
            EngineError::Packs(why)
        })?;
        let path = ApprovalPath::builtin().map_err(|why| EngineError::Builtin { what: "approval path", why })?;
        Ok(Self {
            catalog: Arc::new(policy.catalog()),
            policy,
            schemas: Schemas::builtin(),
            topics,
            path,
            builtin,
            frameworks: Frameworks::default(),
            sources,
        })
    }

    /// The same, noting which clauses of rules fail, for their tests.
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.policy = self.policy.watched();
        self
    }

    /// The rules that are not part of this program.
    pub fn own_rules(&self) -> BTreeSet<&RuleId> {
        let own = |id: &&RuleId| self.policy.place(id).is_some_and(|place| place.source.0 as usize >= self.builtin);
        self.catalog.iter().map(|rule| &rule.id).filter(own).collect()
    }

    /// What is doubtful about the packs that are not part of this program, or about
    /// those that are where there are no others.
    pub fn doubts(&self) -> Vec<PolicyError> {
        let own = |doubt: &&PolicyError| doubt.span.source.0 as usize >= self.builtin;
        let all = self.sources.len() == self.builtin;
        policy::doubts(&self.packs()).into_iter().filter(|doubt| all || own(&doubt)).collect()
    }

    /// A rule with everything that it inherits, as JSON.
    pub fn whole(&self, id: &RuleId) -> Option<serde_json::Value> {
        policy::whole(&self.packs(), id)
    }

    /// The packs as they were read.
    fn packs(&self) -> Vec<PackSource> {
        let pack = |at| {
            let source = SourceId(u32::try_from(at).unwrap_or(u32::MAX));
            let text = self.sources.get(source);
            PackSource { name: text.path().to_owned(), source, text: text.text().to_owned() }
        };
        (0..self.sources.len()).map(pack).collect()
    }

    /// A place in a pack as people see it: `policies/card.yaml:3:7`.
    pub fn place(&self, span: Span) -> String {
        place(&self.sources, span)
    }

    /// All rules.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The frameworks that rules name items of.
    pub fn frameworks(&self) -> &Frameworks {
        &self.frameworks
    }

    /// The topic table.
    pub fn topics(&self) -> &TopicTable {
        &self.topics
    }

    /// The rules themselves, for their tests.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether every link that a rule reads is named by a pack or by the configuration.
    pub fn linked(&self, config: &Config) -> Result<(), EngineError> {
        let errors = self.policy.unlinked(config.links());
        if errors.is_empty() { Ok(()) } else { Err(EngineError::Packs(described(&self.sources, &errors))) }
    }

    /// Runs the pipeline; nothing to check, or less than the configuration expects,
    /// is an error. The process ends after it: what was read is left to the system and
    /// not freed node by node.
    pub fn check(&self, plan: &Plan<'_>) -> Result<Outcome, EngineError> {
        self.linked(&plan.config)?;
        let read = ManuallyDrop::new(self.read(plan));
        enough(plan, &read)?;
        let graph = Graph::new(&read.documents, &read.files);
        let derivation = ManuallyDrop::new(Derivation::new(&graph, &read, &self.topics));
        Ok(self.weigh(plan, &read, &derivation))
    }

    /// Runs the pipeline over whatever there is.
    pub fn check_all(&self, plan: &Plan<'_>) -> Outcome {
        let read = self.read(plan);
        let graph = Graph::new(&read.documents, &read.files);
        self.weigh(plan, &read, &Derivation::new(&graph, &read, &self.topics))
    }

    /// The rules that fire, and nothing else. Where the shape of the document at `shape_of`
    /// is wrong, no more than those that say so.
    pub fn fires(&self, plan: &Plan<'_>, shape_of: Option<&str>) -> BTreeSet<RuleId> {
        let read = self.read(plan);
        let rules = |findings: Vec<Finding>| findings.into_iter().map(|finding| finding.rule).collect();
        let misshapen: BTreeSet<RuleId> = rules(shape_of.map_or_else(Vec::new, |path| self.misshapen(&read, path)));
        if !misshapen.is_empty() {
            return misshapen;
        }
        let graph = Graph::new(&read.documents, &read.files);
        let derivation = Derivation::new(&graph, &read, &self.topics);
        let settled = self.settled(&read, &derivation).findings;
        rules(self.waive(plan, &read, &graph, settled).findings)
    }

    /// What is wrong with the shape of a document, whatever stands in others. A card may be
    /// one that is kept of somebody else's model, which is not ours to judge.
    fn misshapen(&self, read: &Read<'_>, path: &str) -> Vec<Finding> {
        let own = |document: &&Document| document.path == path && document.kind != Kind::Card && document.sound;
        let found = read.documents.iter().filter(own);
        let found = found.flat_map(|document| self.schemas.validate(document.kind, &document.root));
        found.filter(|finding| self.weight(&read.config, &finding.rule, path).is_some()).collect()
    }

    /// discover, load, parse
    fn read<'a>(&self, plan: &Plan<'a>) -> Read<'a> {
        let found = discover::discover(plan.tree, &plan.config, &plan.selection);
        let inputs: Vec<Input> =
            found.files.into_iter().map(|Found { path, kind, bytes }| Input { path, kind, bytes }).collect();
        let files = Files::new(plan.tree, found.listed);
        let mut sources = self.sources.clone();
        let mut documents = load_all(inputs, &files, &mut sources);
        let problems = unreadable(plan.tree, &found.problems, &mut sources);
        let has_release = link::of_kind(&documents, Kind::Release).next().is_some();
        let config = plan.config.clone().settled(has_release);
        let baseline = plan.baseline.as_ref().map(|baseline| sources.add(baseline.source()));
        let past = past::Records::of(plan);
        let unread_code = self.read_code(&config, &files, &mut documents, &mut sources);
        let sources = Arc::new(sources);
        Read { documents, files, sources, problems, config, baseline, as_of: plan.as_of, past, unread_code }
    }

    /// Source files, where a rule that is on judges them and a registry could be asked for
    /// what they name; what of them was not read.
    fn read_code(
        &self,
        config: &Config,
        files: &Files<'_>,
        documents: &mut Vec<Document>,
        sources: &mut SourceMap,
    ) -> Vec<NotAssessed> {
        let rules: Vec<&RuleMeta> = self.policy.judging(Kind::Code).collect();
        let is_judged = |path: &&str| rules.iter().any(|rule| config.enabled(rule, path));
        let has_registry = link::of_kind(documents, Kind::ModelRegistry).next().is_some();
        let judged: Vec<&str> = listed(files, config).filter(|path| has_registry && is_judged(path)).collect();
        if judged.is_empty() {
            return Vec::new();
        }
        let mut code = code::Code::read(files, &judged, documents, sources.len());
        code.join(sources, documents);
        code.not_assessed
    }

    /// validate, derive, judge, settle, waive, sum up
    fn weigh(&self, plan: &Plan<'_>, read: &Read<'_>, derivation: &Derivation<'_>) -> Outcome {
        let Read { sources, config, .. } = read;
        let graph = derivation.graph();
        let Settled { findings: mut settled, tally, unknown } = self.settled(read, derivation);
        fixes::offer(&mut settled, read);
        let waive::Weighed { findings, waived, baselined } = self.waive(plan, read, graph, settled);
        let releases = self.summarise(plan.tree, read, graph, &findings);
        let frameworks = self.covered(config, graph);
        let told = findings.iter().chain(waived.iter().map(|waived| &waived.finding)).chain(&baselined);
        let reported = concealed(sources, told);
        let shown = Shown::new(plan, graph);
        let in_sight = |finding: &Finding| shown.holds(sources.of(finding.primary.span).path());
        Outcome {
            findings: findings.into_iter().filter(|finding| in_sight(finding)).collect(),
            waived: waived.into_iter().filter(|waived| in_sight(&waived.finding)).collect(),
            baselined: baselined.into_iter().filter(|finding| in_sight(finding)).collect(),
            files: shown.files(plan, graph),
            releases: releases.into_iter().filter(|release| shown.holds(&release.path)).collect(),
            tally,
            not_assessed: self.not_assessed(read, graph, &unknown, &shown),
            frameworks,
            catalog: Arc::clone(&self.catalog),
            packs: u32::try_from(self.sources.len()).unwrap_or(u32::MAX),
            sources: reported,
            configuration: config.file().cloned(),
            fail_on: plan.fail_on,
            as_of: plan.as_of,
        }
    }

    /// What of what is shown was not judged.
    fn not_assessed(
        &self,
        read: &Read<'_>,
        graph: &Graph<'_>,
        unknown: &[Unknown<'_>],
        shown: &Shown,
    ) -> Vec<NotAssessed> {
        let mut all = assessed::not_assessed(graph, unknown, &self.policy, read);
        all.extend(read.unread_code.iter().cloned());
        let in_sight = all.into_iter().filter(|item| shown.holds(&item.path));
        read.past.not_assessed().into_iter().chain(in_sight).collect()
    }

    /// validate, derive, judge, settle
    fn settled<'a>(&'a self, read: &Read<'_>, derivation: &'a Derivation<'_>) -> Settled<'a> {
        let Read { documents, sources, config, .. } = read;
        let graph = derivation.graph();
        let mut findings = read.problems.clone();
        let own = documents.iter().enumerate().filter(|(index, _)| !graph.vendor_cards.contains(index));
        let own: Vec<&Document> = own.map(|(_, document)| document).collect();
        // A serving file or a prompt that cannot be read is nobody's business where nothing is
        // released or registered.
        let due = own.iter().filter(|document| match document.kind {
            Kind::Serving => !graph.releases.is_empty(),
            Kind::Prompt => !graph.releases.is_empty() || graph.prompts().next().is_some(),
            _ => true,
        });
        findings.extend(due.flat_map(|document| document.findings.iter().cloned()));
        findings.extend(self.validate(&own));
        let judge::Judgement { findings: judged, tally, unknown } = self.judge(read, derivation);
        findings.extend(judged);
        findings.extend(idle::findings(read));
        if config.requires_assessed() {
            findings.extend(unknown.iter().map(Unknown::finding));
            findings.extend(read.past.not_assessed().and_then(|item| assessed::unknown_history(&item, documents)));
        }
        let weight = |finding: &Finding, path: &str| self.weight(config, &finding.rule, path);
        let findings = settle::settle(findings, documents, sources, &weight, &|finding| self.is_shape(finding));
        let tally = tally.into_iter().map(|(rule, tally)| (rule.clone(), tally)).collect();
        Settled { findings, tally, unknown }
    }

    /// How much a rule weighs in the document at a path; `None` where it is off.
    fn weight(&self, config: &Config, rule: &RuleId, path: &str) -> Option<Severity> {
        self.catalog.get(rule.as_str()).map_or(Some(Severity::Error), |rule| config.severity_of(rule, path))
    }

    /// Whether a finding is about the shape of a document and not of its meaning.
    fn is_shape(&self, finding: &Finding) -> bool {
        self.catalog.get(finding.rule.as_str()).is_some_and(|rule| rule.raised_by == RaisedBy::Schema)
    }

    fn validate(&self, documents: &[&Document]) -> Vec<Finding> {
        documents
            .par_iter()
            .filter(|document| document.sound)
            .flat_map_iter(|document| self.schemas.validate(document.kind, &document.root))
            .collect()
    }

    fn summarise(
        &self,
        tree: &dyn Tree,
        read: &Read<'_>,
        graph: &Graph<'_>,
        findings: &[Finding],
    ) -> Vec<ReleaseSummary> {
        let Read { sources, config, files, .. } = read;
        let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            by_path.entry(sources.of(finding.primary.span).path()).or_default().push(finding);
        }
        let enabled = self.catalog.iter().filter(|rule| config.enabled(rule, ""));
        let judged: BTreeSet<&str> = enabled.filter_map(|rule| rule.area.as_deref()).collect();
        let context = summary::Context { catalog: &self.catalog, findings: &by_path, judged: &judged, tree, files };
        graph.releases.iter().map(|release| self.path.summarise(graph, release, &context)).collect()
    }
}

impl Engine {
    /// The frameworks that a release names under `compliance.frameworks`, or that an
    /// enabled pack is named for, with the enabled rules that look for evidence.
    fn covered(&self, config: &Config, graph: &Graph<'_>) -> Vec<FrameworkSummary> {
        let named = graph.releases.iter().flat_map(|release| {
            let named = graph.documents[release.document].root.at(&["compliance", "frameworks"]);
            named.map(Node::items).unwrap_or_default().iter().filter_map(Node::text)
        });
        let mut on: BTreeSet<&str> = named.filter_map(|name| name.split('/').next()).collect();
        let enabled = |id: &RuleId| self.catalog.get(id.as_str()).is_some_and(|rule| config.enabled(rule, ""));
        on.extend(self.catalog.iter().filter(|rule| enabled(&rule.id)).map(|rule| rule.id.pack()));
        // They are read by those runs alone that show them; the tests prove that they can be.
        let frameworks = Frameworks::some(&on).unwrap_or_default();
        let named = || self.policy.framework_items().filter(|(rule, _)| enabled(rule));
        frameworks.iter().map(|framework| coverage::summary(framework, named())).collect()
    }
}

/// The sources as reports show them.
fn concealed<'f>(sources: &Arc<SourceMap>, told: impl Iterator<Item = &'f Finding>) -> Arc<SourceMap> {
    let mut reported = Arc::clone(sources);
    for finding in told.filter(|finding| finding.conceal) {
        Arc::make_mut(&mut reported).conceal(finding.primary.span);
    }
    reported
}

/// The files of the walk that the configuration does not leave out.
fn listed<'f>(files: &'f Files<'_>, config: &'f Config) -> impl Iterator<Item = &'f str> {
    files.paths().filter(|path| !config.leaves_out(path))
}

/// What documents and facts can look like: by their schemas, and by the table of
/// facts.
struct Known;

impl Shapes for Known {
    fn dead_end(&self, kind: Kind, ground: Ground, way: &[Step]) -> Option<DeadEnd> {
        match ground {
            Ground::Doc => crate::schema::dead_end(kind, way),
            Ground::Facts => facts::shape::dead_end(kind, way),
        }
    }
}

/// Loads the discovered files, and those that they name as cards, packets, result files,
/// flag files, serving manifests and alert rules; sorted by path.
fn load_all(inputs: Vec<Input>, files: &Files<'_>, sources: &mut SourceMap) -> Vec<Document> {
    let mut documents = Vec::with_capacity(inputs.len());
    let add = |inputs: Vec<Input>, sources: &mut SourceMap, documents: &mut Vec<Document>| {
        for (source, document) in load::load(files, inputs, sources.len()) {
            sources.add(source);
            documents.push(document);
        }
    };
    add(inputs, sources, &mut documents);
    // What a manifest names may name more: its packet names result files.
    let mut read = 0;
    for _ in 0..2 {
        let wanted = link::wanted(&documents, read, files).into_iter();
        read = documents.len();
        let more = wanted.map(|wanted| Input { path: wanted.path, kind: wanted.kind, bytes: None }).collect();
        add(more, sources, &mut documents);
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    documents
}

/// A document as rules of other documents see it.
fn shelved(document: &Document) -> Shelved<'_> {
    Shelved { kind: document.kind, path: &document.path, root: &document.root }
}

/// Findings about what discovery could not read or tell; each path gets a source
/// without text, so that it can be shown.
fn unreadable(tree: &dyn Tree, problems: &[Problem], sources: &mut SourceMap) -> Vec<Finding> {
    let finding = |problem: &Problem| problem.finding(sources.add(Source::new(tree.display(&problem.path), "")));
    problems.iter().map(finding).collect()
}

/// A gate that looks at nothing, or at less than it was told to expect, must not
/// be green. What may be a document and cannot be read is something: the report
/// says what stands in its way.
fn enough(plan: &Plan<'_>, Read { documents, problems, .. }: &Read<'_>) -> Result<(), EngineError> {
    // Serving files and prompts are held against releases and registries: without one there is
    // nothing to judge them by.
    let beside = [Kind::Config, Kind::Organisation, Kind::Waivers, Kind::Serving, Kind::Prompt];
    let judged = |document: &&Document| !beside.contains(&document.kind);
    if !plan.allow_empty && problems.is_empty() && !documents.iter().any(|document| judged(&document)) {
        return Err(EngineError::Nothing(plan.tree.display(".")));
    }
    let of = |kind: Kind| link::of_kind(documents, kind).count();
    match plan.config.fewer_than_expected(of(Kind::Card), of(Kind::Release)) {
        Some(sentence) => Err(EngineError::Fewer(sentence)),
        None => Ok(()),
    }
}
