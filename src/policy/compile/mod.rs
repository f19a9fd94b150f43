//! Compiling packs and rules: everything that can be wrong with a policy is
//! found here, before any document is judged.

mod case;
mod check;
mod clause;
mod linked;
mod read;
mod schema;
mod shape;
mod vocab;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::Errors;
use super::extend::{self, Whole};
use super::fields::{Fields, Text, unknown};
use super::model::{Expect, Pack, Rule, SetName};
use super::pattern::Patterns;
use super::select::Selector;
use super::{Join, PackSource, Reading, rule_url};
use crate::kind::Kind;
use crate::parse::Node;
use crate::rule::{Profiles, RaisedBy, RuleId, RuleMeta, Severity};
use crate::source::Span;
use crate::text::{did_you_mean, quote};
use case::{Cases, Texts, base, case, examples, outside_cases};
use clause::Compiler;
use linked::Linked;
pub(super) use linked::OpenLink;
pub(super) use read::{doubts, is_tests, whole};
use read::{draft, read};
use schema::Files;
use shape::Possible;
pub(super) use vocab::joins;

/// Keys of a rule.
const RULE: &[&str] = &[
    "id",
    "on",
    "title",
    "severity",
    "locked",
    "aliases",
    "area",
    "raised_by",
    "text_alone",
    "profiles",
    "when",
    "when_missing",
    "let",
    "each",
    "assert",
    "message",
    "help",
    "label",
    "related",
    "fix",
    "rationale",
    "references",
    "frameworks",
    "tags",
    "since",
    "tests",
];

/// Compiles packs, and the files of tests among them.
pub(super) fn packs(sources: &[PackSource], reading: Reading<'_>, errors: &mut Errors) -> Vec<Pack> {
    let texts: Texts<'_> = sources.iter().map(|source| (source.source, &*source.text)).collect();
    let mut drafts = Vec::new();
    let mut beside = Vec::new();
    let files = Files::new(sources);
    for root in read(sources, reading, errors) {
        if is_tests(&root) {
            beside.push(root);
        } else {
            drafts.extend(draft(root, errors));
        }
    }
    let cases = outside_cases(&beside, errors);
    let whole = extend::rules(&drafts, errors);
    let mut seen = Seen::default();
    let mut packs = Vec::new();
    let linked = Linked::new(&drafts, &whole, errors);
    for (draft, rules) in drafts.iter().zip(&whole) {
        let since = draft.root.get("version").and_then(Node::text).unwrap_or_default();
        let base = base(&draft.root, errors);
        let profiles = draft.profiles;
        let compiled = rules.iter().filter_map(|whole| {
            let joins = linked.of(&draft.name, whole);
            let set = base.set;
            let (texts, files, pack, cases) = (&texts, &files, &*draft.name, &cases);
            let context = Context { texts, files, pack, since, whole, cases, reading, joins, set, profiles };
            rule(&context, &mut seen, errors)
        });
        let rules = compiled.collect();
        packs.push(Pack { base, rules });
    }
    seen.check_aliases(errors);
    for (id, (span, _)) in cases.iter().filter(|(id, _)| !seen.ids.contains_key(**id)) {
        let near = did_you_mean(id, seen.ids.keys().map(String::as_str));
        let help =
            near.map_or_else(|| "name the rule as its pack does".to_owned(), |near| format!("did you mean `{near}`?"));
        errors.add_help(*span, format!("there is no rule `{}` to test", quote(id)), help);
    }
    packs
}

/// What the rules so far have between them.
#[derive(Default)]
struct Seen {
    patterns: Patterns,
    ids: BTreeMap<String, Span>,
    aliases: Vec<(String, Span)>,
}

impl Seen {
    /// An old id must not be that of a rule that there is.
    fn check_aliases(&self, errors: &mut Errors) {
        let mut known = BTreeSet::new();
        for (alias, span) in &self.aliases {
            if self.ids.contains_key(alias) {
                errors.add(*span, format!("`{}` is the id of another rule, not an old one", quote(alias)));
            } else if !known.insert(alias) {
                errors.add(*span, format!("two rules claim the old id `{}`", quote(alias)));
            }
        }
    }
}

/// What a rule is compiled from.
struct Context<'p> {
    texts: &'p Texts<'p>,
    files: &'p Files<'p>,
    pack: &'p str,
    since: &'p str,
    whole: &'p Whole,
    cases: &'p Cases<'p>,
    reading: Reading<'p>,
    joins: Arc<[Join]>,
    /// The base set of the pack's tests.
    set: Option<SetName>,
    /// Where the rules of the pack are on, if they do not say it themselves.
    profiles: Profiles,
}

