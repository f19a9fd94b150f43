//! Whether what is served may be: how the version that it leads to stands, and whether its
//! weights are the ones that are meant.

use std::collections::BTreeSet;

use super::address::{Address, Home};
use super::resolve::{Found, Resolved};
use crate::facts::pins;
use crate::facts::release::{is_closed, stage};
use crate::facts::standing::Wrong;
use crate::link::{Based, Graph, Servable, version};
use crate::parse::Node;
use crate::serving::Role;
use crate::source::Span;
use crate::text;

/// How a route stands.
pub(super) enum Stands {
    /// Well, or not.
    Known(Option<Wrong>),
    /// It cannot be known; why.
    Unknown(&'static str),
}

/// What a route is judged by.
pub(super) struct Judge<'a> {
    pub graph: &'a Graph<'a>,
    /// What each workload serves.
    pub served: Served<'a>,
}

/// What is served together, by workload: whom a base model is served for.
pub(super) struct Served<'a> {
    models: BTreeSet<(usize, &'a str)>,
    releases: BTreeSet<(usize, usize)>,
    adapters: BTreeSet<usize>,
}

impl<'a> Served<'a> {
    /// Nothing where no base model is served: nobody asks then.
    pub(super) fn new(resolved: &[Resolved<'a>]) -> Self {
        let mut served = Self { models: BTreeSet::new(), releases: BTreeSet::new(), adapters: BTreeSet::new() };
        if !resolved.iter().any(|resolved| matches!(resolved.found, Found::Base(_))) {
            return served;
        }
        for Resolved { route, found, .. } in resolved {
            let workload = route.workload;
            if let Found::Model(model) = found {
                served.models.insert((workload, model));
            }
            for version in found.versions() {
                served.models.insert((workload, &version.model));
                served.releases.extend(version.release.map(|release| (workload, release)));
            }
            if route.role == Role::Adapter {
                served.adapters.insert(workload);
            }
        }
        served
    }

    /// Whether a workload serves anything that is made from a base model: a version of one
    /// of the models that are, or any adapter, which answers for itself.
    fn needs_base(&self, workload: usize, based: &Based) -> bool {
        let mut models = self.models.range((workload, "")..).take_while(|(of, _)| *of == workload);
        self.adapters.contains(&workload) || models.any(|(_, model)| based.models.contains(*model))
    }

    /// The releases that are made from a base model and that a workload serves.
    fn beside<'b>(&'b self, workload: usize, based: &'b Based) -> impl Iterator<Item = usize> + 'b {
        let served = self.releases.range((workload, 0)..=(workload, usize::MAX)).map(|(_, release)| *release);
        served.filter(|release| based.releases.binary_search(release).is_ok())
    }
}

fn wrong(status: &'static str, problem: String, place: Option<Span>) -> Stands {
    Stands::Known(Some(at(Wrong::new(status, problem), place)))
}

impl Judge<'_> {
    /// How a route stands.
    pub(super) fn stands(&self, resolved: &Resolved<'_>) -> Stands {
        match &resolved.found {
            Found::Weights(versions) => self.weights(resolved, versions),
            Found::Version(versions) => self.version(resolved, versions),
            Found::Model(model) => self.model(resolved, model),
            Found::Base(based) => self.base(resolved, based),
            Found::Nothing => self.nothing(resolved),
        }
    }

    /// The weights are known; the name that they go by must not be that of another version.
    fn weights(&self, resolved: &Resolved<'_>, versions: &[&Servable]) -> Stands {
        let servables = self.graph.servables();
        for name in &resolved.route.names {
            let named: Vec<&Servable> = servables.named(&name.text).collect();
            let same =
                |one: &&Servable| versions.iter().any(|other| one.model == other.model && one.version == other.version);
            if !named.is_empty() && !named.iter().any(same) {
                let why = format!("is served from the weights of {}", shown(versions));
                return wrong("digest", why, origin(resolved));
            }
        }
        Stands::Known(self.unfit(versions))
    }

    fn version(&self, resolved: &Resolved<'_>, versions: &[&Servable]) -> Stands {
        if let Some(unfit) = self.unfit(versions) {
            return Stands::Known(Some(unfit));
        }
        let Some(address) = &resolved.address else { return Stands::Known(None) };
        let firm = pinned(address);
        let comparable = |digest: &String| firm.is_some_and(|firm| firm.contains(':') == digest.contains(':'));
        if versions.iter().all(|version| version.digests.iter().any(comparable)) {
            let why = format!("is served from `{}`, which is no digest of {}", cut(firm), shown(versions));
            let known = self.digest_of(versions);
            return Stands::Known(Some(beside(at(Wrong::new("digest", why), origin(resolved)), known, "its digest")));
        }
        match (address.home, firm) {
            (_, Some(_)) => Stands::Unknown("no digest is written for that version"),
            (Home::Registry | Home::Hub, None) => moving(resolved, address),
            (Home::Variable, None) => Stands::Unknown("a variable says where its weights are"),
            (Home::Store | Home::Path, None) => Stands::Unknown("its weights are named by a path, without a digest"),
        }
    }

