//! Kubernetes manifests: which of them serve models, and the pods of those that are no
//! resource of a model server's own.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::container::{self, Around, Mount};
use super::split;
use super::{Read, Word, kserve};
use crate::discover::SERVING_GROUPS;
use crate::parse::Node;
use crate::text;

/// API groups of workloads, some of which serve models, that are not read either.
const UNREAD_WORKLOADS: [&str; 2] = ["ray.io", "apps.nvidia.com"];

/// Kinds of `serving.kserve.io` that are about storage and scaling and name no model.
const WITHOUT_MODEL: [&str; 2] = ["ClusterStorageContainer", "LocalModelNodeGroup"];

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
        (_, kind) if kind.ends_with("List") && manifest.get("items").is_some() => {
            list(manifest, "items", read, depth);
        }
        ("template.openshift.io", "Template") => list(manifest, "objects", read, depth),
        ("serving.kserve.io", "InferenceService") => kserve::inference_service(manifest, read, workload),
        ("serving.kserve.io", "LLMInferenceService" | "LLMInferenceServiceConfig") => {
            kserve::llm_inference_service(manifest, read, workload);
        }
        ("serving.kserve.io", "TrainedModel") => kserve::trained_model(manifest, read, workload),
        ("serving.kserve.io", "ServingRuntime" | "ClusterServingRuntime") => {
            kserve::serving_runtime(manifest, read, workload);
        }
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
        (group, kind) if SERVING_GROUPS.contains(&group) || UNREAD_WORKLOADS.contains(&group) => {
            let what = format!("a `{}` of `{}`", text::quote(kind), text::quote(group));
            read.unknown(what, "manifests of this kind are not read", manifest.anchor());
        }
        _ => {}
    }
    read.splits.extend(split::of(manifest).into_iter().map(|split| split.of_workload(workload)));
}

/// Reads the items of a list of manifests (`List`, `InferenceServiceList`, `Template`).
fn list(list: &Node, key: &str, read: &mut Read, depth: usize) {
    let items = list.get(key).map(Node::items).unwrap_or_default();
    if depth == MAX_DEPTH {
        return read.unknown("a list of manifests".to_owned(), "it is nested too deep", list.anchor());
    }
    // The API server leaves out of a list of one kind what its items are.
    if let Some(item) = items.iter().find(|item| item.get("kind").is_none()) {
        read.unknown("a list of manifests".to_owned(), "its items do not say of what kind they are", item.anchor());
    }
    for item in items {
        self::read(item, read, depth + 1);
    }
}

fn pods(manifest: &Node, way: &[&str], read: &mut Read, workload: usize) {
    if let Some(spec) = manifest.at(way) {
        pod(spec, &Around { workload, ..Around::default() }, read);
    }
}

/// The containers of a pod that run as long as it does: beside its own those that are started
/// before them and stay.
pub(super) fn containers(spec: &Node) -> impl Iterator<Item = &Node> {
    let listed = |key: &str| spec.get(key).map(Node::items).unwrap_or_default().iter();
    let stays = |started: &&Node| started.get("restartPolicy").and_then(Node::text) == Some("Always");
    listed("containers").chain(listed("initContainers").filter(stays))
}

/// Reads the containers of a pod, with the images that it mounts as volumes.
pub(super) fn pod(spec: &Node, around: &Around<'_>, read: &mut Read) {
    let volumes = spec.get("volumes").map(Node::items).unwrap_or_default();
    let image = |volume: &Node| Word::of(volume.at(&["image", "reference"])?).map(Rc::new);
    let images: BTreeMap<&str, Rc<Word>> =
        volumes.iter().filter_map(|volume| Some((volume.get("name")?.text()?, image(volume)?))).collect();
    let mount = |mounted: &Node| {
        let origin = Rc::clone(images.get(mounted.get("name")?.text()?)?);
        Some(Mount { path: mounted.get("mountPath")?.text()?.to_owned(), origin })
    };
    for container in containers(spec) {
        let mounted = container.get("volumeMounts").map(Node::items).unwrap_or_default();
        let mounts: Vec<Mount> = around.mounts.iter().cloned().chain(mounted.iter().filter_map(mount)).collect();
        if !container::read(container, &Around { mounts: &mounts, ..*around }, read) {
            read.unknown("a model server".to_owned(), "its arguments name no model", container.anchor());
        }
    }
}
