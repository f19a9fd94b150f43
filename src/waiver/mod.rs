//! Waivers: findings that people with a name have agreed to live with until a day.
//!
//! A waiver stands in `.weighbridge/waivers.yaml`, or, for a rule that is no error,
//! in a comment beside what it waives. It only ever takes findings out of the
//! verdict, never out of sight: [`apply`] splits the settled findings of a run into
//! those that count and those that are waived, and this is the one place where that
//! happens, so that every format and every command knows the same expiry. A waiver
//! with anything wrong about it waives nothing, and says so.
//!
//! | part | what it does |
//! |---|---|
//! | [`limits`] | how long, how short, how soon: every number in one place |
//! | `read` | the entries of a waivers file |
//! | `inline` | the comments |
//! | `check` | what both must say: a rule, a reason, a last day, a person |
//! | `subject` | from a subject to the bytes that it covers |
//! | `keyed` | keyed paths: `metrics[id=refusal_rate].value` |
//! | `canonical` | the digest of a waived value |
//! | [`baseline`] | findings that were there before the gate was |

pub mod baseline;
mod canonical;
mod check;
mod inline;
mod keyed;
pub mod limits;
mod read;
mod subject;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::Finding;
use crate::link::Graph;
use crate::outcome::WaivedFinding;
use crate::rule::{Catalog, RuleId, Severity};
use crate::source::{SourceId, SourceMap, Span};
use crate::text::did_you_mean;
pub use subject::Lookup;

/// The rule of every finding about a waiver or a baseline.
pub const RULE: &str = "gate/waiver-invalid";

/// What waivers are read and judged by.
pub struct Context<'a> {
    /// All documents, and which belong to which release.
    pub graph: &'a Graph<'a>,
    /// Their texts.
    pub sources: &'a SourceMap,
    /// All rules.
    pub catalog: &'a Catalog,
    /// The day on which it is judged.
    pub as_of: Date,
    /// How much a rule weighs in the document at a path, relative to the root;
    /// `None` where it is off.
    pub level: &'a dyn Fn(&RuleId, &str) -> Option<Severity>,
    /// Whether the whole repository is judged, by all of its rules: only then does
    /// a waiver that waives nothing show that it is not needed.
    pub whole: bool,
    /// How many suggestions are left: each takes a look at every id that there is, and no
    /// one reads thousands.
    pub hints: Cell<u32>,
    /// How long, how short, how soon.
    pub limits: limits::Limits,
    /// Who has which id.
    pub lookup: Lookup<'a>,
}

impl Context<'_> {
    /// What a word was most likely meant to be.
    fn did_you_mean<'c>(&self, word: &str, known: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        let left = self.hints.get();
        self.hints.set(left.saturating_sub(1));
        if left == 0 { None } else { did_you_mean(word, known) }
    }
}

/// The findings of a run, weighed against its waivers.
pub struct Applied {
    /// Those that count, in their order.
    pub live: Vec<Finding>,
    /// Those that are waived, in their order.
    pub waived: Vec<WaivedFinding>,
    /// What is wrong with the waivers themselves; not settled yet.
    pub about: Vec<Finding>,
}

/// A waiver that is as it should be, save perhaps for its last day.
struct Grant {
    /// Its id; a comment has none.
    id: Option<String>,
    /// How a message calls it.
    name: String,
    rule: RuleId,
    areas: Vec<Area>,
    reason: String,
    approved_by: Vec<String>,
    expires: Date,
    /// Where it stands, and where its last day does.
    span: Span,
    expires_span: Span,
    /// Whether a document that it is for could not be read, so that nothing can be
    /// said of what it waives.
    in_the_dark: bool,
}

/// A part of a document that a waiver covers.
enum Area {
    /// All of it.
    Document(SourceId),
    /// What lies within.
    Within(Span),
    /// What begins within.
    From(Span),
}

impl Area {
    fn covers(&self, span: Span) -> bool {
        match self {
            Self::Document(source) => *source == span.source,
            Self::Within(area) => area.source == span.source && area.start <= span.start && span.end <= area.end,
            Self::From(area) => area.source == span.source && area.start <= span.start && span.start <= area.end,
        }
    }
}

/// What was read: waivers, and what is wrong with others.
#[derive(Default)]
struct Book {
    grants: Vec<Grant>,
    about: Vec<Finding>,
}

/// A finding about a waiver.
fn about(span: Span, message: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding::new(RULE, span, message).help(help)
}

/// Whether findings of a rule may be waived at all. A file that cannot be read is not
/// judged, and waiving that would waive everything; so nothing is waived in a document
/// that is not sound either, whatever the rule.
pub fn may_be_waived(rule: &str) -> bool {
    ![RULE, "gate/syntax-error", "gate/file-unreadable"].contains(&rule)
}

