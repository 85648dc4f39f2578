//! Reading HTTP/1.1 responses.

use std::io::Read;
use std::net::TcpStream;

use clerk_core::HttpResponse;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};

use crate::faults::Fault;

#[derive(Debug, Clone, Copy)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

impl Framing {
    pub(super) fn new(parts: &http::response::Parts, fault: Option<Fault>) -> Self {
        let length = parts
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        if matches!(parts.status.as_u16(), 100..=199 | 204 | 304) {
            Self::Length(0)
        } else if parts.headers.contains_key(TRANSFER_ENCODING) {
            Self::Chunked
        } else if let Some(length) = length {
            Self::Length(length)
        } else if fault == Some(Fault::ReadsUntilCloseAsEmpty) {
            Self::Length(0)
        } else {
            Self::UntilClose
        }
    }
}

pub(super) fn decode_head(head: &[u8], fault: Option<Fault>) -> Option<HttpResponse> {
    let mut lines = head
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status_line = std::str::from_utf8(lines.next()?).ok()?;
    let (version, status) = status_line.split_once(' ')?;
    let mut response = HttpResponse::default();
    *response.version_mut() = match version {
        "HTTP/1.0" => Version::HTTP_10,
        "HTTP/1.1" => Version::HTTP_11,
        _ => return None,
    };
    *response.status_mut() = StatusCode::from_bytes(status.as_bytes().get(..3)?).ok()?;
    let mut headers = HeaderMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = line[colon + 1..].trim_ascii();
        if fault == Some(Fault::LosesNonUtf8Headers) && std::str::from_utf8(value).is_err() {
            continue;
        }
        let value = HeaderValue::from_bytes(value).ok()?;
        if fault == Some(Fault::KeepsLastOfRepeatedHeaders) {
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    *response.headers_mut() = headers;
    Some(response)
}

/// Reads the size from the first line of a chunk. An extension may follow it.
fn chunk_size(line: &[u8], fault: Option<Fault>) -> Option<usize> {
    let line = std::str::from_utf8(line.trim_ascii()).ok()?;
    let size = match fault {
        Some(Fault::RefusesChunkExtensions) => line,
        _ => line.split(';').next()?,
    };
    usize::from_str_radix(size, 16).ok()
}

pub(super) struct MessageReader {
    pub(super) stream: TcpStream,
    unread: Vec<u8>,
    head_limit: usize,
}

impl MessageReader {
    pub(super) const fn new(stream: TcpStream, head_limit: usize) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            head_limit,
        }
    }

    /// Reads up to the empty line. A head that the end of the connection cuts off is an error.
    pub(super) fn head(&mut self) -> std::io::Result<Vec<u8>> {
        let end = self.find(b"\r\n\r\n", self.head_limit)?;
        Ok(self.unread.drain(..end).collect())
    }

    /// Reads a body into `body` until it is over or larger than `limit`. Returns whether it is complete.
    pub(super) fn body(
        &mut self,
        framing: Framing,
        fault: Option<Fault>,
        limit: usize,
        body: &mut Vec<u8>,
    ) -> std::io::Result<bool> {
        match framing {
            Framing::Length(length) => self.take(length, limit, body),
            Framing::UntilClose => self.take(usize::MAX, limit, body).map(|_| true),
            Framing::Chunked => loop {
                let Ok(end) = self.find(b"\r\n", 100) else {
                    return Ok(false);
                };
                let line: Vec<u8> = self.unread.drain(..end).collect();
                let size = chunk_size(&line, fault).ok_or(std::io::ErrorKind::InvalidData)?;
                if size == 0 {
                    return self.trailer();
                }
                let before = body.len();
                if !self.take(size, limit.saturating_add(2), body)? || body.len() > limit {
                    return Ok(false);
                }
                debug_assert_eq!(body.len(), before + size);
                if !self.take(2, usize::MAX, &mut Vec::new())? {
                    return Ok(false);
                }
            },
        }
    }

    /// Reads the lines behind the last chunk. Returns whether they are complete.
    fn trailer(&mut self) -> std::io::Result<bool> {
        loop {
            let Ok(end) = self.find(b"\r\n", self.head_limit) else {
                return Ok(false);
            };
            self.unread.drain(..end);
            if end == 2 {
                return Ok(true);
            }
        }
    }

    fn take(&mut self, mut count: usize, limit: usize, to: &mut Vec<u8>) -> std::io::Result<bool> {
        while count > 0 && to.len() <= limit {
            if self.unread.is_empty() && !self.more()? {
                return Ok(false);
            }
            let taken = count.min(self.unread.len());
            to.extend(self.unread.drain(..taken));
            count -= taken;
        }
        Ok(count == 0)
    }

    /// Returns the position after the first occurrence of `end`.
    fn find(&mut self, end: &[u8], limit: usize) -> std::io::Result<usize> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.unread[searched..]
                .windows(end.len())
                .position(|window| window == end)
            {
                return Ok(searched + at + end.len());
            }
            searched = self.unread.len().saturating_sub(end.len() - 1);
            if self.unread.len() > limit || !self.more()? {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn more(&mut self) -> std::io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer)?;
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(count > 0)
    }
}
