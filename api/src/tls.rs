//! Outgoing connections: one TLS stack, rustls with ring, which trusts the authorities that the system trusts
//! (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others).

use reqwest::ClientBuilder;
use rustls::crypto::ring;

/// Makes rustls use ring, in the whole process. Whatever opens TLS connections asks for it first.
pub fn use_ring() {
    // It is refused where it was done before, which is as well.
    let _ = ring::default_provider().install_default();
}

/// The beginning of an HTTP client.
pub fn client() -> ClientBuilder {
    use_ring();
    ClientBuilder::new()
}
