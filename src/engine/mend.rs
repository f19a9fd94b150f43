//! Making fixes: in memory first, then judged again.
//!
//! A fix stays only if the document is still sound, the finding that it mends is gone, and
//! nothing of the tree has changed but the values and keys that it names. What one fix
//! brings to light (the value of a key that was misspelt) the next round may mend. A finding
//! is mended once: if it comes back, two rules disagree, and that is for a person.

use std::collections::{BTreeMap, BTreeSet};

use super::{Derivation, Engine, EngineError, Plan, Read, enough};
use crate::discover::Overlay;
use crate::finding::{Finding, Fix};
use crate::link::Graph;
use crate::outcome::Outcome;
use crate::parse::{Document, Node, Value};
use crate::rule::RuleId;
use crate::source::Span;

/// The most times that the repository is judged again.
const ROUNDS: usize = 16;

/// A document with its fixes made.
#[derive(Clone, Debug)]
pub struct Mended {
    /// Its path, relative to the root.
    pub path: String,
    /// Its text as it is.
    pub before: String,
    /// Its text with the fixes.
    pub after: String,
    /// What was done, in order.
    pub made: Vec<Made>,
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The rule whose finding it mends.
    pub rule: RuleId,
    /// What it does.
    pub title: String,
    fingerprint: String,
}

/// What one round saw.
struct Seen<'a> {
    read: Read<'a>,
    outcome: Outcome,
}

/// A document at work.
struct Work {
    before: String,
    text: String,
    made: Vec<Made>,
    open: Option<Round>,
    /// Its fixes do not go together: they are made one by one.
    careful: bool,
}

/// What a document was before the last fixes, which are still to prove themselves.
struct Round {
    text: String,
    /// Its tree, where it could be read.
    root: Option<Node>,
    edited: BTreeSet<Span>,
    made: Vec<Made>,
}

#[derive(Default)]
struct Bench {
    files: BTreeMap<String, Work>,
    /// Findings whose fix was made, or did not hold, by path and fingerprint.
    tried: BTreeSet<(String, String)>,
}

impl Engine {
    /// The documents that change where the fixes of what `plan` reports are made: the safe
    /// ones, and with `doubtful` those that are to be looked over as well.
    pub fn mend(&self, plan: &Plan<'_>, doubtful: bool) -> Result<Vec<Mended>, EngineError> {
        self.linked(&plan.config)?;
        let mut bench = Bench::default();
        for round in 0.. {
            let texts = bench.files.iter().map(|(path, work)| (path.clone(), work.text.clone().into_bytes())).collect();
            let tree = Overlay::over(plan.tree, texts);
            let seen = self.see(&Plan { tree: &tree, ..plan.clone() })?;
            let taken_back = bench.prove(&seen);
            let made = round < ROUNDS && bench.make(&seen, &taken_back, doubtful);
            if taken_back.is_empty() && !made {
                break;
            }
        }
        Ok(bench.finished())
    }

    fn see<'a>(&self, plan: &Plan<'a>) -> Result<Seen<'a>, EngineError> {
        let read = self.read(plan);
        enough(plan, &read)?;
        let outcome = {
            let graph = Graph::new(&read.documents, &read.files);
            self.weigh(plan, &read, &Derivation::new(&graph, &read, &self.topics))
        };
        Ok(Seen { read, outcome })
    }
}

impl Bench {
    /// Takes back what does not hold; the paths of those documents.
    fn prove(&mut self, seen: &Seen<'_>) -> BTreeSet<String> {
        let live: BTreeSet<&str> = seen.outcome.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        let mut taken_back = BTreeSet::new();
        for (path, work) in &mut self.files {
            let Some(round) = work.open.take() else { continue };
            let documents = &seen.read.documents;
            let at = documents.binary_search_by(|document| document.path.as_str().cmp(path));
            let document = at.ok().and_then(|at| documents.get(at));
            if document.is_some_and(|document| round.holds(document))
                && !round.made.iter().any(|made| live.contains(made.fingerprint.as_str()))
            {
                work.made.extend(round.made);
                continue;
            }
            if round.made.len() > 1 {
                work.careful = true;
                self.tried
                    .retain(|(at, print)| at != path || !round.made.iter().any(|made| made.fingerprint == *print));
            }
            work.text = round.text;
            taken_back.insert(path.clone());
        }
        taken_back
    }

