//! Buckets by the variables of each cloud, as `object_store` reads them.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use thiserror::Error;
use url::Url;

use super::cloud_error::deepest;
use super::connection::Connection;

/// Opens the bucket `bucket` of the cloud `scheme`: `s3`, `gs` or `az`.
///
/// # Errors
/// When a variable is missing or wrong.
pub(super) fn open_objects(
    scheme: &str,
    bucket: &str,
    connection: &Connection,
) -> Result<Arc<dyn ObjectStore>, SettingsError> {
    check_endpoint(scheme)?;
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 10,
        retry_timeout: Duration::from_secs(120),
    };
    let connection = connection.clone();
    Ok(match scheme {
        "gs" => Arc::new(
            GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(bucket)
                .with_retry(retry)
                .with_http_connector(connection)
                .build()?,
        ),
        "az" => Arc::new(
            MicrosoftAzureBuilder::from_env()
                .with_container_name(bucket)
                .with_retry(retry)
                .with_http_connector(connection)
                .build()?,
        ),
        _ => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
            // Whoever names an endpoint of this machine by `http` means it; another needs `AWS_ALLOW_HTTP`.
            let is_local = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| is_loopback(&url));
            let builder = if is_local {
                builder.with_allow_http(true)
            } else {
                builder
            };
            Arc::new(
                builder
                    .with_retry(retry)
                    .with_http_connector(connection)
                    .build()?,
            )
        }
    })
}

/// What is no URL makes `object_store` panic.
fn check_endpoint(scheme: &str) -> Result<(), SettingsError> {
    let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL") else {
        return Ok(());
    };
    let is_web = |url: Url| matches!(url.scheme(), "http" | "https");
    match scheme != "s3" || Url::parse(&endpoint).is_ok_and(is_web) {
        true => Ok(()),
        false => Err(SettingsError::Endpoint { endpoint }),
    }
}

/// Why the variables of a cloud lead nowhere.
#[derive(Debug, Error)]
pub(super) enum SettingsError {
    #[error("`AWS_ENDPOINT_URL` is `{endpoint}`, which is no `https://` address")]
    Endpoint { endpoint: String },
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
            "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; profiles in `~/.aws` are not read, `aws configure export-credentials --format env` prints them as variables"
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

fn is_loopback(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    })
}
