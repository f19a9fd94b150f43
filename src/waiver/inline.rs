//! Waivers in comments, beside what they waive, for rules that are no errors:
//!
//! ```text
//! <!-- weighbridge: waive card/placeholder-text until=2026-12-31 by=@noor reason="filled in with the next evaluation" -->
//! version: 2.1  # weighbridge: waive gate/unknown-field until=2026-12-31 by=@noor reason="read by our own tool"
//! ```
//!
//! A comment behind something waives what begins on its line; one on a line of its
//! own, what begins on the next line that says anything. Beside a heading of a card
//! (the first-level title apart) it waives the rule in that section. What only looks
//! like a comment, in a string or in a code block, is none.

use super::check::{self, Party};
use super::{Area, Book, Context, Grant, about, limits, subject};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::markdown::{BlockKind, Body};
use crate::parse::{Document, Value};
use crate::rule::Severity;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// What every comment for us begins with.
const MARK: &str = "weighbridge:";

/// The keys of a waiver in a comment.
const KEYS: &[&str] = &["until", "by", "reason"];

/// Reads the waivers in the comments of every document that could be parsed.
pub(super) fn read(context: &Context<'_>, book: &mut Book) {
    let judged = |(index, document): &(usize, &Document)| {
        let ours = matches!(document.kind, Kind::Waivers | Kind::Config | Kind::Policy);
        document.sound && !ours && !context.graph.vendor_cards.contains(index)
    };
    for (_, document) in context.graph.documents.iter().enumerate().filter(judged) {
        let text = context.sources.get(document.source).text();
        let mut hits = text.match_indices(MARK).peekable();
        if hits.peek().is_none() {
            continue;
        }
        let opaque = opaque(document);
        let comments = hits.filter_map(|(at, _)| Comment::around(at, text, document, &opaque));
        for (nth, comment) in comments.take(limits::COMMENTS + 1).enumerate() {
            if nth < limits::COMMENTS {
                comment.grant(context, book);
            } else {
                let message = format!(
                    "more than {} comments waive something in this document; from here on none does",
                    limits::COMMENTS
                );
                book.about.push(about(
                    comment.span(),
                    message,
                    "mend the findings, or leave the rule out for this document in weighbridge.yaml",
                ));
            }
        }
    }
}

/// What no comment stands in: keys, scalars and code, in order; they do not overlap.
fn opaque(document: &Document) -> Vec<(u32, u32)> {
    let mut spans = Vec::new();
    let mut open = vec![&document.root];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Map(entries) => {
                spans.extend(entries.iter().map(|entry| entry.key_span));
                open.extend(entries.iter().map(|entry| &entry.value));
            }
            Value::Seq(items) => open.extend(items),
            Value::Scalar(_) => spans.push(node.span),
        }
    }
    if let Some(body) = &document.body {
        let blocks = body.blocks.iter().filter(|block| block.kind == BlockKind::Code);
        spans.extend(blocks.map(|block| block.span).chain(body.code.iter().copied()));
    }
    let mut spans: Vec<(u32, u32)> = spans.into_iter().map(|span| (span.start, span.end)).collect();
    spans.sort_unstable();
    spans
}

fn holds(opaque: &[(u32, u32)], at: usize) -> bool {
    let before = opaque.partition_point(|(start, _)| *start as usize <= at);
    opaque[..before].last().is_some_and(|(_, end)| at < *end as usize)
}

/// A comment that speaks to us.
struct Comment<'a> {
    document: &'a Document,
    text: &'a str,
    /// With its marks.
    start: usize,
    end: usize,
    /// Whether it is one of Markdown, and not of YAML or TOML.
    markdown: bool,
    /// What stands behind `weighbridge:`.
    words: &'a str,
}

impl<'a> Comment<'a> {
    /// The comment that the mark at `at` stands in, if it is one.
    fn around(at: usize, text: &'a str, document: &'a Document, opaque: &[(u32, u32)]) -> Option<Self> {
        let markdown = document.body.as_ref().is_some_and(|body| at >= body_start(body));
        let (before, behind) = (&text[..at], &text[at + MARK.len()..]);
        let (start, length, closer) = if markdown {
            let start = before.trim_end().strip_suffix("<!--")?.len();
            let length = behind.as_bytes().windows(3).take(limits::COMMENT_BYTES).position(|end| end == b"-->")?;
            (start, length, "-->".len())
        } else {
            let before = before.trim_end_matches([' ', '\t']).strip_suffix('#')?;
            let opens = before.is_empty() || before.ends_with(char::is_whitespace);
            (opens.then_some(before.len())?, behind.find(['\n', '\r']).unwrap_or(behind.len()), 0)
        };
        let end = at + MARK.len() + length + closer;
        let words = behind[..length].trim();
        (!holds(opaque, start)).then_some(Self { document, text, start, end, markdown, words })
    }

