//! What goes wrong with rule languages elsewhere does not go wrong here: nothing is
//! quiet by accident.
//!
//! | what went wrong elsewhere | the test that would have told |
//! |---|---|
//! | 1. a rule that finds nothing to look at passes | `deleting_a_field_never_makes_a_rule_quiet`, `nothing_passes_because_there_is_nothing_to_look_at` |
//! | 2. an operator turns "all" into "any" | `several_hits_mean_all_whatever_the_check`, `one_of_several_is_enough_only_where_the_rule_says_any` |
//! | 3. a negation holds because one of several is fine | `several_hits_mean_all_whatever_the_check` |
//! | 4. missing, empty, a placeholder and a wrong type are one | `ways_of_being_wrong_are_told_apart` |
//! | 5. a typo makes a rule that finds nothing | `a_typo_in_a_rule_is_a_mistake_and_not_a_rule_that_finds_nothing`, `a_link_is_named_by_somebody_and_leads_from_what_the_rule_judges`; `packs.rs`: `a_selector_that_can_never_find_anything_is_a_mistake` |
//! | 6. a message about a value that is missing loses the finding | `a_message_that_names_what_is_not_there_loses_no_finding` |
//! | 7. an unknown check is skipped | `a_typo_in_a_rule_is_a_mistake_and_not_a_rule_that_finds_nothing`; `packs.rs`: `a_broken_pack_is_exit_2_with_every_mistake_at_its_place` |
//! | 8. nobody knows whether a rule can fire | `a_rule_without_a_test_that_fails_does_not_load`; `packs.rs`: `a_rule_that_nothing_makes_fire_and_a_clause_that_nothing_fails_are_told`, `a_rule_is_guarded_where_one_change_of_what_passes_makes_it_fire` |
//! | 9. an exception outlives its day in one of the programs | `waivers.rs`: `an_expired_waiver_wakes_its_finding` |
//! | 10. an exception by line means something else tomorrow | `waivers.rs`: `a_waiver_goes_by_what_things_are_called_and_not_by_where_they_stand` |
//! | 11. the place is searched for again, and found elsewhere | `the_place_of_a_finding_is_that_of_the_value_and_not_of_its_like` |
//! | 12. an override goes by where the run began, or by nothing | `packs.rs`: `an_override_goes_by_paths_from_the_root_wherever_the_run_begins` |

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::ops::Range;

use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Engine, Past, Plan};
use weighbridge::source::Source;
use weighbridge::tree::MemoryTree;

const RELEASE: &str = "\
apiVersion: weighbridge/v1
kind: ModelRelease
metadata: {id: r-1, model: m, version: 1.0.0}
artifacts: {checkpoint: {id: c-1, type: lora}}
x-acme: {reviewers: [ann], region: eu}
";

const RULE: &str = "\
pack: acme
version: 1.0.0
vocabulary: 1
data: {regions: [eu, us]}
rules:
- id: acme/reviewer-blank
  on: release
  title: Every reviewer has a name
  severity: error
  help: write a name
  when: {at: artifacts.checkpoint.type, is: {equals: lora}}
  each: {reviewer: 'doc.x-acme.reviewers[*]'}
  assert:
  - {at: reviewer, is: {placeholder: false}}
  - {at: doc.x-acme.region, is: {in: data.regions}}
  tests: [{fail: f}]
";

fn engine(pack: &str) -> Result<Engine, String> {
    let engine = Engine::with_packs(&[Source::new("acme.yaml", pack)]).map_err(|error| error.to_string())?;
    engine.linked(&Config::default()).map_err(|error| error.to_string())?;
    Ok(engine)
}

/// What the rule says of a release.
fn said(release: &str) -> Vec<String> {
    said_by(RULE, release)
}

/// What the rule says of the reviewers and the region with another clause.
fn said_with(clause: &str, acme: &str) -> Vec<String> {
    let rule = RULE.replace("{at: doc.x-acme.region, is: {in: data.regions}}", clause);
    assert_ne!(rule, RULE);
    said_by(&rule, &RELEASE.replace("{reviewers: [ann], region: eu}", acme))
}

fn said_by(rule: &str, release: &str) -> Vec<String> {
    found_by(rule, release).into_iter().map(|(message, _)| message).collect()
}

/// What a rule says, and the bytes at which it says it.
fn found_by(rule: &str, release: &str) -> Vec<(String, Range<usize>)> {
    let mut tree = MemoryTree::default();
    tree.put("release.yaml", release);
    let plan = Plan {
        tree: &tree,
        config: Config::default(),
        selection: Selection::everything(),
        as_of: jiff::civil::date(2026, 11, 21),
        fail_on: None,
        allow_empty: true,
        baseline: None,
        past: Past::NotAsked,
    };
    let findings = engine(rule).unwrap().check_all(&plan).findings.into_iter();
    let own = findings.filter(|finding| finding.rule.pack() == "acme");
    own.map(|finding| (finding.message, finding.primary.span.range())).collect()
}

