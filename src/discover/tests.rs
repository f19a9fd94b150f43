use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::rule::Catalog;
use crate::tree::{Listed, MemoryTree};

const RELEASE: &str = "apiVersion: weighbridge/v1\nkind: ModelRelease\n";

fn put(root: &Path, path: &str, text: &str) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, text).unwrap();
}

/// A folder with files that hold their own path.
fn folder(paths: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in paths {
        put(folder.path(), path, path);
    }
    folder
}

fn names(tree: &dyn Tree) -> Vec<String> {
    tree.list().0
}

fn open(folder: &tempfile::TempDir) -> DiskTree {
    DiskTree::open(folder.path()).unwrap()
}

fn config(text: &str) -> Config {
    Config::parse::<&str>("weighbridge.yaml", text, SourceId(0), &Catalog::default(), &[]).unwrap()
}

#[test]
fn hidden_and_foreign_folders_are_left_out() {
    let folder = folder(&[
        ".git/config",
        ".env",
        ".hidden/a.md",
        ".weighbridge/org.yaml",
        ".weighbridge/.secret",
        ".github/CODEOWNERS",
        ".github/workflows/ci.yaml",
        "m/.eval_results/gpqa.yaml",
        "node_modules/x/README.md",
        "py/site-packages/x.yaml",
        "target/CACHEDIR.TAG",
        "target/a.json",
        "models/target/a.json",
        "venv/pyvenv.cfg",
        "env/prod.yaml",
        "dist/a.yaml",
        "a.md",
        "a/b.md",
    ]);
    let expected = [
        ".env",
        ".github/CODEOWNERS",
        ".weighbridge/org.yaml",
        "a.md",
        "a/b.md",
        "dist/a.yaml",
        "env/prod.yaml",
        "m/.eval_results/gpqa.yaml",
        "models/target/a.json",
    ];
    assert_eq!(names(&open(&folder)), expected);
}

#[test]
fn a_root_of_any_name_is_looked_into() {
    for name in [".github/a.md", "node_modules/a.md", ".git/a.md"] {
        let folder = folder(&[name]);
        let tree = DiskTree::open(&folder.path().join(parent(name))).unwrap();
        assert_eq!(names(&tree), ["a.md"], "{name}");
    }
}

#[test]
fn ignore_files_nest_as_in_git() {
    let folder = folder(&[
        ".git/HEAD",
        "a.log",
        "keep.log",
        "out/a.md",
        "sub/a.log",
        "sub/b.tmp",
        "sub/deep/c.tmp",
        "local.md",
        "x/out/a.md",
        "z.tmp",
    ]);
    put(folder.path(), ".gitignore", "*.log\n!keep.log\n/out\n");
    put(folder.path(), "sub/.gitignore", "!a.log\n*.tmp\n");
    put(folder.path(), "sub/deep/.gitignore", "!c.tmp\n");
    put(folder.path(), ".git/info/exclude", "local.md\n");
    let all = ["keep.log", "sub/a.log", "sub/deep/c.tmp", "x/out/a.md", "z.tmp"];
    assert_eq!(names(&open(&folder)), all);
    // A root below the top of the working tree is ruled by the files above it.
    let below = DiskTree::open(&folder.path().join("sub")).unwrap();
    assert_eq!(names(&below), ["a.log", "deep/c.tmp"]);
    assert_eq!(below.display("a.log"), "sub/a.log");
    assert_eq!(below.display("."), "sub");
    assert_eq!(open(&folder).display("a.log"), "a.log");
    assert_eq!(open(&folder).display("."), ".");
}

