//! Every check of the vocabulary both ways, and with what it needs missing.

use std::collections::BTreeMap;

use jiff::civil::date;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::codeowners::Codeowners;
use crate::parse::{Node, yaml};
use crate::policy::{Around, FileState, Host, Library, PackSource, PolicyError, Shelved, Subject, Verdict, load};
use crate::rule::{FrameworkItems, Severity};
use crate::source::SourceId;
use crate::tree;

/// Files by path, and who owns them; the digest of a file is its length.
struct Files(BTreeMap<&'static str, &'static str>, Option<Codeowners>);

impl Host for Files {
    fn file(&self, from: &str, written: &str) -> FileState {
        let Ok(path) = tree::join(tree::parent(from), written) else { return FileState::Outside };
        match self.0.get(path.as_str()) {
            Some(text) => FileState::Found { path, size: text.len() as u64 },
            None => FileState::Missing(None),
        }
    }

    fn sha256(&self, path: &str) -> Result<String, String> {
        let text = self.0.get(path).ok_or("gone")?;
        Ok(format!("{:064x}", text.len()))
    }

    fn owners(&self) -> Option<&Codeowners> {
        self.1.as_ref()
    }
}

fn files() -> Files {
    let owners = |path: &str| (path == "CODEOWNERS").then(|| "* @org/all\n/release.yaml @org/chat\n".to_owned());
    let files = BTreeMap::from([("evals/ckpt-1a-results.json", "12345"), ("other.yaml", "x")]);
    Files(files, Codeowners::find(owners))
}

/// What other documents there are: two releases of one name, a registry, a card.
const OTHERS: &[(Kind, &str, &str)] = &[
    (Kind::Release, "other.yaml", "metadata: {id: rel-41, state: approved, owner: '@a'}"),
    (Kind::Release, "third.yaml", "metadata: {id: rel-40, state: draft}"),
    (Kind::Release, "twin-a.yaml", "metadata: {id: twin}"),
    (Kind::Release, "twin-b.yaml", "metadata: {id: twin}"),
    (Kind::ModelRegistry, "registry.yaml", "models: [{id: m, versions: [{version: 1, status: old}, {version: 2}]}]"),
];

fn node(text: &str, source: u32) -> Node {
    yaml::parse(text, SourceId(source), 0).root.unwrap()
}

fn pack(rest: &str) -> PackSource {
    let head = concat!(
        "pack: t\nversion: 1.0.0\nvocabulary: 1\n",
        "data:\n  denied: [CC-BY-NC-4.0, llama3]\n  questions: [{id: injection}, {id: secrets}]\n",
        "  follows: [{base: Apache-2.0, release: [Apache-2.0, MIT]}, {base: llama3, release: [llama3]}]\n",
        "links:\n  next: {from: release, at: next, to: release, by: metadata.id, exactly: 0..1}\n",
        "  all: {from: release, at: 'all[*]', to: release, by: metadata.id, exactly: 1..}\n",
        "  file: {from: release, at: file, to: release, by: path}\n",
        "rules:\n- id: t/x\n  on: [release, card]\n  title: All is well\n  severity: error\n  help: mend it\n",
        "  tests: [{fail: f}]\n  message: '{reason}'\n",
    );
    let lines: String = rest.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    PackSource { name: "t".into(), source: SourceId(99), text: format!("{head}{lines}") }
}

fn judged(rest: &str, doc: &str, facts: &str) -> (Vec<Finding>, Verdict) {
    let policy = load(&[pack(rest)], &FrameworkItems::default()).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let (doc, facts) = (node(doc, 0), node(facts, 1));
    let others: Vec<Node> = OTHERS.iter().zip(2..).map(|((_, _, text), source)| node(text, source)).collect();
    let shelf = OTHERS.iter().zip(&others).map(|((kind, path, _), root)| Shelved { kind: *kind, path, root });
    let library = Library::new(shelf);
    let host = files();
    let around = Around { path: "release.yaml", library: Some(&library), host: Some(&host), joins: &[] };
    let subject = Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &facts, links: &[], around };
    let mut judged = policy.judge(&subject, date(2026, 8, 20), &|_| true);
    (judged.findings, judged.tally.remove(0).1)
}

