//! What XML and HTML have in common: text and attributes that stay what they are.

use std::fmt::Write as _;

use crate::text;

/// Sanitised text as content of an element or as a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What a document says, sanitised and escaped.
pub(super) fn shown(text: &str) -> String {
    escape(&text::sanitize(text))
}

/// The value of an attribute as exactly as XML 1.0 can hold it, for programs: what a
/// log or a terminal acts on is written as character references; what XML has no
/// place for is shown as an escape.
pub(super) fn exact(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        let marker = c == '[' && ["##", "##vso", "##teamcity"].iter().any(|marker| out.ends_with(marker));
        let legal = matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        let _ = match c {
            c if !legal => write!(out, "\\u{{{:x}}}", c as u32),
            c if marker || text::is_hidden(c) => write!(out, "&#{};", c as u32),
            c => write!(out, "{}", escape(c.encode_utf8(&mut [0; 4]))),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(escape("<a b='c' d=\"e\">&amp;]]>"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;]]&gt;");
        assert_eq!(shown("\u{1b}<##[x]"), "\\u{1b}&lt;##\\[x]");
    }

    #[test]
    fn attributes_for_programs_are_exact() {
        assert_eq!(exact("a b\n100%#é/𝔸##[x]"), "a b&#10;100%#é/𝔸##&#91;x]");
        assert_eq!(exact("\u{1b}\u{fffe}\u{202e}\u{0}"), "\\u{1b}\\u{fffe}&#8238;\\u{0}");
    }
}
