//! The items of frameworks that rules name: found among those that are known, or
//! an error with what may have been meant.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::Reading;
use super::error::Errors;
use super::model::Pack;
use crate::rule::FrameworkItems;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// Gives every rule the items that it names, but for packs that have proven themselves.
pub(super) fn resolve(
    packs: &mut [Pack],
    known: &dyn Fn() -> FrameworkItems,
    reading: Reading<'_>,
    errors: &mut Errors,
) {
    let known = LazyCell::new(known);
    let rules = packs.iter_mut().flat_map(|pack| &mut pack.rules);
    for rule in rules.filter(|rule| !reading.trusts(rule.span.source)) {
        let mut seen = BTreeSet::new();
        for (id, span) in &rule.frameworks {
            if !seen.insert(id) {
                errors.add(*span, format!("`{}` names `{}` twice", rule.meta.id, quote(id)));
            }
            match known.get(id) {
                Some(item) => rule.meta.frameworks.push(item.clone()),
                None => unknown(id, *span, &known, errors),
            }
        }
    }
}

fn unknown(id: &str, span: Span, known: &FrameworkItems, errors: &mut Errors) {
    let named = id.split_once('/').map_or(id, |(framework, _)| framework);
    let frameworks: BTreeSet<&str> = known.keys().filter_map(|id| id.split_once('/')).map(|(name, _)| name).collect();
    let near = did_you_mean(id, known.keys().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if frameworks.contains(named) => format!("`weighbridge rules --framework {named}` lists its items"),
        None => {
            let list = frameworks.into_iter().collect::<Vec<_>>().join(", ");
            format!("write it as `framework/item`; known frameworks are: {list}")
        }
    };
    errors.add_help(span, format!("there is no framework item `{}`", quote(id)), help);
}

#[cfg(test)]
mod tests {
    use crate::policy::{PackSource, PolicyError, load};
    use crate::rule::FrameworkItem;
    use crate::source::SourceId;

    fn loaded(named: &str) -> Result<Vec<FrameworkItem>, Vec<(String, PolicyError)>> {
        let text = format!(
            "pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: t/x\n  on: release\n  title: T\n  severity: note\n  \
             frameworks: {named}\n  assert: [{{present: a}}]\n  tests: [{{fail: f}}]\n"
        );
        let item = |id: &str| FrameworkItem { id: id.into(), source: format!("the {id}"), title: "a title".into() };
        let known = ["law/art-1", "law/art-2", "norm/a.3.2"].map(|id| (id.to_owned(), item(id)));
        let pack = PackSource { name: "t".into(), source: SourceId(0), text: text.clone() };
        match load(&[pack], &known.into()) {
            Ok(policy) => Ok(policy.catalog().get("t/x").unwrap().frameworks.clone()),
            Err(errors) => Err(errors.into_iter().map(|error| (text[error.span.range()].to_owned(), error)).collect()),
        }
    }

    #[track_caller]
    fn wrong(named: &str, at: &str, message: &str, help: &str) {
        let errors = loaded(named).unwrap_err();
        let (found, error) = &errors[0];
        assert_eq!(
            (errors.len(), found.as_str(), error.message.as_str(), error.help.as_deref().unwrap_or("")),
            (1, at, message, help)
        );
    }

    #[test]
    fn a_rule_gets_the_items_that_it_names() {
        let items = loaded("[norm/a.3.2, law/art-1]").unwrap();
        assert_eq!(items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["norm/a.3.2", "law/art-1"]);
        assert_eq!(items[0].source, "the norm/a.3.2");
        assert_eq!(loaded("law/art-2").unwrap().len(), 1);
        assert_eq!(loaded("[]").unwrap(), []);
    }

    #[test]
    fn an_item_that_there_is_not_is_an_error_with_a_suggestion() {
        wrong(
            "[law/art-1, law/art-22]",
            "law/art-22",
            "there is no framework item `law/art-22`",
            "did you mean `law/art-2`?",
        );
        wrong(
            "[norm/clause-7.5.11]",
            "norm/clause-7.5.11",
            "there is no framework item `norm/clause-7.5.11`",
            "`weighbridge rules --framework norm` lists its items",
        );
        wrong(
            "[gdpr/35]",
            "gdpr/35",
            "there is no framework item `gdpr/35`",
            "write it as `framework/item`; known frameworks are: law, norm",
        );
    }

    #[test]
    fn an_item_is_named_once() {
        wrong("[law/art-1, law/art-1]", "law/art-1", "`t/x` names `law/art-1` twice", "");
    }
}
