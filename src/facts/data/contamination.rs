//! Whether evaluation data was learnt from, or was compared with what was.
//!
//! | status | what it says |
//! |---|---|
//! | `ok` | it was compared with all training data of the release |
//! | `trained` | it is training data as well: the same digest or the same id and revision, and the same split |
//! | `unchecked` | no `contamination_check`, or one that lacks a part |
//! | `partly` | training data that it was not compared with |
//!
//! Where a revision or a split is not written on one side, it is taken to be the same:
//! nobody can tell that it is not.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dataset, names, said, unsaid};
use crate::facts::standing::{Wrong, standing};
use crate::parse::Node;
use crate::source::Span;

/// The most datasets of one id that are compared, and the most names in a message.
const MOST: usize = 50;

/// The training data of a release, for look-ups.
pub(super) struct Training<'a> {
    all: Vec<&'a Dataset<'a>>,
    by_id: BTreeMap<String, Vec<&'a Dataset<'a>>>,
    by_digest: BTreeMap<&'a str, Vec<&'a Dataset<'a>>>,
}

impl<'a> Training<'a> {
    pub(super) fn new(datasets: &'a [Dataset<'a>]) -> Self {
        let mut training = Self { all: Vec::new(), by_id: BTreeMap::new(), by_digest: BTreeMap::new() };
        for dataset in datasets.iter().filter(|dataset| dataset.trains()) {
            training.all.push(dataset);
            if let Some(id) = dataset.id.or(dataset.catalog) {
                training.by_id.entry(id.to_lowercase()).or_default().push(dataset);
            }
            if let Some(digest) = written(dataset, "digest") {
                training.by_digest.entry(digest).or_default().push(dataset);
            }
        }
        training
    }

    /// The training data that a dataset is the same as.
    fn same_as(&self, dataset: &Dataset<'_>) -> Option<Span> {
        let agree = |other: &Dataset<'_>, keys: &[&str]| {
            keys.iter().all(|key| match (written(dataset, key), written(other, key)) {
                (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
                _ => true,
            })
        };
        // A digest may be that of all splits together.
        let by_digest = written(dataset, "digest")
            .and_then(|digest| self.by_digest.get(digest)?.iter().take(MOST).find(|other| agree(other, &["split"])));
        let by_id = || {
            let id = dataset.id.or(dataset.catalog)?.to_lowercase();
            self.by_id.get(&id)?.iter().take(MOST).find(|other| agree(other, &["revision", "split"]))
        };
        by_digest.or_else(by_id).map(|found| found.place())
    }
}

fn written<'a>(dataset: &Dataset<'a>, key: &str) -> Option<&'a str> {
    said(dataset.node, key)?.text()
}

/// How evaluation data stands; nothing of other data.
pub(super) fn derive(dataset: &Dataset<'_>, training: &Training<'_>) -> Option<Node> {
    if !dataset.evaluates() || said(dataset.node, "ref").is_some() {
        return None;
    }
    let check = dataset.node.get("contamination_check");
    let place = check.map_or(dataset.place(), Node::anchor);
    Some(standing(place, wrong(dataset, check, training)))
}

fn wrong(dataset: &Dataset<'_>, check: Option<&Node>, training: &Training<'_>) -> Option<Wrong> {
    if let Some(other) = training.same_as(dataset) {
        let why = "is evaluated on and trained on as well";
        return Some(Wrong::new("trained", why).at(dataset.place()).beside(other, "training data"));
    }
    // Where nothing was learnt, nothing can have been seen before.
    training.all.first()?;
    let Some(check) = check.filter(|check| check.is_map()) else {
        return Some(Wrong::new("unchecked", "was not compared with the training data (`contamination_check`)"));
    };
    if let Some(missing) = unsaid(Some(check), &["against", "method", "overlap"]) {
        return Some(Wrong::new("unchecked", format!("has a `contamination_check` that does not say {missing}")));
    }
    let left_out = not_among(training, check);
    let first = left_out.first()?;
    let named = names(left_out.iter().take(MOST).filter_map(|other| other.id.or(other.catalog)));
    let at = check.get("against").map_or(check.anchor(), |against| against.span);
    Some(Wrong::new("partly", format!("was not compared with {named}")).at(at).beside(first.place(), "training data"))
}

/// The training data that a check does not name: by id or catalogue reference, with the
/// revision where it names one.
fn not_among<'a>(training: &Training<'a>, check: &Node) -> Vec<&'a Dataset<'a>> {
    let mut compared: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for against in check.get("against").map(Node::one_or_many).unwrap_or_default() {
        let text = against.text().unwrap_or_default().trim().to_lowercase();
        // A catalogue reference may have an `@` of its own.
        compared.entry(text.clone()).or_default().insert(None);
        let (id, revision) = match text.rsplit_once('@') {
            Some((id, revision)) => (id.to_owned(), Some(revision.to_owned())),
            None => (text, None),
        };
        compared.entry(id).or_default().insert(revision);
    }
    let is_compared = |dataset: &&&Dataset<'_>| {
        let revision = written(dataset, "revision").map(str::to_lowercase);
        [dataset.id, dataset.catalog].into_iter().flatten().any(|name| {
            compared.get(&name.to_lowercase()).is_some_and(|revisions| {
                revision.is_none() || revisions.contains(&None) || revisions.contains(&revision)
            })
        })
    };
    training.all.iter().filter(|dataset| !is_compared(dataset)).copied().collect()
}
