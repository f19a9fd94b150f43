//! What a file of a framework may say, and the mistakes that it can hold.

use jiff::civil::date;

use super::*;
use crate::rule::{Catalog, Profiles, RaisedBy, RuleId, RuleMeta, Severity};

const GOOD: &str = "\
framework: law
name: Law
title: The Law
version: first
nature: law of the land
read: 2026-11-21
parts:
  - title: One
    document: The Law, part one
    url: https://example.org/law
    in_force_from: 2027-01-01
    items:
      - {id: art-1, place: article 1, title: say who}
      - {id: art-2, place: article 2, title: say why, in_force_from: 2026-01-01, note: in short}
  - title: Two
    document: The Law, part two
    url: https://example.org/law
    checked: false
    reason: not public
    items:
      - {id: art-3, place: article 3, title: say when, superseded_from: 2026-06-01, superseded_by: article 4}
      - {id: art-4, place: article 4, title: say where, checked: true}
";

fn parse(text: &str) -> Result<Frameworks, String> {
    Frameworks::parse(&[("law.yaml", text)])
}

fn law() -> Framework {
    parse(GOOD).unwrap().get("law").unwrap().clone()
}

/// A catalog of one rule that names one item.
fn catalog(item: &str) -> Catalog {
    let named = FrameworkItem { id: item.into(), source: String::new(), title: String::new() };
    let mut catalog = Catalog::default();
    let meta = RuleMeta {
        locked: false,
        profiles: Profiles::ALL,
        aliases: Vec::new(),
        id: RuleId::new("t/x"),
        title: String::new(),
        rationale: String::new(),
        help: String::new(),
        severity: Severity::Error,
        raised_by: RaisedBy::Policy,
        area: None,
        references: Vec::new(),
        frameworks: vec![named],
        tags: Vec::new(),
        since: String::new(),
        url: String::new(),
        examples: Vec::new(),
    };
    assert!(catalog.add(meta).is_ok());
    catalog
}

#[test]
fn an_item_takes_from_its_part_what_it_does_not_say() {
    let law = law();
    let items: Vec<&Item> = law.items().map(|(_, item)| item).collect();
    assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["art-1", "art-2", "art-3", "art-4"]);
    assert_eq!(items[0].in_force_from, Some(date(2027, 1, 1)));
    assert_eq!(items[1].in_force_from, Some(date(2026, 1, 1)));
    assert_eq!(items[2].unchecked.as_deref(), Some("not public"));
    assert_eq!(items[3].unchecked, None);
    assert_eq!(law.full_id(items[0]), "law/art-1");
}

#[test]
fn an_item_stands_by_its_dates() {
    let law = law();
    let standing = |at: usize, day| law.items().nth(at).unwrap().1.standing(day);
    assert_eq!(standing(0, date(2026, 12, 31)), Standing::NotYet(date(2027, 1, 1)));
    assert_eq!(standing(0, date(2027, 1, 1)), Standing::Current);
    assert_eq!(standing(1, date(2026, 12, 31)), Standing::Current);
    assert_eq!(standing(2, date(2026, 5, 31)), Standing::Current);
    let by = Superseded { from: date(2026, 6, 1), by: "article 4".into() };
    assert_eq!(standing(2, date(2026, 6, 1)), Standing::Superseded(&by));
}

#[test]
fn packs_may_name_every_item() {
    let known = parse(GOOD).unwrap().known();
    assert_eq!(
        known.keys().map(String::as_str).collect::<Vec<_>>(),
        ["law/art-1", "law/art-2", "law/art-3", "law/art-4"]
    );
    assert_eq!(known["law/art-2"].source, "Law, article 2");
}

#[track_caller]
fn wrong(from: &str, to: &str, message: &str) {
    assert!(GOOD.contains(from), "{from}");
    assert_eq!(parse(&GOOD.replacen(from, to, 1)).unwrap_err(), message);
}

