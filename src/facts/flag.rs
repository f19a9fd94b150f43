//! The feature flag by which traffic goes to a release and comes back: flagd's file format.
//!
//! `flags.<key>{state ENABLED|DISABLED, variants, defaultVariant}`, as a map or a
//! list of entries with `key` (<https://flagd.dev/reference/flag-definitions/>).
//!
//! | fact | what it says |
//! |---|---|
//! | `key`, `variant` | as the manifest writes them; `variant` is the one to roll back to |
//! | `status` | `ready`; `foreign` where the file is of another provider and cannot be read; else what is wrong |
//! | `problem` | why it is not ready |
//! | `definition` | the other side, in the flag's file |

use jiff::civil::Date;

use super::release::{self, STAGES, problem};
use super::{Context, moment, organisation};
use crate::link::{Graph, Known, Reference, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// Values of a variant that stand for no model at all.
const OFF: [&str; 8] = ["off", "none", "disabled", "manual", "by_hand", "human", "fallback", "baseline"];

/// The flag that the manifest names, or `None` where it names none.
pub fn derive(context: &Context<'_>, release: &Release) -> Option<Node> {
    let root = &context.graph.documents[release.document].root;
    let written = written(root)?;
    let key = written.get("key");
    let rollback = written.get("rollback_variant");
    let span = key.or(rollback).map_or(written.anchor(), |node| node.span);
    let wrong = Flag { context, release, root, written }.wrong().err();
    let at = wrong.as_ref().and_then(|wrong| wrong.at).unwrap_or(span);
    let (status, problem) = wrong.as_ref().map_or(("ready", ""), |wrong| (wrong.status, wrong.problem.as_str()));
    let mut facts = Node::map(at).with("status", Node::string(status, at)).with("problem", Node::string(problem, at));
    if let Some(variant) = rollback {
        facts.put("variant", Node::string(variant.text().unwrap_or_default(), variant.span));
    }
    if let Some(key) = key.and_then(Node::text) {
        facts.put("key", Node::string(key, span));
    }
    let definition = wrong.and_then(|wrong| wrong.other).or_else(|| Some(found(context.graph, release)?.place));
    if let Some(definition) = definition {
        facts.put("definition", Node::string("", definition));
    }
    Some(facts)
}

/// The flag as the manifest writes it.
pub(super) fn written(root: &Node) -> Option<&Node> {
    let flag = root.at(&["rollback", "flag"]).or_else(|| root.at(&["rollout", "flag"]))?;
    flag.is_map().then_some(flag)
}

/// A flag in its file.
pub(super) struct Found<'a> {
    /// Its definition.
    pub flag: &'a Node,
    /// Where its key stands.
    pub place: Span,
}

/// The flag that the manifest of a release names, in its file.
pub(super) fn found<'a>(graph: &Graph<'a>, release: &Release) -> Option<Found<'a>> {
    let key = written(&graph.documents[release.document].root)?.get("key")?.text()?;
    let path = release.flag_file.as_ref()?.target.path()?;
    find(graph.documents.get(graph.document_at(path)?)?.root.get("flags")?, key)
}

struct Wrong {
    status: &'static str,
    problem: String,
    at: Option<Span>,
    other: Option<Span>,
}

fn wrong(status: &'static str, problem: String, at: Option<Span>, other: Option<Span>) -> Wrong {
    Wrong { status, problem, at, other }
}

struct Flag<'a> {
    context: &'a Context<'a>,
    release: &'a Release,
    root: &'a Node,
    written: &'a Node,
}

impl<'a> Flag<'a> {
    fn wrong(&self) -> Result<(), Wrong> {
        let (found, key) = self.find()?;
        self.fresh()?;
        let Found { flag, place } = found;
        if self.is_foreign(flag) {
            return Err(wrong("foreign", "its file is not one that flagd reads".to_owned(), None, Some(place)));
        }
        if flag.get("state").and_then(Node::text) != Some("ENABLED") {
            let state = flag.get("state").and_then(Node::text).unwrap_or("without a state");
            let place = flag.get("state").map_or(place, |state| state.span);
            let why = format!("flag `{}` is {}, so it switches nothing", text::quote(key), text::quote(state));
            return Err(wrong("disabled", why, None, Some(place)));
        }
        let rollback = self.variant(flag, key, "rollback_variant", place)?;
        let candidate = self.variant(flag, key, "candidate_variant", place)?;
        self.leads_back(rollback)?;
        self.leads_here(candidate)?;
        self.default(flag, key)
    }

