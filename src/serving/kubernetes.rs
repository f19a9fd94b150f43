//! Kubernetes manifests: which of them serve models, and the pods of those that are no
//! resource of a model server's own.

use std::collections::BTreeMap;

use super::container::{self, Around, MAX_MOUNTS, Mount};
use super::split;
use super::{Read, Word, kserve};
use crate::parse::Node;

/// API groups of things that serve models and that are not read.
const UNREAD_GROUPS: [&str; 10] = [
    "ray.io",
    "machinelearning.seldon.io",
    "mlops.seldon.io",
    "apps.nvidia.com",
    "kaito.sh",
    "kubeai.org",
    "model.aibrix.ai",
    "production-stack.vllm.ai",
    "llmaz.io",
    "inference.llmaz.io",
];

/// Kinds of `serving.kserve.io` that are about servers, storage and scaling and name no model.
const WITHOUT_MODEL: [&str; 5] = [
    "ServingRuntime",
    "ClusterServingRuntime",
    "ClusterStorageContainer",
    "LocalModelNodeGroup",
    "InferenceServiceList",
];

/// How deep lists of manifests may be nested.
const MAX_DEPTH: usize = 4;

/// The API group and the kind of a manifest.
pub fn group_of(manifest: &Node) -> (&str, &str) {
    let text = |key: &str| manifest.get(key).and_then(Node::text).unwrap_or_default();
    (text("apiVersion").split('/').next().unwrap_or_default(), text("kind"))
}

/// Reads a manifest.
pub(super) fn read(manifest: &Node, read: &mut Read, depth: usize) {
    let workload = read.next_workload();
    match group_of(manifest) {
        ("v1", "List") if depth < MAX_DEPTH => {
            for item in manifest.get("items").map(Node::items).unwrap_or_default() {
                self::read(item, read, depth + 1);
            }
        }
        ("serving.kserve.io", "InferenceService") => kserve::inference_service(manifest, read, workload),
        ("serving.kserve.io", "LLMInferenceService" | "LLMInferenceServiceConfig") => {
            kserve::llm_inference_service(manifest, read, workload);
        }
        ("serving.kserve.io", "TrainedModel") => kserve::trained_model(manifest, read, workload),
        ("serving.kserve.io", kind) if WITHOUT_MODEL.contains(&kind) => {}
        ("serving.kserve.io", "InferenceGraph") => {}
        ("v1", "Pod") => pods(manifest, &["spec"], read, workload),
        ("apps", _) | ("batch", "Job") | ("argoproj.io", "Rollout") | ("serving.knative.dev", "Service") => {
            pods(manifest, &["spec", "template", "spec"], read, workload);
        }
        ("leaderworkerset.x-k8s.io", "LeaderWorkerSet") => {
            for template in ["leaderTemplate", "workerTemplate"] {
                pods(manifest, &["spec", "leaderWorkerTemplate", template, "spec"], read, workload);
            }
        }
        ("inference.networking.x-k8s.io" | "inference.networking.k8s.io" | "llm-d.ai", kind) => {
            split::targets(manifest, kind, read, workload);
        }
        (group, kind) if group == "serving.kserve.io" || UNREAD_GROUPS.contains(&group) => {
            let what = format!("a `{}` of `{}`", crate::text::quote(kind), crate::text::quote(group));
            read.unknown(what, "manifests of this kind are not read", manifest.anchor());
        }
        _ => {}
    }
    read.splits.extend(split::of(manifest).into_iter().map(|split| split.of_workload(workload)));
}

fn pods(manifest: &Node, way: &[&str], read: &mut Read, workload: usize) {
    if let Some(spec) = manifest.at(way) {
        pod(spec, &[], read, workload);
    }
}

/// Reads the containers of a pod, with the images that it mounts as volumes.
pub(super) fn pod(spec: &Node, stored: &[Mount], read: &mut Read, workload: usize) {
    let volumes = spec.get("volumes").map(Node::items).unwrap_or_default();
    let images: BTreeMap<&str, Word> = volumes
        .iter()
        .filter_map(|volume| Some((volume.get("name")?.text()?, Word::of(volume.at(&["image", "reference"])?)?)))
        .collect();
    let mount = |mounted: &Node| {
        let origin = images.get(mounted.get("name")?.text()?)?.clone();
        Some(Mount { path: mounted.get("mountPath")?.text()?.to_owned(), origin })
    };
    for container in spec.get("containers").map(Node::items).unwrap_or_default() {
        let mounted = container.get("volumeMounts").map(Node::items).unwrap_or_default();
        let mounts: Vec<Mount> =
            stored.iter().cloned().chain(mounted.iter().filter_map(mount)).take(MAX_MOUNTS).collect();
        if !container::read(container, &Around { mounts: &mounts, serves: false, workload }, read) {
            read.unknown("a model server".to_owned(), "its arguments name no model", container.anchor());
        }
    }
}
