//! Every number that waivers are judged by.
//!
//! An organisation that wants other numbers writes them in the `waivers` section of its
//! file; the documentation (`docs/waivers.md`) names them as well. What is not a number
//! that the schema of that file allows is a finding there, and the default counts.

use crate::facts::organisation;
use crate::link::Graph;
use crate::parse::Node;
use crate::rule::Severity;
use crate::source::Span;

/// The numbers of [`Limits`] as an organisation's file calls them, what they are where
/// it does not say, and the least and the most that they can be.
pub const NAMES: [(&str, i32, i32, i32); 4] = [
    ("max_days_error", 90, 1, 3650),
    ("max_days", 180, 1, 3650),
    ("expiring_days", 14, 0, 365),
    ("min_reason_characters", 20, 1, 1000),
];

/// The most waivers of one file, and the most comments of one document, that are read:
/// whoever needs more has another problem.
pub const WAIVERS: usize = 1_000;

/// See [`WAIVERS`].
pub const COMMENTS: usize = 100;

/// The most bytes of a comment that is read.
pub const COMMENT_BYTES: usize = 4_096;

/// A number and where it is written; without a place, it is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The number.
    pub value: i32,
    /// Where the organisation wrote it.
    pub span: Option<Span>,
}

/// The numbers that an organisation can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most days that a waiver of an error may last.
    pub error_days: Limit,
    /// The most days that a waiver of anything less may last.
    pub other_days: Limit,
    /// A waiver with fewer days left than this is announced.
    pub expiring_days: Limit,
    /// The fewest characters of a reason.
    pub reason_characters: Limit,
}

impl Limits {
    /// The limits of the organisation whose releases these are.
    pub fn of(graph: &Graph<'_>) -> Self {
        Self::read(organisation::root(graph).and_then(|root| root.get("waivers")))
    }

    fn read(section: Option<&Node>) -> Self {
        let [error_days, other_days, expiring_days, reason_characters] = NAMES.map(|(name, default, least, most)| {
            let written = section.and_then(|section| section.get(name));
            let own = written.and_then(|node| Some((node.text()?.parse::<i32>().ok()?, node.span)));
            own.filter(|(value, _)| (least..=most).contains(value))
                .map_or(Limit { value: default, span: None }, |(value, span)| Limit { value, span: Some(span) })
        });
        Self { error_days, other_days, expiring_days, reason_characters }
    }

    /// The most days that a waiver of a finding of this weight may last.
    pub fn most_days(&self, severity: Severity) -> Limit {
        if severity == Severity::Error { self.error_days } else { self.other_days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    #[test]
    fn only_a_number_that_the_schema_allows_is_a_limit() {
        let days = |text: &str| {
            let root = yaml::parse(text, SourceId(0), 0).root;
            Limits::read(root.as_ref()).most_days(Severity::Error).value
        };
        assert_eq!(days("max_days_error: 30"), 30);
        for text in ["max_days: 30", "max_days_error: 0", "max_days_error: 3651", "max_days_error: P30D", "[]", ""] {
            assert_eq!(days(text), 90, "{text}");
        }
    }

    #[test]
    fn the_schema_knows_every_limit_and_no_other() {
        let schema = include_str!("../../schemas/organisation.v1.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let properties = schema.pointer("/properties/waivers/properties").unwrap().as_object().unwrap();
        assert_eq!(properties.len(), NAMES.len());
        for (name, default, least, most) in NAMES {
            let property = &properties[name];
            let number = |key: &str| property[key].as_i64();
            let written = (number("default"), number("minimum"), number("maximum"));
            assert_eq!(written, (Some(default.into()), Some(least.into()), Some(most.into())), "{name}");
        }
    }
}
