//! `check --base` over real repositories: what a change rewrites, where its annotations are, and
//! that no repository makes git run anything.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const CARD: &str = "---\nlicense: mit\npipeline_tag: text-generatoin\nbase_model: a/b\n---\n\n# A card\n";

const REGISTRY: &str = "apiVersion: weighbridge/v1\nkind: ModelRegistry\nmodels:\n  - id: m\n    versions:\n      - {version: 1.0.0, status: production, checkpoint_id: ckpt-aaaaaa}\n";

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository whose branch `main` has the files, and a branch for a change.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    for (path, text) in files {
        put(folder.path(), path, text);
    }
    commit(folder.path());
    git(folder.path(), &["checkout", "--quiet", "-b", "change"]);
    folder
}

/// A clone of the branch for the change, without the bytes of what is not in its last commit.
fn partial_clone(folder: &Path) -> TempDir {
    git(folder, &["config", "uploadpack.allowFilter", "true"]);
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", folder.display());
    git(clone.path(), &["clone", "--quiet", "--filter=blob:none", "--branch=change", &from, "."]);
    clone
}

fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
}

fn check(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.current_dir(folder).args(["check", "--as-of", "2026-11-21"]).args(arguments);
    let Output { status, stdout, stderr } = command.env_remove("GITHUB_ACTIONS").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn annotations(log: &str) -> Vec<&str> {
    let lines = log.lines().filter(|line| line.starts_with("::"));
    lines.filter_map(|line| line.split_once("file=")?.1.split(',').next()).collect()
}

#[test]
fn annotations_are_those_of_the_change_and_the_verdict_is_not() {
    let folder = repository(&[("a/README.md", CARD), ("b/README.md", CARD), ("c/README.md", CARD)]);
    put(folder.path(), "b/README.md", &CARD.replace("text-generatoin", "text-generatio"));
    put(folder.path(), "c/README.md", &CARD.replace("# A card", "# The card"));
    commit(folder.path());
    // What is not committed yet is part of the change.
    put(folder.path(), "d/README.md", CARD);
    let all = ["--select", "huggingface/unknown-pipeline-tag", "--format", "github"];
    let (code, log, _) = check(folder.path(), &[&all[..], &["--base", "main"]].concat());
    assert_eq!((code, annotations(&log)), (1, vec!["b/README.md", "d/README.md"]), "{log}");
    assert!(log.contains("2 findings without an annotation"), "{log}");
    let of = |more: &[&str]| annotations(&check(folder.path(), &[&all[..], more].concat()).1).len();
    assert_eq!((of(&[]), of(&["--base", "main", "--annotations", "all"]), of(&["--annotations", "none"])), (4, 4, 0));
    let below = check(&folder.path().join("b"), &[&all[..], &["--base", "main"]].concat());
    assert_eq!(annotations(&below.1), ["b/README.md", "d/README.md"], "from any folder");
    assert_eq!(check(folder.path(), &["--annotations", "changed"]).0, 2, "changed since when?");
}

#[test]
fn a_record_that_was_rewritten_is_found_under_any_name() {
    let folder = repository(&[("README.md", CARD), ("models.yaml", REGISTRY)]);
    let found = |base: &str| {
        check(folder.path(), &["--select", "registry/history-rewritten", "--format", "concise", "--base", base])
    };
    assert_eq!(found("main").0, 0);
    fs::remove_file(folder.path().join("models.yaml")).unwrap();
    put(folder.path(), "registry/all.yaml", &REGISTRY.replace("ckpt-aaaaaa", "ckpt-bbbbbb"));
    let (code, log, _) = found("main");
    assert_eq!(code, 1, "{log}");
    assert!(log.contains("registry/all.yaml:6:") && log.contains("its `checkpoint_id` was `ckpt-aaaaaa`"), "{log}");
    commit(folder.path());
    assert_eq!(found("main").0, 1);
    assert_eq!(found("change").0, 0, "compared with itself");
}

const ROSTER: &str = "apiVersion: weighbridge/v1\nkind: Organisation\nroster:\n  \"@sadia\": {name: Sadia Rahman, email: [sadia@example.org, s@example.com]}\n  \"@tobias\": {name: Tobias Lindqvist, email: tobias@example.org}\n";

const APPROVAL: &str = "apiVersion: weighbridge/v1\nkind: ApprovalRecord\nrelease: m-1.0.0\nstate: approved\nattestation: {approver: \"@sadia\", at: 2026-11-05T10:30:00Z}\n";

/// A commit of all there is, by somebody, committed by the user of these tests.
fn commit_by(folder: &Path, author: &str, message: &str) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--author", author, "--message", message]);
}

