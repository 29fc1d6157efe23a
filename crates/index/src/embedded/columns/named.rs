//! Which lists of a column name what: of thousands of distinct lists few name one occupation.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::column::Column;

/// The codes of the lists that name each item.
#[derive(Debug)]
pub(super) struct Named<T> {
    codes: HashMap<T, Vec<u32>>,
    /// Codes from this one on are not looked at yet.
    next: u32,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { codes: HashMap::new(), next: 0 }
    }
}

impl<T: Copy + Eq + Hash> Named<T> {
    /// Looks at the lists that the column has got since.
    pub(super) fn learn(&mut self, column: &Column<Arc<[T]>>) {
        for code in self.next..column.values() {
            for item in column.value(code).iter() {
                self.codes.entry(*item).or_default().push(code);
            }
        }
        self.next = column.values();
    }

    /// The codes of the lists that name one of the items, and of the empty list, which does not
    /// tell; each once, rising.
    pub(super) fn naming(&self, items: &[T], column: &Column<Arc<[T]>>) -> Vec<u32> {
        let named = items.iter().filter_map(|item| self.codes.get(item)).flatten().copied();
        let mut codes: Vec<u32> = named.chain(column.code_of(&[].into())).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}
