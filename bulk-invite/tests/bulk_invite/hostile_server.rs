//! Servers on loopback that do not behave like Clerk.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clerk_hyper::rustls::crypto::ring;
use clerk_hyper::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use clerk_hyper::rustls::{ServerConfig, ServerConnection, Stream};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// What a server does with each connection.
pub(crate) type Behavior = Arc<dyn Fn(TcpStream) + Send + Sync>;

/// Starts a server, and returns its host and port. It ends with the process.
pub(crate) fn start(behavior: Behavior) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let behavior = Arc::clone(&behavior);
            thread::spawn(move || behavior(connection));
        }
    });
    address.to_string()
}

/// Returns the host and port of a server that has ended.
pub(crate) fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

/// Answers each request with this status line, content type and body.
pub(crate) fn answering(status: &str, content_type: &str, body: &str) -> Behavior {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    saying(&answer)
}

/// Writes these bytes after the first bytes of the client, and closes the connection.
pub(crate) fn saying(answer: &str) -> Behavior {
    let answer = answer.to_owned();
    Arc::new(move |mut connection| {
        let mut request = [0; 4096];
        let _ = connection.read(&mut request);
        let _ = connection.write_all(answer.as_bytes());
        // Closing with unread bytes would reset the connection, and the client might lose the answer.
        let _ = connection.set_read_timeout(Some(Duration::from_secs(1)));
        let _ = connection.shutdown(std::net::Shutdown::Write);
        let _ = connection.read_to_end(&mut Vec::new());
    })
}

/// Answers the first call of a run, which reads the instance, and does with all others what `behavior` does.
pub(crate) fn after_instance(behavior: Behavior) -> Behavior {
    const PATH: &[u8] = b"GET /v1/instance ";
    let instance = answering(
        "200 OK",
        "application/json",
        r#"{"object":"instance","id":"ins_1","environment_type":"development"}"#,
    );
    Arc::new(move |connection| {
        let mut request = [0; PATH.len()];
        match connection.peek(&mut request) {
            Ok(length) if length == PATH.len() && request == PATH => instance(connection),
            _ => behavior(connection),
        }
    })
}

/// Accepts connections and never writes.
pub(crate) fn silent() -> Behavior {
    Arc::new(|mut connection| {
        let _ = connection.read_to_end(&mut Vec::new());
    })
}

/// A certificate authority, and servers with certificates of it.
pub(crate) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// Returns the certificate in the form of `SSL_CERT_FILE`.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// Speaks TLS with a certificate for `name` that is valid until a year.
    pub(crate) fn server(&self, name: &str, valid_from: i32, valid_until: i32) -> Behavior {
        speaking(self.config(name, valid_from, valid_until))
    }

    /// Returns the configuration of a server with a certificate for `name` that is valid until a year.
    pub(crate) fn config(&self, name: &str, valid_from: i32, valid_until: i32) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(valid_from, 1, 1);
        params.not_after = date_time_ymd(valid_until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        config(certificate.der().clone(), &key)
    }
}

/// Speaks TLS with a certificate that is signed by itself.
pub(crate) fn self_signed(is_authority: bool) -> Behavior {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    speaking(config(
        params.self_signed(&key).expect("a certificate").der().clone(),
        &key,
    ))
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a matching key");
    Arc::new(config)
}

/// Speaks TLS, and answers each request with 204.
fn speaking(config: Arc<ServerConfig>) -> Behavior {
    Arc::new(move |mut connection| {
        let mut session = ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut stream = Stream::new(&mut session, &mut connection);
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    })
}
