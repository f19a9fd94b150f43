//! From the tree of `weighbridge.yaml` to a [`Config`]. Read by hand and not by
//! serde, which stops at the first mistake: whoever mends a configuration wants
//! to see all of them.

use std::str::FromStr;

use super::globs::Globs;
use super::layer::{Layer, Level};
use super::selector::Selector;
use super::{Config, ConfigError, Expect, FailOn, Profile, WAIVER};
use crate::kind::Kind;
use crate::parse::{self, Entry, Node, Scalar, ScalarKind, Value};
use crate::policy::Join;
use crate::rule::{Catalog, Severity};
use crate::source::{SourceId, Span};
use crate::text::{did_you_mean, quote};

/// The keys at the top of the file.
pub(super) const KEYS: &[&str] = &[
    "apiVersion",
    "kind",
    "kinds",
    "include",
    "exclude",
    "profile",
    "select",
    "extend-select",
    "ignore",
    "severity",
    "overrides",
    "fail-on",
    "topics",
    "expect",
    "baseline",
    "links",
    "require-assessed",
];

/// The keys of an entry of `overrides`.
pub(super) const OVERRIDE_KEYS: &[&str] = &["files", "select", "extend-select", "ignore", "severity"];

/// The keys of an entry of `kinds`.
pub(super) const KINDS_KEYS: &[&str] = &["files", "kind"];

/// The keys of `expect`.
pub(super) const EXPECT_KEYS: &[&str] = &["cards", "releases"];

/// Reads a configuration.
pub(super) fn read(
    text: &str,
    source: SourceId,
    catalog: &Catalog,
    topics: &[&str],
) -> Result<Config, Vec<ConfigError>> {
    let parsed = parse::yaml::parse(text, source, 0);
    let mut reader = Reader { catalog, topics, errors: Vec::new() };
    for finding in parsed.findings {
        reader.errors.push(ConfigError { span: finding.primary.span, message: finding.message, help: finding.help });
    }
    let config = parsed.root.map(|root| reader.config(&root)).unwrap_or_default();
    if reader.errors.is_empty() { Ok(config) } else { Err(reader.errors) }
}

