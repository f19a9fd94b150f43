//! The parser's errors in words for the person who mends the document.
//!
//! Each sentence says what is wrong and what to write; where the parser's own
//! place is not the one to look at (the start of a quoted text for an escape
//! inside it, the byte after a tab), the place is moved there.

use granit_parser::{ErrorKind, ScanError};

use crate::finding::Finding;
use crate::parse::build::{Ground, syntax_error, too_deep};
use crate::source::Span;
use crate::text::quote;

const MISSING_COLON: &str = "a key without a `:` after it";

/// The finding for an error of the parser. `open` is the bracket that is open
/// where it happened, if any; `cursor` is where the last thing that was read
/// ended.
pub(super) fn explain(ground: Ground<'_>, error: &ScanError, cursor: usize, open: Option<Span>) -> Finding {
    let mut at = error.marker().byte_offset().unwrap_or(ground.text.len());
    if matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar) {
        // Most often the quote was forgotten: the opening one is the place.
        at = ground.slice(cursor, at).find(['"', '\'']).map_or(at, |quote| cursor + quote);
    }
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return too_deep(ground.point(at));
    }
    let (span, message, help) = place_and_words(ground, error.kind(), at);
    let mut finding = syntax_error(span, message);
    if let Some(help) = help {
        finding = finding.help(help);
    }
    match open {
        Some(open) if open != span => finding.related(open, "opened here, and not closed before"),
        _ => finding,
    }
}

type Words = (Span, String, Option<String>);

fn words(span: Span, message: &str, help: &str) -> Words {
    (span, message.to_owned(), Some(help.to_owned()))
}

