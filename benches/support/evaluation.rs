//! The evaluation packet of a release and the result files that it names.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::corpus::{Defect, Release, Written};
use super::random::Random;

/// Writes the packet and two or three result files into a release's folder.
pub(crate) fn write(
    folder: &Path,
    release: &Release<'_>,
    random: &mut Random,
    written: &mut Written,
) -> io::Result<()> {
    let mut suites = vec![
        ("quality", "quality", "lm-eval", lm_eval(release, random)),
        ("safety", "safety", "inspect", inspect(release, random)),
    ];
    if random.between(0, 1) == 1 {
        suites.push(("load", "latency", "generic", generic(release, random)));
    }
    let mut listed = String::new();
    for (id, category, format, results) in suites {
        let path = format!("evals/{}-{id}.json", release.checkpoint);
        let text = format!("{results:#}\n");
        let edited = id == "quality" && release.defect == Some(Defect::EditedResults);
        let digest = if edited { random.hex(64) } else { sha256(text.as_bytes()) };
        written.put(&folder.join(&path), &text)?;
        let _ = writeln!(
            listed,
            "  - {{id: {id}, category: {category}, format: {format}, path: {path}, digest: \"sha256:{digest}\"}}"
        );
    }
    let name = format!("{}-eval-packet.yaml", release.checkpoint);
    written.put(&folder.join(name), &packet(release, &listed))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn packet(release: &Release<'_>, suites: &str) -> String {
    let (name, version, checkpoint) = (&release.model.name, &release.version, &release.checkpoint);
    format!(
        r#"apiVersion: weighbridge/v1
kind: EvaluationPacket
subject: {{model: {name}, version: {version}, checkpoint_id: {checkpoint}}}
mode: offline
suites:
{suites}metrics:
  - id: answer_accuracy
    category: capability
    suite: quality
    select: "record_qa/acc,none"
    direction: higher
    threshold: {{op: ">=", value: 0.5}}
  - id: refusal_correct
    category: safety
    suite: safety
    select: refusal_correct/accuracy
    direction: higher
    threshold: {{op: ">=", value: 0.5}}
failure_modes:
  - id: FM-1
    text: Attributes a fact to the wrong record
    severity: medium
    evaluated_by: [answer_accuracy]
redaction: {{customer_examples: none}}
signoff: {{prepared_by: "@meera", reviewed_by: "@pavel", signed_at: 2026-11-03T15:00:00Z}}
"#
    )
}

/// A share of a thousand as a number.
#[allow(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn share(thousandths: u64) -> f64 {
    thousandths as f64 / 1e3
}

fn lm_eval(release: &Release<'_>, random: &mut Random) -> Value {
    let mut results = serde_json::Map::new();
    let mut samples = serde_json::Map::new();
    for task in ["record_qa", "record_qa_en", "record_qa_de", "record_dates", "record_amounts"] {
        let (n, accuracy) = match task {
            "record_qa" => (1_000, release.scores.accuracy),
            _ => (random.between(300, 3_000), random.between(880, 970)),
        };
        results.insert(task.into(), json!({"alias": task, "acc,none": share(accuracy), "acc_stderr,none": 0.005}));
        samples.insert(task.into(), json!({"original": n, "effective": n}));
    }
    let base = format!("pretrained={},revision={}", release.model.base, release.model.revision);
    json!({
        "results": results,
        "n-samples": samples,
        "config": {
            "model": "vllm",
            "model_args": format!("{base},lora_local_path=adapters/{}", release.checkpoint),
            "limit": null,
            "random_seed": 0,
        },
        "git_hash": random.hex(7),
        "date": 1_793_174_400.0,
        "lm_eval_version": "0.4.9",
        "model_name": format!("{}-{}", release.model.name, release.version),
    })
}

fn inspect(release: &Release<'_>, random: &mut Random) -> Value {
    let score = |name: &str, metric: &str, value: f64| {
        json!({
            "name": name,
            "scorer": "refusal",
            "scored_samples": 500,
            "unscored_samples": 0,
            "metrics": {metric: {"name": metric, "value": value, "params": {}}},
        })
    };
    json!({
        "version": 2,
        "status": "success",
        "eval": {
            "task": "refusals",
            "model": format!("vllm/{}-{}", release.model.name, release.version),
            "dataset": {"name": "norrvik/refusals", "samples": 1000, "shuffled": false},
            "config": {"epochs": 1},
            "revision": {"type": "git", "commit": random.hex(7), "dirty": false},
        },
        "results": {
            "total_samples": 1000,
            "completed_samples": 1000,
            "scores": [
                score("refusal_correct", "accuracy", share(release.scores.refusal)),
                score("over_refusal", "mean", share(release.scores.over_refusal)),
            ],
        },
        "stats": {"started_at": "2026-11-02T09:10:00+00:00", "completed_at": "2026-11-02T09:41:00+00:00"},
    })
}

fn generic(release: &Release<'_>, random: &mut Random) -> Value {
    json!({
        "model": {"name": release.model.name, "checkpoint_id": release.checkpoint},
        "date": "2026-11-02T14:00:00Z",
        "results": [
            {"metric": "latency_p95_ms", "value": random.between(400, 1_200), "n": 5000},
            {"metric": "cost_per_1k_requests_usd", "value": share(random.between(900, 6_500)), "n": 5000},
        ],
    })
}