#[track_caller]
fn holds(clause: &str, doc: &str) {
    assert_eq!(judged(&format!("assert: [{clause}]"), doc, "{}"), (vec![], Verdict::Pass), "{clause} on {doc}");
}

/// Fails with that message, at that text.
#[track_caller]
fn fails(clause: &str, doc: &str, message: &str, marked: &str) -> Finding {
    let (mut findings, _) = judged(&format!("assert: [{clause}]"), doc, "{}");
    assert_eq!(findings.len(), 1, "{clause} on {doc}: {findings:#?}");
    let finding = findings.remove(0);
    let found = (finding.message.as_str(), &doc[finding.primary.span.range()]);
    assert_eq!(found, (message, marked), "{clause} on {doc}");
    finding
}

#[track_caller]
fn refused(clause: &str, message: &str) {
    let errors: Vec<PolicyError> =
        load(&[pack(&format!("assert: [{clause}]"))], &FrameworkItems::default()).err().unwrap_or_default();
    assert!(errors.iter().any(|error| error.message == message), "{clause}: {errors:#?}");
}

#[test]
fn files_are_there_and_the_right_ones() {
    let doc = "f: evals/ckpt-1a-results.json\nid: ckpt-1a\nd: sha256:0000000000000000000000000000000000000000000000000000000000000005";
    let name = "evals/ckpt-1a-results.json";
    holds("{at: f, file: {exists: true, within: evals/, name_contains: id, sha256: d, max_bytes: 5}}", doc);
    holds("{at: f, file: {within: [x, evals], name_contains: {text: results}}}", doc);
    holds("{at: g, optional: true, file: {exists: true}}", doc);
    fails("{at: g, file: {exists: true}}", doc, "missing `g`", "f");
    fails("{at: f, file: {}}", "f: 1", "expected string, found number `1`", "1");
    fails("{at: f, file: {}}", "f: evals/x", "`evals/x`: there is no such file", "evals/x");
    fails("{at: f, file: {}}", "f: ../x", "`../x`: the path leads out of the repository", "../x");
    fails("{at: f, file: {}}", "f: /etc/passwd", "`/etc/passwd`: the path leads out of the repository", "/etc/passwd");
    fails("{at: f, file: {within: eval}}", doc, "`evals/ckpt-1a-results.json` is not in `eval`", name);
    let other = "f: evals/ckpt-1a-results.json\nid: ckpt-1";
    let wrong = "no `ckpt-1` in the file name `ckpt-1a-results.json`";
    let finding = fails("{at: f, file: {name_contains: id}}", other, wrong, name);
    assert_eq!(finding.related[0].text, "`ckpt-1` here");
    fails("{at: f, file: {name_contains: idd}}", doc, "missing `idd`; did you mean `id`?", "f");
    fails("{at: f, file: {max_bytes: 4}}", doc, "`evals/ckpt-1a-results.json` has 5 bytes, at most 4 expected", name);
    let drifted = format!("the bytes of `{name}` have the digest `sha256:{:064x}`, not `00`", 5);
    fails("{at: f, file: {sha256: d}}", &format!("f: {name}\nd: '00'"), &drifted, name);
    fails("{at: f, file: {sha256: e}}", doc, "missing `e`", "f");
    refused("{at: f, file: {exists: false}}", "`exists` is always `true`; leave it out otherwise");
    refused("{at: f, file: {sha: d}}", "unknown key `sha` in a file");
}

