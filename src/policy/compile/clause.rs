//! Compiling clauses: what `assert` and `when` may hold.
//!
//! The tables [`CLAUSE`] and [`TESTS`] are the vocabulary.

use super::check::CHECKS;
use super::linked::OpenLink;
use super::schema::Files;
use super::shape::Possible;
use crate::kind::Kind;
use crate::parse::{Node, Value};
use crate::policy::error::Errors;
use crate::policy::fields::{Fields, Text};
use crate::policy::join::Join;
use crate::policy::message::Template;
use crate::policy::model::{Check, Clause, Each, FixTemplate, Test, Texts};
use crate::policy::pattern::Patterns;
use crate::policy::select::{Root, Segment, Selector, Wanted};
use crate::rule::Severity;
use crate::source::Span;
use crate::text::quote;

/// Keys of a clause.
const CLAUSE: &[&str] = &[
    "each",
    "at",
    "or",
    "optional",
    "when",
    "when_missing",
    "message",
    "label",
    "help",
    "fix",
    "severity",
    "show",
    "conceal",
    "related",
    "is",
    "present",
    "absent",
    "count",
    "unique",
    "order",
    "same",
    "compare",
    "section",
    "table",
    "answers",
    "schema",
    "cel",
    "file",
    "link",
    "spdx",
    "codeowners",
    "identity",
    "exactly",
    "any",
    "all",
    "none",
    "not",
];

/// Keys of a clause that say what is checked: one of them in each clause.
const TESTS: &[&str] = &[
    "is",
    "present",
    "absent",
    "count",
    "unique",
    "order",
    "same",
    "compare",
    "section",
    "table",
    "answers",
    "schema",
    "cel",
    "file",
    "link",
    "spdx",
    "codeowners",
    "identity",
    "any",
    "all",
    "none",
    "not",
];

/// Those of them that check each value that `at` hits.
const VALUES: &[&str] = &["is", "file", "link", "spdx", "codeowners", "identity"];

/// Keys of a clause that only count directly under `assert`.
const OUTER: &[&str] = &["each", "message", "label", "help", "severity", "show", "conceal", "fix"];

/// Keys of a fix.
const FIX: &[&str] = &["title", "safe", "replace", "insert", "behind"];

/// The deepest nesting of `each`.
const MAX_EACH: usize = 4;

/// What a clause is compiled against.
pub(super) struct Compiler<'p> {
    /// Where mistakes go.
    pub(super) errors: &'p mut Errors,
    /// The data of the pack.
    pub(super) data: &'p Node,
    /// Names that `let` and `each` have given so far.
    pub(super) names: Vec<String>,
    /// Names that `each` gives elsewhere in the rule.
    pub(super) loop_names: Vec<String>,
    /// What its selectors can find.
    pub(super) possible: Possible<'p>,
    /// The severity of the rule, which no clause exceeds.
    pub(super) severity: Severity,
    /// What it judges.
    pub(super) kinds: &'p [Kind],
    /// The links that its pack names.
    pub(super) joins: &'p [Join],
    /// The files of the packs.
    pub(super) files: &'p Files<'p>,
    /// Links that only the configuration can name.
    pub(super) open: Vec<OpenLink>,
    /// The regular expressions of all rules.
    pub(super) patterns: &'p mut Patterns,
    /// Whether its expressions are known to be right.
    pub(super) trusted: bool,
}

