//! Places that the parser's events do not give as people see them: block scalars
//! with their indicator, values that are not written, lists in the column of
//! their key. `from` is where the last thing that was read ended, so each byte is
//! looked at once.

use std::ops::Range;

use granit_parser::ScalarStyle;

use crate::parse::build::Ground;

/// The bytes of a scalar that is written, `range` by the parser.
pub(super) fn extent(
    ground: Ground<'_>,
    from: usize,
    text: &str,
    style: ScalarStyle,
    range: &Range<usize>,
) -> Range<usize> {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return range.clone();
    }
    // The parser gives the content of a block scalar, or its header where there
    // is no content.
    let header = ground.slice(range.start, range.end).starts_with(['|', '>']);
    let start = if header && text.trim_end_matches('\n').is_empty() {
        range.start
    } else {
        block_indicator(ground, from.min(range.start), range.start).unwrap_or(range.start)
    };
    start..ground.trim_end(start, range.end)
}

/// The `|` or `>` on the last line before a block scalar's content.
fn block_indicator(ground: Ground<'_>, from: usize, content: usize) -> Option<usize> {
    let before = ground.slice(from, ground.trim_end(from, content));
    let line = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let header = before.get(line..)?;
    header.match_indices(['|', '>']).map(|(at, _)| at).find_map(|at| {
        let rest = header.get(at + 1..)?.trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
        (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(from + line + at)
    })
}

/// Right after the colon of a key that ends at `from`; at the end of the key
/// where it has none.
pub(super) fn after_colon(ground: Ground<'_>, from: usize) -> usize {
    let rest = ground.slice(from, ground.text.len());
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    if rest.get(blanks..).is_some_and(|rest| rest.starts_with(':')) { from + blanks + 1 } else { from }
}

/// Right after the dash that comes next.
pub(super) fn after_dash(ground: Ground<'_>, from: usize) -> usize {
    find_dash(ground.slice(from, ground.text.len())).map_or(from, |dash| from + dash + 1)
}

/// The dash that begins a list as the value of the key that ends at `from`,
/// before `to`.
pub(super) fn first_dash(ground: Ground<'_>, from: usize, to: usize) -> Option<usize> {
    let text = ground.slice(from, to);
    let value = text.find(':')? + 1;
    find_dash(text.get(value..)?).map(|dash| from + value + dash)
}

/// The offset of the next dash, after blanks, comments, an anchor and a tag.
fn find_dash(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        match rest.chars().next()? {
            '-' => return Some(at),
            '#' => at += rest.find('\n')?,
            '&' | '!' => at += rest.find(char::is_whitespace)?,
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => return None,
        }
    }
}
