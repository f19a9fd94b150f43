//! Plain scalars by the YAML 1.2 core schema, and what a core tag makes of them.
//!
//! Source: YAML 1.2.2, section 10.3.2 (tag resolution). `no`, `yes`, `on`, `off`
//! and dates are strings there, unlike in YAML 1.1.

use crate::parse::ScalarKind;

/// The type of a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
        "true" | "True" | "TRUE" => ScalarKind::Bool(true),
        "false" | "False" | "FALSE" => ScalarKind::Bool(false),
        _ => number(text).unwrap_or(ScalarKind::String),
    }
}

/// The type of a scalar under a core tag (`str`, `int`, …); none where its text
/// is not of that type.
pub(super) fn tagged(tag: &str, text: &str) -> Option<ScalarKind> {
    if tag == "str" {
        return Some(ScalarKind::String);
    }
    let kind = resolve(text);
    match (tag, kind) {
        ("null", ScalarKind::Null)
        | ("bool", ScalarKind::Bool(_))
        | ("int", ScalarKind::Int(_))
        | ("float", ScalarKind::Float(_)) => Some(kind),
        #[expect(clippy::cast_precision_loss, reason = "`!!float 1` is asked for a double")]
        ("float", ScalarKind::Int(value)) => Some(ScalarKind::Float(value as f64)),
        ("int", ScalarKind::Float(_)) if is_decimal(text) => Some(kind),
        _ => None,
    }
}

fn number(text: &str) -> Option<ScalarKind> {
    let first = text.bytes().next()?;
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return whole(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return whole(digits, 16);
    }
    if is_decimal(text) {
        return match text.parse() {
            Ok(value) => Some(ScalarKind::Int(value)),
            Err(_) => text.parse().ok().map(ScalarKind::Float),
        };
    }
    special(text).or_else(|| if is_float(text) { text.parse().ok() } else { None }).map(ScalarKind::Float)
}

/// Digits of a base that has no sign.
fn whole(digits: &str, base: u32) -> Option<ScalarKind> {
    let mut sum = 0.0;
    for c in digits.chars() {
        sum = sum * f64::from(base) + f64::from(c.to_digit(base)?);
    }
    if digits.is_empty() {
        return None;
    }
    Some(i64::from_str_radix(digits, base).map_or(ScalarKind::Float(sum), ScalarKind::Int))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    is_digits(unsigned(text))
}

fn special(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match unsigned(text).split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned(text), None),
    };
    if exponent.is_some_and(|exponent| !is_decimal(exponent)) {
        return false;
    }
    match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_and_no_more() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), ScalarKind::Null, "{text:?}");
        }
        for text in [
            "no",
            "yes",
            "on",
            "off",
            "y",
            "nULL",
            "tRUE",
            "2026-08-01",
            "0b1",
            "1_000",
            "1:30",
            "-0x1",
            "0o8",
            "0x",
            "+",
            "-",
            ".",
            "1.2.3",
            "e3",
            "1e",
            "1e+",
            ".e1",
            "inf",
            "nan",
            "+.nan",
            "1.10.0",
            "٣",
        ] {
            assert_eq!(resolve(text), ScalarKind::String, "{text:?}");
        }
        assert_eq!(resolve("True"), ScalarKind::Bool(true));
        assert_eq!(resolve("FALSE"), ScalarKind::Bool(false));
        for (text, value) in
            [("012", 12), ("+7", 7), ("-0", 0), ("0o17", 15), ("0xFf", 255), ("9223372036854775807", i64::MAX)]
        {
            assert_eq!(resolve(text), ScalarKind::Int(value), "{text:?}");
        }
        for (text, value) in [
            ("1.10", 1.1),
            ("1.", 1.0),
            (".5", 0.5),
            ("-1e3", -1000.0),
            ("12E-1", 1.2),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("0x10000000000000000", 18_446_744_073_709_551_616.0),
        ] {
            assert_eq!(resolve(text), ScalarKind::Float(value), "{text:?}");
        }
        assert!(matches!(resolve(".NaN"), ScalarKind::Float(value) if value.is_nan()));
    }

    #[test]
    fn core_tags_hold_their_text_to_its_type() {
        assert_eq!(tagged("str", "12"), Some(ScalarKind::String));
        assert_eq!(tagged("int", "12"), Some(ScalarKind::Int(12)));
        assert_eq!(tagged("int", "x"), None);
        assert_eq!(tagged("int", "1.5"), None);
        assert_eq!(tagged("float", "1"), Some(ScalarKind::Float(1.0)));
        assert_eq!(tagged("bool", "yes"), None);
        assert_eq!(tagged("null", ""), Some(ScalarKind::Null));
        assert_eq!(tagged("map", "x"), None);
    }
}
