//! The table of topics: data, from `policies/topics.yaml`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::names::Names;
use super::said::Said;
use crate::memo::Memo;
use crate::parse::decode::from_node;
use crate::parse::json;
use crate::source::SourceId;

/// The table that ships with the program, `policies/topics.yaml`, as `build.rs` made it.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/topics.json"));

/// The most topics, those of the identity included: what a heading or a label names is noted in
/// the bits of one word.
const MOST: usize = u32::BITS as usize;

static TABLE: LazyLock<TopicTable> = LazyLock::new(|| TopicTable::parse(BUILTIN).unwrap_or_default());

/// What cards are to say, and by what words they say it.
#[derive(Clone, Debug, Default)]
pub struct TopicTable {
    /// The topics, in the order of reports.
    pub topics: Vec<Topic>,
    /// The single facts about a card.
    pub identity: Vec<Topic>,
    /// Headings that are well known and about no topic, and what stands under
    /// them neither.
    pub other: Names,
    /// Headings that are well known and may be a part of a topic's section.
    pub familiar: Names,
    pub(super) statements: Vec<Statement>,
    pub(super) boilerplate: Vec<Boilerplate>,
    pub(super) generative: Generative,
    /// The topics that headings name: the same ones stand in card after card.
    headings: Arc<Memo<String, Vec<usize>>>,
}

/// A topic and its names.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its place among all topics of the table, those of the identity last.
    pub(super) number: usize,
    /// `intended-use`.
    pub id: String,
    /// `Intended use`.
    pub title: String,
    /// Names of sections.
    headings: Names,
    /// Names of labels, those of sections included.
    labels: Names,
    not: Names,
    /// Keys of the front matter.
    pub keys: Vec<String>,
    /// Phrases that state it in a sentence, lower case.
    pub prose: Vec<String>,
    /// Words of which that sentence must have one; none are needed where there
    /// are none.
    pub prose_with: Vec<String>,
    /// Phrases that state it in a section about another topic, whose id it is.
    pub aside: Option<Aside>,
    /// Sentences that give the answer, for identity.
    pub(super) says: Said,
    /// The same, but not for a model that generates.
    pub(super) says_unless_generative: Said,
    /// Names in a table that have numbers beside or below them where the table is
    /// about the topic.
    metrics: Names,
    /// Whether code under its heading is content.
    pub code: bool,
}

/// Phrases that state a topic in a section about another one: "not for credit
/// decisions" under "Intended use".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aside {
    /// The id of that topic.
    pub topic: String,
    /// The phrases, lower case.
    pub prose: Vec<String>,
}

/// What a section has to say beyond being there.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) id: String,
    pub(super) topics: Vec<String>,
    /// What makes it, one after the other: the first ones are the usual ones, and the
    /// others need not be built where they are found.
    any: Vec<Words>,
    /// What is taken out before looking.
    without: Option<Words>,
}

