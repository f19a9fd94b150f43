//! Markdown for the summary of a job: the verdict first, then how every release stands
//! item by item, then the findings of each file.
//!
//! What a document says cannot become markup: it stands in code spans only, and our own
//! words hold none of it (see [`words`]). GitHub takes no more than a mebibyte from a
//! step and shows nothing of a longer text, so the page ends between two blocks before
//! that, and says what is left out.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::place::{self, Group, Place};
use super::rows::{self, ByPath, Mark, Row};
use super::standing::{self, Standing};
use super::{RenderOptions, TOOL, link};
use crate::outcome::{Evidence, FrameworkSummary, NotAssessed, Outcome, ReleaseSummary, WaivedFinding};
use crate::rule::Severity;
use crate::text::{self, sanitize};

/// Bytes of the page.
const LIMIT: usize = 900 * 1024;

/// Bytes of it that the releases may take.
const RELEASES: usize = 500 * 1024;

/// Releases of which those that are ready have all their rows; behind them a line each.
const IN_FULL: usize = 20;

/// Writes the page.
pub(super) fn render(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(outcome, options, LIMIT, RELEASES).as_bytes())
}

/// A page that grows by whole blocks up to a limit.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    /// Adds the block where there is room for it.
    fn add(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= self.limit;
        if fits {
            self.text.push_str(block);
        }
        fits
    }

    /// Adds a heading, unless there is nothing to put under it.
    fn head(&mut self, title: &str, nothing: bool) {
        if !nothing {
            self.add(&format!("\n## {title}\n\n"));
        }
    }

    /// Adds a block of a kind for each item until one does not fit; how many are left.
    fn add_all<T>(&mut self, items: impl IntoIterator<Item = T>, block: impl Fn(T) -> String) -> usize {
        let mut items = items.into_iter();
        for item in items.by_ref() {
            if !self.add(&block(item)) {
                return items.count() + 1;
            }
        }
        0
    }
}

fn page(outcome: &Outcome, options: &RenderOptions, limit: usize, releases: usize) -> String {
    let mut page = Page { text: head(outcome), limit: releases.min(limit) };
    let by_path = ByPath::new(outcome);
    let mut standing = standing::of_all(outcome);
    standing.sort_by_key(|(standing, _)| *standing);
    let mut cut = Vec::new();
    let left = page.add_all(standing.iter().enumerate(), |(at, (standing, release))| {
        if at >= IN_FULL && *standing == Standing::Ready {
            return format!("- {}{}\n", title(*standing, release), about(release, options));
        }
        self::release(*standing, release, &by_path, options)
    });
    cut.push((left, "release"));
    page.limit = limit;
    page.head("Findings", outcome.findings.is_empty());
    cut.push((page.add_all(rows::by_weight(outcome), |each| finding(each, outcome, options)), "place with findings"));
    page.head("Waived", outcome.waived.is_empty());
    cut.push((page.add_all(&outcome.waived, |each| waived(each, outcome, options)), "waived finding"));
    page.head("Not assessed", outcome.not_assessed.is_empty());
    cut.push((page.add_all(&outcome.not_assessed, |item| not_assessed(item, options)), "item not assessed"));
    page.head("Frameworks", outcome.frameworks.is_empty());
    cut.push((page.add_all(&outcome.frameworks, framework), "framework"));
    page.text.push_str(&left_out(&cut));
    page.text
}

/// The verdict, which no document can write.
fn head(outcome: &Outcome) -> String {
    let mark = if outcome.failed() { "❌" } else { "✅" };
    let how = if outcome.failed() { "failed" } else { "passed" };
    let verdict = place::verdict(outcome);
    let (name, why, day) = (title_case(TOOL), standing::why(outcome), outcome.as_of);
    format!("# {mark} {name}: {how}\n\n**{verdict}**{why} · as of {day}\n\n")
}

fn title_case(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars).collect()
}

fn left_out(cut: &[(usize, &str)]) -> String {
    let named: Vec<String> = cut.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| plural(*n, noun)).collect();
    if named.is_empty() {
        return String::new();
    }
    format!(
        "\n> **Left out**, as a summary holds no more: {}. The log of the job and the other reports have them all.\n",
        named.join(", ")
    )
}

/// `1 item not assessed`, `2 items not assessed`.
fn plural(n: usize, noun: &str) -> String {
    let (noun, rest) = noun.split_once(' ').filter(|(first, _)| *first != "waived").unwrap_or((noun, ""));
    format!("{} {rest}", text::count(n, noun)).trim_end().to_owned()
}

