//! The program as its user meets it: exit codes, messages, files that it writes.
//!
//! `tests/cli/*.trycmd` are sessions; `TRYCMD=overwrite cargo test --test cli`
//! writes what the program says now. What needs standard input or a surrounding CI
//! system is here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;
use weighbridge::kind::Kind;
use weighbridge::report::Format;

#[test]
fn sessions() {
    trycmd::TestCases::new()
        .env("GITHUB_ACTIONS", "")
        .env("CI_PROJECT_URL", "")
        .env("NO_COLOR", "")
        .env("CLICOLOR_FORCE", "")
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "dumb")
        .case("tests/cli/*.trycmd");
}

/// A card with one mistake that every version of the rules calls an error.
const CARD: &str =
    "---\nlicense: mit\npipeline_tag: text-generatoin\nbase_model: a/b\nlibrary_name: peft\n---\n\n# A card\n";

/// A repository of its own, whatever lies around the temporary folder.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The program without the environment of the test, as of a fixed day.
fn check(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.current_dir(folder).env_clear().envs(environment.iter().copied());
    command.args(["check", "--as-of", "2026-11-21"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who does not read it closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let warning = "severity: {huggingface: warning}";
    let dirty = repository(&[("README.md", CARD), ("warning.yaml", warning)]);
    let empty = repository(&[("notes.txt", "x")]);
    // What is judged, then the exit codes at error, warning, note and never.
    let table: [(&Path, &[&str], &[i32]); 5] = [
        (dirty.path(), &["--select", "huggingface/unknown-pipeline-tag"], &[1, 1, 1, 0]),
        (dirty.path(), &["--select", "huggingface", "--config", "warning.yaml"], &[0, 1, 1, 0]),
        (dirty.path(), &["--select", "gate"], &[0]),
        (empty.path(), &[], &[2]),
        (empty.path(), &["--allow-empty"], &[0]),
    ];
    for (folder, arguments, codes) in table {
        for (limit, expected) in ["error", "warning", "note", "never"].into_iter().zip(codes.iter().copied()) {
            for format in Format::ALL {
                let all = [arguments, &["--fail-on", limit, "--format", format.name()]].concat();
                let output = check(folder, &all, &[], "");
                assert_eq!(code(&output), expected, "{all:?}: {}", text(&output.stdout));
                assert_eq!(expected == 2, !output.stderr.is_empty(), "{all:?}");
                // A line for each finding is no line where there is none.
                let silent = expected == 2 || (*format == Format::Rdjsonl && arguments.contains(&"gate"));
                let silent = silent || (*format == Format::Rdjsonl && arguments.contains(&"--allow-empty"));
                assert_eq!(silent, output.stdout.is_empty(), "{all:?}");
            }
        }
    }
}

#[test]
fn one_run_writes_every_format() {
    let folder = repository(&[("README.md", CARD)]);
    let path = |format: &Format| folder.path().join(format!("report.{format}"));
    let outputs: Vec<String> =
        Format::ALL.iter().map(|format| format!("{format}={}", path(format).display())).collect();
    let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
    let output = check(folder.path(), &arguments, &[], "");
    assert_eq!(code(&output), 1);
    for format in Format::ALL {
        let written = fs::read(path(format)).unwrap();
        let printed = check(folder.path(), &["--format", format.name()], &[], "").stdout;
        assert_eq!(text(&written), text(&printed), "{format}");
    }
    let json: Json = serde_json::from_slice(&fs::read(path(&Format::Json)).unwrap()).unwrap();
    assert_eq!(json["schema_version"], 1);
}

#[test]
fn a_check_that_could_not_be_done_says_so_in_its_sarif() {
    let folder = repository(&[("weighbridge.yaml", "profil: card\n"), ("README.md", CARD)]);
    let output = check(folder.path(), &["--output", "sarif=out.sarif"], &[], "");
    assert_eq!(code(&output), 2);
    let sarif: Json = serde_json::from_slice(&fs::read(folder.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_list_of_files_says_what_to_report_on() {
    let notes = ("docs/notes.md", "# Notes\n\nHow we work.\n");
    let folder = repository(&[("a/README.md", CARD), ("b/README.md", CARD), ("src/main.rs", ""), notes]);
    let reported = |list: &str| {
        fs::write(folder.path().join("list.txt"), list).unwrap();
        let from_file = check(folder.path(), &["--format", "json", "--files-from", "list.txt"], &[], "");
        let from_stdin = check(folder.path(), &["--format", "json", "--files-from", "-"], &[], list);
        assert_eq!(text(&from_file.stdout), text(&from_stdin.stdout), "{list:?}");
        let json: Json = serde_json::from_slice(&from_file.stdout).unwrap();
        let paths = json["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned());
        (code(&from_file), paths.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(reported("a/README.md\n"), (1, "a/README.md".into()));
    assert_eq!(reported("./a/README.md\r\nb/README.md\r\n"), (1, "a/README.md b/README.md".into()));
    assert_eq!(reported("a/README.md\0src/main.rs\0"), (1, "a/README.md".into()));
    assert_eq!(reported("a\n"), (1, "a/README.md".into()));
    assert_eq!(reported("src/main.rs\ndeleted.md\n"), (0, String::new()));
    assert_eq!(reported("docs/notes.md\n"), (0, String::new()), "no card for being listed");
    assert_eq!(reported(""), (0, String::new()));
}

#[test]
fn a_listed_file_outside_is_refused() {
    let folder = repository(&[("README.md", CARD)]);
    let other = repository(&[("README.md", CARD)]);
    let list = format!("README.md\n{}/README.md\n", other.path().display());
    let output = check(folder.path(), &["--files-from", "-"], &[], &list);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("different repositories"), "{}", text(&output.stderr));
}

#[test]
fn standard_input_stands_for_a_file() {
    let folder = repository(&[("README.md", CARD)]);
    let arguments = ["--stdin-filename", "README.md", "--select", "huggingface", "--format", "concise"];
    assert_eq!(code(&check(folder.path(), &arguments, &[], CARD)), 1);
    let mended = CARD.replace("generatoin", "generation");
    assert_eq!(code(&check(folder.path(), &arguments, &[], &mended)), 0);
    let elsewhere = ["--stdin-filename", "new/README.md", "--select", "huggingface", "--format", "concise"];
    let output = check(folder.path(), &elsewhere, &[], CARD);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).starts_with("new/README.md:3:15: error"), "{}", text(&output.stdout));
}

#[test]
fn in_a_job_of_github_the_report_and_annotations_are_printed() {
    let warn = "overrides: [{files: [b/**], severity: {huggingface: warning}}]";
    let files = [("a/README.md", CARD), ("b/README.md", CARD), ("weighbridge.yaml", warn)];
    let folder = repository(&files);
    let job = [("GITHUB_ACTIONS", "true")];
    let select = ["--select", "huggingface"];
    let log = text(&check(folder.path(), &select, &job, "").stdout);
    assert!(log.contains("error[huggingface/unknown-pipeline-tag]: "), "{log}");
    let annotations: Vec<&str> = log.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), 2, "{log}");
    let place = "file=a/README.md,line=3,endLine=3,col=15,endColumn=30";
    let expected = format!("::error {place},title=huggingface/unknown-pipeline-tag::unknown task");
    assert!(annotations[0].starts_with(&expected), "{log}");
    assert!(annotations[1].starts_with("::warning file=b/README.md,line=3,"), "{log}");
    let alone = [&select[..], &["--format", "concise"]].concat();
    assert!(!text(&check(folder.path(), &alone, &job, "").stdout).contains("::error"));
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let folder = repository(&[("README.md", CARD)]);
    let colored = |arguments: &[&str], environment: &[(&str, &str)]| {
        text(&check(folder.path(), arguments, environment, "").stdout).contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--format", "json"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn every_published_schema_is_printed() {
    let names = Kind::ALL.iter().filter(|kind| weighbridge::schema::text(**kind).is_some()).map(|kind| kind.name());
    for name in names.chain(["config", "report"]) {
        let output = Command::new(env!("CARGO_BIN_EXE_weighbridge")).args(["schema", name]).output().unwrap();
        assert_eq!(code(&output), 0, "{name}");
        let schema: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert!(schema["$schema"].is_string(), "{name}");
    }
}

#[test]
fn a_step_of_github_actions_gets_a_summary() {
    let folder = repository(&[("a b/README.md", CARD), ("summary.md", "what was there before\n")]);
    let job = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", "summary.md"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_SHA", "0123abc"),
    ];
    let summary = || fs::read_to_string(folder.path().join("summary.md")).unwrap();
    let output = check(folder.path(), &[], &job, "");
    assert_eq!((code(&output), text(&output.stderr).as_str()), (1, ""));
    let once = summary();
    let added = once.strip_prefix("what was there before\n").unwrap();
    assert!(added.starts_with("# ❌ Weighbridge: failed\n\n**"), "{added}");
    assert!(added.contains("[line 3](<https://github.com/o/r/blob/0123abc/a%20b/README.md#L3>)"), "{added}");
    let printed = check(folder.path(), &["--format", "markdown"], &job, "").stdout;
    assert_eq!(added, text(&printed));
    assert_eq!(summary(), once, "who asks for a format gets that alone");
    check(folder.path(), &[], &job[1..], "");
    assert_eq!(summary(), once, "there is no step");
    check(folder.path(), &[], &job[..2], "");
    assert_eq!(summary().matches("# ❌ Weighbridge").count(), 2);
    assert!(!summary().contains("r/blob//"));
}

#[test]
fn a_summary_that_cannot_be_written_is_an_error() {
    let folder = repository(&[("README.md", CARD)]);
    let job = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md")];
    let output = check(folder.path(), &[], &job, "");
    assert_eq!(code(&output), 2);
    let message =
        "weighbridge: cannot write the summary of the step, no/such/folder/summary.md (GITHUB_STEP_SUMMARY): ";
    assert!(text(&output.stderr).starts_with(message), "{}", text(&output.stderr));
}

#[test]
fn a_report_is_the_same_from_any_folder() {
    let folder = repository(&[("a b/README.md", CARD), ("c/README.md", CARD)]);
    let root = folder.path().display().to_string();
    for format in Format::ALL {
        let from = |from: &str, path: &str| {
            let output = check(&folder.path().join(from), &[path, "--format", format.name()], &[], "");
            assert_eq!(code(&output), 1, "{format}: {}", text(&output.stderr));
            text(&output.stdout)
        };
        let here = from("", ".");
        assert_eq!(here, from("", "."), "{format}");
        assert_eq!(here, from("c", ".."), "{format}");
        assert_eq!(here, from("a b", &root), "{format}");
        assert!(!here.contains(&root), "{format}");
    }
}

#[test]
fn a_package_finds_completions_and_a_manual_page() {
    let print = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_weighbridge")).args(arguments).output().unwrap();
        assert_eq!(code(&output), 0, "{arguments:?}");
        text(&output.stdout)
    };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(print(&["completions", shell]).contains("files-from"), "{shell}");
    }
    let page = print(&["man"]);
    for section in [".TH weighbridge 1", ".SH \"WEIGHBRIDGE CHECK\"", ".SH \"WEIGHBRIDGE NEW RELEASE\"", "Exit codes"] {
        assert!(page.contains(section), "{section}");
    }
}
