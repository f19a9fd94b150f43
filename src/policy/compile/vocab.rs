//! Compiling the checks that know a domain, see [`crate::policy::vocab`].

use std::collections::BTreeSet;

use super::clause::Compiler;
use super::schema::Files;
use super::shape::Possible;
use crate::kind::Kind;
use crate::parse::Node;
use crate::policy::cel;
use crate::policy::error::Errors;
use crate::policy::fields::{Fields, Text, unknown};
use crate::policy::join::{BUILTIN_LINKS, Join};
use crate::policy::model::{Check, Operand, Test};
use crate::policy::pattern::Patterns;
use crate::policy::select::{Root, Segment, Selector};
use crate::policy::vocab::answers::Answers;
use crate::policy::vocab::card::{Section, Table};
use crate::policy::vocab::compare::{Compare, Direction, Margin, Size, fixed, more_is_better};
use crate::policy::vocab::file::FileCheck;
use crate::policy::vocab::link::{By, LinkCheck, OTHER};
use crate::policy::vocab::people::Covers;
use crate::policy::vocab::spdx::{self, SpdxCheck};
use crate::rule::Severity;
use crate::text::quote;

/// The keys of each.
const SECTION: &[&str] = &["title", "aliases", "level", "min_words", "must_mention", "forbid"];
const TABLE: &[&str] = &["under", "header", "row_for_each"];
const FILE: &[&str] = &["exists", "within", "name_contains", "sha256", "max_bytes"];
const LINK: &[&str] = &["to", "by", "where"];
const COMPARE: &[&str] = &["left", "right", "direction", "margin", "relative"];
const SPDX: &[&str] = &["valid", "allow", "deny", "compatible_with", "table"];
const ANSWERS: &[&str] = &["questions", "key", "allowed", "reason_for"];

