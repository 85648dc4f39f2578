use clerk_core::SecretKey;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::error::Refusal;

/// Lets a request through that carries the instance's key.
pub(super) fn authorize(headers: &HeaderMap, key: &SecretKey) -> Result<(), Refusal> {
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return Err(Refusal::authentication_missing());
    };
    if key.authorizes(authorization) {
        return Ok(());
    }
    let is_bearer = authorization
        .as_bytes()
        .strip_prefix(b"Bearer ")
        .is_some_and(|token| !token.is_empty());
    Err(if is_bearer {
        Refusal::key_invalid()
    } else {
        Refusal::authorization_malformed()
    })
}
