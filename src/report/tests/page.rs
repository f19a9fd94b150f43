//! The page for reviewers: that it is sound, that nothing in it can act, and that it
//! says what the outcome says.

use std::collections::BTreeSet;

use super::machine::parsed;
use super::{plain, rendered};
use crate::outcome::{Outcome, ReleaseSummary, WaivedFinding};
use crate::report::sample::{clean, sample};
use crate::report::{Format, RenderOptions};

const BLOB: &str = "https://git.example/o/r/blob/0123abc";

fn linked() -> String {
    rendered(Format::Html, &sample(), &RenderOptions { blob: Some(BLOB.to_owned()), ..RenderOptions::default() })
}

/// The elements of a page, its style left out.
fn elements(page: &str) -> Vec<super::machine::Element> {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (style, after) = rest.split_once("</style>").unwrap();
    assert!(!style.contains('<') || !style.contains("</"));
    parsed(&format!("{}{after}", before.strip_prefix("<!doctype html>\n").unwrap()))
}

#[test]
fn nothing_in_it_can_act() {
    for page in [linked(), plain(Format::Html)] {
        let mut names = BTreeSet::new();
        for (name, attributes) in elements(&page) {
            for (attribute, value) in attributes {
                assert!(
                    !attribute.starts_with("on") && !["style", "src", "action"].contains(&&*attribute),
                    "{name} {attribute}"
                );
                if attribute == "href" {
                    let ours = value.starts_with('#')
                        || ["https://weighbridge.dev/rules/", BLOB, env!("CARGO_PKG_REPOSITORY")]
                            .iter()
                            .any(|base| value.starts_with(base));
                    assert!(ours, "{value}");
                }
            }
            names.insert(name);
        }
        for name in ["script", "img", "iframe", "object", "embed", "link", "base", "svg", "input", "template"] {
            assert!(!names.contains(name), "{name}");
        }
    }
}

#[test]
fn its_policy_allows_its_own_style_and_nothing_else() {
    let page = plain(Format::Html);
    let meta = page.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
    let policy = meta.split("content=\"").nth(1).unwrap().trim_end_matches("\">");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("'; base-uri 'none'; form-action 'none'"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
}

#[test]
fn ids_are_unique_and_links_within_the_page_lead_somewhere() {
    let all = elements(&linked());
    let of = |wanted: &str| {
        let attributes = all.iter().flat_map(|(_, attributes)| attributes);
        attributes.filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let ids: BTreeSet<&str> = of("id").into_iter().collect();
    assert_eq!(ids.len(), of("id").len());
    let within: Vec<&str> = of("href").into_iter().filter_map(|href| href.strip_prefix('#')).collect();
    assert!(within.len() > 6, "{within:?}");
    assert!(within.iter().all(|id| ids.contains(id)), "{within:?}");
    for name in ["aria-labelledby", "for"] {
        assert!(of(name).iter().all(|id| ids.contains(id)), "{name}");
    }
}

#[test]
fn gates_papers_findings_and_frameworks_are_there() {
    let page = linked();
    for text in [
        "<h1>The check failed</h1>",
        "as of 2026-11-21",
        "<p>Of 1 release: 1 not ready.</p>",
        "<li class=\"gate bad\"><b><span class=\"sign bad-tint\" role=\"img\" aria-label=\"errors\">✗</span>card</b>",
        "<p class=\"how\"><a href=\"#f0\">4 errors</a></p>",
        "<p class=\"more\">due before limited_beta</p>",
        "<p class=\"more\">owner @li | @mira</p>",
        "recorded as <code>&lt;b&gt;maybe&lt;/b&gt;</code>|",
        "does not apply: runs | on &lt;i&gt;our&lt;/i&gt; own machines",
        "<mark>evals/safety-v2.json</mark>",
        "<option value=\"r0\">support-assistant 2.1.0 at offline_evals</option>",
        "<option value=\"p0\">card</option>",
        "<b>What to write:</b> rename the file, for example <code>evals/ckpt-7f3a91-safety.json</code>",
        "<b>A fix is known:</b> name the file for the checkpoint (to be looked over)",
        "<b>2 of 3 items</b>",
        "<span class=\"soft\">no rule looks for it</span>",
        "blob/0123abc/releases/support-assistant/2.1.0/release.yaml#L9\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn a_waiver_is_seen_at_its_gate() {
    let mut outcome = sample();
    let (mut others, falling): (Vec<_>, Vec<_>) =
        outcome.findings.drain(..).partition(|finding| finding.rule.as_str() != "rollout/stages-not-ascending");
    outcome.findings.append(&mut others);
    outcome.waived = falling
        .into_iter()
        .map(|finding| WaivedFinding {
            granted_at: finding.primary.span,
            finding,
            waiver: Some("W-1".into()),
            reason: "<b>because</b>".into(),
            approved_by: vec!["@noor".into()],
            expires: jiff::civil::date(2026, 12, 31),
        })
        .collect();
    let rollout = outcome.releases[0].areas.iter_mut().find(|area| area.name == "rollout").unwrap();
    rollout.state = crate::outcome::AreaState::Pass;
    let page = rendered(Format::Html, &outcome, &RenderOptions::default());
    elements(&page);
    assert!(page.contains("<p class=\"how\"><a href=\"#waived\">1 waived</a></p>"), "{page}");
    assert!(page.contains("<td class=\"day\">2026-12-31</td><td>@noor (W-1)</td><td>&lt;b&gt;because&lt;/b&gt;</td>"));
    assert!(rendered(Format::Markdown, &outcome, &RenderOptions::default()).contains("| ⚠️ | rollout | 1 waived |"));
}

#[test]
fn a_marked_place_is_the_text_of_the_finding() {
    let outcome = sample();
    let page = plain(Format::Html);
    let marks: Vec<&str> = page.split("<mark>").skip(1).filter_map(|rest| rest.split("</mark>").next()).collect();
    for finding in &outcome.findings {
        let span = finding.primary.span;
        let text = outcome.sources.of(span).slice(span);
        let simple = text.chars().all(|c| c.is_alphanumeric() || " -:".contains(c));
        assert!(!simple || marks.contains(&text), "{text:?} is not marked");
    }
}

#[test]
fn an_empty_run_and_a_huge_one_have_a_page() {
    let empty = Outcome { files: Vec::new(), releases: Vec::new(), frameworks: Vec::new(), ..clean() };
    let page = rendered(Format::Html, &empty, &RenderOptions::default());
    elements(&page);
    assert!(page.contains("<p class=\"panel\">There are none.</p>") && !page.contains("id=\"releases\""));

    let mut huge = sample();
    let release: ReleaseSummary = huge.releases[0].clone();
    huge.releases = vec![release; 250];
    let one = huge.findings[0].clone();
    huge.findings =
        (0..7000).map(|n| crate::finding::Finding { message: format!("finding {n}"), ..one.clone() }).collect();
    for (n, finding) in huge.findings.iter_mut().enumerate() {
        finding.severity = if n % 2 == 0 { crate::rule::Severity::Error } else { crate::rule::Severity::Note };
    }
    let page = rendered(Format::Html, &huge, &RenderOptions::default());
    elements(&page);
    assert!(page.contains("50 releases that stand no worse are not shown on this page."));
    assert!(page.contains("4000 findings more than a page holds; the other reports have them all."));
}
