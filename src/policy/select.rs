//! Selectors: the paths by which rules name values.
//!
//! ```text
//! selector = root? segment*          spec.stages[*].percent
//! root     = doc | facts | data      doc.metadata.owner
//!          | link.<name>             link.card.version
//!          | <name from let/each>    stage.percent
//! segment  = .key | ."quoted.key"
//!          | [*]                     every item of a list
//!          | []                      every item of a list, or one value alone
//!          | [3] | [-1]              one item, from the start or the end
//!          | [id=x] | [id={item.id}] the items whose `id` is x
//! ```
//!
//! A selector that does not begin with a root is relative to `doc`. There is no
//! recursion and there are no expressions, so that every selector can be read,
//! and checked, without running it.

/// Where a selector begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// The document under judgement.
    Doc,
    /// What was derived from it.
    Facts,
    /// The lists and tables of the rule's own pack.
    Data,
    /// Documents that the release graph joined to it under that name.
    Link(String),
    /// A name that `let` or `each` gave.
    Name(String),
}

/// One step of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// A key of a mapping.
    Key(String),
    /// One item of a list; negative from the end.
    Index(i64),
    /// Every item of a list.
    Each,
    /// Every item of a list, or the value itself where it is a scalar.
    OneOrMany,
    /// The items whose key has that value.
    Where(String, Wanted),
}

/// What [`Segment::Where`] compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// This text.
    Literal(String),
    /// The text of another value.
    At(Box<Selector>),
}

/// A path to any number of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    /// As it was written.
    pub(super) text: String,
    /// Where it begins.
    pub(super) root: Root,
    /// The way from there.
    pub(super) segments: Vec<Segment>,
}

impl Selector {
    /// Reads a selector; `names` are those that `let` and `each` give here. The
    /// error is a sentence without a full stop.
    pub(super) fn parse(text: &str, names: &[String]) -> Result<Self, String> {
        let mut cursor = Cursor { rest: text.trim(), first: true };
        if cursor.rest.is_empty() {
            return Err("a selector is empty".to_owned());
        }
        let mut segments = Vec::new();
        while !cursor.rest.is_empty() {
            segments.push(cursor.segment(names).map_err(|why| format!("`{text}` is not a selector: {why}"))?);
        }
        let quoted = text.trim().starts_with('"');
        let root = if quoted { Ok(Root::Doc) } else { split_root(&mut segments, names) };
        let root = root.map_err(|why| format!("`{text}` is not a selector: {why}"))?;
        Ok(Self { text: text.trim().to_owned(), root, segments })
    }

    /// Whether it names a root in so many words, so that a plain string can be
    /// told from it.
    pub(super) fn has_root(text: &str, names: &[String]) -> bool {
        let head = text.split(['.', '[']).next().unwrap_or("");
        matches!(head, "doc" | "facts" | "data" | "link") || names.iter().any(|name| name == head)
    }

    /// The last key that it names: `hub_licenses` of `data.hub_licenses[*]`.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.segments.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }
}

/// Takes the root off the front of the segments.
fn split_root(segments: &mut Vec<Segment>, names: &[String]) -> Result<Root, String> {
    let Some(Segment::Key(head)) = segments.first() else { return Ok(Root::Doc) };
    let root = match head.as_str() {
        "doc" => Root::Doc,
        "facts" => Root::Facts,
        "data" => Root::Data,
        "link" => {
            let Some(Segment::Key(name)) = segments.get(1) else {
                return Err("`link` needs the name of a link, as in `link.card`".to_owned());
            };
            let name = name.clone();
            segments.drain(..2);
            return Ok(Root::Link(name));
        }
        name if names.iter().any(|known| known == name) => Root::Name(name.to_owned()),
        _ => return Ok(Root::Doc),
    };
    segments.remove(0);
    Ok(root)
}

struct Cursor<'t> {
    rest: &'t str,
    first: bool,
}

impl Cursor<'_> {
    fn segment(&mut self, names: &[String]) -> Result<Segment, String> {
        let first = std::mem::replace(&mut self.first, false);
        if let Some(rest) = self.rest.strip_prefix('[') {
            let end = closing(rest).ok_or("a `[` is never closed")?;
            let (inside, after) = rest.split_at(end);
            self.rest = after.strip_prefix(']').unwrap_or(after);
            return bracket(inside, names);
        }
        match self.rest.strip_prefix('.') {
            Some(_) if first => return Err("it begins with a dot".to_owned()),
            Some(rest) => self.rest = rest,
            None if first => {}
            None => return Err("a key follows `]` without a dot".to_owned()),
        }
        self.key().map(Segment::Key)
    }

    fn key(&mut self) -> Result<String, String> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            let (key, after) = rest.split_once('"').ok_or("a quoted key is never closed")?;
            self.rest = after;
            return Ok(key.to_owned());
        }
        let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
        let (key, after) = self.rest.split_at(end);
        self.rest = after;
        match key.chars().find(|c| c.is_whitespace() || matches!(c, ']' | '{' | '}' | '"' | '*')) {
            _ if key.is_empty() => Err("a key is empty".to_owned()),
            Some(c) => Err(format!("`{c}` stands in a key; quote the key if it is meant")),
            None => Ok(key.to_owned()),
        }
    }
}

