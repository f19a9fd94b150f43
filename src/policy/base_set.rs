//! The base sets: the small clean repositories that the tests of rules change.
//!
//! There are two: `short`, the smallest clean release, and `full`, the whole path of a release
//! in canary, which is `examples/clean`. What a case makes of them is said in
//! [`super::selftest`].

use jiff::civil::Date;
use serde_json::Value as Json;

use super::error::{Errors, PolicyError};
use super::fields::Fields;
use super::model::{Case, CaseCommit, Change, Expect, Rule, SetName};
use super::{Policy, builtin};
use crate::change::MemoryChange;
use crate::parse::{Syntax, yaml};
use crate::rule::RuleId;
use crate::source::{SourceId, Span};
use crate::tree::MemoryTree;

/// A small clean repository, whose documents have names.
#[derive(Clone, Debug, Default)]
pub struct BaseSet {
    pub(super) documents: Vec<BaseDocument>,
    /// The day on which it is clean, and its cases are judged.
    pub(super) as_of: Date,
}

/// The base sets of all tests.
#[derive(Clone, Debug, Default)]
pub struct BaseSets {
    pub(super) short: BaseSet,
    pub(super) full: BaseSet,
}

#[derive(Clone, Debug)]
pub(super) struct BaseDocument {
    name: String,
    pub(super) path: String,
    pub(super) text: String,
}

impl BaseSets {
    /// Those that ship with the program.
    pub fn builtin() -> Result<Self, Vec<PolicyError>> {
        let short = BaseSet::parse(builtin::BASE, SourceId(0))?;
        let document = |(name, path, text): &(&str, &str, &str)| BaseDocument {
            name: (*name).to_owned(),
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let full = BaseSet { documents: builtin::FULL.iter().map(document).collect(), as_of: builtin::FULL_AS_OF };
        Ok(Self { short, full })
    }

    /// The sets with what the packs of a policy add to them, so that they are clean for
    /// those too.
    pub fn for_packs(mut self, policy: &Policy) -> Result<Self, String> {
        for change in policy.packs.iter().map(|pack| &pack.base) {
            self.set_mut(change.set).apply(change)?;
        }
        Ok(self)
    }

    /// The sets on another day; a case with a day of its own keeps it.
    #[must_use]
    pub fn judged_on(mut self, day: Date) -> Self {
        (self.short.as_of, self.full.as_of) = (day, day);
        self
    }

    /// Every set.
    pub fn all(&self) -> [&BaseSet; 2] {
        [&self.short, &self.full]
    }

    /// The sets that the tests of rules build on.
    pub(super) fn of_rules(&self, policy: &Policy, only: &dyn Fn(&RuleId) -> bool) -> Vec<&BaseSet> {
        let used = |name: &SetName| built_on(policy, *name).any(only);
        [SetName::Short, SetName::Full].iter().filter(|name| used(name)).map(|name| self.set(Some(*name))).collect()
    }

    /// A set by name; the short one where none is named.
    pub(super) fn set(&self, name: Option<SetName>) -> &BaseSet {
        match name {
            Some(SetName::Full) => &self.full,
            Some(SetName::Short) | None => &self.short,
        }
    }

    fn set_mut(&mut self, name: Option<SetName>) -> &mut BaseSet {
        match name {
            Some(SetName::Full) => &mut self.full,
            Some(SetName::Short) | None => &mut self.short,
        }
    }

    /// The repository as a case makes it of its base set, and how it came about.
    pub(super) fn made_by(&self, case: &Case) -> Result<(BaseSet, MemoryChange), String> {
        let before = self.set(case.change.set);
        let mut now = before.clone();
        now.apply(&case.change)?;
        now.as_of = case.as_of.unwrap_or(now.as_of);
        let change = now.committed(before, &case.commits)?;
        Ok((now, change))
    }

    /// The repositories of the tests that a rule passes, each with the commits that led to it;
    /// what has none is its own base, so that a change of it is one of what the test made.
    pub(super) fn passing(&self, policy: &Policy, id: &RuleId) -> Vec<(BaseSet, MemoryChange)> {
        let made = |case: &Case| {
            let (set, change) = self.made_by(case).ok()?;
            let change = if case.commits.is_empty() { MemoryChange::of(set.tree()) } else { change };
            Some((set, change))
        };
        policy.cases(id).filter(|case| case.expect == Expect::Pass).filter_map(made).collect()
    }
}

impl BaseSet {
    /// Reads `as_of` and `documents: [{name, path, text}]`.
    pub fn parse(text: &str, source: SourceId) -> Result<Self, Vec<PolicyError>> {
        let mut errors = Errors::default();
        let parsed = yaml::parse(text, source, 0);
        for finding in parsed.findings {
            errors.add(finding.primary.span, finding.message);
        }
        let mut documents = Vec::new();
        let mut as_of = Date::default();
        if let Some(root) = &parsed.root {
            if let Some(fields) = Fields::open(root, "base set", &["as_of", "documents"], &mut errors) {
                as_of = fields.date("as_of", &mut errors).unwrap_or_default();
                for node in fields.list("documents", &mut errors) {
                    let known = &["name", "path", "text"];
                    let Some(fields) = Fields::open(node, "document", known, &mut errors) else { continue };
                    let mut owned = |key| fields.required(key, &mut errors).map(|text| text.text.to_owned());
                    if let (Some(name), Some(path), Some(text)) = (owned("name"), owned("path"), owned("text")) {
                        documents.push(BaseDocument { name, path, text });
                    }
                }
            }
        } else {
            errors.add(Span::file(source), "the base set is empty");
        }
        if errors.len() > 0 { Err(errors.into_sorted()) } else { Ok(Self { documents, as_of }) }
    }

