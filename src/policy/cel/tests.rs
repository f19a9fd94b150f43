//! Expressions: what they see, what they say, and what they may not do.

use jiff::civil::date;

use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::yaml;
use crate::policy::{Around, PackSource, Policy, PolicyError, Subject, Verdict, load};
use crate::rule::FrameworkItems;
use crate::source::SourceId;

fn loaded(rest: &str) -> Result<Policy, Vec<PolicyError>> {
    let head = concat!(
        "pack: t\nversion: 1.0.0\nvocabulary: 1\ndata: {owners: ['@a', '@b']}\n",
        "rules:\n- id: t/x\n  on: release\n  title: All is well\n  severity: error\n  help: mend it\n",
        "  tests: [{fail: f}]\n  message: '{reason}'\n",
    );
    let lines: String = rest.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    let pack = PackSource { name: "t".into(), source: SourceId(9), text: format!("{head}{lines}") };
    load(&[pack], &FrameworkItems::default())
}

fn judged(rest: &str, doc: &str) -> (Vec<Finding>, Verdict) {
    let policy = loaded(rest).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let doc = yaml::parse(doc, SourceId(0), 0).root.unwrap();
    let facts = yaml::parse("stage: {external: true}", SourceId(1), 0).root.unwrap();
    let card = yaml::parse("license: mit", SourceId(2), 0).root.unwrap();
    let links = [("card", vec![&card])];
    let around = Around::default();
    let subject = Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &facts, links: &links, around };
    let mut judged = policy.judge(&subject, date(2026, 8, 20), &|_| true);
    (judged.findings, judged.tally.remove(0).1)
}

fn assert(expression: &str) -> String {
    format!("assert:\n- cel: |\n    {expression}\n")
}

#[track_caller]
fn holds(expression: &str, doc: &str) {
    assert_eq!(judged(&assert(expression), doc), (vec![], Verdict::Pass), "{expression} on {doc}");
}

#[track_caller]
fn fails(expression: &str, doc: &str, message: &str, marked: &str) -> Finding {
    let (mut findings, _) = judged(&assert(expression), doc);
    assert_eq!(findings.len(), 1, "{expression} on {doc}: {findings:#?}");
    let finding = findings.remove(0);
    assert_eq!(finding.primary.span.source, SourceId(0), "{finding:#?}");
    assert_eq!((&*finding.message, &doc[finding.primary.span.range()]), (message, marked), "{expression} on {doc}");
    finding
}

#[track_caller]
fn refused(expression: &str, message: &str, help: &str) {
    let errors = loaded(&assert(expression)).err().unwrap_or_default();
    let shown: Vec<(&str, &str)> =
        errors.iter().map(|error| (&*error.message, error.help.as_deref().unwrap_or(""))).collect();
    assert!(matches!(shown.as_slice(), [(found, with)] if *found == message && with.contains(help)), "{shown:#?}");
}

#[test]
fn an_expression_sees_what_selectors_see() {
    holds("doc.n + 1 == 3 && doc.n * 2 == 4", "n: 2");
    holds("doc.f < 0.5 && doc.s == 'x' && doc.b && doc['a-b'] == 1", "{f: 0.25, s: x, b: true, a-b: 1}");
    holds("facts.stage.external && link.card.license == 'mit' && doc.o in data.owners", "o: '@a'");
    holds(
        "now == timestamp('2026-08-20T00:00:00Z') && now - timestamp(doc.at) < duration('48h')",
        "at: 2026-08-19T00:00:00Z",
    );
    holds("size(doc.l) > 0 && doc.l.all(s, s.startsWith('x')) && doc.l.exists(s, s.matches('^x+$'))", "l: [x, xy]");
    holds("doc.?a.?b.orValue(3) == 3 && !has(doc.c)", "x: 1");
    let each = "each: {s: 'stages[*]'}\nlet: {first: 'stages[0]'}\nassert:\n- cel: s.n >= first.n\n";
    assert_eq!(judged(each, "stages: [{n: 1}, {n: 2}]"), (vec![], Verdict::Pass));
    let (findings, _) = judged(each, "stages: [{n: 2}, {n: 1}]");
    assert_eq!(findings[0].message, "`s.n >= first.n` is false");
}