#[test]
fn values_fit_a_schema() {
    let clause = "{at: x, schema: {type: object, required: [id], properties: {id: {type: string}, n: {minimum: 1}}, additionalProperties: false}}";
    holds(clause, "x: {id: a, n: 2}");
    holds(&clause.replace("at: x,", "at: x, optional: true,"), "y: 1");
    holds("{at: 'x[*]', schema: {enum: [a, b]}}", "x: [a, b]");
    fails(clause, "y: 1", "missing `x`", "y");
    fails(clause, "x: [1]", "`x` is a list: expected a mapping", "x");
    fails(clause, "x: {n: 2}", "`x` has no `id`", "x");
    fails(clause, "x: {id: a, n: 0}", "`n` is `0`: expected at least 1", "0");
    fails(clause, "x: {id: a, m: 0}", "unknown key `m`", "0");
    fails("{at: doc, schema: {required: [id]}}", "y: 1", "the document has no `id`", "y");
    fails("{at: 'x[*]', schema: {enum: [a, b]}}", "x: [a, c]", "`item 2` is `c`: expected one of a, b", "c");
    refused("{at: x, schema: text}", "`schema` is a JSON Schema");
    refused("{schema: {}}", "this clause has no `at`");
    refused("{at: x, schema: {$ref: a.json}}", "there is no file `a.json`");
    refused("{at: x, schema: {$ref: ../a.json}}", "`../a.json` is no schema beside the pack");
    refused("{at: x, schema: {$ref: 'https://x.org/a.json'}}", "`https://x.org/a.json` is no schema beside the pack");
    let no_place = "is no place in the same schema, such as `#/$defs/name`";
    refused(
        "{at: x, schema: {items: {$ref: b.json}}}",
        &format!("this schema cannot be used: `$ref: b.json` {no_place}"),
    );
}

#[test]
fn references_lead_to_one_document() {
    let link =
        "{at: to, link: {to: release, by: metadata.id, where: {at: other.metadata.state, is: {equals: approved}}}}";
    holds(link, "to: rel-41");
    let miss = "no release has `metadata.id: rel-42`; did you mean `rel-40`?";
    fails(link, "to: rel-42", miss, "rel-42");
    let draft =
        fails(link, "to: rel-40", "`rel-40` names a release that will not do: `draft` is not `approved`", "rel-40");
    assert_eq!(draft.related[0].span.source, SourceId(3), "the other side is shown");
    let stateless = "`twin` is ambiguous: it stands in `twin-a.yaml` and in `twin-b.yaml`";
    let both = fails(link, "to: twin", stateless, "twin");
    assert_eq!(both.related.len(), 2);
    fails(link, "x: 1", "missing `to`", "x");
    fails(link, "to: [a]", "expected single value, found list", "to");
    let own =
        "{at: to, link: {to: release, by: metadata.id, where: {at: other.metadata.id, is: {not_equals: {at: id}}}}}";
    holds(own, "to: rel-41\nid: rel-42");
    let itself = "`rel-41` names a release that will not do: `rel-41` must differ from `id`";
    fails(own, "to: rel-41\nid: rel-41", itself, "rel-41");
    let cel = "{at: to, link: {to: release, by: metadata.id, where: {cel: 'other.metadata.id != doc.id'}}}";
    holds(cel, "to: rel-41\nid: rel-42");
    let same = "`rel-41` names a release that will not do: `other.metadata.id != doc.id` is false";
    fails(cel, "to: rel-41\nid: rel-41", same, "rel-41");
    holds("{at: to, link: {to: release, by: path}}", "to: other.yaml");
    fails("{at: to, link: {to: card, by: path}}", "to: other.yaml", "`other.yaml` is not a card", "other.yaml");
    fails(
        "{at: to, link: {to: release, by: path}}",
        "to: ../o",
        "`../o`: the path leads out of the repository",
        "../o",
    );
    let entry =
        "{at: v, link: {to: model-registry, by: 'models[*].versions[*].version', where: {present: other.status}}}";
    holds(entry, "v: 1");
    fails(entry, "v: 2", "`2` names a model registry that will not do: missing `status`", "2");
    refused("{at: v, link: {to: release, by: 'facts.x'}}", "`facts.x` cannot name a document");
    refused("{at: v, link: {to: relese, by: path}}", "unknown kind `relese`");
}

