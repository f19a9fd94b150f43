//! Repositories of any size from a seed, shaped like `examples/clean`.
//!
//! Models have one to four versions, each a release in its own folder; the
//! versions of a model share its registry.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::Failure;
use super::card::{self, Model, Scores};
use super::evaluation;
use super::random::Random;

/// What was written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written {
    /// How many files.
    pub(crate) files: usize,
    /// How many releases have a defect.
    pub(crate) defects: usize,
    bytes: usize,
}

impl Written {
    /// How many bytes, in millions.
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    pub(crate) fn megabytes(self) -> f64 {
        self.bytes as f64 / 1e6
    }

    /// Writes one file and counts it.
    pub(crate) fn put(&mut self, path: &Path, text: &str) -> io::Result<()> {
        self.files += 1;
        self.bytes += text.len();
        fs::write(path, text)
    }
}

/// The parts of a release that its documents share.
pub(crate) struct Release<'a> {
    /// The model.
    pub(crate) model: &'a Model,
    /// Its version.
    pub(crate) version: String,
    /// The id of its checkpoint.
    pub(crate) checkpoint: String,
    /// The checkpoint to go back to.
    pub(crate) previous: String,
    /// What its evaluation found.
    pub(crate) scores: Scores,
    /// What is wrong with it.
    pub(crate) defect: Option<Defect>,
}

const TEAM: &str = "@ml-platform-team";

/// What people get wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// A result file that changed after its digest was taken.
    EditedResults,
    /// A typing error in the checkpoint to go back to.
    MistypedTarget,
    /// A team instead of a person.
    TeamAsOwner,
    /// A section that was never written.
    Placeholder,
}

