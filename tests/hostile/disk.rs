//! A folder that was made to lead astray, and the program itself run over it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use weighbridge::report::Format;
use weighbridge::text;

use super::runner::{assert_inert, commands};

/// What stands in files outside of the repository: it must never be seen.
const SECRET: &str = "hunter2-the-secret";

const CARD: &str = "---\nlicense: nope\npipeline_tag: nope\nbase_model: a/b\n---\n\n# A card\n";

const RELEASE: &str = "apiVersion: weighbridge/v1\nkind: ModelRelease\n\
    metadata: {id: a-1, model: a, version: 1.0.0, stage: offline_evals}\n\
    ownership: {accountable_owner: \"@amara\"}\nartifacts: {checkpoint: {id: ckpt-1}}\n";

/// A repository, and beside it a folder that it must not lead to.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(world.root().join(".git")).unwrap();
        fs::create_dir_all(world.outside()).unwrap();
        fs::write(world.outside().join("secret.md"), format!("---\nlicense: {SECRET}\n---\n# {SECRET}\n")).unwrap();
        fs::write(world.outside().join("secret.json"), format!("{{\"{SECRET}\": [\"{SECRET}\", {SECRET}]}}")).unwrap();
        world
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("repo")
    }

    fn outside(&self) -> std::path::PathBuf {
        self.folder.path().join("outside")
    }

    fn put(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, path: &str, target: impl AsRef<Path>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    /// The program in this repository, without the environment of the test.
    fn run(&self, arguments: &[&OsStr]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        command.current_dir(self.root()).env_clear().args(arguments).output().unwrap()
    }

    /// Runs the check in every format: the same verdict, and nothing that does not
    /// belong into a report. The human report is given back.
    fn check(&self) -> String {
        let mut human = String::new();
        for format in Format::ALL {
            let output = self.run(&["check", "--as-of", "2026-11-21", "--format", format.name()].map(OsStr::new));
            let report = String::from_utf8(output.stdout).unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{format}: {report}{errors}");
            assert_inert(*format, &report);
            assert_eq!(errors, "", "{format}");
            assert!(!report.contains(SECRET), "{format}: {report}");
            assert!(!report.contains(&*self.outside().to_string_lossy()), "{format}: {report}");
            if *format == Format::Human {
                human = report;
            }
        }
        human
    }
}

#[test]
fn names_on_disk_are_inert() {
    let world = World::new();
    let names = [
        "a b",
        "100%",
        "a#b",
        "a:b",
        "a\nb",
        "a\n::error::forged",
        "a\r::error::forged",
        "ünïcode-日本",
        "🚛",
        "x\u{202e}y",
        "##[group]x",
        "\u{1b}[31m",
        "::error::x",
        "-rf",
        "--help",
        "~",
        "$(x)",
        "a|b`c`",
        "a\\b",
        "a,line=9",
    ];
    world.put("c:d.yaml", RELEASE);
    for name in names {
        world.put(format!("models/{name}/README.md"), CARD);
        world.put(format!("releases/{name}/release.yaml"), RELEASE);
    }
    for bytes in [&b"bad\xff"[..], b"\xc3("] {
        world.put(Path::new("models").join(OsStr::from_bytes(bytes)).join("README.md"), CARD);
        world.put(Path::new("other").join(OsStr::from_bytes(&[bytes, b"-release.yaml"].concat())), RELEASE);
    }
    let report = world.check();
    assert!(report.contains("its name is not UTF-8"), "{report}");
    assert!(!report.contains("it leads out of the repository"), "{report}");
    for shown in ["models/a b/README.md", "models/100%/", "models/a#b/", "models/a:b/", "models/日本", "models/🚛/"]
    {
        assert!(report.contains(&shown.replace("models/日本", "日本")), "{shown} is not in {report}");
    }
    assert!(report.contains("a\\n:\\:error::forged") || report.contains("a\\n::error::forged"), "{report}");
}

#[test]
fn links_out_are_findings_and_are_not_followed() {
    let world = World::new();
    world.put("README.md", CARD);
    world.link("models/out/README.md", world.outside().join("secret.md"));
    world.link("releases/out", world.outside());
    world.link("flags/x.flagd.json", world.outside().join("secret.json"));
    world.link("loop/README.md", "README.md");
    world.link("loop/self", ".");
    world.link("models/up/README.md", "../../../outside/secret.md");
    let report = world.check();
    assert!(report.contains("models/out/README.md") && report.contains("models/up/README.md"), "{report}");
    assert!(report.contains("it leads out of the repository"), "{report}");
}

