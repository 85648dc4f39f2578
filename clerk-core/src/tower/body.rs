use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes};
use http_body::{Frame, SizeHint};

use super::BoxError;

/// A request or response body held in memory.
///
/// `Debug` shows the length only.
#[derive(Clone, Default)]
pub struct Body(Bytes);

impl Body {
    /// Returns the bytes that have not been read yet.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then_some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// Why a body was not read to its end.
pub(super) enum ReadError {
    TooLarge,
    Failed(BoxError),
}

/// Reads a whole body of at most `limit` bytes. Trailers are dropped.
pub(super) async fn read<B>(body: B, limit: usize) -> Result<Bytes, ReadError>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let mut body = pin!(body);
    let mut read = Vec::new();
    if body.size_hint().lower() > limit as u64 {
        return Err(ReadError::TooLarge);
    }
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|error| ReadError::Failed(error.into()))?;
        let Ok(mut data) = frame.into_data() else { continue };
        if data.remaining() > limit - read.len() {
            return Err(ReadError::TooLarge);
        }
        if read.is_empty() && body.is_end_stream() {
            // A body of one chunk needs no copy.
            return Ok(data.copy_to_bytes(data.remaining()));
        }
        read.put(data);
    }
    Ok(read.into())
}
