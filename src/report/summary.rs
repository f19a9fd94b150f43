//! The end of the human report: how each release stands, what was not judged, what is
//! waived, and the verdict with what it came from.

use std::collections::BTreeSet;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::RenderOptions;
use super::place;
use super::wrap::{Ink, flow, hang};
use crate::kind::Kind;
use crate::outcome::{AreaState, NotAssessed, Outcome, ReleaseSummary};
use crate::rule::Severity;
use crate::text::{self, sanitize};

/// Releases that are shown without being asked for; the worst first.
const RELEASES: usize = 20;

/// Waived findings that are shown without being asked for.
const WAIVED: usize = 10;

/// Things not assessed that are shown without being asked for.
const NOT_ASSESSED: usize = 5;

/// Writes it.
pub(super) fn render(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    releases(outcome, options, out)?;
    not_assessed(&outcome.not_assessed, options, out)?;
    waived(outcome, options, out)?;
    writeln!(out, "{}", last_line(outcome, options))
}

/// How a release stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
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

    fn words(self) -> (&'static str, Ink) {
        match self {
            Self::NotReady => ("not ready", Ink::Bad),
            Self::Doubtful => ("ready, with warnings", Ink::Doubtful),
            Self::Unknown => ("ready, as far as it could be judged", Ink::Doubtful),
            Self::Ready => ("ready", Ink::Good),
        }
    }
}

