//! What an object carries beside its bytes, in the words of `object_store`.

use object_store::{Attribute, Attributes};

use super::store::Object;
use crate::hosting::ObjectHeaders;

/// What `object_store` is to keep beside the bytes of `object`.
pub(super) fn attributes_of(object: &Object) -> Attributes {
    let mut attributes = Attributes::new();
    if let Some(headers) = &object.headers {
        let mut set = |attribute, value: &str| {
            attributes.insert(attribute, value.to_owned().into());
        };
        set(Attribute::ContentType, &headers.content_type);
        set(Attribute::CacheControl, &headers.cache_control);
        if let Some(disposition) = &headers.content_disposition {
            set(Attribute::ContentDisposition, disposition);
        }
        if let Some(encoding) = &headers.content_encoding {
            set(Attribute::ContentEncoding, encoding);
        }
    }
    if let Some(digest) = &object.digest {
        attributes.insert(DIGEST, digest.clone().into());
    }
    attributes
}

/// As [`Object::headers`].
pub(super) fn headers_of(attributes: &Attributes) -> Option<ObjectHeaders> {
    let value = |attribute| attributes.get(&attribute).map(|value| value.to_string());
    Some(ObjectHeaders {
        content_type: value(Attribute::ContentType)?,
        cache_control: value(Attribute::CacheControl).unwrap_or_default(),
        content_disposition: value(Attribute::ContentDisposition),
        content_encoding: value(Attribute::ContentEncoding),
    })
}

/// As [`Object::digest`].
pub(super) fn digest_of(attributes: &Attributes) -> Option<String> {
    attributes.get(&DIGEST).map(|digest| digest.to_string())
}

/// The key of user metadata that holds [`Object::digest`].
const DIGEST: Attribute = Attribute::Metadata(std::borrow::Cow::Borrowed("sha256"));