    fn model(&self, resolved: &Resolved<'_>, model: &str) -> Stands {
        let name = text::quote(model);
        let Some(address) = &resolved.address else {
            return Stands::Unknown("it says no version");
        };
        let mut versions = self.graph.servables().of_model(model);
        match (address.home, pinned(address), address.revision) {
            (_, Some(firm), _) => {
                let comparable = |digest: &String| firm.contains(':') == digest.contains(':');
                if !versions.all(|version| version.digests.iter().any(comparable)) {
                    return Stands::Unknown("no digest is written for some versions of the model");
                }
                let why =
                    format!("is served from `{}`, which is no digest of any version of `{name}`", cut(Some(firm)));
                wrong("digest", why, origin(resolved))
            }
            (Home::Registry, None, Some(tag)) if version::is_ordered(tag) => {
                let why =
                    format!("is served, and no version `{}` of `{name}` is released or registered", text::quote(tag));
                wrong("unapproved", why, origin(resolved))
            }
            (Home::Registry | Home::Hub, None, _) => moving(resolved, address),
            _ => Stands::Unknown("it does not say which version of the model it is"),
        }
    }

    /// A base model is served for the adapters on top of it.
    fn base(&self, resolved: &Resolved<'_>, based: &Based) -> Stands {
        let workload = resolved.route.workload;
        if !self.served.needs_base(workload, based) {
            let of = based.releases.first().map_or(String::new(), |release| self.name_of(*release));
            let why = format!("is served, and it is only the base model of {of}, of which nothing is served with it");
            return wrong("unapproved", why, None);
        }
        let Some(address) = &resolved.address else { return Stands::Known(None) };
        let firm = match pinned(address) {
            Some(firm) => firm,
            None if address.is_named() => return moving(resolved, address),
            None => return Stands::Unknown("its weights are named by a path, without a digest"),
        };
        let key = if firm.contains(':') { "digest" } else { "revision" };
        let written = |release: usize| self.manifest(release)?.at(&["artifacts", "base_model", key]);
        let stated = self.served.beside(workload, based).filter_map(written);
        let stated: Vec<&Node> = stated.filter(|node| node.text().is_some()).collect();
        match stated.first() {
            Some(first) if stated.iter().all(|node| node.text() != Some(firm)) => {
                let why = format!(
                    "is served at `{}`, and the release was approved on `{}`",
                    cut(Some(firm)),
                    cut(first.text())
                );
                let wrong = at(Wrong::new("digest", why), origin(resolved));
                Stands::Known(Some(wrong.beside(first.span, "the base of the release")))
            }
            _ => Stands::Known(None),
        }
    }

    fn nothing(&self, resolved: &Resolved<'_>) -> Stands {
        let home = resolved.address.as_ref().map(|address| address.home);
        if !self.graph.whole {
            return Stands::Unknown("a manifest or registry that cannot be read may describe it");
        }
        if let Some(file) = &resolved.file {
            let why = format!("is served, and no release lists the weights in `{}`", text::quote(file));
            return wrong("unapproved", why, None);
        }
        let status = if resolved.route.role == Role::Adapter { "undocumented" } else { "unapproved" };
        let why = match home {
            Some(Home::Variable) => Some("a variable says which one it is"),
            Some(Home::Path) => Some("it is a path, and what is there is not in the repository"),
            _ => None,
        };
        // An adapter has the name that it is given here; a model has that of its weights.
        if let Some(why) = why.filter(|_| resolved.route.role == Role::Model || resolved.route.names.is_empty()) {
            return Stands::Unknown(why);
        }
        let name = resolved.route.names.first().map(|name| name.text.as_str());
        let name = name.or_else(|| resolved.address.as_ref().map(Address::last)).unwrap_or_default();
        let near = self.graph.servables().near(name);
        let ask = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
        let why = match status {
            "undocumented" => format!("is served, and no release describes it{ask}"),
            _ => format!("is served, and no release or registered version is known by that name{ask}"),
        };
        wrong(status, why, None)
    }

    /// Why none of the versions may be served.
    fn unfit(&self, versions: &[&Servable]) -> Option<Wrong> {
        let reasons: Option<Vec<Wrong>> = versions.iter().map(|version| self.unfit_one(version)).collect();
        reasons?.into_iter().next()
    }

