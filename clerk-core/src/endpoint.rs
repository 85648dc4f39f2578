//! Endpoints: typed requests, for the SDK's operations and for your own.

mod declare;
mod multipart;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::InvalidRequest;
use crate::operation::Operation;

pub use multipart::Multipart;

/// Everything except the unreserved characters (RFC 3986, 2.3) is percent-encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The initial capacity of a body, enough for most bulk calls of ten people.
const BODY_CAPACITY: usize = 2048;

/// A typed call: the request to send, and the type that the response decodes to.
///
/// All requests of the SDK implement it. Implement it for operations that the SDK does not have, by hand or with
/// [`endpoint!`](crate::endpoint): [`Client::execute`](crate::Client::execute) sends them with the same retries, rate limits
/// and errors.
///
/// ```
/// use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};
///
/// static DELETE_IMAGE: Operation = Operation::delete("DeleteUserProfileImage", "/users/{user_id}/profile_image");
///
/// struct DeleteUserProfileImage<'a> {
///     user_id: &'a str,
/// }
///
/// impl Endpoint for DeleteUserProfileImage<'_> {
///     type Output = serde_json::Value;
///
///     fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
///         DELETE_IMAGE.request().path_param("user_id", self.user_id)
///     }
/// }
/// ```
pub trait Endpoint: Sync {
    /// The type that a successful response decodes to. Use `()` for a response without a body.
    type Output: DeserializeOwned + Send;

    /// Creates the request, starting from [`Operation::request`].
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if Clerk would certainly refuse the request. Nothing is sent in that case.
    fn request(&self) -> Result<EndpointRequest, InvalidRequest>;
}

impl<E: Endpoint + ?Sized> Endpoint for &E {
    type Output = E::Output;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        (**self).request()
    }
}

/// A request relative to the client's base URL: path, query, headers, and a body of JSON or a form with files.
///
/// It is an [`Endpoint`] itself, and decodes to untyped JSON:
///
/// ```no_run
/// # async fn f(client: clerk_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use clerk_core::Operation;
///
/// let jwks = client.execute(&Operation::get("GetJWKS", "/jwks").request()).await?;
/// println!("{}", jwks["keys"]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct EndpointRequest {
    operation: Operation,
    path: Cow<'static, str>,
    query: String,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Operation {
    /// Starts a request for this operation.
    pub fn request(&self) -> EndpointRequest {
        EndpointRequest {
            operation: self.clone(),
            path: Cow::Borrowed(self.path()),
            query: String::new(),
            headers: HeaderMap::new(),
            body: None,
        }
    }
}

impl EndpointRequest {
    /// Replaces `{name}` in the path with the percent-encoded `value`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if the path has no such parameter, or if the value is empty, `.` or `..`: no encoding keeps
    /// those from changing the path (RFC 3986, 5.2.4).
    pub fn path_param(mut self, name: &str, value: impl AsRef<str>) -> Result<Self, InvalidRequest> {
        let value = value.as_ref();
        if matches!(value, "" | "." | "..") {
            return Err(self.invalid(format!("{name} must not be empty, \".\" or \"..\"")));
        }
        let after = |at: usize| self.path[at + 1..].strip_prefix(name)?.strip_prefix('}');
        let mut braces = self.path.match_indices('{').map(|(at, _)| at);
        let Some((at, rest)) = braces.find_map(|at| Some((at, after(at)?))) else {
            return Err(self.invalid(format!("the path has no parameter {name}")));
        };
        let mut path = String::with_capacity(self.path.len() + value.len());
        path.push_str(&self.path[..at]);
        path.extend(utf8_percent_encode(value, ENCODED));
        path.push_str(rest);
        self.path = Cow::Owned(path);
        Ok(self)
    }

