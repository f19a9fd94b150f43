//! The tables of a card: the sections they stand in, their columns and rows.

use super::view::Card;
use crate::parse::Node;
use crate::parse::markdown::{BlockKind, Cell};

/// One `{under, header, rows}` for each table; `under` are the titles of the sections
/// around it, the innermost first.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let mut tables = Vec::new();
    for section in &card.body.sections {
        for block in card.body.blocks_of(section) {
            let BlockKind::Table(rows) = &block.kind else { continue };
            let span = rows.first().and_then(|row| row.first()).map_or(block.span, |cell| cell.span);
            let mut under = Vec::new();
            let mut at = Some(section).filter(|section| section.level > 0);
            while let Some(found) = at {
                under.push(Node::string(found.title.as_str(), span));
                at = found.parent.and_then(|parent| card.body.sections.get(parent)).filter(|_| under.len() < 16);
            }
            let row = |cells: &Vec<Cell>| {
                let cells = cells.iter().map(|cell| Node::string(cell.text.as_str(), cell.span)).collect();
                Node::seq(cells, span)
            };
            tables.push(
                Node::map(span)
                    .with("under", Node::seq(under, span))
                    .with("header", rows.first().map_or_else(|| Node::seq(Vec::new(), span), row))
                    .with("rows", Node::seq(rows.iter().skip(1).map(row).collect(), span)),
            );
        }
    }
    Node::seq(tables, card.anchor)
}
