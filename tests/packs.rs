//! Packs of an organisation, from the command line to the exit code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::Command;

const CARD: &str = "---\nlicense: mit\n---\n# Model\n\nNothing else is said here.\n";

const PACK: &str = "\
pack: acme
version: 1.0.0
vocabulary: 1
rules:
- id: acme/no-team
  aliases: [acme/team-missing]
  on: card
  title: The card names the team
  severity: error
  locked: true
  help: write `acme_team:` in the front matter
  assert: [{at: doc.acme_team, is: {type: string, placeholder: false}, message: 'no team: {reason}'}]
  tests:
  - {fail: no team, patch: {card: {license: mit}}}
  - {pass: a team, patch: {card: {acme_team: vision}}}
";

struct Repo(tempfile::TempDir);

impl Repo {
    fn new(files: &[(&str, &str)]) -> Self {
        let repo = Self(tempfile::tempdir().unwrap());
        fs::create_dir(repo.0.path().join(".git")).unwrap();
        repo.put("MODEL_CARD.md", CARD);
        for (path, text) in files {
            repo.put(path, text);
        }
        repo
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .args(arguments)
            .current_dir(self.path())
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn check(&self, more: &[&str]) -> (i32, String, String) {
        let mut arguments = vec!["check", "--format", "concise", "--as-of", "2026-11-21"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

const FOUND: &str = "no team: missing `acme_team`";

#[test]
fn packs_of_the_repository_and_of_the_command_line_judge() {
    let repo = Repo::new(&[(".weighbridge/policies/a/acme.yaml", PACK)]);
    let (code, out, err) = repo.check(&["--select", "acme"]);
    assert_eq!((code, out.contains(FOUND)), (1, true), "{out}{err}");

    let elsewhere = Repo::new(&[("acme.yaml", PACK)]);
    let named = elsewhere.path().join("acme.yaml");
    let plain = Repo::new(&[]);
    assert!(!plain.check(&[]).1.contains(FOUND));
    assert!(plain.check(&["--policy", named.to_str().unwrap()]).1.contains(FOUND));
    let (code, out, _) = plain.run(&["explain", "acme/team-missing", "--policy", named.to_str().unwrap()]);
    assert_eq!((code, out.contains("The card names the team")), (0, true), "an old id still leads to the rule");
}

#[test]
fn a_broken_pack_is_exit_2_with_every_mistake_at_its_place() {
    let broken = PACK.replace("placeholder:", "placehodler:").replace("on: card", "on: crad");
    let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", &broken)]);
    let (code, out, err) = repo.check(&[]);
    assert_eq!((code, &*out), (2, ""));
    assert!(
        err.contains(".weighbridge/policies/acme.yaml:7:7: unknown kind `crad`\n  help: did you mean `card`?"),
        "{err}"
    );
    assert!(err.contains(".weighbridge/policies/acme.yaml:12:"), "{err}");
    assert!(err.contains("unknown check `placehodler`\n  help: did you mean `placeholder`?"), "{err}");

    let newer = PACK.replace("vocabulary: 1", "vocabulary: 2");
    let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", &newer)]);
    let (code, _, err) = repo.check(&[]);
    assert_eq!(code, 2);
    assert!(err.contains("written in vocabulary 2, and this version knows vocabulary 1"), "{err}");
    assert_eq!(Repo::new(&[]).check(&["--policy", "nowhere"]).0, 2);
}

#[test]
fn what_is_locked_is_not_lowered() {
    for (config, place) in [
        ("ignore: [acme/no-team]", "weighbridge.yaml:1:10: `acme/no-team` is locked"),
        ("ignore: [acme/team-missing]", "weighbridge.yaml:1:10: `acme/no-team` is locked"),
        ("ignore: [all]", "weighbridge.yaml:1:10: `acme/no-team` is locked"),
        ("severity: {acme: warning}", "weighbridge.yaml:1:18: `acme/no-team` is locked"),
        ("severity: {acme/no-team: off}", "weighbridge.yaml:1:26: `acme/no-team` is locked"),
        ("overrides: [{files: '**', ignore: [acme]}]", "weighbridge.yaml:1:36: `acme/no-team` is locked"),
        ("fail-on: never", "weighbridge.yaml:1:10: `fail-on: never` would let `acme/no-team` pass"),
    ] {
        let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", PACK), ("weighbridge.yaml", config)]);
        let (code, _, err) = repo.check(&[]);
        assert_eq!(code, 2, "{config}");
        assert!(err.contains(place), "{config}: {err}");
    }
    let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", PACK), ("weighbridge.yaml", "select: [license]")]);
    let (code, out, err) = repo.check(&[]);
    assert_eq!((code, out.contains(FOUND)), (1, true), "a selection leaves what is locked on: {out}{err}");
    let (code, _, err) = repo.check(&["--ignore", "acme"]);
    assert_eq!(code, 2);
    assert!(err.contains("`acme/no-team` is locked and cannot be left out"), "{err}");
    let open = PACK.replace("  locked: true\n", "");
    let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", &open), ("weighbridge.yaml", "ignore: [acme/no-team]")]);
    assert!(!repo.check(&[]).1.contains(FOUND));
}

#[test]
fn a_pinned_pack_stands_for_the_repositorys_own() {
    let pinned = Repo::new(&[("policies/acme.yaml", PACK)]);
    let pinned = pinned.path().join("policies");
    let from = ["--policy-from", pinned.to_str().unwrap()];
    let weaker = PACK.replace("  locked: true\n", "").replace("severity: error", "severity: note");
    let tests = "tests: {acme/gone: [{fail: f}]}";
    let repo = Repo::new(&[
        (".weighbridge/policies/acme.yaml", &weaker),
        (".weighbridge/policies/tests/acme.yaml", tests),
        (".weighbridge/policies/own.yaml", &PACK.replace("acme", "own").replace("  locked: true\n", "")),
    ]);
    let (code, out, err) = repo.check(&from);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains(FOUND) && out.contains("own/no-team"), "{out}");
    repo.put("weighbridge.yaml", "severity: {acme/no-team: off}");
    assert_eq!(repo.check(&from).0, 2);

    let inside = Repo::new(&[("policies/acme.yaml", PACK)]);
    let (code, _, err) = inside.check(&["--policy-from", "policies"]);
    assert_eq!((code, err.contains("it lies in the repository that is checked")), (2, true), "{err}");
    let empty = tempfile::tempdir().unwrap();
    let (code, _, err) = inside.check(&["--policy-from", empty.path().to_str().unwrap()]);
    assert_eq!((code, err.contains("there is no pack in it")), (2, true), "{err}");
}

/// The message and help for a rule whose selector is `at`, on a release.
fn selector_error(kind: &str, at: &str) -> String {
    let pack = format!(
        "pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: t/x\n  on: {kind}\n  title: t\n  severity: note\n  \
         tests: [{{fail: f}}]\n  assert:\n  - {at}\n"
    );
    let (code, _, err) = Repo::new(&[(".weighbridge/policies/t.yaml", &pack)]).run(&["rules"]);
    assert_eq!(code == 2, !err.is_empty());
    err
}

#[test]
fn a_selector_that_can_never_find_anything_is_a_mistake() {
    for (kind, clause, message) in [
        (
            "release",
            "{present: ownership.acountable_owner}",
            ".weighbridge/policies/t.yaml:11:15: a document of the kind `release` never has `acountable_owner` in `ownership`\n  help: did you mean `accountable_owner`?",
        ),
        (
            "release",
            "{present: metadata.version.major}",
            "never has `major` in `metadata.version`\n  help: nothing follows here",
        ),
        ("release", "{at: 'metadata[*].id', is: {type: string}}", "`metadata` is never a list in a document"),
        (
            "release",
            "{at: facts.owner.rooster, is: {type: string}}",
            "the facts of the kind `release` never have `rooster` in `owner`\n  help: did you mean `roster`?",
        ),
        (
            "release",
            "{each: {f: 'facts.evaluation.files[*]'}, at: f.stauts, is: {type: string}}",
            "help: did you mean `status`?",
        ),
        ("release", "{present: 'facts.cards[sbject=x].path'}", "help: did you mean `subject`?"),
        ("release", "{present: metadata.id, message: 'of {metadata.modle}'}", "help: did you mean `model`?"),
        (
            "card",
            "{present: licence}",
            "the front matter of a card never has `licence`\n  help: did you mean `license`?",
        ),
        ("[card, release]", "{present: facts.ownr}", "never have `ownr`"),
    ] {
        let error = selector_error(kind, clause);
        assert!(error.contains(message), "{clause}: {error}");
    }
    for (kind, clause) in [
        ("release", "{present: x-acme.team}"),
        ("card", "{present: acme_team}"),
        ("[card, release]", "{present: facts.owner.roster}"),
        ("kitfile", "{present: package.name}"),
    ] {
        assert_eq!(selector_error(kind, clause), "", "{clause}");
    }
}

const TEST: [&str; 6] = ["policy", "test", "--coverage", "--mutate", "--as-of", "2026-11-21"];

#[test]
fn a_new_pack_is_green_at_once_and_never_overwritten() {
    let repo = Repo::new(&[]);
    let (code, out, err) = repo.run(&["new", "policy", "acme-ml"]);
    assert_eq!((code, out.contains(".weighbridge/policies/acme-ml.yaml")), (0, true), "{err}");
    let (code, out, err) = repo.run(&TEST);
    assert_eq!((code, out.contains("3 cases of 1 rule, 0 wrong")), (0, true), "{out}{err}");
    let (code, out, _) = repo.run(&["policy", "lint"]);
    assert_eq!((code, &*out), (0, "0 doubts about the rules\n"));
    assert_eq!(repo.run(&["new", "policy", "acme-ml"]).0, 2, "it is there already");
    let (code, _, err) = repo.run(&["new", "policy", "../x"]);
    assert_eq!((code, err.contains("is no name of a pack")), (2, true));
}

#[test]
fn a_rule_that_nothing_makes_fire_and_a_clause_that_nothing_fails_are_told() {
    let pack = "pack: t\nversion: 1.0.0\nvocabulary: 1\ndata: {unused: [a], used: [b]}\nrules:\n- id: t/vacuous\n  on: release\n  title: t\n  \
        severity: error\n  help: h\n  assert: [{any: [{absent: metadata.changelog}, {present: metadata.changelog}]}]\n  \
        tests: [{fail: never}]\n- id: t/half\n  on: release\n  title: t\n  severity: error\n  help: h\n  assert:\n  \
        - {present: metadata.id}\n  - {at: metadata.stage, is: {not_in: data.used, match: '^x*'}}\n  \
        tests: [{fail: f, patch: {release: {metadata: {id: null}}}}]\n";
    let repo = Repo::new(&[(".weighbridge/policies/t.yaml", pack)]);
    let (code, out, err) = repo.run(&TEST);
    assert_eq!(code, 1, "{err}");
    for line in [
        "missing    t/vacuous: fail: never",
        "uncovered  t/vacuous: no case makes it fire\n    .weighbridge/policies/t.yaml:6:7",
        "uncovered  t/half: no case fails clause 2 of 2\n    .weighbridge/policies/t.yaml:20:6",
        "vacuous    t/vacuous: no change of documents that pass makes it fire",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains("vacuous    t/half"), "{out}");
    let (code, out, _) = repo.run(&["policy", "lint"]);
    assert_eq!(code, 1);
    for line in [
        ".weighbridge/policies/t.yaml:4:8: no rule reads the list `unused`",
        "t.yaml:6:7: `t/vacuous` is an error that refers to nothing",
        "no test of `t/half` passes but the base set",
        "t.yaml:20:57: this expression is found in the empty string",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains("list `used`"), "{out}");
}

/// One change: another word of the schema, a path of one machine for an id, and whatever
/// befalls what only the rule's own passing test writes. Not two at once.
#[test]
fn a_rule_is_guarded_where_one_change_of_what_passes_makes_it_fire() {
    let rule = |id: &str, clauses: &str, fails: &str, passes: &str| {
        format!(
            "- id: t/{id}\n  on: release\n  title: t\n  severity: note\n  {clauses}\n  tests:\n  \
             - {{fail: f, patch: {{release: {fails}}}}}\n  - {{pass: p, patch: {{release: {passes}}}}}\n"
        )
    };
    let not_both = "assert: [{none: [{all: [{present: x-acme.a}, {present: x-acme.b}]}]}]";
    let rules = [
        rule(
            "word",
            "assert: [{at: metadata.stage, is: {not_equals: retired}}]",
            "{metadata: {stage: retired}}",
            "{metadata: {stage: draft}}",
        ),
        rule(
            "path",
            "when: {present: x-acme.base}\n  assert: [{at: x-acme.base, is: {not_match: '^/'}}]",
            "{x-acme: {base: /x}}",
            "{x-acme: {base: acme/base}}",
        ),
        rule(
            "own",
            "when: {present: x-acme.level}\n  assert: [{at: x-acme.level, is: {in: [low, high]}}]",
            "{x-acme: {level: 3}}",
            "{x-acme: {level: low}}",
        ),
        rule("twice", not_both, "{x-acme: {a: 1, b: 1}}", "{x-acme: {c: 1}}"),
    ];
    let pack = format!("pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n{}", rules.concat());
    let (code, out, err) = Repo::new(&[(".weighbridge/policies/t.yaml", &pack)]).run(&TEST);
    assert_eq!(code, 1, "{out}{err}");
    let vacuous: Vec<&str> = out.lines().filter(|line| line.starts_with("vacuous")).collect();
    assert_eq!(vacuous, ["vacuous    t/twice: no change of documents that pass makes it fire"], "{out}");
}

#[test]
fn an_override_goes_by_paths_from_the_root_wherever_the_run_begins() {
    let layers =
        "overrides: [{files: legacy, severity: {acme: note}}, {files: MODEL_CARD.md, severity: {acme: warning}}]\n";
    let open = PACK.replace("  locked: true\n", "");
    let repo = Repo::new(&[
        (".weighbridge/policies/acme.yaml", &open),
        ("legacy/deep/MODEL_CARD.md", CARD),
        ("new/MODEL_CARD.md", CARD),
        ("weighbridge.yaml", layers),
        ("legacy/other.yaml", layers),
    ]);
    let found = |folder: &str, arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .args(["check", "--format", "json", "--as-of", "2026-11-21", "--select", "acme"])
            .args(arguments)
            .current_dir(repo.path().join(folder))
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let own = findings.filter(|finding| finding["rule"] == "acme/no-team");
        own.map(|finding| format!("{} {}", finding["location"]["path"], finding["severity"])).collect::<Vec<_>>()
    };
    let all =
        [r#""MODEL_CARD.md" "warning""#, r#""legacy/deep/MODEL_CARD.md" "note""#, r#""new/MODEL_CARD.md" "error""#];
    assert_eq!(found("", &[]), all);
    assert_eq!(found("legacy/deep", &[]), all, "begun in a folder");
    assert_eq!(found("", &["legacy"]), all[1..2], "about a folder");
    assert_eq!(found("legacy", &["deep/MODEL_CARD.md"]), all[1..2]);
    assert_eq!(found("", &["--config", "legacy/other.yaml"]), all, "by a configuration that lies elsewhere");
}

#[test]
fn a_glob_that_matches_no_file_is_told_on_its_line() {
    let config = "include: [MODEL_CARD.md, weighbridge.yaml, cards]\nexclude: [build]\nkinds: [{files: 'notes/*.md', kind: card}]\n\
                  overrides:\n- {files: [MODEL_CARD.md, legcay], severity: {card: note}}\n";
    let repo = Repo::new(&[("weighbridge.yaml", config), ("legacy/MODEL_CARD.md", CARD)]);
    let told = |arguments: &[&str]| {
        let (_, out, err) = repo.check(arguments);
        assert_eq!(err, "");
        let lines = out.lines().filter(|line| line.contains("gate/glob-unused"));
        lines.map(|line| line.split(": warning").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["weighbridge.yaml:1:44", "weighbridge.yaml:3:17", "weighbridge.yaml:5:27"];
    assert_eq!(told(&[]), all);
    assert!(repo.check(&[]).1.contains("`cards` matches no file, so this entry does nothing"));
    assert_eq!(told(&["MODEL_CARD.md"]), [""; 0], "a run on other files says nothing of it");
    repo.put("changed.txt", "legacy/MODEL_CARD.md\n");
    assert_eq!(told(&["--files-from", "changed.txt"]), [""; 0]);
    assert_eq!(told(&["--ignore", "gate/glob-unused"]), [""; 0]);
    repo.put("elsewhere.yaml", "overrides: [{files: of-another-repository, ignore: [card]}]");
    repo.put("weighbridge.yaml", "overrides: [{files: [MODEL_CARD.md, legacy], severity: {card: note}}]");
    assert_eq!(told(&[]), [""; 0]);
    assert_eq!(told(&["--config", "elsewhere.yaml"]), [""; 0], "written for many repositories");
}

#[test]
fn a_rule_is_shown_with_what_it_inherits() {
    let derived = "pack: own\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: own/no-team\n  extends: acme/no-team\n  \
        severity: note\n  tests: [{fail: f}]\n";
    let repo = Repo::new(&[(".weighbridge/policies/a.yaml", derived), (".weighbridge/policies/b.yaml", PACK)]);
    let (code, out, err) = repo.run(&["explain", "own/no-team"]);
    assert_eq!(code, 0, "{err}");
    for part in ["The card names the team.", "Written\n  .weighbridge/policies/a.yaml:5:7, upon acme/no-team\n"] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let (code, out, err) = repo.run(&["explain", "own/no-team", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let rule: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&rule["severity"], &rule["assert"][0]["at"]), (&"note".into(), &"doc.acme_team".into()));
    assert!(!out.contains("locked"), "a lock is not inherited: {out}");
}

#[test]
fn hostile_packs_cost_no_more_than_their_size() {
    let rule = |n| {
        format!(
            "- {{id: t/r{n}, on: card, title: t, severity: note, assert: [{{present: x}}], tests: [{{fail: f}}]}}\n"
        )
    };
    let rules = (0..10_000).map(rule).collect::<Vec<_>>().concat();
    let many = format!("pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n{rules}");
    assert_eq!(Repo::new(&[(".weighbridge/policies/t.yaml", &many)]).check(&["--select", "gate"]).0, 0);
    let rule = |part: &str| {
        format!(
            "pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- {{id: t/x, on: card, title: t, severity: note, assert: [{part}], tests: [{{fail: f}}]}}\n"
        )
    };
    let deep = format!("{}{{present: x}}{}", "{any: [".repeat(5_000), "]}".repeat(5_000));
    let regex = "{at: x, is: {match: '(a{1000}){1000}'}}";
    let brackets = format!("{{cel: \"{}1{} == 1\"}}", "(".repeat(400), ")".repeat(400));
    let long = format!("{{cel: \"{}1 == 1\"}}", "1 == 1 && ".repeat(50_000));
    for (part, message) in [
        (deep.as_str(), "deep"),
        (regex, "this regular expression is too large"),
        (&brackets, "an expression nests at most"),
        (&long, "an expression has at most"),
    ] {
        let (code, _, err) = Repo::new(&[(".weighbridge/policies/t.yaml", &rule(part))]).check(&[]);
        assert_eq!((code, err.contains(message)), (2, true), "{err}");
    }
}

/// What is refused is refused by its size, before anything is made of it.
#[test]
fn files_that_are_no_packs_are_told_at_once() {
    let bomb = (1..9).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(9)));
    let bomb = format!("a0: &a0 [x]\n{}", bomb.collect::<String>());
    let deep = format!("pack: {}{}", "[".repeat(20_000), "]".repeat(20_000));
    let huge = format!("pack: t\n# {}\n", "x".repeat(6 * 1024 * 1024));
    for (pack, message) in [
        (&bomb, "the aliases of this document add up to more than is read"),
        (&deep, "nested more than 64 levels deep"),
        (&huge, "more than the 5242880 that are read"),
    ] {
        let (code, out, err) = Repo::new(&[(".weighbridge/policies/t.yaml", pack)]).check(&[]);
        let told: String = err.chars().take(600).collect();
        assert_eq!((code, &*out, err.contains(message)), (2, "", true), "{message}: {told}");
    }
}

#[test]
fn ten_thousand_tests_of_a_rule_cost_a_check_nothing_but_reading_them() {
    let tests = (0..10_000)
        .map(|n| format!("  - {{fail: f{n}, patch: {{card: {{license: mit}}}}}}\n"))
        .collect::<Vec<_>>()
        .concat();
    let pack = PACK.split("  tests:").next().unwrap();
    let repo = Repo::new(&[(".weighbridge/policies/acme.yaml", &format!("{pack}  tests:\n{tests}"))]);
    let (code, out, err) = repo.check(&["--select", "acme"]);
    assert_eq!((code, out.contains(FOUND)), (1, true), "{out}{err}");
}

/// Two loops over a list of a thousand would take a million steps.
#[test]
fn an_expression_that_takes_too_long_is_a_finding() {
    let list = (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let pack = PACK.replace("rules:", &format!("data: {{many: [{list}]}}\nrules:")).replace(
        "assert: [{at: doc.acme_team, is: {type: string, placeholder: false}, message: 'no team: {reason}'}]",
        "assert: [{cel: 'size(data.many) > 0 && data.many.all(a, data.many.all(b, a + b >= 0))'}]",
    );
    let (code, out, err) = Repo::new(&[(".weighbridge/policies/acme.yaml", &pack)]).check(&["--select", "acme"]);
    assert_eq!((code, out.contains("takes more than 10000 steps")), (1, true), "{out}{err}");
}

#[test]
fn packs_and_rules_in_a_circle_are_told() {
    let pack = |name: &str, of: &str| {
        format!(
            "pack: {name}\nversion: 1.0.0\nvocabulary: 1\nextends: [{of}]\nrules:\n\
             - {{id: {name}/x, extends: {of}/x, tests: [{{fail: f}}]}}\n"
        )
    };
    let (a, b) = (pack("a", "b"), pack("b", "a"));
    let repo = Repo::new(&[(".weighbridge/policies/a.yaml", &a), (".weighbridge/policies/b.yaml", &b)]);
    let (code, _, err) = repo.check(&[]);
    assert_eq!((code, err.contains("packs extend each other in a circle: a -> b -> a")), (2, true), "{err}");
}

#[test]
fn a_schema_stands_in_a_file_beside_the_pack() {
    let pack = PACK
        .replace(
            "{at: doc.acme_team, is: {type: string, placeholder: false}",
            "{at: doc.acme_team, schema: {$ref: schemas/team.json}",
        )
        .replace("acme_team: vision", "acme_team: {name: vision}")
        .replace("rules:", "base: {patch: {card: {acme_team: {name: speech}}}}\nrules:")
        .replace("{card: {license: mit}}", "{card: {acme_team: null}}");
    let team = r#"{"type": "object", "required": ["name"], "properties": {"name": {"enum": ["vision", "speech"]}}}"#;
    let files = [(".weighbridge/policies/acme.yaml", pack.as_str()), (".weighbridge/policies/schemas/team.json", team)];
    let repo = Repo::new(&files);
    let (code, out, err) = repo.run(&["policy", "test", "--coverage"]);
    assert_eq!(code, 0, "{out}{err}");
    repo.put("MODEL_CARD.md", "---\nacme_team: {name: vison}\n---\n# M\n");
    let (code, out, err) = repo.check(&["--select", "acme"]);
    assert_eq!(code, 1, "{out}{err}");
    let said = "MODEL_CARD.md:2:19: error[acme/no-team] no team: `name` is `vison`: expected one of vision, speech; did you mean `vision`?";
    assert!(out.contains(said), "{out}");

    let named = repo.path().join(".weighbridge/policies/acme.yaml");
    let elsewhere = Repo::new(&[]);
    let (code, out, err) = elsewhere.check(&["--policy", named.to_str().unwrap(), "--select", "acme"]);
    assert_eq!(code, 1, "{out}{err}");

    repo.put(".weighbridge/policies/schemas/team.json", "{\n  \"type\": \"objet\"\n}");
    let (code, _, err) = repo.check(&[]);
    assert_eq!((code, err.contains("the schema `schemas/team.json` cannot be used")), (2, true), "{err}");
    repo.put(".weighbridge/policies/schemas/team.json", "{\n  \"type\": \n}");
    let (code, _, err) = repo.check(&[]);
    assert_eq!((code, err.contains("schemas/team.json:3:1: ")), (2, true), "{err}");
    fs::remove_file(repo.path().join(".weighbridge/policies/schemas/team.json")).unwrap();
    let (code, _, err) = repo.check(&[]);
    assert_eq!((code, err.contains("there is no file `.weighbridge/policies/schemas/team.json`")), (2, true), "{err}");
}

#[test]
fn an_empty_configuration_changes_nothing_and_a_listed_file_that_is_gone_is_told() {
    let repo = Repo::new(&[]);
    let before = repo.check(&[]).1;
    for text in ["", "# nothing yet\n", "---\n"] {
        repo.put("weighbridge.yaml", text);
        let (_, out, err) = repo.check(&[]);
        let findings =
            |out: &str| out.lines().filter(|line| line.contains("error[")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(findings(&out), findings(&before), "{text:?}: {err}");
    }
    repo.put("changed.txt", "MODEL_CARD.md\nold/README.md\n");
    let (_, _, err) = repo.check(&["--files-from", "changed.txt"]);
    assert!(err.contains("--files-from: old/README.md: not there, so nothing is reported on it"), "{err}");
}