    /// Adds a query parameter, percent-encoded. Existing parameters with the same name are kept.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(utf8_percent_encode(name, ENCODED));
        self.query.push('=');
        let value = value.to_string();
        self.query.extend(utf8_percent_encode(&value, ENCODED));
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_opt(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a query parameter once for each value, which is how Clerk accepts lists.
    #[must_use]
    pub fn query_all(self, name: &str, values: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        values
            .into_iter()
            .fold(self, |request, value| request.query(name, value))
    }

    /// Returns the value of a query parameter, if it is a number.
    pub(crate) fn query_number(&self, name: &str) -> Option<u64> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then(|| value.parse().ok())?)
    }

    /// Replaces a query parameter.
    pub(crate) fn set_query_number(mut self, name: &str, number: u64) -> Self {
        let is_other = |pair: &&str| pair.split_once('=').is_none_or(|(key, _)| key != name);
        self.query = self.query.split('&').filter(is_other).collect::<Vec<_>>().join("&");
        self.query(name, number)
    }

    /// Sets a header, in place of the client's own one of this name. It must not contain an email address, because layers and logs
    /// of transports may show it.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if the name or the value is no header (RFC 9110, 5), or the name is `Authorization`.
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Result<Self, InvalidRequest> {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.as_ref())) {
            (Ok(name), Ok(value)) if name != AUTHORIZATION => {
                self.headers.insert(name, value);
                Ok(self)
            }
            (Ok(AUTHORIZATION), _) => Err(self.invalid("the client sets the header Authorization itself")),
            _ => Err(self.invalid("a header has an invalid name or value")),
        }
    }

    /// Asks for another version of the API than [`Client::API_VERSION`](crate::Client::API_VERSION), such as `2025-11-10`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if the version cannot be the value of a header.
    pub fn api_version(self, version: &str) -> Result<Self, InvalidRequest> {
        self.header("clerk-api-version", version)
    }

    /// Sets the body to `body` as JSON.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if `body` cannot be serialized as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self, InvalidRequest> {
        let mut json = Vec::with_capacity(BODY_CAPACITY);
        match serde_json::to_writer(&mut json, body) {
            Ok(()) => {
                self.body = Some(json.into());
                Ok(self)
            }
            Err(_) => Err(self.invalid("the body cannot be serialized as JSON")),
        }
    }

    /// Adds a field to the JSON object in the body if there is a value.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if the value cannot be serialized as JSON, or if the body set by [`json`](Self::json) is not an object.
    pub fn json_field(mut self, name: &str, value: Option<impl Serialize>) -> Result<Self, InvalidRequest> {
        let Some(value) = value else {
            return Ok(self);
        };
        let (Ok(name), Ok(value)) = (serde_json::to_string(name), serde_json::to_string(&value)) else {
            return Err(self.invalid(format!("the field {name} cannot be serialized as JSON")));
        };
        let Some(fields) = self.body.as_deref().unwrap_or(b"{}").strip_suffix(b"}") else {
            return Err(self.invalid("the body is not a JSON object"));
        };
        let separator = if fields == b"{" { "" } else { "," };
        let field = format!("{separator}{name}:{value}}}");
        self.body = Some([fields, field.as_bytes()].concat().into());
        Ok(self)
    }

    /// Sets the body to a form with files, and `Content-Type` to its media type.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRequest`] if the media type of a file cannot be the value of a header.
    pub fn multipart(mut self, form: &Multipart) -> Result<Self, InvalidRequest> {
        let (media_type, body) = form.encode().map_err(|reason| self.invalid(reason))?;
        self.body = Some(body);
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Creates the error for a request that Clerk would certainly refuse. `reason` must not contain an email address.
    pub fn invalid(&self, reason: impl Into<Cow<'static, str>>) -> InvalidRequest {
        InvalidRequest::new(self.operation.name(), reason)
    }

    /// Returns the operation.
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Returns the percent-encoded path below `/v1`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the percent-encoded query without its question mark, or an empty text.
    pub fn query_string(&self) -> &str {
        &self.query
    }

    /// Returns the body.
    pub const fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    pub(crate) fn into_parts(self) -> (Operation, HeaderMap, Option<Bytes>) {
        (self.operation, self.headers, self.body)
    }
}

impl Endpoint for EndpointRequest {
    type Output = serde_json::Value;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(self.clone())
    }
}

/// Shows only the sizes of query and body, because they can contain email addresses.
impl fmt::Debug for EndpointRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointRequest")
            .field("operation", &self.operation.name())
            .field("query_bytes", &self.query.len())
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static REVOKE: Operation = Operation::post("Revoke", "/invitations/{invitation_id}/revoke");

    #[test]
    fn encodes_an_id_as_one_path_segment() {
        let cases = [
            ("inv_1", "/invitations/inv_1/revoke"),
            ("a/b?x=1", "/invitations/a%2Fb%3Fx%3D1/revoke"),
            ("a#b%2F", "/invitations/a%23b%252F/revoke"),
            ("ü {x}", "/invitations/%C3%BC%20%7Bx%7D/revoke"),
            ("...", "/invitations/.../revoke"),
        ];
        for (id, path) in cases {
            let request = REVOKE.request().path_param("invitation_id", id);
            assert_eq!(request.expect(id).path(), path);
        }
    }

    #[test]
    fn refuses_ids_that_would_change_the_path() {
        for id in ["", ".", ".."] {
            let error = REVOKE.request().path_param("invitation_id", id);
            assert_eq!(
                error.expect_err(id).to_string(),
                "Revoke was not sent: invitation_id must not be empty, \".\" or \"..\""
            );
        }
    }

    #[test]
    fn encodes_queries_and_keeps_false_and_zero() {
        let request = Operation::get("List", "/invitations")
            .request()
            .query("order_by", "+created_at")
            .query("paginated", false)
            .query("offset", 0)
            .query_opt("limit", None::<u32>)
            .query("query", "a+b&c@example.com");
        assert_eq!(
            request.query_string(),
            "order_by=%2Bcreated_at&paginated=false&offset=0&query=a%2Bb%26c%40example.com"
        );
    }

    #[test]
    fn adds_json_fields_to_objects_only() {
        let request = || Operation::post("Ban", "/ban").request();
        let fields = request()
            .json_field("a", Some(1))
            .and_then(|r| r.json_field("b", None::<u8>));
        let fields = fields.and_then(|r| r.json_field("c", Some("ü\""))).expect("JSON");
        assert_eq!(
            fields.body().map(Bytes::as_ref),
            Some(r#"{"a":1,"c":"ü\""}"#.as_bytes())
        );
        let object = request()
            .json(&serde_json::json!({ "x": {} }))
            .and_then(|r| r.json_field("a", Some(1)));
        assert_eq!(
            object.expect("JSON").body().map(Bytes::as_ref),
            Some(&br#"{"x":{},"a":1}"#[..])
        );
        let none = request().json_field("a", None::<u8>).expect("JSON");
        assert_eq!(none.body(), None);
        let array = request().json(&[1]).and_then(|r| r.json_field("a", Some(1)));
        assert_eq!(array.expect_err("an array").reason(), "the body is not a JSON object");
    }

    #[test]
    fn debug_shows_neither_query_nor_body() {
        let request = Operation::get("List", "/invitations")
            .request()
            .query("query", "ada@example.com")
            .json("ada@example.com")
            .expect("a string is JSON");
        assert!(!format!("{request:?}").contains("ada"));
    }
}
