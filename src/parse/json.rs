//! JSON (RFC 8259), strictly, as a spanned tree.
//!
//! What is sound is read [directly](direct). Anything else goes to `jsonc-parser`, with
//! everything lenient switched off, for what is wrong and where: a first pass over
//! the bytes refuses what it would still take (control characters inside
//! strings, blanks that JSON does not know) and bounds the depth before anything
//! recurses.

mod direct;

use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::build::{Entries, Ground, Trail, duplicate_key, failed, read, report, syntax_error, too_deep, too_many};
use super::{Entry, MAX_DEPTH, MAX_NODES, Node, Parsed, Scalar, ScalarKind, Value};
use crate::finding::Finding;
use crate::source::{SourceId, Span};
use crate::text::quote;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads the JSON `text` of `source`.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    tree(Ground::new(text, source, 0), &STRICT, MAX_NODES)
}

/// Reads the JSON `text` from byte `offset` of `source` as Python writes it: with `NaN`
/// and `Infinity`, and at most `nodes` values.
pub(super) fn parse_results(text: &str, source: SourceId, offset: usize, nodes: usize) -> Parsed {
    let options = ParseOptions { allow_non_finite_numbers: true, ..STRICT };
    tree(Ground::new(text, source, offset), &options, nodes)
}

fn tree(ground: Ground<'_>, options: &ParseOptions, most: usize) -> Parsed {
    direct::parse(ground, most).unwrap_or_else(|| parsed_anew(ground, options, most))
}

/// The same, by the parser that knows what is wrong.
fn parsed_anew(ground: Ground<'_>, options: &ParseOptions, most: usize) -> Parsed {
    let refused = match refused(ground) {
        Err(finding) => return failed(Vec::new(), *finding),
        Ok(refused) => refused,
    };
    let value = match (parse_to_ast(ground.text, &CollectOptions::default(), options), refused) {
        (Ok(result), None) => result.value,
        (Ok(_), Some(finding)) => return failed(Vec::new(), finding),
        (Err(error), refused) => return failed(Vec::new(), first(explain(ground, &error), refused)),
    };
    let Some(value) = value else {
        let finding = syntax_error(ground.span(0, 0), "an empty file is not JSON").help("write at least `{}`");
        return failed(Vec::new(), finding);
    };
    let mut reader = Reader::new(ground, most);
    match reader.node(value, Trail::Root) {
        Ok(root) => read(root, reader.findings),
        Err(finding) => failed(reader.findings, *finding),
    }
}

/// From the parser's tree to ours. Recursion is bounded by [`refused`].
struct Reader<'t> {
    ground: Ground<'t>,
    most: usize,
    nodes: usize,
    findings: Vec<Finding>,
}

impl<'t> Reader<'t> {
    fn new(ground: Ground<'t>, most: usize) -> Self {
        Self { ground, most, nodes: 0, findings: Vec::new() }
    }

    fn node(&mut self, value: ast::Value<'_>, trail: Trail<'_>) -> Result<Node, Box<Finding>> {
        let range = value.range();
        let span = self.ground.span(range.start, range.end);
        self.nodes += 1;
        if self.nodes > self.most {
            return Err(Box::new(too_many(self.ground.point(range.start), self.most)));
        }
        let written = self.ground.slice(range.start, range.end);
        let (kind, text) = match value {
            ast::Value::StringLit(string) => (ScalarKind::String, string.value.into()),
            ast::Value::NumberLit(_) => (self.number(written, range.start..range.end), written.into()),
            ast::Value::BooleanLit(boolean) => (ScalarKind::Bool(boolean.value), written.into()),
            ast::Value::NullKeyword(_) => (ScalarKind::Null, written.into()),
            ast::Value::Array(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for (index, element) in array.elements.into_iter().enumerate() {
                    items.push(self.node(element, Trail::Index(&trail, index))?);
                }
                return Ok(Node { span, value: Value::Seq(items) });
            }
            ast::Value::Object(object) => {
                let value = self.mapping(object, trail)?;
                return Ok(Node { span, value });
            }
        };
        Ok(Node { span, value: Value::Scalar(Scalar { kind, text }) })
    }

