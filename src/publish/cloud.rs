//! S3, Google Cloud Storage, Azure Blob Storage, and all that speak like them, through `object_store`.
//!
//! Credentials, regions and endpoints come from the variables and files of each cloud.

use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, UpdateVersion,
};
use tokio::runtime::Runtime;
use url::Url;

use super::attributes::{attributes_of, digest_of, headers_of};
use super::background::Background;
use super::cloud_error::{cause, chain, is_unanswered, said};
use super::cloud_settings::{
    Bucket, Patience, SettingsError, credentials_hint, open_bucket, variable_of,
};
use super::connection::{ClaimStale, Connection, NoEndpoint};
use super::index_key::IndexKeys;
use super::pace::MAX_PARALLEL;
use super::price::PriceList;
use super::requests::Requests;
use super::root::ROOT_KEY;
use super::slash_keys::{has_stand_in, with_stand_in, without_stand_in, without_stand_ins};
use super::store::{Found, Listed, Object, Store, StoreError, Tag};
use crate::hosting::ObjectHeaders;

/// A bucket, or what is below a prefix of one.
pub(super) struct CloudStore {
    address: String,
    /// Scheme and bucket, such as `s3://bucket/`.
    place: String,
    /// Empty, or ends in `/`.
    prefix: String,
    bucket: Bucket,
    connection: Connection,
    runtime: Background,
}

