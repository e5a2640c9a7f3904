//! What publishing needs of a place that keeps bytes under keys: an object store, or a folder.

use std::time::Instant;

use thiserror::Error;

use super::index_key::IndexKeys;
use super::price::PriceList;
use super::requests::Requests;
use crate::hosting::ObjectHeaders;

/// Keeps objects under keys, which are relative paths.
///
/// Calls block, may come from many threads, and have time limits and retries of their own.
pub trait Store: Send + Sync {
    /// Where it is, such as `s3://bucket/site`.
    fn address(&self) -> String;

    /// How errors call it: its address between backticks.
    fn name(&self) -> String {
        format!("`{}`", self.address())
    }

    /// The object at `key`, if there is one, of at most `max_bytes`.
    ///
    /// # Errors
    /// Here and below: what the store says, or that it says nothing.
    fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>, StoreError>;

    /// What is known of the object at `key` without its bytes, if there is one.
    fn head(&self, key: &str) -> Result<Option<Found>, StoreError>;

    /// Puts an object at `key`, in the place of what stood there.
    fn put(&self, key: &str, object: &Object) -> Result<(), StoreError>;

    /// Puts `bytes` at `key` if what stands there still has the tag `expected`, or with `None` if nothing stands there.
    /// Gives the new tag, or `None` if something else stands there.
    fn put_if(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Option<&Tag>,
    ) -> Result<Option<Tag>, StoreError>;

    /// Copies an object with its headers; `false` if there is none at `from`.
    fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Deletes the objects at `keys`, those that are there.
    fn delete(&self, keys: &[String]) -> Result<(), StoreError>;

    /// Every object below `folder`, which is empty or ends in `/`, with its length in bytes, in any order.
    fn list(&self, folder: &str) -> Result<Vec<Listed>, StoreError>;

    /// What a place around this one is called that has a publish record of its own, if there is one.
    fn outer(&self) -> Result<Option<String>, StoreError>;

    /// From now on no unconditional write begins after `deadline`: whoever could not renew a claim must not go on.
    fn allow_writes_until(&self, deadline: Instant);

    /// Whether objects keep their headers.
    fn keeps_headers(&self) -> bool;

    /// Which keys it can have at the addresses of folders, of which it serves no index documents.
    fn index_keys(&self) -> IndexKeys {
        IndexKeys::No
    }

    /// How many requests may run at once.
    fn max_parallel(&self) -> usize;

    /// Requests so far; a folder makes none.
    fn requests(&self) -> Requests;

    /// What requests cost, where that is known.
    fn prices(&self) -> Option<PriceList> {
        None
    }
}

/// Bytes, and what a store keeps beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// As they are stored, so possibly encoded.
    pub bytes: Vec<u8>,
    /// `None` for objects of our own, such as the publish record.
    pub headers: Option<ObjectHeaders>,
    /// SHA-256 of the bytes before any encoding, in hexadecimal. A folder does not keep it.
    pub digest: Option<String>,
    /// Changes with every write. Given by stores, not taken.
    pub tag: Option<Tag>,
}

/// What is known of an object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As [`Object::digest`]; `None` when somebody else put it there.
    pub digest: Option<String>,
    /// As [`Object::headers`], as far as the store keeps them.
    pub headers: Option<ObjectHeaders>,
}

/// An object of a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Where it is.
    pub key: String,
    /// As it is stored, in bytes.
    pub len: u64,
}

/// Tells one state of an object from the next: an ETag, or a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tag {
    pub e_tag: Option<String>,
    pub version: Option<String>,
}

/// Why a store did not do what was asked.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum StoreError {
    /// It has no such bucket or container.
    #[error("{store} is not there")]
    NoBucket { store: String },
    /// Nobody said who asks.
    #[error("there are no credentials for {store}: {reason}")]
    NoCredentials {
        store: String,
        reason: String,
        /// Which variables would name them.
        hint: &'static str,
    },
    /// It knows who asks, or not, and refuses.
    #[error("{store} refuses `{key}`: {reason}")]
    Refused {
        store: String,
        key: String,
        reason: String,
    },
    /// The signature is of another time than the store's.
    #[error("{store} says that this machine's clock is wrong: {reason}")]
    Clock { store: String, reason: String },
    /// Nothing was ever answered at the address of the store.
    #[error("nothing answers at `{endpoint}`{}: {reason}", variable.as_ref().map(|it| format!(", which `{it}` names")).unwrap_or_default())]
    NoEndpoint {
        endpoint: String,
        /// The variable that names it.
        variable: Option<String>,
        reason: String,
    },
    /// No answer came.
    #[error("no answer from {store}: {reason}")]
    Unreachable { store: String, reason: String },
    /// The claim was not renewed in time.
    #[error("the claim on {store} could not be renewed in time, so nothing more is written")]
    ClaimStale { store: String },
    /// An object is larger than anything that belongs there.
    #[error("`{key}` in {store} is longer than {max_bytes} bytes")]
    TooLong {
        store: String,
        key: String,
        max_bytes: u64,
    },
    /// The address names no place, or its settings are wrong.
    #[error("`{target}` cannot be published to: {reason}")]
    Target { target: String, reason: String },
    /// Anything else.
    #[error("{store} failed with `{key}`: {reason}")]
    Other {
        store: String,
        key: String,
        reason: String,
    },
}

impl StoreError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoBucket { .. } => Some(
                "make the bucket first, and look at region and endpoint: `AWS_REGION`, `AWS_ENDPOINT_URL`",
            ),
            Self::NoCredentials { hint, .. } => Some(hint),
            Self::NoEndpoint { .. } => {
                Some("look at the address and at the network; nothing was published")
            }
            Self::Refused { .. } => Some(
                "the key must be allowed to read, write, delete and list objects of this bucket",
            ),
            Self::Clock { .. } => Some("set the clock of this machine"),
            Self::Unreachable { .. } => Some(
                "look at the network, and at the endpoint; the same command goes on where this one stopped",
            ),
            Self::ClaimStale { .. } => Some("the same command goes on where this one stopped"),
            Self::TooLong { .. } | Self::Target { .. } | Self::Other { .. } => None,
        }
    }
}
