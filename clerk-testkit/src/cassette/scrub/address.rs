//! Finds email addresses (RFC 5321, 4.1.2) however their characters are written.

use std::borrow::Cow;
use std::ops::Range;

use super::spelling::{begins_escape, decode, first, last};

/// Where an address is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In text: whatever has an at sign inside.
    Text,
    /// In what may be noise that happens to have an at sign: ASCII alone, and a domain with a dot.
    Noise,
}

/// Where an address stands, from `start` to `end`, and its at sign, which may be escaped.
#[derive(Debug)]
pub(super) struct Place {
    start: usize,
    at: Range<usize>,
    end: usize,
}

/// What to put in the place of an address; `None` leaves it.
pub(super) type Change<'a> = dyn FnMut(&str) -> Option<Cow<'a, str>> + 'a;

/// Whether the text is one address and nothing else, whatever rare characters it holds.
pub(super) fn is_whole(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    // Those that part an address from the URL or the query that it stands in are not taken for its own.
    let is_rare = |c: u8| b"!#$&'*+-/^_`{|}~.".contains(&c);
    let is_local = |c: u8| c.is_ascii_alphanumeric() || !c.is_ascii() || is_rare(c);
    !local.is_empty()
        && !local.starts_with('/')
        && local.bytes().all(is_local)
        && !domain.is_empty()
        && domain.bytes().all(|c| is_in_domain(c, Context::Text))
}

/// Puts each address through `change`, and keeps the spelling of its at sign. `None` if nothing changed.
pub(super) fn rewrite(bytes: &[u8], context: Context, change: &mut Change<'_>) -> Option<Vec<u8>> {
    let found = find(bytes, context, change);
    splice(bytes, found.iter().map(|(place, address)| (place, &**address)))
}

/// Where the addresses stand that `take` makes something of, in their order.
pub(super) fn find<T>(bytes: &[u8], context: Context, take: &mut dyn FnMut(&str) -> Option<T>) -> Vec<(Place, T)> {
    let mut found = Vec::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|&c| c == b'@' || begins_escape(c)) {
        at += skipped;
        let len = match first(&bytes[at..]) {
            Some(spelled) if spelled.byte == b'@' => spelled.len,
            _ => {
                at += 1;
                continue;
            }
        };
        let start = done + local_start(&bytes[done..at], context);
        let end = at + len + domain_end(&bytes[at + len..], context);
        let address = text(&bytes[start..end]);
        let is_address = |(local, domain): (&str, &str)| !local.is_empty() && is_domain(domain, context);
        if address.rsplit_once('@').is_some_and(is_address)
            && let Some(taken) = take(&address)
        {
            let at = at..at + len;
            found.push((Place { start, at, end }, taken));
            done = end;
        }
        at = end.max(at + len);
    }
    found
}

/// Puts addresses into their places, and keeps the spelling of each at sign there. `None` if there are none.
pub(super) fn splice<'a>(bytes: &[u8], addresses: impl Iterator<Item = (&'a Place, &'a str)>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut done = 0;
    for (place, address) in addresses {
        let Some((local, domain)) = address.split_once('@') else {
            continue;
        };
        out.reserve(bytes.len());
        out.extend_from_slice(&bytes[done..place.start]);
        out.extend_from_slice(local.as_bytes());
        out.extend_from_slice(&bytes[place.at.clone()]);
        out.extend_from_slice(domain.as_bytes());
        done = place.end;
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(&bytes[done..]);
    Some(out)
}

/// Where the part before an at sign starts.
fn local_start(before: &[u8], context: Context) -> usize {
    let mut start = before.len();
    while let Some(spelled) = last(&before[..start])
        && is_in_local(spelled.byte, context)
    {
        start -= spelled.len;
    }
    // A quote or a dot in front belongs to the sentence.
    while let Some(spelled) = first(&before[start..])
        && matches!(spelled.byte, b'\'' | b'.')
    {
        start += spelled.len;
    }
    start
}

/// Where the part behind an at sign ends.
fn domain_end(behind: &[u8], context: Context) -> usize {
    let mut end = 0;
    while let Some(spelled) = first(&behind[end..])
        && is_in_domain(spelled.byte, context)
    {
        end += spelled.len;
    }
    // A dot behind ends the sentence.
    while let Some(spelled) = last(&behind[..end])
        && matches!(spelled.byte, b'.' | b'-')
    {
        end -= spelled.len;
    }
    end
}

/// What the bytes say, however they are written.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match decode(bytes) {
        Cow::Borrowed(plain) => String::from_utf8_lossy(plain),
        Cow::Owned(decoded) => String::from_utf8_lossy(&decoded).into_owned().into(),
    }
}

fn is_domain(domain: &str, context: Context) -> bool {
    match context {
        Context::Text => !domain.is_empty(),
        Context::Noise => domain.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() >= 2 && top.bytes().all(|c| c.is_ascii_alphabetic())
        }),
    }
}

fn is_in_local(c: u8, context: Context) -> bool {
    c.is_ascii_alphanumeric() || b"._+-'%".contains(&c) || (context == Context::Text && !c.is_ascii())
}

fn is_in_domain(c: u8, context: Context) -> bool {
    c.is_ascii_alphanumeric() || b".-".contains(&c) || (context == Context::Text && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_belongs_to_two_addresses() {
        let rewritten = |taken: &[&str]| {
            let mut change = |address: &str| taken.contains(&address).then(|| "x@y".into());
            let text = rewrite(b"a@b.de@c.de f@g", Context::Text, &mut change).unwrap_or_default();
            String::from_utf8_lossy(&text).into_owned()
        };
        assert_eq!(rewritten(&["a@b.de", "b.de@c.de", "f@g"]), "x@y@c.de x@y");
        assert_eq!(rewritten(&["b.de@c.de"]), "a@x@y f@g");
        assert_eq!(rewritten(&[]), "");
    }
}
