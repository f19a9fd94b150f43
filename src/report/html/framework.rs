//! What the rules of the run looked for of a framework, and what they found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Page, prose};
use crate::outcome::{FrameworkItemSummary, FrameworkSummary};
use crate::report::markup::shown;
use crate::rule::RuleId;
use crate::text;

impl Page<'_> {
    pub(super) fn add_frameworks(&self, out: &mut String) {
        if self.outcome.frameworks.is_empty() {
            return;
        }
        out.push_str(
            "<section aria-labelledby=\"frameworks\">\n<h2 id=\"frameworks\">Frameworks</h2>\n<p class=\"soft\">For \
             which items of a law, a standard or guidance the rules of this run look for evidence. Evidence that is \
             there is no statement that an obligation is met.</p>\n",
        );
        let mut found: BTreeMap<&RuleId, usize> = BTreeMap::new();
        for finding in &self.outcome.findings {
            *found.entry(&finding.rule).or_default() += 1;
        }
        for framework in &self.outcome.frameworks {
            self.add_framework(framework, &found, out);
        }
        out.push_str("</section>\n");
    }

    fn add_framework(&self, framework: &FrameworkSummary, found: &BTreeMap<&RuleId, usize>, out: &mut String) {
        let looked_for = framework.items.iter().filter(|item| !item.rules.is_empty()).count();
        let all = framework.items.len();
        let _ = write!(
            out,
            "<article class=\"framework\">\n<div class=\"title\"><h3>{}</h3><span class=\"pill plain-tint\">{}</span></div>\n\
             <p>Rules look for evidence for <b>{looked_for} of {}</b>.</p>\n\
             <progress max=\"{}\" value=\"{looked_for}\">{looked_for} of {all}</progress>\n\
             <details open><summary>Items</summary>\n<table class=\"steps\">\n<thead><tr><th scope=\"col\">item</th>\
             <th scope=\"col\">what it asks for</th><th scope=\"col\">evidence</th></tr></thead>\n<tbody>\n",
            shown(&framework.name),
            shown(&framework.nature),
            text::count(all, "item"),
            all.max(1)
        );
        for item in &framework.items {
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
                shown(&item.place),
                prose(&item.title),
                self.looked_for(item, found)
            );
        }
        out.push_str("</tbody>\n</table></details>\n</article>\n");
    }

    /// What came of looking for the evidence of an item.
    fn looked_for(&self, item: &FrameworkItemSummary, found: &BTreeMap<&RuleId, usize>) -> String {
        if item.rules.is_empty() {
            return "<span class=\"soft\">no rule looks for it</span>".to_owned();
        }
        let findings: usize = item.rules.iter().filter_map(|rule| found.get(rule)).sum();
        let judged = item.rules.iter().filter_map(|rule| self.outcome.tally.get(rule));
        let passed: usize = judged.map(|tally| tally.passed).sum();
        let rules: Vec<String> =
            item.rules.iter().map(|rule| format!("<code>{}</code>", shown(rule.as_str()))).collect();
        let (tint, words) = match (findings, passed) {
            (0, 0) => ("plain-tint", "no document that it applies to".to_owned()),
            (0, _) => ("good-tint", "nothing is wrong".to_owned()),
            (n, _) => ("bad-tint", text::count(n, "finding")),
        };
        format!("<span class=\"pill {tint}\">{words}</span> {}", rules.join(", "))
    }
}
