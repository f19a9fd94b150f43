//! The results that a card gives, held against the evidence.
//!
//! `claims` has one `{label, written, source, status, problem, definition}` for each number
//! that the card gives as a result: in the result column of a table or after a label in the
//! section about evaluation, in `model-index`, and in files under `.eval_results` beside it. `backed`: a number of the evidence is it, as far as
//! it was written out, also in percent. `contradicts`: the packet has a metric of that name
//! with another number. `unbacked`: no evidence has it. `unknown`: a result file could not be
//! read, so it may be in there.
//!
//! The card of several releases speaks for the newest; for an older one nothing is claimed.

use super::super::Context;
use super::failures::sections;
use super::metric::{Metric, shown};
use super::metrics::rounds_to;
use super::packet::{Packet, Suite, items, text_of};
use crate::kind::Kind;
use crate::link::Release;
use crate::parse::markdown::{BlockKind, Body, Cell, LabelForm, normalize};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &[
    "claims[*].definition",
    "claims[*].label",
    "claims[*].problem",
    "claims[*].source",
    "claims[*].status",
    "claims[*].written",
];

/// Headers of the columns that hold results; all others may be thresholds, sizes or
/// other models.
const RESULT_COLUMNS: &[&str] =
    &["result", "results", "value", "score", "scores", "measured", "this model", "this release"];

/// The most claims of a card that are looked at.
const MOST: usize = 500;

/// A number that the card gives as a result.
struct Claim {
    label: String,
    /// Its digits, without a sign of percent.
    digits: String,
    span: Span,
    /// Where the author gives it, in a sentence.
    source: String,
}

/// What the card itself is called.
const CARD: &str = "the card";

/// The folder beside a card with results as the Hub keeps them.
const HUB_RESULTS: &str = ".eval_results";

