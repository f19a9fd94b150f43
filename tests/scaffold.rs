//! What is written parses, is held against its schema, and leaves open only what a
//! person must supply.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Engine, Past, Plan};
use weighbridge::rule::Severity;
use weighbridge::scaffold::{About, Draft, Subject, WriteError, card, draft, manifest, survey, write_new};
use weighbridge::tree::MemoryTree;

const ADAPTER: &str = r#"{"peft_type": "LORA", "base_model_name_or_path": "harbourlight/tern-1b", "revision": null}"#;

/// The rules that find something, each with how often.
fn found(tree: &MemoryTree) -> Vec<(String, usize)> {
    let engine = Engine::builtin().unwrap();
    let outcome = engine.check_all(&Plan {
        tree,
        config: Config::default(),
        selection: Selection::everything(),
        as_of: jiff::civil::date(2026, 11, 21),
        fail_on: Some(Severity::Error),
        allow_empty: false,
        baseline: None,
        past: Past::NotAsked,
    });
    let rules: Vec<String> = outcome.findings.iter().map(|finding| finding.rule.to_string()).collect();
    let names: BTreeSet<&String> = rules.iter().collect();
    names.into_iter().map(|name| (name.clone(), rules.iter().filter(|rule| *rule == name).count())).collect()
}

fn write(tree: &mut MemoryTree, draft: Draft) {
    assert!(tree.get(&draft.path).is_none(), "{} is written twice", draft.path);
    tree.put(draft.path, draft.text);
}

#[test]
fn an_adapter_gets_what_only_a_person_can_complete() {
    let mut tree = MemoryTree::default();
    tree.put("adapter_config.json", ADAPTER);
    tree.put("adapter.gguf", "weights");
    let survey = survey(&tree, &Config::default(), "claims lora");
    let [model] = survey.models.as_slice() else { panic!("{survey:?}") };
    assert_eq!((model.name.as_str(), model.base_id()), ("claims-lora", Some("harbourlight/tern-1b")));
    assert_eq!(model.checkpoint_id().as_deref(), Some("ckpt-9a129038d9a0"));
    tree.put("README.md", card(model));
    tree.put("releases/claims-lora/0.1.0/release.yaml", manifest(model, "README.md"));
    assert_eq!(
        found(&tree),
        [
            ("card/placeholder-text", 11),
            ("evaluation/missing", 1),
            ("huggingface/unknown-license", 1),
            ("release/owner-not-accountable", 1),
            ("rollout/rollback-missing", 1),
        ]
        .map(|(rule, count)| (rule.to_owned(), count))
    );
}

#[test]
fn checkpoints_of_a_run_are_one_model_and_a_card_above_serves_it() {
    let mut tree = MemoryTree::default();
    for folder in ["runs/a", "runs/a/checkpoint-1", "runs/a/checkpoint-2", "other/adapter"] {
        tree.put(format!("{folder}/adapter_config.json"), ADAPTER);
    }
    tree.put("other/README.md", "---\nlibrary_name: peft\nlicense: mit\nbase_model: gpt2\n---\n# Other\n");
    let survey = survey(&tree, &Config::default(), "root");
    let seen: Vec<_> = survey.models.iter().map(|m| (m.folder.as_str(), m.name.as_str(), m.card.as_deref())).collect();
    assert_eq!(seen, [("other/adapter", "other", Some("other/README.md")), ("runs/a", "a", None)]);
}

#[test]
fn a_readme_beside_an_adapter_is_its_card_and_an_idle_folder_names_nothing() {
    let names = |folder: &str| {
        let mut tree = MemoryTree::default();
        tree.put(format!("{folder}/adapter_config.json"), ADAPTER);
        tree.put(format!("{folder}/README.md"), "# Egocentric retail questions\n\nA LoRA adapter.\n");
        let survey = survey(&tree, &Config::default(), "retail");
        let model = &survey.models[0];
        assert_eq!(model.card.as_deref(), Some(&*format!("{folder}/README.md")));
        model.name.clone()
    };
    let all = ["lora_adapter", "out/checkpoint-500", "finetuned_model", "runs/Final", "lora-2024"].map(names);
    assert_eq!(all, ["retail"; 5]);
}