fn rule(context: &Context<'_>, seen: &mut Seen, errors: &mut Errors) -> Option<Rule> {
    let before = errors.len();
    let node = &context.whole.node;
    let fields = Fields::open(node, "rule", RULE, errors)?;
    let id = fields.required("id", errors)?;
    check_id(id, context.pack, seen, errors);
    let kinds = kinds(&fields, errors);
    let severity = severity(&fields, errors);
    seen.aliases.extend(fields.strings("aliases", errors).iter().map(|old| (old.text.to_owned(), old.span)));
    let meta = meta(&fields, id, severity, context, errors);
    let data = &*context.whole.data;
    let trusted = context.reading.trusts(id.span.source);
    let possible = Possible::new(context.reading.shapes.filter(|_| !trusted), &kinds);
    let mut compiler = Compiler {
        errors,
        data,
        possible,
        names: Vec::new(),
        loop_names: Vec::new(),
        severity,
        trusted,
        kinds: &kinds,
        joins: &context.joins,
        files: context.files,
        patterns: &mut seen.patterns,
        open: Vec::new(),
    };
    let lets = lets(&fields, &mut compiler);
    let names = fields.get("each").map_or(&[][..], Node::entries).iter().map(|entry| entry.key.to_string());
    compiler.loop_names = names.collect();
    let when = compiler.conditions(fields.get("when"));
    compiler.loop_names.clear();
    let skip_undecided = compiler.when_missing(&fields);
    let each = fields.get("each").map_or_else(Vec::new, |node| compiler.loops(node));
    let assert = fields.get("assert").map_or_else(Vec::new, |node| compiler.assertions(node));
    let texts = compiler.texts(&fields);
    let related = compiler.related(&fields);
    let fix = compiler.fix(&fields);
    let open = compiler.open;
    let outside = context.cases.get(id.text).map_or(&[][..], |(_, cases)| cases);
    let cases = fields.list("tests", errors).iter().chain(outside.iter().copied());
    let cases = cases.filter_map(|node| case(node, context, errors)).collect();
    let mut rule = Rule {
        span: id.span,
        kinds: kinds.clone(),
        open,
        text_alone: fields.flag("text_alone", errors),
        when,
        skip_undecided,
        lets,
        each,
        assert,
        texts,
        related,
        fix,
        frameworks: fields.strings("frameworks", errors).iter().map(|text| (text.text.to_owned(), text.span)).collect(),
        cases,
        data: Arc::clone(&context.whole.data),
        joins: Arc::clone(&context.joins),
        base: context.whole.base.clone(),
        meta,
    };
    if !trusted {
        check_whole(&rule, &fields, errors);
    }
    rule.meta.examples = examples(&rule.cases);
    if let Some(help) = &rule.texts.help {
        rule.meta.help = help.written();
    }
    (errors.len() == before).then_some(rule)
}

fn check_id(id: Text<'_>, pack: &str, seen: &mut Seen, errors: &mut Errors) {
    let kebab = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let right = id.text.split_once('/').is_some_and(|(own, defect)| own == pack && kebab(defect));
    if !right {
        errors.add_help(
            id.span,
            format!("`{}` is not an id of the pack `{}`", quote(id.text), quote(pack)),
            format!("an id is the pack and the defect in kebab-case: `{pack}/something-missing`"),
        );
    }
    if seen.ids.insert(id.text.to_owned(), id.span).is_some() {
        errors.add(id.span, format!("there are two rules with the id `{}`", quote(id.text)));
    }
}

/// What can only be said of a rule as a whole.
fn check_whole(rule: &Rule, fields: &Fields<'_>, errors: &mut Errors) {
    let id = rule.meta.id.as_str();
    let judged = matches!(rule.meta.raised_by, RaisedBy::Policy | RaisedBy::Schema);
    if rule.meta.raised_by == RaisedBy::Policy && rule.assert.is_empty() && fields.get("assert").is_none() {
        errors.add(rule.span, format!("`{id}` asserts nothing"));
    }
    if !judged && !rule.assert.is_empty() {
        errors.add(rule.span, format!("`{id}` is raised in code and cannot have `assert`"));
    }
    let fails = rule.cases.iter().any(|case| case.expect == Expect::Fail);
    if judged && rule.cases.is_empty() && fields.get("tests").is_none() {
        errors.add_help(
            rule.span,
            format!("`{id}` has no tests"),
            "write at least one case that fails, so that the rule is known to fire",
        );
    } else if judged && !fails {
        errors.add(rule.span, format!("no test of `{id}` fails, so the rule is not known to fire"));
    }
    if rule.text_alone && !rule.kinds.contains(&Kind::Card) {
        let help = "`text_alone` is for rules on cards, whose text can be read where their front matter cannot";
        errors.add_help(rule.span, format!("`{id}` never judges a card"), help);
    }
    if rule.meta.locked && rule.meta.severity != Severity::Error {
        errors.add_help(
            rule.span,
            format!("`{id}` is locked and a {}", rule.meta.severity),
            "only an error can be locked: write `severity: error`",
        );
    }
    if rule.meta.severity == Severity::Error && rule.meta.help.is_empty() {
        errors.add_help(rule.span, format!("`{id}` is an error without `help`"), "say what to write instead");
    }
}