/// What is said of who recorded approvals since `main`: the finding, or why it cannot be told.
fn recorded(folder: &Path) -> Result<String, String> {
    let arguments = ["--select", "approval/unverifiable-approval", "--format", "json", "--base", "main"];
    let (_, log, error) = check(folder, &arguments);
    let report: serde_json::Value = serde_json::from_str(&log).unwrap_or_else(|_| panic!("{log}{error}"));
    let text = |list: &str, key: &str| {
        report[list].as_array().unwrap().iter().find_map(|item| Some(item[key].as_str()?.to_owned()))
    };
    match text("findings", "message") {
        Some(message) => Ok(message),
        None => text("not_assessed", "why").map_or(Ok(String::new()), Err),
    }
}

const TOBIAS: &str = "Tobias Lindqvist <tobias@example.org>";
const SADIA: &str = "SR <S@example.com>";

#[test]
fn an_approval_is_recorded_by_whoever_gives_it() {
    let start = || repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    let folder = start();
    let path = folder.path();
    assert_eq!(recorded(path), Ok(String::new()), "there is none");
    put(path, "releases/m/1.0.0/approvals.yaml", APPROVAL);
    assert!(recorded(path).unwrap_err().contains("no commit of the change that can be read has it"));
    commit_by(path, TOBIAS, "Approve");
    assert!(recorded(path).unwrap().contains("by `@tobias`"));
    let below = check(
        &path.join("releases"),
        &["--select", "approval/unverifiable-approval", "--base", "main", "--format", "concise"],
    );
    assert!(below.1.contains("by `@tobias`"), "from any folder: {}", below.1);
    // Given anew, by the approver; then formatted and renamed by somebody else.
    put(path, "releases/m/1.0.0/approvals.yaml", &APPROVAL.replace("10:30", "11:30"));
    commit_by(path, SADIA, "Approve again");
    assert_eq!(recorded(path), Ok(String::new()));
    fs::remove_file(path.join("releases/m/1.0.0/approvals.yaml")).unwrap();
    put(
        path,
        "releases/m/1/approvals.yaml",
        &APPROVAL.replace("10:30", "11:30").replace("state: approved\n", "\n# why\nstate: approved\n"),
    );
    commit_by(path, TOBIAS, "Move");
    assert_eq!(recorded(path), Ok(String::new()));
}

#[test]
fn a_part_of_a_repository_has_its_own_commits() {
    let folder = repository(&[
        ("ml/weighbridge.yaml", "kind: Config\n"),
        ("ml/README.md", CARD),
        ("ml/.weighbridge/org.yaml", ROSTER),
    ]);
    put(folder.path(), "ml/approvals.yaml", APPROVAL);
    put(folder.path(), "approvals.yaml", APPROVAL);
    commit_by(folder.path(), TOBIAS, "Approve");
    assert!(recorded(&folder.path().join("ml")).unwrap().contains("by `@tobias`"));
}

#[test]
fn merging_and_rebasing_leave_an_approval_to_its_author() {
    let folder = repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    let path = folder.path();
    put(path, "approvals.yaml", APPROVAL);
    commit_by(path, SADIA, "Approve");
    put(path, "notes.txt", "x");
    commit_by(path, TOBIAS, "Notes");
    git(path, &["checkout", "--quiet", "main"]);
    put(path, "other.txt", "x");
    commit(path);
    // The branch of the change is rebased by a third person, then merged without a line of its own.
    git(path, &["checkout", "--quiet", "change"]);
    git(path, &["rebase", "--quiet", "main"]);
    assert_eq!(recorded(path), Ok(String::new()), "rebased");
    git(path, &["checkout", "--quiet", "-b", "queue", "main"]);
    git(path, &["merge", "--quiet", "--no-ff", "--message", "Merge", "change"]);
    assert_eq!(recorded(path), Ok(String::new()), "merged");
    // Squashed by who opened the change: the platform names the others beside.
    git(path, &["checkout", "--quiet", "-b", "squashed", "main"]);
    git(path, &["merge", "--quiet", "--squash", "change"]);
    commit_by(path, TOBIAS, "Release m (#7)\n\n* Approve\n\nCo-authored-by: Sadia Rahman <sadia@example.org>");
    assert_eq!(recorded(path), Ok(String::new()), "squashed");
    git(path, &["commit", "--quiet", "--amend", "--message", "Release m (#7)"]);
    assert!(recorded(path).unwrap().contains("by `@tobias`"), "nobody else is named");
    let bot = "merge-queue[bot] <9+merge-queue[bot]@users.noreply.github.com>";
    git(path, &["commit", "--quiet", "--amend", "--author", bot, "--message", "Release m (#7)"]);
    assert!(recorded(path).unwrap_err().contains("by a bot"));
    git(path, &["commit", "--quiet", "--amend", "--author", "tl <tl@laptop>", "--message", "Release m (#7)"]);
    assert!(recorded(path).unwrap_err().contains("by `tl@laptop`"));
    // What is on main already was looked at when it came.
    git(path, &["branch", "--force", "main", "HEAD"]);
    assert_eq!(recorded(path), Ok(String::new()));
}