struct Reader<'a> {
    catalog: &'a Catalog,
    topics: &'a [&'a str],
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn error(&mut self, span: Span, message: String, help: Option<String>) {
        self.errors.push(ConfigError { span, message, help });
    }

    fn config(&mut self, root: &Node) -> Config {
        let mut config = Config::default();
        let mut layer = Layer::default();
        if !root.is_null() {
            self.keys(root, "the configuration", KEYS);
        }
        for entry in root.entries() {
            match &*entry.key {
                "apiVersion" => self.exactly(entry, "weighbridge/v1"),
                "kind" => self.exactly(entry, "Config"),
                "kinds" => config.kinds = self.kinds(entry),
                "include" => config.include = Some(self.globs(entry)),
                "exclude" => config.exclude = self.globs(entry),
                "profile" => config.profile = self.word::<Profile>(entry).unwrap_or_default(),
                "fail-on" => config.fail_on = self.fail_on(entry),
                "overrides" => config.layers = self.overrides(entry),
                "topics" => config.topics = self.topics(entry),
                "expect" => config.expect = self.expect(entry),
                "baseline" => config.baseline = self.path(entry),
                "links" => config.links = self.links(entry),
                "require-assessed" => config.require_assessed = self.boolean(entry),
                _ => self.setting(entry, &mut layer),
            }
        }
        config.layers.insert(0, layer);
        config
    }

    /// A gate that never fails would switch off what is locked.
    fn fail_on(&mut self, entry: &Entry) -> Option<FailOn> {
        let fail_on = self.word::<FailOn>(entry)?;
        if let Some(rule) = self.catalog.locked().next().filter(|_| fail_on == FailOn::Never) {
            let message = format!("`fail-on: never` would let `{rule}` pass, which is locked");
            self.error(entry.value.span, message, Some("write `error`, or leave it out".to_owned()));
        }
        Some(fail_on)
    }

    /// What is locked is not to be lowered.
    fn unlocked(&mut self, selector: &Selector, span: Span) {
        if let Some(rule) = selector.locked(self.catalog) {
            let message = format!("`{rule}` is locked: no configuration lowers it or switches it off");
            self.error(span, message, Some(format!("leave it alone here; {WAIVER}")));
        }
    }

    /// `select`, `extend-select`, `ignore`, `severity`: at the top and in overrides.
    fn setting(&mut self, entry: &Entry, layer: &mut Layer) {
        match &*entry.key {
            "select" => layer.select = Some(self.selectors(entry)),
            "extend-select" => layer.extend_select = self.selectors(entry),
            "ignore" => layer.ignore = self.ignored(entry),
            "severity" => layer.severity = self.severities(entry),
            _ => {}
        }
    }

    /// Whether the node is a mapping; its unknown keys are reported.
    fn keys(&mut self, node: &Node, what: &str, known: &[&str]) -> bool {
        if !node.is_map() {
            self.error(node.span, format!("{what} is a {}, not a mapping of keys", node.type_name()), None);
            return false;
        }
        for entry in node.entries() {
            if !known.contains(&&*entry.key) {
                let help = match did_you_mean(&entry.key, known.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", listed(known)),
                };
                self.error(entry.key_span, format!("unknown key `{}` in {what}", quote(&entry.key)), Some(help));
            }
        }
        true
    }

    fn links(&mut self, entry: &Entry) -> Vec<Join> {
        Join::read(entry).unwrap_or_else(|errors| {
            for error in errors {
                self.error(error.span, error.message, error.help);
            }
            Vec::new()
        })
    }

    fn wrong_type(&mut self, entry: &Entry, wanted: &str) {
        let node = &entry.value;
        let span = if node.span.start == node.span.end { entry.key_span } else { node.span };
        let message = format!("`{}` is a {}, not {wanted}", quote(&entry.key), node.type_name());
        self.error(span, message.replace("is a nothing", "is empty"), None);
    }

    fn boolean(&mut self, entry: &Entry) -> bool {
        entry.value.as_bool().unwrap_or_else(|| {
            self.wrong_type(entry, "true or false");
            false
        })
    }

    fn exactly(&mut self, entry: &Entry, wanted: &str) {
        match entry.value.text() {
            Some(text) if text == wanted => {}
            Some(text) => {
                let message = format!("`{}` is `{}`, not `{wanted}`", entry.key, quote(text));
                self.error(entry.value.span, message, Some(format!("write `{}: {wanted}`", entry.key)));
            }
            None => self.wrong_type(entry, &format!("`{wanted}`")),
        }
    }

    fn word<T: FromStr<Err = String>>(&mut self, entry: &Entry) -> Option<T> {
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry, "a word");
            return None;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(message) => {
                self.error(entry.value.span, message, None);
                None
            }
        }
    }

    /// A string or a list of strings.
    fn strings<'n>(&mut self, entry: &'n Entry, of: &str) -> Vec<(&'n str, Span)> {
        if entry.value.is_map() || entry.value.is_null() {
            self.wrong_type(entry, &format!("a list of {of}"));
            return Vec::new();
        }
        let mut strings = Vec::new();
        for item in entry.value.one_or_many() {
            if let Some(text) = item.as_str() {
                strings.push((text, item.span));
            } else {
                let message = format!("`{}` is a list of {of}, and this is a {}", quote(&entry.key), item.type_name());
                self.error(item.span, message.replace("is a nothing", "is nothing"), None);
            }
        }
        strings
    }

    fn globs(&mut self, entry: &Entry) -> Globs {
        let mut good = Vec::new();
        for (text, span) in self.strings(entry, "globs") {
            match Globs::new([text]) {
                Ok(_) => good.push(text),
                Err(why) => self.error(span, format!("`{}` is no glob: {why}", quote(text)), None),
            }
        }
        Globs::new(good).unwrap_or_default()
    }

    fn selector(&mut self, text: &str, span: Span) -> Option<Selector> {
        match Selector::parse(text, self.catalog) {
            Ok(selector) => Some(selector),
            Err((message, help)) => {
                self.error(span, message, Some(help));
                None
            }
        }
    }

    fn selectors(&mut self, entry: &Entry) -> Vec<Selector> {
        let words = self.strings(entry, "rules and packs");
        words.into_iter().filter_map(|(text, span)| self.selector(text, span)).collect()
    }

    fn ignored(&mut self, entry: &Entry) -> Vec<Selector> {
        let words = self.strings(entry, "rules and packs");
        let mut selectors = Vec::new();
        for (text, span) in words {
            let Some(selector) = self.selector(text, span) else { continue };
            self.unlocked(&selector, span);
            selectors.push(selector);
        }
        selectors
    }

    fn severities(&mut self, entry: &Entry) -> Vec<(Selector, Level)> {
        if !entry.value.is_map() {
            self.wrong_type(entry, "a mapping from rules to severities");
        }
        let mut severities = Vec::new();
        for entry in entry.value.entries() {
            let selector = self.selector(&entry.key, entry.key_span);
            let level = self.level(entry);
            if let (Some(selector), true) = (&selector, level != Some(Level::At(Severity::Error))) {
                self.unlocked(selector, entry.value.span);
            }
            severities.extend(selector.zip(level));
        }
        severities
    }

    fn level(&mut self, entry: &Entry) -> Option<Level> {
        let Some(text) = entry.value.text() else {
            self.wrong_type(entry, "a severity");
            return None;
        };
        if text == "off" {
            return Some(Level::Off);
        }
        if let Ok(severity) = text.parse::<Severity>() {
            return Some(Level::At(severity));
        }
        let levels = ["error", "warning", "note", "off"];
        let help = match did_you_mean(text, levels) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {}", listed(&levels)),
        };
        self.error(entry.value.span, format!("unknown severity `{}`", quote(text)), Some(help));
        None
    }

    fn list<'n>(&mut self, entry: &'n Entry, of: &str) -> &'n [Node] {
        if !entry.value.is_seq() {
            self.wrong_type(entry, &format!("a list of {of}"));
        }
        entry.value.items()
    }

    /// The entry of a key that must be there.
    fn required<'n>(&mut self, node: &'n Node, key: &str, what: &str) -> Option<&'n Entry> {
        let entry = node.entry(key);
        if entry.is_none() {
            let span = node.entries().first().map_or(node.span, |entry| entry.key_span);
            self.error(span, format!("{what} has no `{key}`"), None);
        }
        entry
    }

    fn kinds(&mut self, entry: &Entry) -> Vec<(Globs, Kind)> {
        let mut kinds = Vec::new();
        for item in self.list(entry, "`{files, kind}`") {
            if self.keys(item, "an entry of `kinds`", KINDS_KEYS) {
                let files = self.required(item, "files", "this entry of `kinds`");
                let files = files.map(|entry| self.globs(entry));
                let kind = self.required(item, "kind", "this entry of `kinds`");
                let kind = kind.and_then(|entry| self.kind(entry));
                kinds.extend(files.zip(kind));
            }
        }
        kinds
    }

    fn kind(&mut self, entry: &Entry) -> Option<Kind> {
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry, "the name of a kind");
            return None;
        };
        let kind = Kind::parse(text);
        if kind.is_none() {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let help = match did_you_mean(text, names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of {}", listed(&names)),
            };
            self.error(entry.value.span, format!("unknown kind `{}`", quote(text)), Some(help));
        }
        kind
    }

    fn overrides(&mut self, entry: &Entry) -> Vec<Layer> {
        let mut layers = Vec::new();
        for item in self.list(entry, "overrides") {
            if self.keys(item, "an entry of `overrides`", OVERRIDE_KEYS) {
                let mut layer = Layer::default();
                let files = self.required(item, "files", "this entry of `overrides`");
                layer.files = Some(files.map(|entry| self.globs(entry)).unwrap_or_default());
                for entry in item.entries() {
                    self.setting(entry, &mut layer);
                }
                layers.push(layer);
            }
        }
        layers
    }

    fn topics(&mut self, entry: &Entry) -> std::collections::BTreeMap<String, Vec<String>> {
        if !entry.value.is_map() {
            self.wrong_type(entry, "a mapping from topics to headings");
        }
        let mut topics = std::collections::BTreeMap::new();
        for entry in entry.value.entries() {
            if !self.topics.contains(&&*entry.key) {
                let help = match did_you_mean(&entry.key, self.topics.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", listed(self.topics)),
                };
                self.error(entry.key_span, format!("unknown topic `{}`", quote(&entry.key)), Some(help));
            }
            let headings = self.strings(entry, "headings").into_iter().map(|(text, _)| text.to_owned()).collect();
            topics.insert(entry.key.to_string(), headings);
        }
        topics
    }

    fn expect(&mut self, entry: &Entry) -> Expect {
        let mut expect = Expect::default();
        if self.keys(&entry.value, "`expect`", EXPECT_KEYS) {
            for entry in entry.value.entries() {
                let least = self.whole_number(entry);
                match &*entry.key {
                    "cards" => expect.cards = least,
                    "releases" => expect.releases = least,
                    _ => {}
                }
            }
        }
        expect
    }

    /// The path of a file in the repository.
    fn path(&mut self, entry: &Entry) -> Option<String> {
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry, "the path of a file");
            return None;
        };
        let path = crate::tree::join("", text).ok();
        if path.is_none() {
            let help = "write the path of a file in the repository, from its root".to_owned();
            let message = format!("`{}` is `{}`, which leads out of the repository", entry.key, quote(text));
            self.error(entry.value.span, message, Some(help));
        }
        path
    }

    fn whole_number(&mut self, entry: &Entry) -> usize {
        let number = match &entry.value.value {
            Value::Scalar(Scalar { kind: ScalarKind::Int(number), .. }) => usize::try_from(*number).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong_type(entry, "a whole number from 0");
        }
        number.unwrap_or(0)
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