impl Compiler<'_> {
    /// One clause, or a list of clauses that must all hold.
    pub(super) fn conditions(&mut self, node: Option<&Node>) -> Vec<Clause> {
        match node {
            None => Vec::new(),
            Some(node) if node.is_seq() => self.clauses(node),
            Some(node) => self.clause(node).into_iter().collect(),
        }
    }

    /// A list of clauses; an empty one is a mistake.
    pub(super) fn clauses(&mut self, node: &Node) -> Vec<Clause> {
        if node.items().is_empty() {
            self.errors.add(node.span, "a list of clauses has at least one clause");
        }
        node.items().iter().filter_map(|item| self.clause(item)).collect()
    }

    /// The clauses of `assert`, which may run for every item of something.
    pub(super) fn assertions(&mut self, node: &Node) -> Vec<Clause> {
        if node.items().is_empty() {
            self.errors.add(node.span, "`assert` is a list of clauses");
        }
        let outer = self.names.len();
        let mut clauses = Vec::new();
        for item in node.items() {
            let each = item.get("each").map_or_else(Vec::new, |node| self.loops(node));
            clauses.extend(self.body(item).map(|clause| Clause { each, ..clause }));
            self.loop_names.extend(self.names.drain(outer..));
        }
        clauses
    }

    /// `each: {name: selector, …}`; the names stay in scope.
    pub(super) fn loops(&mut self, node: &Node) -> Vec<Each> {
        let mut loops = Vec::new();
        if node.entries().is_empty() || node.entries().len() > MAX_EACH {
            self.errors.add(node.span, format!("`each` gives one to {MAX_EACH} names to the items of selectors"));
        }
        for entry in node.entries() {
            let (text, min) = match &entry.value.value {
                Value::Map(_) => {
                    let Some(fields) = Fields::open(&entry.value, "loop", &["at", "min"], self.errors) else {
                        continue;
                    };
                    (fields.required("at", self.errors), fields.size("min", self.errors).unwrap_or(1))
                }
                _ => (entry.value.as_str().map(|text| Text { text, span: entry.value.span }), 1),
            };
            match text.and_then(|text| self.selector(text)) {
                Some(at) => {
                    self.bind(&entry.key, &at);
                    loops.push(Each { name: entry.key.to_string(), at, min });
                }
                None if text.is_some() => {}
                None => self.errors.add(entry.value.span, "`each` takes a selector, or `{at: selector, min: 0}`"),
            }
            self.name(&entry.key, entry.key_span);
        }
        loops
    }

    /// Takes a name into scope.
    pub(super) fn name(&mut self, word: &str, span: Span) {
        let plain = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !word.is_empty();
        if !plain || matches!(word, "doc" | "facts" | "data" | "link" | "reason") {
            self.errors.add(span, format!("`{}` cannot be a name here", quote(word)));
        } else if self.names.iter().any(|known| known == word) {
            self.errors.add(span, format!("the name `{word}` is given twice"));
        }
        self.names.push(word.to_owned());
    }

    /// One clause that is not directly in `assert`, and so reports nothing itself.
    fn clause(&mut self, node: &Node) -> Option<Clause> {
        for entry in node.entries().iter().filter(|entry| OUTER.contains(&&*entry.key)) {
            let message = format!("`{}` stands in a rule, or in a clause directly under `assert`", entry.key);
            self.errors.add(entry.key_span, message);
        }
        self.body(node)
    }

    /// Keys that mean nothing beside what the clause checks.
    fn check_beside(&mut self, fields: &Fields<'_>, test: &str) {
        let presence =
            matches!(test, "present" | "absent") && fields.get(test).is_some_and(|node| node.as_bool().is_some());
        let values = VALUES.contains(&test);
        let about_values = values || matches!(test, "unique" | "order" | "answers" | "schema");
        let means = |key: &str| match key {
            "at" => about_values || presence || test == "count",
            "or" | "exactly" => values,
            _ => about_values || matches!(test, "same" | "compare" | "section" | "table"),
        };
        for key in ["at", "or", "optional", "exactly"] {
            if let Some(entry) = fields.entry(key).filter(|_| !means(key)) {
                self.errors.add(entry.key_span, format!("`{key}` means nothing beside `{test}`"));
            }
        }
    }

    fn body(&mut self, node: &Node) -> Option<Clause> {
        let fields = Fields::open(node, "clause", CLAUSE, self.errors)?;
        let test = self.test(&fields)?;
        let severity = fields.text("severity", self.errors).and_then(|text| self.severity_of(text));
        Some(Clause {
            span: fields.span(),
            each: Vec::new(),
            when: self.conditions(fields.get("when")),
            skip_undecided: self.when_missing(&fields),
            optional: fields.flag("optional", self.errors),
            severity,
            conceal: fields.flag("conceal", self.errors),
            texts: self.texts(&fields),
            show: fields.text("show", self.errors).and_then(|text| self.selector(text)),
            related: self.related(&fields),
            fix: self.fix(&fields),
            test,
        })
    }

    /// `message`, `label` and `help`.
    pub(super) fn texts(&mut self, fields: &Fields<'_>) -> Texts {
        let mut template = |key| fields.text(key, self.errors).and_then(|text| self.template(text));
        Texts { message: template("message"), label: template("label"), help: template("help") }
    }

    /// `fix: {title, safe, replace}` or `{title, safe, insert, behind}`.
    pub(super) fn fix(&mut self, fields: &Fields<'_>) -> Option<FixTemplate> {
        let fields = Fields::open(fields.get("fix")?, "fix", FIX, self.errors)?;
        let title = fields.required("title", self.errors)?.text.to_owned();
        let safe = fields.flag("safe", self.errors);
        if fields.get("insert").is_none() && fields.get("behind").is_none() {
            let text = fields.required("replace", self.errors).and_then(|text| self.template(text))?;
            return Some(FixTemplate { title, safe, text, behind: None });
        }
        if let Some(entry) = fields.entry("replace") {
            self.errors
                .add(entry.key_span, "a fix either replaces what was found wrong, or inserts `behind` something");
        }
        let text = fields.required("insert", self.errors).and_then(|text| self.template(text))?;
        let behind = fields.required("behind", self.errors).and_then(|text| self.selector(text))?;
        Some(FixTemplate { title, safe, text, behind: Some(behind) })
    }

    /// `related: [{at, text}]`: other places to show.
    pub(super) fn related(&mut self, fields: &Fields<'_>) -> Vec<(Selector, Template)> {
        let mut labels = Vec::new();
        for node in fields.list("related", self.errors) {
            let Some(fields) = Fields::open(node, "related place", &["at", "text"], self.errors) else { continue };
            let at = fields.required("at", self.errors).and_then(|text| self.selector(text));
            let text = fields.required("text", self.errors).and_then(|text| self.template(text));
            labels.extend(at.zip(text));
        }
        labels
    }

    /// `when_missing: skip` or `fail`.
    pub(super) fn when_missing(&mut self, fields: &Fields<'_>) -> bool {
        let Some(text) = fields.text("when_missing", self.errors) else { return false };
        if !matches!(text.text, "skip" | "fail") {
            self.errors.add(text.span, "`when_missing` is `skip` or `fail`");
        }
        text.text == "skip"
    }

    fn severity_of(&mut self, text: Text<'_>) -> Option<Severity> {
        match text.text.parse::<Severity>() {
            Ok(severity) if severity > self.severity => {
                let most = self.severity;
                self.errors.add(text.span, format!("a clause cannot weigh more than its rule, which is `{most}`"));
                None
            }
            Ok(severity) => Some(severity),
            Err(why) => {
                self.errors.add(text.span, why);
                None
            }
        }
    }

    /// A selector, checked against the data of the pack.
    pub(super) fn selector(&mut self, text: Text<'_>) -> Option<Selector> {
        match Selector::parse(text.text, &self.names) {
            Ok(selector) => {
                self.check_selector(&selector, text.span);
                Some(selector)
            }
            Err(why) => {
                self.errors.add(text.span, why);
                None
            }
        }
    }

    /// A text with selectors in it.
    pub(super) fn template(&mut self, text: Text<'_>) -> Option<Template> {
        match Template::parse(text.text, &self.names) {
            Ok(template) => {
                for selector in template.selectors() {
                    self.check_selector(selector, text.span);
                }
                Some(template)
            }
            Err(why) => {
                self.errors.add(text.span, why);
                None
            }
        }
    }

    /// A name that is given elsewhere in the rule is not taken for a key.
    fn check_scope(&mut self, selector: &Selector, span: Span) {
        let Some(Segment::Key(head)) = selector.segments.first().filter(|_| selector.root == Root::Doc) else {
            return;
        };
        if self.loop_names.contains(head) && !selector.text.starts_with("doc.") {
            let head = quote(head);
            self.errors.add_help(
                span,
                format!("the name `{head}` is not known here"),
                "use it in the clause whose `each` gives it, or write `doc.` before a key of the document",
            );
        }
    }

    /// What a selector names must be there, also in its `{…}`, which do not nest.
    fn check_selector(&mut self, selector: &Selector, span: Span) {
        check_data(selector, self.data, span, self.errors);
        self.check_scope(selector, span);
        self.check_possible(selector, span);
        if let Root::Link(name) = &selector.root {
            self.check_link(name, span);
        }
        for segment in &selector.segments {
            if let Segment::Where(_, Wanted::At(inner)) = segment {
                check_data(inner, self.data, span, self.errors);
                self.check_scope(inner, span);
                self.check_possible(inner, span);
                if let Root::Link(name) = &inner.root {
                    self.check_link(name, span);
                }
            }
        }
    }

    /// A selector that must be there.
    pub(super) fn required(&mut self, fields: &Fields<'_>, key: &'static str) -> Option<Selector> {
        let text = fields.required(key, self.errors)?;
        self.selector(text)
    }

    fn test(&mut self, fields: &Fields<'_>) -> Option<Test> {
        let mut named = TESTS.iter().filter(|key| fields.get(key).is_some());
        let (Some(key), None) = (named.next(), named.next()) else {
            let help = format!("a clause checks one thing; write one of: {}", TESTS.join(", "));
            let several = TESTS.iter().any(|key| fields.get(key).is_some());
            let what = if several { "this clause checks several things" } else { "this clause checks nothing" };
            self.errors.add_help(fields.span(), what, help);
            return None;
        };
        let node = fields.get(key)?;
        self.check_beside(fields, key);
        match *key {
            "is" => self.value(fields, node),
            word if VALUES.contains(&word) => {
                let check = self.value_check(word, node);
                self.values(fields, vec![check?])
            }
            "compare" => self.compare(node),
            "section" => self.section(node),
            "table" => self.table_of_card(node),
            "answers" => self.answers(fields, node),
            "schema" => self.schema(fields, node),
            "cel" => self.cel(fields),
            "present" => self.presence(fields, node, "present").map(Test::Present),
            "absent" => self.presence(fields, node, "absent").map(Test::Absent),
            "count" => self.count(fields, node),
            "unique" => self.unique(fields, node),
            "order" => self.order(fields, node),
            "same" => self.same(node),
            "any" => Some(Test::Any(self.clauses(node))),
            "all" => Some(Test::All(self.clauses(node))),
            _ => Some(Test::None(self.conditions(Some(node)))),
        }
    }

    fn value(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        if !node.is_map() || node.entries().is_empty() {
            self.errors.add_help(node.span, "`is` is a mapping of checks", format!("known are: {}", CHECKS.join(", ")));
            return None;
        }
        let checks = node.entries().iter().filter_map(|entry| self.check(&entry.key, entry.key_span, &entry.value));
        let checks = checks.collect();
        self.values(fields, checks)
    }

    /// What `at` hits, or `or` where that is nothing.
    fn values(&mut self, fields: &Fields<'_>, checks: Vec<Check>) -> Option<Test> {
        let at = self.required(fields, "at");
        let or = fields.text("or", self.errors).and_then(|text| self.selector(text));
        let exactly = fields.size("exactly", self.errors);
        Some(Test::Value { at: at?, or, checks, exactly })
    }

    /// `present: true` beside `at`, or `present: selector` alone.
    fn presence(&mut self, fields: &Fields<'_>, node: &Node, word: &'static str) -> Option<Selector> {
        if node.as_bool() == Some(true) {
            return self.required(fields, "at");
        }
        let Some(text) = node.as_str() else {
            self.errors.add(node.span, format!("`{word}` is `true` beside `at`, or a selector"));
            return None;
        };
        self.selector(Text { text, span: node.span })
    }

    fn count(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        let at = self.required(fields, "at");
        let bounds = Fields::open(node, "count", &["min", "max", "exactly"], self.errors)?;
        let exactly = bounds.size("exactly", self.errors);
        let min = exactly.or_else(|| bounds.size("min", self.errors));
        let max = exactly.or_else(|| bounds.size("max", self.errors));
        if min.is_none() && max.is_none() {
            self.errors.add(node.span, "a count has `min`, `max` or `exactly`");
        }
        Some(Test::Count { at: at?, min: min.unwrap_or(0), max: max.unwrap_or(usize::MAX) })
    }

    fn unique(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        let at = self.required(fields, "at");
        if node.as_bool() == Some(true) {
            return Some(Test::Unique { at: at?, keys: Vec::new() });
        }
        let keys: Vec<String> = node.items().iter().filter_map(|key| key.as_str().map(str::to_owned)).collect();
        if keys.is_empty() || keys.len() != node.items().len() {
            self.errors.add(node.span, "`unique` is `true` or a list of keys");
            return None;
        }
        Some(Test::Unique { at: at?, keys })
    }

    fn order(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        let at = self.required(fields, "at");
        let strict = match node.as_str() {
            Some("strictly_increasing") => true,
            Some("increasing") => false,
            _ => {
                self.errors.add(node.span, "`order` is `strictly_increasing` or `increasing`");
                return None;
            }
        };
        Some(Test::Order { at: at?, strict })
    }

    fn same(&mut self, node: &Node) -> Option<Test> {
        let sides = Fields::open(node, "same", &["left", "right"], self.errors)?;
        let (left, right) = (self.required(&sides, "left"), self.required(&sides, "right"));
        Some(Test::Same { left: left?, right: right? })
    }
}

/// A selector into `data` must begin with a list or table that is there.
fn check_data(selector: &Selector, data: &Node, span: Span, errors: &mut Errors) {
    if selector.root != Root::Data {
        return;
    }
    let Some(Segment::Key(key)) = selector.segments.first() else {
        errors.add(span, "`data` needs the name of one of the pack's lists, as in `data.names`");
        return;
    };
    if data.get(key).is_none() {
        let known: Vec<&str> = data.entries().iter().map(|entry| &*entry.key).collect();
        let near = crate::text::did_you_mean(key, known.iter().copied());
        let help = near.map_or_else(
            || format!("lists of this pack: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") }),
            |near| format!("did you mean `data.{near}`?"),
        );
        errors.add_help(span, format!("unknown list `data.{key}`"), help);
    }
}
