//! Telling serving files by marks in their text; what they say is read later, by the same lists.

use std::sync::LazyLock;

use regex::Regex;

use crate::tree::file_name;

/// API groups of nothing but serving.
pub(crate) const SERVING_GROUPS: [&str; 12] = [
    "serving.kserve.io",
    "inference.networking.k8s.io",
    "inference.networking.x-k8s.io",
    "llm-d.ai",
    "machinelearning.seldon.io",
    "mlops.seldon.io",
    "kaito.sh",
    "kubeai.org",
    "model.aibrix.ai",
    "production-stack.vllm.ai",
    "llmaz.io",
    "inference.llmaz.io",
];

/// API groups of workloads of every kind.
const WORKLOAD_GROUPS: [&str; 8] = [
    "apps",
    "batch",
    "argoproj.io",
    "ray.io",
    "apps.nvidia.com",
    "leaderworkerset.x-k8s.io",
    "serving.knative.dev",
    "gateway.networking.k8s.io",
];

/// What the name of an image that is a model server begins with.
pub(crate) const SERVER_IMAGES: [&str; 8] =
    ["vllm", "text-generation-inference", "huggingfaceserver", "sglang", "lorax", "llama.cpp", "ollama", "llm-d-cuda"];

/// Programs, and modules of Python, that are model servers.
pub(crate) const SERVER_PROGRAMS: [&str; 8] = [
    "vllm",
    "text-generation-launcher",
    "huggingfaceserver",
    "sglang",
    "lorax-launcher",
    "llama-server",
    "trtllm-serve",
    "ollama",
];

/// What else there is in the text of workloads that serve models.
const MARKS: [&str; 3] = ["NIMService", "RayService", "inference.networking."];

struct Manifest {
    serves: Regex,
    runs: Regex,
}

impl Manifest {
    /// The patterns are constants and compile, as the tests prove.
    fn new() -> Option<Self> {
        let version = |is: &str| Regex::new(&format!(r#"["']?apiVersion["']?[ \t]*:\s*["']?(?:{is})"#)).ok();
        let any = |groups: &[&str]| groups.iter().map(|group| regex::escape(group)).collect::<Vec<_>>().join("|");
        // Pods and lists of manifests have no group.
        let core = r#"v1(?:["'\s,}]|$)"#;
        Some(Self {
            serves: version(&format!("(?:{})/", any(&SERVING_GROUPS)))?,
            runs: version(&format!("(?:{})/|{core}", any(&WORKLOAD_GROUPS)))?,
        })
    }
}

static MANIFEST: LazyLock<Option<Manifest>> = LazyLock::new(Manifest::new);

/// Whether the first bytes of a YAML or JSON file look like a file by which models are
/// served.
pub(super) fn is_serving(path: &str, text: &str) -> bool {
    let marks = || SERVER_IMAGES.iter().chain(&SERVER_PROGRAMS).chain(&MARKS);
    let marked = || marks().any(|mark| text.contains(mark));
    if is_compose(path) {
        return marked() || text.lines().any(|line| line.trim_end() == "models:") || text.contains("type: model");
    }
    if text.contains("litellm_params") && text.contains("model_list") {
        return true;
    }
    text.contains("apiVersion")
        && MANIFEST
            .as_ref()
            .is_some_and(|manifest| manifest.serves.is_match(text) || manifest.runs.is_match(text) && marked())
}

/// `compose.yaml`, `docker-compose.gpu.yml`.
fn is_compose(path: &str) -> bool {
    let name = file_name(path);
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or_default();
    let stem = stem.strip_prefix("docker-").unwrap_or(stem);
    stem == "compose" || stem.starts_with("compose.") || stem.starts_with("compose-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_by_their_group_or_by_what_they_run() {
        for (path, text, expected) in [
            ("a.yaml", "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n", true),
            ("a.yaml", "kind: X\n---\napiVersion: \"inference.networking.x-k8s.io/v1alpha2\"\n", true),
            ("a.json", r#"{"apiVersion": "serving.kserve.io/v1beta1"}"#, true),
            ("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nx: nginx\n", false),
            ("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nimage: vllm/vllm-openai:v0.19.0\n", true),
            ("a.yaml", "apiVersion: v1\nkind: Pod\nimage: ollama/ollama:0.9\n", true),
            ("a.yaml", "apiVersion: v1\nkind: Service\n", false),
            ("proxy.yaml", "model_list:\n  - model_name: a\n    litellm_params: {model: openai/a}\n", true),
            ("a.yaml", "apiVersion: \"v1\" # core\nkind: Pod\nimage: vllm/vllm-openai\n", true),
            ("a.json", r#"{"kind": "List", "items": [{"image": "vllm/vllm-openai"}], "apiVersion": "v1"}"#, true),
            ("a.yaml", "image: vllm/vllm-openai\napiVersion: v1", true),
            ("a.yaml", "apiVersion: v10\nkind: Pod\nimage: vllm/vllm-openai\n", false),
            ("a.yaml", "apiVersion: kaito.sh/v1beta1\nkind: Workspace\n", true),
            ("a.yaml", "apiVersion: inference.llmaz.io/v1alpha1\nkind: Playground\n", true),
            ("a.yaml", "apiVersion: apps/v1\nimage: kserve/huggingfaceserver:v0.15\n", true),
            ("a.yaml", "apiVersion: apps/v1\nimage: ghcr.io/llm-d/llm-d-cuda:v0.9.0\n", true),
            ("a.yaml", "apiVersion: apps/v1\ncommand: [ollama, serve]\n", true),
            ("notes.yaml", "vllm: yes\n", false),
            ("compose.yaml", "services:\n  a: {image: x}\nmodels:\n  llm: {model: ai/smollm2}\n", true),
            ("deploy/docker-compose.gpu.yml", "services:\n  a: {image: vllm/vllm-openai:v1}\n", true),
            ("compose.yaml", "services:\n  a: {image: postgres}\n", false),
            ("composer.yaml", "models:\n", false),
        ] {
            assert_eq!(is_serving(path, text), expected, "{path}: {text}");
        }
    }
}
