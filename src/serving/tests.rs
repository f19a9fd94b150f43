//! What the readers make of serving files.

use super::*;
use crate::parse::{Syntax, data, stream};
use crate::source::SourceId;

fn reading(text: &str, syntax: Syntax) -> Read {
    let parsed = stream(syntax, text, SourceId(0));
    assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    let read = read(&parsed.root.unwrap());
    for route in &read.routes {
        assert!(text.is_char_boundary(route.span.end as usize), "{route:?}");
    }
    read
}

/// What a file serves, one line each: its workload, role, names, origin and revision.
fn routes(text: &str, syntax: Syntax) -> Vec<String> {
    let read = reading(text, syntax);
    let shown = |route: &Route| {
        let names: Vec<&str> = route.names.iter().map(|name| name.text.as_str()).collect();
        let origin = route.origin.as_ref().map_or("-", |origin| &origin.written.text);
        let revision = route.origin.as_ref().and_then(|origin| origin.revision.as_ref());
        let revision = revision.map_or(String::new(), |revision| format!("@{}", revision.text));
        format!("{} {} [{}] {origin}{revision}", route.workload, route.role.name(), names.join(" "))
    };
    read.routes.iter().map(shown).collect()
}

fn yaml(text: &str) -> Vec<String> {
    routes(text, Syntax::Yaml)
}

#[test]
fn services_of_kserve() {
    let service = |predictor: &str| {
        format!(
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {{name: a}}\nspec:\n  predictor: {predictor}\n"
        )
    };
    assert_eq!(yaml(&service("{model: {storageUri: hf://x/y, args: [--model_name=z]}}")), ["1 model [z a] hf://x/y"]);
    assert_eq!(yaml(&service("{sklearn: {storageUri: gs://x/y}}")), ["1 model [a] gs://x/y"]);
    assert_eq!(
        yaml(&service("{huggingface: {args: [\"--model_id=x/y\", \"--model_revision=abc\"]}}")),
        ["1 model [a] x/y@abc"]
    );
    let custom = "{containers: [{name: kserve-container, image: own, env: [{name: STORAGE_URI, value: \"pvc://claim/m\"}]}, {name: sidecar, image: own, args: [--model=x]}]}";
    assert_eq!(yaml(&service(custom)), ["1 model [a] pvc://claim/m"]);
    let mounted = "{containers: [{args: [\"--model=/mnt/base/\", \"--lora-modules\", \"t=/mnt/t\"]}], storageUris: [{uri: \"oci://r/b@sha256:1\", mountPath: /mnt/base}, {uri: \"oci://r/t@sha256:2\", mountPath: /mnt/t}]}";
    assert_eq!(yaml(&service(mounted)), ["1 model [a] oci://r/b@sha256:1", "1 adapter [t] oci://r/t@sha256:2"]);
    let together = "{containers: [{args: [\"--model=/mnt/x/base\", \"--lora-modules\", \"t=/mnt/x/t\", \"u=/mnt/x/t\"]}], storageUris: [{uri: \"s3://b/x/\", mountPath: /mnt/x}]}";
    assert_eq!(
        yaml(&service(together)),
        ["1 model [a] s3://b/x/base", "1 adapter [t] s3://b/x/t", "1 adapter [u] s3://b/x/t"]
    );
    let old = "apiVersion: serving.kserve.io/v1alpha2\nkind: InferenceService\nspec: {default: {predictor: {tensorflow: {storageUri: gs://x}}}, canary: {predictor: {tensorflow: {storageUri: gs://y}}}}\n";
    assert_eq!(yaml(old), ["1 model [] gs://x", "1 model [] gs://y"]);
    let trained = "apiVersion: serving.kserve.io/v1alpha1\nkind: TrainedModel\nmetadata: {name: t}\nspec: {model: {storageUri: gs://x}}\n";
    assert_eq!(yaml(trained), ["1 model [t] gs://x"]);
}

