//! Compiling `schema`: a JSON Schema in the rule, or in a file beside the pack.

use std::collections::BTreeMap;

use super::clause::Compiler;
use crate::parse::{Node, Syntax, json};
use crate::policy::PackSource;
use crate::policy::fields::Fields;
use crate::policy::model::Test;
use crate::policy::vocab::schema::{SchemaCheck, file};
use crate::schema::Custom;
use crate::source::SourceId;
use crate::text::{did_you_mean, quote};
use crate::tree;

/// The files of the packs, as far as rules refer to them.
#[derive(Default)]
pub(super) struct Files<'p> {
    /// The names of all.
    names: BTreeMap<SourceId, &'p str>,
    /// JSON Schemas by name.
    schemas: BTreeMap<&'p str, &'p PackSource>,
}

/// Whether a file among the packs is a JSON Schema.
pub(in crate::policy) fn is_schema(source: &PackSource) -> bool {
    Syntax::of(&source.name) == Some(Syntax::Json)
}

impl<'p> Files<'p> {
    pub(super) fn new(sources: &'p [PackSource]) -> Self {
        let names = sources.iter().map(|source| (source.source, &*source.name));
        let schemas = sources.iter().filter(|source| is_schema(source)).map(|source| (&*source.name, source));
        Self { names: names.collect(), schemas: schemas.collect() }
    }
}

impl Compiler<'_> {
    /// `schema: {…}` or `schema: {$ref: file.json}` beside `at`.
    pub(super) fn schema(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Test> {
        let at = self.required(fields, "at");
        if !node.is_map() {
            let help = "write the schema itself, or `{$ref: name.schema.json}` for a file in the folder of the pack";
            self.errors.add_help(node.span, "`schema` is a JSON Schema", help);
            return None;
        }
        let (json, name) = match file(node) {
            Some(to) => (self.schema_file(to, node)?, format!("the schema `{}`", quote(to))),
            None => (node.to_json(), "this schema".to_owned()),
        };
        match Custom::new(json) {
            Ok(schema) => Some(Test::Schema(Box::new(SchemaCheck { at: at?, schema }))),
            Err(why) => {
                self.errors.add(node.span, format!("{name} cannot be used: {why}"));
                None
            }
        }
    }

    /// The schema in a file beside the pack in which the clause is written.
    fn schema_file(&mut self, to: &str, node: &Node) -> Option<serde_json::Value> {
        let files = self.files;
        let below = !to.starts_with('/') && Syntax::of(to) == Some(Syntax::Json) && !to.contains(['\\', ':', '#']);
        if !below || to.split('/').any(|step| matches!(step, "" | "." | "..")) {
            let help =
                "a `$ref` is the path of a `.json` file in the folder of the pack or below it; nothing is fetched";
            self.errors.add_help(node.span, format!("`{}` is no schema beside the pack", quote(to)), help);
            return None;
        }
        let pack = files.names.get(&node.span.source).copied().unwrap_or_default();
        let name = match tree::parent(pack) {
            "" => to.to_owned(),
            folder => format!("{folder}/{to}"),
        };
        let Some(source) = files.schemas.get(&*name) else {
            let near = did_you_mean(&name, files.schemas.keys().copied());
            let help = near.map_or_else(
                || "its path begins in the folder of the pack".to_owned(),
                |near| format!("did you mean `{}`?", quote(near)),
            );
            self.errors.add_help(node.span, format!("there is no file `{}`", quote(&name)), help);
            return None;
        };
        let parsed = json::parse(&source.text, source.source);
        for finding in &parsed.findings {
            self.errors.add(finding.primary.span, finding.message.clone());
        }
        parsed.root.filter(|_| parsed.findings.is_empty()).map(|root| root.to_json())
    }
}
