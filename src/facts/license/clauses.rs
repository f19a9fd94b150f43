//! What licences ask of what is made from them, and under which licence well-known models
//! are: `policies/license-clauses.yaml`, which says where each entry comes from.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::parse::{self, decode};
use crate::source::SourceId;

/// The clauses of one licence that are looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::facts) struct Clauses {
    /// The Hub's id, or a name of ours.
    pub id: String,
    /// What publishers write for it as `license_name`.
    #[serde(default)]
    pub names: Vec<String>,
    /// What a sentence calls it.
    pub name: String,
    /// Licences of one family are terms of one another.
    #[serde(default)]
    pub family: Option<String>,
    /// No commercial use.
    #[serde(default)]
    pub noncommercial: bool,
    /// Nothing that is made from it may be passed on.
    #[serde(default)]
    pub no_derivatives: bool,
    /// What is made from it stays under the same terms.
    #[serde(default)]
    pub share_alike: bool,
    /// Words by which a text passes its use restrictions on; empty where it has none.
    #[serde(default)]
    pub policy: Vec<String>,
    /// How the name of a model has to begin that is made from it.
    #[serde(default)]
    pub prefix: Option<String>,
    /// What holds for models trained on its outputs.
    #[serde(default)]
    pub outputs: Outputs,
    /// One of these has to be shown.
    #[serde(default)]
    pub display: Vec<String>,
    /// What the file NOTICE has to say.
    #[serde(default)]
    pub notice: Option<String>,
    /// Who gets no rights because of where they are at home.
    #[serde(default)]
    pub region: Option<Region>,
    /// How its text begins.
    #[serde(default)]
    pub title: Option<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    source: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    checked: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    basis: Basis,
}

/// A part of the world whose companies and persons get no rights.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::facts) struct Region {
    /// The part, as jurisdictions are written.
    pub not_in: String,
    /// Words of the names of the models that it holds for; empty for all of them.
    #[serde(default)]
    pub models: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    source: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    checked: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    basis: Basis,
}

impl Region {
    /// Whether it holds for the model with that id.
    pub(in crate::facts) fn is_about(&self, model: &str) -> bool {
        let model = model.to_lowercase();
        self.models.is_empty() || self.models.iter().any(|word| model.contains(word.as_str()))
    }
}

/// What a licence says of models trained on outputs.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::facts) enum Outputs {
    /// Nothing.
    #[default]
    Free,
    /// Their names begin with the prefix.
    Name,
    /// They may not be other models than those of the family.
    Others,
    /// They may not compete with the provider.
    Competing,
}

/// How an entry was checked.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Basis {
    Text,
    Excerpt,
    Account,
    Memory,
}

/// The licence of the models whose ids begin so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    id: String,
    license: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    source: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    checked: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and for the test of the table"))]
    basis: Basis,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    licenses: Vec<Clauses>,
    models: Vec<Model>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let parsed = parse::json::parse(include_str!(concat!(env!("OUT_DIR"), "/license-clauses.json")), SourceId(0));
    // A test reads the table; one that cannot be read knows no licence.
    parsed.root.and_then(|root| decode::from_node(&root).ok()).unwrap_or_default()
});

/// Licences by their ids and names, in lower case.
static BY_NAME: LazyLock<BTreeMap<String, &'static Clauses>> = LazyLock::new(|| {
    let names = |clauses: &'static Clauses| {
        let all = std::iter::once(&clauses.id).chain(&clauses.names);
        all.map(move |name| (name.to_lowercase(), clauses))
    };
    TABLE.licenses.iter().flat_map(names).collect()
});

/// The beginnings of ids, in lower case.
static BY_MODEL: LazyLock<BTreeMap<String, &'static str>> =
    LazyLock::new(|| TABLE.models.iter().map(|model| (model.id.to_lowercase(), model.license.as_str())).collect());

/// What is known of a licence: by the id of the Hub, its SPDX id, or its name.
pub(in crate::facts) fn of_license(written: &str) -> Option<&'static Clauses> {
    let lower = written.trim().to_lowercase();
    let known = BY_NAME.get(&lower).copied();
    known.or_else(|| BY_NAME.get(super::look_up(written.trim()).1?).copied())
}

/// The licence whose title a text begins with, give or take a line.
pub(in crate::facts) fn titled(text: &str) -> Option<&'static str> {
    let head = crate::text::clip(text, TITLE_WITHIN);
    let entry = TABLE
        .licenses
        .iter()
        .find(|entry| entry.title.as_deref().is_some_and(|title| super::is_titled(head, title)))?;
    Some(&entry.id)
}

/// Within how many bytes of a text its title stands.
const TITLE_WITHIN: usize = 400;

/// Under which licence the publisher of a well-known model has it.
pub(in crate::facts) fn of_model(id: &str) -> Option<&'static Clauses> {
    let lower = id.trim().to_lowercase();
    // The longest beginning counts; `a/b@main` is `a/b`.
    let ends = (1..=lower.len()).rev().filter(|end| lower.is_char_boundary(*end));
    let license = ends.take(LONGEST).find_map(|end| BY_MODEL.get(lower.get(..end)?))?;
    of_license(license)
}

/// The longest id that is looked at.
const LONGEST: usize = 300;

impl Clauses {
    /// Whether it asks whoever passes the work on to show or to say something.
    pub(in crate::facts) fn asks(&self) -> bool {
        let texts = self.notice.is_some() || self.title.is_some();
        texts || !self.display.is_empty() || !self.policy.is_empty()
    }