#[track_caller]
fn speaks(change: (&str, &str), words: &str) {
    let changed = RELEASE.replace(change.0, change.1);
    assert_ne!(changed, RELEASE);
    let said = said(&changed);
    assert!(said.len() == 1 && said[0].contains(words), "{changed}\n{said:#?}");
}

#[test]
fn deleting_a_field_never_makes_a_rule_quiet() {
    assert_eq!(said(RELEASE), Vec::<String>::new());
    speaks((", type: lora", ""), "cannot decide whether `acme/reviewer-blank` applies: missing `type`");
    speaks(("artifacts: {checkpoint: {id: c-1, type: lora}}\n", ""), "cannot decide whether");
    speaks(("type: lora", "type:"), "cannot decide whether");
    speaks(("reviewers: [ann], ", ""), "missing `reviewers`");
    speaks(("x-acme: {reviewers: [ann], region: eu}\n", ""), "missing `x-acme`");
    speaks((", region: eu", ""), "missing `region`");
}

#[test]
fn nothing_passes_because_there_is_nothing_to_look_at() {
    speaks(("[ann]", "[]"), "`reviewers` is an empty list");
    speaks(("[ann]", ""), "`reviewers` is empty");
    speaks(("[ann]", "ann"), "expected list, found string");
    speaks(("[ann]", "{ann: yes}"), "expected list, found mapping");
}

#[test]
fn several_hits_mean_all_whatever_the_check() {
    let of_all = |is: &str| format!("{{at: 'doc.x-acme.reviewers[*]', is: {{{is}}}}}");
    for (clause, message) in [
        (of_all("equals: ann"), "`bob` is not `ann`"),
        (of_all("not_equals: ann"), "`ann` is not allowed here"),
        (of_all("not_equals: bob"), "`bob` is not allowed here"),
        (of_all("not_in: [bob]"), "`bob`"),
        (of_all("not_match: '^b'"), "`bob`"),
        (format!("{{none: [{}]}}", of_all("equals: ann")), "`ann` is not allowed here"),
        (format!("{{not: {}}}", of_all("equals: bob")), "`bob` is not allowed here"),
    ] {
        let said = said_with(&clause, "{reviewers: [ann, bob], region: eu}");
        assert!(!said.is_empty() && said.iter().all(|said| said.contains(message)), "{clause}: {said:?}");
    }
}

#[test]
fn one_of_several_is_enough_only_where_the_rule_says_any() {
    let any = "{any: [{at: doc.x-acme.region, is: {equals: us}}, {present: doc.x-acme.exempt}]}";
    assert_eq!(said_with(any, "{reviewers: [ann], region: us}"), Vec::<String>::new());
    assert_eq!(said_with(any, "{reviewers: [ann], region: eu, exempt: yes}"), Vec::<String>::new());
    assert_eq!(said_with(any, "{reviewers: [ann], region: eu}").len(), 1);
}

#[test]
fn ways_of_being_wrong_are_told_apart() {
    let clause = "{at: doc.x-acme.region, is: {type: string, min_length: 1, placeholder: false, equals: eu}}";
    let mut told = Vec::new();
    for (region, words) in [
        ("", "missing `region`"),
        (", region: ", "`region` is empty"),
        (", region: ''", "at least 1"),
        (", region: TBD", "placeholder"),
        (", region: [eu]", "expected string, found list"),
        (", region: 7", "expected string"),
        (", region: us", "`us` is not `eu`"),
    ] {
        let said = said_with(clause, &format!("{{reviewers: [ann]{region}}}"));
        assert!(said.iter().any(|said| said.contains(words)), "{region}: {said:?}");
        assert!(!told.contains(&said), "{region}: {said:?}");
        told.push(said);
    }
}

#[test]
fn a_message_that_names_what_is_not_there_loses_no_finding() {
    let loud = RULE.replace("  when:", "  message: '{doc.x-acme.nothing} of {doc.metadata.id}: {reason}'\n  when:");
    let said = said_by(&loud, &RELEASE.replace("region: eu", "region: mars"));
    assert!(said.len() == 1 && said[0].starts_with("‹missing› of r-1: "), "{said:?}");
}

