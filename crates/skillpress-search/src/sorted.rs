//! Maps and sets as sorted lists: the few hundred entries of a search need no tree, whose code for each pair of types
//! would be a third of the browser's module.

use alloc::vec::Vec;

/// A map whose keys ascend. Adding costs a move of what comes after; use it for up to some thousand entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SortedMap<K, V> {
    entries: Vec<(K, V)>,
}

/// A set whose items ascend.
pub(crate) type SortedSet<K> = SortedMap<K, ()>;

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SortedMap<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Keeps the entries whose values `keeps`.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(&V) -> bool) {
        self.entries.retain(|(_, value)| keeps(value));
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let entry_idx = self.position(key).ok()?;
        Some(&self.entries[entry_idx].1)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let entry_idx = self.position(key).ok()?;
        Some(&mut self.entries[entry_idx].1)
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.position(key).is_ok()
    }

    /// Sets the value of `key`; gives the one before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.position(&key) {
            Ok(entry_idx) => Some(core::mem::replace(&mut self.entries[entry_idx].1, value)),
            Err(entry_idx) => {
                self.entries.insert(entry_idx, (key, value));
                None
            }
        }
    }

    fn position(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.cmp(key))
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = alloc::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map(changes in proptest::collection::vec((0u8..20, any::<u8>(), 0u8..3), 0..60)) {
            let mut map = SortedMap::new();
            let mut expected = BTreeMap::new();
            for (key, value, change) in changes {
                match change {
                    0 => {
                        map.retain(|other| *other < value);
                        expected.retain(|_, other| *other < value);
                    }
                    _ => prop_assert_eq!(map.insert(key, value), expected.insert(key, value)),
                }
                prop_assert_eq!(map.get(&key), expected.get(&key));
                prop_assert_eq!(map.get_mut(&key), expected.get_mut(&key));
                prop_assert_eq!(map.contains(&key), expected.contains_key(&key));
                prop_assert_eq!(map.is_empty(), expected.is_empty());
            }
            prop_assert!(map.keys().eq(expected.keys()) && map.values().eq(expected.values()));
            prop_assert!(map.into_iter().eq(expected));
        }
    }
}
