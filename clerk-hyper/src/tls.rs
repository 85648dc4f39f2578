//! The default TLS configuration and its root certificates.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::error::SetupError;

/// Returns a configuration for TLS 1.2 and 1.3 that trusts the root certificates of the enabled features and `added`.
///
/// It names its cryptography provider, so that the process needs no default provider.
pub(crate) fn config(added: Vec<CertificateDer<'static>>) -> Result<ClientConfig, SetupError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(SetupError::Tls)?
        .with_root_certificates(roots(added)?)
        .with_no_client_auth();
    Ok(config)
}

fn roots(added: Vec<CertificateDer<'static>>) -> Result<RootCertStore, SetupError> {
    let mut roots = RootCertStore::empty();
    for certificate in added {
        roots.add(certificate).map_err(SetupError::Tls)?;
    }
    // A malformed certificate of the system is skipped, so that the others can be used.
    #[cfg(feature = "native-roots")]
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    #[cfg(feature = "webpki-roots")]
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if roots.is_empty() {
        return Err(SetupError::NoRootCertificates);
    }
    Ok(roots)
}
