//! Keys of S3 that end in `/`, which paths of `object_store` cannot.
//!
//! A stand-in follows the slash where `object_store` sees the key. It is taken out of each request before that is signed,
//! and put into listings.

use std::borrow::Cow;
use std::fmt;

use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpService,
};
use object_store::path::Path;
use ureq::http::HeaderValue;

use super::connection::{Connection, collect, is_list};

/// No file of a site is called so. Its characters are the same in addresses.
const STAND_IN: &str = ".skillpress-index-key";

/// `key` as `object_store` sees it.
pub(super) fn with_stand_in(key: &str) -> Cow<'_, str> {
    match key.ends_with('/') {
        true => format!("{key}{STAND_IN}").into(),
        false => key.into(),
    }
}

/// The key that `object_store` sees as `path`.
pub(super) fn without_stand_in(path: &str) -> &str {
    let key = path.strip_suffix(STAND_IN);
    key.filter(|key| key.ends_with('/')).unwrap_or(path)
}

/// `text`, such as an error, with keys as they are.
pub(super) fn without_stand_ins(text: &str) -> String {
    text.replace(STAND_IN, "")
}

pub(super) fn has_stand_in(path: &Path) -> bool {
    without_stand_in(path.as_ref()) != path.as_ref()
}

/// Makes requests whose keys may end in `/`, and signs them.
#[derive(Clone)]
pub(super) struct SlashKeys {
    pub(super) connection: Connection,
    pub(super) region: String,
    /// `None` where requests are not signed.
    pub(super) credentials: Option<AwsCredentialProvider>,
    pub(super) is_requester_paying: bool,
}

impl fmt::Debug for SlashKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlashKeys").finish_non_exhaustive()
    }
}

impl HttpConnector for SlashKeys {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait::async_trait]
impl HttpService for SlashKeys {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_list = is_list(request.uri());
        // As one piece, so that its digest can be signed.
        let (parts, body) = request.into_parts();
        let body = collect(body).await?;
        let mut request = HttpRequest::from_parts(parts, HttpRequestBody::from(body));
        take_stand_in_out(&mut request)?;
        self.sign(&mut request).await?;
        let response = self.connection.call(request).await?;
        match is_list {
            true => put_stand_in_into(response).await,
            false => Ok(response),
        }
    }
}

impl SlashKeys {
    async fn sign(&self, request: &mut HttpRequest) -> Result<(), HttpError> {
        let Some(credentials) = &self.credentials else {
            return Ok(());
        };
        let credential = credentials.get_credential().await.map_err(failed)?;
        let authorizer = AwsAuthorizer::new(&credential, "s3", &self.region)
            .with_request_payer(self.is_requester_paying);
        authorizer.try_authorize(request, None).map_err(failed)
    }
}

/// Out of the address, and out of that of the object that a copy is made of.
fn take_stand_in_out(request: &mut HttpRequest) -> Result<(), HttpError> {
    const COPY_SOURCE: &str = "x-amz-copy-source";
    let uri = request.uri().to_string();
    if uri.contains(STAND_IN) {
        let uri = uri.replace(STAND_IN, "").parse();
        *request.uri_mut() = uri.map_err(failed)?;
    }
    if let Some(source) = request.headers_mut().get_mut(COPY_SOURCE)
        && let Ok(text) = source.to_str()
        && text.contains(STAND_IN)
    {
        *source = HeaderValue::from_str(without_stand_in(text)).map_err(failed)?;
    }
    Ok(())
}

async fn put_stand_in_into(response: HttpResponse) -> Result<HttpResponse, HttpError> {
    let (parts, body) = response.into_parts();
    let bytes = body.bytes().await.map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.replace("/</Key>", &format!("/{STAND_IN}</Key>"));
    Ok(HttpResponse::from_parts(parts, text.into()))
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_put_in_and_taken_out() {
        for key in ["skills/", "a/日本/", "skills/index.html", "skills"] {
            let path = with_stand_in(key);
            assert_eq!(without_stand_in(&path), key);
            assert_eq!(has_stand_in(&Path::from(&*path)), key.ends_with('/'));
        }
        assert_eq!(without_stand_in(STAND_IN), STAND_IN, "no key of ours");
    }
}
