//! What the server says on the wire: raw requests over TCP, answers compared byte by byte.

mod answers;
mod harness;
mod hostile;
mod live;
mod paths;
mod ranges;
