//! Whether the text of a prompt uses variables that nothing declares.
//!
//! Declared are the `variables` of the version, and in the file itself the keys of
//! `input.schema` and `input.default` (dotprompt) and of `inputs` and `sample` (Prompty). Where nothing is
//! declared at all, nothing is judged. Only `{{name}}`, `{{name.part}}`, `{{name | filter}}` and
//! the subjects of blocks count: what else stands between braces may be a helper's.
//!
//! `status` is `ok` or `undeclared`.

use std::collections::BTreeSet;

use super::{Version, template};
use crate::facts::Context;
use crate::facts::standing::{Wrong, standing};
use crate::link::Target;
use crate::parse::{Document, Node, prompt};
use crate::source::{SourceId, Span};
use crate::text;

/// Words in braces that are no variables.
const WORDS: &[&str] = &["this", "else", "history", "super", "loop", "true", "false", "null", "none"];

/// The versions of a prompt that declare variables and whose text is in the repository.
pub(super) fn derive(context: &Context<'_>, document: &Document, prompt: &Node, versions: &[Version<'_>]) -> Vec<Node> {
    let each = template::files(prompt, versions).into_iter().filter_map(|(version, file)| {
        let Target::File(path) = context.files.resolve(&document.path, file.text()?) else { return None };
        let text = template::read(context, &path)?;
        let list = version.entry.get("variables");
        let declared = declared(list, &text);
        let place = list.unwrap_or(version.number.0).span;
        (!declared.is_empty()).then(|| version.standing_at(place, wrong(&text, &declared)))
    });
    each.collect()
}

fn wrong(text: &str, declared: &BTreeSet<String>) -> Option<Wrong> {
    let used = used(text).into_iter().find(|name| !declared.contains(name))?;
    let near = text::did_you_mean(&used, declared.iter().map(String::as_str));
    let ask = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", text::quote(near)));
    Some(Wrong::new("undeclared", format!("uses `{{{{{}}}}}`, which it does not declare{ask}", text::quote(&used))))
}

/// How the variables of a prompt file by itself stand, at `place`; `None` where it declares none.
pub(super) fn of_file(text: &str, place: Span) -> Option<Node> {
    let declared = declared(None, text);
    (!declared.is_empty()).then(|| standing(place, wrong(prompt::template(text), &declared)))
}

/// The names that the registry and the file declare. A file whose schema has a name, or lets
/// in names of every kind, declares what cannot be known.
fn declared(list: Option<&Node>, text: &str) -> BTreeSet<String> {
    let listed = list.map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text).map(bare);
    let front = prompt::parse(text, SourceId(0)).root.unwrap_or_else(|| Node::map(Span::file(SourceId(0))));
    let schema = front.at(&["input", "schema"]);
    if list.is_none() && schema.is_some_and(is_open) {
        return BTreeSet::new();
    }
    // Picoschema has the names themselves, JSON Schema has them under `properties`.
    let schema = schema.map(|schema| schema.get("properties").filter(|node| node.is_map()).unwrap_or(schema));
    let keys = [&["input", "default"][..], &["inputs"], &["sample"]];
    let below = schema.into_iter().chain(keys.iter().filter_map(|keys| front.at(keys)));
    let own = below.flat_map(|node| {
        let keys = node.entries().iter().map(|entry| bare(&entry.key));
        let named = node.items().iter().filter_map(|item| item.get("name").and_then(Node::text)).map(bare);
        keys.chain(named).collect::<Vec<_>>()
    });
    listed.chain(own).collect()
}

/// Whether a schema names another one, or lets in names that it does not have.
fn is_open(schema: &Node) -> bool {
    schema.scalar().is_some()
        || schema.entries().iter().any(|entry| entry.key.starts_with("(*)"))
        || schema.get("additionalProperties").is_some_and(|more| more.as_bool() != Some(false))
}

/// `name?` and `items(array, what they are)` without their marks.
fn bare(key: &str) -> String {
    key.split(['?', '(']).next().unwrap_or("").trim().to_owned()
}

