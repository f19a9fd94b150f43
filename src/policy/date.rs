//! Checks of dates and times.
//!
//! A date is `2026-08-01`; a time is RFC 3339 with its offset,
//! `2026-08-01T09:00:00Z`. The day of a time is the day in its own offset. Two
//! times are compared as instants; where one side has no time of day, as days,
//! and then the same day is neither before nor after.

use std::cmp::Ordering;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use regex::Regex;

use super::lookup::Scope;
use super::model::{DateCheck, Operand};
use super::predicate::{Checked, Fault, beside, mismatch, others, wrong};
use crate::parse::Node;
use crate::text::{count, quote};

/// RFC 3339, section 5.6: `full-date`, or `date-time`.
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (two, four) = ("[0-9]{2}", "[0-9]{4}");
    let time = format!(r"[Tt ]{two}:{two}:{two}(?:\.[0-9]+)?(?:[Zz]|[+-]{two}:{two})");
    Regex::new(&format!("^({four}-{two}-{two})(?:{time})?$")).ok()
});

/// A day, and the instant where there is a time of day.
struct Moment {
    day: Date,
    instant: Option<Timestamp>,
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let day = FORM.as_ref()?.captures(text)?.get(1)?.as_str().parse().ok()?;
        let instant = if text.len() > 10 { Some(text.parse().ok()?) } else { None };
        Some(Self { day, instant })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self.instant, other.instant) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.day.cmp(&other.day),
        }
    }
}

fn moment<'a>(node: &Node) -> Result<Moment, Fault<'a>> {
    let text = node.as_str().ok_or_else(|| mismatch("date", node))?;
    Moment::parse(text).ok_or_else(|| {
        let own = quote(text);
        wrong(format!("`{own}` is not a date; write `2026-08-01` or `2026-08-01T09:00:00Z`"))
    })
}

/// Whether all checks hold of one date; what only comes near is said last.
pub(super) fn all<'a>(checks: &'a [DateCheck], node: &Node, scope: &Scope<'a>) -> Checked<'a> {
    let near = |check: &&DateCheck| matches!(check, DateCheck::WarnWithin(_));
    let hard = checks.iter().filter(|check| !near(check));
    hard.chain(checks.iter().filter(near)).try_for_each(|one| check(one, node, scope))
}

/// Whether one check holds of one date.
fn check<'a>(check: &'a DateCheck, node: &Node, scope: &Scope<'a>) -> Checked<'a> {
    let own = moment(node)?;
    let (shown, today) = (quote(node.text().unwrap_or("")), scope.as_of);
    match check {
        DateCheck::NotFuture if own.day > today => Err(wrong(format!("`{shown}` is in the future of {today}"))),
        DateCheck::NotPast if own.day < today => Err(wrong(format!("`{shown}` has passed: today is {today}"))),
        DateCheck::MaxAge(days) => {
            let age = today.since(own.day).map_or(i32::MAX, |span| span.get_days());
            if age <= *days {
                return Ok(());
            }
            Err(wrong(format!("`{shown}` is older than {days} days on {today}")))
        }
        DateCheck::WarnWithin(days) => {
            let left = own.day.since(today).map_or(i32::MAX, |span| span.get_days());
            if left > *days {
                return Ok(());
            }
            Err(Fault::Soon(match left {
                left if left < 0 => format!("`{shown}` has passed: today is {today}"),
                0 => format!("`{shown}` is today"),
                left => format!("`{shown}` is {} away", count(usize::try_from(left).unwrap_or(0), "day")),
            }))
        }
        DateCheck::NotFuture | DateCheck::NotPast => Ok(()),
        DateCheck::Before(other) => compare(&own, other, scope, &shown, Ordering::is_lt, "not before"),
        DateCheck::After(other) => compare(&own, other, scope, &shown, Ordering::is_gt, "not after"),
        DateCheck::NotAfter(other) => compare(&own, other, scope, &shown, Ordering::is_le, "after"),
        DateCheck::NotBefore(other) => compare(&own, other, scope, &shown, Ordering::is_ge, "before"),
    }
}

fn compare<'a>(
    own: &Moment,
    operand: &'a Operand,
    scope: &Scope<'a>,
    shown: &str,
    right: fn(Ordering) -> bool,
    words: &str,
) -> Checked<'a> {
    match operand {
        Operand::Literal(literal) => match Moment::parse(&literal.text) {
            Some(other) if right(own.cmp(&other)) => Ok(()),
            _ => Err(wrong(format!("`{shown}` is {words} `{}`", quote(&literal.text)))),
        },
        Operand::At(selector) => {
            for hit in others(selector, scope)? {
                let other = moment(hit.node)?;
                if !right(own.cmp(&other)) {
                    let theirs = quote(hit.node.text().unwrap_or(""));
                    return Err(Fault::Wrong(format!("`{shown}` is {words} `{theirs}`"), beside(&hit, &theirs)));
                }
            }
            Ok(())
        }
    }
}