impl CloudStore {
    /// Opens `url`, such as `s3://bucket/prefix`. No request is made.
    ///
    /// # Errors
    /// When the address names no bucket, or a variable of the cloud is wrong.
    pub(super) fn open(url: &Url, patience: Patience) -> Result<Self, StoreError> {
        let target_error = |reason: String| StoreError::Target {
            target: url.to_string(),
            reason,
        };
        let bucket_name = url.host_str().unwrap_or_default();
        if bucket_name.is_empty() {
            return Err(target_error("it names no bucket".to_owned()));
        }
        let connection = Connection::new();
        let bucket = open_bucket(url.scheme(), bucket_name, &connection, patience);
        let bucket = bucket.map_err(|error| match error {
            SettingsError::Credentials { .. } | SettingsError::AskedKeys { .. } => {
                StoreError::NoCredentials {
                    store: format!("`{}`", place_of(url)),
                    reason: error.to_string(),
                    hint: credentials_hint(url.scheme()),
                }
            }
            error => target_error(error.to_string()),
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .map_err(|error| target_error(error.to_string()))?;
        Ok(Self::of(url, bucket, connection, runtime))
    }

    fn of(url: &Url, bucket: Bucket, connection: Connection, runtime: Runtime) -> Self {
        let path = percent_encoding::percent_decode_str(url.path()).decode_utf8_lossy();
        let prefix = match path.trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Self {
            address: url.as_str().trim_end_matches('/').to_owned(),
            place: place_of(url),
            prefix,
            bucket,
            connection,
            runtime: Background::new(runtime),
        }
    }

    /// What `objects` hold, as if it were the bucket at `url`.
    #[cfg(test)]
    pub(super) fn in_memory(url: &str, objects: std::sync::Arc<dyn ObjectStore>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .expect("a runtime");
        let url = Url::parse(url).expect("an address");
        let bucket = Bucket {
            objects,
            slash_objects: None,
            endpoint: None,
        };
        Self::of(&url, bucket, Connection::new(), runtime)
    }

    fn path(&self, key: &str) -> Result<Path, StoreError> {
        self.whole_path(&format!("{}{key}", self.prefix))
    }

    fn whole_path(&self, path: &str) -> Result<Path, StoreError> {
        Path::parse(with_stand_in(path)).map_err(|error| StoreError::Other {
            store: self.name(),
            key: path.to_owned(),
            reason: error.to_string(),
        })
    }

    fn key(&self, path: &Path) -> Option<String> {
        let key = without_stand_in(path.as_ref());
        Some(key.strip_prefix(&self.prefix)?.to_owned())
    }

    /// What reaches the objects at all of `paths`.
    fn objects(&self, paths: &[&Path]) -> &dyn ObjectStore {
        match &self.bucket.slash_objects {
            Some(objects) if paths.iter().copied().any(has_stand_in) => &**objects,
            _ => &*self.bucket.objects,
        }
    }

    fn head_at(&self, key: &str, path: &Path) -> Result<Option<Found>, StoreError> {
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let objects = self.objects(&[path]);
        match self.runtime.block_on(objects.get_opts(path, options)) {
            Ok(got) => Ok(Some(Found {
                digest: digest_of(&got.attributes),
                headers: headers_of(&got.attributes),
            })),
            Err(error) => self.missing(key, error),
        }
    }

    /// What `error` means, but for the answer that there is no such object.
    fn error(&self, key: &str, error: &object_store::Error) -> StoreError {
        let (store, key) = (self.name(), key.to_owned());
        let text = without_stand_ins(&chain(error));
        let reason = said(&text);
        let has = |word: &str| text.contains(word);
        if has(&ClaimStale.to_string()) {
            return StoreError::ClaimStale { store };
        }
        if has("NoSuchBucket") || has("ContainerNotFound") || has("bucket does not exist") {
            return StoreError::NoBucket { store };
        }
        if has("RequestTimeTooSkewed") || has("RequestExpired") {
            return StoreError::Clock { store, reason };
        }
        // The address at which machines of a cloud learn who they are.
        if has("169.254.169.254") || has("metadata.google.internal") {
            let (scheme, _) = self.place.split_once(':').unwrap_or_default();
            return StoreError::NoCredentials {
                store,
                reason: "no variable names any, and this machine has none of its own".to_owned(),
                hint: credentials_hint(scheme),
            };
        }
        if let Some(NoEndpoint { endpoint, reason }) = cause(error) {
            return StoreError::NoEndpoint {
                endpoint: endpoint.clone(),
                variable: variable_of(endpoint),
                reason: reason.clone(),
            };
        }
        match error {
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => {
                StoreError::Refused { store, key, reason }
            }
            _ if is_unanswered(error) => StoreError::Unreachable { store, reason },
            _ => StoreError::Other { store, key, reason },
        }
    }
}

/// An object, or a range of it, as it came.
struct Fetched {
    bytes: Vec<u8>,
    attributes: Attributes,
    meta: ObjectMeta,
}

/// Bytes of an object, and what they are encoded in.
pub(super) struct Stored {
    pub(super) bytes: Vec<u8>,
    pub(super) encoding: Option<String>,
}

impl CloudStore {
    /// The bytes of the object at `key` or of a range of it; `None` if there is no such object. A range may end behind the object, and begin before its end.
    pub(super) fn read(
        &self,
        key: &str,
        range: Option<std::ops::Range<u64>>,
        max_bytes: u64,
    ) -> Result<Option<Stored>, StoreError> {
        let fetched = self.fetch(key, range, max_bytes)?;
        Ok(fetched.map(|fetched| {
            let encoding = fetched.attributes.get(&Attribute::ContentEncoding);
            Stored {
                encoding: encoding.map(|encoding| encoding.to_string()),
                bytes: fetched.bytes,
            }
        }))
    }

    fn fetch(
        &self,
        key: &str,
        range: Option<std::ops::Range<u64>>,
        max_bytes: u64,
    ) -> Result<Option<Fetched>, StoreError> {
        let path = self.path(key)?;
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let got = self.runtime.block_on(async {
            let got = self.objects(&[&path]).get_opts(&path, options).await?;
            let (attributes, meta) = (got.attributes.clone(), got.meta.clone());
            if got.range.end - got.range.start > max_bytes {
                return Ok(None);
            }
            let bytes = got.bytes().await?.to_vec();
            Ok(Some(Fetched {
                bytes,
                attributes,
                meta,
            }))
        });
        match got {
            Ok(Some(fetched)) => Ok(Some(fetched)),
            Ok(None) => Err(StoreError::TooLong {
                store: self.name(),
                key: key.to_owned(),
                max_bytes,
            }),
            Err(error) => self.missing(key, error),
        }
    }
}

impl Store for CloudStore {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>, StoreError> {
        let fetched = self.fetch(key, None, max_bytes)?;
        Ok(fetched.map(|fetched| Object {
            bytes: fetched.bytes,
            headers: headers_of(&fetched.attributes),
            digest: digest_of(&fetched.attributes),
            tag: Some(Tag {
                e_tag: fetched.meta.e_tag,
                version: fetched.meta.version,
            }),
        }))
    }

    fn head(&self, key: &str) -> Result<Option<Found>, StoreError> {
        self.head_at(key, &self.path(key)?)
    }

    fn put(&self, key: &str, object: &Object) -> Result<(), StoreError> {
        let options = PutOptions {
            attributes: attributes_of(object),
            ..PutOptions::default()
        };
        let path = self.path(key)?;
        let objects = self.objects(&[&path]);
        let put = objects.put_opts(&path, object.bytes.clone().into(), options);
        let put = self.runtime.block_on(put);
        put.map(drop).map_err(|error| self.error(key, &error))
    }

    fn put_if(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Option<&Tag>,
    ) -> Result<Option<Tag>, StoreError> {
        let object = Object {
            headers: Some(ObjectHeaders {
                content_type: "application/json".to_owned(),
                cache_control: "no-cache".to_owned(),
                ..ObjectHeaders::default()
            }),
            ..Object::default()
        };
        let mode = expected.map_or(PutMode::Create, |tag| {
            PutMode::Update(UpdateVersion {
                e_tag: tag.e_tag.clone(),
                version: tag.version.clone(),
            })
        });
        let options = PutOptions {
            mode,
            attributes: attributes_of(&object),
            ..PutOptions::default()
        };
        let path = self.path(key)?;
        let objects = self.objects(&[&path]);
        let put = objects.put_opts(&path, bytes.to_vec().into(), options);
        match self.runtime.block_on(put) {
            Ok(put) => Ok(Some(Tag {
                e_tag: put.e_tag,
                version: put.version,
            })),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(None),
            Err(error) => Err(self.error(key, &error)),
        }
    }

    fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let (source, target) = (self.path(from)?, self.path(to)?);
        let objects = self.objects(&[&source, &target]);
        let copied = self.runtime.block_on(objects.copy(&source, &target));
        match copied {
            Ok(()) => Ok(true),
            Err(error) => Ok(self.missing::<()>(from, error)?.is_some()),
        }
    }

    fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        // `object_store` does not know that to delete twice is to delete once.
        let once = || self.delete_once(keys);
        let again = |error| match error {
            StoreError::Unreachable { .. } => once(),
            error => Err(error),
        };
        once().or_else(again).or_else(again)
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, StoreError> {
        let folder = format!("{}{folder}", self.prefix);
        let prefix = match folder.trim_end_matches('/') {
            "" => None,
            prefix => Some(self.whole_path(prefix)?),
        };
        let Bucket {
            objects,
            slash_objects,
            ..
        } = &self.bucket;
        let objects = slash_objects.as_ref().unwrap_or(objects);
        let listed = objects.list(prefix.as_ref()).try_collect::<Vec<_>>();
        let listed = self.runtime.block_on(listed);
        let listed = listed.map_err(|error| self.error(&folder, &error))?;
        let listed = listed.into_iter().filter_map(|meta| {
            let key = self.key(&meta.location)?;
            Some(Listed {
                key,
                len: meta.size,
            })
        });
        Ok(listed.collect())
    }

    fn outer(&self) -> Result<Option<String>, StoreError> {
        let ends = self.prefix.match_indices('/').map(|(at, _)| at + 1);
        let around = [0]
            .into_iter()
            .chain(ends)
            .take_while(|end| *end < self.prefix.len());
        for end in around {
            let outer = &self.prefix[..end];
            let path = self.whole_path(&format!("{outer}{ROOT_KEY}"))?;
            match self.head_at(ROOT_KEY, &path) {
                Ok(Some(_)) => {
                    let outer = format!("{}{outer}", self.place);
                    return Ok(Some(format!("`{}`", outer.trim_end_matches('/'))));
                }
                // Whoever may not look there may not write there either.
                Ok(None) | Err(StoreError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn allow_writes_until(&self, deadline: Instant) {
        self.connection.allow_writes_until(deadline);
    }

    fn keeps_headers(&self) -> bool {
        true
    }

    fn index_keys(&self) -> IndexKeys {
        match &self.bucket.slash_objects {
            None => IndexKeys::No,
            Some(_) if self.prefix.is_empty() => IndexKeys::Folders,
            Some(_) => IndexKeys::FoldersAndHome,
        }
    }

    fn max_parallel(&self) -> usize {
        MAX_PARALLEL
    }

    fn requests(&self) -> Requests {
        self.connection.requests()
    }

    fn prices(&self) -> Option<PriceList> {
        let (scheme, _) = self.place.split_once(':')?;
        PriceList::of(scheme, self.bucket.endpoint.as_deref())
    }
}

impl CloudStore {
    fn delete_once(&self, keys: &[String]) -> Result<(), StoreError> {
        let paths = keys.iter().map(|key| self.path(key));
        let paths = paths.collect::<Result<Vec<_>, _>>()?;
        let objects = self.objects(&paths.iter().collect::<Vec<_>>());
        let paths = futures_util::stream::iter(paths).map(Ok).boxed();
        let deleted = objects.delete_stream(paths).collect::<Vec<_>>();
        // To the last: one that was not there says nothing of the others.
        let failed = self.runtime.block_on(deleted).into_iter();
        let failed = failed.filter_map(Result::err);
        let key = keys.first().map_or("", String::as_str);
        let mut outcomes = failed.map(|error| self.missing::<()>(key, error).map(drop));
        outcomes.find(Result::is_err).unwrap_or(Ok(()))
    }

    /// `None` if `error` says that there is no such object.
    fn missing<T>(&self, key: &str, error: object_store::Error) -> Result<Option<T>, StoreError> {
        match self.error(key, &error) {
            StoreError::NoBucket { store } => Err(StoreError::NoBucket { store }),
            _ if matches!(error, object_store::Error::NotFound { .. }) => Ok(None),
            other => Err(other),
        }
    }
}

/// Scheme and bucket of `url`.
fn place_of(url: &Url) -> String {
    format!("{}://{}/", url.scheme(), url.host_str().unwrap_or_default())
}
