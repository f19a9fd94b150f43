//! Lines of a source with a place in them marked.

use std::fmt::Write as _;

use super::Page;
use crate::report::fit::fit;
use crate::report::markup::{escape, shown};
use crate::report::place::Place;
use crate::report::snippet::line_of;
use crate::source::{Source, Span};

/// The most lines of a place that are shown.
const TALL: u32 = 6;

/// Lines around it.
const AROUND: u32 = 1;

/// The most columns of a line that are shown.
const WIDE: usize = 200;

impl Page<'_> {
    /// The lines of a place, with what is said of it below them; the path alone for a
    /// file as a whole.
    pub(super) fn add_source(&self, span: Span, said: &str, out: &mut String) {
        let place = Place::of(span, &self.outcome.sources);
        let source = self.outcome.sources.of(span);
        let _ = write!(out, "<figure class=\"source\"><figcaption>{}</figcaption>", self.at(&place));
        if span.end > 0 {
            out.push_str("<pre>");
            let last = place.last_line();
            let (from, to) = (place.start.line.saturating_sub(AROUND).max(1), last.min(place.start.line + TALL - 1));
            for number in from..=to + AROUND {
                let beyond = number > place.start.line && source.line_range(number).start >= source.text().len();
                if !beyond {
                    add_line(source, span, number, place.start.line..=to, out);
                }
            }
            out.push_str("</pre>");
            if to < last {
                let _ = write!(out, "<div class=\"said\">to line {last}</div>");
            }
        }
        if !said.is_empty() {
            let _ = write!(out, "<div class=\"said\">↑ {}</div>", shown(said));
        }
        out.push_str("</figure>\n");
    }
}

fn add_line(source: &Source, span: Span, number: u32, hit: std::ops::RangeInclusive<u32>, out: &mut String) {
    let (line, begin) = line_of(source, number);
    let inside = |at: u32| (at as usize).saturating_sub(begin).min(line.len());
    let marked = hit.contains(&number);
    let stops = if marked { vec![inside(span.start), inside(span.end)] } else { Vec::new() };
    let fitted = fit(line, &stops, stops.first().copied().unwrap_or(0), WIDE, true);
    let class = if marked { "line hit" } else { "line" };
    let _ = write!(out, "<span class=\"{class}\"><span class=\"no\">{number}</span>");
    match fitted.stops.as_slice() {
        [start, end] if start <= end => {
            let part = |range: std::ops::Range<usize>| escape(fitted.text.get(range).unwrap_or_default());
            let (before, text, after) = (part(0..*start), part(*start..*end), part(*end..fitted.text.len()));
            let _ = write!(out, "{before}<mark>{text}</mark>{after}");
        }
        _ => out.push_str(&escape(&fitted.text)),
    }
    out.push_str("</span>");
}
