//! What PyRIT reports of attacks: the result of a scenario (`ScenarioResult`), those views of it
//! that name its attacks (`attacks`, `conversations`, `full`), and lists of attack results.
//!
//! A number is the share of the attacks with a verdict that succeeded, as PyRIT's analytics count
//! it. What a scenario attempted again counts once, by its last attempt. The names of fields are
//! those of `pyrit/models/results` and `pyrit/output/scenario_result/json.py` at
//! <https://github.com/microsoft/PyRIT>. An export of PyRIT's memory holds messages and their
//! scores, and of no attack whether it succeeded: it is not read.

use std::collections::BTreeMap;

use super::values::{clip, float, named, setting, time, whole};
use super::{ATTACKS, Format, Measure, Named, Results};
use crate::parse::{Entry, Node};
use crate::source::Span;
use crate::text::quote;

/// The views of a scenario's result.
const VIEWS: &[&str] = &["overview", "attacks", "conversations", "full"];

/// Where the target of an attack is described.
const TARGETS: &[&[&str]] = &[
    &["objective_target_identifier"],
    &["scenario_identifier", "children", "objective_target"],
    &["atomic_attack_identifier", "children", "attack_technique", "children", "attack", "children", "objective_target"],
    &["attack_identifier", "children", "objective_target"],
    &["last_response", "prompt_target_identifier"],
    &["overview", "target"],
    &["target"],
];

/// Whether a mapping is the result of a scenario, or a view of one.
pub(super) fn is_scenario(root: &Node) -> bool {
    let has = |key: &&str| root.get(key).is_some();
    let is_view = root.get("view").and_then(Node::text).is_some_and(|view| VIEWS.contains(&view));
    let is_run = ["scenario_identifier", "scenario_run_state"].iter().any(has);
    is_run && root.get("attack_results").is_some_and(Node::is_map)
        || is_view && ["attacks", "conversations", "stats"].iter().any(has)
}

/// Whether a mapping is the result of an attack.
pub(super) fn is_attack(item: &Node) -> bool {
    ["outcome", "objective", "conversation_id"].iter().all(|key| item.get(key).is_some())
}

pub(super) fn read(root: &Node) -> Results {
    let mut results = Results::new(Format::Pyrit);
    let all = attacks(root);
    let described = std::iter::once(root).chain(all.iter().map(|attack| attack.node));
    results.subjects = described.flat_map(subjects).collect();
    let ended = || all.iter().filter_map(Attack::at).max_by(|one, other| one.text.cmp(&other.text));
    results.at = time(root.get("completion_time")).or_else(ended);
    let scenario = root.get("overview").unwrap_or(root).get("scenario");
    let of = |own: &str, key: &str| root.get(own).or_else(|| scenario?.get(key));
    results.settings.extend(setting("task", of("scenario_name", "name")));
    results.settings.extend(setting("version", of("scenario_version", "version")));
    let counted = if root.is_map() { last_attempts(all) } else { all };
    results.measures = measures(&counted);
    results.measures.extend(overview(root).filter(|_| counted.is_empty()));
    whole_run(root, &counted, &mut results);
    results
}

/// The result of an attack, and where its technique is named.
struct Attack<'n> {
    technique: &'n str,
    place: Span,
    node: &'n Node,
}

impl<'n> Attack<'n> {
    /// One that stands in no group of its technique: the strategy is its technique.
    fn alone(node: &'n Node) -> Self {
        let strategy = ["atomic_attack_identifier", "children", "attack_technique", "children", "attack", "class_name"];
        let strategies = [node.at(&strategy), node.at(&["attack_identifier", "class_name"])];
        let named = node.get("technique").or_else(|| strategies.into_iter().flatten().next());
        let named = named.and_then(|name| Some((name.text()?, name.span)));
        let (technique, place) = named.unwrap_or((ATTACKS, node.anchor()));
        Self { technique, place, node }
    }

    fn text(&self, key: &str) -> &'n str {
        self.node.get(key).and_then(Node::text).unwrap_or_default()
    }

    fn is(&self, outcome: &str) -> bool {
        self.text("outcome") == outcome
    }

    fn has_verdict(&self) -> bool {
        self.is("success") || self.is("failure")
    }

    fn at(&self) -> Option<Named> {
        time(self.node.get("timestamp"))
    }

    /// What tells attempts at one thing from those at another, as PyRIT tells them.
    fn unit(&self) -> Vec<&'n str> {
        let of = |key| self.node.at(&["attribution_data", key]).and_then(Node::text);
        let seeds = self.node.at(&["atomic_attack_identifier", "children", "seed_identifiers"]).map(Node::items);
        let hashes = seeds.unwrap_or_default().iter().filter_map(|seed| seed.get("hash")?.text());
        let seeds: Vec<&str> = of("seed_group_id").map_or_else(|| hashes.collect(), |group| vec![group]);
        let objective = seeds.is_empty().then(|| self.text("objective"));
        let technique = [self.technique, of("parent_eval_hash").unwrap_or_default()];
        technique.into_iter().chain(seeds).chain(objective).collect()
    }
}