#[test]
fn links_are_named_once() {
    holds("{at: link.next.metadata.state, is: {equals: approved}}", "next: rel-41");
    let state = "{at: link.next.metadata.state, is: {type: string}}";
    fails(state, "next: rel-44", "no release has `metadata.id: rel-44`; did you mean `rel-40`?", "rel-44");
    fails(state, "x: 1", "no linked next", "x");
    fails(&format!("{{optional: true, {}", &state[1..]), "next: y", "no release has `metadata.id: y`", "y");
    holds("{at: link.next.x, optional: true, is: {type: string}}, {present: x}", "x: 1");
    let twin = "`twin` is ambiguous: it stands in `twin-a.yaml` and in `twin-b.yaml`";
    assert_eq!(fails(state, "next: twin", twin, "twin").related.len(), 2);
    fails("{at: link.all.metadata.id, is: {type: string}}", "x: 1", "missing `all`", "x");
    holds("{at: link.all.metadata.id, is: {type: string}}", "all: [rel-41, rel-40]");
    fails("{at: link.all.metadata.id, is: {type: string}}", "all: [rel-41, z]", "no release has `metadata.id: z`", "z");
    fails("{present: link.file}", "file: no.yaml", "`no.yaml`: there is no such file", "no.yaml");
    holds("{present: link.file}", "file: other.yaml");
}

#[test]
fn numbers_are_compared_with_a_margin() {
    let up = "{compare: {left: a, right: b, direction: higher, margin: 0.01}}";
    holds(up, "a: 0.94\nb: 0.95");
    holds(up, "a: 1\nb: 0.9");
    fails(up, "a: 0.8\nb: 0.9", "`0.8` is below `0.9` by more than 0.01", "0.8");
    fails(up, "a: .nan\nb: 0.9", "`.nan` is not a finite number", ".nan");
    fails(up, "a: 0.9\nb: .inf", "`.inf` is not a finite number", "0.9");
    fails(up, "a: '0.9'\nb: 0.9", "expected number, found string `0.9`", "'0.9'");
    fails(up, "a: 0.9", "missing `b`", "a");
    fails(up, "b: 0.9", "missing `a`", "b");
    let given = "{compare: {left: a, right: b, direction: d, relative: m}}";
    holds(given, "a: 105\nb: 100\nd: lower\nm: 0.05");
    fails(given, "a: 106\nb: 100\nd: lower\nm: 0.05", "`106` is above `100` by more than 5 %", "106");
    fails(given, "a: 1\nb: 1\nd: sideways\nm: 0", "`sideways` is no direction: write `higher` or `lower`", "1");
    fails(given, "a: 1\nb: 1\nd: up\nm: -1", "the margin `-1` is negative", "1");
    fails(given, "a: 1\nb: 1\nd: up", "missing `m`", "a");
    let none = "{compare: {left: a, right: b, direction: down, margin: 0}}";
    fails(none, "a: 2\nb: 1", "`2` is above `1`", "2");
    refused(
        "{compare: {left: a, right: b, direction: up}}",
        "a comparison has either `margin` or `relative`; 0 if none is allowed",
    );
}

#[test]
fn licences_are_expressions() {
    holds("{at: l, spdx: {valid: true}}", "l: apache-2.0");
    holds("{at: l, spdx: {deny: data.denied}}", "l: MIT OR CC-BY-NC-4.0");
    fails("{at: l, spdx: {deny: data.denied}}", "l: Llama3", "the licence `Llama3` is denied", "Llama3");
    let both = "MIT AND CC-BY-NC-4.0";
    fails(
        "{at: l, spdx: {deny: data.denied}}",
        &format!("l: {both}"),
        &format!("the licence `{both}` is denied"),
        both,
    );
    let allowed = "the licence `GPL-3.0-only` is not one of those that are allowed";
    fails("{at: l, spdx: {allow: [MIT]}}", "l: GPL-3.0-only", allowed, "GPL-3.0-only");
    fails("{at: l, spdx: {valid: true}}", "x: 1", "missing `l`", "x");
    fails("{at: l, spdx: {valid: true}}", "l: 3", "expected string, found number `3`", "3");
    let compatible = "{at: l, spdx: {compatible_with: b, table: follows}}";
    holds(compatible, "l: mit\nb: apache-2.0");
    holds(compatible, "l: llama3\nb: llama3");
    fails(compatible, "l: mit\nb: llama3", "`mit` after `llama3` is not listed as compatible", "mit");
    fails(compatible, "l: mit\nb: GPL-3.0-only", "`mit` after `GPL-3.0-only` is not listed as compatible", "mit");
    fails(compatible, "l: mit", "missing `b`", "l");
    refused("{at: l, spdx: {deny: [Apache]}}", "`Apache` is neither an SPDX id nor one of the Hub");
    refused("{at: l, spdx: {compatible_with: b, table: folows}}", "the pack has no table `data.folows`");
    refused("{at: l, spdx: {compatible_with: b}}", "`compatible_with` and `table` need each other");
}

