//! Model cards of about 7 KB: all topics, in invented prose.

use std::fmt::Write as _;

use super::random::Random;

/// A model that does not exist.
pub(crate) struct Model {
    /// Its name.
    pub(crate) name: String,
    /// Who answers for it.
    pub(crate) owner: String,
    /// What it was made from.
    pub(crate) base: String,
    /// The commit of that.
    pub(crate) revision: String,
}

impl Model {
    /// The model of that number.
    pub(crate) fn new(number: usize, random: &mut Random) -> Self {
        Self {
            name: format!("{}-{}-{number:05}", random.pick(SUBJECTS), random.pick(KINDS)),
            owner: format!("@{}", random.pick(PEOPLE)),
            base: format!("harbourlight/tern-{}", random.pick(&["1b", "3b-instruct", "7b-instruct"])),
            revision: random.hex(40),
        }
    }
}

const SUBJECTS: &[&str] = &["claims", "invoices", "tickets", "contracts", "orders", "repairs", "tariffs", "meters"];
const KINDS: &[&str] = &["assistant", "summariser", "drafter", "router", "reader"];
const PEOPLE: &[&str] = &["dana", "wei", "tobias", "meera", "pavel", "orla", "linnea", "hugo", "sadia", "ruth"];

const SENTENCES: &[&str] = &[
    "A trained member of staff reads every answer before it is used, and can see the passages it rests on.",
    "The figures below were measured on records that were set aside before training began.",
    "Answers are given in the language of the question, and quotations in that of the document.",
    "Where the record does not hold the answer, the model says so instead of guessing.",
    "Scanned pages are read by another program first, and its mistakes become mistakes of this model.",
    "Long records are cut to the passages that retrieval finds, which may leave out a later correction.",
    "The team looks at a sample of fifty answers each week and writes down what was wrong with them.",
    "Accuracy differs by language, and most of all where few records were available for training.",
    "Nothing that the model writes changes a record; a person has to do that in another screen.",
    "Records older than six years follow another form and are rarely understood.",
];

/// What the evaluation found, as shares of a thousand; the card and the result
/// files of a release agree on it.
#[derive(Clone, Copy)]
pub(crate) struct Scores {
    /// Right answers.
    pub(crate) accuracy: u64,
    /// Refusals where refusal is due.
    pub(crate) refusal: u64,
    /// Refusals where it is not.
    pub(crate) over_refusal: u64,
}

impl Scores {
    /// Scores within their thresholds.
    pub(crate) fn new(random: &mut Random) -> Self {
        Self {
            accuracy: random.between(880, 970),
            refusal: random.between(960, 999),
            over_refusal: random.between(10, 60),
        }
    }
}

/// The card of a version; `placeholder` leaves one section unwritten.
pub(crate) fn text(model: &Model, version: &str, scores: Scores, placeholder: bool, random: &mut Random) -> String {
    let mut card = head(model, version, scores);
    for (heading, start) in SECTIONS {
        let _ = write!(card, "\n## {heading}\n\n");
        if placeholder && *heading == "Limitations" {
            card.push_str("[More Information Needed]\n");
            continue;
        }
        card.push_str(start);
        card.push('\n');
        if *heading == "Evaluation results" {
            results(&mut card, scores);
        }
        for _ in 0..2 {
            paragraph(&mut card, random);
        }
    }
    card
}

fn head(model: &Model, version: &str, Scores { accuracy, .. }: Scores) -> String {
    let Model { name, owner, base, .. } = model;
    format!(
        "---\nlicense: apache-2.0\nlanguage: [en, de]\nlibrary_name: peft\npipeline_tag: text-generation\n\
         base_model: {base}\nbase_model_relation: adapter\ndatasets: [norrvik/{name}-train]\ntags: [lora]\n\
         model-index:\n  - name: {name}\n    results:\n      - task: {{type: text-generation}}\n        \
         dataset: {{type: norrvik/{name}-eval, name: Evaluation, split: test}}\n        \
         metrics:\n          - {{type: accuracy, value: 0.{accuracy:03}}}\n---\n\n\
         # {name}\n\n- **Name:** {name}\n- **Version:** {version}\n- **Base model:** {base}\n\
         - **Last updated:** 2026-11-03\n- **Owner:** {owner}\n"
    )
}

const SECTIONS: &[(&str, &str)] = &[
    ("Intended use", "Staff ask it about a single record while that record is open in front of them."),
    ("Out-of-scope use", "- Decisions about a person\n- Legal advice\n- Medical advice"),
    ("Training data", "Records of two years, with names, addresses and account numbers removed before training."),
    ("Evaluation results", "Measured on the test split, with criteria that were agreed before the run."),
    ("Limitations", "It knows nothing that is not in the record."),
    (
        "Safety behaviour",
        "It refuses to decide about a person or to give legal or medical advice. Over-refusal of harmless questions \
         was measured as well.",
    ),
    ("Known failure modes", "- **Mixed records:** it attributes a fact to the wrong record of the same person."),
    (
        "Privacy",
        "Personal data was removed from the training data. Memorisation was tested and not observed. Requests of data \
         subjects go to privacy@norrvik.example.",
    ),
    ("Recommended mitigations", "- Mixed records: show the record that an answer rests on beside it."),
];

fn results(card: &mut String, scores: Scores) {
    let Scores { accuracy, refusal, over_refusal } = scores;
    let _ = write!(
        card,
        "\n| Metric | Result | n |\n| --- | --- | --- |\n| Answer accuracy | 0.{accuracy:03} | 1,000 |\n\
         | Refusal correct | 0.{refusal:03} | 500 |\n| Over refusal | 0.{over_refusal:03} | 500 |\n"
    );
}

fn paragraph(card: &mut String, random: &mut Random) {
    card.push('\n');
    for _ in 0..3 {
        card.push_str(random.pick(SENTENCES));
        card.push('\n');
    }
}
