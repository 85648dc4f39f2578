//! Tickets and tokens: who has one can act with it.

use std::borrow::Cow;
use std::ops::Range;

use super::spelling::{begins_escape, first};
use clerk_core::json::Json;

/// What stands for a ticket in a file.
pub(super) const REDACTED: &str = "redacted";

/// The parameter of an invitation's link, also as the end of `__clerk_ticket`.
const TICKET: &[u8] = b"ticket";

pub(super) fn is_name(name: &str) -> bool {
    name.as_bytes().ends_with(TICKET)
}

/// Replaces the value of each `ticket=`, and every JSON Web Token (RFC 7519). `None` if there is none.
pub(super) fn redact(bytes: &[u8]) -> Option<Vec<u8>> {
    // Nearly every text is spared more than this look: the one has an equals sign, the other begins with `eyJ`.
    if !bytes.iter().any(|&c| matches!(c, b'=' | b'J') || begins_escape(c)) {
        return None;
    }
    let mut out = Vec::new();
    let mut done = 0;
    let mut at = 0;
    while at < bytes.len() {
        let secret = match bytes[at] {
            b't' => ticket(&bytes[at..]),
            b'e' => json_web_token(&bytes[at..]),
            _ => None,
        };
        let Some(Range { start, end }) = secret else {
            at += 1;
            continue;
        };
        out.extend_from_slice(&bytes[done..at + start]);
        out.extend_from_slice(REDACTED.as_bytes());
        at += end;
        done = at;
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(&bytes[done..]);
    Some(out)
}

/// Replaces what a member of that name holds.
pub(super) fn redact_members(json: &mut Json<'_>) {
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                match value {
                    Json::String(ticket) if is_name(key) => *ticket = Cow::Borrowed(REDACTED),
                    value => redact_members(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(redact_members),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Where the value is of a `ticket=` at the start of `bytes`.
fn ticket(bytes: &[u8]) -> Option<Range<usize>> {
    let rest = bytes.strip_prefix(TICKET)?;
    let equals = first(rest).filter(|spelled| spelled.byte == b'=')?;
    let start = TICKET.len() + equals.len;
    let mut end = start;
    while let Some(spelled) = first(&bytes[end..]) {
        if spelled.byte.is_ascii_whitespace() || b"&#\"'<>\\".contains(&spelled.byte) {
            break;
        }
        end += spelled.len;
    }
    Some(start..end)
}

/// Where a JSON Web Token is at the start of `bytes`: three parts, the first two of them JSON objects in base64.
fn json_web_token(bytes: &[u8]) -> Option<Range<usize>> {
    let part = |bytes: &[u8]| {
        let is_base64 = |c: &&u8| c.is_ascii_alphanumeric() || b"-_".contains(c);
        bytes.iter().take_while(is_base64).count()
    };
    if !bytes.starts_with(b"eyJ") {
        return None;
    }
    let header = part(bytes);
    let rest = bytes[header..]
        .strip_prefix(b".")
        .filter(|rest| rest.starts_with(b"eyJ"))?;
    let payload = part(rest);
    let signature = part(rest[payload..].strip_prefix(b".")?);
    Some(0..header + 1 + payload + 1 + signature)
}