/// The place of the `]` that closes a bracket; those in quotes and in `{…}` do
/// not count.
fn closing(text: &str) -> Option<usize> {
    let (mut braces, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '{' if !quoted => braces += 1,
            '}' if !quoted => braces = braces.saturating_sub(1),
            ']' if !quoted && braces == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn bracket(inside: &str, names: &[String]) -> Result<Segment, String> {
    match inside.trim() {
        "" => return Ok(Segment::OneOrMany),
        "*" => return Ok(Segment::Each),
        number if number.parse::<i64>().is_ok() => return Ok(Segment::Index(number.parse().unwrap_or(0))),
        _ => {}
    }
    let (key, value) = inside
        .split_once('=')
        .ok_or_else(|| format!("`[{inside}]` is none of `[*]`, `[]`, `[3]`, `[-1]` and `[id=x]`"))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || value.is_empty() {
        return Err(format!("`[{inside}]` needs a key and a value, as in `[id=x]`"));
    }
    let wanted = if let Some(selector) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        if selector.contains('{') {
            return Err("`{…}` does not nest".to_owned());
        }
        Wanted::At(Box::new(Selector::parse(selector, names)?))
    } else {
        Wanted::Literal(value.trim_matches('"').to_owned())
    };
    Ok(Segment::Where(key.to_owned(), wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Selector {
        Selector::parse(text, &["item".to_owned()]).unwrap()
    }

    fn key(text: &str) -> Segment {
        Segment::Key(text.to_owned())
    }

    #[test]
    fn roots() {
        assert_eq!(parse("metadata.owner").root, Root::Doc);
        assert_eq!(parse("doc.metadata").segments, [key("metadata")]);
        assert_eq!(parse("facts").segments, []);
        assert_eq!(parse("data.list[*]").root, Root::Data);
        assert_eq!(parse("link.card.version").root, Root::Link("card".into()));
        assert_eq!(parse("link.card.version").segments, [key("version")]);
        assert_eq!(parse("item.id").root, Root::Name("item".into()));
        assert_eq!(parse("items.id").root, Root::Doc);
        assert_eq!(parse("\"data\".x").segments, [key("data"), key("x")]);
    }

    #[test]
    fn segments() {
        assert_eq!(
            parse("a.\"k.with.dot\"[*][][3][-1]").segments,
            [key("a"), key("k.with.dot"), Segment::Each, Segment::OneOrMany, Segment::Index(3), Segment::Index(-1)]
        );
        assert_eq!(
            parse("a[id=x y].b").segments,
            [key("a"), Segment::Where("id".into(), Wanted::Literal("x y".into())), key("b")]
        );
        let Some(Segment::Where(id, Wanted::At(inner))) = parse("a[id={item.id}]").segments.pop() else { panic!() };
        assert_eq!((id.as_str(), inner.root), ("id", Root::Name("item".into())));
        assert_eq!(parse("data.hub_licenses[*]").last_key(), Some("hub_licenses"));
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        for (text, why) in [
            ("", "a selector is empty"),
            (".a", "`.a` is not a selector: it begins with a dot"),
            ("a..b", "`a..b` is not a selector: a key is empty"),
            ("a[*", "`a[*` is not a selector: a `[` is never closed"),
            ("a[*]b", "`a[*]b` is not a selector: a key follows `]` without a dot"),
            ("a[x]", "`a[x]` is not a selector: `[x]` is none of `[*]`, `[]`, `[3]`, `[-1]` and `[id=x]`"),
            ("a[id=]", "`a[id=]` is not a selector: `[id=]` needs a key and a value, as in `[id=x]`"),
            ("a b", "`a b` is not a selector: ` ` stands in a key; quote the key if it is meant"),
            ("link", "`link` is not a selector: `link` needs the name of a link, as in `link.card`"),
        ] {
            assert_eq!(Selector::parse(text, &[]), Err(why.to_owned()));
        }
    }
}
