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
//! what a document says, save the names of releases, which are sanitised as lines.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::place::{self, Group};
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
    for group in place::groups(outcome) {
        block(group, outcome, options, out)?;
        writeln!(out)?;
    }
    summary::render(outcome, options, out)
}

/// A group of findings that stand at one place as one.
fn block(group: Group<'_>, outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let first = group.first;
    let rule = sanitize(first.rule.as_str());
    let head = format!("{}[{}]", first.severity, linked(&rule, outcome, options));
    let headline = format!(": {}", group.headline());
    writeln!(out, "{}{}", Ink::of(first.severity).paint(&head, options), Ink::Strong.paint(&headline, options))?;
    for message in group.list() {
        writeln!(out, "  - {}", hang(4, &message, options.width))?;
    }
    let (marks, left) = marks(group);
    write!(out, "{}", snippet::draw(&marks, &outcome.sources, first.severity, options))?;
    if left > 0 {
        writeln!(out, "  and {} more", text::count(left, "place"))?;
    }
    advice(group.all, outcome, options, out)?;
    let more = format!("{TOOL} explain {rule}");
    writeln!(out, "  {} {}", Ink::Aside.paint("more:", options), Ink::Aside.paint(&more, options))
}

/// The primary place, the other places of the group, each once, and how many of
/// those are left out.
fn marks(group: Group<'_>) -> (Vec<Mark<'_>>, usize) {
    let Group { first, all } = group;
    let alike = all.iter().all(|finding| finding.primary.text == first.primary.text);
    let text = if alike { first.primary.text.as_str() } else { "" };
    let mut marks = vec![Mark { span: first.primary.span, text }];
    let mut left = 0;
    for label in all.iter().flat_map(|finding| &finding.related) {
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
        let help = place::help(finding, outcome).map(|help| ("help:", help));
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
