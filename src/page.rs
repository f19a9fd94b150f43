//! The page of a rule, for the terminal and for `docs/rules/`: both are made from
//! the catalog and from nothing else.

use std::fmt::Write as _;

use crate::rule::{Catalog, Example, Profiles, RuleMeta, Severity};

/// The titles of the sections that are sentences.
const WHY: &str = "Why";
const HOW: &str = "How to fix it";

/// The page as plain text, for `weighbridge explain`; its sentences in lines of at
/// most `width` columns.
pub fn text(rule: &RuleMeta, width: usize) -> String {
    let mut out = format!("{} ({})\n\n{}\n", rule.id, rule.severity, sentence(&rule.title));
    for (title, body) in sections(rule) {
        let prose = matches!(title, WHY | HOW);
        let body = if prose { wrapped(&body, width.saturating_sub(2)) } else { body };
        let _ = write!(out, "\n{title}\n{}\n", indent(&body));
    }
    for example in &rule.examples {
        let _ = write!(out, "\n{}\n{}\n", heading(example), indent(&example.text));
    }
    let _ = write!(out, "\nMore\n  {}\n", rule.url);
    out
}

/// The page as Markdown, for `docs/rules/<pack>/<defect>.md`.
pub fn markdown(rule: &RuleMeta) -> String {
    let mut out = format!("# `{}`\n\n{}\n\n", rule.id, sentence(&rule.title));
    let area = rule.area.as_ref().map_or(String::new(), |area| format!(" · item of the approval path: {area}"));
    let _ = writeln!(out, "Severity: **{}** · since {}{area}", rule.severity, rule.since);
    for (title, body) in sections(rule) {
        let body = if title.starts_with("Turn") { format!("```yaml\n{body}\n```") } else { body };
        let _ = write!(out, "\n## {title}\n\n{body}\n");
    }
    for example in &rule.examples {
        let _ = write!(out, "\n## {}\n\n{}\n", heading(example), fenced(&example.text));
    }
    out
}

/// The table of all rules, for `docs/rules/README.md`.
pub fn index(catalog: &Catalog) -> String {
    let mut out = format!(
        "# Rules\n\n{} rules in {} packs. `weighbridge explain RULE` prints the same pages.\n\n\
         | rule | severity | what is true of a document that passes |\n|---|---|---|\n",
        catalog.len(),
        catalog.packs().len()
    );
    for rule in catalog.iter() {
        let _ =
            writeln!(out, "| [`{0}`]({0}.md) | {1} | {2} |", rule.id, rule.severity, rule.title.replace('|', "\\|"));
    }
    out
}

fn sections(rule: &RuleMeta) -> Vec<(&'static str, String)> {
    let references: Vec<String> = rule.references.iter().map(|reference| format!("- {reference}")).collect();
    let items = rule.frameworks.iter().map(|item| format!("- {} (`{}`): {}", item.source, item.id, item.title));
    let all = [
        (WHY, rule.rationale.trim().to_owned()),
        (HOW, sentence(&rule.help)),
        named(rule),
        lowered(rule),
        ("Looks for evidence for", items.collect::<Vec<_>>().join("\n")),
        ("References", references.join("\n")),
    ];
    all.into_iter().filter(|(_, body)| !body.is_empty()).collect()
}

/// How to switch it on, where no profile does.
fn named(rule: &RuleMeta) -> (&'static str, String) {
    let on = rule.profiles != Profiles::NONE;
    let setting = || format!("# weighbridge.yaml\nextend-select: [{}]   # or {}", rule.id.pack(), rule.id);
    ("Turn it on", if on { String::new() } else { setting() })
}

/// What the configuration can make of it, which is nothing where it is locked.
fn lowered(rule: &RuleMeta) -> (&'static str, String) {
    let setting = |to: &str| format!("# weighbridge.yaml\nseverity:\n  {}: {to}", rule.id);
    match rule.severity {
        _ if rule.locked => ("Turn it down, or off", String::new()),
        Severity::Error => ("Turn it down, or off", setting("warning   # or note, off")),
        Severity::Warning => ("Turn it down, or off", setting("note   # or off")),
        Severity::Note => ("Turn it off", setting("off")),
    }
}

fn heading(example: &Example) -> String {
    format!("{}: {}", if example.fails { "Fails" } else { "Passes" }, example.name)
}

/// With a capital at the start and a full stop at the end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?', '`']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}

fn indent(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Paragraphs with their lines broken between words.
fn wrapped(text: &str, width: usize) -> String {
    let paragraph = |text: &str| {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.join("\n")
    };
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// In a fence that is longer than any in the text.
fn fenced(text: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn sentences_are_broken_between_words() {
        assert_eq!(wrapped("one two three\nfour\n\nfive", 9), "one two\nthree\nfour\n\nfive");
        assert_eq!(wrapped("indivisible a", 4), "indivisible\na");
    }
}
