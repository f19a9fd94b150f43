//! What a route leads to: a version of a model that is released or registered, a model
//! without saying which version, the base model of a release, or nothing that is known.

use super::address::{Address, Home};
use crate::facts::{Context, digest};
use crate::link::{Based, Servable, Servables};
use crate::parse::Document;
use crate::serving::{Role, Route};

/// What a route leads to.
#[derive(Clone, Debug)]
pub(super) enum Found<'a> {
    /// To versions whose weights have the digest that is written.
    Weights(Vec<&'a Servable>),
    /// To versions that go by the name that is written.
    Version(Vec<&'a Servable>),
    /// To a model, without saying which version of it.
    Model(&'a str),
    /// To the base model of these releases.
    Base(&'a Based),
    /// To nothing that is known.
    Nothing,
}

impl<'a> Found<'a> {
    /// The versions that it leads to.
    pub(super) fn versions(&self) -> &[&'a Servable] {
        match self {
            Self::Weights(versions) | Self::Version(versions) => versions,
            _ => &[],
        }
    }
}

/// A route and what it leads to.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'a> {
    pub route: &'a Route,
    pub address: Option<Address<'a>>,
    /// The file of the repository that it is served from.
    pub file: Option<String>,
    pub found: Found<'a>,
}

impl<'a> Resolved<'a> {
    pub(super) fn new(context: &Context<'a>, document: &Document, route: &'a Route) -> Self {
        let servables = context.graph.servables();
        let address = route.origin.as_ref().map(Address::of);
        let file = address.as_ref().filter(|address| address.home == Home::Path);
        let file = file.and_then(|address| context.files.listed(&document.path, address.path));
        let found = by_digest(context, servables, address.as_ref(), file.as_deref())
            .unwrap_or_else(|| by_name(servables, route, address.as_ref()));
        Self { route, address, file, found }
    }
}

fn by_digest<'a>(
    context: &Context<'_>,
    servables: &'a Servables,
    address: Option<&Address<'_>>,
    file: Option<&str>,
) -> Option<Found<'a>> {
    if !servables.have_digests() {
        return None;
    }
    let written = address.and_then(|address| address.digest.or(address.revision)).map(str::to_owned);
    let digest = match file {
        Some(path) => digest::of(context.files, path).ok(),
        None => written,
    };
    let versions: Vec<&Servable> = servables.of_digest(&digest?).collect();
    (!versions.is_empty()).then_some(Found::Weights(versions))
}

/// An address in a registry or on the Hub says what it is; a path says less than the name
/// that it is asked for by. Adapters and targets go by their names first.
fn by_name<'a>(servables: &'a Servables, route: &Route, address: Option<&Address<'_>>) -> Found<'a> {
    let names = || route.names.iter().map(|name| name.text.as_str());
    let asked = || version(servables, names()).or_else(|| model(servables, names()));
    let stored = || {
        let address = address.filter(|address| address.home != Home::Variable)?;
        let versions = address.versions();
        version(servables, versions.iter().map(String::as_str)).or_else(|| model(servables, address.models()))
    };
    let base = || {
        let target = names().filter(|_| matches!(route.role, Role::Target | Role::Fallback));
        let stored = address.into_iter().flat_map(|address| [address.path, address.last()]);
        stored.chain(target).find_map(|name| servables.based_on(name)).map(Found::Base)
    };
    let found = match (route.role, address) {
        (Role::Model, Some(address)) if address.is_named() => stored().or_else(base),
        (Role::Model, _) => stored().or_else(base).or_else(asked),
        (Role::Adapter | Role::Target | Role::Fallback, _) => asked().or_else(stored).or_else(base),
    };
    found.unwrap_or(Found::Nothing)
}

fn version<'a, 'n>(servables: &'a Servables, mut names: impl Iterator<Item = &'n str>) -> Option<Found<'a>> {
    let of = |name: &str| Some(servables.named(name).collect::<Vec<_>>()).filter(|versions| !versions.is_empty());
    names.find_map(of).map(Found::Version)
}

fn model<'a, 'n>(servables: &'a Servables, mut names: impl Iterator<Item = &'n str>) -> Option<Found<'a>> {
    names.find_map(|name| servables.of_model(name).next()).map(|version| Found::Model(&version.model))
}
