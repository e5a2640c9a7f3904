//! Pages of a small registry, as a visitor gets them.
