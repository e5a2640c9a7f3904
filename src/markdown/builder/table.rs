//! Rows of a table, which all have as many cells.

use crate::markdown::tag::Tag;
use crate::markdown::tree::{Detail, Node};

/// Gives every row of the table that starts at `table_idx`, and is still open, as many cells as its longest has, unless
/// they are more than `n_cells_max`; returns how many it added.
pub(super) fn pad_rows(nodes: &mut Vec<Node<'_>>, table_idx: usize, n_cells_max: usize) -> usize {
    let mut n_cells_of_rows: Vec<usize> = Vec::new();
    walk_rows(&nodes[table_idx..], |_, step| match step {
        RowStep::Start => n_cells_of_rows.push(0),
        RowStep::Cell => *n_cells_of_rows.last_mut().expect("a cell is in a row") += 1,
        RowStep::End => {}
    });
    let n_columns = n_cells_of_rows.iter().copied().max().unwrap_or(0);
    // An attack on memory rather than a table: thousands of short rows after a very long one.
    let n_missing: usize = n_cells_of_rows.iter().map(|n| n_columns - n).sum();
    if n_missing == 0 || n_missing > n_cells_max.min(nodes.len() - table_idx + 1000) {
        return 0;
    }
    let mut row_ends: Vec<usize> = Vec::new();
    walk_rows(&nodes[table_idx..], |node_idx, step| {
        if let RowStep::End = step {
            row_ends.push(node_idx);
        }
    });
    let old: Vec<Node<'_>> = nodes.drain(table_idx..).collect();
    let mut rows = row_ends.into_iter().zip(n_cells_of_rows).peekable();
    for (node_idx, node) in old.into_iter().enumerate() {
        if let Some((_, n_cells)) = rows.next_if(|(row_end, _)| *row_end == node_idx) {
            for _ in n_cells..n_columns {
                nodes.push(Node::Open(Tag::Td, Detail::None));
                nodes.push(Node::Close);
            }
        }
        nodes.push(node);
    }
    n_missing
}

enum RowStep {
    Start,
    Cell,
    End,
}

/// Visits rows and cells of the table that `nodes` starts with, but not of tables inside it.
fn walk_rows(nodes: &[Node<'_>], mut visit: impl FnMut(usize, RowStep)) {
    let mut tags: Vec<Tag> = Vec::new();
    let mut n_tables = 0;
    for (node_idx, node) in nodes.iter().enumerate() {
        match node {
            Node::Open(tag, _) => {
                n_tables += usize::from(*tag == Tag::Table);
                tags.push(*tag);
                match tag {
                    Tag::Tr if n_tables == 1 => visit(node_idx, RowStep::Start),
                    Tag::Td | Tag::Th if n_tables == 1 => visit(node_idx, RowStep::Cell),
                    _ => {}
                }
            }
            Node::Close => {
                let tag = tags.pop();
                if tag == Some(Tag::Tr) && n_tables == 1 {
                    visit(node_idx, RowStep::End);
                }
                n_tables -= usize::from(tag == Some(Tag::Table));
            }
            _ => {}
        }
    }
}