#[test]
fn a_typo_in_a_rule_is_a_mistake_and_not_a_rule_that_finds_nothing() {
    for (right, typo, message) in [
        ("placeholder:", "placehlder:", "unknown check `placehlder`\n  help: did you mean `placeholder`?"),
        ("on: release", "on: relaese", "unknown kind `relaese`\n  help: did you mean `release`?"),
        ("in: data.regions", "in: data.regoins", "unknown list `data.regoins`\n  help: did you mean `data.regions`?"),
        ("assert:", "asert:", "unknown key `asert` in a rule\n  help: did you mean `assert`?"),
        (
            "checkpoint.type",
            "checkpiont.type",
            "never has `checkpiont` in `artifacts`\n  help: did you mean `checkpoint`?",
        ),
        ("{at: reviewer,", "{att: reviewer,", "unknown key `att` in a clause\n  help: did you mean `at`?"),
        ("tests:", "test:", "unknown key `test` in a rule\n  help: did you mean `tests`?"),
        ("data: {", "dta: {", "unknown key `dta` in a pack\n  help: did you mean `data`?"),
        (
            "at: reviewer,",
            "at: link.evaluaton.suites,",
            "there is no link `link.evaluaton` from `release`\n  help: did you mean `link.evaluation`?",
        ),
        (
            "{at: reviewer, is: {placeholder: false}}",
            "cel: size(link.crad.license) > 0",
            "there is no link `link.crad` from `release`\n  help: did you mean `link.card`?",
        ),
        ("severity: error", "severity: eror", "unknown severity `eror`"),
    ] {
        let broken = RULE.replacen(right, typo, 1);
        assert_ne!(broken, RULE, "{right}");
        let error = engine(&broken).err().unwrap();
        assert!(error.contains(message), "{typo}: {error}");
    }
}

/// A link may be named by the configuration, which is read after the rules.
#[test]
fn a_link_is_named_by_somebody_and_leads_from_what_the_rule_judges() {
    let reads = |name: &str| RULE.replace("{at: reviewer, is: {placeholder: false}}", &format!("present: link.{name}"));
    let configured = |pack: &str, links: &str| {
        let engine = Engine::with_packs(&[Source::new("acme.yaml", pack)]).unwrap();
        let text = format!("links: {links}");
        let config =
            Config::parse::<&str>("weighbridge.yaml", &text, weighbridge::source::SourceId(0), engine.catalog(), &[])
                .unwrap();
        engine.linked(&config).map_err(|error| error.to_string())
    };
    let review = "{base_review: {from: release, at: artifacts.base_model.review.card, to: card, by: path}}";
    assert_eq!(configured(&reads("base_review"), review), Ok(()));
    let error = configured(&reads("base_reveiw"), review).unwrap_err();
    assert!(error.contains("there is no link `link.base_reveiw`"), "{error}");
    assert!(error.contains("did you mean `link.base_review`?"), "{error}");
    let of_cards = reads("evaluation").replace("on: release", "on: card");
    let of_cards = of_cards.replace("  when: {at: artifacts.checkpoint.type, is: {equals: lora}}\n", "");
    let error = configured(&of_cards, review).unwrap_err();
    assert!(
        error.contains("`link.evaluation` leads from a document of the kind `release`, never from `card`"),
        "{error}"
    );
    let own =
        RULE.replace("rules:", "links: {next: {from: release, at: metadata.id, to: release, by: metadata.id}}\nrules:");
    let own = own.replace("{at: reviewer, is: {placeholder: false}}", "present: link.next");
    assert!(engine(&own).is_ok());
    let derived = format!("{own}- {{id: acme/derived, extends: acme/reviewer-blank, tests: [{{fail: f}}]}}\n");
    assert!(engine(&derived).is_ok());
}

#[test]
fn a_rule_without_a_test_that_fails_does_not_load() {
    let none = "`acme/reviewer-blank` has no tests";
    let quiet = "no test of `acme/reviewer-blank` fails, so the rule is not known to fire";
    for (tests, message) in
        [("", none), ("tests: []", quiet), ("tests: [{pass: p}]", quiet), ("tests: [{skip: s}, {pass: p}]", quiet)]
    {
        let error = engine(&RULE.replace("tests: [{fail: f}]", tests)).err().unwrap_or_else(|| panic!("{tests} loads"));
        assert!(error.contains(message), "{tests}: {error}");
    }
}

/// The value stands before its place in a comment, under another key and within another
/// word, or is written so that no search finds it.
#[test]
fn the_place_of_a_finding_is_that_of_the_value_and_not_of_its_like() {
    for written in ["mars", "'mars'", "\"m\\u0061rs\""] {
        let acme = format!("{{reviewers: [mars, ann], planet: mars, marshal: ann, region: {written}}} # not mars");
        let release = RELEASE.replace("{reviewers: [ann], region: eu}", &acme);
        let release = format!("# region: mars\n{}", release.replace("id: r-1", "id: mars"));
        let [(message, place)] = &found_by(RULE, &release)[..] else { panic!("{written}: one finding expected") };
        assert!(message.contains("`mars`"), "{message}");
        assert_eq!(place.start, release.rfind("region: ").unwrap() + "region: ".len());
        assert_eq!(&release[place.clone()], written);
    }
}
