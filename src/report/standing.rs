//! How releases and the run as a whole stand, in the words that every report for
//! people uses.

use std::collections::BTreeSet;

use crate::outcome::{AreaState, Outcome, ReleaseSummary};
use crate::rule::Severity;
use crate::text::{self, sanitize};

/// How a release stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    NotReady,
    Doubtful,
    Unknown,
    Ready,
}

impl Standing {
    /// Errors in a release's documents count, whether they belong to an area or not.
    fn of(release: &ReleaseSummary, with_errors: &BTreeSet<&str>) -> Self {
        let any = |state: fn(&AreaState) -> bool| release.areas.iter().any(|area| state(&area.state));
        if any(|state| *state == AreaState::Fail)
            || release.files.iter().any(|file| with_errors.contains(file.as_str()))
        {
            Self::NotReady
        } else if any(|state| *state == AreaState::Warn) {
            Self::Doubtful
        } else if any(|state| matches!(state, AreaState::NotAssessed(_))) {
            Self::Unknown
        } else {
            Self::Ready
        }
    }

    /// What people read.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotReady => "not ready",
            Self::Doubtful => "ready, with warnings",
            Self::Unknown => "ready, as far as it could be judged",
            Self::Ready => "ready",
        }
    }
}

/// Every release and how it stands, in the order of the outcome.
pub(super) fn of_all(outcome: &Outcome) -> Vec<(Standing, &ReleaseSummary)> {
    let errors = outcome.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let with_errors: BTreeSet<&str> = errors.map(|finding| outcome.sources.of(finding.primary.span).path()).collect();
    outcome.releases.iter().map(|release| (Standing::of(release, &with_errors), release)).collect()
}

/// `support-assistant 2.1.0 at offline_evals`.
pub(super) fn name(release: &ReleaseSummary) -> String {
    let mut name = match (&release.model, &release.version) {
        (Some(model), Some(version)) => format!("{} {}", text::quote(model), text::quote(version)),
        _ => text::quote(&release.id),
    };
    if let Some(stage) = &release.stage {
        name.push_str(" at ");
        name.push_str(&text::quote(stage));
    }
    sanitize(&name).into_owned()
}

/// What the run failed on, or why it did not fail.
pub(super) fn why(outcome: &Outcome) -> String {
    let Some(limit) = outcome.fail_on.filter(|_| !outcome.findings.is_empty()) else {
        return if outcome.findings.is_empty() {
            String::new()
        } else {
            ": passed, as no finding fails this run".into()
        };
    };
    let counts = outcome.counts();
    let by_severity =
        [(Severity::Error, counts.errors), (Severity::Warning, counts.warnings), (Severity::Note, counts.notes)];
    let failing: Vec<String> = by_severity
        .iter()
        .filter(|(severity, n)| *severity >= limit && *n > 0)
        .map(|(severity, n)| text::count(*n, severity.as_str()))
        .collect();
    if failing.is_empty() {
        let what = match limit {
            Severity::Error => "only errors fail",
            Severity::Warning | Severity::Note => "only errors and warnings fail",
        };
        return format!(": passed, as {what} this run");
    }
    format!(": failed on {}", failing.join(" and "))
}
