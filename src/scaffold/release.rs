//! The manifest of a first release: what the files of the model say, and comments where
//! only a person knows.

use std::fmt::Write as _;

use super::Model;
use super::weights::Weights;
use crate::parse::edit::scalar;
use crate::text;

/// The manifest of `model`, whose card is at `card`.
pub fn manifest(model: &Model, card: &str) -> String {
    let version = model.next_version();
    let (name, id) = (scalar(&model.name), scalar(&format!("{}-{version}", model.name)));
    let mut out = format!(
        "apiVersion: weighbridge/v1\nkind: ModelRelease\nmetadata: {{id: {id}, model: {name}, version: {}, stage: \
         offline_evals}}\nownership:\n  accountable_owner: \"@TODO\"  # the one person who answers for this release\n\
         artifacts:\n",
        self::version(version)
    );
    checkpoint(&mut out, model);
    base(&mut out, model);
    let checkpoint = model.checkpoint_id().unwrap_or_else(|| "<checkpoint>".to_owned());
    let _ = write!(
        out,
        "evidence:\n  card: {{path: {}}}\n  # evaluation: {{path: evals/{checkpoint}-results.json}}  # its results, in a \
         file that is named for the checkpoint\n# rollback: {{target: {{checkpoint_id: …}}}}  # the checkpoint to return \
         to, as the model registry has it\n",
        scalar(card)
    );
    out
}

/// A version is text even where it looks like a number.
pub(super) fn version(version: &str) -> String {
    if version.split('.').count() > 2 { version.to_owned() } else { format!("\"{version}\"") }
}

fn checkpoint(out: &mut String, model: &Model) {
    let kind = if model.adapter { model.peft_type.as_deref().unwrap_or("adapter") } else { "full" };
    let kind = scalar(&kind.to_ascii_lowercase());
    match model.checkpoint_id() {
        Some(id) => {
            let _ = writeln!(
                out,
                "  checkpoint:\n    id: {id}  # by the digest of its weights; or what the training run calls it"
            );
        }
        None => out.push_str("  checkpoint:\n    # id: ckpt-…  # what the training run calls it\n"),
    }
    let _ = writeln!(out, "    type: {kind}");
    if let ([only], None) = (model.weights.as_slice(), &model.config) {
        let _ = writeln!(out, "    digest: \"{}\"", only.digest);
    }
    let files: Vec<&Weights> = model.config.iter().chain(&model.weights).collect();
    if !files.is_empty() {
        out.push_str("    files:\n");
    }
    for Weights { path, digest, size } in files {
        let _ = writeln!(out, "      - {{path: {}, digest: \"{digest}\", size: {size}}}", scalar(path));
    }
}

fn base(out: &mut String, model: &Model) {
    let Some(id) = model.base_id() else {
        if let Some(base) = &model.base {
            let _ = writeln!(
                out,
                "  # base_model: {{id: …}}  # its id on the Hub; the files here call it `{}`",
                text::quote(base)
            );
        }
        return;
    };
    let _ = write!(out, "  base_model: {{id: {}", scalar(id));
    if let Some(revision) = &model.revision {
        let _ = write!(out, ", revision: {}", serde_json::Value::from(revision.as_str()));
    }
    if model.adapter {
        out.push_str(", relation: adapter");
    }
    out.push_str("}\n");
}