    fn find(&self) -> Result<(Found<'a>, &'a str), Wrong> {
        let file = self.release.flag_file.as_ref();
        let nowhere = |why: String, file: Option<&Reference>| wrong("no-file", why, file.map(|file| file.span), None);
        let Some(file) = file else {
            return Err(nowhere("no `file` is given to look the flag up in".to_owned(), None));
        };
        let shown = text::quote(&file.written);
        let Some(path) = file.target.path() else {
            return Err(nowhere(format!("`{shown}`: {}", problem(file, "flag file")), Some(file)));
        };
        let graph = self.context.graph;
        let document = graph.document_at(path).map(|index| &graph.documents[index]);
        let flags = document.and_then(|document| document.root.get("flags"));
        if flags.is_none() && self.is_of_another_provider() {
            return Err(wrong("foreign", "its file is not one that flagd reads".to_owned(), None, None));
        }
        if document.is_none() {
            let why = format!("`{shown}` is not a flag file: YAML, JSON or TOML with `flags`");
            return Err(nowhere(why, Some(file)));
        }
        let Some(key) = self.written.get("key").and_then(Node::text) else {
            return Err(wrong("no-key", "no `key` is given".to_owned(), None, None));
        };
        let Some(flags) = flags else {
            return Err(nowhere(format!("`{shown}` has no `flags`"), Some(file)));
        };
        let keys: Vec<&str> = flags.entries().iter().map(|entry| &*entry.key).chain(listed_keys(flags)).collect();
        find(flags, key).map(|found| (found, key)).ok_or_else(|| {
            let near = suggestion(key, &keys);
            wrong("unknown-key", format!("`{shown}` has no flag `{}`{near}", text::quote(key)), None, None)
        })
    }

    /// A file that was exported from a service says when, and is too old at some time.
    fn fresh(&self) -> Result<(), Wrong> {
        let graph = self.context.graph;
        let path = self.release.flag_file.as_ref().and_then(|file| file.target.path());
        let document = path.and_then(|path| graph.document_at(path)).map(|index| &graph.documents[index].root);
        let exported =
            document.and_then(|root| root.get("exported_at").or_else(|| root.at(&["metadata", "exported_at"])));
        let Some(exported) = exported else { return Ok(()) };
        let limit = organisation::limit(graph, self.root, "flag_snapshot_max_age").value;
        let shown = text::quote(exported.text().unwrap_or_default());
        let why = match moment::day(exported).map(|day: Date| moment::age(day, self.context.as_of)) {
            Some(age) if f64::from(age) <= limit => return Ok(()),
            Some(age) => format!(
                "its file was exported {} ago, on {shown}; {limit} are allowed",
                text::count(usize::try_from(age).unwrap_or(0), "day")
            ),
            None => format!("its file was exported on `{shown}`, which is no date"),
        };
        Err(wrong("stale", why, None, Some(exported.span)))
    }

    /// Whether the definition is that of another provider, which flagd does not read.
    fn is_foreign(&self, flag: &Node) -> bool {
        let own = flag.get("state").is_some() || flag.get("defaultVariant").is_some();
        !own && self.is_of_another_provider()
    }

    fn is_of_another_provider(&self) -> bool {
        let provider = self.written.get("provider").and_then(Node::text).unwrap_or("flagd");
        !matches!(provider.to_ascii_lowercase().as_str(), "flagd" | "openfeature")
    }

    fn variant(&self, flag: &'a Node, key: &str, role: &str, place: Span) -> Result<Option<Variant<'a>>, Wrong> {
        let Some(name) = self.written.get(role).filter(|name| name.text().is_some()) else { return Ok(None) };
        let wanted = name.text().unwrap_or_default();
        let variants = flag.get("variants").map(Node::entries).unwrap_or_default();
        if let Some(entry) = variants.iter().find(|entry| &*entry.key == wanted) {
            return Ok(Some(Variant { name, value: &entry.value, place: entry.key_span }));
        }
        let known: Vec<&str> = variants.iter().map(|entry| &*entry.key).collect();
        let near = suggestion(wanted, &known);
        let why = format!("flag `{}` has no variant `{}`{near}", text::quote(key), text::quote(wanted));
        Err(wrong("unknown-variant", why, Some(name.span), Some(place)))
    }

    /// The variant to roll back to gives the rollback target; where none is named, at
    /// least not this release.
    fn leads_back(&self, variant: Option<Variant<'_>>) -> Result<(), Wrong> {
        let Some(variant) = variant else { return Ok(()) };
        let target = target_names(self.context.graph, self.root);
        let shown = text::quote(&variant.shown());
        let name = text::quote(variant.name.text().unwrap_or_default());
        let why = match target.first() {
            Some(first) if !variant.names(&target) && !variant.is_off() => {
                format!("variant `{name}` gives `{shown}`, not the rollback target `{}`", text::quote(first))
            }
            None if variant.names(&own_names(self.root)) => {
                format!("variant `{name}` gives `{shown}`, which is this release itself")
            }
            _ => return Ok(()),
        };
        Err(wrong("wrong-variant", why, Some(variant.name.span), Some(variant.place)))
    }

    fn leads_here(&self, variant: Option<Variant<'_>>) -> Result<(), Wrong> {
        let Some(variant) = variant else { return Ok(()) };
        let own = own_names(self.root);
        if variant.names(&own) || variant.value.as_bool().is_some() || own.is_empty() {
            return Ok(());
        }
        let (shown, name) = (text::quote(&variant.shown()), variant.name.text().unwrap_or_default());
        let why = format!("variant `{}` gives `{shown}`, not this release", text::quote(name));
        Err(wrong("wrong-variant", why, Some(variant.name.span), Some(variant.place)))
    }

    /// Before the last stage nobody gets the candidate by default.
    fn default(&self, flag: &Node, key: &str) -> Result<(), Wrong> {
        let (stage, _) = release::stage(self.root);
        let Some(default) = flag.get("defaultVariant").filter(|_| !is_last(stage)) else { return Ok(()) };
        let Some(name) = default.text() else { return Ok(()) };
        let declared = self.written.get("candidate_variant").and_then(Node::text);
        let value = flag.get("variants").and_then(|variants| variants.get(name));
        let gives = value.is_some_and(|value| names_any(value, &own_names(self.root)));
        if declared.map_or(!gives, |candidate| candidate != name) {
            return Ok(());
        }
        let why = format!(
            "flag `{}` gives everybody `{}` by default, at stage `{}`",
            text::quote(key),
            text::quote(name),
            text::quote(stage)
        );
        Err(wrong("default-is-candidate", why, None, Some(default.span)))
    }
}

fn is_last(stage: &str) -> bool {
    STAGES.last() == Some(&stage) || stage == "retired"
}

struct Variant<'a> {
    name: &'a Node,
    value: &'a Node,
    place: Span,
}

