//! What a word is given as its value, read from the few bytes around it.

use std::ops::Range;

use super::remark::{holds, remarks};
use super::{Language, Named, Word};

/// How names end, without marks and in lower case, whose value is a model.
const ENDINGS: [&str; 6] = ["model", "modelname", "modelid", "modelversion", "modelkey", "modelnameorpath"];

/// The most bytes of a name, of a type between a name and its value, of an id, and of the
/// arguments of a call.
const NAME: usize = 48;
const TYPE: usize = 48;
const ID: usize = 120;
const CALL: usize = 2_000;

/// How files end that are weights or data and no model of a registry.
const FILES: [&str; 14] = [
    ".pt",
    ".pth",
    ".bin",
    ".gguf",
    ".onnx",
    ".pkl",
    ".h5",
    ".ckpt",
    ".json",
    ".yaml",
    ".py",
    ".tflite",
    ".safetensors",
    ".joblib",
];

pub(super) struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    language: Language,
    remarks: Vec<Range<usize>>,
    /// Whether the file speaks of a revision anywhere; then it is not guessed of what.
    revises: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, language: Language) -> Self {
        let remarks = remarks(text, language);
        Self {
            text,
            bytes: text.as_bytes(),
            language,
            remarks,
            revises: text.contains("revision") || text.contains("REVISION"),
        }
    }

    /// The model that is named at a word that was found.
    pub(super) fn named(&self, word: Word, start: usize, end: usize) -> Option<Named> {
        match word {
            _ if holds(&self.remarks, start) => None,
            Word::Model => self.argument(start, end),
            Word::Call => self.call(end),
            // A variable may be called as a model is.
            Word::Own => self.own(start, end).or_else(|| self.argument(start, end)),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Behind the bytes from `at` on that pass, of which there are at most `most`.
    fn behind(&self, at: usize, most: usize, passes: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(most).take_while(|byte| passes(**byte)).count()
    }

    /// Where the bytes before `at` begin that pass.
    fn before(&self, at: usize, passes: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(..at).unwrap_or_default();
        at - rest.iter().rev().take(NAME).take_while(|byte| passes(**byte)).count()
    }

    /// `model="…"`, `"model": "…"`, `MODEL: str = "…"`, `.model("…")`, `MODEL=…`.
    fn argument(&self, start: usize, end: usize) -> Option<Named> {
        let first = self.before(start, is_name);
        let last = self.behind(end, NAME, |byte| is_name(byte) || byte == b'-');
        let name: String = self.text.get(first..last)?.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        let whole = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))?;
        // `remodel` is one word; `chatModel` and `chat_model` are two.
        let goes_on = self.byte(start).is_some_and(|byte| byte.is_ascii_lowercase())
            && self.text.get(first..start)?.ends_with(|c: char| c.is_ascii_alphanumeric());
        if goes_on && !whole.is_empty() {
            return None;
        }
        let at =
            if self.language == Language::Env { self.line_value(last)? } else { self.id_at(self.value_of(last)?)? };
        let id = self.text.get(at.clone())?;
        let next = self.behind(at.end + 1, NAME, |byte| byte == b' ');
        let is_choice = !matches!(self.byte(next), Some(b':' | b'|'));
        (is_choice && has_a_version(id)).then_some(Named { at, how: "argument", pinned: self.revises })
    }

    /// Where the value begins of the name that ends at `at`.
    fn value_of(&self, at: usize) -> Option<usize> {
        let at = self.behind(at, 1, |byte| matches!(byte, b'"' | b'\''));
        let at = self.blanks(self.behind(at, 1, |byte| matches!(byte, b']' | b'?')));
        match (self.byte(at)?, self.byte(at + 1)) {
            (b'=', Some(b'=' | b'>' | b'~')) | (b':', Some(b':')) => None,
            (b':', Some(b'=')) => Some(self.blanks(at + 2)),
            (b'=' | b'(', _) => Some(self.blanks(at + 1)),
            (b':', _) => {
                let value = self.blanks(at + 1);
                if matches!(self.byte(value)?, b'"' | b'\'' | b'`') {
                    return Some(value);
                }
                let typed = self.behind(value, TYPE, |byte| is_name(byte) || b".&<>[]| ".contains(&byte));
                let assigned = self.byte(typed) == Some(b'=') && self.byte(typed + 1) != Some(b'=');
                assigned.then(|| self.blanks(typed + 1))
            }
            _ => None,
        }
    }

    fn blanks(&self, at: usize) -> usize {
        self.behind(at, NAME, |byte| matches!(byte, b' ' | b'\t'))
    }

    /// The id in the quotation marks that begin at `at`.
    fn id_at(&self, at: usize) -> Option<Range<usize>> {
        let mark = self.byte(at).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let end = self.behind(at + 1, ID, is_id);
        (self.byte(end) == Some(mark) && begins_an_id(self.bytes, at + 1)).then_some(at + 1..end)
    }

    /// The value of a line `NAME=value`.
    fn line_value(&self, at: usize) -> Option<Range<usize>> {
        let value = self.byte(at).filter(|byte| *byte == b'=').map(|_| at + 1)?;
        if let Some(quoted) = self.id_at(value) {
            return Some(quoted);
        }
        let end = self.behind(value, ID, is_id);
        let ends = self.byte(end).is_none_or(|byte| byte.is_ascii_whitespace());
        (ends && begins_an_id(self.bytes, value)).then_some(value..end)
    }

    /// `from_pretrained("…", …)`, with or without a revision among its arguments.
    fn call(&self, end: usize) -> Option<Named> {
        self.byte(end).filter(|byte| *byte == b'(')?;
        let first = self.behind(end + 1, NAME, |byte| byte.is_ascii_whitespace());
        let named = self.behind(first, NAME, is_name);
        let value = if named > first && self.byte(named) == Some(b'=') { named + 1 } else { first };
        let at = self.id_at(value)?;
        let id = self.text.get(at.clone())?;
        if !is_model(id) || id.matches('/').count() > 1 {
            return None;
        }
        let pinned = self.text.get(at.end..self.end_of_call(at.end + 1))?.contains("revision");
        Some(Named { at, how: "call", pinned })
    }

    /// Where the call ends whose arguments go on at `at`.
    fn end_of_call(&self, at: usize) -> usize {
        let (mut depth, mut quote) = (0_usize, None);
        for (index, byte) in self.bytes.iter().copied().enumerate().skip(at).take(CALL) {
            match (quote, byte) {
                (Some(mark), byte) if byte == mark || byte == b'\n' => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') if depth == 0 => return index,
                (None, b')') => depth -= 1,
                (Some(_) | None, _) => {}
            }
        }
        // A piece of a character that is cut is no place to end at.
        let end = (at + CALL).min(self.text.len());
        (end..=self.text.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(end)
    }

    /// One of the repository's own models in quotation marks, with a version behind it.
    fn own(&self, start: usize, end: usize) -> Option<Named> {
        let name = self.text.get(start..end)?;
        let stored = self.text.get(..start)?.ends_with("models:/");
        let first = if stored { start - "models:/".len() } else { start };
        let at = self.id_at(first.checked_sub(1)?)?;
        let version = self.text.get(at.clone())?.get(end - first..)?;
        let numbered = version.strip_prefix(['-', '@', ':', '/']).is_some_and(|version| {
            version.strip_prefix('v').unwrap_or(version).starts_with(|first: char| first.is_ascii_digit())
        });
        // Of a checkpoint, the name is the version.
        let whole = version.is_empty() && has_a_version(name);
        (numbered || whole).then_some(Named { at, how: "name", pinned: true })
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte)
}

fn begins_an_id(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether it may be the id of a model and is no file and no address.
fn is_model(id: &str) -> bool {
    id.len() >= 3
        && !id.contains("//")
        && !FILES.iter().any(|ending| id.ends_with(ending))
        && id.contains(|c: char| c.is_ascii_alphabetic())
}

/// The same, of one that says which of a family it is.
fn has_a_version(id: &str) -> bool {
    is_model(id) && (id.contains(|c: char| c.is_ascii_digit()) || id.ends_with("latest"))
}