fn place_and_words(ground: Ground<'_>, kind: &ErrorKind, at: usize) -> Words {
    let point = ground.point(at);
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            words(tab_near(ground, at), "a tab where YAML takes only spaces", "indent with spaces, never with tabs")
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => words(
            point,
            "a quote is opened here and not closed where its text ends",
            "close the quote; a quoted text that goes on is indented further than its key",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar => words(
            point,
            "text goes on after the closing quote",
            "write a quote inside single quotes twice (`''`), or put the text in double quotes",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => words(
            point,
            "text goes on after the closing quote",
            "write a quote inside double quotes as `\\\"`, or put the text in single quotes",
        ),
        ErrorKind::UnknownQuotedScalarEscape => bad_escape(ground, at),
        ErrorKind::UnexpectedCharacter { character } => unexpected(ground, at, *character),
        ErrorKind::MappingValueNotAllowed => second_colon(ground, at),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => words(
            line_from(ground, at),
            MISSING_COLON,
            "write `key: value`; a text that goes on must be indented further than its key",
        ),
        ErrorKind::DirectiveDisallowed => {
            words(line_from(ground, at), "directives (`%YAML`, `%TAG`) are not read", "remove the line")
        }
        _ => structure(ground, kind, at),
    }
}

/// Indentation, brackets and what remains.
fn structure(ground: Ground<'_>, kind: &ErrorKind, at: usize) -> Words {
    let point = ground.point(at);
    match kind {
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry
            if !ground.slice(line_start(ground, at), at).trim_start().is_empty() =>
        {
            let message = "text goes on after the end of a value";
            words(line_from(ground, at), message, "put the whole value in quotes, or a `#` before a comment")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidFlowScalarIndent => words(
            point,
            "this line is indented like nothing above it, or is no part of what is around it",
            "keys of one mapping, and dashes of one list, begin in the same column",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => words(
            point,
            "a list with dashes cannot begin here",
            "begin the list on a line of its own, or write it in brackets: `[a, b]`",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            (point, format!("`{open}` is opened here and never closed"), Some("close the bracket".into()))
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            words(point, "a closing bracket that nothing opened", "remove it, or put the text in quotes")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (point, format!("`{open}` is closed with `{close}`"), Some("close each bracket with its own kind".into()))
        }
        ErrorKind::InvalidColonPlacement | ErrorKind::MappingKeyNotAllowed => {
            words(point, "`:` cannot stand here", "close the bracket before it, or put the text in quotes")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            words(point, "`,` or `}` is missing before this", "separate the entries of `{…}` with commas")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            words(point, "`,` or `]` is missing before this", "separate the items of `[…]` with commas")
        }
        ErrorKind::CommentNotSeparated => {
            words(point, "a comment needs a space before its `#`", "put a space before `#`, or the text in quotes")
        }
        other => general(ground, other, at),
    }
}

/// A sentence by the character that is there, or the parser's own.
fn general(ground: Ground<'_>, kind: &ErrorKind, at: usize) -> Words {
    let point = ground.point(at);
    match ground.slice(at, ground.text.len()).chars().next() {
        Some(c @ (',' | ']' | '}')) => starts_with(point, c),
        _ => (point, format!("this is not YAML: {}", quote(&kind.to_string())), None),
    }
}

fn starts_with(span: Span, c: char) -> Words {
    (span, format!("a value cannot begin with `{}`", quote(&c.to_string())), Some("put the value in quotes".into()))
}

fn unexpected(ground: Ground<'_>, at: usize, character: char) -> Words {
    if character == '`' {
        return words(ground.point(at), "a value cannot begin with a backtick", "put the value in quotes");
    }
    if matches!(character, '@' | '%') {
        return starts_with(ground.point(at), character);
    }
    let message = format!("the character `{}` cannot stand here", quote(&character.to_string()));
    (ground.point(at), message, Some("put the value in quotes".into()))
}

/// A `: ` in a value: either there are two on the line, or the line is indented
/// into the value above it.
fn second_colon(ground: Ground<'_>, at: usize) -> Words {
    let start = line_start(ground, at);
    let before = ground.slice(start, at);
    if before.contains(": ") {
        return words(ground.point(at), "a second `: ` in one value", "put the value in quotes");
    }
    let indent = before.len() - before.trim_start().len();
    words(
        ground.span(start + indent, at),
        "this key is indented further than the key above it, which has a value already",
        "begin keys of one mapping in the same column",
    )
}

/// The blanks around `at` that hold the tab; the tab on the line where they do not.
fn tab_near(ground: Ground<'_>, at: usize) -> Span {
    let start = line_start(ground, at);
    let before = ground.slice(start, at);
    if let Some(tab) = before.rfind('\t') {
        return ground.point(start + tab);
    }
    let rest = ground.slice(at, ground.text.len());
    match rest.find('\t') {
        Some(tab) if rest.get(..tab).is_some_and(|text| text.matches('\n').count() < 2) => ground.point(at + tab),
        _ => ground.point(at),
    }
}

/// The first escape of the double-quoted text at `at` that YAML does not know.
fn bad_escape(ground: Ground<'_>, at: usize) -> Words {
    let rest = ground.slice(at, ground.text.len());
    let mut chars = rest.char_indices();
    while let Some((slash, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        match chars.next() {
            Some((_, next)) if !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(next) => {
                let message = format!("`\\{}` is not an escape that YAML knows", quote(&next.to_string()));
                let span = ground.span(at + slash, at + slash + 1 + next.len_utf8());
                return (span, message, Some("write `\\\\` for a backslash, or put the text in single quotes".into()));
            }
            _ => {}
        }
    }
    words(ground.point(at), "an escape that YAML does not know", "put the text in single quotes")
}

/// From `at` to the end of its line.
fn line_from(ground: Ground<'_>, at: usize) -> Span {
    let rest = ground.slice(at, ground.text.len());
    let line = rest.find(['\n', '\r']).and_then(|end| rest.get(..end)).unwrap_or(rest);
    ground.span(at, at + line.trim_end().len())
}

fn line_start(ground: Ground<'_>, at: usize) -> usize {
    ground.slice(0, at).rfind(['\n', '\r']).map_or(0, |newline| newline + 1)
}
