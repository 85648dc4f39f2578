//! The last look before a file is written.

use super::{base64_run, spelling};

/// How many encodings, one within the other, are looked through.
const DEPTH: u8 = 4;

/// Whether `bytes` hold a secret key or one of the values in `known`, as they are or encoded.
pub(crate) fn holds_secret(bytes: &[u8], known: &[String]) -> bool {
    holds(bytes, known, DEPTH)
}

fn holds(bytes: &[u8], known: &[String], depth: u8) -> bool {
    if holds_plainly(bytes, known) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let decoded = spelling::decode(bytes);
    (*decoded != *bytes && holds(&decoded, known, depth))
        || base64_run::decodings(bytes).any(|decoded| holds(&decoded, known, depth))
}

fn holds_plainly(bytes: &[u8], known: &[String]) -> bool {
    let is_key = |rest: &[u8]| {
        let secret = rest
            .strip_prefix(b"sk_test_")
            .or_else(|| rest.strip_prefix(b"sk_live_"));
        secret.is_some_and(|secret| secret.first().is_some_and(u8::is_ascii_alphanumeric))
    };
    (0..bytes.len()).any(|at| {
        let rest = &bytes[at..];
        is_key(rest) || known.iter().any(|value| rest.starts_with(value.as_bytes()))
    })
}
