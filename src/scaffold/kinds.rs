//! A document of each kind to begin with: `weighbridge new KIND`.

use super::release::version;
use super::{Draft, Model, card, manifest};
use crate::parse::edit::scalar;

/// What the document is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A policy pack, in kebab-case.
    Policy(String),
    /// The card of a model.
    Card(String),
    /// The entry of a model in a registry, and its card.
    Registry(String, Option<String>),
    /// The registry of a prompt.
    PromptRegistry(String),
    /// A revision of a dataset, by its id.
    Dataset(String, String),
    /// The manifest of a release, and the card of its model.
    Release(About, Option<String>),
    /// The evaluation packet of a release.
    EvaluationPacket(About),
    /// The security review of a release.
    SecurityReview(About),
    /// The approvals of a release.
    Approvals(About),
    /// What is the same for all releases.
    Organisation,
    /// The waivers.
    Waivers,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The model, a name of [`super::is_name`].
    pub model: String,
    /// The version, such a name too.
    pub version: String,
    /// The folder that its documents lie in.
    pub folder: String,
    /// The id of its checkpoint, where its manifest says one.
    pub checkpoint: Option<String>,
}

impl About {
    /// The folder that the manifest of a release lies in where nobody has chosen another.
    pub fn usual_folder(model: &str, version: &str) -> String {
        format!("releases/{model}/{version}")
    }

    fn fill(&self, template: &str) -> String {
        let checkpoint = self.checkpoint.as_deref().unwrap_or("TODO");
        let release = format!("{}-{}", self.model, self.version);
        let marks = [
            ("VERSION", version(&self.version)),
            ("RELEASE", scalar(&release)),
            ("CHECKPOINT", scalar(checkpoint)),
            ("MODEL", scalar(&self.model)),
        ];
        filled(template, &marks)
    }

    fn draft(&self, name: &str, template: &str) -> Draft {
        Draft { path: format!("{}/{name}", self.folder), text: self.fill(template) }
    }
}

/// The document to begin with.
pub fn draft(subject: &Subject) -> Draft {
    let put = |path: String, text: String| Draft { path, text };
    match subject {
        Subject::Policy(name) => put(
            format!(".weighbridge/policies/{name}.yaml"),
            filled(include_str!("templates/policy.yaml.in"), &[("NAME", name.clone())]),
        ),
        Subject::Card(model) => put(card_path(model), card(&Model { name: model.clone(), ..Model::default() })),
        Subject::Registry(model, card) => {
            let card = card.clone().unwrap_or_else(|| card_path(model));
            let marks = [("CARD", scalar(&card)), ("MODEL", scalar(model))];
            let text = filled(include_str!("templates/model-registry.yaml.in"), &marks);
            put(format!("models/{model}/registry.yaml"), text)
        }
        Subject::PromptRegistry(prompt) => put(
            format!("prompts/{prompt}/registry.yaml"),
            filled(include_str!("templates/prompt-registry.yaml.in"), &[("MODEL", scalar(prompt))]),
        ),
        Subject::Dataset(id, revision) => {
            let name = id.rsplit('/').next().unwrap_or(id);
            let reference = scalar(&format!("{id}@{revision}"));
            let marks = [("REF", reference), ("REVISION", version(revision)), ("DATASET", scalar(id))];
            put(format!("data/{name}.yaml"), filled(include_str!("templates/dataset.yaml.in"), &marks))
        }
        Subject::Release(about, card) => {
            let model = Model { name: about.model.clone(), version: Some(about.version.clone()), ..Model::default() };
            let card = card.clone().unwrap_or_else(|| card_path(&about.model));
            put(format!("{}/release.yaml", about.folder), manifest(&model, &card))
        }
        Subject::EvaluationPacket(about) => {
            let name = match &about.checkpoint {
                Some(checkpoint) => format!("{checkpoint}-eval-packet.yaml"),
                None => "eval-packet.yaml".to_owned(),
            };
            about.draft(&name, include_str!("templates/evaluation-packet.yaml.in"))
        }
        Subject::SecurityReview(about) => {
            about.draft("security-review.yaml", include_str!("templates/security-review.yaml.in"))
        }
        Subject::Approvals(about) => about.draft("approvals.yaml", include_str!("templates/approvals.yaml.in")),
        Subject::Organisation => {
            put(".weighbridge/org.yaml".to_owned(), include_str!("templates/organisation.yaml.in").to_owned())
        }
        Subject::Waivers => {
            put(".weighbridge/waivers.yaml".to_owned(), include_str!("templates/waivers.yaml.in").to_owned())
        }
    }
}

/// A template with what its marks stand for; a mark in what is put in stays as it is.
fn filled(template: &str, marks: &[(&str, String)]) -> String {
    let (mut text, mut rest) = (String::new(), template);
    let next = |rest: &str| marks.iter().filter_map(|(mark, value)| Some((rest.find(mark)?, mark.len(), value))).min();
    while let Some((at, length, value)) = next(rest) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        text.push_str(value);
        rest = from.split_at(length).1;
    }
    text.push_str(rest);
    text
}

/// Where the card of a model lies where nobody has chosen another place.
fn card_path(model: &str) -> String {
    format!("models/{model}/README.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_marks_stay_as_they_are() {
        let text = draft(&Subject::Dataset("acme/DATASET-REVISION".to_owned(), "2026-REF".to_owned())).text;
        assert!(text.contains("acme/DATASET-REVISION@2026-REF"), "{text}");
        assert!(text.contains("\nid: acme/DATASET-REVISION\nrevision: \"2026-REF\"\n"), "{text}");
        let text = draft(&Subject::Registry("CARD".to_owned(), Some("MODEL/README.md".to_owned()))).text;
        assert!(text.contains("- id: CARD\n") && text.contains("card: MODEL/README.md\n"), "{text}");
    }
}