/// The name of a release and how it stands.
fn title(standing: Standing, release: &ReleaseSummary) -> String {
    let mark = match standing {
        Standing::NotReady => "❌",
        Standing::Doubtful => "⚠️",
        Standing::Unknown => "❔",
        Standing::Ready => "✅",
    };
    format!("{mark} {}: {}", words(&standing::name(release)), standing.words())
}

/// Its manifest, its owner, its day.
fn about(release: &ReleaseSummary, options: &RenderOptions) -> String {
    let mut out = format!(" · {}", file(&release.path, options));
    for (what, said) in [("owner", &release.owner), ("planned for", &release.target_date)] {
        if let Some(said) = said {
            let _ = write!(out, " · {what} {}", code(said));
        }
    }
    out
}

fn release(standing: Standing, release: &ReleaseSummary, by_path: &ByPath<'_>, options: &RenderOptions) -> String {
    let mut out = format!("## {}\n\n", title(standing, release));
    out.push_str(about(release, options).trim_start_matches(" · "));
    out.push_str("\n\n| | | state | who | due | evidence |\n|---|---|---|---|---|---|\n");
    for (title, rows) in [
        ("Approval path", by_path.areas(release)),
        ("Approval steps, as recorded", rows::steps(release)),
        ("Checklist, as stated", rows::checklist(release)),
    ] {
        if !rows.is_empty() {
            let _ = writeln!(out, "| | **{title}** | | | | |");
        }
        for each in &rows {
            out.push_str(&row(each, options));
        }
    }
    out.push('\n');
    out
}

fn row(row: &Row<'_>, options: &RenderOptions) -> String {
    let mark = match row.mark {
        Mark::Good => "✅",
        Mark::Bad => "❌",
        Mark::Doubtful => "⚠️",
        Mark::Later => "⏳",
        Mark::Unknown => "❔",
        Mark::Plain => "➖",
    };
    let evidence: Vec<String> = row.evidence.iter().map(|evidence| self::evidence(evidence, options)).collect();
    let cells = [words(row.name), words(&row.state), words(&row.who), words(&row.due), evidence.join(", ")];
    format!("| {mark} | {} |\n", cells.map(|text| cell(&text)).join(" | "))
}

/// In a table a stroke is one only behind a backslash, even in a code span; and behind
/// two backslashes it ends the cell.
fn cell(text: &str) -> String {
    text.replace("\\|", "\\\\u{7c}").replace('|', "\\|")
}

fn evidence(evidence: &Evidence, options: &RenderOptions) -> String {
    linked(&code(&evidence.name), evidence.path.as_deref().unwrap_or_default(), None, options)
}

/// A finding, below the heading of its file where it is the first of it.
fn finding((first_of_file, group): (bool, Group<'_>), outcome: &Outcome, options: &RenderOptions) -> String {
    let first = group.first;
    let place = Place::of(first.primary.span, &outcome.sources);
    let mut out = if first_of_file { format!("\n### {}\n\n", file(place.path, options)) } else { String::new() };
    let (line, rule) = (at_line(&place, options), rule(first.rule.as_str(), outcome));
    let (sign, severity, headline) = (sign(first.severity), first.severity, words(&group.headline()));
    let _ = writeln!(out, "- {sign} **{severity}** {line}: {headline} ({rule})");
    for each in group.list() {
        let _ = writeln!(out, "  - {}", words(&each));
    }
    if let Some(help) = place::help(first, outcome) {
        let _ = writeln!(out, "  - help: {}", words(&help));
    }
    out
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    }
}

fn waived(waived: &WaivedFinding, outcome: &Outcome, options: &RenderOptions) -> String {
    let finding = &waived.finding;
    let place = Place::of(finding.primary.span, &outcome.sources);
    let by: Vec<String> = waived.approved_by.iter().map(|handle| code(handle)).collect();
    let id = waived.waiver.as_ref().map_or("a comment".to_owned(), |id| code(id));
    format!(
        "- {} {}, {}: {} ({}); until {} by {} ({id}): {}\n",
        finding.severity,
        file(place.path, options),
        at_line(&place, options),
        words(&finding.message),
        rule(finding.rule.as_str(), outcome),
        waived.expires,
        by.join(", "),
        words(&waived.reason)
    )
}

fn not_assessed(item: &NotAssessed, options: &RenderOptions) -> String {
    let place = if item.path.is_empty() { String::new() } else { format!("{}: ", file(&item.path, options)) };
    format!("- {place}{}: {}\n", words(&item.what), words(&item.why))
}

fn framework(framework: &FrameworkSummary) -> String {
    let looked_for = framework.items.iter().filter(|item| !item.rules.is_empty()).count();
    format!(
        "- **{}** ({}): rules of this run look for evidence for {looked_for} of {}\n",
        words(&framework.name),
        words(&framework.nature),
        text::count(framework.items.len(), "item")
    )
}

