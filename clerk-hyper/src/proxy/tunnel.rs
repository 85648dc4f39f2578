use std::future::poll_fn;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::net::TcpStream;
use tower_service::Service;

use super::address::{Protocol, Proxy};
use super::error::{BoxError, TunnelError};
use super::selection::{Proxies, port};
use super::{http_connect, socks5};

/// Connects over TCP, directly or through a tunnel of the selected proxy.
#[derive(Clone)]
pub(crate) struct Tunnels {
    tcp: HttpConnector,
    proxies: Arc<Proxies>,
}

impl Tunnels {
    pub(crate) fn new(proxies: Proxies) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self {
            tcp,
            proxies: Arc::new(proxies),
        }
    }

    /// Connects to the host of `target`.
    pub(crate) fn connect(&self, target: Uri) -> impl Future<Output = Result<TcpStream, BoxError>> + Send + use<> {
        let mut tcp = self.tcp.clone();
        let proxy = self.proxies.select(&target).cloned();
        async move {
            match proxy {
                None => dial(&mut tcp, target).await,
                Some(proxy) => open(&mut tcp, &proxy, &target).await.map_err(|cause| {
                    let proxy = format!("{}:{}", proxy.host, proxy.port);
                    TunnelError { proxy, cause }.into()
                }),
            }
        }
    }
}

async fn dial(tcp: &mut HttpConnector, target: Uri) -> Result<TcpStream, BoxError> {
    poll_fn(|context| tcp.poll_ready(context)).await?;
    Ok(tcp.call(target).await?.into_inner())
}

/// Connects to the proxy and asks it for a tunnel to `target`.
async fn open(tcp: &mut HttpConnector, proxy: &Proxy, target: &Uri) -> Result<TcpStream, BoxError> {
    let address = Uri::builder()
        .scheme("http")
        .authority(format!("{}:{}", proxy.host, proxy.port))
        .path_and_query("/")
        .build()?;
    let mut stream = dial(tcp, address).await?;
    let (host, port) = (target.host().unwrap_or_default(), port(target));
    let credentials = proxy.credentials.as_ref();
    match proxy.protocol {
        Protocol::Http => http_connect::connect(&mut stream, &format!("{host}:{port}"), credentials).await?,
        Protocol::Socks5 => socks5::connect(&mut stream, host, port, credentials).await?,
    }
    Ok(stream)
}
