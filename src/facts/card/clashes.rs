//! Where the text of a card and its front matter say different things: licence, language,
//! base model. Only what is named in both, in words that cannot mean the same, counts.

use super::view::Card;
use crate::facts::agreement::{clash, same_model};
use crate::facts::license;
use crate::parse::Node;
use crate::parse::markdown::{Label, normalize};

/// Names of languages, and their codes.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("english", &["en", "eng"]),
    ("german", &["de", "deu"]),
    ("french", &["fr", "fra"]),
    ("spanish", &["es", "spa"]),
    ("italian", &["it", "ita"]),
    ("portuguese", &["pt", "por"]),
    ("dutch", &["nl", "nld"]),
    ("russian", &["ru", "rus"]),
    ("chinese", &["zh", "zho", "cmn"]),
    ("japanese", &["ja", "jpn"]),
    ("korean", &["ko", "kor"]),
    ("arabic", &["ar", "ara"]),
    ("hindi", &["hi", "hin"]),
    ("turkish", &["tr", "tur"]),
    ("polish", &["pl", "pol"]),
    ("swedish", &["sv", "swe"]),
    ("danish", &["da", "dan"]),
    ("finnish", &["fi", "fin"]),
    ("vietnamese", &["vi", "vie"]),
];

/// All contradictions within a card.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let found = [of_license(card), of_language(card), of_base(card)];
    Node::seq(found.into_iter().flatten().collect(), card.anchor)
}

fn label<'a>(card: &Card<'a>, names: &[&str]) -> Option<&'a Label> {
    let fits = |label: &&Label| names.contains(&&*label.key) && !card.clean.is_unanswered(label);
    card.body.labels.iter().find(fits)
}

fn of_license(card: &Card<'_>) -> Option<Node> {
    let label = label(card, &["license", "licence", "model license"])?;
    let value = label.value.lines().next()?;
    let own = license::named(value)?;
    let written = card.root.get("license")?;
    let ids = written.one_or_many();
    let known: Option<Vec<&str>> = ids.iter().map(|id| license::named(id.text()?)).collect();
    let known = known.filter(|known| !known.is_empty() && !known.contains(&own))?;
    let first = known.first().copied().unwrap_or_default();
    Some(clash("licence", (value, label.value_span), "its front matter", (first, ids.first()?.span)))
}

fn of_language(card: &Card<'_>) -> Option<Node> {
    let label = label(card, &["language", "languages", "languages nlp", "language nlp"])?;
    let value = normalize(label.value.lines().next()?);
    let spoken: Vec<&[&str]> = LANGUAGES
        .iter()
        .filter(|(name, _)| value.split(' ').any(|word| word == *name))
        .map(|(_, codes)| *codes)
        .collect();
    let written = card.root.get("language")?;
    let codes: Vec<String> =
        written.one_or_many().iter().filter_map(|code| code.text().map(str::to_lowercase)).collect();
    let known = |code: &String| LANGUAGES.iter().any(|(name, codes)| name == code || codes.contains(&&**code));
    let named = |code: &String| {
        spoken.iter().any(|codes| codes.contains(&&**code)) || value.contains(&**code) && code.len() > 3
    };
    let differ = !spoken.is_empty() && !codes.is_empty() && codes.iter().all(known) && !codes.iter().any(named);
    let place = written.one_or_many().first()?.span;
    differ.then(|| clash("language", (&label.value, label.value_span), "its front matter", (&codes.join(", "), place)))
}

fn of_base(card: &Card<'_>) -> Option<Node> {
    let label = label(card, &["base model"])?;
    let value = label.value.lines().next()?.trim();
    let written = card.root.get("base_model")?;
    let names = written.one_or_many();
    let is_id = |text: &str| text.matches('/').count() == 1 && !text.contains([' ', ':']);
    let agree = names.iter().filter_map(Node::text).any(|name| same_model(value, name) || same_model(name, value));
    let differ = is_id(value) && !agree && names.iter().all(|name| name.text().is_some_and(is_id));
    let first = names.first()?;
    differ.then(|| {
        clash("base model", (value, label.value_span), "its front matter", (first.text().unwrap_or(""), first.span))
    })
}
