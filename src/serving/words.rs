//! Words of command lines, and names, with their places.

use crate::parse::Node;
use crate::source::Span;

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, without quotation marks.
    pub text: String,
    /// Where: the word itself where the source has it letter by letter, else the value
    /// that it is a part of.
    pub span: Span,
}

/// Programs whose arguments are scripts.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

impl Word {
    /// The text of a scalar.
    pub(super) fn of(node: &Node) -> Option<Self> {
        node.text().map(|text| Self { text: text.to_owned(), span: node.span })
    }

    /// Whether what it says depends on a variable.
    pub fn has_variable(&self) -> bool {
        self.text.contains('$') || self.text.contains("{{")
    }

    /// A part of it by bytes.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or_default().to_owned();
        let width = (self.span.end - self.span.start) as usize;
        // In quotation marks without escapes the text begins one byte further on.
        let quotes = match width.checked_sub(self.text.len()) {
            Some(0) if self.text.is_ascii() => 0,
            Some(2) if self.text.is_ascii() && !self.text.contains(char::is_whitespace) => 1,
            _ => return Self { text, span: self.span },
        };
        let start = self.span.start as usize + quotes;
        Self { text, span: Span::new(self.span.source, start + from, start + to) }
    }

    /// The parts before and behind the first such character.
    pub(super) fn split_at(&self, mark: char) -> Option<(Self, Self)> {
        let at = self.text.find(mark)?;
        Some((self.part(0, at), self.part(at + mark.len_utf8(), self.text.len())))
    }

    /// The words of a list with commas.
    pub(super) fn list(&self) -> Vec<Self> {
        let mut words = Vec::new();
        let mut from = 0;
        for piece in self.text.split(',') {
            let blank = piece.len() - piece.trim_start().len();
            if !piece.trim().is_empty() {
                words.push(self.part(from + blank, from + blank + piece.trim().len()));
            }
            from += piece.len() + 1;
        }
        words
    }

    /// The words of a command line, as a shell would take it apart, as far as that goes
    /// without running it.
    pub(super) fn shell(&self) -> Vec<Self> {
        let mut words = Vec::new();
        let mut current: Option<(usize, String, bool)> = None;
        let mut quote: Option<char> = None;
        let mut letters = self.text.char_indices();
        while let Some((at, letter)) = letters.next() {
            let breaks = letter.is_whitespace() || matches!(letter, ';' | '&' | '|');
            match (quote, letter) {
                (Some(open), _) if letter == open => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(letter);
                    current.get_or_insert_with(|| (at, String::new(), false)).2 = true;
                }
                (None | Some('"'), '\\') => {
                    if let Some((_, next)) = letters.next().filter(|(_, next)| *next != '\n') {
                        let word = current.get_or_insert_with(|| (at, String::new(), false));
                        word.1.push(next);
                        word.2 = true;
                    }
                }
                (None, _) if breaks => words.extend(current.take().map(|word| self.taken(word))),
                _ => current.get_or_insert_with(|| (at, String::new(), false)).1.push(letter),
            }
        }
        words.extend(current.map(|word| self.taken(word)));
        words
    }

    /// A word that a shell took out; one with quotation marks has no place of its own.
    fn taken(&self, (at, text, changed): (usize, String, bool)) -> Self {
        if changed { Self { text, span: self.span } } else { self.part(at, at + text.len()) }
    }
}

/// The words of a command and its arguments, each a text or a list; the scripts of shells
/// are taken apart.
pub(super) fn command_line(command: Option<&Node>, arguments: Option<&Node>) -> Vec<Word> {
    let parts = |node: &Node| -> Vec<Word> {
        match Word::of(node) {
            Some(line) => line.shell(),
            None => node.items().iter().filter_map(Word::of).collect(),
        }
    };
    let mut words: Vec<Word> = Vec::new();
    for word in [command, arguments].into_iter().flatten().flat_map(parts) {
        let shell = words.first().is_some_and(|first| {
            let name = first.text.rsplit('/').next().unwrap_or_default();
            SHELLS.contains(&name)
        });
        if shell && word.text.contains(char::is_whitespace) {
            words.extend(word.shell());
        } else {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn word(text: &str, width: usize) -> Word {
        Word { text: text.to_owned(), span: Span::new(SourceId(0), 10, 10 + width) }
    }

    fn texts(words: &[Word]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn a_part_has_its_own_place_where_the_source_shows_it() {
        let (name, path) = word("a=b/c", 5).split_at('=').unwrap();
        assert_eq!((name.text.as_str(), name.span.range()), ("a", 10..11));
        assert_eq!((path.text.as_str(), path.span.range()), ("b/c", 12..15));
        assert_eq!(word("a=b", 5).part(2, 3).span.range(), 13..14, "in quotation marks");
        assert_eq!(word("a=b", 9).part(2, 3).span.range(), 10..19, "with escapes");
        assert_eq!(word("a=é", 4).part(2, 4).span.range(), 10..14, "letters of several bytes may be escapes");
        assert_eq!(word("a b", 5).part(2, 3).span.range(), 10..15, "lines that were folded");
        assert_eq!(texts(&word("a, b,,c", 7).list()), ["a", "b", "c"]);
    }

    #[test]
    fn a_script_is_taken_apart() {
        let script = "export A=1; vllm serve \\\n  \"$MODEL\" --x='a b' --y=z\\ w && echo \"\"";
        let words = word(script, script.len()).shell();
        assert_eq!(texts(&words), ["export", "A=1", "vllm", "serve", "$MODEL", "--x=a b", "--y=z w", "echo", ""]);
        assert_eq!(words[1].span.range(), 17..20);
    }
}