    /// Whether the terms of two licences are the same but for their version.
    pub(in crate::facts) fn is_kin(&self, other: &Self) -> bool {
        self.id == other.id || (self.family.is_some() && self.family == other.family)
    }

    /// What of its terms something under `other` leaves out.
    pub(in crate::facts) fn lost_under(&self, other: &Self) -> Option<&'static str> {
        if self.is_kin(other) {
            return None;
        }
        if self.noncommercial && !other.noncommercial {
            return Some("its ban on commercial use");
        }
        (!self.policy.is_empty() && other.policy.is_empty()).then_some("its use restrictions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_day(text: &str) -> bool {
        text.parse::<jiff::civil::Date>().is_ok()
    }

    #[test]
    fn every_entry_has_a_source_and_a_day() {
        assert!(TABLE.licenses.len() > 50, "the table cannot be read");
        for entry in &TABLE.licenses {
            assert!(entry.source.starts_with("https://"), "{}", entry.id);
            assert!(is_day(&entry.checked), "{}", entry.id);
            for words in entry.policy.iter().chain(&entry.title) {
                assert_eq!(*words, words.to_lowercase(), "{}: as texts are searched", entry.id);
            }
            if let Some(region) = &entry.region {
                assert!(region.source.starts_with("https://") && is_day(&region.checked), "{}", entry.id);
                assert_ne!(region.basis, Basis::Memory, "{}", entry.id);
            }
            assert!(entry.prefix.is_some() || entry.outputs != Outputs::Name, "{}: which name?", entry.id);
        }
        for model in &TABLE.models {
            assert!(model.source.starts_with("https://") && is_day(&model.checked), "{}", model.id);
            assert!(of_license(&model.license).is_some(), "{}: `{}` is not in the table", model.id, model.license);
        }
    }

    #[test]
    fn an_id_is_one_of_the_hub_or_has_a_name() {
        for entry in &TABLE.licenses {
            let ours = !entry.names.is_empty() || entry.id.starts_with("closed:");
            assert!(ours != super::super::TABLE.hub.contains(&entry.id), "`{}` is of the Hub or ours", entry.id);
        }
        let names: usize =
            TABLE.licenses.iter().map(|entry| 1 + entry.names.iter().filter(|name| **name != entry.id).count()).sum();
        assert_eq!(BY_NAME.len(), names, "a name stands for two licences");
        assert_eq!(BY_MODEL.len(), TABLE.models.len(), "a beginning stands twice");
    }

    #[test]
    fn what_raises_errors_was_not_taken_from_memory_alone() {
        let named =
            |entry: &&Clauses| entry.prefix.is_some() || !entry.policy.is_empty() || entry.outputs != Outputs::Free;
        for entry in TABLE.licenses.iter().filter(named) {
            assert_ne!(entry.basis, Basis::Memory, "{}", entry.id);
        }
        // The names of these say it.
        let memory = TABLE.licenses.iter().filter(|entry| entry.basis == Basis::Memory && entry.noncommercial);
        let unnamed: Vec<&str> =
            memory.map(|entry| &*entry.id).filter(|id| !id.contains("-nc") && !id.contains("noncommercial")).collect();
        assert_eq!(unnamed, ["deepfloyd-if-license"]);
    }

    #[test]
    fn models_that_nobody_looked_up_are_counted() {
        let unchecked = TABLE.models.iter().filter(|model| model.basis == Basis::Memory).count();
        assert_eq!(unchecked, 9, "look the new one up, or take an old one out");
    }

    #[test]
    fn licences_by_any_spelling() {
        let id = |written: &str| of_license(written).map(|found| found.id.as_str());
        assert_eq!(id("CC-BY-NC-4.0"), Some("cc-by-nc-4.0"));
        assert_eq!(id("GPL-3.0-or-later"), Some("gpl-3.0"));
        assert_eq!(id("tongyi-qianwen"), Some("qwen"));
        assert_eq!(id("Llama3.1"), Some("llama3.1"));
        assert_eq!((id("other"), id("LicenseRef-Acme"), id("")), (None, None, None));
    }

    #[test]
    fn the_longest_beginning_of_an_id_counts() {
        let license = |id: &str| of_model(id).map(|found| found.id.as_str());
        assert_eq!(license("meta-llama/Llama-3.1-8B-Instruct"), Some("llama3.1"));
        assert_eq!(license("google/gemma-3-12b-it"), Some("gemma"));
        assert_eq!(license("google/gemma-4-12b"), Some("apache-2.0"));
        assert_eq!(license("Qwen/Qwen2.5-3B-Instruct"), Some("qwen-research"));
        assert_eq!(license("qwen/qwen2.5-32b"), Some("apache-2.0"));
        assert_eq!(license("openai/gpt-oss-20b"), None);
        assert_eq!(license("harbourlight/tern-7b-instruct"), None);
        assert_eq!(license(""), None);
    }

    #[test]
    fn what_is_lost_between_two_licences() {
        let lost = |base: &str, own: &str| of_license(base).unwrap().lost_under(of_license(own).unwrap());
        assert_eq!(lost("llama3.1", "mit"), Some("its use restrictions"));
        assert_eq!(lost("gemma", "apache-2.0"), Some("its use restrictions"));
        assert_eq!(lost("cc-by-nc-4.0", "mit"), Some("its ban on commercial use"));
        assert_eq!(lost("cc-by-nc-4.0", "cc-by-nc-sa-4.0"), None);
        assert_eq!(lost("llama3.1", "llama3.3"), None);
        assert_eq!(lost("openrail++", "creativeml-openrail-m"), None);
        assert_eq!(lost("apache-2.0", "mit"), None);
    }
}