fn releases(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let errors = outcome.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let with_errors: BTreeSet<&str> = errors.map(|finding| outcome.sources.of(finding.primary.span).path()).collect();
    let standing = outcome.releases.iter().map(|release| (Standing::of(release, &with_errors), release));
    let mut standing: Vec<(Standing, &ReleaseSummary)> = standing.collect();
    let shown = if options.verbose { standing.len() } else { standing.len().min(RELEASES) };
    if shown < standing.len() {
        standing.sort_by_key(|(standing, _)| *standing);
    }
    for (standing, release) in standing.iter().take(shown) {
        let (words, ink) = standing.words();
        let path = Ink::Aside.paint(&format!("({})", sanitize(&release.path)), options);
        writeln!(out, "{}: {} {path}", Ink::Strong.paint(&name(release), options), ink.paint(words, options))?;
        let judged = judged(release, options);
        if !judged.is_empty() {
            writeln!(out, "  {}", flow(2, judged, 3, options.width))?;
        }
        for (words, ink) in not_judged(release, options) {
            writeln!(out, "  {}", ink.paint(&hang(4, &words, options.width), options))?;
        }
    }
    if shown < standing.len() {
        let left = standing.len() - shown;
        let ready = standing.iter().skip(shown).filter(|(standing, _)| *standing == Standing::Ready).count();
        writeln!(out, "and {} more, {ready} of them ready", text::count(left, "release"))?;
    }
    if !outcome.releases.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// `support-assistant 2.1.0 at offline_evals`.
fn name(release: &ReleaseSummary) -> String {
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

/// The areas that were judged, as pieces with their widths.
fn judged(release: &ReleaseSummary, options: &RenderOptions) -> Vec<(String, usize)> {
    let piece = |mark: &str, ink: Ink, name: &str| {
        let name = sanitize(name);
        (format!("{} {name}", ink.paint(mark, options)), 2 + name.width())
    };
    let mark = |unicode, ascii| if options.unicode { unicode } else { ascii };
    let areas = release.areas.iter().filter_map(|area| match &area.state {
        AreaState::Pass => Some(piece(mark("✓", "+"), Ink::Good, &area.name)),
        AreaState::Fail => Some(piece(mark("✗", "x"), Ink::Bad, &area.name)),
        AreaState::Warn => Some(piece("!", Ink::Doubtful, &area.name)),
        AreaState::NotAssessed(_) | AreaState::DueBefore(_) => None,
    });
    areas.collect()
}

/// The areas that were not judged, those of one reason and those due at one stage
/// together, a line each.
fn not_judged(release: &ReleaseSummary, options: &RenderOptions) -> Vec<(String, Ink)> {
    let mut lines: Vec<(String, Vec<&str>, Ink)> = Vec::new();
    for area in &release.areas {
        let (why, ink) = match &area.state {
            AreaState::NotAssessed(why) => (format!("? not assessed, as {why}"), Ink::Doubtful),
            AreaState::DueBefore(stage) if options.unicode => (format!("· due before {stage}"), Ink::Aside),
            AreaState::DueBefore(stage) => (format!("- due before {stage}"), Ink::Aside),
            AreaState::Pass | AreaState::Fail | AreaState::Warn => continue,
        };
        match lines.iter_mut().find(|(known, ..)| *known == why) {
            Some((_, names, _)) => names.push(&area.name),
            None => lines.push((why, vec![&area.name], ink)),
        }
    }
    let line = |(why, names, ink): (String, Vec<&str>, Ink)| {
        (format!("{}: {}", sanitize(&why), sanitize(&names.join(", "))), ink)
    };
    lines.into_iter().map(line).collect()
}

fn not_assessed(items: &[NotAssessed], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "not assessed:")?;
    let shown = if options.verbose { items.len() } else { items.len().min(NOT_ASSESSED) };
    for item in items.iter().take(shown) {
        let place = if item.path.is_empty() { String::new() } else { format!("{}: ", sanitize(&item.path)) };
        let line = format!("{place}{}: {}", sanitize(&item.what), sanitize(&item.why));
        writeln!(out, "  - {}", hang(4, &line, options.width))?;
    }
    if shown < items.len() {
        writeln!(out, "  - and {} more", items.len() - shown)?;
    }
    writeln!(out)
}

/// What does not count, who said so, and for how long: a waiver is never out of sight.
fn waived(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if outcome.waived.is_empty() {
        return Ok(());
    }
    writeln!(out, "waived:")?;
    let shown = if options.verbose { outcome.waived.len() } else { outcome.waived.len().min(WAIVED) };
    for waived in outcome.waived.iter().take(shown) {
        let finding = &waived.finding;
        let place = place::Place::of(finding.primary.span, &outcome.sources);
        let by = waived.approved_by.iter().map(|handle| text::quote(handle)).collect::<Vec<_>>().join(", ");
        let id = waived.waiver.as_ref().map_or("a comment".to_owned(), |id| text::quote(id));
        let line = format!(
            "{}[{}] {}:{}: {}; until {} by {by} ({id}): {}",
            finding.severity,
            sanitize(finding.rule.as_str()),
            sanitize(place.path),
            place.start.line,
            sanitize(&finding.message),
            waived.expires,
            sanitize(&waived.reason)
        );
        writeln!(out, "  - {}", hang(4, &line, options.width))?;
    }
    if shown < outcome.waived.len() {
        writeln!(out, "  - and {} more", outcome.waived.len() - shown)?;
    }
    writeln!(out)
}

/// `1 error, 0 warnings in 6 files (1 release, 2 cards): failed on 1 error`.
fn last_line(outcome: &Outcome, options: &RenderOptions) -> String {
    let cards = outcome.files.iter().filter(|file| file.kind == Kind::Card).count();
    let parts = [(outcome.releases.len(), "release"), (cards, "card")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| text::count(*n, noun)).collect();
    let ink = if outcome.failed() {
        Ink::Bad
    } else if outcome.findings.is_empty() {
        Ink::Good
    } else {
        Ink::Doubtful
    };
    let of = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let unknown = match outcome.not_assessed.len() {
        0 => String::new(),
        n => format!(", {n} not assessed"),
    };
    format!("{}{of}{unknown}{}", ink.paint(&place::verdict(outcome), options), why(outcome))
}

/// What the run failed on, or why it did not fail.
fn why(outcome: &Outcome) -> String {
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
