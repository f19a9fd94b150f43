use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::parse::yaml;
use crate::source::SourceId;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
struct Rule {
    id: Spanned<String>,
    severity: Option<Level>,
    #[serde(default)]
    limit: u32,
    #[serde(default)]
    checks: Vec<Spanned<Check>>,
    #[serde(default)]
    names: BTreeMap<Spanned<String>, f64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Level {
    Error,
    Warning,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Check {
    Always,
    Present(String),
    Pair(i64, bool),
    Equals { at: String, to: Option<Spanned<String>> },
}

fn node(text: &str) -> Node {
    let parsed = yaml::parse(text, SourceId(0), 0);
    assert_eq!(parsed.findings, [], "{text}");
    parsed.root.unwrap()
}

fn rule(text: &str) -> Result<Rule, DecodeError> {
    from_node(&node(text))
}

fn spanned<T>(value: T, start: usize, end: usize) -> Spanned<T> {
    Spanned { value, span: Span::new(SourceId(0), start, end) }
}

#[test]
fn structs_enums_lists_and_maps_with_places() {
    let text = "id: a/b\nseverity: error\nlimit: 3\nchecks:\n  - always\n  - present: x\n  - pair: [1, true]\n  \
                - equals: {at: y, to: z}\n  - equals:\n      at: y\nnames: {b: 1, a: .5}\n";
    let read = rule(text).unwrap();
    assert_eq!(read.id, spanned("a/b".to_owned(), 4, 7));
    assert_eq!((read.severity, read.limit), (Some(Level::Error), 3));
    let checks: Vec<_> = read.checks.iter().map(|check| (&text[check.span.range()], &check.value)).collect();
    assert_eq!(checks[0], ("always", &Check::Always));
    assert_eq!(checks[1], ("present: x", &Check::Present("x".into())));
    assert_eq!(checks[2], ("pair: [1, true]", &Check::Pair(1, true)));
    let Check::Equals { to: Some(to), .. } = checks[3].1 else { panic!("{checks:?}") };
    assert_eq!((&text[to.span.range()], to.value.as_str()), ("z", "z"));
    assert_eq!(checks[4].1, &Check::Equals { at: "y".into(), to: None });
    let names: Vec<_> = read.names.iter().map(|(key, value)| (&text[key.span.range()], *value)).collect();
    assert_eq!(names, [("a", 0.5), ("b", 1.0)]);
}

#[test]
fn null_is_none() {
    let read = rule("id: x\nseverity:\n").unwrap();
    assert_eq!(read.severity, None);
    let place: Spanned<Option<u8>> = from_node(&node("~")).unwrap();
    assert_eq!(place, spanned(None, 0, 1));
}

#[test]
fn faults_have_the_place_of_their_node_or_key() {
    let cases = [
        (
            "id: x\nseverty: error\n",
            "severty",
            "unknown key `severty`: expected one of `id`, `severity`, `limit`, `checks`, `names`",
            Some("did you mean `severity`?"),
        ),
        (
            "id: x\nseverity: eror\n",
            "eror",
            "unknown value `eror`: expected one of `error`, `warning`",
            Some("did you mean `error`?"),
        ),
        ("limit: 1\n", "limit", "the key `id` is missing", None),
        ("id: 1.10\n", "1.10", "expected text, found the number `1.10`", Some("put it in quotes: `\"1.10\"`")),
        ("id:\nlimit: 1\n", "id", "expected text, found nothing", None),
        (
            "id: x\nlimit: '3'\n",
            "'3'",
            "expected a whole number of 0 or more, found the text `3`",
            Some("write it without quotes: `3`"),
        ),
        ("id: x\nlimit: -3\n", "-3", "expected a whole number of 0 or more, found the number `-3`", None),
        ("id: x\nlimit: 1.5\n", "1.5", "expected a whole number of 0 or more, found the number `1.5`", None),
        ("id: x\nlimit: {a: 1}\n", "{a: 1}", "expected a whole number of 0 or more, found a mapping", None),
        ("id: x\nchecks: always\n", "always", "expected a list, found the text `always`", None),
        ("id: x\nchecks:\n  - present\n", "present", "`present` needs a value", Some("write `present: …`")),
        ("id: x\nchecks:\n  - always: 1\n", "1", "`always` takes no value", Some("write `always` alone")),
        ("id: x\nchecks:\n  - equals: {to: z}\n", "equals", "the key `at` is missing", None),
        ("id: x\nchecks:\n  - {always: , present: x}\n", "always", "expected a mapping with exactly one key", None),
        ("id: x\nchecks:\n  - 3\n", "3", "expected a name, found the number `3`", None),
        (
            "id: x\nchecks:\n  - pair: [1, yes]\n",
            "yes",
            "expected `true` or `false`, found the text `yes`",
            Some("write `true`"),
        ),
        ("id: x\nchecks:\n  - pair: [1]\n", "[1]", "a list of 1 where a list is expected", None),
        ("id: x\nchecks:\n  - pair: [1, true, 2]\n", "2", "a list of 3 where 2 are expected", None),
        ("id: x\nnames: {a: b}\n", "b", "expected a number, found the text `b`", None),
        ("- id\n", "- id", "expected a mapping, found a list", None),
    ];
    for (text, bytes, message, help) in cases {
        let error = rule(text).unwrap_err();
        assert_eq!(
            (&text[error.span.range()], error.message.as_str(), error.help.as_deref()),
            (bytes, message, help),
            "{text}"
        );
    }
}

#[test]
fn order_is_kept_and_any_value_works() {
    let text = "z: 1\na: [true, ~, 'x', 1.5]\nm: {k: v}\n";
    let map: serde_json::Map<String, serde_json::Value> = from_node(&node(text)).unwrap();
    assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"z":1,"a":[true,null,"x",1.5],"m":{"k":"v"}}"#);
}

#[test]
fn untagged_and_custom_checks_point_at_the_whole_value() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "read for their shape alone")]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Even;
    impl TryFrom<String> for Even {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            if text.len() % 2 == 0 { Ok(Self) } else { Err(format!("`{text}` is odd")) }
        }
    }
    let many: BTreeMap<String, Either> = from_node(&node("a: x\nb: [y]\n")).unwrap();
    assert!(matches!(many["b"], Either::Many(_)));
    let text = "a: x\nb: {c: 1}\n";
    let error = from_node::<BTreeMap<String, Either>>(&node(text)).unwrap_err();
    assert_eq!(&text[error.span.range()], "{c: 1}");
    let text = "- xx\n- xyz\n";
    let error = from_node::<Vec<Even>>(&node(text)).unwrap_err();
    assert_eq!((&text[error.span.range()], error.message.as_str()), ("xyz", "`xyz` is odd"));
}