/// Splits the settled findings of a run by its waivers.
pub fn apply(findings: Vec<Finding>, context: &Context<'_>) -> Applied {
    let mut book = Book::default();
    read::read(&findings, context, &mut book);
    inline::read(context, &mut book);
    let Book { grants, mut about } = book;
    let said_better: Vec<Span> = about.iter().map(|finding| finding.primary.span).collect();
    let unsound = context.graph.documents.iter().filter(|document| !document.sound);
    let dark: BTreeSet<SourceId> = unsound.map(|document| document.source).collect();
    let mut ledger = Ledger::new(&grants, context.as_of);
    let (mut live, mut waived) = (Vec::new(), Vec::new());
    for finding in findings {
        let by = ledger.enter(&finding);
        if finding.rule.as_str() == RULE && said_better.contains(&finding.primary.span) {
            continue;
        }
        match by.filter(|_| !dark.contains(&finding.primary.span.source)) {
            Some(grant) => waived.push(grant.waive(finding)),
            None => live.push(finding),
        }
    }
    let standing = grants.iter().zip(ledger.hits);
    about.extend(standing.filter_map(|(grant, hits)| grant.standing(hits, context)));
    Applied { live, waived, about }
}

/// How often each waiver was needed.
struct Ledger<'a> {
    grants: &'a [Grant],
    by_rule: BTreeMap<&'a RuleId, Vec<usize>>,
    hits: Vec<usize>,
    as_of: Date,
}

impl<'a> Ledger<'a> {
    fn new(grants: &'a [Grant], as_of: Date) -> Self {
        let mut by_rule: BTreeMap<&RuleId, Vec<usize>> = BTreeMap::new();
        for (index, grant) in grants.iter().enumerate() {
            by_rule.entry(&grant.rule).or_default().push(index);
        }
        Self { grants, by_rule, hits: vec![0; grants.len()], as_of }
    }

    /// The first waiver that covers the finding and has not expired; every one that
    /// covers it was needed.
    fn enter(&mut self, finding: &Finding) -> Option<&'a Grant> {
        let mut by = None;
        for index in self.by_rule.get(&finding.rule).into_iter().flatten().copied() {
            let grant = &self.grants[index];
            if grant.covers(finding.primary.span) {
                self.hits[index] += 1;
                by = by.or_else(|| (grant.expires >= self.as_of).then_some(grant));
            }
        }
        by
    }
}

impl Grant {
    fn covers(&self, span: Span) -> bool {
        self.areas.iter().any(|area| area.covers(span))
    }

    fn waive(&self, finding: Finding) -> WaivedFinding {
        WaivedFinding {
            finding,
            waiver: self.id.clone(),
            granted_at: self.span,
            reason: self.reason.clone(),
            approved_by: self.approved_by.clone(),
            expires: self.expires,
        }
    }

    /// What is to be said of a waiver that waived so many findings: that it is over,
    /// nearly over, or not needed.
    fn standing(&self, hits: usize, context: &Context<'_>) -> Option<Finding> {
        let Self { name, expires, .. } = self;
        if *expires < context.as_of {
            return Some(self.lapsed(hits));
        }
        if hits == 0 {
            return self.unused(context);
        }
        let left = context.as_of.until(*expires).map_or(0, |span| span.get_days());
        (left < context.limits.expiring_days.value).then(|| {
            let when = match left {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => format!("in {days} days"),
            };
            let message = format!("{name} ends {when}, on {expires}; what it waives will count again");
            let help = "mend the finding before that day, or have the waiver granted anew with a later last day";
            let mut finding = about(self.expires_span, message, help).label("valid through this day");
            finding.at_most = Some(Severity::Warning);
            finding
        })
    }

    fn lapsed(&self, hits: usize) -> Finding {
        let Self { name, expires, rule, .. } = self;
        if hits == 0 && !self.in_the_dark {
            let message = format!("{name} expired on {expires}, and nothing needs it any more");
            return about(self.expires_span, message, "remove it");
        }
        let again = match hits {
            0 => "what it waived counts again".to_owned(),
            1 => format!("the finding of `{rule}` that it waived counts again"),
            hits => format!("the {hits} findings of `{rule}` that it waived count again"),
        };
        let help = "mend the finding and remove the waiver, or have it granted anew with a later last day";
        about(self.expires_span, format!("{name} expired on {expires}: {again}"), help)
    }

    fn unused(&self, context: &Context<'_>) -> Option<Finding> {
        let Self { name, rule, .. } = self;
        (context.whole && !self.in_the_dark).then(|| {
            let message = format!("{name} waives nothing: `{rule}` finds nothing wrong there");
            about(self.span, message, "remove it, lest it hide the next finding; what several releases share is waived by the `path` of its file")
        })
    }
}