    /// The repository without any change.
    pub fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::default();
        for document in &self.documents {
            tree.put(&*document.path, document.text.as_bytes());
        }
        tree
    }

    /// The day on which it is judged.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The path of a document.
    pub(super) fn path_of(&self, name: &str) -> Option<&str> {
        self.documents.iter().find(|document| document.name == name).map(|document| &*document.path)
    }

    fn apply(&mut self, change: &Change) -> Result<(), String> {
        for (name, text) in &change.body {
            self.document_mut(name)?.text.clone_from(text);
        }
        for (name, patch) in &change.patch {
            let document = self.document_mut(name)?;
            document.text = patched(document, patch).map_err(|why| format!("{name}: {why}"))?;
        }
        for (path, text) in &change.files {
            self.documents.retain(|document| document.path != *path);
            if let Some(text) = text {
                self.documents.push(BaseDocument { name: path.clone(), path: path.clone(), text: text.clone() });
            }
        }
        Ok(())
    }

    /// The commits that led from another set to this one.
    fn committed(&self, before: &Self, commits: &[CaseCommit]) -> Result<MemoryChange, String> {
        let mut change = MemoryChange::of(before.tree());
        for commit in commits {
            let file = |put: &String| {
                let document = self.document(put)?;
                Ok((document.path.clone(), document.text.as_bytes().to_vec()))
            };
            let files = commit.puts.iter().map(file).collect::<Result<Vec<_>, String>>()?;
            change.commit(commit.by.clone(), files);
        }
        Ok(change)
    }

    fn document_mut(&mut self, name: &str) -> Result<&mut BaseDocument, String> {
        let unknown = self.unknown(name);
        self.documents.iter_mut().find(|document| document.name == name).ok_or(unknown)
    }

