//! How many words a text has, in any script.

/// The words of a text; of scripts without spaces, the characters. Markers of
/// lists are no words.
pub(super) fn count(text: &str) -> usize {
    let of_line = |line: &str| if line.is_ascii() { ascii_words(line.as_bytes()) } else { any_words(line) };
    text.lines().map(of_line).sum()
}

fn ascii_words(line: &[u8]) -> usize {
    let line = line.trim_ascii_start();
    let first = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let words = if is_marker(first) { line.get(first.len()..).unwrap_or_default() } else { line };
    words.split(u8::is_ascii_whitespace).filter(|word| word.iter().any(u8::is_ascii_alphanumeric)).count()
}

fn any_words(line: &str) -> usize {
    let mut words = line.split_whitespace();
    let first = words.next().filter(|word| !is_marker(word.as_bytes()));
    first.into_iter().chain(words).map(word_count).sum()
}

/// Whether a word is the number of an item of a list.
fn is_marker(word: &[u8]) -> bool {
    let ends = word.iter().rev().take_while(|byte| matches!(byte, b'.' | b')')).count();
    ends > 0 && word.iter().rev().skip(ends).all(u8::is_ascii_digit)
}

fn word_count(word: &str) -> usize {
    if word.is_ascii() {
        return usize::from(word.bytes().any(|byte| byte.is_ascii_alphanumeric()));
    }
    let wide =
        word.chars().filter(|c| matches!(u32::from(*c), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af)).count();
    if wide > 0 { wide } else { usize::from(word.chars().any(char::is_alphanumeric)) }
}
