//! Source lines with marks under them, drawn by miette.
//!
//! miette never sees a document's own text: a mark's lines are cut to the width of
//! the terminal and made visible first ([`fit`]), and its marks are moved along. Its
//! types do not leave this file. miette draws one file a block; we put several
//! excerpts into one frame, so that both sides of a contradiction read as one thing.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::RenderOptions;
use super::fit::{Fitted, fit};
use super::place::Place;
use super::wrap::Ink;
use crate::rule::Severity;
use crate::source::{Source, SourceMap, Span};
use crate::text::sanitize;

/// The most lines of a span that are drawn; of a longer one, the first line.
const TALL: u32 = 4;

/// Marks at most this many lines apart share an excerpt.
const NEAR: u32 = 3;

/// A line's text has at least this many columns, however narrow the terminal is.
const NARROW: usize = 40;

/// A place and words for it; the first of a frame is the primary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark<'a> {
    /// The place.
    pub span: Span,
    /// The words; may be empty.
    pub text: &'a str,
}

/// Draws a frame with an excerpt for each mark, or for marks that are near each other.
pub(super) fn draw(marks: &[Mark<'_>], sources: &SourceMap, severity: Severity, options: &RenderOptions) -> String {
    let chars =
        if options.unicode { ["╭─", "├─", "╰────", "╶─"] } else { [",-", "|-", "`----", "--"] };
    let [first, further, last, alone] = chars;
    let excerpts = gather(marks, sources, options);
    let digits = excerpts.iter().map(|excerpt| excerpt.last.to_string().len()).max().unwrap_or(1);
    let pad = " ".repeat(digits + 2);
    let mut out = String::new();
    let mut open = false;
    for excerpt in &excerpts {
        let body = excerpt.draw(sources, severity, options, digits);
        let corner = if open {
            further
        } else if body.is_empty() {
            alone
        } else {
            first
        };
        out.push_str(&format_head(&pad, corner, &excerpt.head(sources), options));
        out.push_str(&body);
        open |= !body.is_empty();
    }
    if open {
        out.push_str(&pad);
        out.push_str(last);
        out.push('\n');
    }
    out
}

fn format_head(pad: &str, corner: &str, head: &str, options: &RenderOptions) -> String {
    format!("{pad}{corner}[{}]\n", Ink::Lead.paint(head, options))
}

/// Marks on lines that are drawn together, and those lines.
struct Excerpt<'a> {
    marks: Vec<(Mark<'a>, Place<'a>)>,
    /// First line that is drawn.
    first: u32,
    /// Last line that is drawn.
    last: u32,
}

/// Puts each mark into the excerpt that has room for it, in the order of the marks.
fn gather<'a>(marks: &[Mark<'a>], sources: &'a SourceMap, options: &RenderOptions) -> Vec<Excerpt<'a>> {
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    for mark in marks {
        let place = Place::of(mark.span, sources);
        let tall = place.last_line() - place.start.line >= TALL;
        let last = if tall { place.start.line } else { place.last_line() };
        if let Some(excerpt) = excerpts.iter_mut().find(|excerpt| excerpt.has_room(mark, &place, last, options.width)) {
            excerpt.first = excerpt.first.min(place.start.line);
            excerpt.last = excerpt.last.max(last);
            excerpt.marks.push((mark.clone(), place));
        } else {
            excerpts.push(Excerpt { marks: vec![(mark.clone(), place)], first: place.start.line, last });
        }
    }
    excerpts
}

