//! What the values of result files mean: numbers, counts, times, names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Named, Setting};
use crate::parse::{Node, Scalar, ScalarKind, Value};
use crate::text::{self, quote};

/// The number at a node, or why it is none.
pub(super) fn number(node: &Node) -> Result<f64, String> {
    let Value::Scalar(Scalar { kind, text }) = &node.value else {
        return Err(format!("is a {}, not a number", node.type_name()));
    };
    match kind {
        ScalarKind::Null => Err("is null".to_owned()),
        _ => match node.as_f64() {
            Some(value) if value.is_finite() => Ok(value),
            _ => Err(format!("is `{}`, not a number", quote(text))),
        },
    }
}

/// The number at a node, where there is one.
pub(super) fn known(node: Option<&Node>) -> Option<f64> {
    node.and_then(|node| number(node).ok())
}

/// The whole number at a node: a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range, as checked")]
pub(super) fn whole(node: Option<&Node>) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    known(node).filter(|value| (0.0..=EXACT).contains(value) && value.fract() == 0.0).map(|value| value as u64)
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of samples are far below 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// A name: text that is not empty.
pub(super) fn named(node: Option<&Node>) -> Option<Named> {
    let node = node?;
    let text = node.text().map(str::trim).filter(|text| !text.is_empty())?;
    Some(Named { text: clip(text).to_owned(), span: node.span })
}

/// A time in UTC, to the second; a day stays a day. A number is seconds since 1970.
pub(super) fn time(node: Option<&Node>) -> Option<Named> {
    let node = node?;
    let text = match node.as_f64() {
        Some(seconds) => instant(seconds)?,
        None => moment(node.as_str()?.trim())?,
    };
    Some(Named { text, span: node.span })
}

#[expect(clippy::cast_possible_truncation, reason = "in range, as checked")]
pub(super) fn instant(seconds: f64) -> Option<String> {
    let whole = seconds.is_finite().then(|| seconds.floor()).filter(|seconds| seconds.abs() < 1e11)?;
    Some(Timestamp::from_second(whole as i64).ok()?.to_string())
}

fn moment(text: &str) -> Option<String> {
    let second = |at: Timestamp| Timestamp::from_second(at.as_second()).ok().map(|at| at.to_string());
    if let Ok(at) = text.parse::<Timestamp>() {
        return second(at);
    }
    if text.len() <= 10 {
        return text.parse::<Date>().ok().map(|day| day.to_string());
    }
    second(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A setting with the value of a node, where it has one.
pub(super) fn setting(name: &'static str, node: Option<&Node>) -> Option<Setting> {
    let node = node?;
    Some(Setting { name, value: clip(node.text()?).to_owned(), span: node.span })
}

/// The same of a node that may hold others, as JSON.
pub(super) fn written(name: &'static str, node: Option<&Node>) -> Option<Setting> {
    let node = node.filter(|node| !node.is_null())?;
    let value = node.text().map_or_else(|| node.to_json().to_string(), str::to_owned);
    Some(Setting { name, value: clip(&value).to_owned(), span: node.span })
}

/// As much of a name as is kept: it is repeated in every number below it.
pub(super) fn clip(text: &str) -> &str {
    text::clip(text, 300)
}

/// The entries of a mapping by key, for many look-ups.
pub(super) fn index(node: Option<&Node>) -> BTreeMap<&str, &Node> {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (&*entry.key, &entry.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    #[test]
    fn times_are_utc_and_days_stay_days() {
        let span = Span::file(SourceId(0));
        let text = |written: &str| time(Some(&Node::string(written, span))).map(|named| named.text);
        assert_eq!(text("2025-05-12T20:28:15-04:00").as_deref(), Some("2025-05-13T00:28:15Z"));
        assert_eq!(text("2025-08-28T14:06:48.670733").as_deref(), Some("2025-08-28T14:06:48Z"));
        assert_eq!(text("2026-10-28T11:02:00.000Z").as_deref(), Some("2026-10-28T11:02:00Z"));
        assert_eq!(text("2026-10-28").as_deref(), Some("2026-10-28"));
        assert_eq!(text("yesterday"), None);
        let unix = |seconds| time(Some(&Node::float(seconds, span))).map(|named| named.text);
        assert_eq!(unix(1_793_174_400.25).as_deref(), Some("2026-10-28T08:00:00Z"));
        assert_eq!(unix(f64::NAN), None);
        assert_eq!(unix(1e300), None);
    }

    #[test]
    fn a_count_is_whole_and_not_negative() {
        let span = Span::file(SourceId(0));
        assert_eq!(whole(Some(&Node::int(3, span))), Some(3));
        assert_eq!(whole(Some(&Node::float(3.0, span))), Some(3));
        for value in [-1.0, 0.5, 1e300, f64::INFINITY] {
            assert_eq!(whole(Some(&Node::float(value, span))), None, "{value}");
        }
    }
}
