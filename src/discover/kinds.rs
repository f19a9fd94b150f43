//! What a file is: by its name where that is enough, else by its first bytes.
//!
//! Our own documents are told textually, by `apiVersion: weighbridge/…` and
//! `kind:`, so that one that later fails to parse is still claimed and reported.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::kind::Kind;
use crate::parse::{Syntax, markdown};
use crate::text;
use crate::tree::{file_name, parent};

/// The first bytes of a JSON file, which may be evidence of many megabytes.
const JSON_HEAD: usize = 4 * 1024;

/// The first bytes of a YAML or TOML file: room for a licence above the keys.
const DATA_HEAD: usize = 8 * 1024;

/// The first bytes of a Markdown file: front matter with a long `model-index` is
/// the rule rather than the exception, and headings come after it.
const MARKDOWN_HEAD: usize = 1024 * 1024;

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// It is of this kind, unless its content says that it is another of ours.
    Sure(Kind),
    /// Its content will tell.
    Maybe,
    /// It is no document.
    No,
}

/// What content says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is of this kind.
    Kind(Kind),
    /// It says that it is ours, of a kind that there is not; as written.
    UnknownKind(String),
    /// Nothing.
    Nothing,
}

/// What the name at `path` (relative to the root) says.
pub fn candidate(path: &str) -> Candidate {
    let (folder, name) = (parent(path), file_name(path));
    if let Some(kind) = well_known(folder, name) {
        return Candidate::Sure(kind);
    }
    match Syntax::of(path) {
        Some(Syntax::Markdown) if is_card_name(name) => Candidate::Sure(Kind::Card),
        Some(Syntax::Modelfile) => Candidate::Sure(Kind::Serving),
        Some(Syntax::Prompt) => Candidate::Sure(Kind::Prompt),
        Some(_) => Candidate::Maybe,
        None => Candidate::No,
    }
}

fn well_known(folder: &str, name: &str) -> Option<Kind> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let yaml = matches!(extension, "yaml" | "yml");
    match (folder, name) {
        ("", "weighbridge.yaml") => return Some(Kind::Config),
        (_, "adapter_config.json") => return Some(Kind::AdapterConfig),
        (_, "Kitfile") => return Some(Kind::Kitfile),
        (_, "MLmodel") => return Some(Kind::MlModel),
        _ => {}
    }
    match (folder, stem) {
        (".weighbridge", "org") if yaml => Some(Kind::Organisation),
        (".weighbridge", "waivers") if yaml => Some(Kind::Waivers),
        (".weighbridge/policies", _) if yaml => Some(Kind::Policy),
        (_, "release") if in_releases(folder) && (yaml || matches!(extension, "json" | "toml")) => Some(Kind::Release),
        _ if file_name(folder) == ".eval_results" && yaml => Some(Kind::HubEvalResults),
        _ if name.ends_with(".flagd.json") => Some(Kind::Flags),
        _ if name.ends_with(".cdx.json") => Some(Kind::CycloneDx),
        _ => None,
    }
}

fn in_releases(folder: &str) -> bool {
    folder.split('/').any(|part| part == "releases")
}

/// `MODEL_CARD.md`, `model-card-7b.md`, `ModelCard.md`.
fn is_card_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["model_card", "model-card", "modelcard"].iter().any(|stem| name.starts_with(stem))
}

/// Markdown that every repository has, and that is no card even where it is named
/// on the command line.
pub(super) fn is_usual(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase().replace('-', "_");
    let stem = name.split('.').next().unwrap_or_default();
    matches!(stem, "readme" | "changelog" | "contributing" | "security" | "code_of_conduct" | "license" | "licence")
}

/// Whether the configuration's `include` and `exclude` have no say: what a run
/// is judged by is not itself judged.
pub(super) fn always_read(kind: Kind) -> bool {
    matches!(kind, Kind::Config | Kind::Organisation | Kind::Waivers | Kind::Policy)
}

/// How many bytes of a file tell what it is.
pub(super) fn head_bytes(path: &str) -> usize {
    match Syntax::of(path) {
        Some(Syntax::Markdown) => MARKDOWN_HEAD,
        Some(Syntax::Json) | None => JSON_HEAD,
        Some(Syntax::Yaml | Syntax::Toml | Syntax::Modelfile | Syntax::Prompt) => DATA_HEAD,
    }
}

/// What the first bytes of a file say.
pub fn classify(path: &str, head: &[u8]) -> Claim {
    let text = readable(head);
    match Syntax::of(path) {
        Some(Syntax::Markdown) if looks_like_card(path, &text) => Claim::Kind(Kind::Card),
        Some(Syntax::Markdown) | None => Claim::Nothing,
        Some(syntax) => of_data(path, &text, syntax),
    }
}

