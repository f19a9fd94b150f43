//! Source files that name models: read after the other documents, because which names are
//! looked for stands in the model registries, and only where a rule that is on judges them and
//! there is a registry that could be asked instead.

use rayon::prelude::*;

use crate::kind::Kind;
use crate::link::{self, Files};
use crate::outcome::NotAssessed;
use crate::parse::code::{self, Language, Names, is_code, other_languages};
use crate::parse::{Document, Node};
use crate::source::{Source, SourceId, SourceMap, Span};
use crate::text::count;
use crate::tree::ReadError;

/// The most bytes of one source file; what is larger was not written by hand.
const FILE_BYTES: u64 = 1024 * 1024;

/// The most bytes and files of source that are read in a run.
const ALL_BYTES: usize = 256 * 1024 * 1024;
const ALL_FILES: usize = 50_000;

/// So many files are read at a time before the bytes are counted.
const AT_ONCE: usize = 512;

/// What came of the source files.
#[derive(Default)]
pub(super) struct Code {
    /// Those that name a model, with their texts.
    read: Vec<(Source, Document)>,
    /// What of them was not read.
    pub(super) not_assessed: Vec<NotAssessed>,
}

impl Code {
    /// Reads the source files among `listed` that are no documents; their sources are numbered
    /// from `first`.
    pub(super) fn read(files: &Files<'_>, listed: &[&str], documents: &[Document], first: usize) -> Self {
        let mut code = Self::default();
        let Some(names) = Names::new(link::registered_names(documents)) else {
            code.unread("", "source files", "the registries have too many names to look for");
            return code;
        };
        let is_document = |path: &str| documents.binary_search_by(|document| document.path.as_str().cmp(path)).is_ok();
        let paths: Vec<&str> = listed.iter().copied().filter(|path| is_code(path) && !is_document(path)).collect();
        let (mut bytes, mut done) = (0, 0);
        for some in paths.chunks(AT_ONCE) {
            if bytes >= ALL_BYTES || done >= ALL_FILES {
                let left = count(paths.len() - done, "source file");
                code.unread("", &left, &format!("{} were read before them", count(done, "file")));
                break;
            }
            let texts: Vec<_> = some.par_iter().map(|path| text_of(files, path, &names)).collect();
            let mut found = Vec::new();
            for (path, text) in some.iter().zip(texts) {
                bytes += text.as_ref().map_or(0, |(bytes, _)| *bytes);
                match text {
                    Ok((_, text)) => found.extend(text.map(|text| (*path, text))),
                    Err(why) => code.unread(&files.tree().display(path), "a source file", &why),
                }
            }
            code.add(files, found, &names, first);
            done += some.len();
        }
        code.name_others(listed);
        code
    }

    /// Adds the source files to the other documents.
    pub(super) fn join(&mut self, sources: &mut SourceMap, documents: &mut Vec<Document>) {
        for (source, document) in self.read.drain(..) {
            sources.add(source);
            documents.push(document);
        }
        documents.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Adds files that name a model: now it is known which of the sources each is.
    fn add(&mut self, files: &Files<'_>, found: Vec<(&str, String)>, names: &Names, first: usize) {
        let first = first + self.read.len();
        let document = |(at, (path, text)): (usize, (&str, String))| {
            let id = SourceId(u32::try_from(first + at).unwrap_or(u32::MAX));
            let document = Document {
                source: id,
                path: path.to_owned(),
                kind: Kind::Code,
                root: models(path, &text, id, names).unwrap_or_else(|| Node::map(Span::file(id))),
                body: None,
                sound: true,
                findings: Vec::new(),
            };
            (Source::new(files.tree().display(path), text), document)
        };
        self.read.par_extend(found.into_par_iter().enumerate().map(document));
    }

    fn unread(&mut self, path: &str, what: &str, why: &str) {
        self.not_assessed.push(NotAssessed { path: path.to_owned(), what: what.to_owned(), why: why.to_owned() });
    }

    fn name_others(&mut self, listed: &[&str]) {
        let others = other_languages(listed.iter().copied());
        let said: Vec<String> =
            others.into_iter().map(|(language, files)| format!("{} of {language}", count(files, "file"))).collect();
        if !said.is_empty() {
            self.unread("", &said.join(", "), "source files of these languages are not searched for models");
        }
    }
}

fn models(path: &str, text: &str, id: SourceId, names: &Names) -> Option<Node> {
    code::read(text, Language::of(path)?, id, names)
}

/// How many bytes a file has and, if it names a model, its text; why it is not read.
fn text_of(files: &Files<'_>, path: &str, names: &Names) -> Result<(usize, Option<String>), String> {
    let bytes = match files.tree().read(path, FILE_BYTES) {
        Ok(bytes) => bytes,
        Err(ReadError::Missing) => return Ok((0, None)),
        Err(error) => return Err(error.to_string()),
    };
    let size = bytes.len();
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    // Which of the sources it will be is known when it turns out to be one.
    let root = models(path, &text, SourceId(0), names).ok_or("it is a notebook that cannot be read")?;
    let names_any = root.get("models").is_some_and(|models| !models.items().is_empty());
    Ok((size, names_any.then_some(text)))
}
