//! The repository of an attacker: what it says and what it is made of cannot forge
//! a log command, hide a character, stop the program or lead it out of the root.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    missing_docs,
    reason = "a test: it is to stop where something is wrong"
)]

mod common;
#[cfg(unix)]
#[path = "hostile/disk.rs"]
mod disk;
#[path = "hostile/runner.rs"]
mod runner;

use std::fmt::Write as _;

use common::{check, folder};
use runner::{Command, assert_all_inert, commands};
use serde_json::{Value as Json, json};
use weighbridge::parse::yaml;
use weighbridge::source::SourceId;
use weighbridge::tree::MemoryTree;

/// What an attacker writes into a value. Each is one string when it is decoded.
pub const PAYLOADS: [&str; 12] = [
    "::error::forged",
    "x\n::error file=a.md,line=1::forged",
    "x\r::set-output name=a::forged",
    "\u{a0}\u{2003}::stop-commands::forged",
    "x ##[set-output name=x]forged",
    "##vso[task.complete result=Succeeded;]forged ##teamcity[x]",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://a.example\u{7}link\u{9b}1m",
    "a\u{202e}gnp.exe\u{2066}b\u{200b}c\u{feff}d\u{e0041}e",
    "nul \0 nel \u{85} ls \u{2028} ps \u{2029} del \u{7f}",
    "| a | `b` ``` <img src=x> [x](http://a.example) %0A::error::forged %25",
    "a,line=1,title=forged::forged",
    "##\u{200b}[error]x ##\\[a #\u{ad}#[b :\u{200b}:c::",
];

#[test]
fn the_reader_of_logs_sees_what_the_runner_sees() {
    let found = commands("a\r::error file=a%2Cb::x%0Ay\n \u{a0}::notice::z\nq ##[group]t\n::no command\n");
    let names: Vec<&str> = found.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(names, ["error", "notice", "group"]);
    assert_eq!(found.first().map(|command| command.data.as_str()), Some("x\ny"));
    assert_eq!(
        found.first().and_then(|Command { properties, .. }| properties.get("file").cloned()),
        Some("a,b".into())
    );
}

/// The ways to every scalar of a document, as pointers, but for what makes it a
/// document of its kind.
fn scalars(json: &Json, at: &str, into: &mut Vec<String>) {
    match json {
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            scalars(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), into);
        }),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| scalars(value, &format!("{at}/{index}"), into));
        }
        _ if matches!(at, "/apiVersion" | "/kind") => {}
        _ => into.push(at.to_owned()),
    }
}

fn parsed(tree: &MemoryTree, path: &str) -> Json {
    let text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    yaml::parse(&text, SourceId(0), 0).root.unwrap().to_json()
}

/// JSON in ASCII alone, as a document that looks harmless holds it; it is YAML too.
fn ascii(json: &Json) -> String {
    let mut out = String::new();
    for unit in json.to_string().encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ b' '..=b'~') => out.push(char::from(byte)),
            _ => write!(out, "\\u{unit:04x}").unwrap(),
        }
    }
    out
}

/// Every value of a document in turn, and every payload at least once.
fn poison_values(example: &str, path: &str) {
    let tree = folder(example);
    let document = parsed(&tree, path);
    let mut places = Vec::new();
    scalars(&document, "", &mut places);
    assert!(places.len() >= 5, "{path} has few values");
    for (index, place) in places.iter().cycle().take(places.len().max(PAYLOADS.len())).enumerate() {
        let mut poisoned = document.clone();
        *poisoned.pointer_mut(place).unwrap() = json!(PAYLOADS[index % PAYLOADS.len()]);
        let mut tree = tree.clone();
        tree.put(path, ascii(&poisoned));
        assert_all_inert(&check(&tree));
    }
}

#[test]
fn values_of_a_manifest_are_inert() {
    poison_values("examples/broken", "releases/ticket-router/2.1.0/release.yaml");
    poison_values("examples/clean", "releases/handover-summariser/0.3.0/release.yaml");
}

#[test]
fn values_of_a_registry_and_of_a_flag_file_are_inert() {
    poison_values("examples/broken", "models/ticket-router/registry.yaml");
    poison_values("examples/broken", "flags/desk.flagd.json");
}

#[test]
fn keys_are_inert() {
    let path = "releases/ticket-router/2.1.0/release.yaml";
    let tree = folder("examples/broken");
    let document = parsed(&tree, path);
    for payload in PAYLOADS {
        let mut poisoned = document.clone();
        for place in ["", "/metadata", "/artifacts/checkpoint", "/evidence"] {
            poisoned.pointer_mut(place).unwrap()[payload] = json!(payload);
        }
        let mut tree = tree.clone();
        tree.put(path, ascii(&poisoned));
        let outcome = check(&tree);
        assert!(outcome.failed());
        assert_all_inert(&outcome);
    }
}