fn looks_like_card(path: &str, text: &str) -> bool {
    markdown::might_be_card(text, path) && markdown::is_card(text, path)
}

/// Bytes as text, good enough to look for keys: UTF-16 is decoded, so that it is
/// claimed, and later reported for what it is.
fn readable(head: &[u8]) -> Cow<'_, str> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = head.chunks_exact(2).skip(1).filter_map(|pair| pair.try_into().ok()).map(unit);
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    if head.starts_with(&[0xff, 0xfe]) {
        return Cow::Owned(wide(u16::from_le_bytes));
    }
    if head.starts_with(&[0xfe, 0xff]) {
        return Cow::Owned(wide(u16::from_be_bytes));
    }
    match std::str::from_utf8(head) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_) => Cow::Owned(String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned()),
    }
}

/// Keys in block style begin a line; in flow style (JSON) they follow a brace or
/// a comma.
struct Keys {
    api: Regex,
    kind: Regex,
}

impl Keys {
    /// The patterns are constants and compile, as the tests prove.
    fn new(before: &str) -> Option<Self> {
        let key = |name: &str, value: &str| {
            Regex::new(&format!(r#"(?m){before}["']?{name}["']?[ \t]*[:=]\s*["']?({value})"#)).ok()
        };
        Some(Self { api: key("apiVersion", r"weighbridge/")?, kind: key("kind", r#"[^\s"'#,}]+"#)? })
    }
}

static BLOCK: LazyLock<Option<Keys>> = LazyLock::new(|| Keys::new("^"));
static FLOW: LazyLock<Option<Keys>> = LazyLock::new(|| Keys::new(r"(?:^|[{,])\s*"));

fn of_data(path: &str, text: &str, syntax: Syntax) -> Claim {
    if text.contains("weighbridge/") {
        let flow = text.trim_start().starts_with('{');
        let keys = if flow { &*FLOW } else { &*BLOCK };
        if let Some(keys) = keys.as_ref().filter(|keys| keys.api.is_match(text)) {
            return ours(path, text, keys);
        }
    }
    if syntax == Syntax::Json {
        let has = |key: &str, value: &str| text.find(key).is_some_and(|at| text[at..].contains(value));
        if has("\"bomFormat\"", "\"CycloneDX\"") {
            return Claim::Kind(Kind::CycloneDx);
        }
        if has("\"$schema\"", "flagd.dev/schema/") && text.contains("\"flags\"") {
            return Claim::Kind(Kind::Flags);
        }
    }
    if matches!(syntax, Syntax::Json | Syntax::Yaml) && super::serving::is_serving(path, text) {
        return Claim::Kind(Kind::Serving);
    }
    Claim::Nothing
}

/// A document that says that it is ours. A misspelt kind is taken for the one that
/// was meant, or for what the name says; its schema then names the mistake.
fn ours(path: &str, text: &str, keys: &Keys) -> Claim {
    let written = || keys.kind.captures_iter(text).filter_map(|found| found.get(1)).map(|found| found.as_str());
    let known = |word: &str| Kind::ALL.iter().copied().find(|kind| kind.api_kind() == Some(word));
    if let Some(kind) = written().find_map(known) {
        return Claim::Kind(kind);
    }
    if let Candidate::Sure(kind) = candidate(path) {
        return Claim::Kind(kind);
    }
    let names = || Kind::ALL.iter().filter_map(|kind| kind.api_kind());
    let meant = written().next().and_then(|word| text::did_you_mean(word, names()));
    match meant.and_then(Kind::parse) {
        Some(kind) => Claim::Kind(kind),
        None => Claim::UnknownKind(written().next().map_or(String::new(), str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (path, expected) in [
            ("weighbridge.yaml", Candidate::Sure(Kind::Config)),
            ("sub/weighbridge.yaml", Candidate::Maybe),
            (".weighbridge/org.yaml", Candidate::Sure(Kind::Organisation)),
            (".weighbridge/waivers.yml", Candidate::Sure(Kind::Waivers)),
            (".weighbridge/policies/own.yaml", Candidate::Sure(Kind::Policy)),
            ("releases/a/1.0/release.toml", Candidate::Sure(Kind::Release)),
            ("ml/releases/release.json", Candidate::Sure(Kind::Release)),
            ("release.yaml", Candidate::Maybe),
            ("a/adapter_config.json", Candidate::Sure(Kind::AdapterConfig)),
            ("Kitfile", Candidate::Sure(Kind::Kitfile)),
            ("run/MLmodel", Candidate::Sure(Kind::MlModel)),
            ("flags/support.flagd.json", Candidate::Sure(Kind::Flags)),
            ("sbom.cdx.json", Candidate::Sure(Kind::CycloneDx)),
            ("m/.eval_results/gpqa.yaml", Candidate::Sure(Kind::HubEvalResults)),
            ("ollama/Modelfile", Candidate::Sure(Kind::Serving)),
            ("small.Modelfile", Candidate::Sure(Kind::Serving)),
            ("prompts/ask.prompty", Candidate::Sure(Kind::Prompt)),
            ("prompts/ask.formal.prompt", Candidate::Sure(Kind::Prompt)),
            ("MODEL_CARD.md", Candidate::Sure(Kind::Card)),
            ("docs/Model-Card-7b.markdown", Candidate::Sure(Kind::Card)),
            ("ModelCard.MD", Candidate::Sure(Kind::Card)),
            ("README.md", Candidate::Maybe),
            ("weights.safetensors", Candidate::No),
            ("model_card.py", Candidate::No),
        ] {
            assert_eq!(candidate(path), expected, "{path}");
        }
    }

    #[test]
    fn contents() {
        let ours = |kind| Claim::Kind(kind);
        for (path, text, expected) in [
            ("a.yaml", "apiVersion: weighbridge/v1\nkind: ModelRelease\n", ours(Kind::Release)),
            (
                "a.yml",
                "# c\r\nkind: \"EvaluationPacket\" # x\r\napiVersion: 'weighbridge/v1'\r\n",
                ours(Kind::EvaluationPacket),
            ),
            (
                "a.json",
                r#"{"metadata":{"kind":"x"},"kind":"Waivers","apiVersion":"weighbridge/v1"}"#,
                ours(Kind::Waivers),
            ),
            ("a.yaml", "{apiVersion: weighbridge/v1, kind: ApprovalRecord}", ours(Kind::ApprovalRecord)),
            ("a.toml", "apiVersion = \"weighbridge/v1\"\nkind = \"ModelRegistry\"\n", ours(Kind::ModelRegistry)),
            ("a.yaml", "apiVersion: weighbridge/v1\nkind: ModelRelease\nbad: [", ours(Kind::Release)),
            ("a.yaml", "apiVersion: weighbridge/v1\nkind: ModelRelaese\n", ours(Kind::Release)),
            ("a.yaml", "apiVersion: weighbridge/v1\nkind: Zebra\n", Claim::UnknownKind("Zebra".into())),
            ("a.yaml", "apiVersion: weighbridge/v1\n", Claim::UnknownKind(String::new())),
            ("releases/1/release.yaml", "apiVersion: weighbridge/v1\n", ours(Kind::Release)),
            ("a.yaml", "apiVersion: apps/v1\nkind: Deployment\n", Claim::Nothing),
            ("a.yaml", "spec:\n  apiVersion: weighbridge/v1\n  kind: ModelRelease\n", Claim::Nothing),
            ("a.json", r#"{"bomFormat": "CycloneDX", "specVersion": "1.6"}"#, ours(Kind::CycloneDx)),
            ("a.json", r#"{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {}}"#, ours(Kind::Flags)),
            ("a.json", "{", Claim::Nothing),
        ] {
            assert_eq!(classify(path, text.as_bytes()), expected, "{path}: {text}");
        }
    }

    #[test]
    fn utf16_and_a_byte_order_mark_are_claimed_all_the_same() {
        let text = "apiVersion: weighbridge/v1\nkind: ModelRelease\n";
        let mut wide = vec![0xff, 0xfe];
        wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(classify("a.yaml", &wide), Claim::Kind(Kind::Release));
        assert_eq!(classify("a.yaml", format!("\u{feff}{text}").as_bytes()), Claim::Kind(Kind::Release));
        let card = "# Modelo\r\n\r\n## Limitações\r\n\r\nx\r\n\r\n## Uso pretendido\r\n\r\ny\r\n\r\n## Limitations\r\n\r\n## Intended use\r\n";
        for (mark, unit) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
            let bytes: Vec<u8> = mark.into_iter().chain(card.encode_utf16().flat_map(unit)).collect();
            assert_eq!(classify("docs/modelo.md", &bytes), Claim::Kind(Kind::Card));
        }
        assert_eq!(classify("a.yaml", &[0xff, 0x00, 0x80]), Claim::Nothing);
    }

    #[test]
    fn usual_files_are_no_cards() {
        for path in ["README.md", "docs/CODE-OF-CONDUCT.md", "Changelog.md", "LICENSE.md", "README.zh.md"] {
            assert!(is_usual(path), "{path}");
        }
        assert!(!is_usual("security-notes.md"));
    }
}
