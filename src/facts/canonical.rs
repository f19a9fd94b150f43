//! The digest of a release manifest that formatting does not change.
//!
//! An approval is bound to what a manifest says, not to its indentation: the tree is
//! taken without `/metadata/stage` and every `/rollout/stages/*/result`, so that moving
//! on through the rollout does not void the approval, written by RFC 8785 (JCS), and
//! hashed with SHA-256. Scalars have the types of the YAML 1.2 core schema; dates are
//! strings, and so is what stands under `version`, because `1.10` is not `1.1`.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::digest;
use crate::parse::{Entry, Node, Scalar, ScalarKind, Value};

/// Keys whose scalars are names, however much they look like numbers.
const NAMED_BY_TEXT: [&str; 2] = ["version", "revision"];

/// `sha256:` and 64 hexadecimal digits over the canonical form of a manifest.
pub fn digest_of_manifest(root: &Node) -> String {
    digest::format(&Sha256::digest(manifest(root).as_bytes()).into())
}

/// The canonical form of a manifest.
pub fn manifest(root: &Node) -> String {
    let mut out = String::new();
    write(root, &mut Vec::new(), &mut out);
    out
}

/// What moves while a release is rolled out.
fn moves(way: &[&str]) -> bool {
    matches!(way, ["metadata", "stage"] | ["rollout", "stages", "*", "result"])
}

/// Writes a node; `way` are the keys that led to it, `*` for the items of a list. The
/// parsers bound how deep a document is.
fn write<'a>(node: &'a Node, way: &mut Vec<&'a str>, out: &mut String) {
    match &node.value {
        Value::Scalar(scalar) => write_scalar(scalar, way.last().copied(), out),
        Value::Seq(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                way.push("*");
                write(item, way, out);
                way.pop();
            }
            out.push(']');
        }
        Value::Map(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.encode_utf16().cmp(b.key.encode_utf16()));
            let mut separator = "";
            out.push('{');
            for entry in sorted {
                way.push(&entry.key);
                if !moves(way) {
                    out.push_str(separator);
                    separator = ",";
                    write_string(&entry.key, out);
                    out.push(':');
                    write(&entry.value, way, out);
                }
                way.pop();
            }
            out.push('}');
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers are doubles in JCS")]
fn write_scalar(scalar: &Scalar, key: Option<&str>, out: &mut String) {
    match scalar.kind {
        ScalarKind::Null => out.push_str("null"),
        ScalarKind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        ScalarKind::Int(_) | ScalarKind::Float(_) if key.is_some_and(|key| NAMED_BY_TEXT.contains(&key)) => {
            write_string(&scalar.text, out);
        }
        ScalarKind::Int(value) => write_number(value as f64, out),
        ScalarKind::Float(value) if value.is_finite() => write_number(value, out),
        ScalarKind::Float(_) | ScalarKind::String => write_string(&scalar.text, out),
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A finite number as ECMAScript writes it: the shortest digits that read back as the
/// same double, with an exponent from 1e21 on and below 1e-6.
fn write_number(number: f64, out: &mut String) {
    if number == 0.0 {
        out.push('0');
        return;
    }
    if number < 0.0 {
        out.push('-');
    }
    let shortest = closest(number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if (-6..0).contains(&exponent) {
        let _ = write!(out, "0.{}{digits}", zeros(-exponent - 1));
    } else if (0..21).contains(&exponent) && count <= exponent + 1 {
        let _ = write!(out, "{digits}{}", zeros(exponent + 1 - count));
    } else if (0..21).contains(&exponent) {
        let (whole, part) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(0));
        let _ = write!(out, "{whole}.{part}");
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{first}{point}{rest}e{sign}{}", exponent.abs());
    }
}

/// The shortest digits that read back as the number; of two that are equally near, the
/// even ones, as ECMAScript says and Rust does not promise.
fn closest(number: f64) -> String {
    let shortest = format!("{number:e}");
    let digits = shortest.split('e').next().map_or(0, |mantissa| mantissa.chars().filter(char::is_ascii_digit).count());
    let even = format!("{number:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(number) { even } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{json, toml, yaml};
    use crate::source::SourceId;

    fn number(bits: u64) -> String {
        let mut out = String::new();
        write_number(f64::from_bits(bits), &mut out);
        out
    }

    #[test]
    fn numbers_are_those_of_rfc_8785_appendix_b() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(number(bits), expected);
        }
    }

    fn canonical(text: &str) -> String {
        manifest(&json::parse(text, SourceId(0)).root.unwrap())
    }

    #[test]
    fn strings_and_keys_are_those_of_rfc_8785() {
        let text = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            "\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
        assert_eq!(canonical(text), expected);
        let text = r#"{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}"#;
        assert_eq!(
            canonical(text),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn one_digest_for_yaml_json_and_toml() {
        let yaml = "# a remark\nmetadata: {id: a-1.10, version: 1.10, stage: canary, target_date: 2026-12-07}\n\
            rollout:\n  stages:\n    - name: canary\n      traffic_percent: 5.0\n      result: {status: pass}\n";
        let json = r#"{"rollout": {"stages": [{"traffic_percent": 5, "name": "canary"}]},
            "metadata": {"target_date": "2026-12-07", "version": "1.10", "id": "a-1.10"}}"#;
        let toml = "[metadata]\nid = 'a-1.10'\nversion = '1.10'\nstage = 'full_rollout'\ntarget_date = 2026-12-07\n\
            [[rollout.stages]]\nname = 'canary'\ntraffic_percent = 5\n";
        let roots = [
            yaml::parse(yaml, SourceId(0), 0).root.unwrap(),
            json::parse(json, SourceId(0)).root.unwrap(),
            toml::parse(toml, SourceId(0)).root.unwrap(),
        ];
        let digests = roots.each_ref().map(digest_of_manifest);
        assert_eq!(digests[0], digests[1], "{} {}", manifest(&roots[0]), manifest(&roots[1]));
        assert_eq!(digests[0], digests[2], "{}", manifest(&roots[2]));
        let other = yaml::parse(&yaml.replace("version: 1.10", "version: 1.1"), SourceId(0), 0).root.unwrap();
        assert_ne!(digests[0], digest_of_manifest(&other));
    }
}
