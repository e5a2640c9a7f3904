//! Rows of a table, which all have as many cells.

use crate::markdown::tag::Tag;
use crate::markdown::tree::{Detail, Node};

/// Gives every row of the table that starts at `table_idx`, and is still open, as many cells as its longest has, unless
/// they are more than `n_cells_max`; returns how many it added.
pub(super) fn pad_rows(nodes: &mut Vec<Node<'_>>, table_idx: usize, n_cells_max: usize) -> usize {
    let rows = rows(&nodes[table_idx..]);
    let n_columns = rows.iter().map(|row| row.n_cells).max().unwrap_or(0);
    // An attack on memory rather than a table: thousands of short rows after a very long one.
    let n_missing: usize = rows.iter().map(|row| n_columns - row.n_cells).sum();
    if n_missing == 0 || n_missing > n_cells_max.min(nodes.len() - table_idx + 1000) {
        return 0;
    }
    let old: Vec<Node<'_>> = nodes.drain(table_idx..).collect();
    let mut rows = rows.into_iter().peekable();
    for (node_idx, node) in old.into_iter().enumerate() {
        if let Some(row) = rows.next_if(|row| row.end_idx == node_idx) {
            for _ in row.n_cells..n_columns {
                nodes.push(Node::Open(Tag::Td, Detail::None));
                nodes.push(Node::Close);
            }
        }
        nodes.push(node);
    }
    n_missing
}

#[derive(Default)]
struct Row {
    n_cells: usize,
    /// Of the node that closes it.
    end_idx: usize,
}

/// The rows of the table that `nodes` starts with, but not those of tables inside it.
fn rows(nodes: &[Node<'_>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut tags: Vec<Tag> = Vec::new();
    let mut n_tables = 0;
    for (node_idx, node) in nodes.iter().enumerate() {
        match node {
            Node::Open(tag, _) => {
                n_tables += usize::from(*tag == Tag::Table);
                tags.push(*tag);
                match (tag, rows.last_mut()) {
                    (Tag::Tr, _) if n_tables == 1 => rows.push(Row::default()),
                    (Tag::Td | Tag::Th, Some(row)) if n_tables == 1 => row.n_cells += 1,
                    _ => {}
                }
            }
            Node::Close => {
                let tag = tags.pop();
                if let Some(row) = rows.last_mut()
                    && tag == Some(Tag::Tr)
                    && n_tables == 1
                {
                    row.end_idx = node_idx;
                }
                n_tables -= usize::from(tag == Some(Tag::Table));
            }
            _ => {}
        }
    }
    rows
}