/// A path, as a link where it is known where files can be seen.
fn file(path: &str, options: &RenderOptions) -> String {
    linked(&code(path), path, None, options)
}

fn at_line(place: &Place<'_>, options: &RenderOptions) -> String {
    linked(&format!("line {}", place.start.line), place.path, Some((place.start.line, place.last_line())), options)
}

fn linked(words: &str, path: &str, lines: Option<(u32, u32)>, options: &RenderOptions) -> String {
    match &options.blob {
        Some(blob) if !path.is_empty() => format!("[{words}](<{}>)", link::to(blob, path, lines)),
        _ => words.to_owned(),
    }
}

fn rule(id: &str, outcome: &Outcome) -> String {
    place::url(id, outcome).map_or_else(|| code(id), |url| format!("[{}](<{url}>)", code(id)))
}

/// Text as it is, on one line, as a code span: its fence is longer than any in it.
fn code(text: &str) -> String {
    let text = sanitize(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A sentence of ours that may hold what a document says: what stands between
/// backticks, and every word with a character that could be markup, becomes a code span.
fn words(text: &str) -> String {
    let text = sanitize(text);
    let paired = text.matches('`').count().is_multiple_of(2);
    let parts: Vec<&str> = if paired { text.split('`').collect() } else { vec![&*text] };
    let mut out = String::with_capacity(text.len() + 16);
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 1 {
            push(&mut out, &code(part));
            continue;
        }
        for (at, word) in part.split(' ').enumerate() {
            if at > 0 {
                out.push(' ');
            }
            unplain(word, &mut out);
        }
    }
    out
}

/// Adds a word, as a code span where it could be markup; marks behind it stay outside.
fn unplain(word: &str, out: &mut String) {
    let bare = word.trim_end_matches([',', ';', '.', ')']);
    if is_plain(word) || bare.is_empty() {
        out.push_str(word);
    } else {
        push(out, &code(bare));
        out.push_str(&word[bare.len()..]);
    }
}

/// Adds a code span; two that touch would be one, with another end.
fn push(out: &mut String, span: &str) {
    if out.ends_with('`') {
        out.push(' ');
    }
    out.push_str(span);
}

/// Whether a word is no markup of any kind, no link and no picture by its name.
fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-–.,;:()'\"%/+=?!…·".contains(c);
    word.chars().all(plain)
        && !word.contains("//")
        && !word.to_ascii_lowercase().starts_with("www.")
        && word.matches(':').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{clean, sample};

    #[test]
    fn text_of_documents_stays_in_its_span() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("```"), "```` ``` ````");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code(" "), "(empty)");
        assert_eq!(words("value `a<b>` is not 1.0 (see `x`)"), "value `a<b>` is not 1.0 (see `x`)");
        assert_eq!(
            words("an <img> of @you in #12 at https://x a::x"),
            "an `<img>` of `@you` in `#12` at `https://x` `a::x`"
        );
        assert_eq!(words("odd ` <b> tick"), "odd `` ` `` `<b>` tick");
        assert_eq!(words("a `b``c` d"), "a `b` `c` d");
        assert_eq!(words(":tada: ✅ limited_beta"), "`:tada:` `✅` `limited_beta`");
    }

    #[test]
    fn a_stroke_does_not_end_a_cell() {
        assert_eq!(cell("`a|b` \\|"), "`a\\|b` \\\\u{7c}");
    }

    #[test]
    fn of_many_releases_those_that_are_ready_have_a_line() {
        let mut outcome = clean();
        let release = outcome.releases.first().cloned().unwrap();
        outcome.releases = vec![release; IN_FULL + 3];
        let page = page(&outcome, &RenderOptions::default(), LIMIT, RELEASES);
        let begin = |mark: &str| page.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!((begin("## ✅ "), begin("- ✅ ")), (IN_FULL, 3), "{page}");
    }

    #[test]
    fn a_page_that_is_too_long_ends_between_two_blocks_and_says_so() {
        let outcome = sample();
        let options = RenderOptions::default();
        let whole = page(&outcome, &options, LIMIT, RELEASES);
        assert!(!whole.contains("Left out"), "{whole}");
        for limit in (200..whole.len()).step_by(97) {
            let cut = page(&outcome, &options, limit, limit / 2);
            assert!(cut.len() <= limit + 400, "{limit}");
            assert!(cut.starts_with("# ❌ Weighbridge: failed"), "{cut}");
            assert!(cut.contains("> **Left out**, as a summary holds no more: "), "{limit}: {cut}");
        }
    }
}
