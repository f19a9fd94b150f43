//! What is no answer but a place for one: `TODO`, `[More Information Needed]`, a slot or a sentence
//! of a template.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::topics::TopicTable;
use super::words::count;
use crate::parse::markdown::Body;

/// A placeholder that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// `more-information-needed`, `todo`, `template-slot`, …
    pub(super) kind: &'static str,
    pub(super) range: Range<usize>,
    /// Whether it is to be reported; boilerplate that an author may keep is not.
    pub(super) report: bool,
    /// Whether it is only reported where its section says nothing else.
    pub(super) alone: bool,
}

/// With so few words left beside a placeholder, nothing is said.
pub(super) const REMNANT: usize = 3;

#[expect(clippy::expect_used, reason = "the patterns are literals, and a test runs each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// A kind of placeholder.
struct Pattern {
    kind: &'static str,
    /// Of these, in lower case, one stands in every text that has such a placeholder:
    /// the expression is neither compiled nor run on others.
    needs: &'static [&'static str],
    regex: LazyLock<Regex>,
}

const fn pattern(kind: &'static str, needs: &'static [&'static str], compile: fn() -> Regex) -> Pattern {
    Pattern { kind, needs, regex: LazyLock::new(compile) }
}

/// `s` matches its long form too, so that no word with one is looked for.
const TO_BE_DONE: &[&str] = &[
    "tbd",
    "tba",
    "wip",
    "to be determined",
    "to be completed",
    "to be filled in",
    "to be announced",
    "to be defined",
    "to be added",
    "to be written",
    "coming ",
    "???",
    "xxx",
];

/// Every pattern, in order of precedence where two match at one place.
static PATTERNS: [Pattern; 8] = [
    pattern("default-title", &["model id", "model_id", "dataset name"], || {
        regex(r"(?i-u)\bmodel card for (?:the )?model[ _]id\b|\bdataset card for dataset name\b")
    }),
    pattern("more-information-needed", &["info"], || {
        regex(
            r"(?i-u)[\[(]?\b(?:more|needs? more)\s+(?:information|info)(?:\s+(?:is\s+)?(?:needed|required))?(?:\s+for\s+further\s+recomm?endations?)?\s*[\])]?\.?",
        )
    }),
    pattern("template-slot", &["{"], || regex(r"\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}|\{[a-z][a-z0-9_]{0,40}\}")),
    pattern("template-slot", &["<", "yyyy-mm-dd"], || regex(r"<[A-Za-z][A-Za-z0-9 _.-]{1,40}>|\bYYYY-MM-DD\b")),
    pattern("lorem-ipsum", &["lorem ip"], || regex(r"(?i)lorem ipsum[^\n]*")),
    pattern("todo", &["todo", "fixme"], || regex(r"\b(?:TODO|FIXME)\b[^\n|]*")),
    pattern("to-be-done", TO_BE_DONE, || {
        regex(
            r"\b(?:TBD|TBA|WIP)\b|(?i:\bto be (?:determined|completed|filled in|announced|defined|added|written)\b|\bcoming soon\b)|\?\?\?+|\bXXX+\b",
        )
    }),
    pattern("optional-marker", &["[optional]"], || regex(r"(?i-u)\[optional\]")),
];

/// The words that [`PATTERNS`] need, which a text is searched for in one pass. A single
/// character is not among them: it would slow that pass down more than it takes to find it.
struct Needs {
    words: AhoCorasick,
    /// The pattern that each word belongs to.
    patterns: Vec<usize>,
}

#[expect(clippy::expect_used, reason = "the words are literals, and a test looks for each")]
static NEEDS: LazyLock<Needs> = LazyLock::new(|| {
    let needs = PATTERNS.iter().enumerate().flat_map(|(pattern, of)| of.needs.iter().map(move |word| (pattern, word)));
    let (patterns, words): (Vec<usize>, Vec<&str>) = needs.filter(|(_, word)| word.len() > 1).unzip();
    let words = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).expect("a few literals");
    Needs { words, patterns }
});

