//! Text and numbers as people read them, and the characters that strangers may write.

mod hex;
pub mod number;
pub mod unicode;

pub use hex::hex;