    /// Makes the fixes of what was seen; whether there was any.
    fn make(&mut self, seen: &Seen<'_>, taken_back: &BTreeSet<String>, doubtful: bool) -> bool {
        let documents: BTreeMap<u32, &Document> =
            seen.read.documents.iter().map(|document| (document.source.0, document)).collect();
        let mut wanted: BTreeMap<u32, Vec<(&Finding, &Fix)>> = BTreeMap::new();
        for finding in &seen.outcome.findings {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || doubtful) else { continue };
            wanted.entry(fix.span.source.0).or_default().push((finding, fix));
        }
        let mut any = false;
        for (source, mut fixes) in wanted {
            let Some(document) = documents.get(&source) else { continue };
            if taken_back.contains(&document.path) {
                continue;
            }
            let tried = |finding: &Finding| self.tried.contains(&(document.path.clone(), finding.fingerprint.clone()));
            fixes.retain(|(finding, _)| !tried(finding));
            fixes.sort_by_key(|(_, fix)| (fix.span.start, fix.span.end));
            any |= self.make_in(document, seen.read.sources.get(document.source).text(), &fixes);
        }
        any
    }

    /// Makes fixes of one document, in the order of their places.
    fn make_in(&mut self, document: &Document, text: &str, fixes: &[(&Finding, &Fix)]) -> bool {
        let work = self.files.get(&document.path);
        let most = if work.is_some_and(|work| work.careful) { 1 } else { usize::MAX };
        let mut after = String::with_capacity(text.len());
        let (mut at, mut edited, mut made) = (0, BTreeSet::new(), Vec::new());
        for (finding, fix) in fixes {
            let (start, end) = (fix.span.start as usize, fix.span.end as usize);
            let Some((kept, old)) = text.get(at..start).zip(text.get(start..end)) else { continue };
            if made.len() == most || old == fix.replacement {
                continue;
            }
            after.push_str(kept);
            after.push_str(&fix.replacement);
            at = end;
            edited.insert(fix.span);
            let (rule, title, fingerprint) = (finding.rule.clone(), fix.title.clone(), finding.fingerprint.clone());
            self.tried.insert((document.path.clone(), fingerprint.clone()));
            made.push(Made { rule, title, fingerprint });
        }
        if made.is_empty() {
            return false;
        }
        after.push_str(text.get(at..).unwrap_or_default());
        let new =
            || Work { before: text.to_owned(), text: String::new(), made: Vec::new(), open: None, careful: false };
        let work = self.files.entry(document.path.clone()).or_insert_with(new);
        let root = document.sound.then(|| document.root.clone());
        work.open = Some(Round { text: text.to_owned(), root, edited, made });
        work.text = after;
        true
    }

    fn finished(self) -> Vec<Mended> {
        let mended =
            |(path, work): (String, Work)| Mended { path, before: work.before, after: work.text, made: work.made };
        self.files.into_iter().map(mended).filter(|mended| mended.before != mended.after).collect()
    }
}

impl Round {
    /// Whether a document is what it was, but for what was edited.
    fn holds(&self, document: &Document) -> bool {
        let Some(root) = &self.root else { return true };
        let mut changed = Vec::new();
        document.sound && differences(root, &document.root, &mut changed) && {
            let places: BTreeSet<Span> = changed.iter().copied().collect();
            // What is edited once and changes twice is an alias.
            places.len() == changed.len() && places.is_subset(&self.edited)
        }
    }
}

/// The keys and values that differ, as they were; `false` where the shape does.
fn differences(before: &Node, after: &Node, into: &mut Vec<Span>) -> bool {
    match (&before.value, &after.value) {
        (Value::Map(old), Value::Map(new)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| {
                    if old.key != new.key {
                        into.push(old.key_span);
                    }
                    differences(&old.value, &new.value, into)
                })
        }
        (Value::Seq(old), Value::Seq(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| differences(old, new, into))
        }
        (Value::Scalar(old), Value::Scalar(new)) => {
            if old.text != new.text || before.type_name() != after.type_name() {
                into.push(before.span);
            }
            true
        }
        _ => false,
    }
}