#[test]
fn llm_services_of_kserve() {
    let text = "apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceService\nmetadata: {name: a}\nspec:\n  model:\n    uri: hf://x/y\n    lora: {adapters: [{name: t, uri: s3://t}]}\n  template:\n    containers:\n      - image: vllm/vllm-openai\n        command: [/bin/sh, -c]\n        args: [\"vllm serve /mnt/models --served-model-name z $VLLM_ADDITIONAL_ARGS\"]\n";
    assert_eq!(yaml(text), ["1 model [a z] hf://x/y", "1 adapter [t] s3://t"]);
    let piece = "apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceServiceConfig\nspec:\n  template:\n    containers:\n      - image: ghcr.io/llm-d/llm-d-cuda:v0.9.0\n        command: [vllm, serve, /mnt/models]\n        args: [--lora-modules, t=/mnt/t]\n";
    assert_eq!(yaml(piece), ["1 adapter [t] /mnt/t"]);
}

#[test]
fn containers_of_model_servers() {
    for (container, expected) in [
        (
            "{image: \"vllm/vllm-openai:v1\", args: [--model, x/y, --revision, abc, --served-model-name, a, b]}",
            "1 model [a b] x/y@abc",
        ),
        (
            "{image: own, command: [python, -m, vllm.entrypoints.openai.api_server], args: [--model=x/y]}",
            "1 model [] x/y",
        ),
        (
            "{image: \"ghcr.io/huggingface/text-generation-inference:3\", env: [{name: MODEL_ID, value: x/y}, {name: REVISION, value: abc}]}",
            "1 model [] x/y@abc",
        ),
        ("{image: own, command: [sh, -c, \"export M=x/y && exec vllm serve $M --port 1\"]}", "1 model [] x/y"),
        ("{image: lmsysorg/sglang, args: [--model-path, $(M)], env: [{name: M, value: x/y}]}", "1 model [] x/y"),
        ("{image: \"ghcr.io/ggml-org/llama.cpp:server\", args: [-m, /models/a.gguf]}", "1 model [] /models/a.gguf"),
    ] {
        assert_eq!(yaml(&pod(container)), [expected], "{container}");
    }
    let adapters = "{image: vllm/vllm-openai, args: [--model=x, \"--lora-modules\", \"{\\\"name\\\": \\\"t\\\", \\\"path\\\": \\\"y/t\\\"}\", u=/u, --max-loras, \"2\"]}";
    assert_eq!(yaml(&pod(adapters))[1..], ["1 adapter [t] y/t", "1 adapter [u] /u"]);
    assert_eq!(
        yaml(&pod("{image: \"app:1\", args: [--model=gpt, \"http://vllm:8000\"]}")),
        [""; 0],
        "it only calls one"
    );
    let beside = pod("{image: \"acme/vllm-router:v1\", args: [--port, \"80\"]}");
    assert_eq!(reading(&beside, Syntax::Yaml), Read { workloads: 1, ..Read::default() });
    assert_eq!(reading(&pod("{image: \"ollama/ollama:1\"}"), Syntax::Yaml).unread.len(), 1);
    let volume = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{image: vllm/vllm-openai, args: [--model=/m/w], volumeMounts: [{name: w, mountPath: /m}]}]\n      volumes: [{name: w, image: {reference: \"r/m@sha256:1\"}}]\n";
    assert_eq!(yaml(volume), ["1 model [] r/m@sha256:1"]);
}

/// A pod with one container.
fn pod(container: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - {container}\n")
}

/// A container with these arguments and variables.
fn server(arguments: &str, variables: &[String]) -> String {
    pod(&format!("{{image: vllm/vllm-openai, args: [{arguments}], env: [{}]}}", variables.join(", ")))
}

fn unread(text: &str) -> Vec<String> {
    reading(text, Syntax::Yaml).unread.iter().map(|unread| format!("{}: {}", unread.what, unread.why)).collect()
}

#[test]
fn variables_are_put_in_once_and_in_their_order() {
    let variable = |name: &str, value: &str| format!("{{name: {name}, value: \"{value}\"}}");
    let variables =
        [variable("OWNER", "x"), variable("M", "$(OWNER)/y"), variable("LATE", "$(LATER)"), variable("LATER", "z")];
    for (written, expected) in [
        ("$(M)", "x/y"),
        ("${M}-$(OWNER)/$", "x/y-x/$"),
        ("$M", "x/y"),
        ("$(LATE)", "$(LATER)"),
        ("$(OTHER)/$(M", "$(OTHER)/$(M"),
        ("$$(OWNER)", "$x"),
    ] {
        let text = server(&format!("\"--model\", \"{written}\""), &variables);
        assert_eq!(yaml(&text), [format!("1 model [] {expected}")], "{written}");
    }
}

#[test]
fn a_bomb_of_variables_stays_small() {
    for (start, next) in [(0, 1), (39, -1)] {
        let twice = |n: i32| format!("{{name: V{n}, value: \"$(V{0}) $(V{0})\"}}", n + next);
        let variables: Vec<String> = (0..40).map(twice).collect();
        let read = reading(&server(&format!("--model=$(V{start})"), &variables), Syntax::Yaml);
        assert!(read.routes[0].origin.as_ref().unwrap().written.text.len() < 10_000);
    }
    let many: Vec<String> = (0..4_000).map(|n| format!("{{name: V{n}, value: a}}")).collect();
    let words = vec!["$(V1)$(V2)$(NONE)"; 3_998].join(", ");
    let text = server(&format!("{words}, --model=$(V3999)"), &many);
    assert_eq!((yaml(&text), unread(&text).len()), (vec!["1 model [] a".to_owned()], 0));
}

#[test]
fn models_that_the_environment_of_a_proxy_names_are_not_known() {
    let model = |written: &str| format!("model_list: [{{model_name: a, litellm_params: {{model: {written}}}}}]\n");
    assert_eq!(yaml(&model("openai/x")), ["1 fallback [x] -"]);
    for written in ["os.environ/CHAT_MODEL", "\"openai/${CHAT_MODEL}\"", "\"openai/{{ .Values.model }}\""] {
        assert_eq!(yaml(&model(written)), [""; 0], "{written}");
        let unknown = "a model of LiteLLM: a variable says which one";
        assert_eq!(unread(&model(written)), [unknown], "{written}");
        let fallback = format!("{}router_settings: {{default_fallbacks: [{written}]}}\n", model("x"));
        assert_eq!(unread(&fallback), [unknown], "{written}");
    }
}

#[test]
fn many_containers_of_many_weights_stay_few() {
    let uris: Vec<String> = (0..1_000).map(|n| format!("{{uri: \"s3://b/{n}\"}}")).collect();
    let containers = vec!["{}"; 500].join(", ");
    let service = |containers: &str, uris: &[String]| {
        format!(
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {{name: a}}\nspec: {{predictor: {{containers: [{containers}], storageUris: [{}]}}}}\n",
            uris.join(", ")
        )
    };
    let rest = "the rest of the file: it serves more than is read of one file";
    let many = reading(&service(&containers, &uris), Syntax::Yaml);
    assert!(many.bytes <= MAX_BYTES + 1_000, "{}", many.bytes);
    assert_eq!(many.routes.len(), 1_000);
    assert!(many.routes.iter().all(|route| route.names.len() == 1), "a name is known once");
    assert_eq!(many.unread.iter().map(|unread| format!("{}: {}", unread.what, unread.why)).collect::<Vec<_>>(), [rest]);

    let names = vec!["x"; 3_000].join(", ");
    let container = format!("{{args: [--served-model-name, {names}]}}");
    assert_eq!(unread(&service(&vec![container; 4].join(", "), &uris)), [rest]);
    assert_eq!(unread(&service("{}", &uris)), [""; 0]);
}

#[test]
fn what_is_cut_off_is_named() {
    let words = vec!["x"; 5_000].join(", ");
    let long = "a model server: its command line or its environment is longer than is read";
    assert_eq!(unread(&server(&format!("--model=x, {words}, --lora-modules, t=/t"), &[])), [long]);
    let own = pod(&format!("{{image: own, args: [{words}, --lora-modules, t=/t]}}"));
    assert!(unread(&own).contains(&long.to_owned()), "{:?}", unread(&own));
    assert_eq!(unread(&pod(&format!("{{image: own, args: [{words}]}}"))), [""; 0]);
    let variables: Vec<String> = (0..4_001).map(|n| format!("{{name: V{n}, value: a}}")).collect();
    assert_eq!(unread(&server("--model=x", &variables)), [long]);

    let uris: Vec<String> = (0..1_001).map(|n| format!("{{uri: \"s3://{n}\", mountPath: /m/{n}}}")).collect();
    let service = format!(
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {{predictor: {{containers: [{{args: [--model=/m/1]}}], storageUris: [{}]}}}}\n",
        uris.join(", ")
    );
    assert_eq!(unread(&service), ["a model server: it mounts more than is looked through"]);

    let flags: Vec<String> = (0..3_000)
        .map(|n| {
            format!(
                "\"f{n}\": {{\"state\": \"ENABLED\", \"variants\": {{\"a\": \"m{n}\"}}, \"defaultVariant\": \"a\"}}"
            )
        })
        .collect();
    let root = data(Syntax::Json, &format!("{{\"flags\": {{{}}}}}", flags.join(", ")), SourceId(0)).root.unwrap();
    assert_eq!(read_flags(&root).routes.len(), 3_000, "of flags none is cut off");
}

#[test]
fn compose_files_modelfiles_lists_and_routers() {
    let compose = "services:\n  app: {image: app, models: [llm]}\n  llm: {image: \"vllm/vllm-openai:1\", command: \"--model x/y --lora-modules 't=/t'\", environment: {VLLM_ALLOW_RUNTIME_LORA_UPDATING: \"TRUE\"}}\n  runner: {provider: {type: model, options: {model: ai/z}}}\nmodels:\n  own: {model: \"ai/smollm2:1\"}\n";
    assert_eq!(
        yaml(compose),
        ["1 model [own] ai/smollm2:1", "3 model [] x/y", "3 adapter [t] /t", "4 model [runner] ai/z"]
    );
    assert_eq!(reading(compose, Syntax::Yaml).loading.len(), 1);
    assert_eq!(
        routes("FROM llama3.2\nADAPTER ./t.gguf\n", Syntax::Modelfile),
        ["1 model [] llama3.2", "1 adapter [] ./t.gguf"]
    );
    assert_eq!(reading("NAME x\nMODEL y\n", Syntax::Modelfile).unread.len(), 1);
    assert_eq!(reading("SYSTEM x\n", Syntax::Modelfile).unread.len(), 1);
    let list = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: serving.kserve.io/v1beta1, kind: InferenceService, spec: {predictor: {onnx: {storageUri: s3://x}}}}\n";
    assert_eq!(yaml(list), ["2 model [] s3://x"]);
    let model = "apiVersion: inference.networking.x-k8s.io/v1alpha2\nkind: InferenceModel\nspec: {modelName: a}\n---\napiVersion: inference.networking.x-k8s.io/v1alpha2\nkind: InferenceModel\nspec: {modelName: a, targetModels: [{name: b, weight: 1}, {name: c, weight: 3}]}\n";
    assert_eq!(yaml(model), ["1 target [a] -", "2 target [b] -", "2 target [c] -"]);
    let parts: Vec<f64> = reading(model, Syntax::Yaml).splits[0].parts.iter().map(|part| part.percent).collect();
    assert_eq!(parts, [25.0, 75.0]);
}

#[test]
fn lists_of_every_kind_are_looked_through() {
    let service = "{apiVersion: serving.kserve.io/v1beta1, kind: InferenceService, spec: {predictor: {onnx: {storageUri: s3://x}}}}";
    let of = |kind: &str, items: &str| format!("apiVersion: v1\nkind: {kind}\nitems: [{items}]\n");
    assert_eq!(yaml(&of("InferenceServiceList", service)), ["2 model [] s3://x"]);
    let nested =
        (0..4).fold(service.to_owned(), |inner, _| format!("{{apiVersion: v1, kind: List, items: [{inner}]}}"));
    assert_eq!(unread(&of("List", &nested)), ["a list of manifests: it is nested too deep"]);
    assert_eq!(
        unread(&of("PodList", "{spec: {containers: []}}")),
        ["a list of manifests: its items do not say of what kind they are"]
    );
    assert_eq!(unread(&of("PodList", "")), [""; 0]);
    let template = format!("apiVersion: template.openshift.io/v1\nkind: Template\nobjects: [{service}]\n");
    assert_eq!(yaml(&template), ["2 model [] s3://x"]);
}

#[test]
fn containers_that_are_started_first_and_stay() {
    let with = |policy: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{{image: app}}]\n      initContainers: [{{image: vllm/vllm-openai, args: [--model=x/y]{policy}}}]\n"
        )
    };
    assert_eq!(yaml(&with(", restartPolicy: Always")), ["1 model [] x/y"]);
    assert_eq!(yaml(&with("")), [""; 0], "it ends before anything is served");
}

#[test]
fn runtimes_serve_adapters_beside_the_model_of_a_service() {
    let runtime = |container: &str| {
        format!(
            "apiVersion: serving.kserve.io/v1alpha1\nkind: ClusterServingRuntime\nspec:\n  containers:\n    - {container}\n"
        )
    };
    for model in ["--model_id={{.Name}}", "--model=/mnt/models", "--model=${MODEL_ID}", "--model_name={{.Name}}"] {
        let text = runtime(&format!("{{image: kserve/huggingfaceserver, args: [\"{model}\"]}}"));
        let read = reading(&text, Syntax::Yaml);
        assert_eq!((read.routes.len(), read.unread.len()), (0, 0), "{text}");
    }
    let adapters = runtime(
        "{image: vllm/vllm-openai, args: [--model=/mnt/models, --lora-modules, t=/mnt/models/t], env: [{name: VLLM_ALLOW_RUNTIME_LORA_UPDATING, value: \"True\"}]}",
    );
    assert_eq!(yaml(&adapters), ["1 adapter [t] /mnt/models/t"]);
    assert_eq!(reading(&adapters, Syntax::Yaml).loading.len(), 1);
    assert_eq!(yaml(&runtime("{image: own, args: [--model_id, x/y, --enable-lora]}")), ["1 model [] x/y"]);
    let workers = "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nspec: {workerSpec: {containers: [{image: vllm/vllm-openai, args: [--lora-modules, t=/t]}]}}\n";
    assert_eq!(yaml(workers), ["1 adapter [t] /t"]);
}

#[test]
fn a_graph_divides_what_its_splitters_send() {
    let text = "apiVersion: serving.kserve.io/v1alpha1\nkind: InferenceGraph\nspec:\n  nodes:\n    root: {routerType: Splitter, steps: [{serviceName: a, weight: 20}, {serviceName: b, weight: 80}]}\n    other: {routerType: Sequence, steps: [{serviceName: a}]}\n";
    let read = reading(text, Syntax::Yaml);
    assert_eq!(read.splits.len(), 1);
    assert_eq!(read.splits[0].parts[1].to.as_ref().unwrap().text, "b");
}

#[test]
fn what_is_not_understood_is_named() {
    for (text, what) in [
        ("apiVersion: ray.io/v1\nkind: RayService\n", "a `RayService` of `ray.io`"),
        (
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {predictor: {}}\n",
            "an `InferenceService`",
        ),
        ("apiVersion: serving.kserve.io/v9\nkind: Novelty\n", "a `Novelty` of `serving.kserve.io`"),
        ("replicas: 3\nimage: {tag: latest}\n", "a part of the file"),
    ] {
        let read = reading(text, Syntax::Yaml);
        assert_eq!(read.unread.iter().map(|unread| unread.what.as_str()).collect::<Vec<_>>(), [what], "{text}");
    }
    assert_eq!(reading("apiVersion: v1\nkind: Service\n", Syntax::Yaml), Read { workloads: 1, ..Read::default() });
}

#[test]
fn files_that_end_too_early_are_survived() {
    let service = include_str!("../../examples/clean/deploy/inference-service.yaml");
    let modelfile = "# é\nFROM ./é.gguf\nADAPTER \"a\"\nSYSTEM \"\"\"b\n\"\"\"\nMESSAGE user hi\n";
    for (text, syntax) in [(service, Syntax::Yaml), (modelfile, Syntax::Modelfile)] {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let root = stream(syntax, &text[..end], SourceId(0)).root.unwrap();
            for route in read(&root).routes {
                assert!(text.get(route.span.range()).is_some(), "{route:?}");
            }
        }
    }
}