#[test]
fn a_history_of_its_own_that_is_merged_has_its_first_commit_looked_at() {
    let folder = repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    let path = folder.path();
    git(path, &["checkout", "--quiet", "--orphan", "elsewhere"]);
    git(path, &["rm", "--quiet", "-r", "--force", "."]);
    put(path, "approvals.yaml", APPROVAL);
    commit_by(path, TOBIAS, "Approve");
    git(path, &["checkout", "--quiet", "change"]);
    git(path, &["merge", "--quiet", "--allow-unrelated-histories", "--message", "Merge", "elsewhere"]);
    assert!(recorded(path).unwrap().contains("by `@tobias`"));
}

/// A clone of the branch for the change, with so many commits of each line, whose `main` is that of the origin.
fn shallow_clone(folder: &Path, depth: usize) -> TempDir {
    let clone = tempfile::tempdir().unwrap();
    let (from, depth) = (format!("file://{}", folder.display()), format!("--depth={depth}"));
    git(clone.path(), &["clone", "--quiet", &depth, "--branch=change", "--no-single-branch", &from, "."]);
    git(clone.path(), &["branch", "--quiet", "main", "origin/main"]);
    clone
}

#[test]
fn the_commit_at_which_a_shallow_clone_ends_has_not_added_every_file() {
    let folder = repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    let path = folder.path();
    git(path, &["checkout", "--quiet", "-b", "side"]);
    put(path, "approvals.yaml", APPROVAL);
    commit_by(path, SADIA, "Approve");
    for note in ["a", "b", "c"] {
        put(path, "notes.txt", note);
        commit_by(path, TOBIAS, "Notes");
    }
    git(path, &["checkout", "--quiet", "change"]);
    git(path, &["merge", "--quiet", "--no-ff", "--message", "Merge", "side"]);
    assert_eq!(recorded(path), Ok(String::new()), "the whole repository");
    let clone = shallow_clone(path, 3);
    assert!(recorded(clone.path()).unwrap_err().contains("does not hold all commits of the change"));
    fs::remove_file(clone.path().join("approvals.yaml")).unwrap();
    assert!(recorded(clone.path()).unwrap_err().contains("does not hold all commits"), "criteria are not known either");
}

#[test]
fn a_shallow_clone_that_holds_the_change_is_enough() {
    let folder = repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    let path = folder.path();
    put(path, "notes.txt", "x");
    commit(path);
    git(path, &["branch", "--force", "main", "HEAD"]);
    put(path, "approvals.yaml", APPROVAL);
    commit_by(path, TOBIAS, "Approve");
    let clone = shallow_clone(path, 2);
    assert!(clone.path().join(".git/shallow").exists());
    assert!(recorded(clone.path()).unwrap().contains("by `@tobias`"));
}

#[test]
fn a_base_that_is_not_known_is_not_assessed() {
    let folder = repository(&[("README.md", CARD), ("models.yaml", REGISTRY)]);
    put(folder.path(), "README.md", &CARD.replace("# A card", "# The card"));
    commit(folder.path());
    let shallow = shallow_clone(folder.path(), 1);
    let alone = tempfile::tempdir().unwrap();
    put(alone.path(), "README.md", CARD);
    for (folder, base, why) in [
        (folder.path(), "mian", "no such commit"),
        (folder.path(), "--upload-pack=touch x", "no such commit"),
        (shallow.path(), "origin/main", "does not reach back"),
        (alone.path(), "main", "there is no git repository"),
    ] {
        let base = format!("--base={base}");
        let (code, log, error) = check(folder, &[&base, "--select", "huggingface", "--format", "json"]);
        assert_eq!(code, 1, "the verdict is that of the findings: {error}");
        assert!(error.contains(why), "{base}: {error}");
        assert!(log.contains("what the change does to records"), "{log}");
    }
}

#[test]
fn what_a_partial_clone_left_out_is_not_assessed() {
    let folder = repository(&[("README.md", CARD), ("models.yaml", REGISTRY)]);
    put(folder.path(), "models.yaml", &REGISTRY.replace("ckpt-aaaaaa", "ckpt-bbbbbb"));
    commit(folder.path());
    let clone = partial_clone(folder.path());
    let (_, log, error) =
        check(clone.path(), &["--base=origin/main", "--select", "registry/history-rewritten", "--format", "json"]);
    assert!(log.contains("what the change does to records"), "{log} {error}");
    assert!(log.contains("`models.yaml` as it was: it cannot be read"), "{log} {error}");
}

