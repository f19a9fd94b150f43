//! The end of the human report: how each release stands, what was not judged, what is
//! waived, what can be mended by the program, and the verdict with what it came from.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::RenderOptions;
use super::place;
use super::standing::{self, Standing};
use super::wrap::{Ink, flow, hang};
use crate::kind::Kind;
use crate::outcome::{AreaState, NotAssessed, Outcome, ReleaseSummary};
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
    if let Some(line) = fixable(outcome) {
        writeln!(out, "{}", hang(0, &line, options.width))?;
    }
    writeln!(out, "{}", last_line(outcome, options))
}

fn releases(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut standing = standing::of_all(outcome);
    let shown = if options.verbose { standing.len() } else { standing.len().min(RELEASES) };
    if shown < standing.len() {
        standing.sort_by_key(|(standing, _)| *standing);
    }
    for (standing, release) in standing.iter().take(shown) {
        let (words, ink) = (standing.words(), ink(*standing));
        let path = Ink::Aside.paint(&format!("({})", sanitize(&release.path)), options);
        writeln!(
            out,
            "{}: {} {path}",
            Ink::Strong.paint(&standing::name(release), options),
            ink.paint(words, options)
        )?;
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

fn ink(standing: Standing) -> Ink {
    match standing {
        Standing::NotReady => Ink::Bad,
        Standing::Doubtful | Standing::Unknown => Ink::Doubtful,
        Standing::Ready => Ink::Good,
    }
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

/// How many findings the program can mend, with which flags.
fn fixable(outcome: &Outcome) -> Option<String> {
    let of = |safe: bool| {
        outcome.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe == safe)).count()
    };
    match (of(true), of(false)) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{} can be mended with `--fix`", text::count(safe, "finding"))),
        (0, doubtful) => Some(format!("{} {}", text::count(doubtful, "finding"), started(doubtful))),
        (safe, doubtful) => {
            let mended = text::count(safe, "finding");
            Some(format!("{mended} can be mended with `--fix`; {doubtful} more {}", started(doubtful)))
        }
    }
}

fn started(n: usize) -> String {
    let have = if n == 1 { "has" } else { "have" };
    format!("can be started with `--fix --unsafe-fixes`, and {have} to be looked over")
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
    format!("{}{of}{unknown}{}", ink.paint(&place::verdict(outcome), options), standing::why(outcome))
}
