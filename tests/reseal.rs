//! The digests of the clean example are those of its files.
//!
//! `SNAPSHOTS=overwrite cargo test --test reseal` writes them anew after an edit of the
//! example: those beside paths, that of the checkpoint over its files, and those that the
//! approval is bound to, in place, so that nothing else of the texts changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::path::Path;

use common::{folder, seals};

const EXAMPLE: &str = "examples/clean";

#[test]
fn every_digest_of_the_clean_example_is_that_of_what_is_there() {
    let mut tree = folder(EXAMPLE);
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let mut told = Vec::new();
    for _ in 0..seals::ROUNDS {
        let stale = seals::stale(&tree);
        if stale.is_empty() {
            break;
        }
        seals::write(&mut tree, &stale);
        for (path, digests) in stale {
            told.extend(digests.iter().map(|(old, new)| format!("{path}: {old} is {new}")));
            if overwrite {
                let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE).join(&path);
                std::fs::write(file, tree.get(&path).unwrap()).unwrap();
            }
        }
    }
    assert!(seals::stale(&tree).is_empty(), "it does not settle: {}", told.join("\n"));
    let advice = "SNAPSHOTS=overwrite cargo test --test reseal";
    assert!(overwrite || told.is_empty(), "stale:\n{}\nrun {advice}", told.join("\n"));
}

#[test]
fn an_edit_is_found_and_resealed() {
    let mut tree = folder(EXAMPLE);
    let packet = "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-load.json";
    let text = String::from_utf8(tree.get(packet).unwrap().to_vec()).unwrap();
    tree.put(packet, format!("{text}\n"));
    let stale = seals::beside_paths(&tree);
    let files: Vec<&str> = stale.keys().map(String::as_str).collect();
    assert_eq!(files, ["releases/claims-assistant/1.4.0/ckpt-9c41e7-eval-packet.yaml"]);
}