impl Variant<'_> {
    fn shown(&self) -> String {
        self.value.text().map_or_else(|| self.value.to_json().to_string(), str::to_owned)
    }

    fn names(&self, names: &[String]) -> bool {
        names_any(self.value, names)
    }

    /// A switch has no name to compare, and `off` is no model.
    fn is_off(&self) -> bool {
        let off = |text: &str| OFF.contains(&text.to_ascii_lowercase().as_str());
        self.value.as_bool().is_some() || self.value.text().is_some_and(off)
    }
}

/// Whether a value holds one of the names as a whole token, at any depth.
pub(super) fn names_any(value: &Node, names: &[String]) -> bool {
    if let Some(text) = value.text() {
        return names_text(text, names);
    }
    value.items().iter().chain(value.entries().iter().map(|entry| &entry.value)).any(|part| names_any(part, names))
}

/// Whether a text holds one of the names as a whole token.
pub(super) fn names_text(text: &str, names: &[String]) -> bool {
    names.iter().any(|name| text::contains_token(text, name))
}

/// What this release goes by: its id, version, checkpoint, adapters.
pub(super) fn own_names(root: &Node) -> Vec<String> {
    let at = |keys: &[&str]| root.at(keys).and_then(Node::text).map(str::to_owned);
    let mut names: Vec<String> =
        [&["metadata", "id"][..], &["metadata", "version"], &["artifacts", "checkpoint", "id"]]
            .into_iter()
            .chain([&["artifacts", "checkpoint", "digest"][..]])
            .filter_map(at)
            .collect();
    let adapters = root.at(&["artifacts", "adapters"]).map(Node::items).unwrap_or_default();
    names.extend(adapters.iter().filter_map(|adapter| adapter.get("name")?.text()).map(str::to_owned));
    names
}

/// What the rollback target goes by, the name that is written first.
fn target_names(graph: &Graph<'_>, root: &Node) -> Vec<String> {
    let Some(target) = root.at(&["rollback", "target"]) else { return Vec::new() };
    let model = root.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default();
    let text = |key: &str| target.get(key).and_then(Node::text);
    let mut names: Vec<String> =
        ["release", "checkpoint_id", "version", "digest"].into_iter().filter_map(text).map(str::to_owned).collect();
    let known = [
        text("release").map(|name| graph.registries.release(name, model)),
        text("checkpoint_id").map(|name| graph.registries.checkpoint(name, model)),
    ];
    for version in known.into_iter().flatten() {
        let Known::Version(version) = version else { continue };
        names.extend(version.names.iter().cloned());
        names.extend(
            [Some(version.version.clone()), version.checkpoint.clone(), version.digest.clone()].into_iter().flatten(),
        );
    }
    names.retain(|name| !name.is_empty());
    names
}

fn listed_keys(flags: &Node) -> impl Iterator<Item = &str> {
    flags.items().iter().filter_map(|flag| flag.get("key")?.text())
}

fn find<'a>(flags: &'a Node, key: &str) -> Option<Found<'a>> {
    let listed = || flags.items().iter().find(|flag| flag.get("key").and_then(Node::text) == Some(key));
    match flags.entry(key) {
        Some(entry) => Some(Found { flag: &entry.value, place: entry.key_span }),
        None => listed().map(|flag| Found { flag, place: flag.get("key").map_or(flag.span, |key| key.span) }),
    }
}

fn suggestion(word: &str, known: &[&str]) -> String {
    match text::did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("; did you mean `{}`?", text::quote(near)),
        None => String::new(),
    }
}
