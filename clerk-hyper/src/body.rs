//! Reads a response's body, up to a maximum size.

use std::fmt;

use bytes::{Bytes, BytesMut};
use clerk_core::{Delivery, TransportError, TransportErrorKind};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::classify::classify_body;

/// Reads `body` to its end. Fails if it is larger than `limit` bytes.
///
/// Chunks are copied into one buffer, because each chunk that is kept holds the buffer that hyper read it into.
pub(crate) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, TransportError> {
    // A body that declares too large a length is refused before it is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let mut buffer = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(classify_body)?.into_data() else {
            continue;
        };
        if chunk.len() > limit - buffer.len() {
            return Err(too_large(limit));
        }
        if buffer.is_empty() && body.is_end_stream() {
            return Ok(chunk);
        }
        buffer.extend_from_slice(&chunk);
    }
    Ok(buffer.freeze())
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
