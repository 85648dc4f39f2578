//! Reads a response's body, up to a maximum size.

use std::fmt;

use bytes::Bytes;
use clerk_core::{Delivery, TransportError, TransportErrorKind};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};

use crate::classify::classify_body;

/// Reads `body` to its end. Fails if it is larger than `limit` bytes.
pub(crate) async fn read(body: Incoming, limit: usize) -> Result<Bytes, TransportError> {
    // A body that declares too large a length is refused before it is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(error) => Err(classify_body(error)),
    }
}

fn too_large(limit: usize) -> TransportError {
    TransportError::new(TransportErrorKind::ResponseTooLarge, Delivery::MaybeDelivered).with_source(TooLarge { limit })
}

#[derive(Debug)]
struct TooLarge {
    limit: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the limit is {} bytes; raise it with `max_response_bytes`",
            self.limit
        )
    }
}

impl std::error::Error for TooLarge {}