    fn span(&self) -> Span {
        Span::new(self.document.source, self.start, self.end)
    }

    fn grant(&self, context: &Context<'_>, book: &mut Book) {
        let span = self.span();
        let said = match said(self.words) {
            Ok(said) => said,
            Err((message, help)) => {
                book.about.push(about(span, message, help));
                return;
            }
        };
        let mut faults = Vec::new();
        let grant = self.check(&said, context, &mut faults);
        book.grants.extend(grant.filter(|_| faults.is_empty()));
        book.about.append(&mut faults);
    }

    fn check(&self, said: &Said, context: &Context<'_>, faults: &mut Vec<Finding>) -> Option<Grant> {
        let (span, name) = (self.span(), "this waiver");
        let rule = check::rule(name, &said.rule, span, context).map_err(|fault| faults.push(*fault)).ok()?;
        let severity = check::weight(name, &rule, (span, &self.document.path), context);
        let severity = severity.map_err(|off| faults.extend(off.map(|finding| *finding))).ok()?;
        if severity == Severity::Error {
            let message = format!("`{rule}` is an error, and no comment waives an error");
            let help = "mend it, or have a waiver granted in .weighbridge/waivers.yaml, where others see it";
            faults.push(about(span, message, help));
            return None;
        }
        faults.extend(check::reason(name, &said.reason, span, &context.limits));
        let approvers: Vec<(&str, Span)> =
            said.by.split(',').map(|handle| (handle.trim(), span)).filter(|(handle, _)| !handle.is_empty()).collect();
        faults.extend(approvers.iter().filter_map(|(handle, _)| check::approver(name, handle, span, context)));
        let owners = subject::owners(&[self.document], context);
        let owners = owners.into_iter().map(|(handle, span)| Party { handle, span, is: "answers for the release" });
        faults.extend(check::independence(name, &approvers, &owners.collect::<Vec<_>>()));
        let expires = check::date(name, "until", &said.until, span).map_err(|fault| faults.push(*fault)).ok()?;
        faults.extend(check::term(name, (context.as_of, None), (expires, span), severity, &context.limits));
        Some(Grant {
            id: None,
            name: name.to_owned(),
            rule,
            areas: self.areas(),
            reason: said.reason.clone(),
            approved_by: approvers.into_iter().map(|(handle, _)| handle.to_owned()).collect(),
            expires,
            span,
            expires_span: span,
            in_the_dark: false,
        })
    }

    /// Its line; where nothing else stands there, the next line that says something
    /// too, and the section whose heading it stands beside.
    fn areas(&self) -> Vec<Area> {
        let area = |start, end| Area::From(Span::new(self.document.source, start, end));
        let (line, end) = (line_start(self.text, self.start), line_end(self.text, self.end));
        let alone = |from: usize, to: usize| self.text.get(from..to).is_none_or(|rest| rest.trim().is_empty());
        let mut areas = vec![area(line, end)];
        if !alone(line, self.start) || !alone(self.end, end) {
            return areas;
        }
        let next = self.next_line(end);
        areas.extend(next.map(|(start, end)| area(start, end)));
        let heading = |from: usize, to: usize| {
            let body = self.document.body.as_ref()?;
            let titled = |at: usize| (from..=to).contains(&at);
            body.sections.iter().position(|section| section.level > 1 && titled(section.title_span.start as usize))
        };
        let above = self.last_line(line);
        let section =
            next.and_then(|(from, to)| heading(from, to)).or_else(|| above.and_then(|(from, to)| heading(from, to)));
        if let (Some(section), Some(body)) = (section, &self.document.body) {
            let within = (0..body.sections.len()).filter(|other| *other == section || body.is_within(*other, section));
            let spans =
                within.filter_map(|index| body.sections.get(index)).map(|part| part.title_span.to(part.content));
            areas.extend(spans.map(Area::Within));
        }
        areas
    }