/// The facts of every claim of the card of a release.
pub(super) fn derive(
    context: &Context<'_>,
    release: &Release,
    card: Option<&Node>,
    packets: &[Packet<'_>],
    metrics: &[Metric<'_>],
) -> Vec<Node> {
    let documents = context.graph.documents;
    let (Some(card), Some(index)) = (card, release.card_document) else { return Vec::new() };
    let document = &documents[index];
    let Some(body) = &document.body else { return Vec::new() };
    if !speaks_for(context, release, &document.path) {
        return Vec::new();
    }
    let mut claims = model_index(&document.root);
    claims.extend(in_body(card, body));
    claims.extend(beside(documents, document));
    let evidence = Evidence::of(packets, metrics);
    claims.iter().take(MOST).map(|claim| facts(claim, metrics, &evidence)).collect()
}

/// Whether the card is the release's own, or the release is the newest that it serves.
pub(in super::super) fn speaks_for(context: &Context<'_>, release: &Release, card: &str) -> bool {
    let manifest = &context.graph.documents[release.document];
    if !tree::parent(&manifest.path).is_empty() && tree::parent(&manifest.path) == tree::parent(card) {
        return true;
    }
    let own = |key| manifest.root.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    let version = numbers(own("version"));
    let live =
        |status: &Option<String>| !matches!(status.as_deref(), Some("draft" | "deprecated" | "retired" | "superseded"));
    let mut others = context.graph.registries.of_model(own("model")).filter(|other| live(&other.status));
    !others.any(|other| numbers(&other.version) > version)
}

/// The numbers of a version, for their order.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Every number that the evidence has.
struct Evidence {
    values: Vec<f64>,
    /// Whether all of it could be read.
    whole: bool,
}

impl Evidence {
    fn of(packets: &[Packet<'_>], metrics: &[Metric<'_>]) -> Self {
        use super::packet::Evidence::Read;
        let suites = || packets.iter().flat_map(|packet| packet.suites.iter().chain(&packet.base));
        let measured = suites().filter_map(Suite::results).flat_map(|results| &results.measures);
        let mut values: Vec<f64> = measured.filter_map(|measure| measure.value).collect();
        values.extend(metrics.iter().filter_map(Metric::reading).map(|reading| reading.value));
        for packet in packets {
            let root = &packet.document.root;
            values.extend(items(root, "metrics").iter().filter_map(|metric| metric.get("baseline")?.as_f64()));
            let slices = items(root, "slices").iter().filter_map(|slice| slice.get("results"));
            values.extend(slices.flat_map(Node::entries).filter_map(|entry| entry.value.as_f64()));
        }
        values.retain(|value| value.is_finite());
        let whole = suites().all(|suite| suite.excused || matches!(suite.evidence, Read(_)));
        Self { whole: whole && !values.is_empty(), values }
    }
}

fn facts(claim: &Claim, metrics: &[Metric<'_>], evidence: &Evidence) -> Node {
    let words = words(&claim.label);
    let metric = metrics.iter().find(|metric| !words.is_empty() && self::words(metric.id) == words);
    let reading = metric.and_then(|metric| Some((metric, metric.reading()?)));
    let (status, problem, other) = match reading {
        Some((_, reading)) if says(&claim.digits, reading.value) => ("backed", String::new(), None),
        Some((metric, reading)) => {
            let problem = format!("the evidence for `{}` has {}", text::quote(metric.id), shown(reading.value));
            ("contradicts", problem, Some(reading.span))
        }
        None if evidence.values.iter().any(|value| says(&claim.digits, *value)) => ("backed", String::new(), None),
        None if evidence.whole => ("unbacked", "no result of the evaluation has this number".to_owned(), None),
        None => ("unknown", String::new(), None),
    };
    let mut node = Node::map(claim.span)
        .with("source", Node::string(claim.source.as_str(), claim.span))
        .with("label", Node::string(text::quote(&claim.label), claim.span))
        .with("written", Node::string(claim.digits.as_str(), claim.span))
        .with("status", Node::string(status, claim.span))
        .with("problem", Node::string(problem, claim.span));
    if let Some(span) = other {
        node.put("definition", Node::string("", span));
    }
    node
}

/// Whether a number is what was written, as it is or in percent.
fn says(digits: &str, value: f64) -> bool {
    [value, value * 100.0, value / 100.0].into_iter().any(|value| rounds_to(value, digits))
}

/// The words of a label or an id: `Recall at 5`, `recall_at_5`.
fn words(label: &str) -> Vec<String> {
    let split = label.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn in_body(card: &Node, body: &Body) -> Vec<Claim> {
    let mut claims = Vec::new();
    for section in sections(card, body, "evaluation-results") {
        for block in body.blocks_of(section) {
            if let BlockKind::Table(rows) = &block.kind {
                claims.extend(in_table(rows));
            }
        }
        let labels = body.labels_of(section).iter().filter(|label| label.form != LabelForm::Row);
        claims.extend(labels.filter_map(|label| {
            Some(Claim {
                label: label.name.clone(),
                digits: number(&label.value)?,
                span: label.value_span,
                source: CARD.to_owned(),
            })
        }));
    }
    claims
}

fn in_table(rows: &[Vec<Cell>]) -> Vec<Claim> {
    let Some((header, below)) = rows.split_first() else { return Vec::new() };
    let is_result = |cell: &Cell| RESULT_COLUMNS.contains(&normalize(&cell.text).as_str());
    let mut columns = header.iter().enumerate().filter(|(_, cell)| is_result(cell)).map(|(at, _)| at);
    let Some(column) = columns.next().filter(|at| *at > 0 && columns.next().is_none()) else { return Vec::new() };
    let claim = |row: &Vec<Cell>| {
        let cell = row.get(column)?;
        Some(Claim {
            label: row.first()?.text.clone(),
            digits: number(&cell.text)?,
            span: cell.span,
            source: CARD.to_owned(),
        })
    };
    below.iter().filter_map(claim).collect()
}

fn model_index(root: &Node) -> Vec<Claim> {
    let models = root.get("model-index").map(Node::one_or_many).unwrap_or_default();
    let results = models.iter().flat_map(|model| items(model, "results"));
    let metrics = results.flat_map(|result| items(result, "metrics"));
    let claim = |metric: &Node| {
        let value = metric.get("value").filter(|value| value.as_f64().is_some_and(f64::is_finite))?;
        let name = ["name", "type"].into_iter().map(|key| text_of(metric, key)).find(|name| !name.is_empty())?;
        Some(Claim {
            label: name.to_owned(),
            digits: number(value.text()?)?,
            span: value.span,
            source: CARD.to_owned(),
        })
    };
    metrics.filter_map(claim).collect()
}

/// What the files under `.eval_results` beside a card claim; what the Hub has verified is
/// no claim of the author.
fn beside(documents: &[Document], card: &Document) -> Vec<Claim> {
    let folder = tree::parent(&card.path);
    let prefix = if folder.is_empty() { format!("{HUB_RESULTS}/") } else { format!("{folder}/{HUB_RESULTS}/") };
    let first = documents.partition_point(|document| document.path.as_str() < prefix.as_str());
    let files = documents.iter().skip(first).take_while(|document| document.path.starts_with(&prefix));
    let claims = files.filter(|file| file.kind == Kind::HubEvalResults).flat_map(|file| {
        let name = text::quote(file.path.strip_prefix(folder).unwrap_or_default().trim_start_matches('/'));
        let own = file.root.items().iter().filter(|item| item.get("verifyToken").is_none());
        own.filter_map(move |item| {
            let value = item.get("value").filter(|value| value.as_f64().is_some_and(f64::is_finite))?;
            let label =
                item.at(&["dataset", "task_id"]).or_else(|| item.at(&["dataset", "id"])).and_then(Node::text)?;
            let digits = number(value.text()?)?;
            Some(Claim { label: label.to_owned(), digits, span: value.span, source: format!("`{name}`") })
        })
    });
    claims.collect()
}

/// The digits of a text that is one number, with a unit or a deviation at most.
fn number(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['*', '`', '_', '~', '≈']).trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let rest = rest.trim_start();
    let plain = rest.is_empty()
        || ["%", "±", "(", "+/-", "ms", "s ", "USD", "EUR", "\\%"].iter().any(|unit| rest.starts_with(unit));
    let digits = digits.trim_end_matches(['.', ',']);
    let number = digits.replace(',', "");
    (plain && digits.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_one_number() {
        for (text, digits) in [
            ("0.934", Some("0.934")),
            ("**93.4 %**", Some("93.4")),
            ("0.934 ± 0.004", Some("0.934")),
            ("3,000", Some("3000")),
            ("980 ms", Some("980")),
            ("at least 0.92", None),
            ("0.9–0.95", None),
            ("1.4.0", None),
            ("2026-10-28", None),
            ("none", None),
        ] {
            assert_eq!(number(text).as_deref(), digits, "{text}");
        }
    }

    #[test]
    fn a_claim_is_what_the_evidence_says_in_percent_too() {
        assert!(says("93.4", 0.934));
        assert!(says("0.93", 0.934));
        assert!(says("0.934", 93.4));
        assert!(!says("0.95", 0.934));
    }
}