/// A card that says the payload wherever a card says something.
fn card(payload: &str) -> String {
    let quoted = ascii(&json!(payload));
    let line = payload.replace(['\n', '\r'], " ");
    format!(
        "---\nlicense: {quoted}\nlanguage: [{quoted}]\npipeline_tag: {quoted}\nbase_model: {quoted}\n\
         base_model_relation: {quoted}\ntags: [{quoted}]\n{quoted}: {quoted}\nmodel-index:\n- name: {quoted}\n  \
         results: [{{task: {{type: {quoted}}}, {quoted}: 1}}]\n---\n\n# {line}\n\n{payload}\n\n## {line}\n\n\
         [More Information Needed] {payload}\n\n## Limitations {line}\n\n## Privacy\n\n{payload}\n\n- **{line}:** {line}\n\n\
         | {line} | b |\n|---|---|\n| {payload} | x |\n\n<h2>{line}</h2>\n\n[x]({line})\n\n```\n{payload}\n"
    )
}

#[test]
fn what_a_card_says_is_inert() {
    for payload in PAYLOADS {
        let mut tree = MemoryTree::default();
        tree.put("README.md", card(payload));
        let outcome = check(&tree);
        assert!(outcome.failed(), "{payload:?}");
        assert_all_inert(&outcome);
    }
}

#[test]
fn names_of_files_are_inert() {
    for payload in PAYLOADS {
        let name = payload.replace(['/', '\0'], "_");
        let mut tree = MemoryTree::default();
        tree.put(
            format!("models/{name}/README.md"),
            "---\nlicense: nope\npipeline_tag: nope\nbase_model: a/b\n---\n\n# A\n",
        );
        tree.put(format!("releases/{name}.yaml"), "apiVersion: weighbridge/v1\nkind: ModelRelease\n");
        tree.put(format!("{name}/registry.json"), r#"{"apiVersion": "weighbridge/v1", "kind": "Nonsense"}"#);
        let outcome = check(&tree);
        assert!(outcome.failed(), "{name:?}");
        assert_all_inert(&outcome);
    }
}

#[test]
fn what_cannot_be_parsed_is_inert() {
    for payload in PAYLOADS {
        let mut tree = MemoryTree::default();
        tree.put("README.md", format!("---\nlicense: [{payload}\na: 'b\n{payload}: *x\n---\n{payload}"));
        let head = "apiVersion: weighbridge/v1\nkind: ModelRelease\n";
        tree.put("a/release.yaml", format!("{head}metadata: {{a: {payload}, {payload}: [\n"));
        tree.put(
            "b/release.yaml",
            format!("{head}metadata: !!{payload} x\n? {payload}\n: *{payload}\n<<: [{payload}]\n"),
        );
        let json = ascii(&json!(payload));
        tree.put("c/release.json", format!("{{\"apiVersion\": \"weighbridge/v1\", {json}: {json}, {json}: {payload}"));
        tree.put("d/release.toml", format!("apiVersion = \"weighbridge/v1\"\n{json} = {payload}\n[{payload}]\n"));
        let outcome = check(&tree);
        assert!(outcome.failed(), "{payload:?}");
        assert_all_inert(&outcome);
    }
}

#[test]
fn what_costs_too_much_is_a_finding() {
    let head = "apiVersion: weighbridge/v1\nkind: ModelRelease\n";
    let alias = |n: usize| format!("x-{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(9));
    let bomb = (1..12).map(alias).collect::<Vec<_>>().concat();
    let keys = (0..100_000).map(|n| format!("k{n}: {n}\n")).collect::<Vec<_>>().concat();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    let documents = [
        ("release.yaml", format!("{head}x-0: &a0 [x]\n{bomb}")),
        ("release.yaml", format!("{head}{keys}")),
        ("release.yaml", format!("{head}x: {}", deep("[", "]"))),
        ("release.yaml", format!("{head}x: {}", "- ".repeat(50_000))),
        ("release.yaml", format!("{head}x: {}", deep("{a: ", "}"))),
        (
            "release.json",
            format!("{{\"apiVersion\": \"weighbridge/v1\", \"kind\": \"ModelRelease\", \"x\": {}}}", deep("[", "]")),
        ),
        ("release.toml", format!("apiVersion = \"weighbridge/v1\"\nkind = \"ModelRelease\"\nx = {}", deep("[", "]"))),
        (
            "README.md",
            format!("---\nlicense: mit\npipeline_tag: nope\nbase_model: a/b\nx: {}\n---\n# A\n", deep("[", "]")),
        ),
        (
            "README.md",
            format!(
                "---\nlicense: mit\npipeline_tag: nope\nbase_model: a/b\n---\n{}\n{}",
                "> ".repeat(20_000),
                "# A\n[".repeat(20_000)
            ),
        ),
    ];
    for (path, text) in documents {
        let mut tree = MemoryTree::default();
        tree.put(path, text);
        let outcome = check(&tree);
        assert!(outcome.failed(), "{path}");
        assert_all_inert(&outcome);
    }
}