    /// The next line after `end` that is neither blank nor a comment of its own.
    fn next_line(&self, end: usize) -> Option<(usize, usize)> {
        let mut at = end;
        loop {
            at += self.text.get(at..)?.find(['\n', '\r'])? + 1;
            let end = line_end(self.text, at);
            let line = self.text.get(at..end)?.trim();
            let comment =
                if self.markdown { line.starts_with("<!--") && line.ends_with("-->") } else { line.starts_with('#') };
            if !line.is_empty() && !comment {
                return Some((at, end));
            }
        }
    }

    /// The last line before `start` that is not blank.
    fn last_line(&self, start: usize) -> Option<(usize, usize)> {
        let end = self.text.get(..start)?.trim_end().len();
        (end > 0).then(|| (line_start(self.text, end), end))
    }
}

/// Where the text of a card begins: behind its front matter.
fn body_start(body: &Body) -> usize {
    body.sections.first().map_or(0, |section| section.content.start as usize)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length)
}

/// What a comment says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    rule: String,
    until: String,
    by: String,
    reason: String,
}

/// Reads `waive <rule> until=… by=… reason="…"`; an error is what is wrong with it
/// and what to write.
fn said(words: &str) -> Result<Said, (String, String)> {
    let example = "write `weighbridge: waive pack/rule until=2026-12-31 by=@noor reason=\"why it can be accepted\"`";
    let wrong = |message: String| Err((message, example.to_owned()));
    let (verb, mut rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    if verb != "waive" {
        return wrong(format!("`weighbridge: {}` is nothing that a comment can say", quote(verb)));
    }
    let mut rule = None;
    let mut values: [Option<String>; 3] = [None, None, None];
    while let Some((key, value, after)) = word(rest) {
        rest = after;
        match (value, KEYS.iter().position(|known| *known == key)) {
            (None, _) if rule.is_none() => rule = Some(key.to_owned()),
            (Some(value), Some(index)) if values[index].is_none() => values[index] = Some(value.to_owned()),
            (Some(_), Some(_)) => return wrong(format!("this waiver says `{key}` twice")),
            _ => {
                let meant = did_you_mean(key, KEYS.iter().copied());
                let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                return wrong(format!("this waiver says `{}`, which means nothing here{meant}", quote(key)));
            }
        }
    }
    let [until, by, reason] = values.map(|value| value.filter(|value| !value.trim().is_empty()));
    match (rule, until, by, reason) {
        (None, ..) => wrong("this waiver names no rule".to_owned()),
        (_, None, ..) => wrong("this waiver never ends: it has no `until`".to_owned()),
        (_, _, None, _) => wrong("this waiver is approved by nobody: it has no `by`".to_owned()),
        (.., None) => wrong("this waiver gives no reason".to_owned()),
        (Some(rule), Some(until), Some(by), Some(reason)) => Ok(Said { rule, until, by, reason }),
    }
}

/// The next word, its value where it is `key=value` or `key="a value"`, and the rest.
fn word(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    let Some(value) = rest.strip_prefix('=') else { return Some((key, None, rest)) };
    let quoted = value.strip_prefix('"').and_then(|inner| inner.split_once('"'));
    if let Some((value, rest)) = quoted {
        return Some((key, Some(value), rest));
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    Some((key, Some(value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_comment_says() {
        let full = said("waive card/x until=2026-12-31 by=@a,@b reason=\"not = yet\"").unwrap();
        assert_eq!(
            full,
            Said { rule: "card/x".into(), until: "2026-12-31".into(), by: "@a,@b".into(), reason: "not = yet".into() }
        );
        for (words, message) in [
            ("wave card/x", "`weighbridge: wave` is nothing that a comment can say"),
            ("waive", "this waiver names no rule"),
            ("waive card/x by=@a reason=b", "this waiver never ends: it has no `until`"),
            ("waive card/x until=2026-12-31 reason=b", "this waiver is approved by nobody: it has no `by`"),
            ("waive card/x until=2026-12-31 by=@a", "this waiver gives no reason"),
            ("waive card/x until=2026-12-31 by=@a reason=\"\"", "this waiver gives no reason"),
            ("waive card/x until=1 until=2", "this waiver says `until` twice"),
            ("waive card/x util=1", "this waiver says `util`, which means nothing here; did you mean `until`?"),
            ("waive card/x card/y", "this waiver says `card/y`, which means nothing here"),
        ] {
            assert_eq!(said(words).unwrap_err().0, message, "{words}");
        }
    }
}
