//! Buckets by the variables of each cloud, as `object_store` reads them, and by the profile of `aws configure`.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use thiserror::Error;
use url::Url;

use super::aws_profile::{AwsKeys, AwsProfile, ProfileError};
use super::cloud_error::deepest;
use super::connection::Connection;
use super::slash_keys::SlashKeys;

/// How long an answer is tried for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// As long as somebody waits who has nothing else to do.
    OfPublisher,
    /// As long as somebody waits for an answer.
    OfReader,
}

/// A bucket as `object_store` opens it.
pub(super) struct Bucket {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// The same for listings and for keys that end in `/`, with their stand-ins; `None` where there are no such keys.
    pub(super) slash_objects: Option<Arc<dyn ObjectStore>>,
    /// Of an S3 store that is not Amazon's.
    pub(super) endpoint: Option<String>,
}

/// Opens the bucket `name` of the cloud `scheme`: `s3`, `gs` or `az`.
///
/// # Errors
/// When a variable is missing or wrong.
pub(super) fn open_bucket(
    scheme: &str,
    name: &str,
    connection: &Connection,
    patience: Patience,
) -> Result<Bucket, SettingsError> {
    let (max_retries, retry_timeout) = match patience {
        Patience::OfPublisher => (10, Duration::from_secs(120)),
        Patience::OfReader => (2, Duration::from_secs(20)),
    };
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries,
        retry_timeout,
    };
    let objects: Arc<dyn ObjectStore> = match scheme {
        "gs" => Arc::new(
            GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(name)
                .with_retry(retry)
                .with_http_connector(connection.clone())
                .build()?,
        ),
        "az" => Arc::new(
            MicrosoftAzureBuilder::from_env()
                .with_container_name(name)
                .with_retry(retry)
                .with_http_connector(connection.clone())
                .build()?,
        ),
        _ => {
            return open_s3(
                s3_settings()?.with_bucket_name(name).with_retry(retry),
                connection,
            );
        }
    };
    Ok(Bucket {
        objects,
        slash_objects: None,
        endpoint: None,
    })
}

/// What variables say, or where they name no keys, the profile besides.
fn s3_settings() -> Result<AmazonS3Builder, SettingsError> {
    let mut builder = AmazonS3Builder::from_env();
    let is_set = |builder: &AmazonS3Builder, key| builder.get_config_value(&key).is_some();
    let has_keys = is_set(&builder, AmazonS3ConfigKey::AccessKeyId)
        || is_set(&builder, AmazonS3ConfigKey::SecretAccessKey)
        || is_set(&builder, AmazonS3ConfigKey::Token)
        || is_set(&builder, AmazonS3ConfigKey::WebIdentityTokenFile)
        || is_true(&builder, AmazonS3ConfigKey::SkipSignature);
    let profile = match has_keys {
        true => AwsProfile::default(),
        false => AwsProfile::read()?,
    };
    match profile.keys {
        None => {}
        Some(AwsKeys::Asked { by }) => {
            let profile = profile.name;
            return Err(SettingsError::AskedKeys { profile, by });
        }
        Some(AwsKeys::Written {
            id,
            secret,
            session_token,
        }) => {
            builder = builder
                .with_access_key_id(id)
                .with_secret_access_key(secret);
            if let Some(token) = session_token {
                builder = builder.with_token(token);
            }
        }
    }
    if let Some(region) = profile
        .region
        .filter(|_| !is_set(&builder, AmazonS3ConfigKey::Region))
    {
        builder = builder.with_region(region);
    }
    let of_s3 = builder.get_config_value(&AmazonS3ConfigKey::S3Endpoint);
    let of_all = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
    let named = [
        (of_s3, "AWS_ENDPOINT_URL_S3"),
        (of_all, "AWS_ENDPOINT_URL"),
        (profile.endpoint_url, "endpoint_url"),
    ];
    let mut named = named.into_iter().filter_map(|(it, by)| Some((it?, by)));
    let named = named.next();
    // The store may be another than Amazon's, which would be given the keys.
    if profile.has_services && !named.as_ref().is_some_and(|(_, by)| by.starts_with("AWS_")) {
        let profile = profile.name;
        return Err(SettingsError::Services { profile });
    }
    let Some((endpoint, named_by)) = named else {
        return Ok(builder);
    };
    // What is no URL makes `object_store` panic.
    let url = Url::parse(&endpoint).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err(SettingsError::Endpoint { named_by, endpoint });
    };
    // Whoever names an endpoint of this machine by `http` means it; another needs `AWS_ALLOW_HTTP`.
    if is_loopback(&url) {
        builder = builder.with_allow_http(true);
    }
    Ok(builder.with_endpoint(endpoint))
}

