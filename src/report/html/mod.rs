//! One page for reviewers who do not read code: how the run ended, every release as a
//! strip of gates with who answers and what it rests on, every finding with its lines.
//!
//! The page is one file without a script. Its filters are form fields and CSS (`:has`),
//! and its policy (CSP) allows nothing but its own style, by its hash; so whatever a
//! document says, nothing of it runs and nothing is loaded. Everything is escaped
//! ([`super::markup`]), and classes and ids are numbers of ours, never data.

mod finding;
mod framework;
mod release;
mod source;
mod style;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::markup::{escape, shown};
use super::place::{self, Group, Place};
use super::rows::{self, ByPath};
use super::standing::{self, Standing};
use super::{HOME, RenderOptions, TOOL, VERSION, link, policy};
use crate::outcome::{AreaState, NotAssessed, Outcome, ReleaseSummary, WaivedFinding};
use crate::text;

/// Releases that are shown with their gates; the worst first.
const RELEASES: usize = 200;

/// Places with findings that are shown; those of files with errors first.
const FINDINGS: usize = 3000;

/// What the parts of the page are made from.
struct Page<'a> {
    outcome: &'a Outcome,
    options: &'a RenderOptions,
    by_path: ByPath<'a>,
    /// The releases that are shown, the worst first, by which the filter numbers them.
    releases: Vec<(Standing, &'a ReleaseSummary)>,
    /// The packs that have findings, by which the filter numbers them.
    packs: Vec<&'a str>,
    /// The places that are shown, in their order.
    places: Vec<Group<'a>>,
    /// The first place of a file and an area.
    first: BTreeMap<(&'a str, &'a str), usize>,
    /// The numbers of the releases that a file belongs to.
    of_file: BTreeMap<&'a str, Vec<usize>>,
}

/// Writes the page.
pub(super) fn render(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::new(outcome, options);
    let style = style::of(page.releases.len(), page.packs.len());
    out.write_all(page.head(&style).as_bytes())?;
    out.write_all(page.body().as_bytes())
}

