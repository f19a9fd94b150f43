//! Compiling packs and rules: everything that can be wrong with a policy is
//! found here, before any document is judged.

mod check;
mod clause;
mod linked;
mod schema;
mod shape;
mod vocab;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::builtin;
use super::error::{Errors, PolicyError};
use super::extend::{self, Draft, Whole};
use super::fields::{Fields, Text, unknown};
use super::lint;
use super::model::{Case, Change, Expect, FixTemplate, Pack, Rule, SetName};
use super::select::Selector;
use super::{Join, PackSource, Reading, VOCABULARY, rule_url};
use crate::kind::Kind;
use crate::parse::{Node, json, yaml};
use crate::rule::{Example, RaisedBy, RuleId, RuleMeta, Severity};
use crate::source::{SourceId, Span};
use crate::text::{did_you_mean, quote};
use clause::Compiler;
pub(super) use linked::OpenLink;
use schema::{Files, is_schema};
use shape::Possible;
pub(super) use vocab::joins;

/// Keys of a pack.
const PACK: &[&str] =
    &["apiVersion", "kind", "pack", "version", "vocabulary", "title", "extends", "data", "links", "base", "rules"];

/// Keys of a file of tests beside a pack.
const TESTS: &[&str] = &["apiVersion", "kind", "tests"];

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

/// Keys of a test.
const CASE: &[&str] = &["fail", "pass", "skip", "set", "patch", "body", "files", "as_of", "says", "at", "count"];

