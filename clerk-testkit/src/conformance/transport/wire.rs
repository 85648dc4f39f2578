//! Reading HTTP/1.1 requests exactly as they are on the wire.

use std::io::Read;

/// A request as it was on the wire. Header names are in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        self.header_values(name).first().copied()
    }

    pub(super) fn header_values(&self, name: &str) -> Vec<&[u8]> {
        let headers = self.headers.iter().filter(|(n, _)| n == name);
        headers.map(|(_, value)| value.as_slice()).collect()
    }
}

/// Reads one request. Bytes that follow it stay in `unread`. Returns `None` if no request arrives in full.
pub(super) fn read_request(stream: impl Read, unread: &mut Vec<u8>) -> Option<Received> {
    let mut reader = Reader { stream, unread };
    let head = reader.read_until(b"\r\n\r\n")?;
    let head = head.strip_suffix(b"\r\n\r\n")?;
    let mut lines = head
        .split(|&c| c == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let request_line = String::from_utf8_lossy(lines.next()?).into_owned();
    let mut words = request_line.split(' ').map(str::to_owned);
    let mut received = Received {
        method: words.next()?,
        target: words.next()?,
        ..Received::default()
    };
    for line in lines {
        let colon = line.iter().position(|&c| c == b':')?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        received.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    received.body = match received.header("content-length") {
        Some(length) => reader.read_exactly(std::str::from_utf8(length).ok()?.parse().ok()?)?,
        None if received.header("transfer-encoding").is_some() => reader.read_chunks()?,
        None => Vec::new(),
    };
    Some(received)
}

struct Reader<'a, R> {
    stream: R,
    unread: &'a mut Vec<u8>,
}

impl<R: Read> Reader<'_, R> {
    fn read_chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.read_until(b"\r\n")?;
            let size = usize::from_str_radix(std::str::from_utf8(size.trim_ascii()).ok()?, 16).ok()?;
            let chunk = self.read_exactly(size + 2)?;
            body.extend_from_slice(chunk.strip_suffix(b"\r\n")?);
            if size == 0 {
                return Some(body);
            }
        }
    }

    fn read_until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                return Some(self.take(at + end.len()));
            }
            self.read_more()?;
        }
    }

    fn read_exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            self.read_more()?;
        }
        Some(self.take(count))
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.unread.split_off(count);
        std::mem::replace(self.unread, rest)
    }

    fn read_more(&mut self) -> Option<()> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer).ok().filter(|&count| count > 0)?;
        self.unread.extend_from_slice(&buffer[..count]);
        Some(())
    }
}
