//! Why a call got no response: the innermost cause, and what to do about it.

use std::error::Error as StdError;
use std::io;
use std::iter;

use clerk_core::{Error, ErrorKind, TransportError, TransportErrorKind};
use clerk_hyper::{TunnelError, rustls};
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::text::message;

/// Why a call got no response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NetworkProblem {
    pub(crate) step: Step,
    /// The innermost cause, as a sentence without a period.
    pub(crate) cause: String,
    pub(crate) advice: &'static str,
}

/// The step of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Lookup,
    Connect,
    Proxy,
    Tls,
    Response,
}

impl Step {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Response => "response",
        }
    }
}

type Cause<'e> = &'e (dyn StdError + 'static);

const CHECK_NETWORK: &str = "Check the network connection, and --api-url or CLERK_API_URL.";
const CHECK_SERVER: &str = "Check --api-url or CLERK_API_URL, and whether a firewall blocks the connection.";
const CHECK_PROXY: &str = "Check the proxy's address and credentials.";
const CHECK_URL: &str = "Check --api-url or CLERK_API_URL; a proxy or a firewall may answer in the server's place.";
const CHECK_CLOCK: &str =
    "Check this machine's date and time. If they are right, the server needs another certificate.";
const CHECK_SCHEME: &str = "Check the scheme and the port of --api-url or CLERK_API_URL: https for TLS, and http only for a \
                            server without TLS on this machine.";
const ADD_AUTHORITY: &str = "If your company inspects connections, name the file with its root certificate in --ca-cert or in \
                             the environment variable SSL_CERT_FILE. Otherwise, do not use this network: someone may be \
                             listening in.";
const RUN_AGAIN: &str = "Run again later.";
const MORE_TIME: &str = "Check the network connection, or allow more time with --timeout.";
const MORE_TIME_TO_CONNECT: &str = "Check the network connection, --api-url or CLERK_API_URL, and whether a firewall blocks \
                                    the connection.";

impl NetworkProblem {
    /// Explains why a call to `server` got no response. `None` if it got one or was not sent for another reason.
    pub(crate) fn new(error: &Error, server: &str) -> Option<Self> {
        if !matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout) {
            return None;
        }
        let transport = error.source()?.downcast_ref::<TransportError>()?;
        let causes: Vec<Cause<'_>> = iter::successors(transport.source(), |&cause| next(cause)).collect();
        // The names in a certificate can contain anything, so TLS comes before the searches for a text.
        let problem = from_tls(&causes, server)
            .or_else(|| from_proxy(&causes))
            .or_else(|| from_lookup(&causes, server))
            .or_else(|| from_io(&causes, transport.kind(), server));
        Some(problem.unwrap_or_else(|| from_kind(transport.kind(), causes.last().copied(), server)))
    }

    const fn new_in(step: Step, cause: String, advice: &'static str) -> Self {
        Self { step, cause, advice }
    }
}

