//! TLS: certificates are verified, and the server chooses the version of HTTP.

use std::error::Error;
use std::sync::Arc;

use clerk_hyper::Delivery::NotSent;
use clerk_hyper::rustls::crypto::ring;
use clerk_hyper::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use clerk_hyper::rustls::{RootCertStore, ServerConfig};
use clerk_hyper::{HttpTransport, HyperTransport, SetupError, TransportErrorKind as Kind};
use http::Version;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::http2::{answer, serve};
use crate::server::{Server, builder, failure, get, in_time, kind_and_delivery, read_head, tls_config};

/// A certificate authority for tests.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        let issuer = Issuer::new(params, key);
        Self { certificate, issuer }
    }

    /// Returns a server's configuration with a certificate for `name`.
    fn server(&self, name: &str, alpn: &[&str]) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("a certificate")
            .der()
            .clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a matching key");
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        config
    }
}

/// Starts a server that answers one request per connection, over HTTP/2 or HTTP/1.1 as negotiated.
async fn start(config: ServerConfig) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::start(move |peer, _| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(peer.stream).await?;
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                return serve(stream, async |_, respond| answer(respond, "[]".into()).await).await;
            }
            read_head(&mut stream).await?;
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
                .await?;
            stream.shutdown().await
        }
    })
    .await
}

fn url(server: &Server) -> String {
    format!("https://{}/", server.address)
}

#[tokio::test]
async fn the_server_chooses_the_http_version() {
    let cases = [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"][..], Version::HTTP_11),
        (&[][..], Version::HTTP_11),
    ];
    let authority = Authority::new("trusted");
    let transport = HyperTransport::builder().add_root_certificate(authority.certificate.clone());
    let transport = transport.build().expect("a root certificate");
    for (alpn, version) in cases {
        let server = start(authority.server("127.0.0.1", alpn)).await;
        let response = in_time(transport.send(get(&url(&server)))).await.expect("answered");
        assert_eq!(response.version(), version, "{alpn:?}");
        assert_eq!(response.body().as_ref(), b"[]", "{alpn:?}");
    }
}

/// The client does not know yet that the server supports HTTP/2, so it starts a connection for each request.
#[tokio::test]
async fn answers_a_burst_of_first_requests() {
    let authority = Authority::new("trusted");
    let transport = HyperTransport::builder().add_root_certificate(authority.certificate.clone());
    let transport = transport.build().expect("a root certificate");
    let server = start(authority.server("127.0.0.1", &["h2"])).await;
    let mut sending = JoinSet::new();
    for _ in 0..10 {
        let transport = transport.clone();
        let request = get(&url(&server));
        sending.spawn(async move { transport.send(request).await });
    }
    for result in in_time(sending.join_all()).await {
        assert_eq!(result.expect("answered").version(), Version::HTTP_2);
    }
}

#[tokio::test]
async fn refuses_untrusted_certificates() {
    let authority = Authority::new("trusted");
    let trusting = |certificate: &CertificateDer<'static>| {
        let builder = HyperTransport::builder().add_root_certificate(certificate.clone());
        builder.build().expect("a root certificate")
    };
    let cases = [
        (
            "unknown authority",
            trusting(&Authority::new("untrusted").certificate),
            "127.0.0.1",
            "UnknownIssuer",
        ),
        (
            "wrong name",
            trusting(&authority.certificate),
            "api.example.com",
            "not valid for name",
        ),
    ];
    for (case, transport, name, reason) in cases {
        let server = start(authority.server(name, &["h2", "http/1.1"])).await;
        let error = failure(&transport, get(&url(&server))).await;
        assert_eq!(kind_and_delivery(&error), (Kind::Connect, NotSent), "{case}: {error:?}");
        let chain = std::iter::successors(Some(&error as &dyn Error), |&error| error.source());
        let chain: Vec<_> = chain.map(ToString::to_string).collect();
        assert!(chain.join(": ").contains(reason), "{case}: {chain:?}");
    }
}

#[tokio::test]
async fn tls_config_replaces_the_root_certificates() {
    let authority = Authority::new("trusted");
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).expect("a certificate");
    let mut config = tls_config(roots);
    config.alpn_protocols = vec![b"the transport sets them itself".to_vec()];
    let transport = builder().tls_config(config).build().expect("valid settings");
    let server = start(authority.server("127.0.0.1", &["h2"])).await;
    let response = in_time(transport.send(get(&url(&server)))).await.expect("answered");
    assert_eq!(response.version(), Version::HTTP_2);
}

#[tokio::test]
async fn sets_up_tls_on_connections_that_the_application_opens() {
    let authority = Authority::new("trusted");
    let server = start(authority.server("api.example.com", &["h2"])).await;
    let address = server.address;
    let builder = HyperTransport::builder().add_root_certificate(authority.certificate.clone());
    let transport = builder.connector(move |_target| TcpStream::connect(address)).build();
    let transport = transport.expect("a root certificate");
    let request = get("https://api.example.com/v1/users");
    let response = in_time(transport.send(request)).await.expect("answered");
    assert_eq!(response.version(), Version::HTTP_2);
}

#[test]
fn refuses_a_malformed_root_certificate() {
    let transport = HyperTransport::builder().add_root_certificate(CertificateDer::from(vec![1, 2, 3]));
    assert!(matches!(transport.build(), Err(SetupError::Tls(_))));
}