    /// Whether a release past staging is approved is for its own rules to ask; what is
    /// given up, and what nobody has approved for users, is asked here.
    fn unfit_one(&self, version: &Servable) -> Option<Wrong> {
        let registered = version.registered.and_then(|at| self.graph.registries.versions.get(at));
        let status = registered.map_or("", |known| known.status.as_deref().unwrap_or_default());
        let shown = || shown(&[version]);
        let place = registered.map(|known| known.status_span);
        if matches!(status, "deprecated" | "retired") {
            let why = format!("is served, and {} is {status}", shown());
            return Some(beside(Wrong::new("given-up", why), place, "its status"));
        }
        let Some(release) = version.release.and_then(|at| self.graph.releases.get(at)) else {
            let fine = matches!(status, "approved" | "production" | "superseded");
            let why = || format!("is served, and {} is {}, not approved", shown(), text::quote(status));
            return (!fine).then(|| beside(unapproved(why()), place, "its status"));
        };
        let (name, place) = stage(&self.graph.documents[release.document].root);
        if !is_closed(name) {
            return None;
        }
        let why = format!(
            "is served, and the release of {} is at `{}`, where nobody may be routed to it",
            shown(),
            text::quote(name)
        );
        Some(beside(unapproved(why), Some(place), "its stage"))
    }

    fn manifest(&self, release: usize) -> Option<&Node> {
        let release = self.graph.releases.get(release)?;
        Some(&self.graph.documents[release.document].root)
    }

    fn name_of(&self, release: usize) -> String {
        let id = self.manifest(release).and_then(|root| root.at(&["metadata", "id"])).and_then(Node::text);
        format!("`{}`", text::quote(id.unwrap_or("a release without an id")))
    }

    /// Where the digest of a version is written.
    fn digest_of(&self, versions: &[&Servable]) -> Option<Span> {
        let release = versions.iter().find_map(|version| self.graph.releases.get(version.release?));
        let root = release.map(|release| &self.graph.documents[release.document].root);
        let checkpoint = root.and_then(|root| root.at(&["artifacts", "checkpoint"]));
        let written = checkpoint.and_then(|checkpoint| checkpoint.get("uri").or_else(|| checkpoint.get("digest")));
        let registered = || versions.iter().find_map(|version| self.graph.registries.versions.get(version.registered?));
        written.map(|node| node.span).or_else(|| registered().map(|known| known.span))
    }
}

fn unapproved(why: String) -> Wrong {
    Wrong::new("unapproved", why)
}

fn at(wrong: Wrong, place: Option<Span>) -> Wrong {
    match place {
        Some(place) => wrong.at(place),
        None => wrong,
    }
}

fn beside(wrong: Wrong, place: Option<Span>, shown: &'static str) -> Wrong {
    match place {
        Some(place) => wrong.beside(place, shown),
        None => wrong,
    }
}

/// The digest or commit that an address names.
fn pinned<'a>(address: &Address<'a>) -> Option<&'a str> {
    address.digest.or_else(|| address.revision.filter(|revision| pins::is_pinned(revision)))
}

/// An address that means other weights once somebody moves what it names.
fn moving(resolved: &Resolved<'_>, address: &Address<'_>) -> Stands {
    let why = match (address.revision, address.home) {
        (Some(revision), Home::Registry) => {
            format!("is served by the tag `{}`, which can be moved to other weights", text::quote(revision))
        }
        (Some(revision), _) => {
            format!("is served at `{}`, which is no commit and can mean other weights tomorrow", text::quote(revision))
        }
        (None, Home::Registry) => "is served without a digest, so by whatever is newest".to_owned(),
        (None, _) => "is served without a revision, so by whatever is newest".to_owned(),
    };
    let beside = resolved.route.origin.as_ref().and_then(|origin| origin.revision.as_ref());
    wrong("mutable", why, beside.map(|revision| revision.span).or_else(|| origin(resolved)))
}

/// Where it is written what weights are served.
fn origin(resolved: &Resolved<'_>) -> Option<Span> {
    resolved.route.origin.as_ref().map(|origin| origin.written.span)
}

fn shown(versions: &[&Servable]) -> String {
    let name = |version: &&Servable| format!("{}-{}", version.model, version.version);
    let names: Vec<String> = versions.iter().take(3).map(name).collect();
    crate::facts::standing::names(names.iter().map(String::as_str))
}

/// The beginning of a digest, as people compare it.
fn cut(digest: Option<&str>) -> String {
    let digest = digest.unwrap_or_default();
    let (kind, hex) = digest.split_once(':').map_or(("", digest), |(kind, hex)| (kind, hex));
    let short = if hex.len() > 12 { format!("{}…", text::clip(hex, 12)) } else { hex.to_owned() };
    text::quote(&if kind.is_empty() { short } else { format!("{kind}:{short}") })
}
