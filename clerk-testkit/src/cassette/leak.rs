//! The last check before a cassette is written: nothing in the file may be, or decode to, an address, a key or a ticket.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use clerk_core::json::Json;
use percent_encoding::percent_decode;

use super::CassetteError;
use super::scrub::{Keep, Pseudonym, Shape, find_addresses, find_tickets};
use crate::difference::member;

/// How many nested encodings are decoded.
const DEPTH: u8 = 5;

/// The length of the shortest run of base64 that is decoded. A shorter one cannot contain `a@b.de`.
const SHORTEST_RUN: usize = 8;

/// The length in bytes of the longest text that is remembered as checked.
const LONGEST_REMEMBERED: usize = 64;

/// Decodes base64 without padding, and ignores bits beyond the last whole byte.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Sensitive text that a cassette would contain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leak {
    /// A secret key, or the credentials of a request.
    Key,
    /// A ticket or a JSON Web Token.
    Ticket,
    /// This email address.
    Address(String),
}

/// Refuses the text of a cassette if it contains sensitive text, in the clear or encoded.
pub(super) fn check(text: &str, keep: &Keep, credentials: &[String]) -> Result<(), CassetteError> {
    let mut guard = Guard {
        keep,
        // The general check for keys finds the others.
        credentials: credentials
            .iter()
            .filter(|value| !starts_with_key(value.as_bytes()))
            .collect(),
        checked_texts: HashSet::new(),
        checked_runs: HashSet::new(),
    };
    let found = match Json::parse(text.as_bytes()) {
        Some(json) => guard.find_in_json(&json, &Place::Root),
        // A body can be nested almost as deeply as JSON can be read, and more deeply with the file around it.
        None => guard.find_in_text(text, &Place::Root),
    };
    match found {
        Some((place, leak)) => Err(CassetteError::Leak { place, leak }),
        None => Ok(()),
    }
}

struct Guard<'a> {
    keep: &'a Keep,
    credentials: Vec<&'a String>,
    /// The short texts in which nothing was found, because keys and many values occur in each interaction.
    checked_texts: HashSet<Box<str>>,
    /// The runs of base64 in which nothing was found, for the same reason.
    checked_runs: HashSet<Box<[u8]>>,
}

/// A place in JSON.
enum Place<'a> {
    Root,
    Member(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl Guard<'_> {
    fn find_in_json(&mut self, json: &Json<'_>, place: &Place<'_>) -> Option<(String, Leak)> {
        match json {
            Json::String(text) => self.find_in_text(text, place),
            Json::Array(items) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| self.find_in_json(item, &Place::Item(place, index)))
            }
            Json::Object(members) => members.iter().find_map(|(key, value)| {
                let place = Place::Member(place, key);
                let found = self.find_in_text(key, &place);
                found.or_else(|| self.find_in_json(value, &place))
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => None,
        }
    }

    fn find_in_text(&mut self, text: &str, place: &Place<'_>) -> Option<(String, Leak)> {
        if self.checked_texts.contains(text) || Pseudonym::parse(text).is_some() {
            return None;
        }
        match self.find(text.as_bytes(), Shape::Loose, DEPTH) {
            Some(leak) => Some((place.to_string(), leak)),
            None => {
                if text.len() <= LONGEST_REMEMBERED {
                    self.checked_texts.insert(text.into());
                }
                None
            }
        }
    }

    /// Searches `bytes` and everything that they decode to.
    fn find(&mut self, bytes: &[u8], shape: Shape, depth: u8) -> Option<Leak> {
        let decoded = Cow::from(percent_decode(bytes));
        if let Some(leak) = self.find_plain(&decoded, shape) {
            return Some(leak);
        }
        let is_outermost = depth == DEPTH;
        let depth = depth.checked_sub(1)?;
        if let Cow::Owned(decoded) = decoded {
            return self.find(&decoded, shape, depth);
        }
        if let Some(unescaped) = unescape(bytes)
            && let Some(leak) = self.find(&unescaped, shape, depth)
        {
            return Some(leak);
        }
        for run in bytes.split(|&c| !is_base64(c)) {
            if run.len() < SHORTEST_RUN || (is_outermost && self.checked_runs.contains(run)) {
                continue;
            }
            let found = decode_base64(run).find_map(|decoded| self.find(&decoded, Shape::Strict, depth));
            if found.is_some() {
                return found;
            }
            if is_outermost {
                self.checked_runs.insert(run.into());
            }
        }
        None
    }

    fn find_plain(&self, bytes: &[u8], shape: Shape) -> Option<Leak> {
        let is_key = |at: usize| {
            let rest = &bytes[at..];
            (rest[0] == b's' && starts_with_key(rest))
                || self.credentials.iter().any(|value| rest.starts_with(value.as_bytes()))
        };
        if (0..bytes.len()).any(is_key) {
            return Some(Leak::Key);
        }
        if find_tickets(bytes).next().is_some() {
            return Some(Leak::Ticket);
        }
        find_addresses(bytes, shape).find_map(|range| {
            let address = String::from_utf8_lossy(&bytes[range]);
            let is_allowed = Pseudonym::parse(&address).is_some() || self.keep.keeps(&address);
            (!is_allowed).then(|| Leak::Address(address.into_owned()))
        })
    }
}