fn is_true(builder: &AmazonS3Builder, key: AmazonS3ConfigKey) -> bool {
    let value = builder.get_config_value(&key);
    let value = value.unwrap_or_default().to_ascii_lowercase();
    matches!(&*value, "1" | "true" | "on" | "yes" | "y")
}

fn open_s3(builder: AmazonS3Builder, connection: &Connection) -> Result<Bucket, SettingsError> {
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
    let is_unsigned = is_true(&builder, AmazonS3ConfigKey::SkipSignature);
    let is_requester_paying = is_true(&builder, AmazonS3ConfigKey::RequestPayer);
    let is_express = is_true(&builder, AmazonS3ConfigKey::S3Express);
    let objects = builder
        .clone()
        .with_http_connector(connection.clone())
        .build()?;
    let slash_keys = SlashKeys {
        connection: connection.clone(),
        region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        credentials: (!is_unsigned).then(|| objects.credentials().clone()),
        is_requester_paying,
    };
    // Each by itself, since bulk deletes have keys, and their sum, in the body.
    let slash_objects = builder
        .with_http_connector(slash_keys)
        .with_skip_signature(true)
        .with_disable_bulk_delete(true)
        .build()?;
    Ok(Bucket {
        objects: Arc::new(objects),
        // There requests are signed for a session.
        slash_objects: (!is_express).then(|| Arc::new(slash_objects) as Arc<dyn ObjectStore>),
        endpoint,
    })
}

/// A part of `url` that means nothing here: whoever wrote it meant something.
pub(super) fn superfluous_part(url: &Url) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it says who logs in; credentials come from the variables of the cloud");
    }
    if url.port().is_some() {
        return Some("it has a port; `AWS_ENDPOINT_URL` names a server of your own");
    }
    if url.query().is_some() {
        return Some("it has a `?`; in a name it is written `%3F`");
    }
    let fragment = url.fragment();
    fragment.map(|_| "it has a `#`; in a name it is written `%23`")
}

/// `target` without what stands before an `@`, which may be a password.
pub(super) fn without_login(target: &str) -> String {
    match target.split_once("://") {
        Some((scheme, rest)) => {
            let place = rest.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{place}")
        }
        None => target.to_owned(),
    }
}

/// Why the variables of a cloud lead nowhere.
#[derive(Debug, Error)]
pub(super) enum SettingsError {
    #[error("`{named_by}` is `{endpoint}`, which is no `https://` address")]
    Endpoint {
        /// A variable, or a setting of the profile.
        named_by: &'static str,
        endpoint: String,
    },
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("profile `{profile}` gets its keys by `{by}`")]
    AskedKeys { profile: String, by: &'static str },
    #[error(
        "profile `{profile}` names its endpoints by `services`, which is not read; `AWS_ENDPOINT_URL` names one"
    )]
    Services { profile: String },
    #[error("{reason}")]
    Credentials { reason: String },
    #[error("{reason}")]
    Other { reason: String },
}

impl From<object_store::Error> for SettingsError {
    fn from(error: object_store::Error) -> Self {
        let reason = deepest(&error);
        let missing = [
            "Missing AccessKeyId",
            "Missing SecretAccessKey",
            "Account must be specified",
        ];
        match missing.contains(&&*reason) {
            true => Self::Credentials { reason },
            false => Self::Other { reason },
        }
    }
}

/// Which variables name credentials.
pub(super) fn credentials_hint(scheme: &str) -> &'static str {
    match scheme {
        "gs" => {
            "set `GOOGLE_SERVICE_ACCOUNT` or `GOOGLE_APPLICATION_CREDENTIALS` to the path of a key file"
        }
        "az" => {
            "set `AZURE_STORAGE_ACCOUNT_NAME`, and `AZURE_STORAGE_ACCOUNT_KEY` or `AZURE_STORAGE_SAS_KEY`"
        }
        _ => {
            "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or write them into `~/.aws/credentials` by `aws configure`; those that a profile gets by a login, a role or a command become variables by `eval \"$(aws configure export-credentials --format env)\"`"
        }
    }
}

/// The variable of a cloud that names the host of `endpoint`.
pub(super) fn variable_of(endpoint: &str) -> Option<String> {
    let endpoint = Url::parse(endpoint).ok()?;
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        let is_of_a_cloud = ["AWS_", "AZURE_", "AZURITE_"]
            .iter()
            .any(|of| name.starts_with(of));
        let is_host = Url::parse(&value).is_ok_and(|url| url.host() == endpoint.host());
        (is_of_a_cloud && is_host).then_some(name)
    });
    variables.min()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
