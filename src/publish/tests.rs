//! Publishing to a store in memory that fails, lies and dies: after each fault a crawler looks at what a visitor finds.

mod claims;
mod crawler;
mod cycle;
mod fake_store;
mod faults;
mod losses;