/// Makes a folder. One that holds anything is refused, so that no two repositories mix
/// and nothing is lost.
pub(crate) fn make_empty(root: &Path) -> io::Result<()> {
    fs::create_dir_all(root)?;
    if fs::read_dir(root)?.next().is_some() {
        let why = format!("{} is not empty", root.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
    }
    Ok(())
}

/// Writes a repository of `releases` releases to `root`, which must hold nothing.
pub(crate) fn write(root: &Path, releases: usize, seed: u64) -> Result<Written, Failure> {
    make_empty(root)?;
    let mut random = Random::new(seed);
    let mut written = Written::default();
    written.put(&root.join("weighbridge.yaml"), "apiVersion: weighbridge/v1\nkind: Config\n")?;
    let (mut left, mut number) = (releases, 0_usize);
    while left > 0 {
        let versions = left.min(usize::try_from(random.between(1, 4)).unwrap_or(1));
        let model = Model::new(number, &mut random);
        write_model(root, &model, versions, &mut random, &mut written)?;
        left -= versions;
        number += 1;
    }
    Ok(written)
}

/// The card of a repository of one.
pub(crate) fn one_card(seed: u64) -> String {
    let mut random = Random::new(seed);
    let model = Model::new(0, &mut random);
    card::text(&model, "1.0.0", Scores::new(&mut random), false, &mut random)
}

fn write_model(
    root: &Path,
    model: &Model,
    versions: usize,
    random: &mut Random,
    written: &mut Written,
) -> io::Result<()> {
    let mut previous = format!("ckpt-{}", random.hex(8));
    let mut registry = format!(
        "apiVersion: weighbridge/v1\nkind: ModelRegistry\nmodels:\n  - id: {name}\n    owner: \"{owner}\"\n    \
         aliases: {{production: 1.0.0}}\n    versions:\n      \
         - {{version: 1.0.0, status: production, checkpoint_id: {previous}}}\n",
        name = model.name,
        owner = model.owner,
    );
    for minor in 1..=versions {
        let checkpoint = format!("ckpt-{}", random.hex(8));
        let defect = (random.between(1, 20) == 1).then(|| match random.between(1, 4) {
            1 => Defect::EditedResults,
            2 => Defect::MistypedTarget,
            3 => Defect::TeamAsOwner,
            _ => Defect::Placeholder,
        });
        let version = format!("1.{minor}.0");
        let status = if minor == versions { "candidate" } else { "approved" };
        let _ = writeln!(registry, "      - {{version: {version}, status: {status}, checkpoint_id: {checkpoint}}}");
        let release =
            Release { model, version, checkpoint: checkpoint.clone(), previous, scores: Scores::new(random), defect };
        write_release(root, &release, random, written)?;
        previous = checkpoint;
    }
    let folder = root.join("models").join(&model.name);
    fs::create_dir_all(&folder)?;
    written.put(&folder.join("registry.yaml"), &registry)
}

fn write_release(root: &Path, release: &Release<'_>, random: &mut Random, written: &mut Written) -> io::Result<()> {
    let folder = root.join("releases").join(&release.model.name).join(&release.version);
    fs::create_dir_all(folder.join("evals"))?;
    written.defects += usize::from(release.defect.is_some());
    let placeholder = release.defect == Some(Defect::Placeholder);
    let mut card = card::text(release.model, &release.version, release.scores, placeholder, random);
    if release.defect == Some(Defect::TeamAsOwner) {
        // The card agrees, so that one defect is one finding.
        card = card.replace(&release.model.owner, TEAM);
    }
    written.put(&folder.join("card.md"), &card)?;
    written.put(&folder.join("release.yaml"), &manifest(release, random))?;
    written.put(&folder.join("security-review.yaml"), &security_review(release, random))?;
    evaluation::write(&folder, release, random, written)
}

fn manifest(release: &Release<'_>, random: &mut Random) -> String {
    let Release { model, version, checkpoint, previous, defect, .. } = release;
    let owner = if *defect == Some(Defect::TeamAsOwner) { TEAM } else { &model.owner };
    let target = match defect {
        Some(Defect::MistypedTarget) => format!("{previous}0"),
        _ => previous.clone(),
    };
    let (name, base, revision) = (&model.name, &model.base, &model.revision);
    let (weights, data, records) = (random.hex(64), random.hex(64), random.between(5_000, 500_000));
    format!(
        r#"apiVersion: weighbridge/v1
kind: ModelRelease
metadata:
  id: {name}-{version}
  model: {name}
  version: {version}
  stage: offline_evals
  changelog:
    previous: {name}-1.0.0
    summary: Retrained on the records of the last quarter
    why: Too many answers had to be corrected by hand
    breaking: false
scope:
  intended_use: [Answer questions of trained staff about a single record]
  users: [staff]
  out_of_scope: [Decisions about a person, Legal advice, Medical advice]
  deployment: {{exposure: internal, commercial: true, jurisdictions: [IE]}}
risk: {{tier: medium}}
ownership:
  accountable_owner: "{owner}"
artifacts:
  checkpoint:
    id: {checkpoint}
    type: lora
    digest: "sha256:{weights}"
    format: safetensors
  base_model:
    id: {base}
    source: open-weights
    revision: {revision}
    license: apache-2.0
    relation: adapter
data:
  datasets:
    - id: norrvik/{name}-train
      role: train
      revision: v3
      digest: "sha256:{data}"
      provenance: user-data
      records: {records}
      license: LicenseRef-Internal
      pii: {{present: true, handling: removed, method: presidio-2.2}}
evidence:
  card: {{path: card.md}}
  evaluation: {{path: {checkpoint}-eval-packet.yaml}}
  security_review: {{path: security-review.yaml}}
rollback:
  target: {{checkpoint_id: {target}}}
"#
    )
}

fn security_review(release: &Release<'_>, random: &mut Random) -> String {
    let (name, version) = (&release.model.name, &release.version);
    let (attempts, successes) = (random.between(100, 900), random.between(0, 4));
    format!(
        r"apiVersion: weighbridge/v1
kind: SecurityReview
subject: {{release: {name}-{version}}}
prompt_injection:
  untrusted_inputs: [question, documents]
  indirect_paths: [documents]
  controls: [delimited documents, output filter]
  tested: true
pii:
  inputs_contain_pii: true
  logged: redacted
  training_pii: removed
  output_filter: true
  retention: P30D
  dsr_contact: privacy@norrvik.example
tools: {{used: false, list: []}}
jailbreak_tests:
  - {{suite: manual, attempts: {attempts}, successes: {successes}}}
extraction:
  training_data_extraction: tested
  membership_inference: not_tested
  model_extraction: rate-limited
  system_prompt_leak: tested
  weight_access: restricted
abuse: {{rate_limits: 60 requests a minute, monitoring: true, reporting: abuse@norrvik.example}}
supply_chain: {{weights_scanned: modelscan-0.8, serialization: safetensors, remote_code: false}}
findings: []
verdict: approve
"
    )
}
