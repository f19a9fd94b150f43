//! Which of two versions is the later one.

use std::cmp::Reverse;

/// What versions are sorted by: their numbers, then releases after pre-releases, then
/// the parts of a pre-release, numbers before words.
pub type Rank = (Vec<u64>, Reverse<bool>, Vec<(bool, u64, String)>);

/// The rank of a version: `1.10.0` is later than `1.9.2`, and than `1.10.0-rc10`.
pub fn rank(version: &str) -> Rank {
    let version = version.split('+').next().unwrap_or_default();
    let (core, pre) = version.split_once('-').unwrap_or((version, ""));
    let mut numbers: Vec<u64> = core.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0)).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    (numbers, Reverse(!pre.is_empty()), parts(pre))
}

/// Whether it is made of numbers with dots between them, so that it has a rank of its own.
pub fn is_ordered(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    core.trim_start_matches('v').split('.').all(|part| part.parse::<u64>().is_ok())
}

/// `rc.10` and `rc10` alike: the word and the number.
fn parts(pre: &str) -> Vec<(bool, u64, String)> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for c in pre.chars() {
        let kind = (c != '.').then(|| c.is_ascii_digit());
        match (kind, runs.last_mut()) {
            (None, _) => {}
            (Some(_), Some(run)) if kind == last => run.push(c),
            (Some(_), _) => runs.push(c.to_string()),
        }
        last = kind;
    }
    runs.into_iter()
        .map(|run| run.parse().map_or_else(|_| (true, 0, run), |number| (false, number, String::new())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_ordered, rank};

    #[test]
    fn versions_rise() {
        for pair in [
            "1.9.2 1.10.0",
            "1.10.0-rc1 1.10.0",
            "1.10.0-rc1 1.10.0-rc2",
            "1.10.0-rc9 1.10.0-rc10",
            "1.0.0-rc.9 1.0.0-rc.10",
            "1.0.0-alpha 1.0.0-beta.1",
            "v1.0 1.1",
            "1.0 1.0.1",
        ] {
            let (one, other) = pair.split_once(' ').unwrap();
            assert!(rank(one) < rank(other), "{pair}");
        }
        assert_eq!(rank("2.0"), rank("2.0.0"));
        assert_eq!(rank("2.0.0+b1"), rank("2.0.0"));
    }

    #[test]
    fn a_word_has_no_order() {
        assert!(is_ordered("2.1.0-rc1") && is_ordered("v3") && is_ordered("2026.08.1"));
        assert!(!is_ordered("latest") && !is_ordered("") && !is_ordered("1.x"));
    }
}
