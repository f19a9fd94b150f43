//! The models that a source file names, told by the text around them.
//!
//! This parses no language. It looks for the words [`WORDS`] and for the names that it is
//! given, in one pass, and reads a few bytes around each: `model="…"`, `model_name: "…"`,
//! `.model("…")`, `from_pretrained("…")`, or a name in quotation marks with a version behind
//! it. What stands in comments and in texts over several lines is about the code and is left
//! out ([`remark`]); so are values that are put together, compared with, or keys of a table.
//!
//! The root is a mapping with the list `models`, each of them `{id, how, pinned}`: `how` is
//! `argument`, `call` or `name`, `pinned` whether a revision is named with it.

mod paths;
mod remark;
mod value;

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Node, json};
use crate::source::{SourceId, Span};
pub use paths::{is_aside, is_code, other_languages};
use value::Reader;

/// What is looked for in every file.
const WORDS: [&str; 4] = ["model", "from_pretrained", "snapshot_download", "hf_hub_download"];

/// What one of the names that are looked for may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// What values are called.
    Model,
    /// A function that loads from the Hub.
    Call,
    /// A name of the repository's own.
    Own,
}

impl Word {
    /// By its place among [`WORDS`] and what follows them.
    fn of(pattern: usize) -> Self {
        match pattern {
            0 => Self::Model,
            pattern if pattern < WORDS.len() => Self::Call,
            _ => Self::Own,
        }
    }
}

/// The most models that are told of one file.
const MOST: usize = 200;

/// How a source file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python: remarks begin with `#`, texts over several lines with three quotation marks.
    Python,
    /// A Jupyter notebook: cells of Python in JSON.
    Notebook,
    /// TypeScript, JavaScript, Go, Java: remarks as in C.
    Braces,
    /// The same, and tests stand in the file behind `#[cfg(test)]`.
    Rust,
    /// `NAME=value` lines.
    Env,
}

impl Language {
    /// The language that a path promises.
    pub fn of(path: &str) -> Option<Self> {
        let name = crate::tree::file_name(path);
        if name == ".env" || name.starts_with(".env.") {
            return Some(Self::Env);
        }
        match name.rsplit_once('.')?.1 {
            "py" => Some(Self::Python),
            "ipynb" => Some(Self::Notebook),
            "ts" | "tsx" | "js" | "jsx" | "mjs" | "cjs" | "go" | "java" => Some(Self::Braces),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }
}

/// What is looked for, as one automaton for all files.
#[derive(Debug)]
pub struct Names(AhoCorasick);

impl Names {
    /// [`WORDS`], and names of the repository's own; `None` where they are too many.
    pub fn new<'a>(own: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let patterns = WORDS.into_iter().chain(own);
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(patterns).ok().map(Self)
    }
}

/// A model that is named somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    /// Where its id stands, without quotation marks.
    at: Range<usize>,
    how: &'static str,
    pinned: bool,
}

/// The models that a file names; `None` where it is a notebook that cannot be read.
pub fn read(text: &str, language: Language, source: SourceId, names: &Names) -> Option<Node> {
    let models = if language == Language::Notebook {
        notebook(text, source, names)?
    } else {
        let span = |at: &Range<usize>| Span::new(source, at.start, at.end);
        find(text, language, names).iter().filter_map(|model| node(text, model, span(&model.at))).collect()
    };
    let whole = Span::file(source);
    Some(Node::map(whole).with("models", Node::seq(models, whole)))
}

fn node(text: &str, named: &Named, span: Span) -> Option<Node> {
    let id = Node::string(text.get(named.at.clone())?, span);
    let how = Node::string(named.how, span);
    Some(Node::map(span).with("id", id).with("how", how).with("pinned", Node::bool(named.pinned, span)))
}

