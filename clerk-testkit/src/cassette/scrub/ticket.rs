//! Tickets and tokens: who has one can act with it.

use super::spelling::first;
use crate::json::Json;

/// What stands for a ticket in a file.
pub(super) const REDACTED: &str = "redacted";

/// The parameter of an invitation's link, also as the end of `__clerk_ticket`.
const TICKET: &[u8] = b"ticket";

pub(super) fn is_name(name: &str) -> bool {
    name.as_bytes().ends_with(TICKET)
}

/// Replaces the value of each `ticket=`, and every JSON Web Token (RFC 7519).
pub(super) fn redact(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some((head, value)) = ticket(&bytes[at..]) {
            out.extend_from_slice(&bytes[at..at + head]);
            out.extend_from_slice(REDACTED.as_bytes());
            at += head + value;
        } else if let Some(len) = json_web_token(&bytes[at..]) {
            out.extend_from_slice(REDACTED.as_bytes());
            at += len;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// Replaces what a member of that name holds.
pub(super) fn redact_members(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let members = members.into_iter().map(|(key, value)| match value {
                Json::String(_) if is_name(&key) => (key, Json::String(REDACTED.to_owned())),
                value => (key, redact_members(value)),
            });
            Json::Object(members.collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(redact_members).collect()),
        other => other,
    }
}

/// The lengths of `ticket=` and of its value, at the start of `bytes`.
fn ticket(bytes: &[u8]) -> Option<(usize, usize)> {
    let rest = bytes.strip_prefix(TICKET)?;
    let equals = first(rest).filter(|spelled| spelled.byte == b'=')?;
    let value = &rest[equals.len..];
    let mut len = 0;
    while let Some(spelled) = first(&value[len..]) {
        if spelled.byte.is_ascii_whitespace() || b"&#\"'<>\\".contains(&spelled.byte) {
            break;
        }
        len += spelled.len;
    }
    Some((TICKET.len() + equals.len, len))
}

/// The length of a JSON Web Token at the start of `bytes`: three parts, the first two of them JSON objects in base64.
fn json_web_token(bytes: &[u8]) -> Option<usize> {
    let part = |bytes: &[u8]| {
        bytes
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || b"-_".contains(c))
            .count()
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
    Some(header + 1 + payload + 1 + signature)
}
