//! The Modelfiles of Ollama: `INSTRUCTION arguments`, one after the other, where an argument
//! in quotation marks may go over several lines
//! (<https://docs.ollama.com/modelfile>).
//!
//! The root is one mapping with the list `documents`, as of every file that may hold several;
//! its one document is a mapping with the list `instructions`, each of them a mapping of one
//! key, in lower case. Which instructions there are is not known here: other tools have files
//! of that name.

use super::{Entry, Node, Parsed, Value};
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// The most instructions of a file.
const MAX_INSTRUCTIONS: usize = 10_000;

/// Instructions whose argument is a word before the value.
const NAMED: [&str; 2] = ["parameter", "message"];

/// Reads a Modelfile.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    let mut reader = Reader { text, source, at: 0 };
    let (mut instructions, mut findings) = (Vec::new(), Vec::new());
    while let Some(word) = reader.instruction() {
        if instructions.len() == MAX_INSTRUCTIONS {
            findings.push(error(word.1, format!("this file has more than {MAX_INSTRUCTIONS} instructions")));
            break;
        }
        match reader.value(&word.0) {
            Ok(value) => instructions.push(instruction(word, value)),
            Err(open) => {
                findings.push(error(open, "the text that begins here in quotation marks has no end".to_owned()));
                break;
            }
        }
    }
    let start = instructions.first().map_or(Span::file(source), Node::anchor);
    let whole = Span::new(source, 0, text.len());
    let document = Node::map(start).with("instructions", Node::seq(instructions, whole));
    Parsed { root: Some(Node::map(start).with("documents", Node::seq(vec![document], whole))), findings }
}

fn error(span: Span, message: String) -> Finding {
    Finding::new("gate/syntax-error", span, message)
}

fn instruction((name, span): (String, Span), value: Node) -> Node {
    let whole = span.to(value.span);
    Node { span: whole, value: Value::Map(vec![Entry { key: name.into(), key_span: span, value }]) }
}

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// The line from here on, without its end.
    fn line(&self) -> &'t str {
        self.rest().lines().next().unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// The next instruction, past blank lines and comments.
    fn instruction(&mut self) -> Option<(String, Span)> {
        loop {
            self.at += self.rest().len() - self.rest().trim_start().len();
            if self.rest().is_empty() {
                return None;
            }
            if !self.rest().starts_with('#') {
                break;
            }
            self.at += self.line().len();
        }
        let (word, span) = self.word();
        Some((word.to_ascii_lowercase(), span))
    }

    fn word(&mut self) -> (&'t str, Span) {
        let line = self.line();
        let word = line.split([' ', '\t']).next().unwrap_or(line);
        let span = self.span(self.at, self.at + word.len());
        self.at += word.len();
        (word, span)
    }

    /// The value of an instruction; where the quotation begins if it has no end.
    fn value(&mut self, instruction: &str) -> Result<Node, Span> {
        self.skip_blanks();
        if NAMED.contains(&instruction) {
            self.word();
            self.skip_blanks();
        }
        for mark in ["\"\"\"", "\""] {
            if self.rest().starts_with(mark) {
                return self.quoted(mark);
            }
        }
        let line = self.line();
        let value = Node::string(line.trim_end(), self.span(self.at, self.at + line.trim_end().len()));
        self.at += line.len();
        Ok(value)
    }

    /// A text that ends where a line does.
    fn quoted(&mut self, mark: &str) -> Result<Node, Span> {
        let (open, start) = (self.span(self.at, self.at + mark.len()), self.at + mark.len());
        let mut from = start;
        while let Some(found) = self.text.get(from..).and_then(|rest| rest.find(mark)) {
            let end = from + found;
            let behind = self.text.get(end + mark.len()..).unwrap_or_default();
            let behind = behind.trim_start_matches(|c: char| c != '\n' && c.is_whitespace());
            if behind.is_empty() || behind.starts_with('\n') {
                self.at = end + mark.len();
                let inside = self.text.get(start..end).unwrap_or_default();
                return Ok(Node::string(inside, self.span(start, end)));
            }
            from = end + mark.len();
        }
        Err(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let parsed = parse(text, SourceId(0));
        let root = parsed.root.unwrap();
        let document = &root.get("documents").unwrap().items()[0];
        let all = document.get("instructions").unwrap().items().iter().map(|instruction| {
            let entry = &instruction.entries()[0];
            let value = entry.value.text().unwrap();
            assert_eq!(&text[entry.value.span.range()], value);
            (entry.key.to_string(), value.to_owned())
        });
        (all.collect(), parsed.findings.len())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn instructions_in_their_order() {
        let text = "# a comment\r\nFROM ./m.gguf \r\nadapter ./a\n\nPARAMETER temperature 0.3\nSYSTEM \"\"\"You\nFROM here\n\"\"\"\nMESSAGE user \"hi \"you\"\"\nTEMPLATE x";
        let expected = [
            pair("from", "./m.gguf"),
            pair("adapter", "./a"),
            pair("parameter", "0.3"),
            pair("system", "You\nFROM here\n"),
            pair("message", "hi \"you\""),
            pair("template", "x"),
        ];
        assert_eq!(read(text), (expected.to_vec(), 0));
        assert_eq!(read(""), (vec![], 0));
        assert_eq!(read("FROM").0, [pair("from", "")]);
    }

    #[test]
    fn each_of_many_marks_is_looked_at_once() {
        let marks = "\"x".repeat(1_000_000);
        let (read, findings) = read(&format!("SYSTEM \"{marks}\" \t\r\nFROM a"));
        assert_eq!((read.len(), findings), (2, 0));
        assert_eq!(read[0].1.len(), marks.len());
    }

    #[test]
    fn a_quotation_without_an_end_is_a_finding() {
        assert_eq!(read("FROM a\nSYSTEM \"\"\"You\nFROM b\n"), (vec![pair("from", "a")], 1));
        assert_eq!(read("FROM \"\"\"").1, 1);
        assert_eq!(read("FROM \"a\nb").1, 1);
    }
}
