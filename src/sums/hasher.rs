//! Sums a file on its way to where it goes.

use std::fs::File;
use std::io::{self, Seek, Sink, Write};

use sha2::{Digest as _, Sha256};

use super::Digest;
use crate::site_source::Target;

/// Passes bytes on to `W` and sums them.
pub struct Hasher<W> {
    sha256: Sha256,
    to: W,
}

impl<W> Hasher<W> {
    /// Passes bytes on to `to`.
    pub fn into(to: W) -> Self {
        let sha256 = Sha256::new();
        Self { sha256, to }
    }

    /// The SHA-256 of all that came.
    pub fn digest(self) -> Digest {
        self.sha256.finalize().into()
    }
}

impl<W: Write> Write for Hasher<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write_all(bytes)?;
        self.sha256.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// For a file that is kept nowhere.
impl Target for Hasher<Sink> {
    fn restart(&mut self) -> io::Result<()> {
        self.sha256.reset();
        Ok(())
    }
}

impl Target for Hasher<File> {
    fn restart(&mut self) -> io::Result<()> {
        self.sha256.reset();
        self.to.set_len(0)?;
        self.to.rewind()
    }
}
