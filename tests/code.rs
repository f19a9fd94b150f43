//! Source files that name models: which of them are read, and what is said of the others.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{edit, engine, folder, plan};
use weighbridge::config::{Config, Overrides};
use weighbridge::engine::Plan;
use weighbridge::outcome::Outcome;
use weighbridge::source::SourceId;
use weighbridge::tree::MemoryTree;

const RULE: &str = "registry/hardcoded-model-version";
const CALL: &str = "ask(model='claims-assistant-1.4.0')\n";

fn clean() -> MemoryTree {
    folder("examples/clean")
}

fn places(outcome: &Outcome) -> Vec<String> {
    let named = outcome.findings.iter().filter(|finding| finding.rule.as_str() == RULE);
    named.map(|finding| outcome.sources.of(finding.primary.span).path().to_owned()).collect()
}

fn unknown(outcome: &Outcome) -> Vec<String> {
    outcome.not_assessed.iter().map(|item| format!("{}: {} ({})", item.path, item.what, item.why)).collect()
}

#[test]
fn code_is_read_and_tests_pages_and_others_work_are_not() {
    let mut tree = clean();
    for path in
        ["app/a.py", "web/a.tsx", "cmd/a.go", "tests/a.py", "docs/a.py", "vendor/a.py", "web/a.test.ts", "a.txt"]
    {
        tree.put(path, CALL);
    }
    assert_eq!(places(&engine().check_all(&plan(&tree))), ["app/a.py", "cmd/a.go", "web/a.tsx"]);
}

#[test]
fn what_is_not_read_is_said() {
    let mut tree = clean();
    tree.put("app/huge.py", CALL.repeat(40_000));
    tree.put("app/bytes.py", [CALL.as_bytes(), &[0xff]].concat());
    tree.put("app/broken.ipynb", "{");
    for path in ["app/A.kt", "app/B.kt", "app/c.rb"] {
        tree.put(path, CALL);
    }
    let outcome = engine().check_all(&plan(&tree));
    assert_eq!(places(&outcome), Vec::<String>::new());
    let told = unknown(&outcome).join("\n");
    for said in [
        "app/huge.py: a source file (it has 1440000 bytes, more than the 1048576 that are read)",
        "app/bytes.py: a source file (it is not UTF-8)",
        "app/broken.ipynb: a source file (it is a notebook that cannot be read)",
        ": 2 files of Kotlin, 1 file of Ruby (source files of these languages are not searched for models)",
    ] {
        assert!(told.contains(said), "{said}\n{told}");
    }
}

#[test]
fn nothing_is_read_where_no_rule_or_no_registry_asks_for_it() {
    let mut tree = clean();
    tree.put("app/huge.py", CALL.repeat(40_000));
    let off = ["registry/hardcoded-model-version", "registry/deprecated-in-use", "registry/provider-retired"];
    let overrides = Overrides { ignore: off.map(str::to_owned).to_vec(), ..Overrides::default() };
    let mut other = plan(&tree);
    other.config = Config::default().with(&overrides, engine().catalog()).unwrap();
    assert!(!unknown(&engine().check_all(&other)).join("\n").contains("huge.py"));
    for registry in ["models/claims-assistant/registry.yaml", "models/handover-summariser/registry.yaml"] {
        tree.remove(registry);
    }
    assert!(!unknown(&engine().check_all(&plan(&tree))).join("\n").contains("huge.py"));
}

fn configured<'t>(tree: &'t MemoryTree, text: &str) -> Plan<'t> {
    let config = Config::parse::<&str>("weighbridge.yaml", text, SourceId(0), engine().catalog(), &[]).unwrap();
    Plan { config, ..plan(tree) }
}