#[test]
fn owners_and_others() {
    holds("{at: o, codeowners: {covers: document}}", "o: '@Org/Chat'");
    let not = "`@org/all` is not an owner of `release.yaml`; by `CODEOWNERS` that is `@org/chat`";
    fails("{at: o, codeowners: {covers: document}}", "o: '@org/all'", not, "'@org/all'");
    holds("{at: o, codeowners: {covers: p}}", "o: '@org/all'\np: x/y");
    fails("{at: o, codeowners: {covers: p}}", "o: '@org/all'", "missing `p`", "o");
    fails("{at: o, codeowners: {covers: document}}", "p: 1", "missing `o`", "p");
    holds("{at: a, identity: {distinct_from: [o, p]}}", "a: '@x'\no: y\np: z");
    fails("{at: a, identity: {distinct_from: o}}", "a: '@X'\no: x", "`@X` must be somebody else than `o`", "'@X'");
    fails("{at: a, identity: {distinct_from: o}}", "a: '@X'", "missing `o`", "a");
    fails("{at: a, identity: {distinct_from: o}}", "a: '@'\no: x", "it names nobody", "'@'");
}

#[test]
fn questions_are_answered() {
    let all = "{at: answers, answers: {questions: 'data.questions', allowed: ['yes', 'no', n/a], reason_for: [n/a]}}";
    holds(
        all,
        "answers: [{id: injection, answer: 'no'}, {id: secrets, answer: n/a, reason: there are no secrets in it}]",
    );
    holds(all, "answers: {injection: 'yes', secrets: {answer: 'no'}}");
    fails(all, "answers: [{id: injection, answer: 'no'}]", "`secrets`: it is not answered", "answers");
    fails(all, "answers: {injection: n/a, secrets: 'no'}", "`injection`: `n/a` needs a `reason` in a sentence", "n/a");
    fails(all, "answers: {injection: true, secrets: 'no'}", "`injection`: expected string, found boolean", "true");
    fails(all, "answers: {injection: TBD, secrets: 'no'}", "`injection`: `TBD` is no answer", "TBD");
    let wrong = "`injection`: `maybe` is not one of `yes`, `no`, `n/a`";
    fails(all, "answers: {injection: maybe, secrets: 'no'}", wrong, "maybe");
    fails(all, "answers: {injection: {x: 1}, secrets: 'no'}", "`injection`: missing `answer`", "injection");
    fails(all, "x: 1", "missing `answers`", "x");
}

#[test]
fn exactly_so_many_values_pass() {
    let one = "{at: 'a[*]', exactly: 1, is: {equals: x}}";
    holds(one, "a: [x, y]");
    fails(one, "a: [y]", "it holds of 0 values, exactly 1 expected", "y");
    fails(one, "a: [x, y, x]", "it holds of 2 values, exactly 1 expected", "x");
    fails(one, "a: []", "`a` is an empty list", "a");
    refused("{present: a, exactly: 1}", "`exactly` means nothing beside `present`");
}