/// The patterns that may match in a text, which is in lower case.
fn worth_running(lower: &str) -> Vec<&'static Pattern> {
    let mut found = [false; PATTERNS.len()];
    for word in NEEDS.words.find_iter(lower) {
        let pattern = NEEDS.patterns.get(word.pattern().as_usize());
        if let Some(found) = pattern.and_then(|pattern| found.get_mut(*pattern)) {
            *found = true;
        }
    }
    let has_character = |pattern: &Pattern| pattern.needs.iter().any(|word| word.len() == 1 && lower.contains(word));
    let worth = PATTERNS.iter().zip(found).filter(|(pattern, found)| *found || has_character(pattern));
    worth.map(|(pattern, _)| pattern).collect()
}

/// Names in braces that belong to prompts and chat templates, which a card may
/// well show in its text.
const PROMPT_SLOTS: &[&str] = &[
    "prompt",
    "instruction",
    "instructions",
    "input",
    "inputs",
    "question",
    "questions",
    "context",
    "response",
    "output",
    "user",
    "assistant",
    "system",
    "system_prompt",
    "system_message",
    "query",
    "answer",
    "text",
    "message",
    "messages",
    "content",
    "user_message",
    "user_prompt",
    "document",
    "documents",
    "passage",
    "sentence",
    "premise",
    "hypothesis",
    "label",
    "labels",
    "choices",
    "options",
    "conversation",
    "history",
    "source",
    "target",
    "article",
    "summary",
    "role",
    "bos_token",
    "eos_token",
    "s",
    "i",
    "n",
    "x",
    "k",
];

/// Words in angle brackets that are to be filled in.
const SLOT_WORDS: &[&str] = &[
    "yyyy",
    "sha",
    "your",
    "insert",
    "name",
    "version",
    "date",
    "owner",
    "team",
    "email",
    "url",
    "todo",
    "path",
    "fill",
    "describe",
    "here",
    "hash",
    "digest",
    "org",
    "organization",
    "author",
    "placeholder",
    "number",
    "value",
];

/// All placeholders of a body, in no order.
pub(super) fn marks(body: &Body, table: &TopicTable) -> Vec<Mark> {
    let prose = body.prose.as_str();
    let mut marks = Vec::new();
    for pattern in worth_running(&prose.to_ascii_lowercase()) {
        for found in pattern.regex.find_iter(prose) {
            if let Some(range) = accept(pattern.kind, body, found.range()) {
                marks.push(Mark { kind: pattern.kind, range, report: true, alone: false });
            }
        }
    }
    for boilerplate in &table.boilerplate {
        for found in boilerplate.find_in(prose) {
            let (report, alone) = (boilerplate.report, boilerplate.alone);
            marks.push(Mark { kind: "boilerplate", range: found, report, alone });
        }
    }
    marks
}

/// Whether a match is a placeholder where it stands, and its exact range.
fn accept(kind: &str, body: &Body, range: Range<usize>) -> Option<Range<usize>> {
    let in_code = body.code.partition_point(|code| code.end as usize <= range.start);
    if body.code.get(in_code).is_some_and(|code| (code.start as usize) < range.end) {
        return None;
    }
    let prose = body.prose.as_str();
    let text = prose.get(range.clone())?;
    let line = line_of(prose, range.clone());
    let rest = count(prose.get(line.start..range.start)?) + count(prose.get(range.end..line.end)?);
    let fits = match kind {
        "more-information-needed" => is_request(text, prose, &range, rest),
        "template-slot" => is_slot(text, prose, &range),
        "todo" => is_todo(text, prose.get(line.start..range.start)?) && !heads_a_list(body, &range),
        // "Paper coming soon" announces another thing than this text.
        "to-be-done" if text.eq_ignore_ascii_case("coming soon") => rest == 0,
        "to-be-done" => text.starts_with("TBD") || text.starts_with("TBA") || rest <= REMNANT,
        _ => true,
    };
    let end = range.start + text.trim_end().len();
    fits.then_some(range.start..end)
}

