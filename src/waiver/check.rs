//! What every waiver must say, in a file or in a comment: one rule that exists, a
//! reason, a last day that is not too far off, and somebody else who agreed.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::limits::{Limit, Limits};
use super::{Context, about, may_be_waived};
use crate::facts::owner;
use crate::finding::Finding;
use crate::parse::Node;
use crate::rule::{RuleId, Severity};
use crate::source::Span;
use crate::text::{count, quote};

/// What stands where a reason or a name should be until somebody thinks of one.
static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\W*(?:(?:tbd|tba|todo|fixme|n/?a|none|unknown|x{3,}|reason|placeholder|pending)\W*)+$",
        r"|^\W*(?:tbd|tba|todo|fixme)\b|^\W*lorem ipsum|^\s*<[^>]*>\s*$|^\s*\[[^\]]*\]\s*$|^\s*\{\{.*\}\}\s*$",
        r"|^@?(?:your|example|some)[-_ ]|^@?(?:owner|team|user|name|approver)$",
    ))
    .ok()
});

fn is_placeholder(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric) || PLACEHOLDER.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The rule that a waiver names, or why it is none that can be waived.
pub(super) fn rule(name: &str, text: &str, span: Span, context: &Context<'_>) -> Result<RuleId, Box<Finding>> {
    let shown = quote(text);
    let one = "name one rule, as the report shows it in brackets; `weighbridge rules` lists them all";
    let wrong = |message: String, help: &str| Err(Box::new(about(span, message, help)));
    if context.catalog.get(text).is_none() {
        if text == "all" || text.contains('*') || context.catalog.packs().contains(&text) {
            return wrong(format!("{name} is too broad: `{shown}` is not one rule"), one);
        }
        let ids = context.catalog.iter().map(|rule| rule.id.as_str());
        let help =
            context.did_you_mean(text, ids).map_or_else(|| one.to_owned(), |meant| format!("did you mean `{meant}`?"));
        return wrong(format!("{name} is for `{shown}`, and there is no such rule"), &help);
    }
    if !may_be_waived(text) {
        let help = "mend what it says; a file that is no part of a release can be taken out with `exclude` in weighbridge.yaml";
        return wrong(format!("{name} is for `{shown}`, which cannot be waived: it says what was not judged"), help);
    }
    Ok(RuleId::new(text))
}

/// How much the rule weighs in the document at `path`; where it is off, a note that
/// says so, and nothing where the command line left it out.
pub(super) fn weight(
    name: &str,
    rule: &RuleId,
    (span, path): (Span, &str),
    context: &Context<'_>,
) -> Result<Severity, Option<Box<Finding>>> {
    (context.level)(rule, path).ok_or_else(|| {
        context.whole.then(|| {
            let message = format!("{name} is for `{rule}`, which does not judge in this run");
            let help = "remove the waiver, or switch the rule on in weighbridge.yaml";
            let mut finding = about(span, message, help);
            finding.at_most = Some(Severity::Note);
            Box::new(finding)
        })
    })
}

/// What is wrong with a reason.
pub(super) fn reason(name: &str, text: &str, span: Span, limits: &Limits) -> Option<Finding> {
    let help = "say why this can be accepted for a while, and where it is tracked";
    let characters = text.trim().chars().count();
    if is_placeholder(text) {
        let message = format!("{name} has no reason: `{}` is a placeholder", quote(text));
        return Some(about(span, message, help));
    }
    let Limit { value: least, span: asked } = limits.reason_characters;
    i32::try_from(characters).is_ok_and(|characters| characters < least).then(|| {
        let characters = count(characters, "character");
        let message = format!("{name} has a reason of {characters}, and at least {least} are asked for");
        chosen(about(span, message, help), asked)
    })
}

/// The finding, with the place where the organisation chose the limit.
fn chosen(finding: Finding, limit: Option<Span>) -> Finding {
    match limit {
        Some(span) => finding.related(span, "the organisation's limit"),
        None => finding,
    }
}

