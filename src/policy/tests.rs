//! The language as an executable document: every check both ways, quantifiers,
//! missing values, words, and the mistakes that a pack can hold.

use jiff::civil::date;

use super::*;
use crate::finding::Finding;
use crate::parse::yaml;
use crate::rule::Severity;
use crate::source::Span;

const AS_OF: Date = date(2026, 8, 20);

fn pack(text: &str) -> PackSource {
    PackSource { name: "test".into(), source: SourceId(9), text: text.into() }
}

/// A pack with one rule `t/x` on releases; `rest` are lines of the rule.
fn one(rest: &str) -> String {
    let mut text = String::from(concat!(
        "pack: t\nversion: 1.0.0\nvocabulary: 1\n",
        "data:\n  licenses: [mit, apache-2.0, 3]\n  topics: [{id: a}, {id: b}]\n",
        "rules:\n- id: t/x\n  on: release\n  title: All is well\n  severity: error\n  help: mend it\n",
        "  tests: [{fail: f}]\n",
    ));
    for line in rest.lines() {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn compiled(rest: &str) -> Policy {
    match load(&[pack(&one(rest))], &FrameworkItems::new()) {
        Ok(policy) => policy,
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn node(text: &str, source: u32) -> Node {
    yaml::parse(text, SourceId(source), 0).root.unwrap()
}

fn judge_with(rest: &str, doc: &str, facts: &str, link: Option<&str>) -> (Vec<Finding>, Verdict) {
    let policy = compiled(rest);
    let (doc, facts) = (node(doc, 0), node(facts, 1));
    let linked = link.map(|text| node(text, 2));
    let links: Vec<(&str, Vec<&Node>)> = linked.iter().map(|node| ("card", vec![node])).collect();
    let subject = Subject {
        kind: Kind::Release,
        sound: true,
        doc: &doc,
        facts: &facts,
        links: &links,
        around: Around::default(),
    };
    let judged = policy.judge(&subject, AS_OF, &|_| true);
    (judged.findings, judged.tally[0].1)
}

fn judge(rest: &str, doc: &str) -> (Vec<Finding>, Verdict) {
    judge_with(rest, doc, "{}", None)
}

/// Message and marked text of every finding.
fn said(rest: &str, doc: &str) -> Vec<(String, String)> {
    let shown = |finding: Finding| {
        assert_eq!(finding.primary.span.source, SourceId(0));
        (finding.message, doc[finding.primary.span.range()].to_owned())
    };
    judge(rest, doc).0.into_iter().map(shown).collect()
}

#[track_caller]
fn fails(clause: &str, doc: &str, message: &str, marked: &str) {
    let found = said(&format!("assert: [{clause}]\nmessage: '{{reason}}'"), doc);
    assert_eq!(found, [(message.to_owned(), marked.to_owned())], "{clause} on {doc}");
}

#[track_caller]
fn holds(clause: &str, doc: &str) {
    let (findings, verdict) = judge(&format!("assert: [{clause}]"), doc);
    assert_eq!((findings, verdict), (vec![], Verdict::Pass), "{clause} on {doc}");
}

#[test]
fn misses_say_why_and_are_shown_at_the_deepest_key_that_is_there() {
    let is = "is: {type: string}";
    fails(&format!("{{at: a.b, {is}}}"), "a: {c: 1}", "missing `b`", "a");
    fails(&format!("{{at: a.owner, {is}}}"), "a: {onwer: x}", "missing `owner`; did you mean `onwer`?", "a");
    fails(&format!("{{at: a.b, {is}}}"), "a: {b: null}", "`b` is empty", "b");
    fails(&format!("{{at: a.b.c, {is}}}"), "a: {b: }", "`b` is empty", "b");
    fails(&format!("{{at: 'a[*]', {is}}}"), "a: []", "`a` is an empty list", "a");
    fails(&format!("{{at: 'a[*]', {is}}}"), "a: {b: c}", "`a`: expected list, found mapping", "a");
    fails(&format!("{{at: a.b, {is}}}"), "a: text", "`a`: expected mapping, found string", "text");
    fails(&format!("{{at: 'a[]', {is}}}"), "a: {b: c}", "`a`: expected list or a single value, found mapping", "a");
    fails(&format!("{{at: 'a[2]', {is}}}"), "a: [x]", "`a` has no item 3", "a");
    fails(&format!("{{at: 'a[-2]', {is}}}"), "a: [x]", "`a` has no item 2 from its end", "a");
    fails(
        &format!("{{at: 'a[id=sign-off].by', {is}}}"),
        "a: [{id: signoff}]",
        "no entry with id `sign-off` in `a`; did you mean `signoff`?",
        "a",
    );
    fails(&format!("{{at: link.card.version, {is}}}"), "k: 1", "no linked card", "k");
    fails(&format!("{{at: q, {is}}}"), "k: 1", "missing `q`", "k");
}

#[test]
fn selectors_reach_items() {
    holds("{at: 'a[-1]', is: {equals: z}}", "a: [x, z]");
    holds("{at: 'a[id=y].v', is: {equals: 2}}", "a: [{id: x, v: 1}, {id: y, v: 2}]");
    holds("{at: 'a[]', is: {equals: mit}}", "a: mit");
    holds("{at: 'a[]', is: {equals: mit}}", "a: [mit, mit]");
    holds("{at: 'a.\"b.c\"', is: {equals: 1}}", "a: {b.c: 1}");
    let (findings, _) = judge_with("assert: [{same: {left: v, right: link.card.v}}]", "v: 1", "{}", Some("v: 1"));
    assert_eq!(findings, []);
}

#[test]
fn only_an_absence_is_excused() {
    holds("{at: a.b, is: {equals: 1}}", "a: {b: 1}");
    holds("{at: a.b, optional: true, is: {equals: 1}}", "a: {c: 1}");
    holds("{at: a.b, optional: true, is: {equals: 1}}", "a: {b: }");
    fails("{at: a.b, optional: true, is: {equals: 1}}", "a: x", "`a`: expected mapping, found string", "x");
    holds("{at: a, or: b, is: {equals: 1}}", "b: 1");
    fails("{at: a, or: b, is: {equals: 1}}", "b: 2", "`2` is not `1`", "2");
    fails("{at: a, or: b, is: {equals: 1}}", "c: 2", "missing `a`", "c");
}

#[test]
fn types_are_never_coerced() {
    fails("{at: a, is: {type: string}}", "a: [x]", "expected string, found list", "a");
    fails("{at: a, is: {type: number}}", "a: '2'", "expected number, found string `2`", "'2'");
    fails("{at: a, is: {type: integer}}", "a: 1.5", "expected whole number, found number `1.5`", "1.5");
    fails("{at: a, is: {type: boolean}}", "a: 'true'", "expected boolean, found string `true`", "'true'");
    fails("{at: a, is: {type: list}}", "a: x", "expected list, found string `x`", "x");
    fails("{at: a, is: {type: mapping}}", "a: 1", "expected mapping, found number `1`", "1");
    for (kind, value) in
        [("string", "x"), ("number", "1.5"), ("integer", "1"), ("boolean", "true"), ("list", "[]"), ("mapping", "{}")]
    {
        holds(&format!("{{at: a, is: {{type: {kind}}}}}"), &format!("a: {value}"));
    }
    let both = "`1` is text on one side and a number or boolean on the other; put it in quotes on both";
    fails("{at: a, is: {equals: '1'}}", "a: 1", both, "1");
    holds("{at: a, is: {equals: 1.0}}", "a: 1");
}

#[test]
fn equality_with_a_value_or_another_node() {
    holds("{at: a, is: {equals: {at: b}}}", "a: [1, {x: 2, y: 3}]\nb: [1, {y: 3, x: 2}]");
    fails("{at: a, is: {equals: {at: b}}}", "a: x\nb: y", "`x` differs from `y`", "x");
    fails("{at: a, is: {not_equals: {at: b}}}", "a: x\nb: x", "`x` must differ from `b`", "x");
    fails("{at: a, is: {not_equals: x}}", "a: x", "`x` is not allowed here", "x");
    holds("{at: a, is: {not_equals: x}}", "a: y");
    fails("{at: a, is: {not_equals: {at: b}}}", "a: x", "missing `b`", "a");
    let (findings, _) = judge("assert: [{same: {left: a, right: b}}]", "a: x\nb: y");
    assert_eq!(findings[0].message, "`a`: `x` differs from `y`");
    assert_eq!(findings[0].related[0].text, "`y` here");
    assert_eq!(findings[0].related[0].span, Span::new(SourceId(0), 8, 9));
    let (findings, _) =
        judge("each: {topic: 'data.topics[*]'}\nassert: [{at: a, is: {equals: {at: topic.id}}}]", "a: c");
    assert_eq!((findings.len(), &*findings[0].related), (2, &[][..]), "what a pack lists stands in no document");
}

#[test]
fn lists_suggest_what_was_meant() {
    holds("{at: a, is: {in: data.licenses}}", "a: mit");
    holds("{at: a, is: {in: 'data.topics[*].id'}}", "a: b");
    holds("{at: a, is: {in: data.licenses}}", "a: 3");
    fails(
        "{at: a, is: {in: data.licenses}}",
        "a: apache2.0",
        "`apache2.0` is not one of the licenses; did you mean `apache-2.0`?",
        "apache2.0",
    );
    fails("{at: a, is: {in: data.licenses}}", "a: '3'", "`3` is not one of the licenses", "'3'");
    fails("{at: a, is: {in: ['yes', 'no']}}", "a: maybe", "`maybe` is not one of `yes`, `no`", "maybe");
    fails(
        "{at: a, is: {not_in: data.licenses}}",
        "a: mit",
        "`mit` is not allowed here: it is among the licenses",
        "mit",
    );
    holds("{at: a, is: {not_in: [x]}}", "a: y");
    holds("{at: a, is: {in: doc.b}}", "a: y\nb: [x, y]");
    fails("{at: a, is: {in: doc.b}}", "a: z\nb: [x, y]", "`z` is not in `b`", "z");
}

#[test]
fn strings() {
    holds("{at: a, is: {match: '^v[0-9]$'}}", "a: v1");
    fails("{at: a, is: {match: '^v[0-9]$'}}", "a: v", "`v` does not have the form `^v[0-9]$`", "v");
    fails("{at: a, is: {match: '1'}}", "a: 1", "expected string, found number `1`", "1");
    fails("{at: a, is: {not_match: '^v'}}", "a: v1", "`v1` has the form `^v`, which is not allowed here", "v1");
    fails("{at: a, is: {not_match: '^v'}}", "a: 1", "expected string, found number `1`", "1");
    fails("{at: a, is: {min_length: 3}}", "a: ok", "`ok` has 2 characters, at least 3 expected", "ok");
    fails("{at: a, is: {max_length: 1}}", "a: ok", "`ok` has 2 characters, at most 1 expected", "ok");
    holds("{at: a, is: {min_length: 2, max_length: 2, min_words: 1}}", "a: ok");
    fails("{at: a, is: {min_words: 2}}", "a: ok", "1 word, at least 2 expected", "ok");
    for text in ["TBD", "'n/a'", "'<name>'", "'{{ owner }}'", "'@your-team'", "'[More Information Needed]'"] {
        let (findings, _) = judge("assert: [{at: a, is: {placeholder: false}}]", &format!("a: {text}"));
        assert_eq!(findings.len(), 1, "{text}");
    }
    fails("{at: a, is: {placeholder: false}}", "a: ' '", "it is blank", "' '");
    holds("{at: a, is: {placeholder: false}}", "a: '@amara'");
    holds("{at: a, is: {contains_token: {at: b}}}", "a: ckpt-1_x.json\nb: ckpt-1");
    fails(
        "{at: a, is: {contains_token: {at: b}}}",
        "a: ckpt-12.json\nb: ckpt-1",
        "no `ckpt-1` in `ckpt-12.json`",
        "ckpt-12.json",
    );
}

#[test]
fn numbers_are_finite() {
    holds("{at: a, is: {min: 1, max: 1, gt: 0.5, lt: 2}}", "a: 1");
    fails("{at: a, is: {min: 2}}", "a: 1", "`1` is less than 2", "1");
    fails("{at: a, is: {max: 0.5}}", "a: 1", "`1` is more than 0.5", "1");
    fails("{at: a, is: {gt: 1}}", "a: 1", "`1` is not more than 1", "1");
    fails("{at: a, is: {lt: 1}}", "a: 1", "`1` is not less than 1", "1");
    fails("{at: a, is: {max: 1}}", "a: .nan", "`.nan` is not a finite number", ".nan");
    fails("{at: a, is: {max: 1}}", "a: '0.02'", "expected number, found string `0.02`", "'0.02'");
}

#[test]
fn dates_are_held_against_the_day_of_the_run() {
    holds("{at: a, is: {date: {not_future: true, not_past: true, max_age: 0d}}}", "a: 2026-08-20");
    fails(
        "{at: a, is: {date: {not_future: true}}}",
        "a: 2026-08-21",
        "`2026-08-21` is in the future of 2026-08-20",
        "2026-08-21",
    );
    fails(
        "{at: a, is: {date: {not_past: true}}}",
        "a: 2026-08-19",
        "`2026-08-19` has passed: today is 2026-08-20",
        "2026-08-19",
    );
    fails(
        "{at: a, is: {date: {max_age: P30D}}}",
        "a: 2026-07-01",
        "`2026-07-01` is older than 30 days on 2026-08-20",
        "2026-07-01",
    );
    holds("{at: a, is: {date: {max_age: 8w}}}", "a: 2026-07-01");
    let form = "`next spring` is not a date; write `2026-08-01` or `2026-08-01T09:00:00Z`";
    fails("{at: a, is: {date: {not_past: true}}}", "a: next spring", form, "next spring");
    fails("{at: a, is: {date: {not_past: true}}}", "a: 7", "expected date, found number `7`", "7");
    let earlier = "a: 2026-08-19T10:00:00+02:00\nb: 2026-08-19T09:00:00Z";
    holds("{at: a, is: {date: {before: {at: b}}}}", earlier);
    fails(
        "{at: a, is: {date: {after: {at: b}}}}",
        earlier,
        "`2026-08-19T10:00:00+02:00` is not after `2026-08-19T09:00:00Z`",
        "2026-08-19T10:00:00+02:00",
    );
    holds("{at: a, is: {date: {not_before: 2026-08-19, not_after: 2026-08-19}}}", earlier);
    fails(
        "{at: a, is: {date: {not_after: 2026-08-18}}}",
        "a: 2026-08-19",
        "`2026-08-19` is after `2026-08-18`",
        "2026-08-19",
    );
}

#[test]
fn presence() {
    holds("{present: a.b}", "a: {b: x}");
    fails("{present: a.b}", "a: {b: ' '}", "`b` is empty", "' '");
    fails("{at: a.b, present: true}", "a: {}", "missing `b`", "a");
    holds("{absent: a.b}", "a: {b: }");
    holds("{absent: a.b}", "a: {b: []}");
    fails("{absent: a.b}", "a: {b: x}", "`b` must not be here", "x");
}

#[test]
fn counts_uniqueness_and_order() {
    holds("{at: 'a[*]', count: {exactly: 2}}", "a: [1, 1]");
    fails("{at: 'a[*]', count: {min: 3}}", "a: [1, 2]", "2 found, at least 3 expected", "2");
    fails("{at: 'a[*]', count: {max: 1}}", "a: [1, 2]", "2 found, at most 1 expected", "2");
    fails("{at: 'a[*]', count: {min: 1}}", "a: []", "`a` is an empty list", "a");
    holds("{at: 'a[*]', count: {max: 1}}", "a: []");
    holds("{at: 'a[*]', unique: true}", "a: [1, '1']");
    fails("{at: 'a[*]', unique: true}", "a: [x, y, x]", "`x` stands here twice", "x");
    holds("{at: 'a[*]', unique: [k]}", "a: [{k: 1}, {k: 2}]");
    fails("{at: 'a[*]', unique: [k]}", "a: [{k: 1}, {z: 2}]", "missing `k`", "{z: 2}");
    holds("{at: 'a[*].p', order: strictly_increasing}", "a: [{p: 1}, {p: [5, 10]}]");
    holds("{at: 'a[*]', order: increasing}", "a: [1, 1]");
    fails("{at: 'a[*]', order: strictly_increasing}", "a: [1, 50, 10]", "10 after 50 is not increasing", "10");
    fails("{at: 'a[*]', order: increasing}", "a: [1, x]", "expected number, found string `x`", "x");
}

#[test]
fn several_hits_mean_all_and_under_negation_any() {
    let doc = "a: [x, y]";
    fails("{at: 'a[*]', is: {equals: x}}", doc, "`y` is not `x`", "y");
    fails("{at: 'a[*]', is: {not_equals: x}}", doc, "`x` is not allowed here", "x");
    fails("{none: [{at: 'a[*]', is: {equals: y}}]}", doc, "`y` is not allowed here", "y");
    fails("{not: {at: 'a[*]', is: {equals: x}}}", doc, "`x` is not allowed here", "x");
    holds("{not: {at: 'a[*]', is: {equals: z}}}", doc);
    holds("{not: {not: {at: 'a[*]', is: {match: '.'}}}}", doc);
    fails("{not: {at: 'a[*].b', is: {equals: z}}}", "a: [{c: 1}]", "missing `b`", "{c: 1}");
    fails("{not: {at: b, is: {equals: z}}}", doc, "missing `b`", "a");
}

#[test]
fn alternatives_are_told_together() {
    let any = "{any: [{present: target}, {at: flag, is: {equals: 'on'}}]}";
    holds(any, "target: x");
    holds(any, "flag: 'on'");
    fails(any, "flag: z", "missing `target`; and `z` is not `on`", "flag");
    holds("{all: [{present: a}, {present: b}]}", "a: 1\nb: 1");
    fails("{all: [{present: a}, {present: b}]}", "a: 1", "missing `b`", "a");
}

#[test]
fn an_empty_list_never_passes_an_each() {
    let rule = "each: {a: 'list[*]', b: {at: 'a.items[*]', min: 0}}\nassert: [{at: b.v, is: {equals: 1}}]\nmessage: 'item {b.id} of {a.id}: {reason}'";
    assert_eq!(judge(rule, "list: [{id: p, items: [{id: q, v: 1}]}]").1, Verdict::Pass);
    let empty = |doc| said(rule, doc);
    let told = |reason: &str| format!("{reason}; cannot tell whether all is well");
    assert_eq!(empty("list: []"), [(told("`list` is an empty list"), "list".into())]);
    assert_eq!(empty("other: 1"), [(told("missing `list`"), "other".into())]);
    assert_eq!(empty("list: {x: 1}"), [(told("`list`: expected list, found mapping"), "list".into())]);
    assert_eq!(judge(rule, "list: [{id: p, items: []}]").1, Verdict::NotApplicable);
    assert_eq!(
        said(rule, "list: [{id: p, items: [{id: q, v: 2}]}]"),
        [("item q of p: `2` is not `1`".into(), "2".into())]
    );
    let (findings, _) = judge(rule, "list: [{id: p, items: [{id: q, v: 2}]}]");
    assert_eq!(findings[0].pointer.to_string(), "list[0].items[0].v");
    assert_eq!(findings[0].key, "q");
}

#[test]
fn a_clause_may_loop_over_what_is_required() {
    let rule = "assert:\n  - each: {t: 'data.topics[*]'}\n    at: 'have[id={t.id}].v'\n    is: {equals: 1}\n    message: '{t.id}: {reason}'";
    assert_eq!(judge(rule, "have: [{id: a, v: 1}, {id: b, v: 1}]").1, Verdict::Pass);
    assert_eq!(said(rule, "have: [{id: a, v: 1}]"), [("b: no entry with id `b` in `have`".into(), "have".into())]);
}

#[test]
fn a_condition_that_cannot_be_decided_fails() {
    let rule = "when: {at: kind, is: {equals: lora}}\nassert: [{present: base}]";
    assert_eq!(judge(rule, "kind: full").1, Verdict::NotApplicable);
    assert_eq!(judge(rule, "kind: lora\nbase: x").1, Verdict::Pass);
    assert_eq!(
        said(rule, "knid: lora"),
        [("cannot decide whether `t/x` applies: missing `kind`; did you mean `knid`?".into(), "knid".into())]
    );
    assert_eq!(judge(&format!("{rule}\nwhen_missing: skip"), "other: 1").1, Verdict::NotApplicable);
    assert_eq!(judge("when: {present: kind}\nassert: [{present: base}]", "other: 1").1, Verdict::NotApplicable);
    let list = "when: [{present: a}, {none: [{at: b, is: {equals: x}}]}]\nassert: [{present: base}]";
    assert_eq!(judge(list, "a: 1\nb: x").1, Verdict::NotApplicable);
    assert_eq!(judge(list, "a: 1\nb: y").1, Verdict::Fail);
    assert_eq!(judge(list, "z: 1\nc: y").1, Verdict::NotApplicable);
    fails(
        "{when: {at: k, is: {equals: 1}}, present: base}",
        "z: 1",
        "cannot decide whether it is due: missing `k`",
        "z",
    );
}

#[test]
fn messages_never_lose_a_finding() {
    let rule = "assert: [{at: a, is: {equals: 1}}]\nmessage: '{nothing.here} {list} {{x}} {reason}'\nlabel: 'see {a}'";
    let (findings, _) = judge(rule, "a: \"2\\u001b[31m\"\nlist: [p, {id: q}, [r]]");
    assert_eq!(findings[0].message, "‹missing› p, q, ‹list› {x} `2\\u{1b}[31m` is not `1`");
    assert_eq!(findings[0].primary.text, "see 2\\u{1b}[31m");
    let twice = "assert: [{at: a, is: {equals: 1}}, {at: a, is: {equals: 1}}]";
    assert_eq!(judge(twice, "b: 1").0.len(), 1);
}

#[test]
fn words_places_weights_and_fixes() {
    let rule = concat!(
        "assert:\n  - {at: a, is: {equals: '1'}, severity: warning, show: b, help: 'write {c}'}\n",
        "related: [{at: c, text: 'declared {c} here'}]\n",
        "fix: {title: use c, safe: true, replace: '{c}'}"
    );
    let (findings, _) = judge(rule, "a: x\nb: y\nc: z");
    let finding = &findings[0];
    assert_eq!((finding.severity, finding.at_most), (Severity::Error, Some(Severity::Warning)));
    assert_eq!(finding.primary.span, Span::new(SourceId(0), 8, 9));
    assert_eq!(finding.help.as_deref(), Some("write z"));
    assert_eq!(finding.related[0].text, "declared z here");
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!((&*fix.replacement, fix.safe, fix.span), ("z", true, finding.primary.span));
}

#[test]
fn facts_carry_the_place_and_the_key() {
    let rule = "assert: [{at: 'facts.topics[*].state', is: {not_equals: missing}}]";
    let (findings, _) = judge_with(rule, "a: 1", "topics: [{id: privacy, state: missing}]", None);
    assert_eq!(findings[0].key, "topics[id=privacy].state");
    assert!(findings[0].pointer.0.is_empty());
    assert_eq!(findings[0].message, "`topics[id=privacy].state`: `missing` is not allowed here");
}

#[test]
fn a_rule_that_multiplies_gives_up_and_fails() {
    let list = format!("a: [{}]", vec!["1"; 2000].join(", "));
    let rule = "each: {x: 'a[*]', y: 'a[*]'}\nassert: [{at: x, is: {equals: 1}}]";
    let (findings, verdict) = judge(rule, &list);
    assert_eq!(verdict, Verdict::Error);
    assert_eq!(findings[0].message, "`t/x` cannot be judged: it would compare too many values");
}

#[test]
fn rules_that_are_not_enabled_are_skipped() {
    let policy = compiled("assert: [{present: a}]");
    let doc = node("b: 1", 0);
    let subject =
        Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &doc, links: &[], around: Around::default() };
    assert_eq!(policy.judge(&subject, AS_OF, &|_| false).tally, [(&RuleId::new("t/x"), Verdict::Skipped)]);
    let card = Subject { kind: Kind::Card, ..subject };
    assert_eq!(policy.judge(&card, AS_OF, &|_| true).tally, []);
}

/// Message, help and marked text of every mistake in a pack.
fn mistakes(text: &str) -> Vec<(String, Option<String>, String)> {
    let errors = load(&[pack(text)], &FrameworkItems::new()).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.message, error.help, text[error.span.range()].to_owned())).collect()
}

#[track_caller]
fn mistake(rest: &str, message: &str, help: Option<&str>, marked: &str) {
    let expected = (message.to_owned(), help.map(str::to_owned), marked.to_owned());
    assert_eq!(mistakes(&one(rest)), [expected]);
}

#[test]
fn unknown_words_are_mistakes_with_a_suggestion() {
    mistake(
        "asert: []\nassert: [{present: a}]",
        "unknown key `asert` in a rule",
        Some("did you mean `assert`?"),
        "asert",
    );
    mistake("assert: [{at: a, is: {equls: 1}}]", "unknown check `equls`", Some("did you mean `equals`?"), "equls");
    mistake(
        "assert: [{at: a, is: {type: string}, optinal: true}]",
        "unknown key `optinal` in a clause",
        Some("did you mean `optional`?"),
        "optinal",
    );
    mistake(
        "assert: [{at: a, is: {in: data.licences}}]",
        "unknown list `data.licences`",
        Some("did you mean `data.licenses`?"),
        "data.licences",
    );
    mistake(
        "assert: [{present: a}]\nmessage: '{data.topcs}'",
        "unknown list `data.topcs`",
        Some("did you mean `data.topics`?"),
        "'{data.topcs}'",
    );
}

#[test]
fn whole_packs_are_checked() {
    let bad = one("assert: [{present: a}]").replace("on: release", "on: relaese").replace("t/x", "u/X");
    let found = mistakes(&bad);
    assert_eq!(found[0].0, "`u/X` is not an id of the pack `t`");
    assert_eq!(found[1], ("unknown kind `relaese`".into(), Some("did you mean `release`?".into()), "relaese".into()));
    let twice = one("assert: [{present: a}]");
    let errors = load(&[pack(&twice), pack(&twice)], &FrameworkItems::new()).err().unwrap();
    assert_eq!(errors[0].message, "there are two rules with the id `t/x`");
    let newer = one("assert: [{present: a}]").replace("vocabulary: 1", "vocabulary: 2");
    assert_eq!(mistakes(&newer)[0].0, "this pack is written in vocabulary 2, and this version knows vocabulary 1");
    let untested = one("assert: [{present: a}]").replace("  tests: [{fail: f}]\n", "");
    assert_eq!(mistakes(&untested)[0].0, "`t/x` has no tests");
    let helpless = one("assert: [{present: a}]").replace("  help: mend it\n", "");
    assert_eq!(mistakes(&helpless)[0].0, "`t/x` is an error without `help`");
    let key = one("assert: [{present: a}]").replace("version:", "verison:");
    assert_eq!(mistakes(&key)[0].0, "this pack has no `version`");
    assert_eq!(mistakes(&key)[1].0, "unknown key `verison` in a pack");
}

#[test]
fn bad_values_are_mistakes() {
    mistake("assert: [{at: a, is: {match: '('}}]", "this is not a regular expression: unclosed group", None, "'('");
    mistake(
        "assert: [{at: a, is: {match: '(\\w{999}){99}'}}]",
        "this regular expression is too large",
        None,
        "'(\\w{999}){99}'",
    );
    mistake("assert: [{at: 'a[', is: {type: string}}]", "`a[` is not a selector: a `[` is never closed", None, "'a['");
    mistake("assert: [{present: a}]\nmessage: '{a'", "a `{` is never closed (write `{{` for a brace)", None, "'{a'");
    mistake(
        "assert: [{at: a, is: {placeholder: true}}]",
        "`placeholder` is always `false`; leave it out otherwise",
        None,
        "true",
    );
    mistake("assert: [{any: []}]", "a list of clauses has at least one clause", None, "[]");
    mistake(
        "assert: [{any: [{each: {x: y}, present: x}]}]",
        "`each` stands in a rule, or in a clause directly under `assert`",
        None,
        "each",
    );
    mistake(
        "assert: [{each: {x: 'a[*]'}, present: x.b}]\nmessage: '{x.id}'",
        "the name `x` is not known here",
        Some("use it in the clause whose `each` gives it, or write `doc.` before a key of the document"),
        "'{x.id}'",
    );
    mistake("assert: [{present: a, optional: true}]", "`optional` means nothing beside `present`", None, "optional");
    mistake("assert: [{at: a, present: b}]", "`at` means nothing beside `present`", None, "at");
    mistake("assert: [{at: a, or: b, count: {min: 1}}]", "`or` means nothing beside `count`", None, "or");
    mistake(
        "assert: [{any: [{present: a, message: m}]}]",
        "`message` stands in a rule, or in a clause directly under `assert`",
        None,
        "message",
    );
    let early = one("when: {present: x.b}\neach: {x: 'a[*]'}\nassert: [{present: x.c}]");
    assert_eq!(mistakes(&early)[0].0, "the name `x` is not known here");
    assert_eq!(mistakes(&one("assert: [{at: a}]"))[0].0, "this clause checks nothing");
    assert_eq!(mistakes(&one("assert: [{present: a, absent: b}]"))[0].0, "this clause checks several things");
    let two = one("assert: [{at: a, is: {typ: string, mach: x}}]");
    assert_eq!(mistakes(&two).len(), 2, "all mistakes are reported");
    let heavy =
        one("assert: [{present: a, severity: error}]").replace("severity: error\n  help", "severity: note\n  help");
    assert_eq!(mistakes(&heavy)[0].0, "a clause cannot weigh more than its rule, which is `note`");
}