impl<'a> Page<'a> {
    fn new(outcome: &'a Outcome, options: &'a RenderOptions) -> Self {
        let mut releases = standing::of_all(outcome);
        releases.sort_by_key(|(standing, _)| *standing);
        releases.truncate(RELEASES);
        let mut packs: Vec<&str> = outcome.findings.iter().map(|finding| finding.rule.pack()).collect();
        packs.sort_unstable();
        packs.dedup();
        let places: Vec<Group<'_>> =
            rows::by_weight(outcome).into_iter().take(FINDINGS).map(|(_, group)| group).collect();
        let mut first = BTreeMap::new();
        for (n, group) in places.iter().enumerate() {
            let area = outcome.catalog.get(group.first.rule.as_str()).and_then(|meta| meta.area.as_deref());
            let path = outcome.sources.of(group.first.primary.span).path();
            first.entry((path, area.unwrap_or_default())).or_insert(n);
        }
        let mut of_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, (_, release)) in releases.iter().enumerate() {
            for file in &release.files {
                of_file.entry(file).or_default().push(n);
            }
        }
        Self { outcome, options, by_path: ByPath::new(outcome), releases, packs, places, first, of_file }
    }

    fn head(&self, style: &str) -> String {
        let verdict = shown(&place::verdict(self.outcome));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Weighbridge: {} ({verdict})</title>\n<style>{style}</style>\n</head>\n",
            style::policy(style),
            self.word()
        )
    }

    fn word(&self) -> &'static str {
        if self.outcome.failed() { "failed" } else { "passed" }
    }

    fn body(&self) -> String {
        let mut out = String::from("<body>\n<a class=\"skip\" href=\"#findings\">To the findings</a>\n");
        self.verdict(&mut out);
        out.push_str("<main>\n");
        self.add_releases(&mut out);
        self.add_findings(&mut out);
        self.add_waived(&mut out);
        self.add_not_assessed(&mut out);
        self.add_frameworks(&mut out);
        self.add_policy(&mut out);
        let _ = write!(
            out,
            "</main>\n<footer>\n<p>Made by {TOOL} {VERSION} (<a href=\"{HOME}\">{HOME}</a>) from the files of the \
             repository alone: it ran no model and asked no server. A gate without findings says that its rules \
             found nothing wrong, not that the release is safe or that an obligation is met.</p>\n\
             </footer>\n</body>\n</html>\n"
        );
        out
    }

    /// The verdict, the counts, and the way to the parts of the page.
    fn verdict(&self, out: &mut String) {
        let outcome = self.outcome;
        let class = if outcome.failed() { "bad" } else { "good" };
        let (word, verdict, why) = (self.word(), place::verdict(outcome), standing::why(outcome));
        let _ = write!(
            out,
            "<header><div>\n<p class=\"brand\"><b>Weighbridge</b> · no weights on the road without papers · as of \
             {}</p>\n<div class=\"verdict {class}\"><div>\n<h1>The check {word}</h1>\n<p>{}{}</p>\n{}</div></div>\n",
            outcome.as_of,
            shown(&verdict),
            shown(&why),
            standings(outcome)
        );
        self.facts(out);
        out.push_str("<nav aria-label=\"Parts of this page\">\n");
        for (id, title, there) in [
            ("releases", "Releases", !outcome.releases.is_empty()),
            ("findings", "Findings", true),
            ("waived", "Waived", !outcome.waived.is_empty()),
            ("not-assessed", "Not assessed", !outcome.not_assessed.is_empty()),
            ("frameworks", "Frameworks", !outcome.frameworks.is_empty()),
            ("judged-by", "Judged by", true),
        ] {
            if there {
                let _ = writeln!(out, "<a href=\"#{id}\">{title}</a>");
            }
        }
        out.push_str("</nav>\n</div></header>\n");
    }

    fn facts(&self, out: &mut String) {
        let (outcome, counts) = (self.outcome, self.outcome.counts());
        let gates = outcome.releases.iter().flat_map(|release| &release.areas);
        let unknown = gates.filter(|area| matches!(area.state, AreaState::NotAssessed(_))).count();
        out.push_str("<dl class=\"facts\">\n");
        for (name, n, class) in [
            ("errors", counts.errors, "bad"),
            ("warnings", counts.warnings, "doubt"),
            ("notes", counts.notes, "note"),
            ("waived", outcome.waived.len(), "plain"),
            ("baselined", outcome.baselined.len(), "plain"),
            ("releases", outcome.releases.len(), "plain"),
            ("files", outcome.files.len(), "plain"),
            ("gates not assessed", unknown, "note"),
            ("documents not assessed", outcome.not_assessed.len(), "note"),
        ] {
            let class = if n == 0 { "plain" } else { class };
            let _ = writeln!(out, "<div class=\"{class}\"><dt>{name}</dt><dd>{n}</dd></div>");
        }
        out.push_str("</dl>\n");
    }

    /// What the verdict rests on: whoever has the same packs can come to it again.
    fn add_policy(&self, out: &mut String) {
        let outcome = self.outcome;
        let limit = match outcome.fail_on {
            None => "no finding fails the run".to_owned(),
            Some(severity) => format!("findings from <code>{severity}</code> up fail the run"),
        };
        let rules = text::count(outcome.catalog.iter().count(), "rule");
        let _ = write!(
            out,
            "<section aria-labelledby=\"judged-by\">\n<h2 id=\"judged-by\">Judged by</h2>\n<div class=\"panel\">\n<p>{TOOL} \
             {VERSION} with {rules}, as of {}; {limit}.</p>\n<details>\n<summary><b>Packs and configuration</b> \
             with the SHA-256 of their text</summary>\n<table>\n<thead><tr><th scope=\"col\">file</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
            outcome.as_of
        );
        for (path, digest) in policy(outcome) {
            let _ = writeln!(out, "<tr><th scope=\"row\">{}</th><td><code>{digest}</code></td></tr>", shown(path));
        }
        out.push_str("</tbody>\n</table>\n</details>\n</div>\n</section>\n");
    }

    fn add_waived(&self, out: &mut String) {
        if self.outcome.waived.is_empty() {
            return;
        }
        out.push_str(
            "<section aria-labelledby=\"waived\">\n<h2 id=\"waived\">Waived</h2>\n<p class=\"soft\">Findings that \
             people have agreed to live with until a day. They do not count, and are shown all the same.</p>\n\
             <div class=\"panel scroll\"><table>\n<thead><tr><th>finding</th><th>where</th><th>until</th>\
             <th>agreed by</th><th>reason</th></tr></thead>\n<tbody>\n",
        );
        for waived in &self.outcome.waived {
            out.push_str(&self.waived(waived));
        }
        out.push_str("</tbody>\n</table></div>\n</section>\n");
    }

    fn waived(&self, waived: &WaivedFinding) -> String {
        let finding = &waived.finding;
        let place = Place::of(finding.primary.span, &self.outcome.sources);
        let by: Vec<String> = waived.approved_by.iter().map(|handle| shown(handle)).collect();
        let id = waived.waiver.as_ref().map_or("a comment".to_owned(), |id| shown(id));
        format!(
            "<tr><td>{}: {} <span class=\"soft\">({})</span></td><td>{}</td><td class=\"day\">{}</td><td>{} ({id})</td><td>{}</td></tr>\n",
            finding.severity,
            prose(&finding.message),
            shown(finding.rule.as_str()),
            self.at(&place),
            waived.expires,
            by.join(", "),
            prose(&waived.reason)
        )
    }

    fn add_not_assessed(&self, out: &mut String) {
        if self.outcome.not_assessed.is_empty() {
            return;
        }
        out.push_str(
            "<section aria-labelledby=\"not-assessed\">\n<h2 id=\"not-assessed\">Not assessed</h2>\n<p class=\"soft\">\
             What the run could not judge. It is neither well nor wrong.</p>\n<ul class=\"panel\">\n",
        );
        for NotAssessed { path, what, why } in &self.outcome.not_assessed {
            let place = if path.is_empty() { String::new() } else { format!("{}: ", self.file(path)) };
            let _ = writeln!(out, "<li>{place}{}: {}</li>", prose(what), prose(why));
        }
        out.push_str("</ul>\n</section>\n");
    }

    /// A path, as a link where it is known where files can be seen.
    fn file(&self, path: &str) -> String {
        self.linked(&format!("<code>{}</code>", shown(path)), path, None)
    }

    /// `path:line`.
    fn at(&self, place: &Place<'_>) -> String {
        let lines = Some((place.start.line, place.last_line()));
        self.linked(&format!("<code>{}:{}</code>", shown(place.path), place.start.line), place.path, lines)
    }

    fn linked(&self, words: &str, path: &str, lines: Option<(u32, u32)>) -> String {
        match &self.options.blob {
            Some(blob) if !path.is_empty() => {
                format!("<a href=\"{}\">{words}</a>", shown(&link::to(blob, path, lines)))
            }
            _ => words.to_owned(),
        }
    }
}

/// How many of the releases are ready, not ready, and so on.
fn standings(outcome: &Outcome) -> String {
    let mut count: BTreeMap<Standing, usize> = BTreeMap::new();
    for (standing, _) in standing::of_all(outcome) {
        *count.entry(standing).or_default() += 1;
    }
    if count.is_empty() {
        return String::new();
    }
    let said = count.iter().map(|(standing, n)| format!("{n} {}", standing.words())).collect::<Vec<_>>().join("; ");
    format!("<p>Of {}: {said}.</p>\n", text::count(outcome.releases.len(), "release"))
}

/// A sentence; what stands in it between backticks is code.
fn prose(text: &str) -> String {
    let text = text::sanitize(text);
    let paired = text.matches('`').count().is_multiple_of(2);
    if !paired {
        return escape(&text);
    }
    let parts = text.split('`').map(escape).enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(prose("a `b<c>` & d"), "a <code>b&lt;c&gt;</code> &amp; d");
        assert_eq!(prose("odd ` <b>"), "odd ` &lt;b&gt;");
    }
}
