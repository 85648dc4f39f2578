use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::address::{Protocol, Proxy};
use super::error::{BoxError, TunnelError};
use super::selection::{Proxies, port};
use super::{http_connect, socks5};

/// Connects over TCP, directly or through a tunnel of the selected proxy.
#[derive(Clone)]
pub(crate) struct Dial {
    tcp: HttpConnector,
    proxies: Arc<Proxies>,
}

impl Dial {
    pub(crate) fn new(tcp: HttpConnector, proxies: Proxies) -> Self {
        Self {
            tcp,
            proxies: Arc::new(proxies),
        }
    }
}

impl Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.select(&target).cloned() else {
            let connecting = self.tcp.call(target);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        let mut tcp = self.tcp.clone();
        Box::pin(async move {
            open(&mut tcp, &proxy, &target).await.map_err(|cause| {
                let proxy = format!("{}:{}", proxy.host, proxy.port);
                TunnelError { proxy, cause }.into()
            })
        })
    }
}

/// Connects to the proxy and asks it for a tunnel to `target`.
async fn open(tcp: &mut HttpConnector, proxy: &Proxy, target: &Uri) -> Result<TokioIo<TcpStream>, BoxError> {
    let address = Uri::builder()
        .scheme("http")
        .authority(format!("{}:{}", proxy.host, proxy.port))
        .path_and_query("/")
        .build()?;
    let mut stream = tcp.call(address).await?.into_inner();
    let (host, port) = (target.host().unwrap_or_default(), port(target));
    let credentials = proxy.credentials.as_ref();
    match proxy.protocol {
        Protocol::Http => http_connect::connect(&mut stream, &format!("{host}:{port}"), credentials).await?,
        Protocol::Socks5 => socks5::connect(&mut stream, host, port, credentials).await?,
    }
    Ok(TokioIo::new(stream))
}