#[test]
fn mistakes_have_a_place() {
    wrong("id: art-2", "id: art-1", "law.yaml:14:14: there are two items `art-1`");
    wrong("id: art-3", "id: art-1", "law.yaml:21:14: there are two items `art-1`");
    wrong("2027-01-01", "2027-13-01", "law.yaml:11:20: `2027-13-01` is not a date: write it as `2026-11-21`");
    wrong("read: 2026-11-21", "read: today", "law.yaml:6:7: `today` is not a date: write it as `2026-11-21`");
    wrong(
        "https://example.org",
        "example.org",
        "law.yaml:10:10: `example.org/law` is not an address: write `https://…`",
    );
    wrong("id: art-1", "id: Art 1", "law.yaml:13:14: `Art 1` is no id: write it in kebab-case, as `annex-iv-2-g`");
    wrong(
        ", superseded_by: article 4",
        "",
        "law.yaml:21:14: `superseded_from` and `superseded_by` are written together",
    );
    wrong(
        "    reason: not public\n",
        "",
        "law.yaml:20:14: say under `reason` why the item was not checked against its source",
    );
    assert!(parse(&GOOD.replace("note: in short", "nte: in short")).unwrap_err().contains("nte"));
    assert_eq!(parse("").unwrap_err(), "law.yaml:1:1: expected a mapping, found nothing");
    let twice = Frameworks::parse(&[("a.yaml", GOOD), ("b.yaml", GOOD)]).unwrap_err();
    assert_eq!(twice, "b.yaml: there are two frameworks `law`");
}

#[test]
fn a_wrong_name_suggests() {
    let frameworks = parse(GOOD).unwrap();
    assert_eq!(frameworks.get("lwa").unwrap_err(), "there is no framework `lwa`; did you mean `law`? known are: law");
    assert_eq!(frameworks.get("norm").unwrap_err(), "there is no framework `norm`; known are: law");
}

#[test]
fn coverage_tells_what_is_looked_for_and_what_is_not() {
    let (law, catalog) = (law(), catalog("law/art-3"));
    let covered = coverage::of(&law, &catalog);
    assert_eq!(coverage::with_rules(&covered), 1);
    assert_eq!(covered[2].rules, [&RuleId::new("t/x")]);
    assert!(covered[0].rules.is_empty());
}

#[test]
fn the_text_marks_dates_and_gaps() {
    let text = page::text(&law(), &catalog("law/art-3"), date(2026, 11, 21));
    let expected = "
One
  The Law, part one
  https://example.org/law

  art-1  say who
         no rule looks for this yet
         not yet in force: applies from 2027-01-01

  art-2  say why
         no rule looks for this yet
         in short

Two
  The Law, part two
  https://example.org/law

  art-3  say when
         evidence looked for by: t/x
         superseded since 2026-06-01: article 4; not checked against its source: not public

  art-4  say where
         no rule looks for this yet

4 items: rules look for evidence for 1 of them, and not yet for 3. A pack names one as `law/<item>`.
";
    assert!(text.starts_with("The Law\nfirst; law of the land; read on 2026-11-21\n\nA rule looks whether"), "{text}");
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn the_json_has_every_item_with_its_standing() {
    let json = page::json(&law(), &catalog("law/art-3"), date(2026, 11, 21));
    assert_eq!((&json["items_with_rules"], &json["items_without_rules"]), (&1.into(), &3.into()));
    let items = json["items"].as_array().unwrap();
    let standing: Vec<_> = items.iter().map(|item| item["standing"].as_str().unwrap()).collect();
    assert_eq!(standing, ["not-yet-in-force", "current", "superseded", "current"]);
    assert_eq!(items[2]["rules"], serde_json::json!(["t/x"]));
    assert_eq!((&items[2]["id"], &items[2]["reason"]), (&"law/art-3".into(), &"not public".into()));
    assert_eq!(items[0]["rules"], serde_json::json!([]));
}

#[test]
fn the_page_has_a_table_of_every_part() {
    let page = page::markdown(&parse(GOOD).unwrap(), &catalog("law/art-3"));
    for line in [
        "| [The Law](#law) | 4 | 1 | 3 |",
        "[The Law, part one](https://example.org/law) · applies from 2027-01-01",
        "| `art-1` | say who | no rule looks for this yet |",
        "| `art-2` | say why; applies from 2026-01-01 (in short) | no rule looks for this yet |",
        "| `art-3` | say when; superseded from 2026-06-01: article 4 | [`t/x`](rules/t/x.md) |",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}