#[test]
fn what_is_false_shows_what_it_read() {
    let finding = fails("doc.a == doc.b && doc.a > 0", "a: 1\nb: 2", "`doc.a == doc.b && doc.a > 0` is false", "1");
    assert_eq!(finding.related.iter().map(|label| &*label.text).collect::<Vec<_>>(), ["`2` here"]);
    let stages = "size(doc.l) > 0 && doc.l.all(s, s.p < 10)";
    let finding = fails(stages, "l: [{p: 1}, {p: 20}]", &format!("`{stages}` is false"), "l");
    assert_eq!(finding.related.len(), 2);
    let (findings, _) = judged("assert:\n- not: {cel: doc.a == 1}\n", "a: 1");
    assert_eq!(findings[0].message, "this holds and must not");
    assert_eq!(judged("assert:\n- not: {cel: doc.a == 1}\n", "a: 2").1, Verdict::Pass);
}

#[test]
fn what_is_missing_is_a_finding_at_the_deepest_node() {
    fails("doc.a.b.c == 1", "a: {b: {d: 1}}", "missing `c`", "b");
    fails("doc.a.b.c == 1", "a: {B: 1}", "missing `b`; did you mean `B`?", "a");
    fails(
        "size(doc.l) > 0 && doc.l.all(s, duration(s.min) > duration('1h'))",
        "l: [{min: 2h}, {m: 1}]",
        "missing `min`",
        "{m: 1}",
    );
    fails("doc.a.b == 1", "a:", "`a` is empty", "a");
    fails("link.baseline.x == 1", "a: 1", "no linked baseline", "a");
    let none = "cannot decide whether `t/x` applies: missing `a`";
    let (findings, verdict) = judged("when: {cel: doc.a == 1}\nassert: [{present: b}]\n", "b: 1");
    assert_eq!((&*findings[0].message, verdict), (none, Verdict::Fail));
}

#[test]
fn what_cannot_be_evaluated_fails() {
    let types = "`doc.a > 1` cannot be evaluated: `>` does not take string and int";
    fails("doc.a > 1", "a: x", types, "x");
    fails("doc.a + 1", "a: 1", "`doc.a + 1` gives a number, not true or false", "1");
    let zero = "`1 / doc.a == 1` cannot be evaluated: a division by zero";
    fails("1 / doc.a == 1", "a: 0", zero, "0");
    fails("doc.a[2] == 1", "a: [1]", "`a` has no item 3", "a");
}

#[test]
fn mistakes_are_told_when_the_policy_is_loaded() {
    refused("dco.a == 1", "unknown variable `dco` in an expression", "did you mean `doc`?");
    refused("doc.l.exists(s, t == 1)", "unknown variable `t` in an expression", "known variables: doc,");
    refused("doc.a.startWith('x')", "unknown function `startWith` in an expression", "did you mean `startsWith`?");
    refused("doc.a.format([1]) == ''", "unknown function `format` in an expression", "known functions: ");
    refused("link == 1", "`link` needs the name of a link, as in `link.card`", "");
    refused("doc.l.all(s, s > 1)", "`all` holds of an empty list", "write `size(doc.l) > 0 && …`");
    refused("doc.a.matches(doc.b)", "the pattern of `matches` is a text in the expression", "");
    refused("doc.a.matches('(')", "the pattern of `matches` is not a regular expression", "");
    refused("doc.a.matches('(a{1000}){100}')", "the pattern of `matches` is too large", "");
    refused("Foo{a: 1} == 1", "an expression makes no messages", "");
    let errors = loaded(&assert("doc.a ==")).err().unwrap_or_default();
    assert!(errors[0].message.starts_with("this is not an expression: "), "{errors:#?}");
}