#[cfg(unix)]
mod links {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_of_the_root_is_read() {
        let outside = folder(&["secret.yaml", "folder/x.yaml"]);
        let inside = folder(&["a/real.yaml"]);
        let root = inside.path();
        symlink(outside.path().join("secret.yaml"), root.join("out.yaml")).unwrap();
        symlink(outside.path().join("folder"), root.join("outdir")).unwrap();
        symlink("a/real.yaml", root.join("in.yaml")).unwrap();
        symlink("a", root.join("indir")).unwrap();
        symlink("loop.yaml", root.join("loop.yaml")).unwrap();
        symlink("..", root.join("a/up")).unwrap();
        symlink("nowhere.yaml", root.join("dangling.yaml")).unwrap();
        let tree = open(&inside);
        let (files, failed) = tree.list();
        assert_eq!(files, ["a/real.yaml", "in.yaml"]);
        let failed: Vec<(&str, bool)> =
            failed.iter().map(|(path, e)| (path.as_str(), *e == ReadError::Outside)).collect();
        // The link to the temporary folder's root goes up, but not out.
        assert_eq!(failed, [("dangling.yaml", false), ("loop.yaml", false), ("out.yaml", true), ("outdir/", true)]);
        assert_eq!(tree.link_target("in.yaml").as_deref(), Some("a/real.yaml"));
        assert_eq!(tree.read("in.yaml", 100), Ok(b"a/real.yaml".to_vec()));
        assert_eq!(tree.read("indir/real.yaml", 100), Ok(b"a/real.yaml".to_vec()));
        for path in ["out.yaml", "outdir/x.yaml", "../x", "/etc/passwd", "a/../../x"] {
            assert_eq!(tree.read(path, 100), Err(ReadError::Outside), "{path}");
            assert_eq!(tree.head(path, 100), Err(ReadError::Outside), "{path}");
            assert_eq!(tree.stat(path), Err(ReadError::Outside), "{path}");
            assert_eq!(tree.sha256(path), Err(ReadError::Outside), "{path}");
        }
        assert_eq!(tree.read("dangling.yaml", 100), Err(ReadError::Missing));
        assert!(matches!(tree.read("loop.yaml", 100), Err(ReadError::Io(_))));
        assert_eq!(tree.read("a", 100), Err(ReadError::NotAFile));
        assert_eq!(tree.read(".", 100), Err(ReadError::NotAFile));
        assert_eq!(tree.read("a/real.yaml/x", 100), Err(ReadError::Missing));
    }

    #[test]
    fn a_file_is_judged_once_and_a_link_out_is_a_problem() {
        let outside = folder(&["secret.yaml"]);
        let inside = tempfile::tempdir().unwrap();
        let root = inside.path();
        put(root, "shared/one.yaml", RELEASE);
        put(root, ".hidden/two.yaml", RELEASE);
        fs::create_dir(root.join("releases")).unwrap();
        symlink("../shared/one.yaml", root.join("releases/release.yaml")).unwrap();
        symlink("../.hidden/two.yaml", root.join("releases/a.yaml")).unwrap();
        symlink("../.hidden/two.yaml", root.join("releases/b.yaml")).unwrap();
        symlink(outside.path().join("secret.yaml"), root.join("releases/out.yaml")).unwrap();
        symlink(outside.path().join("secret.yaml"), root.join("releases/out.bin")).unwrap();
        symlink(outside.path(), root.join("releases/data")).unwrap();
        let found = discover(&open(&inside), &Config::default(), &Selection::everything());
        let paths: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["releases/a.yaml", "shared/one.yaml"]);
        let problem = Problem {
            path: "releases/out.yaml".into(),
            message: "this file cannot be read: it leads out of the repository".into(),
            help: "put the file itself into the repository instead of a link that leads out of it".into(),
        };
        assert_eq!(found.problems, [problem]);
        let finding = found.problems[0].finding(SourceId(7));
        assert_eq!(finding.rule.as_str(), "gate/file-unreadable");
        assert_eq!(finding.primary.span, Span::file(SourceId(7)));
        let left_out = discover(&open(&inside), &config("exclude: releases/out.*"), &Selection::everything());
        assert_eq!(left_out.problems, []);
    }

    #[test]
    fn pipes_are_never_opened_and_odd_names_are_told() {
        let inside = folder(&["a.yaml"]);
        let root = inside.path();
        let made = std::process::Command::new("mkfifo").arg(root.join("pipe.yaml")).status();
        assert!(made.is_ok_and(|status| status.success()));
        fs::write(root.join(std::ffi::OsStr::from_bytes(b"odd\xff.yaml")), RELEASE).unwrap();
        fs::write(root.join(std::ffi::OsStr::from_bytes(b"odd\xff.bin")), "x").unwrap();
        fs::write(root.join("new\nline.yaml"), RELEASE).unwrap();
        let tree = open(&inside);
        assert_eq!(tree.read("pipe.yaml", 10), Err(ReadError::NotAFile));
        assert_eq!(tree.head("pipe.yaml", 10), Err(ReadError::NotAFile));
        let found = discover(&tree, &Config::default(), &Selection::everything());
        assert_eq!(
            found.files,
            [Found { path: "new\nline.yaml".into(), kind: Kind::Release, bytes: Some(RELEASE.into()) }]
        );
        let told: Vec<(&str, &str)> = found.problems.iter().map(|p| (p.path.as_str(), p.message.as_str())).collect();
        assert_eq!(
            told,
            [
                ("odd\u{fffd}.yaml", "this file cannot be read: its name is not UTF-8"),
                ("pipe.yaml", "this file cannot be read: it is not a regular file"),
            ]
        );
    }

    #[test]
    fn a_root_may_be_reached_through_a_link() {
        let real = folder(&["sub/a.md"]);
        let other = tempfile::tempdir().unwrap();
        let link = other.path().join("link");
        symlink(real.path(), &link).unwrap();
        let tree = DiskTree::open(&link).unwrap();
        assert_eq!(names(&tree), ["sub/a.md"]);
        assert_eq!(tree.relative(&link.join("sub/a.md")).as_deref(), Some("sub/a.md"));
        assert_eq!(tree.relative(&real.path().join("sub/gone/b.md")).as_deref(), Some("sub/gone/b.md"));
        assert_eq!(tree.relative(&link).as_deref(), Some(""));
        assert_eq!(tree.relative(other.path()), None);
    }
}