    fn mapping(&mut self, object: ast::Object<'_>, trail: Trail<'_>) -> Result<Value, Box<Finding>> {
        let mut entries = Entries::default();
        for property in object.properties {
            let place = property.name.range();
            let key_span = self.ground.span(place.start, place.end);
            let key = property.name.into_string();
            let value = self.node(property.value, Trail::Key(&trail, &key))?;
            self.insert(&mut entries, Entry { key: key.into(), key_span, value }, trail);
        }
        Ok(Value::Map(entries.into_vec()))
    }

    fn insert(&mut self, entries: &mut Entries, entry: Entry, parent: Trail<'_>) {
        let key_span = entry.key_span;
        if let Some((key, first)) = entries.insert(entry) {
            report(&mut self.findings, duplicate_key(&key, key_span, first, &parent.pointer()));
        }
    }

    fn number(&mut self, text: &str, range: std::ops::Range<usize>) -> ScalarKind {
        if let Ok(value) = text.parse() {
            return ScalarKind::Int(value);
        }
        let value = text.parse().unwrap_or(f64::NAN);
        if !value.is_finite() && text.ends_with(|c: char| c.is_ascii_digit()) {
            let message = format!("the number `{}` is too large to be compared", quote(text));
            let finding = syntax_error(self.ground.span(range.start, range.end), message);
            report(
                &mut self.findings,
                finding.help("write a number between -1.7e308 and 1.7e308, or put it in quotes"),
            );
        }
        ScalarKind::Float(value)
    }
}

/// The finding that stands first in the text.
fn first(one: Finding, other: Option<Finding>) -> Finding {
    match other {
        Some(other) if other.primary.span.start <= one.primary.span.start => other,
        _ => one,
    }
}

/// The first thing that the parser would take and JSON does not; an error for
/// what the parser could not bear.
fn refused(ground: Ground<'_>) -> Result<Option<Finding>, Box<Finding>> {
    let mut depth = 0_usize;
    let mut string = false;
    let mut refused = None;
    let mut bytes = ground.text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (string, byte) {
            (true, b'\\') => {
                bytes.next();
            }
            (_, b'"') => string = !string,
            (true, 0..=0x1f) if refused.is_none() => refused = Some(control(ground, at, byte)),
            (false, b'[' | b'{') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Box::new(too_deep(ground.point(at))));
                }
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x80..) if refused.is_none() => {
                refused = Some(stray(ground, at));
            }
            _ => {}
        }
    }
    Ok(refused)
}

fn control(ground: Ground<'_>, at: usize, byte: u8) -> Finding {
    match byte {
        b'\n' | b'\r' => syntax_error(ground.point(at), "a string ends in its line in JSON, and this one does not")
            .help("close the quote, or write the line break as `\\n`"),
        b'\t' => syntax_error(ground.point(at), "a tab cannot stand in a JSON string").help("write it as `\\t`"),
        _ => syntax_error(ground.point(at), format!("the character `\\u{{{byte:x}}}` cannot stand in a JSON string"))
            .help(format!("remove it, or write it as `\\u{byte:04x}`")),
    }
}

fn stray(ground: Ground<'_>, at: usize) -> Finding {
    let c = ground.slice(at, ground.text.len()).chars().next().unwrap_or('\0');
    let help = if matches!(c, '\u{201c}' | '\u{201d}' | '\u{201e}') {
        "write straight quotes: `\"`"
    } else {
        "put text in double quotes, or remove the character"
    };
    let shown = if c.is_whitespace() { c.escape_unicode().to_string() } else { quote(&c.to_string()) };
    syntax_error(ground.point(at), format!("the character `{shown}` cannot stand here in JSON")).help(help)
}

/// The parser's error in words, with what to write.
fn explain(ground: Ground<'_>, error: &ParseError) -> Finding {
    let Range { start, end } = error.range();
    let written = ground.slice(start, end);
    let (message, help) = words(match error.kind() {
        ParseErrorKind::UnexpectedToken if matches!(written, "NaN" | "Infinity" | "-Infinity") => {
            &ParseErrorKind::NonFiniteNumbersNotAllowed
        }
        ParseErrorKind::UnexpectedToken if written.starts_with(char::is_alphabetic) => &ParseErrorKind::UnexpectedWord,
        kind => kind,
    });
    let span = match error.kind() {
        // The range reaches to the end of the file; the bracket is what to show.
        ParseErrorKind::UnterminatedArray | ParseErrorKind::UnterminatedObject => ground.point(start),
        ParseErrorKind::ExpectedComma => ground.point(ground.trim_end(0, start)),
        _ if end > start && !written.contains('\n') => ground.span(start, end),
        _ => ground.point(start),
    };
    let finding = syntax_error(span, message);
    if help.is_empty() { finding } else { finding.help(help) }
}