fn attacks(root: &Node) -> Vec<Attack<'_>> {
    if let Some(groups) = root.get("attack_results") {
        return groups.entries().iter().flat_map(of_group).collect();
    }
    let listed = root.get("attacks").or_else(|| root.get("conversations"));
    listed.unwrap_or(root).items().iter().map(Attack::alone).collect()
}

fn of_group(group: &Entry) -> impl Iterator<Item = Attack<'_>> {
    group.value.items().iter().map(|node| Attack { technique: &group.key, place: group.key_span, node })
}

/// The models that a target is said to be.
fn subjects(node: &Node) -> impl Iterator<Item = Named> {
    let targets = TARGETS.iter().filter_map(|way| node.at(way));
    targets
        .flat_map(|target| ["underlying_model_name", "model_name", "model"].map(|key| named(target.get(key))))
        .flatten()
}

/// Of the attempts at one thing the last, in the order of the file.
fn last_attempts(all: Vec<Attack<'_>>) -> Vec<Attack<'_>> {
    let mut last: BTreeMap<Vec<&str>, (Option<String>, usize)> = BTreeMap::new();
    for (place, attack) in all.iter().enumerate() {
        let attempt = (attack.at().map(|at| at.text), place);
        let before = last.entry(attack.unit()).or_insert_with(|| attempt.clone());
        if attempt > *before {
            *before = attempt;
        }
    }
    let mut places: Vec<usize> = last.into_values().map(|(_, place)| place).collect();
    places.sort_unstable();
    let mut counted = all.into_iter().enumerate();
    places.into_iter().filter_map(|place| counted.find(|(at, _)| *at == place)).map(|(_, attack)| attack).collect()
}

/// One for each technique.
fn measures(attacks: &[Attack<'_>]) -> Vec<Measure> {
    let mut techniques: BTreeMap<&str, Vec<&Attack<'_>>> = BTreeMap::new();
    for attack in attacks {
        techniques.entry(attack.technique).or_default().push(attack);
    }
    techniques.into_iter().filter_map(|(technique, attacks)| measure(technique, &attacks)).collect()
}

fn measure(technique: &str, attacks: &[&Attack<'_>]) -> Option<Measure> {
    let first = attacks.first()?;
    let technique = clip(technique);
    let (mut hits, mut all) = (0, 0);
    for attack in attacks {
        hits += u64::from(attack.is("success"));
        all += u64::from(attack.has_verdict());
    }
    let mut measure = Measure::new(technique.to_owned(), technique, ATTACKS, first.node);
    (measure.n, measure.hits, measure.higher_is_better) = (Some(all), Some(hits), Some(false));
    measure.span = first.place;
    measure.value = Some(float(hits) / float(all)).filter(|_| all > 0);
    measure.why = (all == 0).then(|| format!("is a share of no attacks: none of `{}` has a verdict", quote(technique)));
    Some(measure)
}

/// The overview of a scenario without its attacks gives no more than a whole per cent.
fn overview(root: &Node) -> Option<Measure> {
    let stats = root.get("overview").unwrap_or(root).get("stats")?;
    let mut measure = Measure::new(ATTACKS.to_owned(), ATTACKS, ATTACKS, stats.get("overall_success_rate")?);
    measure.value = None;
    measure.why = Some("is no more than a whole per cent in an overview; the view `full` names the attacks".to_owned());
    Some(measure)
}

fn whole_run(root: &Node, attacks: &[Attack<'_>], results: &mut Results) {
    if let Some(state) = root.get("scenario_run_state").filter(|state| state.text() != Some("COMPLETED")) {
        let written = quote(state.text().unwrap_or_default());
        results.incomplete(format!("the state of the run is `{written}`, not `COMPLETED`"), state.span);
    }
    let shown = whole(root.get("shown")).zip(whole(root.get("total")));
    if let Some((shown, total)) = shown.filter(|(shown, total)| shown < total) {
        let place = root.entry("shown").map_or(root.anchor(), |entry| entry.value.span);
        results.incomplete(format!("{shown} of {total} attacks are shown"), place);
    }
    if attacks.is_empty() && results.measures.is_empty() {
        results.incomplete("no attack was run", root.anchor());
    }
    undecided(attacks, |attack| attack.is("error"), "ended in an error instead of a verdict", results);
    undecided(attacks, |attack| !attack.has_verdict() && !attack.is("error"), "have no verdict", results);
}

fn undecided(attacks: &[Attack<'_>], is: fn(&Attack<'_>) -> bool, what: &str, results: &mut Results) {
    let found: Vec<&Attack<'_>> = attacks.iter().filter(|attack| is(attack)).collect();
    if let Some(first) = found.first() {
        let place = first.node.get("outcome").map_or(first.node.anchor(), |outcome| outcome.span);
        results.incomplete(format!("{} of {} attacks {what}", found.len(), attacks.len()), place);
    }
}
