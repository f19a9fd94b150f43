use std::collections::BTreeSet;

use super::*;
use crate::rule::{Profiles, RaisedBy, RuleId};

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let releases = Profiles { card: false, release: true };
    let rules = [
        ("card/limitations", Profiles::ALL),
        ("card/owner", Profiles::ALL),
        ("gate/syntax-error", Profiles::ALL),
        ("release/owner-missing", releases),
        ("eu-ai-act/summary", Profiles::NONE),
    ];
    for (id, profiles) in rules {
        let meta = RuleMeta {
            id: RuleId::new(id),
            title: String::new(),
            rationale: String::new(),
            help: String::new(),
            severity: Severity::Error,
            raised_by: RaisedBy::Policy,
            area: None,
            references: Vec::new(),
            frameworks: Vec::new(),
            tags: Vec::new(),
            since: String::new(),
            url: String::new(),
            locked: false,
            profiles,
            aliases: Vec::new(),
            examples: Vec::new(),
        };
        assert!(catalog.add(meta).is_ok());
    }
    catalog
}

fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
    Config::parse("weighbridge.yaml", text, SourceId(0), &catalog(), &["limitations", "intended-use"])
}

/// What is wrong: the text under each span, the message and the help.
fn wrong(text: &str) -> Vec<(String, String, String)> {
    let errors = parse(text).expect_err("a broken configuration");
    let shown =
        |error: ConfigError| (text[error.span.range()].to_owned(), error.message, error.help.unwrap_or_default());
    errors.into_iter().map(shown).collect()
}

fn assert_wrong(text: &str, expected: &[(&str, &str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into())).collect();
    assert_eq!(wrong(text), expected, "{text}");
}

fn level(config: &Config, rule: &str, path: &str) -> Option<Severity> {
    config.severity_of(catalog().get(rule).unwrap(), path)
}

const FULL: &str = "\
apiVersion: weighbridge/v1
kind: Config
kinds:
  - files: [docs/cards, 'notes/*.md']
    kind: card
  - {files: notes/flags.json, kind: flags}
