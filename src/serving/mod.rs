//! What serving files say: which model and which adapters a file serves, where their weights
//! come from, how traffic is divided, and what lets more adapters in while it runs.
//!
//! A reader knows one format and only reads: it looks nothing up and decides nothing. What it
//! does not understand it names ([`Read::unread`]); a part of a file that serves no model (a
//! `ConfigMap`, a gateway) is nothing to name.

mod arguments;
mod compose;
mod container;
mod flagd;
mod kserve;
mod kubernetes;
mod litellm;
mod modelfile;
pub mod split;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::parse::Node;
use crate::source::Span;

pub use kubernetes::group_of;
pub use split::{Part, Split, Way};
pub use words::Word;

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A model.
    Model,
    /// An adapter on top of it.
    Adapter,
    /// A name that a router sends requests to, and that another file serves.
    Target,
    /// A model that a router can choose, or stands in where another one fails.
    Fallback,
}

impl Role {
    /// The word in facts and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Adapter => "adapter",
            Self::Target => "target",
            Self::Fallback => "fallback",
        }
    }
}

/// Where the weights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// An address, the id of a repository of the Hub, or a path: as written.
    pub written: Word,
    /// The revision that is written beside it.
    pub revision: Option<Word>,
    /// Whether what is no address and no path names an image of a registry and its tag,
    /// rather than a repository of the Hub.
    pub image: bool,
}

/// One model or adapter that requests can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What it is.
    pub role: Role,
    /// The names by which it is asked for, the first one first.
    pub names: Vec<Word>,
    /// Where its weights come from, if the file says so.
    pub origin: Option<Origin>,
    /// Which of the file's workloads serves it: what shares one is served together.
    pub workload: usize,
    /// Where to show it.
    pub span: Span,
}

impl Route {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        let origin = self.origin.iter().flat_map(|origin| origin.revision.iter().chain([&origin.written]));
        let words = self.names.iter().chain(origin);
        size_of::<Self>() + words.map(|word| size_of::<Word>() + word.text.len()).sum::<usize>()
    }
}

/// A setting by which adapters can be loaded while the server runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loading {
    /// The setting, as people know it.
    pub setting: &'static str,
    /// Where it is switched on.
    pub span: Span,
}

/// A part of a file that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What it is: ``a `RayService` ``. Safe to show.
    pub what: String,
    /// Why it is not understood. Safe to show.
    pub why: &'static str,
    /// Where.
    pub span: Span,
}

/// Everything that a file says about serving.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What it serves.
    pub routes: Vec<Route>,
    /// What lets adapters in while it runs.
    pub loading: Vec<Loading>,
    /// How it divides traffic.
    pub splits: Vec<Split>,
    /// What was not understood.
    pub unread: Vec<Unread>,
    workloads: usize,
    /// How many bytes the routes take.
    bytes: usize,
    /// The first that is not read because there are too many before it.
    cut: Option<Span>,
}

/// The most models, adapters and targets that are read of one serving file.
const MAX_ROUTES: usize = 2_000;

/// The most bytes that they may take before those that are the same are taken together.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Reads the documents of a serving file (the list under `documents` of its root).
pub fn read(root: &Node) -> Read {
    let mut read = Read::default();
    for document in root.get("documents").map(Node::items).unwrap_or_default() {
        if document.get("instructions").is_some() {
            modelfile::read(document, &mut read);
        } else if document.get("apiVersion").is_some() || document.get("kind").is_some() {
            kubernetes::read(document, &mut read, 0);
        } else if compose::is(document) {
            compose::read(document, &mut read);
        } else if litellm::is(document) {
            litellm::read(document, &mut read);
        } else if document.is_map() || document.is_seq() {
            let why = "it is no Kubernetes manifest, Compose file or configuration of LiteLLM";
            read.unknown("a part of the file".to_owned(), why, document.anchor());
        }
    }
    read.settled()
}

/// Reads the flags of flagd: what each that is enabled can give, as far as it is a name.
pub fn read_flags(root: &Node) -> Read {
    let mut read = Read::default();
    flagd::read(root, &mut read);
    read
}

/// Takes together the model that one workload names twice: in its service, and as an
/// argument. Adapters may share where they are.
fn once(routes: Vec<Route>) -> Vec<Route> {
    let mut known: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut named: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut all: Vec<Route> = Vec::with_capacity(routes.len());
    for mut route in routes {
        let written = route.origin.as_ref().filter(|_| route.role == Role::Model).map(|origin| &origin.written);
        let first = written.map(|written| known.entry((route.workload, written.text.clone())));
        let at = first.map_or(all.len(), |first| *first.or_insert(all.len()));
        route.names.retain(|name| named.insert((at, name.text.clone())));
        match all.get_mut(at) {
            Some(first) => first.names.extend(route.names),
            None => all.push(route),
        }
    }
    all
}

impl Read {
    /// A number for what is served together from here on.
    fn next_workload(&mut self) -> usize {
        self.workloads += 1;
        self.workloads
    }

    /// Adds what is served, as long as there is room.
    fn route(&mut self, route: Route) {
        self.bytes = self.bytes.saturating_add(route.bytes());
        if self.bytes > MAX_BYTES {
            self.cut.get_or_insert(route.span);
        } else {
            self.routes.push(route);
        }
    }

    /// Whether nothing is added any more.
    fn is_full(&self) -> bool {
        self.cut.is_some()
    }

    /// With what is the same taken together, and what is cut off said.
    fn settled(mut self) -> Self {
        self.routes = once(std::mem::take(&mut self.routes));
        let cut = self.routes.get(MAX_ROUTES).map(|first| first.span).or(self.cut);
        self.routes.truncate(MAX_ROUTES);
        if let Some(span) = cut {
            self.unknown("the rest of the file".to_owned(), "it serves more than is read of one file", span);
        }
        self
    }

    fn unknown(&mut self, what: String, why: &'static str, span: Span) {
        self.unread.push(Unread { what, why, span });
    }
}