fn words(kind: &ParseErrorKind) -> (String, &'static str) {
    use ParseErrorKind as Kind;
    let (message, help) = match kind {
        Kind::CommentsNotAllowed | Kind::UnterminatedCommentBlock => {
            ("JSON has no comments", "remove the comment, or say it in a value")
        }
        Kind::TrailingCommasNotAllowed => ("JSON has no comma after the last item", "remove the comma"),
        Kind::ExpectedComma => ("a comma is missing here", "separate items with commas"),
        Kind::ExpectedColonAfterObjectKey => ("a `:` is missing after this key", "write `\"key\": value`"),
        Kind::ExpectedObjectValue => ("a value is missing after the `:`", "write a value, or `null`"),
        Kind::ExpectedStringObjectProperty => ("a key without double quotes", "write `\"key\": value`"),
        Kind::UnexpectedTokenInObject => ("a key in double quotes should stand here", "write `\"key\": value`"),
        Kind::SingleQuotedStringsNotAllowed => ("JSON has no single quotes", "use double quotes"),
        Kind::UnterminatedArray => ("`[` is opened here and never closed", "close the bracket"),
        Kind::UnterminatedObject => ("`{` is opened here and never closed", "close the bracket"),
        Kind::UnexpectedCloseBrace => ("a `}` where a value should stand", "write a value, or remove the bracket"),
        Kind::UnexpectedCloseBracket => ("a `]` where a value should stand", "write a value, or remove the bracket"),
        Kind::UnexpectedComma => ("a comma where a value should stand", "write a value, or remove the comma"),
        Kind::UnexpectedColon => ("a `:` where a value should stand", "keys and values belong in `{…}`"),
        Kind::UnexpectedWord => {
            ("a word that JSON does not know", "put text in double quotes; the words are `true`, `false` and `null`")
        }
        Kind::NonFiniteNumbersNotAllowed => ("JSON has no NaN and no Infinity", "write `null`, or the text in quotes"),
        Kind::HexadecimalNumbersNotAllowed => ("JSON has no hexadecimal numbers", "write the number in decimal"),
        Kind::UnaryPlusNumbersNotAllowed => ("JSON has no `+` before a number", "remove the `+`"),
        Kind::BareDecimalPointNumbersNotAllowed => {
            ("a JSON number has digits on both sides of its point", "write `0.5` or `5.0`")
        }
        Kind::MultipleRootJsonValues => ("a second value begins here; one file holds one value", "remove it"),
        Kind::String(reason) => return (format!("this string is not JSON: {}", lower(&reason.to_string())), ""),
        other => return (format!("this is not JSON: {}", lower(&other.to_string())), ""),
    };
    (message.to_owned(), help)
}