#[test]
fn hostile_expressions_are_refused() {
    let long = format!("doc.a == '{}'", "x".repeat(1024));
    refused(&long, "an expression has at most 1024 bytes", "");
    let deep = format!("{}1{} == 1", "(".repeat(25), ")".repeat(25));
    refused(&deep, "an expression nests at most 24 brackets", "");
    refused(&format!("doc.a == {}", "1+".repeat(20) + "1"), "an expression adds at most 16 times", "");
    refused(&format!("doc.a == {}", "1-".repeat(400) + "1"), "an expression nests at most 64 operations", "");
    let three = "doc.l.exists(a, doc.l.exists(b, doc.l.exists(c, a == b && b == c)))";
    refused(three, "at most 2 of `all`, `exists`, `map` and `filter` stand in one another", "");
    for text in
        ["!".repeat(1000), "-".repeat(1000), "a?".repeat(400), "a.".repeat(400), "[".repeat(24), "\\".repeat(99)]
    {
        assert!(loaded(&assert(&format!("x {text} 1"))).is_err(), "{text}");
    }
}

#[test]
fn what_is_allowed_is_evaluated_on_a_small_stack() {
    let deep = format!("{}doc.a{} - {} == 0", "(".repeat(20), ")".repeat(20), "0-".repeat(50) + "0");
    let both = "size(doc.l) > 0 && doc.l.all(a, doc.l.all(b, a == b ? true : (a != b ? false : a == b)))";
    let judged = || {
        holds(&deep, "a: 0");
        holds(both, "l: [1, 1]");
    };
    std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        assert!(small.spawn_scoped(scope, judged).unwrap().join().is_ok());
    });
}

#[test]
fn an_expression_that_goes_on_and_on_is_ended() {
    let items: Vec<String> = (0..2000).map(|at| at.to_string()).collect();
    let doc = format!("l: [{}]", items.join(", "));
    let quadratic = "doc.l.exists(a, doc.l.exists(b, a + b < 0))";
    let (findings, verdict) = judged(&assert(quadratic), &doc);
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(findings[0].message, format!("`{quadratic}` takes more than 10000 steps"));
}

#[test]
fn no_more_is_bound_than_is_read() {
    let large = format!("{{a: {}, b: [{{c: 1}}], d: {{e: 2, f: 3}}}}", "x".repeat(70_000));
    for expression in
        ["doc.a == 'x'", "size(doc) == 3", "doc['b'] == doc.a", "'a' in doc", "doc[doc.d.e == 2 ? 'd' : 'a'] == 1"]
    {
        let (findings, _) = judged(&assert(expression), &large);
        assert_eq!(findings[0].message, "`doc` is too large for an expression", "{expression}");
    }
    for expression in ["doc.b[0].c == 1", "doc.d.e == 2 && doc['d'].f == 3", "size(doc.d) == 2 && doc.d.f == 3"] {
        holds(expression, &large);
    }
    fails("doc.d.g.h == 2", &large, "missing `g`", "d");
    fails("doc.b.c == 2", "b: [{c: 1}]", "`b`: expected mapping, found list", "b");
}

#[test]
fn the_keys_of_a_mapping_come_in_order() {
    let doc = "x-m: {d: 4, b: 2, a: 1, c: 3, h: 8, g: 7, e: 5, f: 6}";
    for _ in 0..20 {
        holds("doc['x-m'].map(k, k) == ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']", doc);
        holds("doc['x-m'].filter(k, doc['x-m'][k] > 5)[0] == 'f'", doc);
    }
    holds("doc['x-m'].exists(k, k == 'h') && size(doc['x-m']) > 0 && doc['x-m'].all(k, doc['x-m'][k] > 0)", doc);
}
