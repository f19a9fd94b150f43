//! The organisation's calendar: which days it works, and when something is due.
//!
//! Days begin and end in the organisation's time zone (UTC where it names none), by the
//! rules for time zones that are part of this program, so that every machine says the
//! same. What is due after N business days is due at the end of the N-th one after the
//! request; a request on a day off counts from the next business day on. *Same day* is
//! the local date of the request.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};

use crate::parse::Node;

/// The time zones of this program; what a machine knows of them is not asked.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The days of the week as the organisation's file writes them.
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// More days off in a row than this, and nothing is ever due.
const MOST_DAYS_OFF: u32 = 366;

/// The most business days that a step may be given; beyond that it has no deadline.
const MOST_BUSINESS_DAYS: u32 = 1_000;

/// How long something may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Until the end of the local date of the request.
    SameDay,
    /// Until the end of that business day after the request.
    BusinessDays(u32),
}

impl Allowance {
    /// Reads `same day`, `same_day`, `1 business day`, `2 business days`.
    pub fn parse(text: &str) -> Option<Self> {
        if matches!(text, "same day" | "same_day") {
            return Some(Self::SameDay);
        }
        let (number, unit) = text.split_once(' ')?;
        let days = number.parse().ok().filter(|days| (1..=MOST_BUSINESS_DAYS).contains(days))?;
        matches!(unit, "business day" | "business days").then_some(Self::BusinessDays(days))
    }
}

/// When an organisation works.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    workdays: Vec<Weekday>,
    holidays: BTreeSet<Date>,
}

impl Calendar {
    /// The calendar of the organisation's file: Monday to Friday in UTC where it says
    /// nothing. A time zone that there is not counts as UTC; [`Calendar::knows`] tells.
    pub fn of(organisation: Option<&Node>) -> Self {
        let text = |key: &str| organisation.and_then(|root| root.get(key)).and_then(Node::text);
        let items = |key: &str| organisation.and_then(|root| root.get(key)).map(Node::items).unwrap_or_default();
        let named: Vec<&str> = items("workweek").iter().filter_map(Node::text).collect();
        let works = |name: &str, day: Weekday| {
            if named.is_empty() { day != Weekday::Saturday && day != Weekday::Sunday } else { named.contains(&name) }
        };
        Self {
            zone: text("timezone").and_then(|name| ZONES.get(name).ok()).unwrap_or(TimeZone::UTC),
            workdays: WEEKDAYS.iter().filter(|(name, day)| works(name, *day)).map(|(_, day)| *day).collect(),
            holidays: items("holidays").iter().filter_map(|day| day.text()?.parse().ok()).collect(),
        }
    }

    /// Whether there is a time zone of that name.
    pub fn knows(zone: &str) -> bool {
        ZONES.get(zone).is_ok()
    }

    /// The local date of an instant.
    pub fn date(&self, time: Timestamp) -> Date {
        time.to_zoned(self.zone.clone()).date()
    }

    /// Whether the organisation works on a day.
    pub fn is_business_day(&self, day: Date) -> bool {
        self.workdays.contains(&day.weekday()) && !self.holidays.contains(&day)
    }

    /// The last day on which what was asked for at `requested` is in time. `None` where
    /// the calendar has no end of days off.
    pub fn due(&self, requested: Timestamp, allowance: Allowance) -> Option<Date> {
        let asked = self.date(requested);
        match allowance {
            Allowance::SameDay => Some(asked),
            Allowance::BusinessDays(days) => {
                let mut day = if self.is_business_day(asked) { asked } else { self.next(asked)? };
                for _ in 0..days.min(MOST_BUSINESS_DAYS) {
                    day = self.next(day)?;
                }
                Some(day)
            }
        }
    }

    /// The first business day after a day.
    fn next(&self, day: Date) -> Option<Date> {
        let mut next = day;
        for _ in 0..MOST_DAYS_OFF {
            next = next.checked_add(1.day()).ok()?;
            if self.is_business_day(next) {
                return Some(next);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    fn calendar(text: &str) -> Calendar {
        Calendar::of(yaml::parse(text, SourceId(0), 0).root.as_ref())
    }

    fn due(calendar: &Calendar, requested: &str, allowance: &str) -> String {
        let due = calendar.due(requested.parse().unwrap(), Allowance::parse(allowance).unwrap());
        due.map_or_else(|| "never".to_owned(), |day| day.to_string())
    }

    #[test]
    fn days_are_those_of_the_organisation() {
        let dublin = calendar("timezone: Europe/Dublin\nholidays: [2026-10-26]");
        assert_eq!(due(&dublin, "2026-11-02T08:30:00Z", "1 business day"), "2026-11-03");
        assert_eq!(due(&dublin, "2026-11-06T17:00:00Z", "1 business day"), "2026-11-09", "over the weekend");
        assert_eq!(due(&dublin, "2026-11-07T09:00:00Z", "1 business day"), "2026-11-10", "from Monday on");
        assert_eq!(due(&dublin, "2026-10-23T09:00:00Z", "2 business days"), "2026-10-28", "Monday is a holiday");
        assert_eq!(due(&dublin, "2026-11-07T09:00:00Z", "same day"), "2026-11-07");
        // Half past eleven in the evening UTC is the next day in summer.
        assert_eq!(due(&dublin, "2026-07-01T23:30:00Z", "same day"), "2026-07-02");
        let gulf = calendar("timezone: Asia/Dubai\nworkweek: [sun, mon, tue, wed, thu]");
        assert_eq!(due(&gulf, "2026-11-05T09:00:00Z", "1 business day"), "2026-11-08", "Thursday to Sunday");
        let nobody = calendar("timezone: Mars/Olympus\nworkweek: [never]");
        assert_eq!(due(&nobody, "2026-11-05T09:00:00Z", "1 business day"), "never");
        assert!(!Calendar::knows("Mars/Olympus") && Calendar::knows("America/New_York"));
    }

    #[test]
    fn an_allowance_is_one_pattern() {
        assert_eq!(Allowance::parse("same_day"), Some(Allowance::SameDay));
        assert_eq!(Allowance::parse("2 business days"), Some(Allowance::BusinessDays(2)));
        for wrong in ["", "soon", "0 business days", "-1 business days", "2 days", "99999999999 business days"] {
            assert_eq!(Allowance::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_due_is_a_business_day_after_the_request(
            second in 1_500_000_000_i64..2_500_000_000,
            days in 1_u32..40,
            off in proptest::collection::btree_set("20[12][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", 0..30),
        ) {
            let holidays: Vec<String> = off.into_iter().collect();
            let calendar = calendar(&format!("timezone: America/New_York\nholidays: [{}]", holidays.join(", ")));
            let requested = Timestamp::from_second(second).unwrap();
            let due = |days| calendar.due(requested, Allowance::BusinessDays(days)).unwrap();
            prop_assert!(calendar.is_business_day(due(days)));
            prop_assert!(due(days) > calendar.date(requested));
            prop_assert!(due(days) < due(days + 1), "one day more is later");
            let mut day = calendar.date(requested);
            let mut worked = 0;
            let begins = (0..).find_map(|_| {
                let here = day;
                day = day.tomorrow().unwrap();
                calendar.is_business_day(here).then_some(here)
            }).unwrap();
            let mut day = begins;
            while day < due(days) {
                day = day.tomorrow().unwrap();
                worked += u32::from(calendar.is_business_day(day));
            }
            prop_assert_eq!(worked, days, "so many business days lie between");
        }
    }
}