fn starts_with_key(bytes: &[u8]) -> bool {
    let secret = bytes
        .strip_prefix(b"sk_test_")
        .or_else(|| bytes.strip_prefix(b"sk_live_"));
    secret.is_some_and(|secret| secret.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Replaces the escapes of JSON, and character references of HTML. Returns `None` if there are none.
fn unescape(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.iter().any(|c| b"\\&".contains(c)) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        let escape = match first {
            b'\\' => json_escape(behind),
            b'&' => character_reference(behind),
            _ => None,
        };
        let (byte, len) = escape.unwrap_or((*first, 0));
        out.push(byte);
        rest = &behind[len..];
    }
    (out.len() < bytes.len()).then_some(out)
}

/// Returns the character that `bytes` stand for behind a backslash, and their length.
fn json_escape(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [b'u', b'0', b'0', high, low, ..] => Some((number(&[*high, *low], 16)?, 5)),
        [b'b' | b'f' | b'n' | b'r' | b't', ..] => Some((b' ', 1)),
        [c @ (b'\\' | b'/' | b'"'), ..] => Some((*c, 1)),
        _ => None,
    }
}

/// Returns the ASCII character that `bytes` stand for behind an ampersand, and their length (HTML Standard, 13.2.5.72).
fn character_reference(bytes: &[u8]) -> Option<(u8, usize)> {
    let name_len = bytes
        .iter()
        .take(10)
        .position(|c| !c.is_ascii_alphanumeric() && *c != b'#');
    let name = &bytes[..name_len.unwrap_or(bytes.len().min(10))];
    let byte = match name {
        b"amp" => b'&',
        b"commat" => b'@',
        b"lowbar" => b'_',
        b"period" => b'.',
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    let semicolon = usize::from(bytes.get(name.len()) == Some(&b';'));
    Some((byte, name.len() + semicolon))
}

fn number(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(str::from_utf8(digits).ok()?, radix)
        .ok()
        .filter(u8::is_ascii)
}

fn is_base64(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"+/-_".contains(&c)
}

/// Returns what a run of base64 (RFC 4648, 4 and 5) decodes to, whichever of its first characters it starts at.
fn decode_base64(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let to_standard = |&c: &u8| match c {
        b'-' => b'+',
        b'_' => b'/',
        c => c,
    };
    let run: Vec<u8> = run.iter().map(to_standard).collect();
    (0..4).filter_map(move |offset| {
        let encoded = run.get(offset..)?;
        // A single last character is not a whole byte.
        let len = encoded.len() - usize::from(encoded.len() % 4 == 1);
        BASE64.decode(&encoded[..len]).ok()
    })
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Member(place, key) => f.write_str(&member(&place.to_string(), key)),
            Self::Item(place, index) => write!(f, "{place}[{index}]"),
        }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str(
                "a secret key, in the clear or encoded. Keep keys out of requests, except for their Authorization \
                 header, and out of responses",
            ),
            Self::Ticket => f.write_str(
                "a ticket or a token in encoded form, in which it cannot be redacted. Remove it from the request or \
                 from the response",
            ),
            Self::Address(address) => write!(
                f,
                "the email address {address} in encoded form, in which it cannot be replaced. Do not encode it, or \
                 allow it with RecordOptions::keep_address or keep_domain"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scrub::Scrubber;
    use super::*;

    /// Concatenates random pieces.
    fn texts(pieces: &[&str]) -> impl Iterator<Item = String> {
        let mut random = fastrand::Rng::with_seed(1);
        let text = move || {
            let count = random.usize(1..7);
            (0..count).map(|_| pieces[random.usize(0..pieces.len())]).collect()
        };
        std::iter::repeat_with(text).take(20_000)
    }

    fn find(text: &str) -> Option<Leak> {
        let json = Json::String(text.into()).to_string();
        match check(&json, &Keep::default(), &[]) {
            Ok(()) => None,
            Err(CassetteError::Leak { leak, .. }) => Some(leak),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn scrubbed_text_without_nested_encodings_is_never_refused() {
        let pieces = [
            "ada@example.org",
            "Eve%40example.org",
            "person-549d9ab1ff5f@example.com",
            "ticket=a",
            "ticket%3Da%26",
            "@",
            ".",
            "-",
            " '",
            "\"",
            "%",
            "%40",
            "%3D",
            "\\",
            "\\n",
            "\\u003c",
            " ",
            "a",
            "é",
            "=",
            "&",
        ];
        for mut text in texts(&pieces).map(Cow::<str>::Owned) {
            let original = text.clone();
            Scrubber::default().text(&mut text);
            assert_eq!(find(&text), None, "{text} of {original}");
        }
    }

    #[test]
    fn scrubbed_text_that_decodes_to_an_address_is_refused() {
        let pieces = [
            "ada&#64;example.org",
            "ada%2540example.org",
            r"ada\u0040example.org",
            "YWRhQGV4YW1wbGUub3Jn",
            "ada@example.org",
            "ada%40example.org",
            "@",
            ".",
            "'",
            "%",
            "%40",
            r"\",
            "&",
            "/",
            " ",
            "a",
            "x",
            "é",
            "=",
        ];
        for mut text in texts(&pieces).map(Cow::<str>::Owned) {
            Scrubber::default().text(&mut text);
            let mut decoded = vec![text.as_bytes().to_vec()];
            for _ in 0..3 {
                let last = &decoded[decoded.len() - 1];
                let next: Vec<u8> = percent_decode(last).collect();
                decoded.push(unescape(&next).unwrap_or(next));
            }
            decoded.extend(decode_base64(
                text.as_bytes().rsplit(|&c| !is_base64(c)).next().unwrap_or_default(),
            ));
            let shows_ada = decoded
                .iter()
                .any(|bytes| bytes.windows(15).any(|part| part == b"ada@example.org"));
            assert!(!shows_ada || find(&text).is_some(), "{text}");
        }
    }
}
