//! The mistakes of packs in words, for the one error that they make together.

use crate::policy::PolicyError;
use crate::source::{SourceMap, Span};
use crate::text::sanitize;

/// The most mistakes of packs that are shown.
const MISTAKES: usize = 50;

/// Mistakes in packs, each by its place and with what to write.
pub(super) fn described(sources: &SourceMap, errors: &[PolicyError]) -> String {
    let describe = |error: &PolicyError| {
        let help = error.help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}"));
        format!("{}: {}{help}", place(sources, error.span), error.message)
    };
    let mut lines: Vec<String> = errors.iter().take(MISTAKES).map(describe).collect();
    if let Some(more) = errors.len().checked_sub(MISTAKES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// A place as `path:line:column`.
pub(super) fn place(sources: &SourceMap, span: Span) -> String {
    let source = sources.of(span);
    let place = source.position(span.start);
    format!("{}:{}:{}", sanitize(source.path()), place.line, place.column)
}