fn kinds(fields: &Fields<'_>, errors: &mut Errors) -> Vec<Kind> {
    let mut kinds = Vec::new();
    fields.required_any("on", errors);
    for name in fields.strings("on", errors) {
        match Kind::parse(name.text) {
            _ if name.text == "any" => kinds.extend_from_slice(Kind::ALL),
            Some(kind) => kinds.push(kind),
            None => {
                let known: Vec<&str> = std::iter::once("any").chain(Kind::ALL.iter().map(|kind| kind.name())).collect();
                unknown("kind", name.text, name.span, &known, errors);
            }
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn severity(fields: &Fields<'_>, errors: &mut Errors) -> Severity {
    let Some(text) = fields.required("severity", errors) else { return Severity::Error };
    text.text.parse().unwrap_or_else(|why: String| {
        errors.add(text.span, why);
        Severity::Error
    })
}

fn meta(fields: &Fields<'_>, id: Text<'_>, severity: Severity, context: &Context<'_>, errors: &mut Errors) -> RuleMeta {
    let raised_by = match fields.text("raised_by", errors).map(|text| (text.text, text.span)) {
        None | Some(("policy", _)) => RaisedBy::Policy,
        Some(("parser", _)) => RaisedBy::Parser,
        Some(("schema", _)) => RaisedBy::Schema,
        Some(("engine", _)) => RaisedBy::Engine,
        Some((_, span)) => {
            errors.add(span, "`raised_by` is one of policy, parser, schema, engine");
            RaisedBy::Policy
        }
    };
    let owned = |texts: Vec<Text<'_>>| texts.iter().map(|text| text.text.to_owned()).collect();
    let since = fields.owned("since", errors);
    RuleMeta {
        id: RuleId::new(id.text),
        title: fields.required("title", errors).map_or_else(String::new, |text| text.text.to_owned()),
        rationale: fields.owned("rationale", errors),
        help: fields.owned("help", errors),
        severity,
        locked: fields.flag("locked", errors),
        profiles: read::profiles(fields, errors).unwrap_or(context.profiles),
        aliases: owned(fields.strings("aliases", errors)),
        raised_by,
        area: fields.text("area", errors).map(|text| text.text.to_owned()),
        references: owned(fields.strings("references", errors)),
        frameworks: Vec::new(),
        tags: owned(fields.strings("tags", errors)),
        since: if since.is_empty() { context.since.to_owned() } else { since },
        url: rule_url(id.text),
        examples: Vec::new(),
    }
}

fn lets(fields: &Fields<'_>, compiler: &mut Compiler<'_>) -> Vec<(String, Selector)> {
    let mut lets = Vec::new();
    let Some(node) = fields.get("let") else { return lets };
    for entry in node.entries() {
        let Some(text) = entry.value.as_str() else {
            compiler.errors.add(entry.value.span, "`let` gives names to selectors");
            continue;
        };
        if let Some(selector) = compiler.selector(Text { text, span: entry.value.span }) {
            compiler.bind(&entry.key, &selector);
            lets.push((entry.key.to_string(), selector));
        }
        compiler.name(&entry.key, entry.key_span);
    }
    lets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::source::SourceMap;

    #[test]
    fn the_packs_that_ship_are_the_same_without_their_tests() {
        let sources = Policy::builtin_sources(&mut SourceMap::default());
        let rules = |reading| {
            let mut errors = Errors::default();
            let packs = packs(&sources, reading, &mut errors);
            assert_eq!(errors.into_sorted(), []);
            packs.into_iter().flat_map(|pack| pack.rules).collect::<Vec<Rule>>()
        };
        let (whole, trusted) = (rules(Reading::default()), rules(Reading { proven: sources.len(), shapes: None }));
        assert_eq!(whole.len(), trusted.len());
        // Their places differ, and a set has no order.
        let places = regex::Regex::new(r"Span \{[^}]*\}|strings: \{[^}]*\}").unwrap();
        let shown = |rule: Rule| {
            let id = rule.meta.id.clone();
            let mut rule = Rule { cases: Vec::new(), frameworks: Vec::new(), ..rule };
            rule.meta.examples.clear();
            (id, places.replace_all(&format!("{rule:#?}"), "").into_owned())
        };
        for (whole, trusted) in whole.into_iter().zip(trusted) {
            assert_eq!(shown(whole), shown(trusted));
        }
    }
}