#[test]
fn dates_that_come_near_are_warnings() {
    let clause = "{at: d, is: {date: {warn_within: 14d, not_past: true}}}";
    holds(clause, "d: 2026-09-04");
    let near = fails(clause, "d: 2026-08-30", "`2026-08-30` is 10 days away", "2026-08-30");
    assert_eq!(near.at_most, Some(Severity::Warning));
    let past = fails(clause, "d: 2026-08-19", "`2026-08-19` has passed: today is 2026-08-20", "2026-08-19");
    assert_eq!(past.at_most, None);
    fails(clause, "d: soon", "`soon` is not a date; write `2026-08-01` or `2026-08-01T09:00:00Z`", "soon");
    fails(clause, "x: 1", "missing `d`", "x");
}

const CARD: &str = concat!(
    "sections:\n",
    "- {title: Use, level: 2, state: content, words: 30, text: drafts answers in English}\n",
    "- {title: Scope, level: 3, state: content, words: 5, text: no medical advice}\n",
    "- {title: Known limitations, level: 2, state: placeholder, words: 0, text: ''}\n",
    "tables:\n- under: [Results, Use]\n  header: [Metric, Result]\n  rows: [[accuracy, '0.9'], [latency, '1']]\n",
    "anchor: Card\n",
);

fn of_card(clause: &str, facts: &str) -> Vec<String> {
    let (findings, _) = judged(&format!("assert: [{clause}]"), "metrics: [accuracy, cost]", facts);
    findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn sections_of_a_card() {
    let said = |clause: &str| of_card(clause, CARD);
    assert_eq!(
        said("{section: {title: use, level: 2, min_words: 30, must_mention: [medical advice], forbid: [legal]}}"),
        [""; 0]
    );
    assert_eq!(said("{section: {title: Limits}}"), ["section missing: `Limits`"]);
    assert_eq!(said("{section: {title: Limits}, optional: true}"), [""; 0]);
    let placeholder = "`Known limitations` holds nothing but a placeholder";
    assert_eq!(said("{section: {title: Limits, aliases: [Known Limitations]}}"), [placeholder]);
    assert_eq!(said("{section: {title: Use, min_words: 31}}"), ["`Use` has 30 words, at least 31 expected"]);
    assert_eq!(said("{section: {title: Use, level: [3, 4]}}"), ["`Use` is not a heading of the level `###` or `####`"]);
    assert_eq!(said("{section: {title: Use, must_mention: [German]}}"), ["`Use` does not mention `German`"]);
    assert_eq!(said("{section: {title: Use, must_mention: [Engl]}}"), ["`Use` does not mention `Engl`"], "whole words");
    let forbidden = "`Use` says `Medical Advice`, which must not stand there";
    assert_eq!(said("{section: {title: Use, forbid: [Medical Advice]}}"), [forbidden]);
    assert_eq!(of_card("{section: {title: Use}}", "{}"), ["missing `sections`"]);
    assert_eq!(of_card("{section: {title: Use}}", "{sections: [], anchor: x}"), ["section missing: `Use`"]);
    refused("{section: {title: Use, level: 7}}", "`level` is a number from 1 to 6, or a list of them");
}

#[test]
fn tables_of_a_card() {
    let said = |clause: &str| of_card(clause, CARD);
    assert_eq!(said("{table: {under: Use, header: [metric]}}"), [""; 0]);
    assert_eq!(said("{table: {under: Limits}}"), ["there is no table under `Limits`"]);
    assert_eq!(said("{table: {header: [Metric, Set]}}"), ["the table has no column `Set`"]);
    assert_eq!(said("{table: {row_for_each: 'metrics[*]'}}"), ["the table has no row for `cost`"]);
    assert_eq!(said("{table: {row_for_each: 'metrics[0]'}}"), [""; 0]);
    assert_eq!(said("{table: {row_for_each: 'metric[*]'}}"), ["missing `metric`; did you mean `metrics`?"]);
    assert_eq!(of_card("{table: {under: Use}}", "{tables: [], anchor: x}"), ["there is no table under `Use`"]);
    assert_eq!(of_card("{table: {under: Use}}", "{}"), ["missing `tables`"]);
}
