//! Finds tickets and JSON Web Tokens, which let their holder act.

use std::ops::Range;

/// The replacement for a ticket in a file.
pub(in crate::cassette) const REDACTED: &str = "redacted";

/// The parameter of an invitation's link, also as the end of `__clerk_ticket`.
const TICKET: &str = "ticket";

pub(super) fn is_name(name: &str) -> bool {
    name.ends_with(TICKET)
}

/// Returns where the values of `ticket=` and JSON Web Tokens (RFC 7519) are, except for redacted ones.
pub(in crate::cassette) fn find(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < bytes.len() {
            let rest = &bytes[next..];
            let found = match rest[0] {
                b't' => ticket(rest),
                b'e' => json_web_token(rest),
                _ => None,
            };
            let start = next;
            next += found.as_ref().map_or(1, |found| found.end);
            if let Some(found) = found
                && rest[found.clone()] != *REDACTED.as_bytes()
            {
                return Some(start + found.start..start + found.end);
            }
        }
        None
    })
}

/// Returns where the value is in `bytes`, if they start with `ticket=`.
fn ticket(bytes: &[u8]) -> Option<Range<usize>> {
    let value = bytes.strip_prefix(TICKET.as_bytes())?.strip_prefix(b"=")?;
    let is_end = |&c: &u8| c.is_ascii_whitespace() || b"&#\"'<>\\".contains(&c);
    let len = value.iter().position(is_end).unwrap_or(value.len());
    let start = bytes.len() - value.len();
    (len > 0).then_some(start..start + len)
}

/// Returns the token that `bytes` start with: three parts, of which the first two are JSON objects in base64.
fn json_web_token(bytes: &[u8]) -> Option<Range<usize>> {
    let part_len = |bytes: &[u8]| {
        let is_base64 = |c: &&u8| c.is_ascii_alphanumeric() || b"-_".contains(c);
        bytes.iter().take_while(is_base64).count()
    };
    let mut end = 0;
    for prefix in [&b"eyJ"[..], b".eyJ", b"."] {
        let rest = bytes[end..].strip_prefix(prefix)?;
        end = bytes.len() - rest.len() + part_len(rest);
    }
    Some(0..end)
}
