//! The arguments of model servers that name models and adapters: of vLLM
//! (<https://docs.vllm.ai/en/latest/cli/serve/>), of Text Generation Inference
//! (<https://huggingface.co/docs/text-generation-inference/reference/launcher>), of `KServe`'s
//! server of Hub models, of `SGLang` and of llama.cpp.

use super::Word;
use crate::parse::json;

/// Arguments that only model servers have.
const OWN: [&str; 4] = ["lora-modules", "enable-lora", "served-model-name", "lora-adapters"];

/// Arguments that name the model.
const MODEL: [&str; 5] = ["model", "model-id", "model-path", "model-dir", "hf-repo"];

/// Arguments that name its revision.
const REVISION: [&str; 2] = ["revision", "model-revision"];

/// Arguments that say what it is asked for by.
const NAMES: [&str; 2] = ["served-model-name", "model-name"];

/// Arguments that name adapters.
const ADAPTERS: [&str; 4] = ["lora-modules", "lora-adapters", "lora-paths", "lora"];

/// The arguments of a command line, by name: without dashes at the front, with dashes
/// between its parts.
pub(super) struct Arguments {
    named: Vec<(String, Vec<Word>)>,
    /// The first word behind `serve`, which is the model.
    served: Option<Word>,
}

impl Arguments {
    pub(super) fn new(words: &[Word]) -> Self {
        let mut named: Vec<(String, Vec<Word>)> = Vec::new();
        let mut served = None;
        let mut after_serve = false;
        let mut before = "";
        for word in words {
            let program = std::mem::replace(&mut before, word.text.rsplit('/').next().unwrap_or_default());
            if let Some(flag) = flag(&word.text) {
                let start = word.text.len() - flag.len();
                let whole = word.part(start, word.text.len());
                let (name, value) = whole.split_at('=').map_or((whole, None), |(name, value)| (name, Some(value)));
                named.push((name.text.replace('_', "-"), value.into_iter().collect()));
                after_serve = false;
            } else if after_serve {
                served = Some(word.clone());
                after_serve = false;
            } else if word.text == "serve" && matches!(program, "vllm" | "sglang") || before == "trtllm-serve" {
                after_serve = true;
            } else if let Some((_, values)) = named.last_mut()
                // A variable behind a value holds more arguments.
                && (values.is_empty() || !word.text.starts_with('$'))
            {
                values.push(word.clone());
            }
        }
        Self { named, served }
    }

    fn all<'s>(&'s self, keys: &'s [&str]) -> impl Iterator<Item = &'s Word> {
        self.named.iter().filter(|(name, _)| keys.contains(&name.as_str())).flat_map(|(_, values)| values)
    }

    fn one(&self, keys: &[&str]) -> Option<Word> {
        self.all(keys).next().cloned()
    }

    /// What the model is asked for by.
    pub(super) fn names(&self) -> Vec<Word> {
        self.all(&NAMES).flat_map(Word::list).collect()
    }

    /// The model.
    pub(super) fn model(&self) -> Option<Word> {
        // Of other programs `-m` is a module.
        let file = || self.one(&["m"]).filter(|file| file.text.contains(".gguf"));
        self.served.clone().or_else(|| self.one(&MODEL)).or_else(file)
    }

    /// Its revision.
    pub(super) fn revision(&self) -> Option<Word> {
        self.one(&REVISION)
    }

    /// The adapters, each with its name if it has one; `more` are listed elsewhere.
    pub(super) fn adapters(&self, more: Option<Word>) -> Vec<(Option<Word>, Word)> {
        self.all(&ADAPTERS).cloned().chain(more).flat_map(|word| adapter(&word)).collect()
    }
}

/// Whether a word is an argument that only model servers have.
pub(super) fn is_own(word: &Word) -> bool {
    let name = flag(&word.text).and_then(|flag| flag.split('=').next());
    name.is_some_and(|name| OWN.contains(&name.replace('_', "-").as_str()))
}

/// The name behind the dashes of an argument.
fn flag(word: &str) -> Option<&str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

/// `name=path`, `{"name": …, "path": …}`, or adapters with commas between them.
fn adapter(word: &Word) -> Vec<(Option<Word>, Word)> {
    if word.text.trim_start().starts_with('{') {
        let parsed = json::parse(&word.text, word.span.source).root;
        let text = |key: &str| {
            let text = parsed.as_ref()?.get(key)?.text()?.to_owned();
            Some(Word { text, span: word.span })
        };
        return text("path").map(|path| (text("name"), path)).into_iter().collect();
    }
    let named = |word: Word| match word.split_at('=') {
        Some((name, path)) => (Some(name), path),
        None => (None, word),
    };
    word.list().into_iter().map(named).collect()
}
