//! A source line made fit to be shown: cut to a width, with nothing hidden in it.

use unicode_width::UnicodeWidthChar as _;

use crate::text;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// A line as it is shown, and where in it the stops are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    /// The text: no tabs, no hidden characters, no markers of commands.
    pub text: String,
    /// The stops as byte offsets into `text`, in the order in which they came.
    pub stops: Vec<usize>,
}

/// Cuts `line` to about `width` columns around the byte offset `focus`, and moves
/// `stops` (byte offsets, on character boundaries) along. Reads no more of the line
/// than it shows, so a line of megabytes costs what a short one does.
pub(super) fn fit(line: &str, stops: &[usize], focus: usize, width: usize, unicode: bool) -> Fitted {
    let dots = if unicode { "…" } else { "..." };
    let begin = begin(line, focus, width);
    let mut out = String::new();
    let mut moved = vec![None; stops.len()];
    let mut column = 0;
    if begin > 0 {
        out.push_str(dots);
        column = dots.chars().count();
    }
    let shown = line.get(begin..).unwrap_or("");
    let mut cut = false;
    // Marks that take no room could make a line of any length.
    for (count, (at, c)) in shown.char_indices().enumerate() {
        let (piece, wide) = visible(c, column, &out);
        if column + wide > width || count > 4 * width {
            cut = true;
            break;
        }
        place(stops, &mut moved, begin + at, out.len());
        out.push_str(&piece);
        column += wide;
    }
    let first = if begin > 0 { dots.len() } else { 0 };
    if cut {
        out.push_str(dots);
    }
    let last = out.len();
    let stops = stops.iter().zip(moved).map(|(stop, at)| at.unwrap_or(if *stop < begin { first } else { last }));
    let stops = stops.collect();
    Fitted { text: out, stops }
}

fn place(stops: &[usize], moved: &mut [Option<usize>], at: usize, out: usize) {
    for (stop, moved) in stops.iter().zip(moved) {
        if *stop == at {
            *moved = Some(out);
        }
    }
}

/// Where to begin: at the line's start if the focus is shown then with room to
/// spare, otherwise a third of the width before the focus.
fn begin(line: &str, focus: usize, width: usize) -> usize {
    let fits = line.chars().take(width).map(|c| visible(c, 0, "").1).sum::<usize>();
    let short = fits <= width && line.chars().nth(width).is_none();
    if short || focus <= width / 2 {
        return 0;
    }
    let before = line.get(..focus).unwrap_or("");
    let lead = before.char_indices().rev().take(width / 3).last().map_or(0, |(at, _)| at);
    if lead < TAB { 0 } else { lead }
}

/// A character as it is shown at a column behind `before`, and its width there.
fn visible(c: char, column: usize, before: &str) -> (String, usize) {
    let marker = c == '[' && ["##", "##vso", "##teamcity"].iter().any(|marker| before.ends_with(marker));
    let piece = match c {
        '\t' => " ".repeat(TAB - column % TAB),
        c if text::is_hidden(c) => format!("\\u{{{:x}}}", c as u32),
        '[' if marker => "\\[".to_owned(),
        c => return (c.to_string(), c.width().unwrap_or(0)),
    };
    let wide = piece.len();
    (piece, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_stays() {
        let fitted = fit("name: x", &[6, 7], 6, 40, true);
        assert_eq!(fitted, Fitted { text: "name: x".into(), stops: vec![6, 7] });
    }

    #[test]
    fn tabs_and_hidden_characters_take_room_and_stops_follow() {
        let fitted = fit("\ta\u{202e}##[b", &[1, 2, 5, 8], 0, 40, true);
        assert_eq!(fitted.text, "    a\\u{202e}##\\[b");
        assert_eq!(fitted.stops, [4, 5, 13, 17]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_focus() {
        let line = format!("{}KEY{}", "a".repeat(1000), "b".repeat(1000));
        let fitted = fit(&line, &[1000, 1003], 1000, 30, true);
        assert_eq!(fitted.text, "…aaaaaaaaaaKEYbbbbbbbbbbbbbbbb…");
        assert_eq!(&fitted.text[fitted.stops[0]..fitted.stops[1]], "KEY");
        let fitted = fit(&line, &[1000, 2003], 1000, 30, false);
        assert_eq!(fitted.text, "...aaaaaaaaaaKEYbbbbbbbbbbbbbb...");
        assert_eq!(fitted.stops[1], fitted.text.len());
    }

    #[test]
    fn marks_without_width_do_not_make_a_line_long() {
        let line = "e\u{301}".to_owned() + &"\u{301}".repeat(10_000);
        assert!(fit(&line, &[], 0, 40, true).text.chars().count() < 200);
    }
}