/// The parser's words as the middle of a sentence.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    quote(&first.into_iter().chain(chars).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span::new(SourceId(0), start, end)
    }

    fn sound(text: &str) -> Node {
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.findings, [], "{text}");
        parsed.root.unwrap()
    }

    /// The one finding of a text that cannot be read: its words and its bytes.
    fn wrong(text: &str) -> (String, &str) {
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.root, None, "{text}");
        assert_eq!(parsed.findings.len(), 1, "{text}: {:?}", parsed.findings);
        let finding = &parsed.findings[0];
        assert_eq!(finding.rule.as_str(), "gate/syntax-error");
        (finding.message.clone(), &text[finding.primary.span.range()])
    }

    #[test]
    fn every_node_and_key_knows_its_bytes() {
        let text = "{\"é\": [1, -2.50, true], \"n\": null, \"s\": \"a\\nb\"}";
        let root = sound(text);
        assert_eq!(root.span, span(0, text.len()));
        let list = root.entry("é").unwrap();
        assert_eq!(&text[list.key_span.range()], "\"é\"");
        assert_eq!(&text[list.value.span.range()], "[1, -2.50, true]");
        assert_eq!(list.value.items()[1].text(), Some("-2.50"));
        assert_eq!(list.value.items()[1].as_f64(), Some(-2.5));
        assert!(root.get("n").unwrap().is_null());
        assert_eq!(root.get("s").unwrap().as_str(), Some("a\nb"));
        assert_eq!(&text[root.get("s").unwrap().span.range()], "\"a\\nb\"");
    }

    #[test]
    fn a_byte_order_mark_is_accepted() {
        let root = sound("\u{feff}{\"a\": 1}");
        assert_eq!(root.span, span(3, 11));
        assert_eq!(root.entry("a").unwrap().key_span, span(4, 7));
    }

    #[test]
    fn a_key_written_twice_is_reported_and_the_last_value_counts() {
        let parsed = parse("{\"m\": {\"a\": 1, \"b\": 2, \"a\": 3}}", SourceId(0));
        let finding = &parsed.findings[0];
        assert_eq!(finding.rule.as_str(), "gate/duplicate-key");
        assert_eq!(finding.message, "the key `a` is written twice; the second value is the one that counts");
        assert_eq!(finding.primary.span, span(23, 26));
        assert_eq!(finding.related[0].span, span(7, 10));
        assert_eq!(finding.related[0].text, "first written here");
        assert_eq!(finding.pointer.to_json_pointer(), "/m/a");
        let root = parsed.root.unwrap();
        assert_eq!(root.at(&["m", "a"]).unwrap().text(), Some("3"));
        assert_eq!(root.get("m").unwrap().entries().len(), 2);
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let cases = [
            ("", "an empty file is not JSON", ""),
            ("{\"a\": 1, // x\n}", "JSON has no comments", "// x"),
            ("{\"a\": 1,}", "JSON has no comma after the last item", ","),
            ("{\"a\": 1 \"b\": 2}", "a comma is missing here", " "),
            ("{\"a\" 1}", "a `:` is missing after this key", "1"),
            ("{a: 1}", "a key without double quotes", "a"),
            ("{'a': 1}", "JSON has no single quotes", "'"),
            ("{\"a\": [1, 2", "`[` is opened here and never closed", "["),
            ("[NaN]", "JSON has no NaN and no Infinity", "NaN"),
            ("[nope]", "a word that JSON does not know", "nope"),
            ("[] []", "a second value begins here; one file holds one value", "["),
            ("[\"a\nb\"]", "a string ends in its line in JSON, and this one does not", ""),
            ("[\"a\tb\"]", "a tab cannot stand in a JSON string", "\t"),
            ("[\u{201c}a\u{201d}]", "the character `\u{201c}` cannot stand here in JSON", "\u{201c}"),
            ("\u{a0}1", "the character `\\u{a0}` cannot stand here in JSON", "\u{a0}"),
        ];
        for (text, message, bytes) in cases {
            assert_eq!(wrong(text), (message.to_owned(), bytes), "{text:?}");
        }
        for text in
            ["01", "-", "1.", ".5", "+1", "0x1", "1e", "tru", "\"\\x41\"", "\"\\ud800\"", "\"", "[1 2]", "{,}", "[,]"]
        {
            wrong(text);
        }
    }

    #[test]
    fn numbers_beyond_comparison_are_reported() {
        let parsed = parse("[1e400, 9223372036854775808]", SourceId(0));
        assert_eq!(parsed.findings.len(), 1);
        assert_eq!(parsed.findings[0].message, "the number `1e400` is too large to be compared");
        assert_eq!(parsed.findings[0].primary.span, span(1, 6));
        assert_eq!(parsed.root.unwrap().items()[1].as_f64(), Some(9_223_372_036_854_775_808.0));
    }

    #[test]
    fn budgets_cost_one_finding() {
        let deep = "[".repeat(100_000);
        let parsed = parse(&deep, SourceId(0));
        assert_eq!(parsed.findings.len(), 1);
        assert_eq!(parsed.findings[0].primary.span, span(64, 65));
        let fits = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert_eq!(sound(&fits).span, span(0, 128));
        let wide = format!("[{}1]", "1,".repeat(MAX_NODES));
        assert_eq!(wrong(&wide).0, "more than 250000 values in one document, which is the most that are read");
    }
}
