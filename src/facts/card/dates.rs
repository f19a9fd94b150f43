//! Dates as people write them in cards.

use std::sync::LazyLock;

use regex::{Captures, Regex};

#[expect(clippy::expect_used, reason = "the patterns are literals, and a test runs each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

const MONTH: &str = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?";

/// `2024-10-24`, `2024/10/24`, `2024.10.24`.
static YEAR_FIRST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?-u)\b([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:\b|T)"));
/// `Oct 24, 2024`, `October 24th 2024`.
static MONTH_FIRST: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"(?i-u)\b{MONTH} ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}})\b")));
/// `24 Oct 2024`, `24th of October, 2024`.
static DAY_FIRST: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"(?i-u)\b([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH},? ([0-9]{{4}})\b")));
/// `25/09/2026`, where only one of the two can be the month.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| regex(r"(?-u)\b([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})\b"));

/// `June 2024`, `Sep. 2024`.
static MONTH_ONLY: LazyLock<Regex> = LazyLock::new(|| regex(&format!(r"(?i-u)\b{MONTH},? ([0-9]{{4}})\b")));
/// `2024-06`.
static YEAR_MONTH: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?-u)\b([0-9]{4})-([0-9]{2})(?:[\x20-\x2c\x2e\x2f\x3a-\x7e]|$)"));

/// The first day that a text names, as `2024-10-24`. `06/05/2024` names none: it is
/// another day on each side of the ocean. A month stands for its first day.
pub(super) fn day(text: &str) -> Option<String> {
    let month = |name: &str| {
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        names.iter().position(|month| *month == name.to_ascii_lowercase()).map(|at| at + 1)
    };
    let text_of = |found: &Captures<'_>, group: usize| found.get(group).map_or("", |group| group.as_str()).to_owned();
    let number = |found: &Captures<'_>, group: usize| text_of(found, group).parse::<usize>().unwrap_or(0);
    let found = YEAR_FIRST
        .captures(text)
        .map(|found| (number(&found, 1), number(&found, 2), number(&found, 3)))
        .or_else(|| {
            let found = MONTH_FIRST.captures(text)?;
            Some((number(&found, 3), month(&text_of(&found, 1))?, number(&found, 2)))
        })
        .or_else(|| {
            let found = DAY_FIRST.captures(text)?;
            Some((number(&found, 3), month(&text_of(&found, 2))?, number(&found, 1)))
        })
        .or_else(|| {
            let found = NUMBERS.captures(text)?;
            let (a, b, year) = (number(&found, 1), number(&found, 2), number(&found, 3));
            match (a, b) {
                (13.., 1..=12) => Some((year, b, a)),
                (1..=12, 13..) => Some((year, a, b)),
                _ => None,
            }
        })
        .or_else(|| {
            // Of several months the last: "trained between January and July 2023".
            let found = MONTH_ONLY.captures_iter(text).last()?;
            Some((number(&found, 2), month(&text_of(&found, 1))?, 1))
        })
        .or_else(|| YEAR_MONTH.captures(text).map(|found| (number(&found, 1), number(&found, 2), 1)));
    let (year, month, day) = found?;
    let real = (1900..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, iso) in [
            ("2024-10-24", Some("2024-10-24")),
            ("on 2024/7/1.", Some("2024-07-01")),
            ("2023.12.27", Some("2023-12-27")),
            ("Oct 24, 2024", Some("2024-10-24")),
            ("The weights are of September 3rd 2024.", Some("2024-09-03")),
            ("24th of October, 2024", Some("2024-10-24")),
            ("v0.1 — 25/09/2026", Some("2026-09-25")),
            ("09/25/2026", Some("2026-09-25")),
            ("06/05/2024", None),
            ("June 2024", Some("2024-06-01")),
            ("between January 2024 and July 2024", Some("2024-07-01")),
            ("Sept. 2024", Some("2024-09-01")),
            ("2024-06", Some("2024-06-01")),
            ("2024-2025", None),
            ("summer 2024", None),
            ("2024-13-40", None),
            ("99/99/2024", None),
            ("", None),
        ] {
            assert_eq!(day(text).as_deref(), iso, "{text:?}");
        }
    }
}
