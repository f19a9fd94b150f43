//! Changes of texts: sections and lines.

use super::Verb;
use crate::parse::Syntax;
use crate::policy::base_set::{BaseDocument, front_and_body};

/// What is done, to which part, and the text with that change. Of a text without a
/// syntax that we know, each line is taken away.
pub(super) fn changes(document: &BaseDocument) -> Vec<(Verb, String, String)> {
    match Syntax::of(&document.path) {
        Some(Syntax::Markdown) => {
            let body = front_and_body(document).1.unwrap_or_default();
            let head = document.text.get(..document.text.len() - body.len()).unwrap_or_default();
            let lines: Vec<&str> = body.lines().collect();
            [sections(head, &lines), without_each(head, &lines)].concat()
        }
        Some(_) => Vec::new(),
        None => without_each("", &document.text.lines().collect::<Vec<_>>()),
    }
}

/// Each section taken away, left empty, with a placeholder, with the text of the next
/// one, or with words that say nothing.
fn sections(head: &str, lines: &[&str]) -> Vec<(Verb, String, String)> {
    let heading = |at: &usize| lines.get(*at).is_some_and(|line| line.starts_with('#'));
    let starts: Vec<usize> = (0..lines.len()).filter(heading).collect();
    let mut changed = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(lines.len());
        let title = lines.get(*start).copied().unwrap_or_default();
        let (before, after) = (&lines[..*start], &lines[end..]);
        let next = starts.get(index + 2).copied().unwrap_or(lines.len());
        let other = [&[title], lines.get(end + 1..next).unwrap_or_default()].concat();
        for (verb, section) in [
            (Verb::Delete, &[][..]),
            (Verb::Empty, &[title, ""]),
            (Verb::LeaveOpen, &[title, "", "TODO", ""]),
            (Verb::MixUp, &other),
            (Verb::SayNothing, &[title, "", "The team takes care of this.", ""]),
        ] {
            changed.push((verb, format!("`{title}`"), joined(head, &[before, section, after])));
        }
    }
    changed
}

fn without_each(head: &str, lines: &[&str]) -> Vec<(Verb, String, String)> {
    let written = lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let without = |at: usize| joined(head, &[&lines[..at], &lines[at + 1..]]);
    written.map(|(at, line)| (Verb::Cut, (*line).to_owned(), without(at))).collect()
}

fn joined(head: &str, parts: &[&[&str]]) -> String {
    format!("{head}{}\n", parts.concat().join("\n"))
}