#[test]
fn a_rule_that_is_on_for_a_folder_has_its_code_read() {
    let mut tree = clean();
    for path in ["app/a.py", "other/a.py", "app/A.kt", "other/A.kt"] {
        tree.put(path, CALL);
    }
    let off = "ignore: [registry/hardcoded-model-version, registry/deprecated-in-use, registry/provider-retired]\n";
    let on = format!("{off}overrides: [{{files: app/**, select: [{RULE}]}}]\n");
    let outcome = engine().check_all(&configured(&tree, &on));
    assert_eq!(places(&outcome), ["app/a.py"]);
    assert!(unknown(&outcome).join("\n").contains(": 1 file of Kotlin ("), "{:?}", unknown(&outcome));
    assert_eq!(places(&engine().check_all(&configured(&tree, off))), [""; 0]);
}

#[test]
fn a_file_is_a_document_or_code_and_not_both() {
    let mut tree = clean();
    tree.put(".env.yaml", tree.get("models/claims-assistant/registry.yaml").unwrap().to_vec());
    edit(&mut tree, ".env.yaml", "models:", "note: 'claims-assistant-1.4.0'\nmodels:");
    let outcome = engine().check_all(&plan(&tree));
    assert_eq!(outcome.files.iter().filter(|file| file.path == ".env.yaml").count(), 1);
}

#[test]
fn papers_of_other_formats_are_named() {
    let mut tree = clean();
    tree.put("mlops/model_registry.yaml", "models: []\n");
    tree.put("sbom/bom.xml", "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>\n");
    tree.put("sbom/other.xml", "<x/>\n");
    let told = unknown(&engine().check_all(&plan(&tree)));
    let of = |path: &str| told.iter().filter(|said| said.starts_with(path)).count();
    assert_eq!((of("mlops/model_registry.yaml"), of("sbom/bom.xml"), of("sbom/other.xml")), (1, 1, 0));
    let told = unknown(&engine().check_all(&configured(&tree, "exclude: [mlops/**, sbom]\n")));
    assert!(!told.iter().any(|said| said.starts_with("mlops/") || said.starts_with("sbom/")), "{told:?}");
}

#[test]
fn where_the_search_for_papers_stops_is_said() {
    let mut tree = clean();
    for at in 0..201 {
        tree.put(format!("prompts/notes/{at}.json"), "{}");
    }
    let told = unknown(&engine().check_all(&plan(&tree)));
    let stop = ": files about prompts (200 of 201 were looked into for papers of a release)";
    assert!(told.iter().any(|item| item == stop), "{told:?}");
}

#[test]
fn prompts_of_other_formats_are_named_by_what_they_say() {
    let mut tree = clean();
    let papers = [
        ("schemas/prompt-card.yml", "prompt_id: triage-4\nstatus: approved\nmodel: acme-large\n"),
        ("prompts/triage.json", "{\"version\": \"1.2.0\", \"template\": \"Sort {{letter}}\"}"),
        ("config/prompts.yaml", "prompts:\n  triage: {version: 2}\n"),
        ("config/prompts.toml", "[[prompts]]\nid = \"triage\"\nstatus = \"live\"\n"),
        ("app/sort.prompt.yml", "name: Sort\nmessages: []\n"),
    ];
    let others = [
        ("prompts/package.json", "{\"name\": \"prompts\", \"version\": \"1.0.0\"}"),
        ("prompts/schema.json", "{\"title\": \"A prompt\", \"properties\": {\"prompt_id\": {}, \"version\": {}}}"),
        ("prompts/promptfooconfig.yaml", "prompts: [./triage.txt, {id: 'file://a.txt', label: a}]\nproviders: []\n"),
        ("prompts/cases.json", "[{\"prompt\": \"Sort this\"}]"),
        ("prompts/broken.yaml", "prompt_id: [\n"),
        ("charts/mail.yaml", "template: a\nversion: 2\n"),
        ("docs/prompts.md", "# Prompts\n"),
    ];
    for (path, text) in papers.iter().chain(&others) {
        tree.put(*path, *text);
    }
    let told = unknown(&engine().check_all(&plan(&tree)));
    let named = |path: &str| told.iter().any(|said| said.starts_with(path));
    assert!(papers.iter().all(|(path, _)| named(path)), "{told:?}");
    assert!(!others.iter().any(|(path, _)| named(path)), "{told:?}");
}
