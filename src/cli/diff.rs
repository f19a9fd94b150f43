//! What would change in a file, as a unified diff that `git apply` takes.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use crate::text;

/// Writes the difference between two texts of the file at `path`. Hidden characters are
/// shown as escapes: a diff that holds any is to be read, not applied.
pub(super) fn write(path: &str, before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    let mut hunks = diff.unified_diff().iter_hunks().peekable();
    if hunks.peek().is_none() {
        return Ok(());
    }
    let path = text::sanitize(path);
    writeln!(out, "--- a/{path}\n+++ b/{path}")?;
    for hunk in hunks {
        writeln!(out, "{}", hunk.header())?;
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            writeln!(out, "{sign}{}", line(change.value()))?;
            if change.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// A line without its end. Tabs, and the carriage return of a line that ends with one, stay.
fn line(text: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (text, end) = text.strip_suffix('\r').map_or((text, ""), |text| (text, "\r"));
    text.split('\t').map(text::sanitize).collect::<Vec<_>>().join("\t") + end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        write("a.md", before, after, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_diff_can_be_applied() {
        let header = "--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@\n";
        assert_eq!(
            diff("\ta\r\nb", "\ta\r\nc"),
            format!("{header} \ta\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n")
        );
        assert_eq!(diff("a\n", "a\n"), "");
    }

    #[test]
    fn what_a_document_says_does_nothing_in_a_log() {
        let out = diff(
            "::error::x\n\t::error::y\n##[group]\u{1b}[31m\rz\n1\n",
            "::error::x\n\t::error::y\n##[group]\u{1b}[31m\rz\n2\n",
        );
        assert!(!out.contains("::error") && !out.contains("##[") && !out.contains('\u{1b}'), "{out}");
        assert!(!out.replace("\r\n", "").contains('\r'), "{out}");
    }
}
