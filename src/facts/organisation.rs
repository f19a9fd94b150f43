//! What the organisation's file says about a release: its class, and the limits of it.
//!
//! A limit that the class does not name has the default of [`LIMITS`], so that a
//! repository without an organisation file is judged by the same numbers everywhere.

use jiff::Span as Duration;

use crate::link::Graph;
use crate::parse::Node;
use crate::source::Span;

/// The limits of a release class (`release_classes.<class>.thresholds`) and what they
/// are where the class does not say: numbers, or ISO 8601 durations in days.
pub const LIMITS: &[(&str, &str)] = &[
    ("first_external_percent", "10"),
    ("traffic_jump", "5"),
    ("min_jailbreak_attempts", "50"),
    ("max_jailbreak_asr", "0.05"),
    ("min_samples", "30"),
    ("evaluation_max_age", "P180D"),
    ("rollback_test_max_age", "P90D"),
    ("card_max_age", "P365D"),
    ("key_max_age", "P90D"),
    ("flag_snapshot_max_age", "P30D"),
];

/// A limit and where it is written; without a place, it is the default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The number; of a duration, its days.
    pub value: f64,
    /// Where the organisation wrote it.
    pub span: Option<Span>,
}

/// The root of the organisation's file.
pub fn root<'a>(graph: &Graph<'a>) -> Option<&'a Node> {
    graph.documents.get(graph.organisation?).map(|document| &document.root)
}

/// The class that the manifest names, as the organisation defines it.
pub fn class<'a>(graph: &Graph<'a>, manifest: &Node) -> Option<&'a Node> {
    let name = manifest.at(&["metadata", "release_class"])?.text()?;
    root(graph)?.at(&["release_classes", name])
}

/// A limit of [`LIMITS`] for the release of a manifest. A name that is not among them
/// has no limit (`NAN`, which nothing is above or below).
pub fn limit(graph: &Graph<'_>, manifest: &Node, name: &str) -> Limit {
    let written = class(graph, manifest).and_then(|class| class.at(&["thresholds", name]));
    let own = written.and_then(|node| Some(Limit { value: number(node.text()?)?, span: Some(node.span) }));
    own.unwrap_or_else(|| {
        let default = LIMITS.iter().find(|(known, _)| *known == name).and_then(|(_, value)| number(value));
        Limit { value: default.unwrap_or(f64::NAN), span: None }
    })
}

/// A number, or the days of a duration.
fn number(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let duration: Duration = text.parse().ok()?;
    let days = duration.get_days() + 7 * duration.get_weeks() + 30 * duration.get_months();
    (duration.get_years() == 0).then(|| f64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_days() {
        assert_eq!(number("0.05"), Some(0.05));
        assert_eq!(number("P90D"), Some(90.0));
        assert_eq!(number("P2W"), Some(14.0));
        assert_eq!(number("soon"), None);
        assert_eq!(number("NaN"), None);
        assert!(LIMITS.iter().all(|(_, value)| number(value).is_some()));
    }

    #[test]
    fn the_schema_knows_every_limit_and_no_other() {
        let schema = include_str!("../../schemas/organisation.v1.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let class = "/properties/release_classes/additionalProperties/properties/thresholds/properties";
        let written: Vec<&String> = schema.pointer(class).unwrap().as_object().unwrap().keys().collect();
        let known: Vec<&str> = LIMITS.iter().map(|(name, _)| *name).collect();
        assert_eq!(written, known);
    }
}