#[test]
fn no_more_is_read_than_the_limit() {
    let folder = folder(&["small.yaml"]);
    let sparse = fs::File::create(folder.path().join("huge.json")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    let tree = open(&folder);
    assert_eq!(tree.read("huge.json", 100), Err(ReadError::TooLarge { size: 1 << 40, limit: 100 }));
    assert_eq!(tree.head("huge.json", 3), Ok(vec![0; 3]));
    assert!(matches!(tree.sha256("huge.json"), Err(ReadError::TooLarge { .. })));
    assert_eq!(tree.read("small.yaml", 10), Ok(b"small.yaml".to_vec()));
    assert_eq!(tree.read("small.yaml", 9), Err(ReadError::TooLarge { size: 10, limit: 9 }));
    let mut memory = MemoryTree::default();
    memory.put("small.yaml", "small.yaml");
    assert_eq!(tree.sha256("./small.yaml"), memory.sha256("small.yaml"));
    assert_eq!(tree.stat("small.yaml"), Ok(Listed { path: "small.yaml".into(), size: 10 }));
}

#[test]
fn the_root_is_the_nearest_configuration_then_the_working_tree() {
    let folder = folder(&["top/.git/HEAD", "top/a/b/c.md", "top/a/d.md", "loose/x.md", "loose/y/z.md", "loose2/x.md"]);
    put(folder.path(), "weighbridge.yaml", "");
    let root = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        find_root(&paths).map(|root| root.strip_prefix(folder.path().canonicalize().unwrap()).unwrap().to_path_buf())
    };
    // A configuration above the working tree is not of this repository.
    assert_eq!(root(&["top/a/b/c.md"]), Ok("top".into()));
    assert_eq!(root(&["top/a/gone/c.md", "top"]), Ok("top".into()));
    assert_eq!(root(&["loose/x.md"]), Ok("".into()));
    put(folder.path(), "top/a/weighbridge.yaml", "");
    assert_eq!(root(&["top/a/b/c.md", "top/a/d.md"]), Ok("top/a".into()));
    let error = root(&["top/a/b/c.md", "loose/x.md"]).unwrap_err();
    assert!(error.contains("are in different repositories"), "{error}");
    fs::remove_file(folder.path().join("weighbridge.yaml")).unwrap();
    assert_eq!(root(&["loose/y/z.md", "loose/x.md"]), Ok("loose".into()));
    assert!(root(&["loose/x.md", "loose2/x.md"]).is_err());
}

