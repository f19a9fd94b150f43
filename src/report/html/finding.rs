//! The findings, each with its lines, and the fields that choose among them.

use std::fmt::Write as _;

use super::{Page, prose};
use crate::report::markup::shown;
use crate::report::place::{self, Group, Place};
use crate::report::standing;
use crate::rule::{RuleId, Severity};
use crate::source::Span;
use crate::text;

/// Other places of one finding that are shown.
const OTHERS: usize = 6;

impl Page<'_> {
    pub(super) fn add_findings(&self, out: &mut String) {
        out.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
        if self.places.is_empty() {
            out.push_str("<p class=\"panel\">There are none.</p>\n</section>\n");
            return;
        }
        self.add_filters(out);
        out.push_str("<div class=\"findings\">\n");
        for (n, group) in self.places.iter().enumerate() {
            self.add_finding(n, *group, out);
        }
        out.push_str("<p class=\"soft shown\">Places shown: </p>\n</div>\n");
        let here: usize = self.places.iter().map(|group| group.all.len()).sum();
        let left = self.outcome.findings.len().saturating_sub(here);
        if left > 0 {
            let left = text::count(left, "finding");
            let _ =
                writeln!(out, "<p class=\"panel\">{left} more than a page holds; the other reports have them all.</p>");
        }
        out.push_str("</section>\n");
    }

    fn add_filters(&self, out: &mut String) {
        out.push_str("<form class=\"filters\" aria-label=\"Choose findings\">\n");
        let severities = [("error", "Errors"), ("warning", "Warnings"), ("note", "Notes")];
        let severities = severities.map(|(value, name)| (value.to_owned(), name.to_owned()));
        add_field("severity", "severity", &severities, out);
        let releases = self.releases.iter().enumerate();
        let releases: Vec<_> = releases.map(|(n, (_, release))| (format!("r{n}"), standing::name(release))).collect();
        add_field("release", "release", &releases, out);
        let packs: Vec<_> =
            self.packs.iter().enumerate().map(|(n, pack)| (format!("p{n}"), (*pack).to_owned())).collect();
        add_field("pack", "pack of rules", &packs, out);
        out.push_str("<button type=\"reset\">Show all</button>\n</form>\n");
    }

    fn add_finding(&self, n: usize, group: Group<'_>, out: &mut String) {
        let (first, outcome) = (group.first, self.outcome);
        let place = Place::of(first.primary.span, &outcome.sources);
        let (severity, tint) = match first.severity {
            Severity::Error => ("error", "bad-tint"),
            Severity::Warning => ("warning", "doubt-tint"),
            Severity::Note => ("note", "note-tint"),
        };
        let _ = write!(
            out,
            "<article class=\"finding {severity}{}\" id=\"f{n}\" data-findings=\"{}\">\n\
             <div class=\"meta\"><span class=\"pill {tint}\">{severity}</span>{}</div>\n<h3>{}</h3>\n",
            self.classes(group, place.path),
            group.all.len(),
            self.rule(first.rule.as_str()),
            prose(&group.headline())
        );
        let messages: Vec<_> = group.list().collect();
        if !messages.is_empty() {
            out.push_str("<ul>\n");
            for message in &messages {
                let _ = writeln!(out, "<li>{}</li>", prose(message));
            }
            out.push_str("</ul>\n");
        }
        self.add_sources(group, out);
        self.add_advice(group, out);
        out.push_str("</article>\n");
    }

    /// The numbers of the releases and of the pack that a finding belongs to.
    fn classes(&self, group: Group<'_>, path: &str) -> String {
        let mut classes = String::new();
        for n in self.of_file.get(path).into_iter().flatten() {
            let _ = write!(classes, " r{n}");
        }
        if let Ok(n) = self.packs.binary_search(&group.first.rule.pack()) {
            let _ = write!(classes, " p{n}");
        }
        classes
    }

    fn rule(&self, id: &str) -> String {
        let words = format!("<code>{}</code>", shown(id));
        let linked = place::url(id, self.outcome).map(|url| format!("<a href=\"{}\">{words}</a>", shown(url)));
        format!("<span>{}</span>", linked.unwrap_or(words))
    }

    /// The lines of a finding, then those of the other side, each place once.
    fn add_sources(&self, group: Group<'_>, out: &mut String) {
        let alike = group.all.iter().all(|finding| finding.primary.text == group.first.primary.text);
        let said = if alike { group.first.primary.text.as_str() } else { "" };
        let mut seen: Vec<(Span, &str)> = vec![(group.first.primary.span, said)];
        let others = group.all.iter().flat_map(|finding| &finding.related);
        for label in others {
            let place = (label.span, label.text.as_str());
            if !seen.contains(&place) {
                seen.push(place);
            }
        }
        for (span, said) in seen.iter().take(OTHERS + 1) {
            self.add_source(*span, said, out);
        }
        if seen.len() > OTHERS + 1 {
            let _ = writeln!(out, "<p class=\"soft\">and {} more</p>", text::count(seen.len() - OTHERS - 1, "place"));
        }
    }

    /// What to write, what a fix would do, and why it matters.
    fn add_advice(&self, group: Group<'_>, out: &mut String) {
        let mut said: Vec<String> = Vec::new();
        for finding in group.all {
            let help = place::help(finding, self.outcome).map(|help| format!("<b>What to write:</b> {}", prose(&help)));
            let fix = finding.fix.as_ref().map(|fix| {
                let doubt = if fix.safe { "" } else { " (to be looked over)" };
                format!("<b>A fix is known:</b> {}{doubt}", prose(&fix.title))
            });
            said.extend(help.into_iter().chain(fix).filter(|line| !line.is_empty()));
        }
        let mut before: Vec<&String> = Vec::new();
        for line in &said {
            if !before.contains(&line) {
                before.push(line);
                let _ = writeln!(out, "<p class=\"advice\">{line}</p>");
            }
        }
        self.add_why(&group.first.rule, out);
    }

    /// Why the rule is there, and for which items of the frameworks that are on.
    fn add_why(&self, rule: &RuleId, out: &mut String) {
        let why =
            self.outcome.catalog.get(rule.as_str()).map(|meta| text::squeeze(&meta.rationale)).unwrap_or_default();
        if !why.is_empty() {
            let _ = writeln!(out, "<p class=\"why\"><b>Why it matters:</b> {}</p>", prose(&why));
        }
        let frameworks = self.outcome.frameworks.iter();
        let items = frameworks.flat_map(|framework| framework.items.iter().map(move |item| (framework, item)));
        let items = items.filter(|(_, item)| item.rules.contains(rule));
        let items: Vec<String> =
            items.map(|(framework, item)| shown(&format!("{}, {}", framework.name, item.place))).collect();
        if !items.is_empty() {
            let _ = writeln!(out, "<p class=\"why\"><b>Evidence for:</b> {}</p>", items.join("; "));
        }
    }
}

/// A field with a choice for each value and one for all of them.
fn add_field(id: &str, label: &str, choices: &[(String, String)], out: &mut String) {
    if choices.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<label for=\"{id}\">{label}<select id=\"{id}\" autocomplete=\"off\">\n<option value=\"all\">All</option>"
    );
    for (value, name) in choices {
        let _ = writeln!(out, "<option value=\"{value}\">{}</option>", shown(name));
    }
    out.push_str("</select></label>\n");
}
