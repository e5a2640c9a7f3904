//! The browser's door to `skillpress-search`.