/// A pattern of the table, compiled when a card first needs it.
#[derive(Clone, Debug)]
struct Words {
    pattern: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Words {
    fn new(pattern: impl Into<String>) -> Self {
        Self { pattern: pattern.into(), compiled: OnceLock::new() }
    }

    /// For a text in lower case: an expression that ignores case takes several times
    /// as long to build. Nothing where it does not compile, as a test of the table
    /// rules out.
    fn regex(&self) -> Option<&Regex> {
        let build = || RegexBuilder::new(&self.pattern).unicode(false).build().ok();
        self.compiled.get_or_init(build).as_ref()
    }
}

/// A sentence that templates put into cards.
#[derive(Clone, Debug)]
pub(super) struct Boilerplate {
    text: String,
    /// The first words, by which most cards are known not to have it.
    lead: String,
    pattern: OnceLock<Option<Regex>>,
    pub(super) report: bool,
    /// Whether it is only reported where its section says nothing else.
    pub(super) alone: bool,
}

/// Words that tell whether a model generates.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generative {
    pub(super) tasks: Vec<String>,
    pub(super) not_tasks: Vec<String>,
    pub(super) libraries: Vec<String>,
    pub(super) not_libraries: Vec<String>,
    pub(super) families: Vec<String>,
    pub(super) not_families: Vec<String>,
    pub(super) judges: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    version: u32,
    topics: Vec<RawTopic>,
    identity: Vec<RawTopic>,
    other: Vec<String>,
    familiar: Vec<String>,
    statements: Vec<RawStatement>,
    boilerplate: Vec<RawBoilerplate>,
    generative: Generative,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTopic {
    id: String,
    title: String,
    headings: Vec<String>,
    labels: Vec<String>,
    keys: Vec<String>,
    not: Vec<String>,
    #[serde(default)]
    prose: Vec<String>,
    #[serde(default)]
    prose_with: Vec<String>,
    #[serde(default)]
    aside: Option<Aside>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    says_unless_generative: Vec<String>,
    #[serde(default)]
    metrics: Vec<String>,
    #[serde(default)]
    code: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatement {
    id: String,
    topics: Vec<String>,
    any: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBoilerplate {
    text: String,
    report: bool,
    #[serde(default)]
    alone: bool,
}

impl TopicTable {
    /// The table that ships with the program.
    pub fn builtin() -> Self {
        TABLE.clone()
    }

    /// Reads a table; the error is one line for the author of the table.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed = json::parse(text, SourceId(0));
        if let Some(finding) = parsed.findings.first() {
            return Err(finding.message.clone());
        }
        let root = parsed.root.ok_or("the table is empty")?;
        let raw: RawTable = from_node(&root).map_err(|error| error.message)?;
        if raw.version != 1 {
            return Err(format!("version `{}` of the table is not known", raw.version));
        }
        if raw.topics.len() + raw.identity.len() > MOST {
            return Err(format!("the table has more than {MOST} topics"));
        }
        let mut numbers = 0..;
        let mut read = |topics: Vec<RawTopic>| {
            topics.into_iter().zip(numbers.by_ref()).map(|(topic, number)| Topic::new(number, topic)).collect()
        };
        Ok(Self {
            topics: read(raw.topics),
            identity: read(raw.identity),
            other: Names::new(raw.other.iter().map(String::as_str)),
            familiar: Names::new(raw.familiar.iter().map(String::as_str)),
            statements: raw.statements.into_iter().map(Statement::new).collect(),
            boilerplate: raw.boilerplate.into_iter().map(Boilerplate::new).collect(),
            generative: raw.generative,
            headings: Arc::default(),
        })
    }

    /// Adds an organisation's own names for a topic, for headings and labels.
    /// False where there is no such topic.
    pub fn extend<'a>(&mut self, id: &str, names: impl IntoIterator<Item = &'a str>) -> bool {
        let Some(topic) = self.topics.iter_mut().chain(&mut self.identity).find(|topic| topic.id == id) else {
            return false;
        };
        for name in names {
            topic.headings.add(name);
            topic.labels.add(name);
        }
        self.headings = Arc::default();
        true
    }

    /// The table with an organisation's own names, by topic id.
    #[must_use]
    pub fn extended(mut self, names: &BTreeMap<String, Vec<String>>) -> Self {
        for (id, names) in names {
            self.extend(id, names.iter().map(String::as_str));
        }
        self
    }

    /// The ids of all topics and fields of identity.
    pub fn ids(&self) -> Vec<&str> {
        self.topics.iter().chain(&self.identity).map(|topic| topic.id.as_str()).collect()
    }

    /// The topic of that id.
    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// The topics that a heading names, as indexes of [`Self::topics`].
    pub fn of_heading(&self, key: &str) -> Vec<usize> {
        let named = || {
            let topics = self.topics.iter().enumerate();
            topics.filter(|(_, topic)| topic.is_heading(key)).map(|(index, _)| index).collect()
        };
        self.headings.get(key.to_owned(), named)
    }
}

impl Topic {
    fn new(number: usize, raw: RawTopic) -> Self {
        let exact = raw.headings.iter().map(String::as_str);
        let mut headings = Names::new(exact.clone());
        headings.add(&raw.title);
        headings.add(&raw.id);
        let mut labels = Names::new(exact.chain(raw.labels.iter().map(String::as_str)));
        labels.add(&raw.title);
        labels.add(&raw.id);
        Self {
            number,
            headings,
            labels,
            not: Names::new(raw.not.iter().map(String::as_str)),
            metrics: Names::new(raw.metrics.iter().map(String::as_str)),
            id: raw.id,
            title: raw.title,
            keys: raw.keys,
            prose: raw.prose,
            prose_with: raw.prose_with,
            aside: raw.aside,
            says: Said::new(raw.says),
            says_unless_generative: Said::new(raw.says_unless_generative),
            code: raw.code,
        }
    }

    /// Whether a heading names this topic, as a whole or in one of its parts.
    pub fn is_heading(&self, key: &str) -> bool {
        (self.headings.has(key)
            || key.contains(" and ")
                && key.split(" and ").any(|part| self.headings.has_exactly(part) && !self.not.has(part)))
            && !self.not.has(key)
    }

    /// Whether a label names this topic.
    pub fn is_label(&self, key: &str) -> bool {
        self.labels.has(key) && !self.not.has(key)
    }

    /// Whether a cell of a table names a number that the topic is about.
    pub fn is_metric(&self, key: &str) -> bool {
        self.metrics.has(key)
    }

    /// Whether a label's name is written out in the table, not by a pattern.
    pub fn is_label_exactly(&self, key: &str) -> bool {
        self.labels.has_exactly(key) && !self.not.has(key)
    }
}

impl Statement {
    fn new(raw: RawStatement) -> Self {
        let without = if raw.without.is_empty() { None } else { Some(Words::new(raw.without.join("|"))) };
        Self { id: raw.id, topics: raw.topics, any: raw.any.into_iter().map(Words::new).collect(), without }
    }

    /// What makes the statement, in a text in lower case.
    pub(super) fn any(&self) -> impl Iterator<Item = &Regex> {
        self.any.iter().filter_map(Words::regex)
    }

