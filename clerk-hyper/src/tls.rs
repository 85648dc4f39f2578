//! Whom the transport trusts.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::setup::SetupError;

/// TLS 1.2 and 1.3 with verified certificates: those of the enabled features, and `added` ones.
///
/// The cryptography is given explicitly, so that no provider needs to be installed for the whole process.
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
    // One unreadable certificate of the system's must not keep the others from being used.
    #[cfg(feature = "native-roots")]
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    #[cfg(feature = "webpki-roots")]
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if roots.is_empty() {
        return Err(SetupError::NoRootCertificates);
    }
    Ok(roots)
}
