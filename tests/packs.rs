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