#[test]
fn a_selection_holds_folders_and_refuses_what_is_outside() {
    let folder = folder(&["a/b.md", "a/c.md", "ab.md"]);
    let tree = open(&folder);
    let of = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        Selection::of(&tree, &paths)
    };
    let selection = of(&["a", "gone.md", "ab.md"]).unwrap();
    assert!(selection.contains("a/b.md") && selection.contains("ab.md") && selection.contains("gone.md"));
    assert!(!selection.contains("b.md") && !selection.contains("abc.md"));
    assert!(selection.names("a") && !selection.names("a/b.md"));
    assert_eq!(selection.missing(&tree), ["gone.md"]);
    assert!(of(&["."]).unwrap().is_everything());
    assert!(Selection::everything().contains("x"));
    let error = of(&["../x.md"]).unwrap_err();
    assert!(error.ends_with(&format!("is not in the repository `{}`", tree.root().display())), "{error}");
}

#[test]
fn lists_of_paths() {
    let paths = |text| listed_paths(text).iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    assert_eq!(paths("a.md\r\n\r\n  \nb c.md\n"), ["a.md", "b c.md"]);
    assert_eq!(paths("a\nb.md\0c.md\0"), ["a\nb.md", "c.md"]);
    assert!(paths("").is_empty());
}

#[test]
fn standard_input_stands_in_for_a_file() {
    let folder = folder(&["a.yaml", "c.yaml"]);
    let tree = open(&folder);
    let overlay = Overlay::new(&tree, &folder.path().join("b.yaml"), RELEASE.into()).unwrap();
    assert_eq!(names(&overlay), ["a.yaml", "b.yaml", "c.yaml"]);
    assert_eq!(overlay.read("./b.yaml", 100), Ok(RELEASE.into()));
    assert_eq!(overlay.read("b.yaml", 3), Err(ReadError::TooLarge { size: RELEASE.len() as u64, limit: 3 }));
    assert_eq!(overlay.head("b.yaml", 3), Ok(b"api".to_vec()));
    assert_eq!(overlay.read("a.yaml", 100), Ok(b"a.yaml".to_vec()));
    let found = discover(&overlay, &Config::default(), &Selection::everything());
    assert_eq!(found.files, [Found { path: "b.yaml".into(), kind: Kind::Release, bytes: Some(RELEASE.into()) }]);
    let over = Overlay::new(&tree, &folder.path().join("a.yaml"), b"x".to_vec()).unwrap();
    assert_eq!((names(&over).len(), over.stat("a.yaml").map(|file| file.size)), (2, Ok(1)));
    assert!(Overlay::new(&tree, &folder.path().join("../b.yaml"), Vec::new()).is_err());
}

#[test]
fn the_readme_beside_an_adapter_is_its_card() {
    let mut tree = MemoryTree::default();
    for path in ["README.md", "lora/README.md", "lora/notes.md", "other/README.md"] {
        tree.put(path, "# Notes\n\nHow it was trained.\n");
    }
    tree.put("lora/adapter_config.json", "{}");
    let told = |config: &Config| -> Vec<String> {
        let found = discover(&tree, config, &Selection::everything());
        found.files.iter().map(|file| format!("{} {}", file.path, file.kind)).collect()
    };
    assert_eq!(told(&Config::default()), ["lora/README.md card", "lora/adapter_config.json adapter-config"]);
    assert_eq!(told(&config("exclude: '**/README.md'")), ["lora/adapter_config.json adapter-config"]);
}

