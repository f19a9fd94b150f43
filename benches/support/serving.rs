//! A repository with much to link: registered versions, adapters, and files that serve them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Failure;
use super::random::Random;

/// How much there is of each.
pub(crate) struct Size {
    /// Registered versions of one model.
    pub(crate) versions: usize,
    /// Adapters, each with its folder; all of them are in one release.
    pub(crate) adapters: usize,
    /// Serving files; each serves every adapter, and a registered version.
    pub(crate) files: usize,
}

/// Writes the repository, with its serving files if `serving` says so.
pub(crate) fn write(root: &Path, size: &Size, seed: u64, serving: bool) -> Result<(), Failure> {
    let mut random = Random::new(seed);
    let put = |path: &str, text: &str| -> Result<(), Failure> {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        Ok(fs::write(path, text)?)
    };
    put("weighbridge.yaml", "apiVersion: weighbridge/v1\nkind: Config\n")?;
    let digests: Vec<String> = (0..size.versions).map(|_| random.hex(64)).collect();
    let mut registry =
        String::from("apiVersion: weighbridge/v1\nkind: ModelRegistry\nmodels:\n  - id: desk\n    versions:\n");
    for (minor, digest) in digests.iter().enumerate() {
        writeln!(
            registry,
            "      - {{version: 1.{minor}.0, status: approved, checkpoint_id: ckpt-{}, digest: \"sha256:{digest}\"}}",
            random.hex(8)
        )?;
    }
    put("models/desk/registry.yaml", &registry)?;
    put("releases/desk/2.0.0/release.yaml", &manifest(size.adapters))?;
    for adapter in 0..size.adapters {
        let config = r#"{"base_model_name_or_path": "acme/base-7b", "peft_type": "LORA", "r": 8}"#;
        put(&format!("models/desk/adapters/desk-{adapter}/adapter_config.json"), config)?;
    }
    for file in 0..if serving { size.files } else { 0 } {
        let digest = digests.get(file % digests.len().max(1)).map_or("", String::as_str);
        put(&format!("deploy/service-{file}.yaml"), &service(size.adapters, digest))?;
    }
    Ok(())
}

fn manifest(adapters: usize) -> String {
    let mut text = String::from(
        "apiVersion: weighbridge/v1\nkind: ModelRelease\nmetadata: {id: desk-2.0.0, model: desk, version: 2.0.0, stage: internal_dogfood}\nartifacts:\n  base_model: {id: acme/base-7b}\n  adapters:\n",
    );
    for adapter in 0..adapters {
        let _ = writeln!(text, "    - {{name: desk-{adapter}, peft_type: LORA, r: 8}}");
    }
    text.push_str("  checkpoint:\n    id: ckpt-desk\n    files:\n");
    for adapter in 0..adapters {
        let _ = writeln!(text, "      - {{path: models/desk/adapters/desk-{adapter}/adapter_config.json}}");
    }
    text
}

fn service(adapters: usize, digest: &str) -> String {
    let mut text = format!(
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {{name: desk}}\nspec:\n  predictor:\n    model: {{storageUri: \"oci://registry.example/desk@sha256:{digest}\"}}\n    containers:\n      - name: kserve-container\n        image: vllm/vllm-openai\n        args:\n          - --lora-modules\n",
    );
    for adapter in 0..adapters {
        let _ = writeln!(text, "          - desk-{adapter}=/mnt/adapters/desk-{adapter}");
    }
    text
}
