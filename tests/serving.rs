//! Serving files of repositories that release nothing, and those that cannot be read.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{check, folder};
use weighbridge::config::{Config, Overrides};
use weighbridge::outcome::Outcome;
use weighbridge::tree::MemoryTree;

/// `path: what: why` of everything that was not assessed.
fn told(outcome: &Outcome) -> Vec<String> {
    outcome.not_assessed.iter().map(|item| format!("{}: {}: {}", item.path, item.what, item.why)).collect()
}

const SERVICE: &str = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {predictor: {model: {storageUri: hf://acme/tone-7b}}}\n";

#[test]
fn a_repository_without_releases_is_left_in_peace() {
    let mut tree = folder("examples/clean");
    let releases: Vec<String> =
        tree.paths().filter(|path| path.ends_with("/release.yaml")).map(str::to_owned).collect();
    let without = |tree: &MemoryTree| {
        let mut tree = tree.clone();
        for path in &releases {
            tree.remove(path);
        }
        check(&tree)
    };
    let before = without(&tree).findings.len();
    tree.put("deploy/other.yaml", SERVICE);
    tree.put("deploy/broken.yaml", SERVICE.replace("hf:", "{hf}:"));
    tree.put("Modelfile", "FROM ./tone.gguf\n");
    let outcome = without(&tree);
    assert_eq!(outcome.findings.len(), before, "{:?}", common::gist(&outcome));
    let told = told(&outcome);
    for expected in [
        "deploy/other.yaml: who is routed to what: the repository has no release manifest to hold it against",
        "deploy/broken.yaml: who is routed to what: it cannot be read",
        "Modelfile: who is routed to what: the repository has no release manifest to hold it against",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected}: {told:?}");
    }
}

#[test]
fn what_is_not_known_of_a_file_is_said_of_the_file() {
    let mut tree = folder("examples/clean");
    tree.put("deploy/proxy.yaml", "model_list: [{model_name: a, litellm_params: {model: os.environ/CHAT_MODEL}}]\n");
    let mut plan = common::plan(&tree);
    let overrides = Overrides { require_assessed: true, ..Overrides::default() };
    plan.config = Config::default().with(&overrides, common::engine().catalog()).unwrap();
    let outcome = common::engine().check(&plan).unwrap();
    let said = outcome.findings.iter().filter(|finding| finding.rule.as_str() == "gate/not-assessed");
    let said: Vec<&str> = said.map(|finding| finding.message.as_str()).collect();
    let known = "not everything of this file could be assessed: a model of LiteLLM (a variable says which one)";
    assert!(said.contains(&known), "{said:?}");
}

#[test]
fn serving_files_alone_are_nothing_to_judge() {
    let mut tree = MemoryTree::default();
    tree.put("deploy/service.yaml", SERVICE);
    let mut plan = common::plan(&tree);
    plan.allow_empty = false;
    assert!(common::engine().check(&plan).is_err());
}

#[test]
fn templates_are_not_assessed_and_broken_files_are_findings() {
    let mut tree = folder("examples/clean");
    tree.put("chart/Chart.yaml", "name: claims");
    tree.put("chart/templates/service.yaml", SERVICE.replace("hf://acme/tone-7b", "{{ .Values.model }}"));
    let outcome = check(&tree);
    assert!(outcome.findings.is_empty(), "{:?}", common::gist(&outcome));
    let expected = "chart/templates/service.yaml: who is routed to what: it is a template of a chart, and what that renders to is not in the repository";
    assert!(told(&outcome).iter().any(|line| line == expected), "{:?}", told(&outcome));

    tree.put("deploy/broken.yaml", SERVICE.replace("hf:", "{hf}:"));
    assert_eq!(common::rules(&check(&tree)), ["gate/syntax-error"]);
}

#[test]
fn what_is_served_by_a_path_or_a_variable_is_not_assessed() {
    let mut tree = folder("examples/clean");
    tree.put(
        "deploy/other.yaml",
        SERVICE.replace("hf://acme/tone-7b", "\"${MODEL}\"").replace("spec:", "metadata: {name: tone}\nspec:"),
    );
    tree.put("ollama/Modelfile", "FROM ./tone.gguf\n");
    let outcome = check(&tree);
    assert!(outcome.findings.is_empty(), "{:?}", common::gist(&outcome));
    let told = told(&outcome);
    assert!(told.iter().any(|line| line.starts_with("deploy/other.yaml: model `${MODEL}`: a variable")), "{told:?}");
    assert!(
        told.iter().any(|line| line.starts_with("ollama/Modelfile: model `./tone.gguf`: it is a path")),
        "{told:?}"
    );
}