#[test]
fn an_approval_whose_first_record_was_left_out_is_nobody_else_s() {
    let folder = repository(&[("README.md", CARD), (".weighbridge/org.yaml", ROSTER)]);
    put(folder.path(), "approvals.yaml", APPROVAL);
    commit_by(folder.path(), SADIA, "Approve");
    put(folder.path(), "approvals.yaml", &format!("# agreed\n{APPROVAL}"));
    commit_by(folder.path(), TOBIAS, "A remark");
    assert_eq!(recorded(folder.path()), Ok(String::new()));
    let clone = partial_clone(folder.path());
    git(clone.path(), &["branch", "--quiet", "main", "origin/main"]);
    assert!(recorded(clone.path()).unwrap_err().contains("or the clone leaves files out"));
}

#[test]
#[cfg(unix)]
fn a_repository_makes_git_run_nothing() {
    let folder =
        repository(&[("README.md", CARD), ("models.yaml", REGISTRY), (".gitattributes", "* filter=x diff=x\n")]);
    let ran = folder.path().join(".git/ran");
    let run = format!("touch {}; false", ran.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "gpg.program",
        "credential.helper",
        "alias.cat-file",
        "alias.rev-parse",
        "uploadpack.packObjectsHook",
        "remote.origin.uploadpack",
    ] {
        git(folder.path(), &["config", key, &run]);
    }
    git(folder.path(), &["config", "core.hooksPath", ".git/hooks"]);
    for hook in ["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"] {
        put(folder.path(), &format!(".git/hooks/{hook}"), &format!("#!/bin/sh\n{run}\n"));
        let path = folder.path().join(".git/hooks").join(hook);
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    // A partial clone would fetch what is missing by a program of the remote's.
    git(folder.path(), &["config", "extensions.partialClone", "origin"]);
    git(folder.path(), &["config", "remote.origin.promisor", "true"]);
    git(folder.path(), &["config", "remote.origin.url", &format!("ext::sh -c '{run}'")]);
    let blob = Command::new("git").current_dir(folder.path()).args(["rev-parse", "main:models.yaml"]).output().unwrap();
    let id = String::from_utf8(blob.stdout).unwrap();
    let (shard, rest) = id.trim().split_at(2);
    fs::remove_file(folder.path().join(".git/objects").join(shard).join(rest)).unwrap();
    // The traps are set: git itself walks into them.
    Command::new("git").current_dir(folder.path()).args(["status", "--short"]).output().unwrap();
    assert!(ran.exists());
    fs::remove_file(&ran).unwrap();
    let (code, _, error) = check(folder.path(), &["--base", "main", "--select", "huggingface"]);
    assert_eq!(code, 1, "{error}");
    assert!(!ran.exists(), "something was run");
}

#[test]
fn the_past_is_told_by_the_configuration_of_the_present() {
    let plain = REGISTRY.replace("apiVersion: weighbridge/v1\nkind: ModelRegistry\n", "");
    let folder = repository(&[
        ("README.md", CARD),
        (
            "weighbridge.yaml",
            "exclude: [\"third_party/**\"]\nkinds: [{files: \"registry.yaml\", kind: model-registry}]\n",
        ),
        ("third_party/models.yaml", REGISTRY),
        ("registry.yaml", &plain),
    ]);
    let found = || {
        let (_, log, error) =
            check(folder.path(), &["--select", "registry/history-rewritten", "--format", "concise", "--base", "main"]);
        assert_eq!(error, "");
        log
    };
    assert!(!found().contains("history-rewritten"), "what is left out was never a record: {}", found());
    put(folder.path(), "registry.yaml", &plain.replace("ckpt-aaaaaa", "ckpt-bbbbbb"));
    assert!(found().contains("registry.yaml:4:"), "{}", found());
}

#[test]
fn a_past_that_is_not_known_fails_where_everything_is_to_be_assessed() {
    let folder = repository(&[("README.md", CARD), ("models.yaml", REGISTRY)]);
    let about = ["--select", "gate", "--format", "concise", "--require-assessed"];
    assert_eq!(check(folder.path(), &[&about[..], &["--base", "main"]].concat()).0, 0);
    let (code, log, error) = check(folder.path(), &[&about[..], &["--base", "nosuch"]].concat());
    assert_eq!(code, 1, "{log}{error}");
    assert!(log.contains("models.yaml:1:1") && log.contains("what the change does to records"), "{log}");
    assert!(error.contains("fetch-depth: 0"), "{error}");
}
