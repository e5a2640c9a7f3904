//! Text and numbers as people read them, and what strangers may write.

mod encoding;
mod hex;
mod line;
pub mod number;
mod path;
mod suggest;
pub mod unicode;

pub use encoding::{Decoded, EncodingFault, decode};
pub use hex::hex;
pub use line::{clean_body, clean_line, head, listed, shorten, tag, unpublishable};
pub use path::{is_device_name, path_fault};
pub use suggest::{known_names_hint, suggest};
