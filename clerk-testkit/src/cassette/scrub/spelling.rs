//! The ways in which one character is written: as it is, percent-encoded once or twice, or as a JSON or HTML escape.

use std::borrow::Cow;

/// A character that ends or begins at a place: what it is, and how many bytes it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) byte: u8,
    pub(super) len: usize,
}

/// The character that begins `bytes`.
pub(super) fn first(bytes: &[u8]) -> Option<Spelled> {
    let &byte = bytes.first()?;
    let escaped = match byte {
        b'%' => percent(bytes),
        b'\\' => unicode(bytes),
        b'&' => html(bytes),
        _ => None,
    };
    Some(escaped.unwrap_or(Spelled { byte, len: 1 }))
}

/// The characters that `bytes` stand for.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.iter().any(|&c| begins_escape(c)) {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(spelled) = first(&bytes[at..]) {
        decoded.push(spelled.byte);
        at += spelled.len;
    }
    Cow::Owned(decoded)
}

pub(super) const fn begins_escape(c: u8) -> bool {
    matches!(c, b'%' | b'\\' | b'&')
}

/// Whether the last of some bytes may be those of an escaped at sign, semicolons left aside.
pub(super) const fn may_end_at_sign(last: [u8; 3]) -> bool {
    // `%40`, `%2540`, `\u0040`, `&#x40;` and `&#64;`
    matches!(&last, b"%40" | b"540" | b"040" | b"x40" | b"X40" | b"#64")
}

/// The character that ends `bytes`.
pub(super) fn last(bytes: &[u8]) -> Option<Spelled> {
    let &byte = bytes.last()?;
    // The longest first: `%252B` ends in what is no escape by itself.
    for len in [6, 5, 3] {
        let Some(mut start) = bytes
            .len()
            .checked_sub(len)
            .filter(|&start| begins_escape(bytes[start]))
        else {
            continue;
        };
        if bytes[start] == b'\\' {
            start -= bytes[..start].iter().rev().take_while(|&&c| c == b'\\').count();
        }
        let spelled = first(&bytes[start..]);
        if spelled.is_some_and(|spelled| spelled.len > 1 && start + spelled.len == bytes.len()) {
            return spelled;
        }
    }
    Some(Spelled { byte, len: 1 })
}

/// `%40`, or `%2540`.
fn percent(bytes: &[u8]) -> Option<Spelled> {
    let (skip, len) = if bytes.starts_with(b"%25") { (3, 5) } else { (1, 3) };
    let byte = hex(bytes.get(skip..skip + 2)?);
    match byte {
        Some(byte) => Some(Spelled { byte, len }),
        // `%25` before what are not two digits is a percent sign.
        None if skip == 3 => Some(Spelled { byte: b'%', len: 3 }),
        None => None,
    }
}

/// `\u0040`, with more backslashes the more often it was escaped.
fn unicode(bytes: &[u8]) -> Option<Spelled> {
    let backslashes = bytes.iter().take_while(|&&c| c == b'\\').count();
    let byte = hex(bytes[backslashes..].strip_prefix(b"u00")?.get(..2)?)?;
    Some(Spelled {
        byte,
        len: backslashes + 5,
    })
}

/// `&#64;` and `&#x40;`, the two that stand for an at sign.
fn html(bytes: &[u8]) -> Option<Spelled> {
    [&b"&#64;"[..], b"&#x40;", b"&#X40;"]
        .into_iter()
        .find(|escape| bytes.starts_with(escape))
        .map(|escape| Spelled {
            byte: b'@',
            len: escape.len(),
        })
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match digits {
        [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    }
}