/// How far the line of a match is looked at: many matches on one long line must
/// not each read all of it.
const LINE_REACH: usize = 300;

fn line_of(text: &str, range: Range<usize>) -> Range<usize> {
    let ends = ['\n', '\r', '|'];
    let mut low = range.start.saturating_sub(LINE_REACH);
    while !text.is_char_boundary(low) {
        low += 1;
    }
    let mut high = range.end.saturating_add(LINE_REACH).min(text.len());
    while !text.is_char_boundary(high) {
        high -= 1;
    }
    let start = text.get(low..range.start).and_then(|before| before.rfind(ends)).map_or(low, |at| low + at + 1);
    let end = text.get(range.end..high).and_then(|after| after.find(ends)).map_or(high, |at| range.end + at);
    start..end
}

/// "More information" asks for some where it is said to be needed; alone it is
/// the name of a section or the beginning of a sentence.
fn is_request(text: &str, prose: &str, range: &Range<usize>, rest: usize) -> bool {
    let lower = text.to_ascii_lowercase();
    let asks = lower.contains("needed") || lower.contains("required");
    let needs = lower.trim_start_matches(['[', '(']).starts_with("need");
    let bracketed = prose.get(range.clone()).is_some_and(|text| text.starts_with('[')) && lower.ends_with(']') && asks;
    let sentence = text.starts_with('M') || lower.contains("for further");
    bracketed || asks && (sentence || rest <= 12) || needs && rest <= REMNANT + 2
}

/// Slots of templates, not LaTeX, prompts or tokens.
fn is_slot(text: &str, prose: &str, range: &Range<usize>) -> bool {
    let before = prose.get(..range.start).and_then(|before| before.chars().next_back());
    if text.starts_with('<') {
        let inner = text.trim_matches(['<', '>']).to_lowercase();
        let mut words = inner.split([' ', '_', '-', '.']);
        // After `=` or `/` it is the argument of a command or a part of a path.
        let tag = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '=' | '/'));
        return !tag && words.any(|word| SLOT_WORDS.contains(&word));
    }
    if text.starts_with('Y') {
        let after = prose.get(range.end..).and_then(|after| after.chars().next());
        return !matches!(before, Some('<' | '(' | '`')) || after == Some('>');
    }
    let inner = text.trim_matches(['{', '}', ' ', '%', '-']);
    let name = inner.split(['|', ' ', '.', '[']).next().unwrap_or("");
    let prompt = PROMPT_SLOTS.contains(&name.to_lowercase().as_str());
    if text.starts_with("{{") || text.starts_with("{%") {
        return !prompt && !inner.is_empty();
    }
    let after = prose.get(range.end..).and_then(|after| after.chars().next());
    let glued = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '\\' | '_' | '^' | '$' | '{' | '}' | '=' | '/'))
    };
    !prompt && !glued(before) && !glued(after) && name.len() > 2
}

/// `TODO` says that something is missing at the start of a line or before `:`;
/// "a TODO list" does not.
fn is_todo(text: &str, before: &str) -> bool {
    let rest = text.get(4..).unwrap_or("").trim_start_matches(|c: char| c.is_ascii_uppercase());
    let next = rest.trim_start();
    let listed = ["app", "list", "item", "comment", "apps", "lists", "items", "comments"];
    let first = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_lowercase();
    let lead = before.trim_end().trim_end_matches(['*', '_']);
    let begins = lead.chars().all(|c| !c.is_alphanumeric()) || lead.ends_with(['[', '(', ':', '=', '-', '—']);
    !listed.contains(&first.as_str())
        && (next.is_empty() || next.starts_with([':', '(', ')', ']', '*', '.', '!', '_', '—', '–', '-']) || begins)
}

