//! The digest of a value as such: SHA-256 over its canonical JSON (RFC 8785), so
//! that neither spaces, nor the order of keys, nor YAML against JSON changes it.

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::facts::digest;
use crate::parse::Node;

/// `sha256:` and 64 hexadecimal digits over the canonical JSON of a node.
pub(super) fn digest(node: &Node) -> String {
    let mut text = String::new();
    write(&node.to_json(), &mut text);
    digest::format(&Sha256::digest(text).into())
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Json::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => out.push_str(&as_script(float)),
            None => out.push_str(&number.to_string()),
        },
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// A number as ECMAScript writes it: the fewest digits that mean it, an exponent
/// only from 1e21 and below 1e-6.
fn as_script(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        if text.contains("e-") { text } else { text.replace('e', "e+") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    fn canonical(text: &str) -> String {
        let mut out = String::new();
        write(&yaml::parse(text, SourceId(0), 0).root.unwrap().to_json(), &mut out);
        out
    }

    #[test]
    fn the_same_value_has_one_text() {
        let expected = r#"{"a":[1,0.5,null,true],"b":"x\n"}"#;
        assert_eq!(canonical("b: \"x\\n\"\na: [1.0, 0.50, null, true]\n"), expected);
        assert_eq!(canonical("a:\n  - 1\n  - 5.0e-1\n  - ~\n  - true\nb: |\n  x\n"), expected);
    }

    #[test]
    fn numbers_are_those_of_the_standard() {
        for (number, text) in [
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (-0.0, "0"),
            (4.50, "4.5"),
        ] {
            assert_eq!(as_script(number), text);
        }
    }

    #[test]
    fn keys_are_in_the_order_of_utf_16() {
        assert_eq!(canonical("\"\u{fb33}\": 1\n\"\u{1f600}\": 2\n"), "{\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }
}
