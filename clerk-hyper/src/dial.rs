//! Opens the connections below TLS: over TCP, perhaps through a proxy, or as the application does it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use crate::proxy::{BoxError, Tunnels};

/// A connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Connection for Box<dyn Stream> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

type Dialing = Pin<Box<dyn Future<Output = Result<TokioIo<Box<dyn Stream>>, BoxError>> + Send>>;

/// Connects to the host of a URI.
#[derive(Clone)]
pub(crate) enum Dial {
    Tcp(Tunnels),
    /// The application's function.
    Own(Arc<dyn Fn(Uri) -> Dialing + Send + Sync>),
}

impl Dial {
    pub(crate) fn own<F, Fut, S, E>(connect: F) -> Self
    where
        F: Fn(Uri) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        E: Into<BoxError>,
    {
        Self::Own(Arc::new(move |target| boxed(connect(target))))
    }
}

fn boxed<S, E>(connecting: impl Future<Output = Result<S, E>> + Send + 'static) -> Dialing
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    E: Into<BoxError>,
{
    Box::pin(async move {
        let stream = connecting.await.map_err(Into::into)?;
        Ok(TokioIo::new(Box::new(stream) as Box<dyn Stream>))
    })
}

impl Service<Uri> for Dial {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = BoxError;
    type Future = Dialing;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Dialing {
        match self {
            Self::Tcp(tunnels) => boxed(tunnels.connect(target)),
            Self::Own(connect) => connect(target),
        }
    }
}
