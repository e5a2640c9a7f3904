//! Drives the real command in temporary folders; one binary, one harness.

mod badge;
mod build;
mod check;
mod discovery;
mod documents;
mod file_counts;
mod floors;
mod frozen;
mod harness;
mod host_names;
mod hostile;
mod hostile_names;
mod hostile_site;
mod init;
mod inspect;
mod links;
mod mcp;
mod operator;
mod outside;
mod plain_server;
mod read;
mod report;
mod search;
mod serve;
mod texts;
mod wasm;