/// Compiles packs, and the files of tests among them.
pub(super) fn packs(sources: &[PackSource], reading: Reading<'_>, errors: &mut Errors) -> Vec<Pack> {
    let texts: Texts<'_> = sources.iter().map(|source| (source.source, &*source.text)).collect();
    let mut drafts = Vec::new();
    let mut beside = Vec::new();
    let files = Files::new(sources);
    for source in sources.iter().filter(|source| !is_schema(source)) {
        let Some(root) = read(source, reading, errors) else { continue };
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
        let compiled = rules.iter().filter_map(|whole| {
            let joins = linked.of(&draft.name, whole);
            let set = base.set;
            let (texts, files, pack, cases) = (&texts, &files, &*draft.name, &cases);
            let context = Context { texts, files, pack, since, whole, cases, reading, joins, set };
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

/// Whether a file holds tests of rules and no rules.
pub(super) fn is_tests(root: &Node) -> bool {
    root.get("rules").is_none() && root.get("tests").is_some()
}

/// The links that packs name.
struct Linked<'p> {
    /// By pack.
    joins: BTreeMap<&'p str, Arc<[Join]>>,
    /// What each rule that builds upon another builds upon, by id.
    bases: BTreeMap<&'p str, &'p str>,
}

impl<'p> Linked<'p> {
    fn new(drafts: &'p [Draft], whole: &'p [Vec<Whole>], errors: &mut Errors) -> Self {
        let mut named: BTreeMap<&str, Vec<Join>> = BTreeMap::new();
        for draft in drafts {
            let data = Node::map(draft.root.anchor());
            let own = draft.root.get("links").map_or_else(Vec::new, |node| joins(node, &data, errors));
            named.entry(&draft.name).or_default().extend(own);
        }
        let built = whole.iter().flatten().filter_map(|rule| rule.node.get("id")?.as_str().zip(rule.base.as_deref()));
        Self { joins: named.into_iter().map(|(name, joins)| (name, joins.into())).collect(), bases: built.collect() }
    }

    /// Those that a rule can read: of its pack, and of the packs whose rules it builds upon.
    fn of(&self, pack: &str, rule: &Whole) -> Arc<[Join]> {
        let own = self.joins.get(pack).map(Arc::clone).unwrap_or_default();
        let mut joins: Vec<Join> = Vec::new();
        let mut base = rule.base.as_deref();
        // Ids may be given twice, which is a mistake told elsewhere: the way up is bounded.
        for _ in 0..=extend::MAX_DEPTH {
            let Some(id) = base else { break };
            let other = id.split('/').next().filter(|other| *other != pack);
            let theirs = other.and_then(|other| self.joins.get(other));
            joins.extend(theirs.into_iter().flat_map(|joins| joins.iter().cloned()));
            base = self.bases.get(id).copied();
        }
        if joins.is_empty() { own } else { own.iter().cloned().chain(joins).collect() }
    }
}

/// Every text by its source.
type Texts<'t> = BTreeMap<SourceId, &'t str>;

/// Tests that stand beside packs, by rule, with the place of the first.
type Cases<'t> = BTreeMap<&'t str, (Span, Vec<&'t Node>)>;

/// The tree of one file.
fn read(source: &PackSource, reading: Reading<'_>, errors: &mut Errors) -> Option<Node> {
    let ready = builtin::for_judging(&source.name).filter(|_| reading.is_trusting());
    let parsed = match ready {
        Some(json) => json::parse(json, source.source),
        None => yaml::parse(&source.text, source.source, 0),
    };
    for finding in parsed.findings {
        errors.add(finding.primary.span, finding.message);
    }
    if parsed.root.is_none() {
        let message = format!("the pack `{}` is empty or cannot be read", quote(&source.name));
        errors.add(Span::file(source.source), message);
    }
    parsed.root
}

/// A rule of the packs with everything that it inherits, if they load so far.
pub(super) fn whole(sources: &[PackSource], id: &str) -> Option<Node> {
    let (_, rules) = written(sources);
    rules.into_iter().flatten().map(|whole| whole.node).find(|rule| rule.get("id").and_then(Node::as_str) == Some(id))
}

/// What is doubtful about packs that load.
pub(super) fn doubts(sources: &[PackSource]) -> Vec<PolicyError> {
    let (drafts, rules) = written(sources);
    lint::doubts(&drafts, &rules)
}

/// The packs and their rules with everything that they inherit, as far as they load.
fn written(sources: &[PackSource]) -> (Vec<Draft>, Vec<Vec<Whole>>) {
    let mut errors = Errors::default();
    let packs = sources.iter().filter(|source| !is_schema(source));
    let roots = packs.filter_map(|source| read(source, Reading::Whole, &mut errors)).collect::<Vec<_>>();
    let roots = roots.into_iter().filter(|root| !is_tests(root));
    let drafts: Vec<Draft> = roots.filter_map(|root| draft(root, &mut errors)).collect();
    let rules = extend::rules(&drafts, &mut errors);
    (drafts, rules)
}

/// A pack whose head is in order.
fn draft(root: Node, errors: &mut Errors) -> Option<Draft> {
    let fields = Fields::open(&root, "pack", PACK, errors)?;
    let name = fields.required("pack", errors).map(|name| name.text.to_owned());
    fields.required("version", errors);
    fields.strings("extends", errors);
    fields.list("rules", errors);
    if let Some(data) = fields.get("data").filter(|data| !data.is_map()) {
        errors.add(data.span, "`data` of a pack is a mapping of named lists");
    }
    if !speaks(&fields, errors) {
        return None;
    }
    Some(Draft { name: name?, root })
}

/// What makes the base set clean for a pack.
fn base(root: &Node, errors: &mut Errors) -> Change {
    let node = root.get("base").filter(|node| !node.is_null());
    let fields = node.and_then(|node| Fields::open(node, "base", &["set", "patch", "body", "files"], errors));
    fields.map_or_else(Change::default, |fields| change(&fields, errors))
}

/// The tests of `tests: {pack/rule: [cases]}`.
fn outside_cases<'t>(tests: &'t [Node], errors: &mut Errors) -> Cases<'t> {
    let mut cases = Cases::new();
    for root in tests {
        let Some(fields) = Fields::open(root, "file of tests", TESTS, errors) else { continue };
        for entry in fields.get("tests").map_or(&[][..], Node::entries) {
            if !entry.value.is_seq() {
                errors.add(entry.value.span, "the tests of a rule are a list");
            }
            let (_, list) = cases.entry(&*entry.key).or_insert_with(|| (entry.key_span, Vec::new()));
            list.extend(entry.value.items());
        }
    }
    cases
}

/// The ids so far.
#[derive(Default)]
struct Seen {
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

/// Whether the pack is written in the vocabulary that this program knows.
fn speaks(fields: &Fields<'_>, errors: &mut Errors) -> bool {
    match fields.get("vocabulary") {
        Some(node) if node.text() == Some(VOCABULARY) => true,
        Some(node) => {
            let found = quote(node.text().unwrap_or(node.type_name()));
            errors.add_help(
                node.span,
                format!("this pack is written in vocabulary {found}, and this version knows vocabulary {VOCABULARY}"),
                "use a version of weighbridge that knows it, or an older version of the pack",
            );
            false
        }
        None => {
            errors.add(fields.span(), format!("this pack has no `vocabulary`; write `vocabulary: {VOCABULARY}`"));
            false
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
    let possible = Possible::new(context.reading.shapes(), &kinds);
    let trusted = context.reading.is_trusting();
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
    let fix = fix(&fields, &mut compiler);
    let open = compiler.open;
    let outside = context.cases.get(id.text).map_or(&[][..], |(_, cases)| cases);
    let cases = fields.list("tests", errors).iter().chain(outside.iter().copied());
    let cases = cases.filter_map(|node| case(node, context, errors)).collect();
    let mut rule = Rule {
        span: id.span,
        kinds: kinds.clone(),
        open,
        profiles: fields.strings("profiles", errors).iter().map(|text| text.text.to_owned()).collect(),
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

fn fix(fields: &Fields<'_>, compiler: &mut Compiler<'_>) -> Option<FixTemplate> {
    let fields = Fields::open(fields.get("fix")?, "fix", &["title", "safe", "replace"], compiler.errors)?;
    let title = fields.required("title", compiler.errors)?.text.to_owned();
    let replace = fields.required("replace", compiler.errors).and_then(|text| compiler.template(text))?;
    Some(FixTemplate { title, safe: fields.flag("safe", compiler.errors), replace })
}

fn case(node: &Node, context: &Context<'_>, errors: &mut Errors) -> Option<Case> {
    let fields = Fields::open(node, "test", CASE, errors)?;
    let named = [("fail", Expect::Fail), ("pass", Expect::Pass), ("skip", Expect::Skip)];
    let Some((key, expect)) = named.into_iter().find(|(key, _)| fields.get(key).is_some()) else {
        errors.add(fields.span(), "a test is `fail: name`, `pass: name` or `skip: name`");
        return None;
    };
    let name = fields.text(key, errors)?.text.to_owned();
    let mut change = change(&fields, errors);
    change.set = change.set.or(context.set);
    let case = Case {
        expect,
        name,
        change,
        says: fields.text("says", errors).map(|text| text.text.to_owned()),
        at: fields.text("at", errors).map(|text| text.text.to_owned()),
        count: fields.size("count", errors),
        as_of: fields.date("as_of", errors),
        example: example(&fields, context.texts),
    };
    if expect != Expect::Fail && (case.says.is_some() || case.at.is_some() || case.count.is_some()) {
        errors.add(fields.span(), "`says`, `at` and `count` are of a test that fails");
    }
    Some(case)
}

/// `set`, `patch`, `body` and `files` of a test or a base.
fn change(fields: &Fields<'_>, errors: &mut Errors) -> Change {
    let written = |key: &'static str, errors: &mut Errors| {
        let entries = fields.get(key).map_or(&[][..], Node::entries);
        let texts = entries.iter().map(|entry| (entry.key.to_string(), entry.value.as_str().map(str::to_owned)));
        for entry in entries.iter().filter(|entry| entry.value.as_str().is_none() && !entry.value.is_null()) {
            errors.add(entry.value.span, format!("`{key}` of a test holds texts"));
        }
        texts.collect::<Vec<_>>()
    };
    let body = written("body", errors).into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    let patch = fields.get("patch").map_or(&[][..], Node::entries);
    let patch = patch.iter().map(|entry| (entry.key.to_string(), entry.value.to_json()));
    let set = fields.text("set", errors).and_then(|name| match name.text {
        "short" => Some(SetName::Short),
        "full" => Some(SetName::Full),
        other => {
            errors.add_help(name.span, format!("there is no base set `{}`", quote(other)), "it is `short` or `full`");
            None
        }
    });
    Change { set, patch: patch.collect::<Vec<(_, Json)>>(), body, files: written("files", errors) }
}

/// What a test writes into the documents, as it stands in the pack.
fn example(fields: &Fields<'_>, texts: &Texts<'_>) -> String {
    let mut parts = Vec::new();
    for key in ["body", "patch", "files"] {
        for entry in fields.get(key).map_or(&[][..], Node::entries) {
            let shown = if let Some(text) = entry.value.as_str() {
                text.to_owned()
            } else {
                let text = texts.get(&entry.value.span.source).copied().unwrap_or_default();
                text.get(entry.value.span.range()).unwrap_or("").trim().to_owned()
            };
            parts.push(format!("# {}\n{shown}", entry.key));
        }
    }
    parts.join("\n")
}

/// The first case that fails and the first that passes.
fn examples(cases: &[Case]) -> Vec<Example> {
    let first = |expect| cases.iter().find(|case| case.expect == expect && !case.example.is_empty());
    let shown = [first(Expect::Fail), first(Expect::Pass)].into_iter().flatten();
    shown
        .map(|case| Example { fails: case.expect == Expect::Fail, name: case.name.clone(), text: case.example.clone() })
        .collect()
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
        let (whole, trusted) = (rules(Reading::Whole), rules(Reading::Trusting));
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