#[test]
fn a_pointer_of_git_lfs_stands_for_its_file() {
    let mut tree = MemoryTree::default();
    let hex = "ab".repeat(32);
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hex}\nsize 123456\n");
    tree.put("model.safetensors", pointer);
    let survey = survey(&tree, &Config::default(), "root");
    let weights = &survey.models[0].weights[0];
    assert_eq!((weights.digest.as_str(), weights.size), (format!("sha256:{hex}").as_str(), 123_456));
}

#[test]
fn hostile_values_stay_values() {
    let mut tree = MemoryTree::default();
    let kitfile = "package: {name: \"../x: {\", version: \"1.0\\n- y\", description: \"a\\n# b\"}\n\
                   model: {license: \"mit\\nx: y\"}\n";
    tree.put("Kitfile", kitfile);
    tree.put("adapter_config.json", r#"{"base_model_name_or_path": "/root/x\nlicense: mit", "revision": "a\nb: c"}"#);
    let survey = survey(&tree, &Config::default(), "root");
    let model = &survey.models[0];
    assert_eq!((model.name.as_str(), model.version.as_deref(), model.base_id()), ("x", None, None));
    for text in [card(model), manifest(model, "models/x: y #/README.md")] {
        assert!(!text.lines().any(|line| ["license: mit", "- y", "# b", "x: y", "b: c"].contains(&line)), "{text}");
    }
}

#[test]
fn every_kind_is_of_its_schema_and_says_what_is_open() {
    let about = |checkpoint: Option<&str>| About {
        model: "reply-drafter".to_owned(),
        version: "1.0".to_owned(),
        folder: About::usual_folder("reply-drafter", "1.0"),
        checkpoint: checkpoint.map(str::to_owned),
    };
    let name = || "reply-drafter".to_owned();
    let mut tree = MemoryTree::default();
    for subject in [
        Subject::Card(name()),
        Subject::Release(about(None), None),
        Subject::EvaluationPacket(about(Some("ckpt-1a2b3c"))),
        Subject::SecurityReview(about(None)),
        Subject::Approvals(about(None)),
        Subject::Registry(name(), None),
        Subject::PromptRegistry("system".to_owned()),
        Subject::Dataset("acme/dialogues".to_owned(), "v3".to_owned()),
        Subject::Organisation,
        Subject::Waivers,
    ] {
        write(&mut tree, draft(&subject));
    }
    let found = found(&tree);
    let form = |rule: &str| rule.starts_with("gate/") || rule == "release/manifest-invalid";
    assert!(!found.iter().any(|(rule, _)| form(rule)), "{found:?}");
    assert!(tree.get("releases/reply-drafter/1.0/ckpt-1a2b3c-eval-packet.yaml").is_some());
}

#[test]
fn nothing_is_written_over_or_outside() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let root = root.path().canonicalize().unwrap();
    let draft = |path: &str| Draft { path: path.to_owned(), text: "new".to_owned() };
    std::fs::write(root.join("there"), "old").unwrap();
    assert!(matches!(write_new(&root, &draft("there")), Err(WriteError::Exists)));
    assert_eq!(std::fs::read_to_string(root.join("there")).unwrap(), "old");
    write_new(&root, &draft("a/b/c")).unwrap();
    assert_eq!(std::fs::read_to_string(root.join("a/b/c")).unwrap(), "new");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), root.join("link")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("gone"), root.join("dangling")).unwrap();
        assert!(matches!(write_new(&root, &draft("link/x/y")), Err(WriteError::Outside)));
        assert!(matches!(write_new(&root, &draft("dangling")), Err(WriteError::Exists)));
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