/// A calendar date, or what is wrong with it.
pub(super) fn date(name: &str, key: &str, text: &str, span: Span) -> Result<Date, Box<Finding>> {
    let plain = text.len() == 10 && text.is_ascii();
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        let message = format!("{name} cannot be dated: `{key}` is `{}`, not a date", quote(text));
        Box::new(about(span, message, format!("write `{key}` as a date, such as 2026-12-31")))
    })
}

/// What is wrong with the time that a waiver holds. `created` is the day from which
/// it is counted; a comment has none, and is counted from the day of the check.
pub(super) fn term(
    name: &str,
    (from, from_span): (Date, Option<Span>),
    (expires, span): (Date, Span),
    severity: Severity,
    limits: &Limits,
) -> Option<Finding> {
    let Limit { value: most, span: limit } = limits.most_days(severity);
    let last = from.checked_add(jiff::Span::new().days(most)).unwrap_or(Date::MAX);
    let mut finding = if from_span.is_some() && expires < from {
        let message = format!("{name} ends on {expires}, before it was granted on {from}");
        about(span, message, "correct `created` or `expires`")
    } else if expires > last {
        let days = from.until(expires).map_or(i64::from(i32::MAX), |span| i64::from(span.get_days()));
        let what = if severity == Severity::Error { "an error" } else { "a warning or a note" };
        let key = if from_span.is_some() { "expires: " } else { "until=" };
        let message = format!("{name} is for {days} days, and a waiver of {what} is for at most {most}");
        let help = format!("write `{key}{last}` or an earlier day; what takes longer is granted anew");
        chosen(about(span, message, help), limit)
    } else {
        return None;
    };
    if let Some(from) = from_span {
        finding = finding.related(from, "counted from here");
    }
    Some(finding)
}

/// What is wrong with one of those who approved.
pub(super) fn approver(name: &str, handle: &str, span: Span, context: &Context<'_>) -> Option<Finding> {
    let shown = quote(handle);
    let wrong = |why: &str, help: &str| Some(about(span, format!("{name} is approved by `{shown}`, {why}"), help));
    let person = "name a person of the roster (.weighbridge/org.yaml) who agreed to it";
    match owner::standing(context.graph, handle) {
        "bot" => wrong("which is a bot", person),
        "rotation" => wrong("which is a rotation and not a person", person),
        "inactive" => wrong("who is no longer active", person),
        "unknown" => {
            let roster = context.graph.roster().map(Node::entries).unwrap_or_default();
            let help = context
                .did_you_mean(handle, roster.iter().map(|entry| &*entry.key))
                .map_or_else(|| person.to_owned(), |meant| format!("did you mean `{meant}`?"));
            wrong("who is not in the roster", &help)
        }
        _ if is_placeholder(handle) => wrong("which is a placeholder", "name the person who agreed to it"),
        _ => None,
    }
}

/// Somebody who may not be the only one to approve, and what they are.
pub(super) struct Party<'a> {
    pub(super) handle: &'a str,
    pub(super) span: Span,
    pub(super) is: &'static str,
}

/// Whether nobody but the parties approved.
pub(super) fn independence(name: &str, approvers: &[(&str, Span)], parties: &[Party<'_>]) -> Option<Finding> {
    let party = |handle: &str| parties.iter().find(|party| same(party.handle, handle));
    let (first, span) = approvers.first()?;
    let found = party(first)?;
    approvers.iter().all(|(handle, _)| party(handle).is_some()).then(|| {
        let message = format!("{name} is approved by `{}` alone, who {}", quote(first), found.is);
        about(*span, message, "have it approved by somebody else; nobody waives their own finding")
            .related(found.span, "the same person")
    })
}

/// Whether two handles are one person's: neither case nor the `@` counts.
fn same(one: &str, other: &str) -> bool {
    let plain = |handle: &str| handle.trim().trim_start_matches('@').to_lowercase();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_reasons() {
        for text in ["TBD", "todo: write this down later", "n/a n/a n/a n/a n/a n/a", "<why is this fine?>", "---", "…"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["none of the users are external, see RISK-12", "Measured on another set, see CLAIMS-12"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn a_handle_is_the_same_however_it_is_written() {
        assert!(same("@Noor", "noor "));
        assert!(!same("@noor", "@noora"));
    }
}