    /// What is taken out before looking.
    pub(super) fn without(&self) -> Option<&Regex> {
        self.without.as_ref()?.regex()
    }
}

impl Boilerplate {
    fn new(raw: RawBoilerplate) -> Self {
        let lead = raw.text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        Self { text: raw.text, lead, pattern: OnceLock::new(), report: raw.report, alone: raw.alone }
    }

    /// Where the sentence stands in a text, whatever the white space in it.
    pub(super) fn find_in(&self, text: &str) -> Vec<Range<usize>> {
        if !text.contains(&self.lead) {
            return Vec::new();
        }
        let compiled = self.pattern.get_or_init(|| {
            let words: Vec<String> = self.text.split_whitespace().map(regex::escape).collect();
            pattern(&(words.join(r"\s+") + r"\s*\.?")).ok()
        });
        compiled.iter().flat_map(|pattern| pattern.find_iter(text)).map(|found| found.range()).collect()
    }
}

/// A pattern that ignores case: by ASCII where it can be, since the Unicode
/// classes cost milliseconds to compile and a negated class needs them.
fn pattern(text: &str) -> Result<Regex, String> {
    let build = |unicode| RegexBuilder::new(text).case_insensitive(true).unicode(unicode).build();
    build(false).or_else(|_| build(true)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(table: &TopicTable, heading: &str) -> Vec<String> {
        let key = crate::parse::markdown::normalize(heading);
        table
            .of_heading(&key)
            .into_iter()
            .filter_map(|index| table.topics.get(index))
            .map(|topic| topic.id.clone())
            .collect()
    }

    #[test]
    fn the_table_that_ships_is_whole() {
        let table = TopicTable::parse(BUILTIN).unwrap();
        assert_eq!(table.topics.len(), 10);
        assert_eq!(table.identity.len(), 5);
        for topic in &table.topics {
            assert!(topic.is_heading(&crate::parse::markdown::normalize(&topic.title)), "{}", topic.id);
            assert!(topic.is_label(&crate::parse::markdown::normalize(&topic.id)), "{}", topic.id);
        }
        for statement in &table.statements {
            assert!(statement.topics.iter().all(|id| table.topic(id).is_some()), "{}", statement.id);
            assert_eq!(statement.any().count(), statement.any.len(), "{}", statement.id);
            assert_eq!(statement.without().is_some(), statement.without.is_some(), "{}", statement.id);
            for words in statement.any.iter().chain(&statement.without) {
                let letters = words.pattern.replace(r"\W", "").replace(r"\S", "").replace(r"\B", "");
                assert_eq!(letters, letters.to_lowercase(), "they are looked for in lower case");
            }
        }
    }

    #[test]
    fn headings_name_topics() {
        let table = TopicTable::builtin();
        for (heading, topics) in [
            ("Intended Use", "intended-use"),
            ("Intended uses & limitations", "intended-use limitations"),
            ("Out-of-Scope Use [optional]", "out-of-scope-use"),
            ("Misuse, Malicious Use, and Out-of-Scope Use", "out-of-scope-use"),
            ("Non-intended use", "out-of-scope-use"),
            ("Training and evaluation data", "training-data"),
            ("Bias, Risks, and Limitations", "limitations"),
            ("Known limitations", "limitations"),
            ("Limitations and known failure modes", "limitations known-failure-modes"),
            ("Safety behaviour", "safety-behavior"),
            ("Recommended mitigations", "mitigations"),
            ("Privacy considerations", "privacy"),
            ("Caveats and recommendations", "limitations mitigations"),
            ("Model Card Contact", "owner"),
            ("Limitações e riscos", "limitations"),
            ("Testing Data, Factors & Metrics", "evaluation-results"),
            ("Data and performance", "training-data evaluation-results"),
        ] {
            assert_eq!(ids(&table, heading).join(" "), topics, "{heading}");
        }
    }

    #[test]
    fn false_friends_name_none() {
        let table = TopicTable::builtin();
        for heading in [
            "Usage",
            "How to use",
            "Training results",
            "Framework versions",
            "Training procedure",
            "Cloud Provider",
            "Example usage",
            "Quick start",
            "Evaluation command",
            "Run validation script",
            "Citation",
            "Retraining policy",
        ] {
            assert_eq!(ids(&table, heading), [""; 0], "{heading}");
        }
    }

    #[test]
    fn an_organisation_adds_names() {
        let mut table = TopicTable::builtin();
        assert_eq!(ids(&table, "Zweck"), [""; 0]);
        assert!(table.extend("intended-use", ["Zweck", "Zweck *"]));
        assert!(!table.extend("no-such-topic", ["x"]));
        assert_eq!(ids(&table, "Zweck des Modells"), ["intended-use"]);
    }

    #[test]
    fn a_bad_table_is_refused() {
        assert_eq!(TopicTable::parse("null").err().as_deref(), Some("expected a mapping, found nothing"));
        assert!(TopicTable::parse(r#"{"version": 1, "topics": 3}"#).is_err());
    }
}