impl Compiler<'_> {
    /// The checks of one value that stand beside `at`.
    pub(super) fn value_check(&mut self, word: &str, node: &Node) -> Option<Check> {
        match word {
            "file" => self.file(node).map(Check::File),
            "link" => self.link(node).map(Check::Link),
            "spdx" => self.spdx(node).map(|check| Check::Spdx(Box::new(check))),
            "codeowners" => self.codeowners(node).map(Check::Owns),
            _ => self.identity(node).map(Check::Distinct),
        }
    }

    fn file(&mut self, node: &Node) -> Option<FileCheck> {
        let fields = Fields::open(node, "file", FILE, self.errors)?;
        if let Some(exists) = fields.get("exists") {
            self.fixed_flag("exists", exists, true);
        }
        let within = self.words(&fields, "within");
        let within = within.iter().map(|folder| folder.trim_matches('/').to_owned()).collect();
        let name_contains = fields.get("name_contains").and_then(|node| self.text_or_selector(node));
        let sha256 = fields.get("sha256").and_then(|node| self.text_or_selector(node));
        let max_bytes = fields.size("max_bytes", self.errors).and_then(|size| u64::try_from(size).ok());
        Some(FileCheck { within, name_contains, sha256, max_bytes })
    }

    /// A selector, or `{text: literal}`: here the other side is nearly always another
    /// value of the document.
    fn text_or_selector(&mut self, node: &Node) -> Option<Operand> {
        if let Some(text) = node.as_str() {
            return self.selector(Text { text, span: node.span }).map(Operand::At);
        }
        if !node.is_map() {
            self.errors.add(node.span, "write a selector, or `{text: …}` for a fixed text");
            return None;
        }
        let fields = Fields::open(node, "text", &["text"], self.errors)?;
        fields.required("text", self.errors)?;
        fields.get("text").and_then(Node::scalar).cloned().map(Operand::Literal)
    }

    fn link(&mut self, node: &Node) -> Option<LinkCheck> {
        let fields = Fields::open(node, "link", LINK, self.errors)?;
        let to = self.one_kind(&fields, "to");
        let by = self.by(&fields);
        self.names.push(OTHER.to_owned());
        let filter = self.conditions(fields.get("where"));
        self.names.pop();
        Some(LinkCheck { to: to?, by: by?, filter })
    }

    /// The kind of document under a key.
    pub(super) fn one_kind(&mut self, fields: &Fields<'_>, key: &'static str) -> Option<Kind> {
        let name = fields.required(key, self.errors)?;
        let kind = Kind::parse(name.text);
        if kind.is_none() {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            unknown("kind", name.text, name.span, &known, self.errors);
        }
        kind
    }

    /// `by: path`, or the way to the key that names a document.
    pub(super) fn by(&mut self, fields: &Fields<'_>) -> Option<By> {
        let text = fields.required("by", self.errors)?;
        if text.text == "path" {
            return Some(By::Path);
        }
        let selector = match Selector::parse(text.text, &[]) {
            Ok(selector) => selector,
            Err(why) => {
                self.errors.add(text.span, why);
                return None;
            }
        };
        let walks = |segment: &Segment| matches!(segment, Segment::Key(_) | Segment::Each | Segment::OneOrMany);
        if selector.root != Root::Doc || !selector.segments.iter().all(walks) {
            self.errors.add_help(
                text.span,
                format!("`{}` cannot name a document", quote(text.text)),
                "`by` is `path`, or the way to a key such as `metadata.id` or `models[*].id`",
            );
            return None;
        }
        Some(By::Key(selector))
    }

    fn spdx(&mut self, node: &Node) -> Option<SpdxCheck> {
        let fields = Fields::open(node, "licence check", SPDX, self.errors)?;
        if let Some(valid) = fields.get("valid") {
            self.fixed_flag("valid", valid, true);
        }
        let (allow, deny) = (self.licences(&fields, "allow"), self.licences(&fields, "deny"));
        let other = fields.text("compatible_with", self.errors).and_then(|text| self.selector(text));
        let table = fields.text("table", self.errors).and_then(|name| self.table(name));
        let compatible = match (fields.get("compatible_with").is_some(), fields.get("table").is_some()) {
            (true, true) => Some((other?, table?)),
            (false, false) => None,
            _ => {
                self.errors.add(fields.span(), "`compatible_with` and `table` need each other");
                None
            }
        };
        Some(SpdxCheck { allow, deny, compatible })
    }

    /// A list of licences, or the name of one of the pack.
    fn licences(&mut self, fields: &Fields<'_>, key: &'static str) -> BTreeSet<String> {
        let Some(node) = fields.get(key) else { return BTreeSet::new() };
        let named = node.as_str().and_then(|name| name.strip_prefix("data."));
        let list = named.and_then(|name| self.data.get(name)).unwrap_or(node);
        let set: BTreeSet<String> = list.one_or_many().iter().filter_map(|item| self.licence(item)).collect();
        if set.is_empty() {
            self.errors
                .add(node.span, format!("`{key}` is a list of licences, or the name of one such as `data.denied`"));
        }
        set
    }

    fn licence(&mut self, node: &Node) -> Option<String> {
        let text = node.as_str().unwrap_or("");
        // `GPL-2.0-only WITH Classpath-exception-2.0` names one licence.
        let (id, exception) = text.split_once(" WITH ").map_or((text, None), |(id, exception)| (id, Some(exception)));
        let Some(known) = spdx::canonical(id) else {
            self.errors.add(node.span, format!("`{}` is neither an SPDX id nor one of the Hub", quote(text)));
            return None;
        };
        Some(exception.map_or(known.clone(), |exception| format!("{known} WITH {exception}")))
    }

    /// `[{base, release: […]}]` under a name of the pack's data.
    fn table(&mut self, name: Text<'_>) -> Option<spdx::Table> {
        let key = name.text.strip_prefix("data.").unwrap_or(name.text);
        let Some(rows) = self.data.get(key).filter(|rows| rows.is_seq() && !rows.items().is_empty()) else {
            let message = format!("the pack has no table `data.{}`", quote(key));
            self.errors.add_help(name.span, message, "a table is a list of `{base: MIT, release: [MIT, Apache-2.0]}`");
            return None;
        };
        let mut table = spdx::Table::new();
        for row in rows.items() {
            let Some(fields) = Fields::open(row, "row", &["base", "release"], self.errors) else { continue };
            fields.required("base", self.errors);
            let base = fields.get("base").and_then(|base| self.licence(base));
            let after: Vec<String> =
                fields.list("release", self.errors).iter().filter_map(|item| self.licence(item)).collect();
            if let Some(base) = base {
                table.entry(base).or_default().extend(after);
            }
        }
        Some(table)
    }

    fn codeowners(&mut self, node: &Node) -> Option<Covers> {
        let fields = Fields::open(node, "owner check", &["covers"], self.errors)?;
        let covers = fields.required("covers", self.errors)?;
        if covers.text == "document" {
            return Some(Covers::Document);
        }
        self.selector(covers).map(Covers::At)
    }

    fn identity(&mut self, node: &Node) -> Option<Vec<Selector>> {
        let fields = Fields::open(node, "identity", &["distinct_from"], self.errors)?;
        fields.required_any("distinct_from", self.errors);
        let others = fields.strings("distinct_from", self.errors);
        let others: Vec<Selector> = others.into_iter().filter_map(|text| self.selector(text)).collect();
        (!others.is_empty()).then_some(others)
    }

    /// `compare: {left, right, direction, margin | relative}`
    pub(super) fn compare(&mut self, node: &Node) -> Option<Test> {
        let fields = Fields::open(node, "comparison", COMPARE, self.errors)?;
        let (left, right) = (self.required(&fields, "left"), self.required(&fields, "right"));
        let direction = fields.required("direction", self.errors);
        let direction = direction.and_then(|word| match more_is_better(word.text) {
            Some(more) => Some(Direction::Fixed(more)),
            None => self.selector(word).map(Direction::At),
        });
        let margin = match (fields.get("margin"), fields.get("relative")) {
            (Some(size), None) => self.size_or_selector(size).map(|size| Margin { relative: false, size }),
            (None, Some(size)) => self.size_or_selector(size).map(|size| Margin { relative: true, size }),
            _ => {
                self.errors.add(fields.span(), "a comparison has either `margin` or `relative`; 0 if none is allowed");
                None
            }
        };
        Some(Test::Compare(Box::new(Compare { left: left?, right: right?, direction: direction?, margin: margin? })))
    }

    fn size_or_selector(&mut self, node: &Node) -> Option<Size> {
        if let Some(text) = node.as_str() {
            return self.selector(Text { text, span: node.span }).map(Size::At);
        }
        let size = node.scalar().and_then(fixed);
        if size.is_none() {
            self.errors.add(node.span, "a margin is a number from 0, or a selector");
        }
        size.map(Size::Fixed)
    }

    /// `answers: {questions, …}` beside `at`.
    pub(super) fn answers(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        let at = self.required(fields, "at");
        let fields = Fields::open(node, "questionnaire", ANSWERS, self.errors)?;
        let questions = self.required(&fields, "questions");
        let key = fields.text("key", self.errors).map_or("answer", |text| text.text).to_owned();
        let allowed = self.words(&fields, "allowed");
        let reason_for = self.words(&fields, "reason_for");
        if let Some(word) = reason_for.iter().find(|word| !allowed.is_empty() && !allowed.contains(word)) {
            self.errors.add(fields.span(), format!("`{}` of `reason_for` is not one of `allowed`", quote(word)));
        }
        Some(Test::Answers(Box::new(Answers { at: at?, questions: questions?, key, allowed, reason_for })))
    }

    /// `cel: expression`
    pub(super) fn cel(&mut self, fields: &Fields<'_>) -> Option<Test> {
        let text = fields.text("cel", self.errors)?;
        match cel::compile(text.text.trim(), &self.names) {
            Ok(cel) => {
                for name in cel.links() {
                    self.check_link(name, text.span);
                }
                Some(Test::Cel(Box::new(cel)))
            }
            Err(mistake) if mistake.help.is_empty() => {
                self.errors.add(text.span, mistake.message);
                None
            }
            Err(mistake) => {
                self.errors.add_help(text.span, mistake.message, mistake.help);
                None
            }
        }
    }

    /// `section: {title, …}`
    pub(super) fn section(&mut self, node: &Node) -> Option<Test> {
        let fields = Fields::open(node, "section", SECTION, self.errors)?;
        let title = fields.required("title", self.errors)?.text.to_owned();
        let mut titles = vec![title];
        titles.extend(self.words(&fields, "aliases"));
        let level = fields.get("level").map_or(&[][..], Node::one_or_many);
        let levels: Vec<usize> = level.iter().filter_map(|level| level.text()?.parse().ok()).collect();
        if levels.len() != level.len() || levels.iter().any(|level| !(1..=6).contains(level)) {
            self.errors.add(fields.span(), "`level` is a number from 1 to 6, or a list of them");
        }
        Some(Test::Section(Box::new(Section {
            titles,
            levels,
            min_words: fields.size("min_words", self.errors).unwrap_or(0),
            must_mention: self.words(&fields, "must_mention"),
            forbid: self.words(&fields, "forbid"),
            sections: fact(&["sections"], true),
            anchor: fact(&["anchor"], false),
        })))
    }

    /// `table: {under, header, row_for_each}`
    pub(super) fn table_of_card(&mut self, node: &Node) -> Option<Test> {
        let fields = Fields::open(node, "table", TABLE, self.errors)?;
        let rows = fields.text("row_for_each", self.errors).and_then(|text| self.selector(text));
        let (under, header) = (self.words(&fields, "under"), self.words(&fields, "header"));
        if under.is_empty() && header.is_empty() && rows.is_none() {
            self.errors.add(node.span, "a table has `under`, `header` or `row_for_each`");
        }
        let (tables, anchor) = (fact(&["tables"], true), fact(&["anchor"], false));
        Some(Test::Table(Box::new(Table { under, header, rows, tables, anchor })))
    }

    fn words(&mut self, fields: &Fields<'_>, key: &'static str) -> Vec<String> {
        fields.strings(key, self.errors).iter().map(|text| text.text.to_owned()).collect()
    }
}