    /// A document by its name or its path.
    fn document(&self, name: &str) -> Result<&BaseDocument, String> {
        let mut all = self.documents.iter();
        all.find(|document| document.name == name || document.path == name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.documents.iter().map(|document| document.name.as_str()).collect();
        let near = crate::text::did_you_mean(name, names.iter().copied());
        let known = near.map_or_else(|| names.join(", "), str::to_owned);
        format!("the base set has no document `{name}`, but: {known}")
    }
}

/// The rules whose tests build on a base set, or whose packs do.
pub(super) fn built_on(policy: &Policy, set: SetName) -> impl Iterator<Item = &RuleId> {
    let builds = move |named: Option<SetName>| named.unwrap_or(SetName::Short) == set;
    let rules = policy.packs.iter().flat_map(move |pack| {
        let on_set = move |rule: &&Rule| builds(pack.base.set) || rule.cases.iter().any(|case| builds(case.change.set));
        pack.rules.iter().filter(on_set)
    });
    rules.map(|rule| &rule.meta.id)
}

/// The text of a document with a patch merged in.
fn patched(document: &BaseDocument, patch: &Json) -> Result<String, String> {
    let (front, _) = front_and_body(document);
    let tree = yaml::parse(front, SourceId(0), 0).root;
    let mut json = tree.map_or(Json::Null, |tree| tree.to_json());
    merge(&mut json, patch)?;
    written(document, &json).ok_or_else(|| "the patch cannot be written as JSON".to_owned())
}

/// The text of a document whose tree, or front matter, is this one.
pub(super) fn written(document: &BaseDocument, json: &Json) -> Option<String> {
    let text = serde_json::to_string_pretty(json).ok()?;
    Some(match front_and_body(document).1 {
        Some(body) => format!("---\n{text}\n---\n{body}"),
        None => text,
    })
}

/// Front matter and body of Markdown and of prompts; all of another document.
pub(super) fn front_and_body(document: &BaseDocument) -> (&str, Option<&str>) {
    if !matches!(Syntax::of(&document.path), Some(Syntax::Markdown | Syntax::Prompt)) {
        return (&document.text, None);
    }
    let parts = document.text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    parts.map_or(("{}", Some(&document.text)), |(front, body)| (front, Some(body)))
}

/// RFC 7396, section 2, and items of lists by a key (`steps[id=sign-off]`, `steps[+]`).
/// The depth is bounded by that of the parsed pack.
fn merge(target: &mut Json, patch: &Json) -> Result<(), String> {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    if !target.is_object() {
        *target = Json::Object(serde_json::Map::new());
    }
    let Json::Object(target) = target else { return Ok(()) };
    for (key, value) in patch {
        if let Some((list, item)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            let items = target.get_mut(list).and_then(Json::as_array_mut);
            merge_item(items.ok_or_else(|| format!("there is no list `{list}`"))?, item, value)?;
        } else if value.is_null() {
            target.shift_remove(key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value)?;
        }
    }
    Ok(())
}

/// One item of a list: `id=sign-off`, or `+` for a new one; `null` takes it away.
fn merge_item(items: &mut Vec<Json>, item: &str, patch: &Json) -> Result<(), String> {
    if item == "+" {
        items.push(Json::Null);
        return items.last_mut().map_or(Ok(()), |last| merge(last, patch));
    }
    let (key, value) = item.split_once('=').ok_or_else(|| format!("`[{item}]` is neither `[key=value]` nor `[+]`"))?;
    let is_it = |entry: &Json| match entry.get(key) {
        Some(Json::String(text)) => text == value,
        Some(other) => {
            let shown = other.to_string();
            shown == value
        }
        None => false,
    };
    let at = items.iter().position(is_it).ok_or_else(|| format!("no item has {key} `{value}`"))?;
    if patch.is_null() {
        items.remove(at);
        return Ok(());
    }
    items.get_mut(at).map_or(Ok(()), |found| merge(found, patch))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A release and a card.
    pub(in crate::policy) const BASE: &str = concat!(
        "documents:\n",
        "- {name: release, path: r.yaml, text: \"id: x\\nplan: {owner: a}\\n\"}\n",
        "- {name: card, path: README.md, text: \"---\\nlicense: mit\\n---\\n# Title\\n\"}\n",
    );

    #[test]
    fn a_patch_reaches_an_item_of_a_list_by_its_key() {
        let change = |patch: &str| {
            let mut json = serde_json::json!({"steps": [{"id": "a", "n": 1}, {"id": "b"}]});
            merge(&mut json, &serde_json::from_str(patch).unwrap()).map(|()| json["steps"].to_string())
        };
        assert_eq!(change(r#"{"steps[id=b]": {"n": 2}}"#).unwrap(), r#"[{"id":"a","n":1},{"id":"b","n":2}]"#);
        assert_eq!(change(r#"{"steps[n=1]": null}"#).unwrap(), r#"[{"id":"b"}]"#);
        assert_eq!(change(r#"{"steps[+]": {"id": "c"}}"#).unwrap(), r#"[{"id":"a","n":1},{"id":"b"},{"id":"c"}]"#);
        assert_eq!(change(r#"{"steps[id=z]": null}"#).unwrap_err(), "no item has id `z`");
        assert_eq!(change(r#"{"step[id=a]": null}"#).unwrap_err(), "there is no list `step`");
        assert_eq!(change(r#"{"steps[a]": null}"#).unwrap_err(), "`[a]` is neither `[key=value]` nor `[+]`");
    }

    #[test]
    fn patches_merge_into_trees_and_front_matter() {
        let base = BaseSet::parse(BASE, SourceId(1)).unwrap();
        let patch = serde_json::json!({"plan": {"owner": null, "by": ["z"]}, "id": 1});
        let text = patched(base.clone().document_mut("release").unwrap(), &patch).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), "{\"id\":1,\"plan\":{\"by\":[\"z\"]}}");
        let text =
            patched(base.clone().document_mut("card").unwrap(), &serde_json::json!({"license": "apache-2.0"})).unwrap();
        assert_eq!(text, "---\n{\n  \"license\": \"apache-2.0\"\n}\n---\n# Title\n");
        let broken = BaseSet::parse("documents: [{name: a, paht: b, text: c}]", SourceId(1)).err().unwrap();
        assert_eq!(broken[0].message, "this document has no `path`");
        assert_eq!(broken[1].help.as_deref(), Some("did you mean `path`?"));
    }
}
