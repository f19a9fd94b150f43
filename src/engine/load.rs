//! From paths to documents: bytes are read within their budget, decoded, and
//! parsed, all files in parallel. A file that cannot be read or is not text
//! becomes a document with a finding, never a gap.

use rayon::prelude::*;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::link::Files;
use crate::parse::evidence::{self, Form};
use crate::parse::{self, Document, Node, Parsed, Syntax};
use crate::source::{Source, SourceId, Span};
use crate::tree::DOCUMENT_BYTES;

/// A file to be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// Its path, relative to the root.
    pub(super) path: String,
    /// What it is taken for.
    pub(super) kind: Kind,
    /// Its bytes, if they were read to tell that.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Loads every file; the sources are numbered from `first` in the order given.
pub(super) fn load(files: &Files<'_>, inputs: Vec<Input>, first: usize) -> Vec<(Source, Document)> {
    inputs
        .into_par_iter()
        .enumerate()
        .map(|(index, input)| {
            let id = SourceId(u32::try_from(first + index).unwrap_or(u32::MAX));
            document(files, input, id)
        })
        .collect()
}

fn document(files: &Files<'_>, input: Input, id: SourceId) -> (Source, Document) {
    let tree = files.tree();
    let shown = tree.display(&input.path);
    let most = if input.kind == Kind::EvaluationResults { evidence::MAX_BYTES } else { DOCUMENT_BYTES };
    let bytes = input.bytes.map_or_else(|| tree.read(&input.path, most), Ok);
    let (text, problem) = match bytes {
        Ok(bytes) => decode(bytes),
        Err(error) => (String::new(), Some(Problem { at: 0, message: error.to_string(), help: None })),
    };
    let mut document = Document {
        source: id,
        path: input.path,
        kind: input.kind,
        root: Node::map(Span::file(id)),
        body: None,
        sound: problem.is_none(),
        findings: Vec::new(),
    };
    match problem {
        // What a template renders to is not here: it is not read, and that is no mistake.
        None if document.kind.is_stream() && files.is_template(&document.path) => document.sound = false,
        None => parse_into(&mut document, &text, id),
        Some(problem) => document.findings.push(unreadable(input.kind, id, &problem)),
    }
    (Source::new(shown, text), document)
}

fn unreadable(kind: Kind, id: SourceId, problem: &Problem) -> Finding {
    let what = if kind == Kind::Card { "model card" } else { "document" };
    let span = Span::new(id, problem.at, problem.at);
    let finding =
        Finding::new("gate/file-unreadable", span, format!("this {what} is not readable: {}", problem.message));
    match problem.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn parse_into(document: &mut Document, text: &str, id: SourceId) {
    if document.kind == Kind::Card {
        let parsed = parse::markdown::parse(text, id);
        document.root = parsed.root;
        document.body = Some(parsed.body);
        document.sound = parsed.sound;
        document.findings = parsed.findings;
        return;
    }
    let form = Form::of(&document.path).filter(|_| document.kind == Kind::EvaluationResults);
    let syntax = Syntax::of(&document.path).unwrap_or(Syntax::Yaml);
    let Parsed { root, findings } = match form {
        Some(form) => evidence::parse(form, text, id),
        None if document.kind.is_stream() => parse::stream(syntax, text, id),
        None => parse::data(syntax, text, id),
    };
    document.findings = findings;
    match root {
        Some(root) if root.is_map() || (root.is_seq() && may_be_list(document.kind)) => document.root = root,
        // A configuration that says nothing leaves everything as it is.
        Some(root) if root.is_null() && document.kind == Kind::Config && document.findings.is_empty() => {}
        Some(root) if document.findings.is_empty() => {
            document.sound = false;
            let message = format!("this document is a {}, not a mapping of keys", root.type_name());
            let finding = Finding::new("gate/syntax-error", root.span.start_point(), message);
            document.findings.push(finding.help(format!("write it as the schema of a {} says", document.kind)));
        }
        _ => document.sound = false,
    }
    // What a syntax error cost the tree is not to be called missing.
    document.sound &= document.findings.iter().all(|finding| finding.rule.as_str() != "gate/syntax-error");
}

/// Whether documents of a kind may be lists: those that evaluation tools write.
fn may_be_list(kind: Kind) -> bool {
    matches!(kind, Kind::EvaluationResults | Kind::HubEvalResults)
}

/// Why bytes are not a document's text, and from which byte on.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    at: usize,
    message: String,
    help: Option<&'static str>,
}

/// The text of UTF-8 bytes. Of anything else, what can be shown of it, and why it
/// cannot be read.
fn decode(bytes: Vec<u8>) -> (String, Option<Problem>) {
    let save = Some("save the file as UTF-8 without a byte order mark");
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = "it is UTF-16, not UTF-8; the Hub and most tools would see garbage".to_owned();
        return (String::new(), Some(Problem { at: 0, message, help: save }));
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(at) => {
                let message = "it holds a NUL character, so it is not text".to_owned();
                (text, Some(Problem { at, message, help: save }))
            }
            None => (text, None),
        },
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let message = "it is not UTF-8 from here on".to_owned();
            (text, Some(Problem { at, message, help: save }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_utf8_text_is_read() {
        assert_eq!(decode(b"plain".to_vec()).1, None);
        let (_, problem) = decode(vec![0xff, 0xfe, b'a', 0]);
        assert!(problem.is_some_and(|problem| problem.message.contains("UTF-16")));
        let (text, problem) = decode(b"ok\n\xe9 bad".to_vec());
        assert_eq!(problem.map(|problem| problem.at), Some(3));
        assert_eq!(text, "ok\n\u{fffd} bad");
        let (_, problem) = decode(b"a\0b".to_vec());
        assert_eq!(problem.map(|problem| problem.at), Some(1));
    }
}
