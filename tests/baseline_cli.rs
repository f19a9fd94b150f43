//! `check` with waivers and baselines as it is run: exit codes, and what it writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::Command;

const CARD: &str = "---\nlicense: Apache-2.0\n---\n# Model card\n\n## Limitations\n\n[More Information Needed]\n";

/// Exit code, standard output, standard error.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(["check", "--as-of", "2026-11-21", "--format", "concise"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("MODEL_CARD.md"), CARD).unwrap();
    fs::write(folder.path().join("weighbridge.yaml"), "fail-on: error\n").unwrap();
    folder
}

#[test]
fn from_many_findings_to_a_gate_that_holds() {
    let folder = repository();
    let at = folder.path();
    assert_eq!(check(at, &[]).0, 1);
    let (code, out, _) = check(at, &["--write-baseline", "base.json"]);
    assert_eq!(code, 0, "{out}");
    let first = fs::read_to_string(at.join("base.json")).unwrap();
    assert!(
        first.starts_with("{\n  \"weighbridge_baseline\": 1,\n  \"documents\": {\n    \"MODEL_CARD.md\": {"),
        "{first}"
    );
    assert!(out.contains(" baselined) in 2 files"), "{out}");
    assert_eq!(check(at, &["--write-baseline", "base.json"]).0, 0, "the same again is no growth");
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), first);

    fs::write(at.join("weighbridge.yaml"), "baseline: base.json\n").unwrap();
    assert_eq!(check(at, &[]).0, 0, "the configuration names it");

    fs::write(at.join("MODEL_CARD.md"), CARD.replace("Apache-2.0", "apache-2.0")).unwrap();
    let (code, out, _) = check(at, &[]);
    assert_eq!(code, 0, "stale is a warning");
    let line = first.lines().position(|line| line.contains("license/unknown-id")).unwrap() + 1;
    let stale =
        format!("base.json:{line}:7: warning[gate/waiver-invalid] the baseline allows 1 finding that is no longer");
    assert!(out.contains(&stale), "{out}");
    let (code, out, _) = check(at, &["--prune"]);
    assert_eq!(code, 0);
    assert!(!out.contains("gate/waiver-invalid"), "{out}");
    let second = fs::read_to_string(at.join("base.json")).unwrap();
    assert!(second.len() < first.len() && !second.contains("license/unknown-id"), "{second}");

    fs::write(at.join("MODEL_CARD.md"), CARD).unwrap();
    let (code, _, error) = check(at, &["--write-baseline", "base.json"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("base.json would grow: `MODEL_CARD.md` has more findings of `license/unknown-id`"),
        "{error}"
    );
    assert!(error.contains("delete the file to start again"), "{error}");
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), second, "and it was not touched");
    assert_eq!(check(at, &["--prune"]).0, 0);
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), second, "pruning never adds");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = repository();
    let at = folder.path();
    fs::write(at.join("other.json"), "{\"a\": 1}").unwrap();
    for (arguments, message) in [
        (&["--prune"][..], "--prune: there is no baseline"),
        (&["--baseline", "missing.json"], "missing.json: "),
        (&["--baseline", "other.json"], "other.json:1:2: this is no baseline of this version"),
        (&["--write-baseline", "other.json"], "other.json:1:2: this is no baseline of this version"),
        (&["--write-baseline", "b.json", "--select", "card"], "a baseline is of the whole repository"),
        (&["--write-baseline", "b.json", "MODEL_CARD.md"], "a baseline is of the whole repository"),
        (&["--write-baseline", "no/such/folder/b.json"], "cannot write no/such/folder/b.json"),
        (&["--write-baseline", "b.json", "--prune"], "cannot be used with"),
    ] {
        let (code, _, error) = check(at, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
    assert!(!at.join("b.json").exists());
    fs::write(at.join("weighbridge.yaml"), "baseline: ../b.json\n").unwrap();
    assert!(check(at, &[]).2.contains("weighbridge.yaml:1:11: `baseline` is `../b.json`, which leads out"));
}

#[test]
fn a_waiver_decides_the_exit_code() {
    let folder = repository();
    let at = folder.path();
    let waive = |rule: &str, expires: &str| {
        format!(
            "  - {{id: \"{rule}\", rule: {rule}, subject: {{path: MODEL_CARD.md}}, reason: \"An old card, to be rewritten, see ML-7\", requested_by: \"@li\", approved_by: \"@noor\", created: 2026-11-01, expires: {expires}}}\n"
        )
    };
    let (_, out, _) = check(at, &[]);
    let mut rules: Vec<&str> =
        out.lines().filter_map(|line| line.split_once("error[")?.1.split_once(']')).map(|(rule, _)| rule).collect();
    rules.sort_unstable();
    rules.dedup();
    assert!(rules.len() > 1, "{out}");
    fs::create_dir(at.join(".weighbridge")).unwrap();
    for (expires, expected) in [("2026-12-31", 0), ("2026-11-20", 1)] {
        let waivers: Vec<String> = rules.iter().map(|rule| waive(rule, expires)).collect();
        let text = format!("apiVersion: weighbridge/v1\nkind: Waivers\nwaivers:\n{}", waivers.concat());
        fs::write(at.join(".weighbridge/waivers.yaml"), text).unwrap();
        let (code, out, _) = check(at, &[]);
        assert_eq!(code, expected, "{out}");
    }
}
