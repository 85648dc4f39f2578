use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use clerk_core::HttpResponse;
use http::Response;
use http::header::CONTENT_LENGTH;
use hyper::body::{Body, Frame, SizeHint};

/// The body of a response, which may break off.
#[derive(Debug)]
pub(super) struct ResponseBody {
    data: Option<Bytes>,
    then: Then,
}

/// What follows the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    /// Gives the connection time to write the data before it closes.
    Flush,
    Close,
}

impl ResponseBody {
    pub(super) const fn whole(data: Bytes) -> Self {
        Self {
            data: Some(data),
            then: Then::End,
        }
    }

    /// Returns the response with the length of its whole body and the first half of its bytes.
    pub(super) fn truncate(mut response: HttpResponse) -> Response<Self> {
        let length = response.body().len();
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
        response.map(|whole| Self {
            data: Some(whole.slice(..length / 2)),
            then: Then::Flush,
        })
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.then {
            Then::End => Poll::Ready(None),
            Then::Flush => {
                self.then = Then::Close;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Then::Close => Poll::Ready(Some(Err(Closed))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.data, self.then) {
            (Some(data), Then::End) => SizeHint::with_exact(data.len() as u64),
            (None, Then::End) => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}

/// An error that closes the connection at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection closes without a complete response")
    }
}

impl StdError for Closed {}
