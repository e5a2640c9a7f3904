//! Telling whether a value is the one of before.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A number that differs, as far as chance allows, for different values; the same within one run of the program.
pub fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