impl Excerpt<'_> {
    /// Whether a mark can be drawn here: on one line, near, and clear of the others.
    fn has_room(&self, mark: &Mark<'_>, place: &Place<'_>, last: u32, width: usize) -> bool {
        let one_line = place.start.line == place.last_line() && last == place.start.line;
        let near = place.start.line + NEAR >= self.first && place.start.line <= self.last + NEAR;
        let clear = |(other, at): &(Mark<'_>, Place<'_>)| {
            let apart = other.span.end < mark.span.start || mark.span.end < other.span.start;
            let distance = other.span.start.abs_diff(mark.span.start) as usize;
            other.span.source == mark.span.source
                && at.start.line == at.last_line()
                && apart
                && (at.start.line != place.start.line || distance < width / 2)
        };
        one_line && near && self.marks.iter().all(clear)
    }

    /// `path:line:column` of its first mark; the path alone where that is a whole file.
    fn head(&self, sources: &SourceMap) -> String {
        let Some((mark, place)) = self.marks.first() else { return String::new() };
        let path = sanitize(sources.of(mark.span).path());
        if is_whole_file(mark) {
            path.into_owned()
        } else {
            format!("{path}:{}:{}", place.start.line, place.start.column)
        }
    }

    /// The lines and what is under them; nothing for a file as a whole.
    fn draw(&self, sources: &SourceMap, severity: Severity, options: &RenderOptions, digits: usize) -> String {
        let Some((mark, _)) = self.marks.first() else { return String::new() };
        if self.marks.len() == 1 && is_whole_file(mark) && mark.text.is_empty() {
            return String::new();
        }
        let width = options.width.saturating_sub(digits + 6).max(NARROW);
        let picture = self.picture(sources.of(mark.span), width, options);
        let own_digits = self.last.to_string().len();
        let indent = " ".repeat(digits - own_digits.min(digits));
        let mut out = String::new();
        for line in picture.render(severity, options).lines() {
            out.push_str(&indent);
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The lines made fit to be shown, with the marks where they now are.
    fn picture(&self, source: &Source, width: usize, options: &RenderOptions) -> Picture {
        let mut text = String::new();
        let mut labels: Vec<(usize, usize, String, bool)> = self
            .marks
            .iter()
            .enumerate()
            .map(|(at, (mark, place))| (0, 0, words(mark, place, self.last), at == 0))
            .collect();
        for number in self.first..=self.last {
            let (line, begin) = line_of(source, number);
            let stops: Vec<usize> = self
                .marks
                .iter()
                .flat_map(|(mark, _)| [mark.span.start, mark.span.end])
                .map(|at| (at as usize).saturating_sub(begin).min(line.len()))
                .collect();
            let focus = self
                .marks
                .iter()
                .filter(|(_, place)| place.start.line == number)
                .map(|(mark, _)| (mark.span.start as usize).saturating_sub(begin))
                .min();
            let Fitted { text: shown, stops } = fit(line, &stops, focus.unwrap_or(0), width, options.unicode);
            for ((label, (_, place)), stop) in labels.iter_mut().zip(&self.marks).zip(stops.chunks_exact(2)) {
                if place.start.line == number {
                    label.0 = text.len() + stop.first().copied().unwrap_or(0);
                }
                if place.last_line().min(self.last) == number {
                    label.1 = text.len() + stop.last().copied().unwrap_or(0);
                }
            }
            text.push_str(&shown);
            text.push('\n');
        }
        labels.sort_by_key(|label| label.0);
        Picture { text, first: self.first, labels }
    }
}

/// A line and where it begins. A byte order mark is no part of it.
pub(super) fn line_of(source: &Source, number: u32) -> (&str, usize) {
    let begin = source.line_range(number).start;
    match source.line(number).strip_prefix('\u{feff}') {
        Some(line) if begin == 0 => (line, '\u{feff}'.len_utf8()),
        _ => (source.line(number), begin),
    }
}

fn is_whole_file(mark: &Mark<'_>) -> bool {
    mark.span.start == 0 && mark.span.end == 0
}

/// The words of a mark; of one that is cut at its first line, with where it ends.
fn words(mark: &Mark<'_>, place: &Place<'_>, last: u32) -> String {
    let text = sanitize(mark.text);
    let end = place.last_line();
    match (end > last, text.is_empty()) {
        (false, _) => text.into_owned(),
        (true, true) => format!("to line {end}"),
        (true, false) => format!("{text} (to line {end})"),
    }
}

/// Lines that are fit to be shown, and labels in them: start, end, words, whether
/// it is the primary one.
#[derive(Debug)]
struct Picture {
    text: String,
    first: u32,
    labels: Vec<(usize, usize, String, bool)>,
}

impl Picture {
    /// What miette draws between its frame's first and last line.
    fn render(&self, severity: Severity, options: &RenderOptions) -> String {
        let handler = GraphicalReportHandler::new_themed(self.theme(severity, options))
            .with_context_lines(0)
            .with_urls(false)
            .with_wrap_lines(false)
            .without_syntax_highlighting();
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, self).is_err() {
            return String::new();
        }
        // A headline (ours is empty) and the frame's first line come before, its last after.
        let lines: Vec<&str> = drawn.lines().skip(2).collect();
        let body = lines.split_last().map_or(&[][..], |(_, body)| body);
        body.join("\n")
    }

    /// miette gives highlights to labels in the order of their places.
    fn theme(&self, severity: Severity, options: &RenderOptions) -> GraphicalTheme {
        let characters = if options.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        if !options.color {
            return GraphicalTheme { characters, styles: ThemeStyles::none() };
        }
        let mut styles = ThemeStyles::ansi();
        let hot = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        let other = styles.help;
        styles.highlights = self.labels.iter().map(|label| if label.3 { hot } else { other }).collect();
        GraphicalTheme { characters, styles }
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Picture {}

impl Diagnostic for Picture {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(start, end, words, _)| {
            let words = Some(words.clone()).filter(|words| !words.is_empty());
            LabeledSpan::new(words, *start, end.saturating_sub(*start))
        })))
    }
}

/// All of the text, whatever is asked for: it is the excerpt already.
impl SourceCode for Picture {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from((0, self.text.len()));
        let line = (self.first as usize).saturating_sub(1);
        Ok(Box::new(MietteSpanContents::new(self.text.as_bytes(), whole, line, 0, self.text.lines().count())))
    }
}