include: ['**']
exclude: [third-party/, '**/fixtures/*.md']
profile: release
select: [card, release/*, gate/syntax-error]
extend-select: eu-ai-act/summary
ignore: [card/owner]
severity: {card: warning, card/limitations: note, gate/syntax-error: error}
overrides:
  - files: legacy
    ignore: [card]
    severity: {release/owner-missing: off}
  - {files: 'legacy/kept/**', extend-select: [card/limitations], severity: {release/owner-missing: warning}}
fail-on: warning
topics: {limitations: [Grenzen, Known gaps], intended-use: Zweck}
expect: {cards: 3, releases: 1}
";

#[test]
fn everything_is_read() {
    let config = parse(FULL).unwrap();
    assert_eq!(config.kind_of("docs/cards/deep/a.md"), Some(Kind::Card));
    assert_eq!(config.kind_of("notes/a.md"), Some(Kind::Card));
    assert_eq!(config.kind_of("notes/deep/a.md"), None);
    assert_eq!(config.kind_of("notes/flags.json"), Some(Kind::Flags));
    assert!(config.leaves_out("third-party/a/b.md"));
    assert!(config.leaves_out("a/fixtures/x.md"));
    assert!(!config.leaves_out("a/fixtures/deep/x.md"));
    assert_eq!(config.profile(), Profile::Release);
    assert_eq!(config.fail_on(), Some(Severity::Warning));
    assert_eq!(config.topics()["limitations"], ["Grenzen", "Known gaps"]);
    assert_eq!(config.topics()["intended-use"], ["Zweck"]);
    assert_eq!(config.fewer_than_expected(3, 1), None);
    let short = "`expect` in weighbridge.yaml demands at least 3 model cards, and 1 was found";
    assert_eq!(config.fewer_than_expected(1, 1).as_deref(), Some(short));
    let none = "`expect` in weighbridge.yaml demands at least 1 release manifest, and 0 were found";
    assert_eq!(config.fewer_than_expected(4, 0).as_deref(), Some(none));
}

#[test]
fn the_last_layer_and_the_most_exact_selector_win() {
    let config = parse(FULL).unwrap();
    assert_eq!(level(&config, "card/limitations", "a.md"), Some(Severity::Note));
    assert_eq!(level(&config, "card/owner", "a.md"), None);
    assert_eq!(level(&config, "release/owner-missing", "a.yaml"), Some(Severity::Error));
    assert_eq!(level(&config, "release/owner-missing", "legacy/a.yaml"), None);
    assert_eq!(level(&config, "release/owner-missing", "legacy/kept/a.yaml"), Some(Severity::Warning));
    assert_eq!(level(&config, "card/limitations", "legacy/a.md"), None);
    assert_eq!(level(&config, "card/limitations", "legacy/kept/a.md"), Some(Severity::Note));
    assert_eq!(level(&config, "eu-ai-act/summary", "a.md"), Some(Severity::Error));
}

#[test]
fn profiles_choose_packs_and_regulation_is_opt_in() {
    let config = parse("").unwrap();
    assert_eq!(level(&config, "release/owner-missing", "a"), Some(Severity::Error));
    assert_eq!(level(&config, "eu-ai-act/summary", "a"), None);
    let card = config.clone().settled(false);
    assert_eq!(card.profile(), Profile::Card);
    assert_eq!(level(&card, "release/owner-missing", "a"), None);
    assert_eq!(level(&card, "card/owner", "a"), Some(Severity::Error));
    assert_eq!(config.settled(true).profile(), Profile::Release);
    let chosen = parse("select: all").unwrap();
    assert_eq!(level(&chosen, "eu-ai-act/summary", "a"), Some(Severity::Error));
}

#[test]
fn what_cannot_be_read_is_left_out_only_where_it_is_named() {
    let config = parse("select: [card]").unwrap();
    assert_eq!(level(&config, "gate/syntax-error", "a"), Some(Severity::Error));
    assert_eq!(level(&config, "release/owner-missing", "a"), None);
    let config = parse("overrides: [{files: fixtures, ignore: gate/syntax-error}]").unwrap();
    assert_eq!(level(&config, "gate/syntax-error", "fixtures/a.yaml"), None);
    assert_eq!(level(&config, "gate/syntax-error", "a.yaml"), Some(Severity::Error));
}

#[test]
fn the_command_line_is_on_top() {
    let overrides = Overrides {
        select: vec!["card".into()],
        ignore: vec!["card/owner".into()],
        profile: Some(Profile::Card),
        fail_on: Some(FailOn::Never),
        require_assessed: true,
    };
    let config = parse("ignore: card\nfail-on: note").unwrap().with(&overrides, &catalog()).unwrap();
    assert!(config.requires_assessed());
    assert_eq!(level(&config, "card/limitations", "a"), Some(Severity::Error));
    assert_eq!(level(&config, "card/owner", "a"), None);
    assert_eq!(config.fail_on(), None);
    let wrong = Overrides { ignore: vec!["crad/owner".into()], ..Overrides::default() };
    let error = Config::default().with(&wrong, &catalog()).unwrap_err();
    assert_eq!(error, "--ignore: unknown rule `crad/owner`; did you mean `card/owner`?");
    let same = Config::default().with(&Overrides::default(), &catalog()).unwrap();
    assert_eq!(level(&same, "card/owner", "a"), Some(Severity::Error));
}

#[test]
fn all_mistakes_are_reported_each_at_its_place() {
    assert_wrong(
        "fail_on: eror\nselct: [card]\nignore: [card/limitatons, 7]\nprofile: strict\n",
        &[
            ("fail_on", "unknown key `fail_on` in the configuration", "did you mean `fail-on`?"),
            ("selct", "unknown key `selct` in the configuration", "did you mean `select`?"),
            ("7", "`ignore` is a list of rules and packs, and this is a number", ""),
            ("card/limitatons", "unknown rule `card/limitatons`", "did you mean `card/limitations`?"),
            ("strict", "unknown profile `strict`: one of auto, card, release", ""),
        ],
    );
    assert_wrong(
        "severity: {card/owner: wraning, crd: off, card/limitations: [note]}\nfail-on: 3\n",
        &[
            ("wraning", "unknown severity `wraning`", "did you mean `warning`?"),
            ("crd", "unknown pack `crd`", "did you mean `card`?"),
            ("[note]", "`card/limitations` is a list, not a severity", ""),
            ("3", "`fail-on` is a number, not a word", ""),
        ],
    );
    assert_wrong(
        "kinds: [{files: 'a{', kind: crad}, {kind: card}, card]\nexclude: [/abs, ../up, '!x', '']\ninclude:\n",
        &[
            ("'a{'", "`a{` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)", ""),
            ("crad", "unknown kind `crad`", "did you mean `card`?"),
            ("kind", "this entry of `kinds` has no `files`", ""),
            ("card", "an entry of `kinds` is a string, not a mapping of keys", ""),
            ("/abs", "`/abs` is no glob: it is relative to the root already; leave the first `/` out", ""),
            ("../up", "`../up` is no glob: it leads out of the repository", ""),
            ("'!x'", "`!x` is no glob: it cannot be negated; use `exclude`", ""),
            ("''", "`` is no glob: it is empty", ""),
            ("include", "`include` is empty, not a list of globs", ""),
        ],
    );
    assert_wrong(
        "apiVersion: weighbridge/v2\nkind: Confg\ntopics: {limitation: x}\nexpect: {cards: -1, card: 2}\noverrides: {}\n",
        &[
            (
                "weighbridge/v2",
                "`apiVersion` is `weighbridge/v2`, not `weighbridge/v1`",
                "write `apiVersion: weighbridge/v1`",
            ),
            ("Confg", "`kind` is `Confg`, not `Config`", "write `kind: Config`"),
            ("limitation", "unknown topic `limitation`", "did you mean `limitations`?"),
            ("card", "unknown key `card` in `expect`", "did you mean `cards`?"),
            ("-1", "`cards` is a number, not a whole number from 0", ""),
            ("{}", "`overrides` is a mapping, not a list of overrides", ""),
        ],
    );
    assert_wrong("- card\n", &[("- card", "the configuration is a list, not a mapping of keys", "")]);
}

#[test]
fn what_is_no_yaml_is_a_mistake_too() {
    assert!(!parse("ignore: [card").unwrap_err().is_empty());
    assert!(!parse("ignore: card\nignore: card\n").unwrap_err().is_empty());
    assert!(parse("# nothing\n").is_ok());
}

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../../schemas/config.v1.json")).unwrap()
}

#[test]
fn the_schema_has_the_same_keys_and_words() {
    let schema = schema();
    let keys = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    let words = |pointer: &str| -> Vec<String> {
        let words = schema.pointer(pointer).unwrap().as_array().unwrap().iter();
        words.map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(keys("/properties"), set(read::KEYS));
    assert_eq!(keys("/properties/overrides/items/properties"), set(read::OVERRIDE_KEYS));
    assert_eq!(keys("/properties/kinds/items/properties"), set(read::KINDS_KEYS));
    assert_eq!(keys("/properties/expect/properties"), set(read::EXPECT_KEYS));
    assert_eq!(words("/$defs/kind/enum"), Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>());
    assert_eq!(words("/properties/profile/enum"), Profile::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>());
    assert!(words("/properties/fail-on/enum").iter().all(|word| word.parse::<FailOn>().is_ok()));
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let json = |text: &str| crate::parse::yaml::parse(text, SourceId(0), 0).root.unwrap().to_json();
    assert!(validator.is_valid(&json(FULL)));
    assert!(validator.is_valid(&json("# nothing\n")));
    for text in ["selct: card", "exclude: /abs", "severity: {card: of}", "kinds: [{files: a}]", "expect: {cards: -1}"] {
        assert!(!validator.is_valid(&json(text)), "{text}");
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn links_are_read_and_their_mistakes_are_told() {
    let good = "links:\n  next: {from: release, at: rollback.next, to: release, by: metadata.id, exactly: 0..1}\n";
    let config = parse(good).unwrap();
    assert_eq!(config.links().iter().map(Join::name).collect::<Vec<_>>(), ["next"]);
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let json = |text: &str| crate::parse::yaml::parse(text, SourceId(0), 0).root.unwrap().to_json();
    assert!(validator.is_valid(&json(good)));
    for (text, message) in [
        ("links: {card: {from: release, at: a, to: card, by: path}}", "`card` is taken"),
        ("links: {x: {from: relese, at: a, to: card, by: path}}", "unknown kind `relese`"),
        ("links: {x: {from: release, to: card, by: path}}", "this link has no `at`"),
        ("links: {x: {from: release, at: facts.y, to: card, by: path}}", "`facts.y` is not a place in the document"),
        ("links: {x: {from: release, at: a, to: card, by: 'a[0]'}}", "`a[0]` cannot name a document"),
        (
            "links: {x: {from: release, at: a, to: card, by: b, exactly: 2}}",
            "`exactly` of a link is `1`, `0..1` or `1..`",
        ),
        ("links: [x]", "`links` gives names to links: `name: {from, at, to, by}`"),
        ("links: {x: {from: release, at: a, to: card, by: b, frm: c}}", "unknown key `frm` in a link"),
    ] {
        let errors = parse(text).unwrap_err();
        assert!(errors.iter().any(|error| error.message == message), "{text}: {errors:#?}");
    }
}

#[test]
fn no_text_is_too_strange() {
    for text in
        ["\0", "{", "? a", "kinds: [[[", "severity: {1: 2, [a]: b}", "overrides: [null, {files: null}]", "topics: [a]"]
    {
        assert!(parse(text).is_err(), "{text:?}");
    }
}
