//! Every number that waivers are judged by.
//!
//! An organisation that wants other numbers changes them here, in one place; the
//! documentation (`docs/waivers.md`) names them as well.

use crate::rule::Severity;

/// The most days that a waiver of an error may last.
pub const ERROR_DAYS: i64 = 90;

/// The most days that a waiver of anything less may last.
pub const OTHER_DAYS: i64 = 180;

/// A waiver with fewer days left than this is announced.
pub const EXPIRING_DAYS: i32 = 14;

/// The fewest characters of a reason.
pub const REASON_CHARACTERS: usize = 20;

/// The most waivers of one file, and the most comments of one document, that are read:
/// whoever needs more has another problem.
pub const WAIVERS: usize = 1_000;

/// See [`WAIVERS`].
pub const COMMENTS: usize = 100;

/// The most bytes of a comment that is read.
pub const COMMENT_BYTES: usize = 4_096;

/// The most days that a waiver of a finding of this weight may last.
pub fn most_days(severity: Severity) -> i64 {
    if severity == Severity::Error { ERROR_DAYS } else { OTHER_DAYS }
}
