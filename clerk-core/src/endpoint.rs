//! One description per operation, for the SDK's operations and for your own.

mod declare;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::InvalidRequest;
use crate::operation::Operation;

/// What RFC 3986, 2.3 calls unreserved needs no encoding, and everything else gets it.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How many bytes a body can have before it has to be moved to a larger place: a bulk call of ten people mostly fits.
const ROOM_FOR_BODY: usize = 2048;

/// A typed call: what goes out, and what the answer decodes to.
///
/// The SDK's own requests implement it, and so does one of yours for any operation that the SDK does not have:
/// [`Client::execute`](crate::Client::execute) sends both with the same retries, limits and errors.
///
/// ```
/// use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};
///
/// static BAN_USER: Operation = Operation::post("BanUser", "/users/{user_id}/ban").idempotent();
///
/// struct BanUser<'a> {
///     user_id: &'a str,
/// }
///
/// impl Endpoint for BanUser<'_> {
///     type Output = serde_json::Value;
///
///     fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
///         BAN_USER.request().path_param("user_id", self.user_id)
///     }
/// }
/// ```
pub trait Endpoint: Sync {
    /// What a successful answer decodes to; `()` for an answer without a body.
    type Output: DeserializeOwned + Send;

    /// Writes the request: [`Operation::request`] starts it.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] for what the API would refuse for certain. Nothing is sent then.
    fn request(&self) -> Result<EndpointRequest, InvalidRequest>;
}

impl<E: Endpoint + ?Sized> Endpoint for &E {
    type Output = E::Output;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        (**self).request()
    }
}

/// A request below the client's base URL: path, query and JSON body.
///
/// It is an [`Endpoint`] too, whose output is raw JSON:
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
    body: Option<Bytes>,
}

impl Operation {
    /// Starts a request for this operation.
    pub fn request(&self) -> EndpointRequest {
        EndpointRequest {
            operation: self.clone(),
            path: Cow::Borrowed(self.path()),
            query: String::new(),
            body: None,
        }
    }
}

impl EndpointRequest {
    /// Puts `value`, percent-encoded, in the place of `{name}` in the path.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] if the value is empty, `.` or `..` (no encoding keeps those from changing the path, RFC 3986,
    /// 5.2.4), or if the path has no such parameter.
    pub fn path_param(mut self, name: &str, value: impl AsRef<str>) -> Result<Self, InvalidRequest> {
        let value = value.as_ref();
        if matches!(value, "" | "." | "..") {
            return Err(self.invalid(format!("{name} must not be empty, \".\" or \"..\"")));
        }
        let placeholder = format!("{{{name}}}");
        let Some(at) = self.path.find(&placeholder) else {
            return Err(self.invalid(format!("the path has no parameter {name}")));
        };
        let mut path = String::with_capacity(self.path.len() + value.len());
        path.push_str(&self.path[..at]);
        path.extend(utf8_percent_encode(value, ENCODED));
        path.push_str(&self.path[at + placeholder.len()..]);
        self.path = Cow::Owned(path);
        Ok(self)
    }

    /// Adds a query parameter; one of the same name stays. Both are percent-encoded.
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

    /// Adds a query parameter once for each value, which is how Clerk takes several.
    #[must_use]
    pub fn query_all(self, name: &str, values: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        values
            .into_iter()
            .fold(self, |request, value| request.query(name, value))
    }

    /// The number that is given for a query parameter.
    pub(crate) fn query_number(&self, name: &str) -> Option<u64> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then(|| value.parse().ok())?)
    }

    /// Gives a query parameter this number in the place of what it had.
    pub(crate) fn set_query_number(mut self, name: &str, number: u64) -> Self {
        let is_other = |pair: &&str| pair.split_once('=').is_none_or(|(key, _)| key != name);
        self.query = self.query.split('&').filter(is_other).collect::<Vec<_>>().join("&");
        self.query(name, number)
    }

    /// Sends `body` as JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] if it cannot be written as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self, InvalidRequest> {
        let mut json = Vec::with_capacity(ROOM_FOR_BODY);
        match serde_json::to_writer(&mut json, body) {
            Ok(()) => {
                self.body = Some(json.into());
                Ok(self)
            }
            Err(_) => Err(self.invalid("the body cannot be written as JSON")),
        }
    }

    /// Adds a field to the JSON object of the body if there is a value. Without any field the request has no body.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] if the value cannot be written as JSON, or if the body set by [`json`](Self::json) is not an object.
    pub fn json_field(mut self, name: &str, value: Option<impl Serialize>) -> Result<Self, InvalidRequest> {
        let Some(value) = value else {
            return Ok(self);
        };
        let (Ok(name), Ok(value)) = (serde_json::to_string(name), serde_json::to_string(&value)) else {
            return Err(self.invalid(format!("the field {name} cannot be written as JSON")));
        };
        let Some(fields) = self.body.as_deref().unwrap_or(b"{}").strip_suffix(b"}") else {
            return Err(self.invalid("the body is not a JSON object"));
        };
        let separator = if fields == b"{" { "" } else { "," };
        let field = format!("{separator}{name}:{value}}}");
        self.body = Some([fields, field.as_bytes()].concat().into());
        Ok(self)
    }

    /// The error for a request that the API would refuse for certain. `reason` must show no address.
    pub fn invalid(&self, reason: impl Into<Cow<'static, str>>) -> InvalidRequest {
        InvalidRequest::new(self.operation.name(), reason)
    }

    /// The operation that is called.
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The path below `/v1`, encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark, encoded; empty if there is none.
    pub fn query_string(&self) -> &str {
        &self.query
    }

    /// The JSON body.
    pub const fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    pub(crate) fn into_parts(self) -> (Operation, Option<Bytes>) {
        (self.operation, self.body)
    }
}

impl Endpoint for EndpointRequest {
    type Output = serde_json::Value;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(self.clone())
    }
}

/// Shows sizes only: query and body can hold addresses.
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
    fn an_id_stays_one_path_segment() {
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
    fn ids_that_would_change_the_path_are_refused() {
        for id in ["", ".", ".."] {
            let error = REVOKE.request().path_param("invitation_id", id);
            assert_eq!(
                error.expect_err(id).to_string(),
                "Revoke was not sent: invitation_id must not be empty, \".\" or \"..\""
            );
        }
    }

    #[test]
    fn a_query_is_encoded_and_keeps_false_and_zero() {
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
    fn json_fields_are_added_to_an_object_only() {
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