#[test]
fn evidence_outside_is_not_read() {
    for path in [
        "../../../../../../../../etc/passwd",
        "/etc/passwd",
        "../../outside/secret.json",
        "evals/ckpt-1-link.json",
        "evals/folder/secret.json",
        "file:///etc/passwd",
        "C:\\\\windows\\\\win.ini",
        "evals/../../../../outside/secret.json",
        "evals",
        "\\0",
    ] {
        let world = World::new();
        world.put("releases/a/evals/here.json", "{}");
        world.link("releases/a/evals/ckpt-1-link.json", world.outside().join("secret.json"));
        world.link("releases/a/evals/folder", world.outside());
        let evidence = format!(
            "evidence:\n  card: {{path: \"{path}\"}}\n  evaluation: {{path: \"{path}\", digest: \"sha256:{}\"}}\n\
             rollback: {{flag: {{provider: flagd, file: \"{path}\", key: k, rollback_variant: v}}}}\n",
            "0".repeat(64)
        );
        world.put("releases/a/release.yaml", format!("{RELEASE}{evidence}"));
        let report = world.check();
        assert!(!report.contains("root:"), "{report}");
    }
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let world = World::new();
    world.put("README.md", CARD);
    fs::create_dir_all(world.root().join("models/folder/README.md")).unwrap();
    fs::create_dir_all(world.root().join("models/pipe")).unwrap();
    // A pipe that was opened would never end, and neither would this test.
    let pipe = world.root().join("models/pipe/README.md");
    let made = Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success());
    let _socket = std::os::unix::net::UnixListener::bind(world.root().join("release.yaml")).unwrap();
    let report = world.check();
    assert!(report.contains("it is not a regular file"), "{report}");
    assert!(!made || report.contains("models/pipe/README.md"), "{report}");
    assert!(!report.contains("models/folder"), "{report}");
}

#[test]
fn a_file_beyond_the_budget_is_a_finding() {
    let world = World::new();
    world.put("README.md", format!("{CARD}{}", "word ".repeat(1_300_000)));
    world.put("release.yaml", format!("{RELEASE}# {}", "x".repeat(6 * 1024 * 1024)));
    let report = world.check();
    assert!(report.contains("more than the 5242880 that are read"), "{report}");
}

/// Files that an attacker named reach the command line of a hook.
#[test]
fn errors_of_the_command_line_are_inert() {
    let world = World::new();
    world.put("README.md", CARD);
    world.put("hostile.yaml", "\"\\n::error::forged\": \"##[group]x \\e[31m\"\nprofile: \"\\r::error::forged\"\n");
    let payload = "x\n::error::forged\r::error::a ##[group]b \u{1b}[31m\u{202e}";
    let outside = format!("{}/{payload}", world.outside().display());
    let runs: [&[&str]; 14] = [
        &["check", &outside],
        &["check", "--format", payload],
        &["check", "--select", payload],
        &["check", "--as-of", payload],
        &["check", "--config", payload],
        &["check", "--config", "hostile.yaml"],
        &["check", "--files-from", payload],
        &["check", "--output", &format!("json={outside}/{payload}")],
        &["check", "--profile", payload],
        &["check", &format!("--{payload}")],
        &["explain", payload],
        &["schema", payload],
        &["inspect", payload],
        &[payload],
    ];
    for arguments in runs {
        let all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let output = world.run(&all);
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {log}");
        assert_eq!(commands(&log), [], "{arguments:?}");
        assert!(!log.is_empty(), "{arguments:?}");
        assert!(log.chars().all(|c| c == '\n' || !text::is_hidden(c)), "{arguments:?}: {log:?}");
    }
}

#[test]
fn what_inspect_shows_is_inert() {
    for payload in super::PAYLOADS {
        let world = World::new();
        world.put("README.md", super::card(&payload.replace('\0', "")));
        for format in ["human", "json"] {
            let output = world.run(&["inspect", "README.md", "--format", format].map(OsStr::new));
            let shown = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(0), "{payload:?}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(commands(&shown), [], "{format}: {payload:?}");
            assert!(shown.chars().all(|c| c == '\n' || !text::is_hidden(c)), "{format} {payload:?}: {shown}");
        }
    }
}
