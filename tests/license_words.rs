//! Two packs know the same spellings of licences, since packs share no data:
//! one to leave them alone, the other to mend them. They must agree.

#![expect(clippy::expect_used, reason = "a test may fail")]

use std::collections::BTreeSet;

use weighbridge::parse::{Node, yaml};
use weighbridge::source::SourceId;

fn data(pack: &str) -> Node {
    let parsed = yaml::parse(pack, SourceId(0), 0);
    assert_eq!(parsed.findings, []);
    parsed.root.and_then(|root| root.get("data").cloned()).expect("data")
}

fn words<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<&'n str> {
    nodes.map(|node| node.as_str().expect("a string")).collect()
}

#[test]
fn both_packs_know_the_same_words() {
    let hub = data(include_str!("../policies/huggingface.yaml"));
    let own = data(include_str!("../policies/license.yaml"));
    let list = |key: &str| words(hub.get(key).expect(key).items().iter());
    let column =
        |key: &str| words(own.get("spellings").expect("spellings").items().iter().filter_map(|row| row.get(key)));

    let (licenses, written) = (list("hub_licenses"), column("written"));
    assert_eq!(licenses.len(), 83);
    assert_eq!(list("pipeline_tags").len(), 57);
    assert_eq!(list("other_spellings"), written);
    assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), written.len(), "a word stands twice");
    assert_eq!(column("hub").iter().find(|id| !licenses.contains(id)), None);
    assert_eq!(written.iter().find(|word| licenses.contains(word)), None);
    assert_eq!(list("business_source").iter().find(|word| licenses.contains(word) || written.contains(word)), None);
    let families = own.get("families").expect("families").items();
    for family in families {
        let exact = family.get("exact").and_then(Node::as_str).expect("exact");
        for id in exact.split('`').skip(1).step_by(2) {
            assert!(licenses.contains(&id), "`{id}` is not an id of the Hub");
        }
    }
}
