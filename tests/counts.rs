//! Whatever the format, a reader counts the same findings; and a run says the same bytes again,
//! from whichever folder it is started.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value as Json;
use weighbridge::report::Format;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn report(from: &Path, what: &str, format: Format, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.current_dir(from).args(["check", what, "--as-of", "2026-11-21", "--format", format.name()]).args(more);
    for name in ["GITHUB_ACTIONS", "CI_PROJECT_URL", "COLUMNS"] {
        command.env_remove(name);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// How many errors, warnings and notes.
type Counts = [usize; 3];

/// So many of a text as a sentence says: `15 errors, 1 warning in 10 files`.
fn said(text: &str) -> Counts {
    ["error", "warning", "note"].map(|what| {
        let number = Regex::new(&format!(r"\b(\d+) {what}s?\b[^\n]*\bin \d+ files?")).unwrap();
        number.captures(text).map_or(0, |found| found[1].parse().unwrap())
    })
}

fn occurrences(text: &str, patterns: [&str; 3]) -> Counts {
    patterns.map(|pattern| Regex::new(pattern).unwrap().find_iter(text).count())
}

fn values(list: &Json, key: &str, names: [&[&str]; 3]) -> Counts {
    let all = list.as_array().unwrap();
    names.map(|names| all.iter().filter(|item| names.contains(&item[key].as_str().unwrap())).count())
}

/// What a reader of the format counts.
fn counted(format: Format, text: &str) -> Counts {
    let json = || serde_json::from_str::<Json>(text).unwrap();
    let severities = [&["ERROR"][..], &["WARNING"], &["INFO"]];
    match format {
        Format::Json => values(&json()["findings"], "severity", [&["error"], &["warning"], &["note"]]),
        Format::Sarif => values(&json()["runs"][0]["results"], "level", [&["error"], &["warning"], &["note"]]),
        Format::Gitlab => values(&json(), "severity", [&["blocker", "critical", "major"], &["minor"], &["info"]]),
        Format::Rdjson => values(&json()["diagnostics"], "severity", severities),
        Format::Rdjsonl => {
            let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            values(&Json::Array(lines), "severity", severities)
        }
        Format::Junit => ["error", "warning", "note"].map(|severity| {
            let pattern = format!("<(?:failure type|skipped message)=\"{severity}\\b");
            Regex::new(&pattern).unwrap().find_iter(text).count()
        }),
        Format::Concise => occurrences(text, [r"(?m): error\[", r"(?m): warning\[", r"(?m): note\["]),
        Format::Github => {
            let shown =
                Regex::new(r"(?m)^::(error|warning|notice) [^\n]*?::(?:(\d+) findings at one place%0A)?").unwrap();
            let more = Regex::new(r"(\d+) (error|warning|note)s?\b").unwrap();
            let place = |name: &str| ["error", "warning"].iter().position(|known| *known == name).unwrap_or(2);
            let mut all = [0; 3];
            for found in shown.captures_iter(text) {
                all[place(&found[1])] += found.get(2).map_or(1, |number| number.as_str().parse().unwrap());
            }
            let left = text.lines().find(|line| line.contains(" more than GitHub shows")).unwrap_or_default();
            for found in more.captures_iter(left) {
                all[place(&found[2])] += found[1].parse::<usize>().unwrap();
            }
            assert_eq!(all, said(text));
            all
        }
        Format::Human => said(text.lines().last().unwrap()),
        Format::Markdown | Format::Html => said(text),
    }
}

fn agree(from: &Path, what: &str, more: &[&str]) -> Counts {
    let expected = counted(Format::Json, &report(from, what, Format::Json, more));
    for format in Format::ALL {
        let text = report(from, what, *format, more);
        assert_eq!(counted(*format, &text), expected, "{what} as {format}");
        assert!(text == report(from, what, *format, more), "{what} as {format}, again");
    }
    expected
}

#[test]
fn every_format_has_the_same_findings() {
    let root = Path::new(ROOT);
    assert_eq!(agree(root, "examples/clean", &[]), [0, 0, 0]);
    let broken = agree(root, "examples/broken", &["--fail-on", "never"]);
    assert!(broken[0] > 10 && broken[1] > 0, "more errors than GitHub shows: {broken:?}");
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let mut card =
        "---\nlicense: Apache 2.0\ndescription: |\n  ::error::1 error in 1 file\n---\n# 7 errors in 7 files\n\n"
            .to_owned();
    for at in 0..11 {
        let _ = writeln!(card, "## TODO {at} <failure message=\"warning\"/>\n");
    }
    for name in ["a", "b ::error::", "c%0A"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("MODEL_CARD.md"), &card).unwrap();
    }
    for severity in ["error", "warning", "note"] {
        fs::write(folder.path().join("weighbridge.yaml"), format!("severity: {{card: {severity}}}\n")).unwrap();
        assert!(agree(folder.path(), ".", &[]).iter().sum::<usize>() > 10);
    }
}

#[test]
fn a_report_does_not_depend_on_the_folder_that_it_is_made_in() {
    let root = Path::new(ROOT);
    for format in Format::ALL {
        let here = report(root, "examples/broken", *format, &[]);
        let there = report(&root.join("src/report"), "../../examples/broken", *format, &[]);
        let within = report(&root.join("examples/broken/models"), "..", *format, &[]);
        assert!(here == there && here == within, "{format}");
    }
}
