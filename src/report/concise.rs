//! One line a finding: `path:line:column: severity[rule] message`, and a last line
//! with the counts. For editors, `grep` and golden tests.

use std::io::{self, Write};

use super::place::{Place, verdict};
use crate::outcome::Outcome;
use crate::text::sanitize;

/// Writes the lines.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        let place = Place::of(finding.primary.span, &outcome.sources);
        let (path, message) = (sanitize(place.path), sanitize(&finding.message));
        let (line, column) = (place.start.line, place.start.column);
        writeln!(out, "{path}:{line}:{column}: {}[{}] {message}", finding.severity, sanitize(finding.rule.as_str()))?;
    }
    writeln!(out, "{}", verdict(outcome))
}
