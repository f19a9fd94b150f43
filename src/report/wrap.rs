//! Words on lines of a terminal, and the few colours that reports use.

use unicode_width::UnicodeWidthStr as _;

use super::RenderOptions;
use crate::rule::Severity;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Wrong.
    Bad,
    /// Doubtful.
    Doubtful,
    /// Well.
    Good,
    /// By the way.
    Aside,
    /// Names of what follows.
    Lead,
    /// Headlines.
    Strong,
}

impl Ink {
    /// The ink of findings of a severity.
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Doubtful,
            Severity::Note => Self::Lead,
        }
    }

    /// `text` in this colour, or plain where there are to be none. The eight ANSI
    /// colours follow the terminal's theme, so they can be read on any ground.
    pub(super) fn paint(self, text: &str, options: &RenderOptions) -> String {
        if !options.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match self {
            Self::Bad => "1;31",
            Self::Doubtful => "1;33",
            Self::Good => "32",
            Self::Aside => "2",
            Self::Lead => "1;36",
            Self::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// `text` behind a lead of `lead` columns that is written already, broken between
/// words so that no line is wider than `width` where a word is not; further lines
/// stand under the first word. `text` is to be sanitised already. A word that a CI
/// runner would take for a command at the start of a line stays with the word before.
pub(super) fn hang(lead: usize, text: &str, width: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(before) if word.trim_start().starts_with("::") => {
                before.push(' ');
                before.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let pieces = words.into_iter().map(|word| {
        let wide = word.width();
        (word, wide)
    });
    flow(lead, pieces, 1, width)
}

/// As [`hang`], of pieces that are not to be broken, each with its width (which a
/// painted piece does not show), `gap` columns between them.
pub(super) fn flow(lead: usize, pieces: impl IntoIterator<Item = (String, usize)>, gap: usize, width: usize) -> String {
    let mut out = String::new();
    let mut column = lead;
    for (at, (piece, wide)) in pieces.into_iter().enumerate() {
        if at > 0 && column + gap + wide > width {
            out.push('\n');
            out.push_str(&" ".repeat(lead));
            column = lead;
        } else if at > 0 {
            out.push_str(&" ".repeat(gap));
            column += gap;
        }
        out.push_str(&piece);
        column += wide;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_hang_under_the_first_word() {
        assert_eq!(hang(6, "one two three", 13), "one two\n      three");
        assert_eq!(hang(2, "日本語 日本語", 10), "日本語\n  日本語");
        assert_eq!(hang(2, "indivisible", 4), "indivisible");
    }

    #[test]
    fn no_line_begins_with_a_command() {
        assert_eq!(hang(2, "one two ::error::x three", 9), "one\n  two ::error::x\n  three");
        assert_eq!(hang(2, "one \u{a0}::error::x", 5), "one \u{a0}::error::x");
    }

    #[test]
    fn colour_is_asked_for() {
        let plain = RenderOptions::default();
        let color = RenderOptions { color: true, ..RenderOptions::default() };
        assert_eq!(Ink::Bad.paint("x", &plain), "x");
        assert_eq!(Ink::Bad.paint("x", &color), "\u{1b}[1;31mx\u{1b}[0m");
    }
}