fn find(text: &str, language: Language, names: &Names) -> Vec<Named> {
    let mut found: BTreeMap<usize, Named> = BTreeMap::new();
    let mut reader = None;
    for hit in names.0.find_iter(text) {
        let reader = reader.get_or_insert_with(|| Reader::new(text, language));
        if found.len() >= MOST {
            break;
        }
        if let Some(named) = reader.named(Word::of(hit.pattern().as_usize()), hit.start(), hit.end()) {
            found.entry(named.at.start).or_insert(named);
        }
    }
    found.into_values().collect()
}

/// The cells of code, each put together from its lines; a model stands where its line does.
fn notebook(text: &str, source: SourceId, names: &Names) -> Option<Vec<Node>> {
    let parsed = json::parse(text, source);
    let root = parsed.root.filter(|_| parsed.findings.is_empty())?;
    let code = |cell: &&Node| cell.get("cell_type").and_then(Node::text) == Some("code");
    let mut models = Vec::new();
    for cell in root.get("cells").map(Node::items).unwrap_or_default().iter().filter(code) {
        let (mut joined, mut starts) = (String::new(), Vec::new());
        for line in cell.get("source").map(Node::one_or_many).unwrap_or_default() {
            starts.push((joined.len(), line.span));
            joined.push_str(line.text().unwrap_or_default());
        }
        for named in find(&joined, Language::Python, names) {
            let line = starts.partition_point(|(start, _)| *start <= named.at.start).checked_sub(1);
            let span = line.and_then(|line| starts.get(line)).map(|(_, span)| *span);
            models.extend(span.and_then(|span| node(&joined, &named, span)));
        }
    }
    Some(models)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> String {
        let names = Names::new(["claims-assistant", "ckpt-9c41e7"]).unwrap();
        let root = read(text, Language::of(path).unwrap(), SourceId(0), &names).unwrap();
        let all = root.get("models").unwrap().items().iter().map(|model| {
            let id = model.get("id").unwrap();
            if Language::of(path) != Some(Language::Notebook) {
                assert_eq!(&text[id.span.range()], id.text().unwrap());
            }
            let pinned = if model.get("pinned").unwrap().as_bool() == Some(true) { "!" } else { "" };
            format!("{}:{}{pinned}", model.get("how").unwrap().text().unwrap(), id.text().unwrap())
        });
        all.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values_of_what_is_called_a_model() {
        for (path, text, expected) in [
            ("a.py", "client.create(model=\"gpt-4o\", n=1)", "argument:gpt-4o"),
            ("a.py", "MODEL_NAME: str = 'gpt-4o'\n", "argument:gpt-4o"),
            ("a.py", "{\"model\": \"gpt-4o\"}", "argument:gpt-4o"),
            ("a.py", "os.environ['OPENAI_MODEL'] = 'gpt-4o'", "argument:gpt-4o"),
            ("a.ts", "const chatModel: string = 'claude-3-opus-20240229';", "argument:claude-3-opus-20240229"),
            ("a.ts", "{ model: `gpt-4o` }", "argument:gpt-4o"),
            ("A.java", ".modelName(\"gpt-4o\")", "argument:gpt-4o"),
            ("a.go", "req := R{Model: \"gpt-4o\"}", "argument:gpt-4o"),
            ("a.go", "model := \"gpt-4o\"", "argument:gpt-4o"),
            ("a.rs", "const MODEL: &str = \"gpt-4o\";", "argument:gpt-4o"),
            ("a.rs", "#[cfg(test)]\nuse a::b;\nconst MODEL: &str = \"gpt-4o\";", "argument:gpt-4o"),
            (".env", "export CHAT_MODEL=gpt-4o\n#MODEL=gpt-4\n", "argument:gpt-4o"),
            (".env.example", "CHAT_MODEL=\"gpt-4o\"", "argument:gpt-4o"),
            ("a.py", "model_id = 'org/name-7b'\nrevision = 'x'", "argument:org/name-7b!"),
        ] {
            assert_eq!(said(path, text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_choice_of_a_model_is_left_out() {
        for (path, text) in [
            ("a.py", "if model == \"gpt-4o\": pass"),
            ("a.py", "model != 'gpt-4o'"),
            ("a.py", "PRICES = {'gpt-4o': 1}"),
            ("a.py", "models = ['gpt-4o', 'gpt-4']"),
            ("a.py", "# model = 'gpt-4o'"),
            ("a.py", "x = 1  # model='gpt-4o'"),
            ("a.py", "\"\"\"Example:\n    run(model='gpt-4o')\n\"\"\"\n"),
            ("a.py", "model = f'gpt-{n}4'"),
            ("a.py", "model = os.getenv('MODEL', 'gpt-4o')"),
            ("a.py", "model = 'the 4th of them'"),
            ("a.py", "model = 'weights/yolo-v8.pt'"),
            ("a.py", "model = './out/run-7'"),
            ("a.py", "model = 'small'"),
            ("a.py", "remodelled = 'gpt-4o'"),
            ("a.ts", "type T = { model: 'gpt-4o' | 'gpt-4' }"),
            ("a.ts", "// model: 'gpt-4o'\n/* model: 'gpt-4o' */"),
            ("a.rs", "#[cfg(test)]\nmod tests { const MODEL: &str = \"gpt-4o\"; }"),
            ("a.rs", "#[cfg(test)]\nmod tests {\n  // One.\n  const MODEL: &str = \"gpt-4o\";\n}"),
            ("a.py", "claims-assistant"),
            ("a.py", "x = 'claims-assistant'"),
            ("a.py", "x = 'claims-assistant@production'"),
            ("a.py", "x = 'the claims-assistant-1.4.0 of old'"),
            ("a.py", "x = 'claims-assistant-eval'"),
        ] {
            assert_eq!(said(path, text), "", "{text}");
        }
    }

    #[test]
    fn calls_that_load_from_the_hub() {
        for (text, expected) in [
            ("AutoModel.from_pretrained(\"bert-base-uncased\")", "call:bert-base-uncased"),
            ("T.from_pretrained(\n    'a/b-7b',\n    revision=SHA,\n)", "call:a/b-7b!"),
            ("f(from_pretrained('a/b'), revision=1)", "call:a/b"),
            ("snapshot_download(repo_id='a/b')", "call:a/b"),
            ("from_pretrained(path)", ""),
            ("from_pretrained(path, cache='x1')", ""),
            ("from_pretrained('./a')", ""),
            ("def from_pretrained(cls, name): ...", ""),
        ] {
            assert_eq!(said("a.py", text), expected, "{text}");
        }
    }

    #[test]
    fn our_own_models_by_their_versions() {
        for (text, expected) in [
            ("x = 'claims-assistant-1.4.0'", "name:claims-assistant-1.4.0!"),
            ("x = \"claims-assistant@v2\"", "name:claims-assistant@v2!"),
            ("load('models:/claims-assistant/3')", "name:models:/claims-assistant/3!"),
            ("model='claims-assistant-1.4.0'", "argument:claims-assistant-1.4.0"),
            ("x = 'ckpt-9c41e7'", "name:ckpt-9c41e7!"),
        ] {
            assert_eq!(said("a.py", text), expected, "{text}");
        }
    }

    #[test]
    fn cells_of_code_and_no_others() {
        let text = r#"{"cells": [{"cell_type": "markdown", "source": ["model='gpt-4o'"]},
            {"cell_type": "code", "source": ["x = 1\n", "m(model=\"gpt-4o\")\n"], "outputs": [{"text": "model='gpt-4'"}]}]}"#;
        assert_eq!(said("a.ipynb", text), "argument:gpt-4o");
        assert!(read("{", Language::Notebook, SourceId(0), &Names::new([]).unwrap()).is_none());
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        for text in
            ["model=\"", "model", "model: é = 'ü4'", "from_pretrained(", "'''", "model=('", "/*", "`", "\\'model='a1"]
        {
            for path in ["a.py", "a.ts", "a.rs", ".env"] {
                said(path, text);
            }
        }
    }
}