/// Whether "TODO" is all that a heading says and work to be done is listed under
/// it: plans are no text of a template.
fn heads_a_list(body: &Body, range: &Range<usize>) -> bool {
    let after = body.sections.partition_point(|section| section.title_span.start as usize <= range.start);
    let section = after.checked_sub(1).and_then(|index| body.sections.get(index));
    section.is_some_and(|section| {
        let inside = range.start < section.title_span.end as usize;
        let alone = matches!(section.key.as_str(), "todo" | "todos" | "todo list");
        inside && alone && body.prose.get(section.content.range()).is_some_and(|content| count(content) > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::super::clean::Clean;
    use super::*;
    use crate::parse::markdown::parse;
    use crate::source::SourceId;

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let card = parse(text, SourceId(0));
        let clean = Clean::new(&card.body, &TopicTable::builtin());
        clean.marks.iter().map(|mark| (mark.kind, text[mark.range.clone()].to_owned())).collect()
    }

    #[test]
    fn every_kind_of_placeholder() {
        for (text, kind, shown) in [
            ("x\n\n[More Information Needed]\n", "more-information-needed", "[More Information Needed]"),
            ("- **License:** More information needed.\n", "more-information-needed", "More information needed."),
            ("TODO: write this\n", "todo", "TODO: write this"),
            ("# Evaluation TODO\n", "todo", "TODO"),
            ("# T\n\n## TODO\n\n## Uses\n", "todo", "TODO"),
            ("| Top-1 | TBD |\n|---|---|\n| a | b |\n", "to-be-done", "TBD"),
            ("(To be completed)\n", "to-be-done", "To be completed"),
            ("| Batch | coming soon |\n|---|---|\n| a | b |\n", "to-be-done", "coming soon"),
            ("Lorem ipsum dolor sit.\n", "lorem-ipsum", "Lorem ipsum dolor sit."),
            ("Trained by {{ team_name }} here.\n", "template-slot", "{{ team_name }}"),
            ("Version {model_version} of it.\n", "template-slot", "{model_version}"),
            ("Last updated: <YYYY-MM-DD>\n", "template-slot", "<YYYY-MM-DD>"),
            ("Commit <git_sha> is it.\n", "template-slot", "<git_sha>"),
            ("# Model Card for Model ID\n", "default-title", "Model Card for Model ID"),
            ("## Uses [optional]\n", "optional-marker", "[optional]"),
        ] {
            assert_eq!(found(text), [(kind, shown.to_owned())], "{text:?}");
        }
        let sentence = "Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model.";
        assert_eq!(found(sentence), [("boilerplate", sentence.to_owned())]);
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "A model for TODO lists.\n",
            "*Paper coming soon.*\n",
            "Run it with --voice=<your_voice> and wait.\n",
            "```\nTODO {{ x }} <YYYY-MM-DD>\n```\n",
            "Fill `{name_here}` and `TODO`.\n",
            "<!-- TODO: proofread -->\n",
            "Prompt: {instruction} then {{ question }}\n",
            "The set $x_{train}$ and \\text{foo}.\n",
            "For more information see the paper.\n",
            "## More information\n\nSee the site.\n",
            "Tokens <s> and <mask> and <image>.\n",
            "## TODO\n\n- port the larger model\n",
            "Support for more languages is something that we would say is coming soon in a release.\n",
        ] {
            assert_eq!(found(text), [], "{text:?}");
        }
    }

    #[test]
    fn no_word_that_is_looked_for_hides_another() {
        let words: Vec<&str> = PATTERNS.iter().flat_map(|pattern| pattern.needs).copied().collect();
        for word in words.iter().filter(|word| word.len() > 1) {
            assert!(words.iter().filter(|other| other.len() > 1 && other.contains(word)).count() == 1, "{word}");
            assert_eq!(worth_running(&format!("a {word} z")).len(), 1, "{word}");
        }
    }

    #[test]
    fn many_placeholders_on_one_line_cost_linear_time() {
        let sentence = "Users should be made aware of the risks, biases and limitations of the dataset. ";
        let forgiven = sentence.replace("Users", "Users (both direct and downstream)").replace("dataset", "model");
        for piece in
            ["{{ team }} ", "More information needed ", "TODO ", "<your-team> ", "[optional] ", sentence, &forgiven]
        {
            assert!(!found(&piece.repeat(5_000)).is_empty(), "{piece:?}");
        }
    }
}