/// The names that a text uses, but for those that it sets itself.
fn used(text: &str) -> Vec<String> {
    let mut own: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    // Blocks in which names are those of an item, by what closes them.
    let mut open: Vec<&str> = Vec::new();
    for (statement, inner) in braces(text) {
        let words: Vec<&str> = inner.split_whitespace().collect();
        if statement {
            own.extend(set_by(&words));
            continue;
        }
        let Some(first) = words.first() else { continue };
        let outside = open.is_empty();
        let subject = match (*first, words.as_slice()) {
            ("#if" | "#unless", [_, subject]) => Some(*subject),
            ("#if" | "#unless", _) => None,
            ("#each" | "#with", [name, rest @ ..]) => {
                open.extend(name.get(1..));
                rest.first().copied()
            }
            // A section of Mustache is a condition or a loop, by what the name stands for.
            (block, rest) if block.starts_with(['#', '^']) && block.len() > 1 => {
                let name = block.get(1..).unwrap_or_default();
                open.push(name);
                (rest.len() == 1).then_some(name)
            }
            (end, _) if end.starts_with('/') => {
                let at = open.iter().rposition(|name| end.get(1..) == Some(*name));
                open.truncate(at.unwrap_or(open.len()));
                None
            }
            (_, [name]) => Some(*name),
            (_, [name, mark, ..]) => Some(*name).filter(|_| *mark == "|"),
            (_, []) => None,
        };
        found.extend(subject.filter(|_| outside).and_then(root));
    }
    found.into_iter().filter(|name| !own.contains(name)).map(str::to_owned).collect()
}

/// What stands between `{{` and `}}`, and between `{%` and `%}`, which are statements; not what is
/// a comment (`{# … #}`) or raw.
fn braces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.get(rest.find('{')?..)?;
            let marks = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
            let Some((_, closed)) = marks.into_iter().find(|(opened, _)| rest.starts_with(opened)) else {
                rest = rest.get(1..)?;
                continue;
            };
            let end = rest.find(closed)?;
            let inner = rest.get(2..end)?.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '~' | '-'));
            rest = rest.get(end + 2..)?;
            match (closed, inner) {
                ("#}", _) => {}
                ("%}", "raw") => rest = rest.get(rest.find("endraw")?..)?,
                _ => return Some((closed == "%}", inner)),
            }
        }
    })
}

/// The names that `for a, b in …`, `set a = …`, `macro f(a, b)` and `import` give.
fn set_by<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let name = |word: &&'w str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
    match words.split_first() {
        Some((&"for", rest)) => rest.iter().take_while(|word| **word != "in").map(name).collect(),
        Some((&"set", rest)) => rest.iter().take(1).map(name).collect(),
        Some((&("macro" | "call" | "import" | "from"), rest)) => {
            rest.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
        }
        _ => Vec::new(),
    }
}

/// The variable that `name.part[0]` begins with.
fn root(word: &str) -> Option<&str> {
    let name = word.split(['.', '[', '|']).next()?;
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(letters);
    (is_name && !WORDS.contains(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_from_what_else_stands_in_braces() {
        for (text, names) in [
            ("Hi {{name}}, {{ order.id }} and {{~items[0]~}}.", "name order items"),
            ("{{#if vip}}yes{{else}}no{{/if}} {{{raw}}}", "vip raw"),
            ("{{#each items}}{{title}} {{this}} {{@index}}{{/each}}{{total}}", "items total"),
            ("{{role \"user\"}} {{media url=photo}} {{>partial}} {{! a remark }} {{history}}", ""),
            ("{% for row in rows %}{{ row.a }} {{ note | upper }}{% endfor %}{% set x = 1 %}{{ x }}", "note"),
            ("{{#items}}{{title}}{{/items}}{{^items}}none{{/items}} {{sum}}", "items items sum"),
            ("{{#helper a b}}{{x}}{{/helper}} {{#if vip}}{{name}}{{/if}}", "vip name"),
            ("{# {{ note }} #}{% raw %}{{ shown }}{% endraw %}{{ used }}", "used"),
            ("{% macro row(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{% from 'x' import card %}{{ card }}", ""),
            ("é{é{{name}}", "name"),
            ("{ {{ unclosed", ""),
            ("{{}} {{ é }} }} {", ""),
        ] {
            assert_eq!(used(text).join(" "), names, "{text}");
        }
    }

    #[test]
    fn declarations_are_taken_from_the_file_as_well() {
        let file = "---\ninput:\n  schema:\n    name?: string\n    tags(array, words): string\n  default:\n    tone: kind\n---\nHi\n";
        let names: Vec<String> = declared(None, file).into_iter().collect();
        assert_eq!(names, ["name", "tags", "tone"]);
        let prompty = "---\ninputs:\n  - name: question\n  - name: context\n---\nHi\n";
        assert_eq!(declared(None, prompty).len(), 2);
        let schema = "---\ninput:\n  schema:\n    type: object\n    properties: {name: {type: string}}\n---\nHi\n";
        assert_eq!(declared(None, schema).into_iter().collect::<Vec<_>>(), ["name"]);
        assert!(declared(None, "Hi {{name}}").is_empty());
        for open in ["input: {schema: Order}", "input: {schema: {name: string, (*): string}, default: {a: 1}}"] {
            assert!(declared(None, &format!("---\n{open}\n---\n")).is_empty(), "{open}");
        }
    }
}
