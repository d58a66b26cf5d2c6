//! TLS settings for a database connection, from PEM files.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::access::Tls;

/// Where Debian keeps the authorities that the system trusts.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Why TLS cannot be set up; always names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A file or folder could not be read.
    #[error("cannot read '{}'", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file holds no certificate.
    #[error("'{}' holds no PEM certificate", .0.display())]
    NoCertificate(PathBuf),
    /// A file holds no private key.
    #[error("'{}' holds no PEM private key", .0.display())]
    NoKey(PathBuf),
    /// Only one of certificate and key is given.
    #[error("cert-file and key-file must be given together")]
    Pair,
    /// The files are readable but not usable.
    #[error("unusable certificate or key")]
    Unusable(#[from] rustls::Error),
}

/// A client configuration that verifies the server.
pub(crate) fn client_config(tls: &Tls) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities(tls)?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    match (&tls.cert_file, &tls.key_file) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let chain = certificates(cert)?;
            let private = rustls_pemfile::private_key(&mut open(key)?)
                .map_err(|error| TlsError::Read(key.clone(), error))?
                .ok_or_else(|| TlsError::NoKey(key.clone()))?;
            Ok(builder.with_client_auth_cert(chain, private)?)
        }
        _ => Err(TlsError::Pair),
    }
}

/// Authorities to trust: those of a file, or of all files in a folder.
pub(crate) fn authorities(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let path = tls.trust_anchor.as_deref();
    let path = path.unwrap_or(Path::new(SYSTEM_AUTHORITIES));
    if !path.is_dir() {
        return certificates(path);
    }
    let read = |error| TlsError::Read(path.to_owned(), error);
    let mut found = Vec::new();
    for entry in path.read_dir().map_err(read)? {
        let file = entry.map_err(read)?.path();
        if file.is_file() {
            found.extend(certificates(&file).unwrap_or_default());
        }
    }
    if found.is_empty() {
        return Err(TlsError::NoCertificate(path.to_owned()));
    }
    Ok(found)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = rustls_pemfile::certs(&mut open(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Read(path.to_owned(), error))?;
    if found.is_empty() {
        return Err(TlsError::NoCertificate(path.to_owned()));
    }
    Ok(found)
}

fn open(path: &Path) -> Result<BufReader<File>, TlsError> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|error| TlsError::Read(path.to_owned(), error))
}
