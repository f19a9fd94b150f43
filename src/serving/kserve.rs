//! `KServe`: `InferenceService`, `LLMInferenceService`, `TrainedModel` and the runtimes of services
//! (<https://kserve.github.io/website/docs/reference/crd-api>).

use std::rc::Rc;

use super::container::{self, Around, MODELS, Mount};
use super::kubernetes::{containers, pod};
use super::{Origin, Read, Role, Route, Word};
use crate::parse::Node;

/// Why a service is not understood.
const NO_MODEL: &str = "it names no model";

/// The longest name of an object of Kubernetes.
const MAX_NAME: usize = 253;

/// The predictors that name their framework themselves, as they did before `model`.
const FRAMEWORKS: [&str; 11] = [
    "model",
    "sklearn",
    "xgboost",
    "tensorflow",
    "pytorch",
    "triton",
    "onnx",
    "huggingface",
    "pmml",
    "lightgbm",
    "paddle",
];

/// Reads an `InferenceService`; in `v1alpha2` it had a predictor for the canary beside the
/// default one.
pub(super) fn inference_service(service: &Node, read: &mut Read, workload: usize) {
    let before = read.routes.len();
    for way in [&["spec", "predictor"][..], &["spec", "default", "predictor"], &["spec", "canary", "predictor"]] {
        if let Some(predictor) = service.at(way) {
            self::predictor(predictor, read, workload);
        }
    }
    let name = service.at(&["metadata", "name"]).and_then(Word::of).filter(|name| name.text.len() <= MAX_NAME);
    for route in read.routes.iter_mut().skip(before).filter(|route| route.role == Role::Model) {
        route.names.extend(name.clone());
    }
    if read.routes.len() == before {
        read.unknown("an `InferenceService`".to_owned(), NO_MODEL, service.anchor());
    }
}

fn predictor(predictor: &Node, read: &mut Read, workload: usize) {
    let listed = predictor.get("storageUris").map(Node::items).unwrap_or_default();
    let mut mounts: Vec<Mount> = listed.iter().filter_map(mount).collect();
    for framework in FRAMEWORKS.iter().filter_map(|key| predictor.get(key)) {
        let stored = framework.get("storageUri").or_else(|| framework.at(&["storage", "path"]));
        mounts.extend(stored.and_then(Word::of).map(Mount::of_service));
        container::read(framework, &Around { mounts: &mounts, serves: true, workload, ..Around::default() }, read);
    }
    for container in containers(predictor) {
        let serves = is_server(container);
        container::read(container, &Around { mounts: &mounts, serves, workload, ..Around::default() }, read);
    }
}

fn mount(node: &Node) -> Option<Mount> {
    let path = node.get("mountPath").and_then(Node::text).unwrap_or(MODELS).to_owned();
    Some(Mount { path, origin: Rc::new(Word::of(node.get("uri")?)?) })
}

/// The container that serves has this name, beside others.
fn is_server(container: &Node) -> bool {
    container.get("name").and_then(Node::text).is_none_or(|name| name == "kserve-container")
}

/// Reads an `LLMInferenceService`, or a piece of one (`LLMInferenceServiceConfig`).
pub(super) fn llm_inference_service(service: &Node, read: &mut Read, workload: usize) {
    let spec = service.get("spec");
    let mut mounts = Vec::new();
    if let Some(model) = spec.and_then(|spec| spec.get("model")) {
        let own = model.get("name").or_else(|| service.at(&["metadata", "name"]));
        served(model, own, Role::Model, read, workload);
        mounts.extend(model.get("uri").and_then(Word::of).map(Mount::of_service));
        for adapter in model.at(&["lora", "adapters"]).map(Node::items).unwrap_or_default() {
            served(adapter, adapter.get("name"), Role::Adapter, read, workload);
        }
    } else if service.get("kind").and_then(Node::text) == Some("LLMInferenceService") {
        read.unknown("an `LLMInferenceService`".to_owned(), NO_MODEL, service.anchor());
    }
    let pods = [&["template"][..], &["worker"], &["prefill", "template"], &["prefill", "worker"]];
    // A piece without a model has arguments for whichever model it is put around.
    let around = Around { mounts: &mounts, named_elsewhere: mounts.is_empty(), workload, ..Around::default() };
    for pod_spec in pods.iter().filter_map(|way| spec?.at(way)) {
        pod(pod_spec, &around, read);
    }
}

/// Reads a `ServingRuntime`: what it serves beside the model of each service that it runs.
pub(super) fn serving_runtime(runtime: &Node, read: &mut Read, workload: usize) {
    let around = Around { named_elsewhere: true, workload, ..Around::default() };
    for spec in [&["spec"][..], &["spec", "workerSpec"]].iter().filter_map(|way| runtime.at(way)) {
        pod(spec, &around, read);
    }
}

fn served(model: &Node, name: Option<&Node>, role: Role, read: &mut Read, workload: usize) {
    let uri = model.get("uri").and_then(Word::of);
    let span = uri.as_ref().map_or(model.anchor(), |uri| uri.span);
    let origin = uri.map(|written| Origin { written, revision: None, image: false });
    let names = name.and_then(Word::of).into_iter().collect();
    read.route(Route { role, names, origin, workload, span });
}

/// Reads a `TrainedModel`, which a server of several models loads.
pub(super) fn trained_model(model: &Node, read: &mut Read, workload: usize) {
    let name = model.at(&["metadata", "name"]).and_then(Word::of);
    let Some(written) = model.at(&["spec", "model", "storageUri"]).and_then(Word::of) else {
        return read.unknown("a `TrainedModel`".to_owned(), NO_MODEL, model.anchor());
    };
    let span = written.span;
    let origin = Some(Origin { written, revision: None, image: false });
    read.route(Route { role: Role::Model, names: name.into_iter().collect(), origin, workload, span });
}