#[test]
fn names_content_and_configuration_tell_kinds() {
    let mut tree = MemoryTree::default();
    for (path, text) in [
        ("weighbridge.yaml", "exclude: '**'"),
        ("releases/a/1/release.yaml", "not: ours"),
        ("releases/a/1/notes.yaml", "not: ours"),
        ("docs/packet.json", r#"{"apiVersion": "weighbridge/v1", "kind": "EvaluationPacket"}"#),
        ("docs/odd.yaml", "apiVersion: weighbridge/v1\nkind: Zebra\n"),
        ("docs/text.txt", "x"),
        ("docs/own.md", "plain words"),
        ("README.md", "# A library\n"),
        ("m/README.md", "---\nbase_model: a/b\npipeline_tag: text-generation\n---\n# M\n"),
        ("m/MODEL_CARD.md", "anything"),
    ] {
        tree.put(path, text);
    }
    let told = |config: &Config| -> Vec<String> {
        let found = discover(&tree, config, &Selection::everything());
        found.files.iter().map(|file| format!("{} {}", file.path, file.kind)).collect()
    };
    let plain = [
        "docs/packet.json evaluation-packet",
        "m/MODEL_CARD.md card",
        "m/README.md card",
        "releases/a/1/release.yaml release",
        "weighbridge.yaml config",
    ];
    assert_eq!(told(&Config::default()), plain);
    assert_eq!(told(&config("exclude: '**'")), ["weighbridge.yaml config"]);
    assert_eq!(told(&config("include: m")), ["m/MODEL_CARD.md card", "m/README.md card", "weighbridge.yaml config"]);
    // What a document says of itself counts more than a glob, and a glob more than a name.
    let by_glob = config("kinds: [{files: docs, kind: card}, {files: releases, kind: flags}]");
    assert_eq!(
        told(&by_glob),
        [
            "docs/odd.yaml card",
            "docs/own.md card",
            "docs/packet.json evaluation-packet",
            "docs/text.txt card",
            "m/MODEL_CARD.md card",
            "m/README.md card",
            "releases/a/1/notes.yaml flags",
            "releases/a/1/release.yaml flags",
            "weighbridge.yaml config",
        ]
    );
    let problems = discover(&tree, &Config::default(), &Selection::everything()).problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "docs/odd.yaml");
    assert_eq!(problems[0].message, "`kind: Zebra` is no kind of document of `weighbridge/v1`");
}

#[test]
fn a_named_markdown_file_is_a_card_even_where_git_ignores_it() {
    let folder = folder(&["notes.md", "README.md", "CHANGELOG.md", "other.md", "ignored.md"]);
    put(folder.path(), ".gitignore", "ignored.md\n");
    let tree = open(&folder);
    let named: Vec<PathBuf> =
        ["notes.md", "README.md", "CHANGELOG.md", "ignored.md", "gone.md"].map(|path| folder.path().join(path)).into();
    let selection = Selection::of(&tree, &named).unwrap();
    let found = discover(&tree, &Config::default(), &selection);
    let paths: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["ignored.md", "notes.md"]);
    assert_eq!(discover(&tree, &Config::default(), &selection.collected()).files, [], "nobody chose them");
    assert_eq!(found.missing, ["gone.md"]);
    assert_eq!(found.listed, ["CHANGELOG.md", "README.md", "ignored.md", "notes.md", "other.md"]);
}

#[test]
#[cfg(unix)]
fn a_file_is_written_only_as_it_was_read_and_never_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("real")).unwrap();
    fs::write(root.join("real/a.md"), "one").unwrap();
    std::os::unix::fs::symlink("real/a.md", root.join("link.md")).unwrap();
    std::os::unix::fs::symlink("real", root.join("folder")).unwrap();
    let tree = DiskTree::open(root).unwrap();
    for path in ["link.md", "folder/a.md", "../a.md", "gone.md", "real"] {
        assert!(tree.rewrite(path, b"one", b"two").is_err(), "{path}");
    }
    assert!(tree.rewrite("real/a.md", b"onX", b"two").is_err(), "somebody else was faster");
    assert!(tree.rewrite("real/a.md", b"on", b"two").is_err(), "somebody else was faster");
    tree.rewrite("real/a.md", b"one", b"2").unwrap();
    assert_eq!(fs::read(root.join("real/a.md")).unwrap(), b"2");
}
