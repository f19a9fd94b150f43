//! Days, instants and durations as documents write them.

use jiff::civil::Date;
use jiff::{Span, Timestamp, Unit};

use crate::parse::Node;

/// The day of `2026-08-01` or `2026-08-01T09:00:00Z`, in its own offset.
pub fn day(node: &Node) -> Option<Date> {
    node.text()?.get(..10)?.parse().ok()
}

/// The instant of a time with its offset.
pub fn instant(node: &Node) -> Option<Timestamp> {
    node.text()?.parse().ok()
}

/// How many days ago a day was.
pub fn age(day: Date, as_of: Date) -> i32 {
    as_of.since(day).map_or(i32::MAX, |span| span.get_days())
}

/// The seconds of a duration: `PT10M`, `P3D` (of 24 hours), `P1W`, `P1M` (of 30 days).
pub fn seconds(node: &Node) -> Option<f64> {
    let span: Span = node.text()?.parse().ok()?;
    let months = f64::from(span.get_months()) + 12.0 * f64::from(span.get_years());
    let rest = span.months(0).years(0).total((Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
    Some(months * 30.0 * 86_400.0 + rest)
}

/// The whole days of a duration.
pub fn days(node: &Node) -> Option<f64> {
    seconds(node).map(|seconds| seconds / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span as Place};

    #[test]
    fn durations() {
        let of = |text: &str| seconds(&Node::string(text, Place::file(SourceId(0))));
        assert_eq!(of("PT10M"), Some(600.0));
        assert_eq!(of("P2D"), Some(172_800.0));
        assert_eq!(of("P1W"), Some(604_800.0));
        assert_eq!(of("P1M"), Some(2_592_000.0));
        assert_eq!(of("soon"), None);
    }
}
