use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::address::Credentials;
use super::error::{BoxError, ProxyError};

/// The maximum size of a proxy's answer to CONNECT.
const MAX_HEAD: usize = 16 * 1024;

/// Asks an HTTP proxy to connect to `target`, a host and port (RFC 9110, section 9.3.6).
pub(super) async fn connect(
    stream: &mut TcpStream,
    target: &str,
    credentials: Option<&Credentials>,
) -> Result<(), BoxError> {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    if let Some(value) = credentials.and_then(Credentials::basic) {
        request.extend([b"Proxy-Authorization: ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    stream.write_all(&request).await?;
    let head = read_head(stream).await?;
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(ProxyError::Status(status).into()),
        None => Err(ProxyError::Malformed.into()),
    }
}

/// Reads up to and including the blank line. The bytes after it belong to the target.
async fn read_head(stream: &mut TcpStream) -> Result<Vec<u8>, BoxError> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while head.len() < MAX_HEAD {
        let peeked = stream.peek(&mut chunk).await?;
        if peeked == 0 {
            let error = if head.is_empty() {
                ProxyError::Closed
            } else {
                ProxyError::Malformed
            };
            return Err(error.into());
        }
        let known = head.len();
        head.extend_from_slice(&chunk[..peeked]);
        let end = head.windows(4).position(|window| window == b"\r\n\r\n");
        head.truncate(end.map_or(head.len(), |end| end + 4));
        stream.read_exact(&mut chunk[..head.len() - known]).await?;
        if end.is_some() {
            return Ok(head);
        }
        if !b"HTTP/".starts_with(&head[..head.len().min(5)]) {
            break;
        }
    }
    Err(ProxyError::Malformed.into())
}

/// Returns the status of an HTTP/1 response's head.
fn status(head: &[u8]) -> Option<u16> {
    let line = head.strip_prefix(b"HTTP/1.")?;
    let digits = line.get(1..)?.strip_prefix(b" ")?.get(..3)?;
    let status: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (200..600).contains(&status).then_some(status)
}
