//! The report for the person who mends the documents: every finding with its
//! lines and what to write instead, then how the releases stand.
//!
//! ```text
//! error[rollback/target-not-registered]: rollback target `ckpt-51c0d2` is not registered
//!    ╭─[releases/a/release.yaml:9:22]
//!  9 │   target: ckpt-51c0d2
//!    ·           ─────┬─────
//!    ·                ╰── no version of `support-assistant` has this checkpoint
//!    ╰────
//!   help: name a checkpoint of the registry
//!   more: weighbridge explain rollback/target-not-registered
//! ```
//!
//! Findings of one rule at one place are one block with a list. No line begins with
//! what a document says.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::place;
use super::snippet::{self, Mark};
use super::wrap::{Ink, hang};
use super::{RenderOptions, TOOL, summary};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::text::{self, sanitize};

/// Other places of one block that are drawn.
const OTHERS: usize = 6;

/// Writes the blocks and the summary.
pub(super) fn render(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let same = |one: &Finding, other: &Finding| {
        (&one.rule, one.severity, one.primary.span) == (&other.rule, other.severity, other.primary.span)
    };
    for group in outcome.findings.chunk_by(same) {
        let Some(first) = group.first() else { continue };
        block(first, group, outcome, options, out)?;
        writeln!(out)?;
    }
    summary::render(outcome, options, out)
}

/// A group of findings that stand at one place as one.
fn block(
    first: &Finding,
    group: &[Finding],
    outcome: &Outcome,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = sanitize(first.rule.as_str());
    let head =
        Ink::of(first.severity).paint(&format!("{}[{}]", first.severity, linked(&rule, outcome, options)), options);
    let headline = match group {
        [only] => sanitize(&only.message).into_owned(),
        several => format!("{} at one place", text::count(several.len(), "finding")),
    };
    writeln!(out, "{head}{}", Ink::Strong.paint(&format!(": {headline}"), options))?;
    if group.len() > 1 {
        for finding in group {
            writeln!(out, "  - {}", hang(4, &sanitize(&finding.message), options.width))?;
        }
    }
    let (marks, left) = marks(first, group);
    write!(out, "{}", snippet::draw(&marks, &outcome.sources, first.severity, options))?;
    if left > 0 {
        writeln!(out, "  and {} more", text::count(left, "place"))?;
    }
    advice(group, outcome, options, out)?;
    let more = format!("{TOOL} explain {rule}");
    writeln!(out, "  {} {}", Ink::Aside.paint("more:", options), Ink::Aside.paint(&more, options))
}

/// The primary place, the other places of the group, each once, and how many of
/// those are left out.
fn marks<'a>(first: &'a Finding, group: &'a [Finding]) -> (Vec<Mark<'a>>, usize) {
    let alike = group.iter().all(|finding| finding.primary.text == first.primary.text);
    let text = if alike { first.primary.text.as_str() } else { "" };
    let mut marks = vec![Mark { span: first.primary.span, text }];
    let mut left = 0;
    for label in group.iter().flat_map(|finding| &finding.related) {
        let mark = Mark { span: label.span, text: &label.text };
        if marks.contains(&mark) {
            continue;
        }
        if marks.len() > OTHERS {
            left += 1;
        } else {
            marks.push(mark);
        }
    }
    (marks, left)
}

/// What to write, and what a fix would do; each said once.
fn advice(group: &[Finding], outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut said: Vec<(&str, String)> = Vec::new();
    for finding in group {
        let help = place::help(finding, outcome).map(|help| ("help:", sanitize(help).into_owned()));
        let fix = finding.fix.as_ref().map(|fix| {
            let doubt = if fix.safe { "" } else { " (to be looked over)" };
            ("fix:", format!("{}{doubt}", sanitize(&fix.title)))
        });
        for line in help.into_iter().chain(fix) {
            if !said.contains(&line) {
                said.push(line);
            }
        }
    }
    for (name, text) in said {
        let lead = 2 + name.width() + 1;
        writeln!(out, "  {} {}", Ink::Lead.paint(name, options), hang(lead, &text, options.width))?;
    }
    Ok(())
}

/// A rule's id, as a link to its page where the terminal takes links.
fn linked(rule: &str, outcome: &Outcome, options: &RenderOptions) -> String {
    match place::url(rule, outcome) {
        Some(url) if options.hyperlinks => format!("\u{1b}]8;;{url}\u{1b}\\{rule}\u{1b}]8;;\u{1b}\\"),
        _ => rule.to_owned(),
    }
}
