//! Which of two versions is the later one.

use std::cmp::Reverse;

/// What versions are sorted by: their numbers, then releases after pre-releases.
pub(super) type Rank = (Vec<u64>, Reverse<bool>, String);

/// The rank of a version: `1.10.0` is later than `1.9.2`, and than `1.10.0-rc1`.
pub(super) fn rank(version: &str) -> Rank {
    let (core, pre) = version.split_once('-').unwrap_or((version, ""));
    let mut numbers: Vec<u64> = core.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0)).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    (numbers, Reverse(!pre.is_empty()), pre.to_owned())
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn versions_rise() {
        for pair in ["1.9.2 1.10.0", "1.10.0-rc1 1.10.0", "1.10.0-rc1 1.10.0-rc2", "v1.0 1.1", "1.0 1.0.1"] {
            let (one, other) = pair.split_once(' ').unwrap();
            assert!(rank(one) < rank(other), "{pair}");
        }
        assert_eq!(rank("2.0"), rank("2.0.0"));
    }
}