/// Returns the cause of a cause. `io::Error::source` skips the error that it wraps.
fn next(cause: Cause<'_>) -> Option<Cause<'_>> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

fn from_proxy(causes: &[Cause<'_>]) -> Option<NetworkProblem> {
    let proxy = causes.iter().position(|cause| cause.is::<TunnelError>())?;
    let texts: Vec<String> = causes[proxy..].iter().map(ToString::to_string).collect();
    let cause = message(&texts.join(": "));
    Some(NetworkProblem::new_in(Step::Proxy, cause, CHECK_PROXY))
}

fn from_tls(causes: &[Cause<'_>], server: &str) -> Option<NetworkProblem> {
    let error = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    let (cause, advice) = match error {
        rustls::Error::InvalidCertificate(error) => invalid_certificate(error, server),
        rustls::Error::InvalidMessage(_) => (format!("{server} does not answer with TLS"), CHECK_SCHEME),
        rustls::Error::AlertReceived(alert) => (format!("{server} ended the TLS handshake ({alert:?})"), CHECK_URL),
        rustls::Error::PeerIncompatible(_) => (format!("{server} offers neither TLS 1.2 nor TLS 1.3"), CHECK_URL),
        error => (format!("the TLS handshake with {server} failed ({error})"), CHECK_URL),
    };
    Some(NetworkProblem::new_in(Step::Tls, message(&cause), advice))
}

fn invalid_certificate(error: &CertificateError, server: &str) -> (String, &'static str) {
    let certificate = format!("the certificate of {server}");
    match error {
        // A bad signature comes from an authority with the name of a trusted one and another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            format!("{certificate} is not signed by an authority that this machine trusts"),
            ADD_AUTHORITY,
        ),
        // webpki reports a certificate that is signed by itself and may sign others.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            (format!("{certificate} is signed by itself"), ADD_AUTHORITY)
        }
        CertificateError::Expired => (format!("{certificate} has expired"), CHECK_CLOCK),
        CertificateError::ExpiredContext { time, not_after } => (
            format!(
                "{certificate} expired {} ago by this machine's clock",
                days(*not_after, *time)
            ),
            CHECK_CLOCK,
        ),
        CertificateError::NotValidYet => (format!("{certificate} is not valid yet"), CHECK_CLOCK),
        CertificateError::NotValidYetContext { time, not_before } => (
            format!(
                "{certificate} becomes valid in {} by this machine's clock",
                days(*time, *not_before)
            ),
            CHECK_CLOCK,
        ),
        CertificateError::NotValidForName => (format!("{certificate} is for another name"), CHECK_URL),
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => (
            format!("{certificate} is for another name: {}", presented.join(", ")),
            CHECK_URL,
        ),
        CertificateError::NotValidForNameContext { .. } => (format!("{certificate} names no server"), CHECK_URL),
        CertificateError::Revoked => (format!("{certificate} is revoked"), CHECK_URL),
        error => (format!("{certificate} cannot be used ({error})"), CHECK_URL),
    }
}

/// Formats the time between two moments in days.
fn days(from: UnixTime, to: UnixTime) -> String {
    const SECONDS: u64 = 24 * 3600;
    match to.as_secs().saturating_sub(from.as_secs()) / SECONDS {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn from_lookup(causes: &[Cause<'_>], server: &str) -> Option<NetworkProblem> {
    // Neither the standard library nor hyper has a type for this, and rustls refuses a name before it is looked up.
    let is_lookup = |cause: &&Cause<'_>| {
        let text = cause.to_string();
        text.starts_with("dns error")
            || text.starts_with("invalid dns name")
            || text.starts_with("failed to lookup address")
    };
    causes.iter().find(is_lookup)?;
    let system = causes.last()?.to_string();
    let system = system
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(&system);
    let cause = format!("the name of {server} could not be looked up ({})", message(system));
    Some(NetworkProblem::new_in(Step::Lookup, cause, CHECK_NETWORK))
}

fn from_io(causes: &[Cause<'_>], kind: TransportErrorKind, server: &str) -> Option<NetworkProblem> {
    use io::ErrorKind as Io;

    let error = causes
        .iter()
        .rev()
        .find_map(|cause| cause.downcast_ref::<io::Error>())?;
    let is_connecting = kind == TransportErrorKind::Connect;
    let (step, cause, advice) = match error.kind() {
        Io::ConnectionRefused => (Step::Connect, format!("{server} refused the connection"), CHECK_SERVER),
        Io::TimedOut => (
            Step::Connect,
            format!("the connection to {server} timed out"),
            CHECK_SERVER,
        ),
        Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown | Io::AddrNotAvailable => (
            Step::Connect,
            format!("this machine cannot reach {server} ({error})"),
            CHECK_NETWORK,
        ),
        Io::PermissionDenied => (
            Step::Connect,
            format!("this machine does not allow the connection to {server} ({error})"),
            CHECK_SERVER,
        ),
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof if is_connecting => (
            Step::Tls,
            format!("{server} closed the connection during the TLS handshake"),
            CHECK_SCHEME,
        ),
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof => {
            (Step::Response, closed(server), RUN_AGAIN)
        }
        _ if is_connecting => (
            Step::Connect,
            format!("cannot connect to {server} ({error})"),
            CHECK_NETWORK,
        ),
        _ => return None,
    };
    Some(NetworkProblem::new_in(step, message(&cause), advice))
}

fn from_kind(kind: TransportErrorKind, innermost: Option<Cause<'_>>, server: &str) -> NetworkProblem {
    let detail = innermost.map(|cause| format!(" ({cause})")).unwrap_or_default();
    let (step, cause, advice) = match (kind, innermost) {
        (TransportErrorKind::Timeout, None) => (Step::Response, format!("{server} did not answer in time"), MORE_TIME),
        (TransportErrorKind::Timeout, Some(_)) => (
            Step::Connect,
            format!("cannot connect to {server}{detail}"),
            MORE_TIME_TO_CONNECT,
        ),
        (TransportErrorKind::Connect, _) => (
            Step::Connect,
            format!("cannot connect to {server}{detail}"),
            CHECK_NETWORK,
        ),
        (TransportErrorKind::Closed, _) => (Step::Response, closed(server), RUN_AGAIN),
        (TransportErrorKind::ResponseTooLarge, _) => (
            Step::Response,
            format!("the answer of {server} is longer than any of Clerk's"),
            CHECK_URL,
        ),
        _ => (
            Step::Response,
            format!("{server} does not answer with HTTP{detail}"),
            CHECK_SCHEME,
        ),
    };
    NetworkProblem::new_in(step, message(&cause), advice)
}

fn closed(server: &str) -> String {
    format!("{server} closed the connection before its answer was complete")
}
