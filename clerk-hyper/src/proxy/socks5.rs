use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::address::{Credentials, ip};
use super::error::{BoxError, ProxyError};

const VERSION: u8 = 5;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;

/// Asks a SOCKS proxy to connect to a URI's host and port (RFC 1928). The proxy resolves names.
pub(super) async fn connect(
    stream: &mut TcpStream,
    host: &str,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<(), BoxError> {
    let greeting: &[u8] = match credentials {
        Some(_) => &[VERSION, 2, NO_CREDENTIALS, USER_AND_PASSWORD],
        None => &[VERSION, 1, NO_CREDENTIALS],
    };
    stream.write_all(greeting).await?;
    match (read(stream).await?, credentials) {
        ([VERSION, NO_CREDENTIALS], _) => {}
        ([VERSION, USER_AND_PASSWORD], Some(credentials)) => authenticate(stream, credentials).await?,
        ([VERSION, _], _) => return Err(ProxyError::SocksMethod.into()),
        _ => return Err(ProxyError::Malformed.into()),
    }
    stream.write_all(&request(host, port)?).await?;
    match read(stream).await? {
        [VERSION, 0, _, address_type] => skip_address(stream, address_type).await,
        [VERSION, reply, ..] => Err(ProxyError::SocksReply(reply).into()),
        _ => Err(ProxyError::Malformed.into()),
    }
}

/// Sends the name and the password (RFC 1929). Their lengths were checked when the proxy's URL was parsed.
async fn authenticate(stream: &mut TcpStream, credentials: &Credentials) -> Result<(), BoxError> {
    let mut request = vec![1];
    for part in [&credentials.user, &credentials.password] {
        request.push(u8::try_from(part.len())?);
        request.extend(part);
    }
    stream.write_all(&request).await?;
    match read(stream).await? {
        [1, 0] => Ok(()),
        _ => Err(ProxyError::SocksCredentials.into()),
    }
}

/// Returns a request to connect: an address as such, and a name with its length.
fn request(host: &str, port: u16) -> Result<Vec<u8>, BoxError> {
    let mut request = vec![VERSION, 1, 0];
    match ip(host) {
        Some(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Some(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        None => {
            request.extend([3, u8::try_from(host.len())?]);
            request.extend(host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

/// Reads the address and the port that the proxy connected from.
async fn skip_address(stream: &mut TcpStream, address_type: u8) -> Result<(), BoxError> {
    let length = match address_type {
        1 => 4,
        4 => 16,
        3 => usize::from(read::<1>(stream).await?[0]),
        _ => return Err(ProxyError::Malformed.into()),
    };
    let mut address = vec![0; length + 2];
    stream.read_exact(&mut address).await.map_err(closed)?;
    Ok(())
}

async fn read<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N], BoxError> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.map_err(closed)?;
    Ok(bytes)
}

fn closed(error: std::io::Error) -> BoxError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => ProxyError::Closed.into(),
        _ => error.into(),
    }
}