/// The selector of a fact, or of its items.
fn fact(keys: &[&str], each: bool) -> Selector {
    let mut segments: Vec<Segment> = keys.iter().map(|key| Segment::Key((*key).to_owned())).collect();
    let mut text = format!("facts.{}", keys.join("."));
    if each {
        segments.push(Segment::Each);
        text.push_str("[*]");
    }
    Selector { text, root: Root::Facts, segments }
}

/// The keys of a link.
const JOIN: &[&str] = &["from", "at", "to", "by", "exactly"];

/// Reads `links:` of a pack or of the configuration.
pub(in crate::policy) fn joins(node: &Node, data: &Node, errors: &mut Errors) -> Vec<Join> {
    let mut joins: Vec<Join> = Vec::new();
    let (files, mut patterns) = (Files::default(), Patterns::default());
    if !node.is_map() {
        errors.add(node.span, "`links` gives names to links: `name: {from, at, to, by}`");
    }
    for entry in node.entries() {
        let plain = entry.key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let taken = BUILTIN_LINKS.contains(&&*entry.key) || joins.iter().any(|join| join.name == *entry.key);
        if taken || !plain || entry.key.is_empty() {
            let why = if taken { "is taken" } else { "cannot be the name of a link" };
            errors.add(entry.key_span, format!("`{}` {why}", quote(&entry.key)));
        }
        let mut compiler = Compiler {
            errors,
            data,
            possible: Possible::new(None, &[]),
            names: Vec::new(),
            loop_names: Vec::new(),
            severity: Severity::Error,
            kinds: &[],
            joins: &[],
            files: &files,
            patterns: &mut patterns,
            open: Vec::new(),
            trusted: false,
        };
        joins.extend(compiler.join(&entry.key, &entry.value));
    }
    joins
}

impl Compiler<'_> {
    fn join(&mut self, name: &str, node: &Node) -> Option<Join> {
        let fields = Fields::open(node, "link", JOIN, self.errors)?;
        let (from, to) = (self.one_kind(&fields, "from"), self.one_kind(&fields, "to"));
        let (at, by) = (self.required(&fields, "at"), self.by(&fields));
        if let Some(at) = at.as_ref().filter(|at| at.root != Root::Doc) {
            let message = format!("`{}` is not a place in the document", quote(&at.text));
            self.errors.add(fields.get("at").map_or(fields.span(), |at| at.span), message);
        }
        let (optional, many) = match fields.get("exactly").map(|node| (node.text(), node.span)) {
            None | Some((Some("1"), _)) => (false, false),
            Some((Some("0..1"), _)) => (true, false),
            Some((Some("1.."), _)) => (false, true),
            Some((_, span)) => {
                self.errors.add(span, "`exactly` of a link is `1`, `0..1` or `1..`");
                (false, false)
            }
        };
        Some(Join { name: name.to_owned(), from: from?, at: at?, to: to?, by: by?, optional, many })
    }
}
