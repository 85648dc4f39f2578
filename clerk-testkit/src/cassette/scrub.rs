//! Replaces addresses by pseudonyms, and tickets by `redacted`.

mod address;
mod pseudonym;
mod ticket;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;
use std::ops::Range;

use clerk_core::json::Json;
use clerk_core::model::EmailAddress;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

pub(super) use address::{Shape, find as find_addresses};
pub(super) use pseudonym::{Keep, Pseudonym};
pub(super) use ticket::{REDACTED, find as find_tickets};

/// All characters but the unreserved ones (RFC 3986, 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Replaces addresses and tickets in text, and remembers the addresses to put them back.
#[derive(Debug, Default)]
pub(super) struct Scrubber {
    keep: Keep,
    /// Each address as it was first written.
    people: HashMap<Pseudonym, String>,
}

/// The pseudonyms in a text, which are searched once, however often the text is used.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms(Vec<(Range<usize>, Pseudonym)>);

impl Scrubber {
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            keep,
            people: HashMap::new(),
        }
    }

    /// Scrubs a header, a path, an error's message or a string in JSON, percent-encoded or not.
    pub(super) fn text(&mut self, text: &mut Cow<'_, str>) {
        // Skips nearly all text: without these characters there is no address, no `ticket=` and no token.
        if !text.bytes().any(|c| matches!(c, b'@' | b'%' | b'=' | b'J')) {
            return;
        }
        if is_whole_address(text) {
            if let Some(pseudonym) = self.pseudonym(text) {
                *text = Cow::Owned(pseudonym.to_address());
            }
            return;
        }
        let addresses = |decoded: &[u8]| {
            let addresses = address::find(decoded, Shape::Loose);
            let pseudonyms = addresses.filter_map(|range| {
                let pseudonym = self.pseudonym(&String::from_utf8_lossy(&decoded[range.clone()]))?;
                Some((range, pseudonym.to_address()))
            });
            pseudonyms.collect()
        };
        if let Some(renamed) = replace_decoded(text, addresses) {
            *text = Cow::Owned(renamed);
        }
        let tickets = |decoded: &[u8]| {
            let tickets = ticket::find(decoded).map(|range| (range, ticket::REDACTED.to_owned()));
            tickets.collect()
        };
        if let Some(redacted) = replace_decoded(text, tickets) {
            *text = Cow::Owned(redacted);
        }
    }

    /// Scrubs every string and key in `json`, and redacts members that are named like a ticket.
    pub(super) fn json(&mut self, json: &mut Json<'_>) {
        match json {
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Json::Object(members) => {
                for (key, value) in members {
                    match value {
                        Json::String(ticket) if ticket::is_name(key) => *ticket = Cow::Borrowed(ticket::REDACTED),
                        value => self.json(value),
                    }
                    self.text(key);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Scrubs a query parameter.
    pub(super) fn parameter(&mut self, (name, value): &mut (String, String)) {
        if ticket::is_name(name) {
            ticket::REDACTED.clone_into(value);
        }
        self.string(name);
        self.string(value);
    }

    /// Scrubs a text that is not borrowed.
    pub(super) fn string(&mut self, string: &mut String) {
        let mut text = Cow::Owned(mem::take(string));
        self.text(&mut text);
        *string = text.into_owned();
    }

    /// Replaces pseudonyms of known addresses by the addresses. Returns `None` if there are none.
    pub(super) fn restore(&self, text: &str, pseudonyms: &Pseudonyms) -> Option<String> {
        if self.people.is_empty() {
            return None;
        }
        let known = pseudonyms.0.iter().filter_map(|(range, pseudonym)| {
            let address = self.people.get(pseudonym)?;
            let is_plain = text[range.clone()].contains('@');
            let address = if is_plain {
                Cow::Borrowed(address.as_str())
            } else {
                utf8_percent_encode(address, COMPONENT).into()
            };
            Some((range.clone(), address))
        });
        splice(text, known)
    }

    /// Returns a message with the addresses that the caller has used in place of their pseudonyms.
    pub(super) fn message(&self, text: String) -> String {
        self.restore(&text, &Pseudonyms::find(&text)).unwrap_or(text)
    }

    /// Returns the pseudonym for an address, unless the address is kept or a pseudonym already.
    fn pseudonym(&mut self, address: &str) -> Option<Pseudonym> {
        if self.keep.keeps(address) || Pseudonym::parse(address).is_some() {
            return None;
        }
        let pseudonym = Pseudonym::new(address);
        self.people.entry(pseudonym).or_insert_with(|| address.to_owned());
        Some(pseudonym)
    }
}

impl Pseudonyms {
    pub(super) fn find(text: &str) -> Self {
        Self(Pseudonym::find(text).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether `text` is one address and nothing else, whatever rare characters it contains. Characters that separate an address
/// from the URL around it do not count as its own, nor do those that JSON escapes.
fn is_whole_address(text: &str) -> bool {
    let first = address::find(text.as_bytes(), Shape::Loose).next();
    first.is_some_and(|first| first == (0..text.len()))
        || (text.contains('@')
            && !text.contains(['/', '?', '=', '%', '"'])
            && text.trim() == text
            && EmailAddress::from(text).validate().is_ok())
}

/// Replaces parts of `text` that `find` returns for its percent-decoded bytes. Returns `None` if there are none.
fn replace_decoded(text: &str, find: impl FnOnce(&[u8]) -> Vec<(Range<usize>, String)>) -> Option<String> {
    if !text.contains('%') {
        return splice(text, find(text.as_bytes()).into_iter());
    }
    let bytes = text.as_bytes();
    let step = |at: usize| match bytes.get(at..at + 3) {
        Some([b'%', high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => 3,
        _ => 1,
    };
    // Where in `text` each decoded byte starts, and the end.
    let offsets = std::iter::successors(Some(0), |&at| (at < bytes.len()).then(|| at + step(at)));
    let offsets: Vec<usize> = offsets.collect();
    let decoded: Vec<u8> = percent_decode(bytes).collect();
    let found = find(&decoded).into_iter().map(|(range, replacement)| {
        let source = offsets[range.start]..offsets[range.end];
        // Encodes the at sign as it was.
        let is_plain = text[source.clone()].contains('@');
        let replacement = if is_plain {
            replacement
        } else {
            replacement.replace('@', "%40")
        };
        (source, replacement)
    });
    splice(text, found)
}

/// Replaces parts of `text`, given in order. Returns `None` if there are none.
fn splice(text: &str, parts: impl Iterator<Item = (Range<usize>, impl AsRef<str>)>) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for (range, replacement) in parts {
        out.push_str(&text[done..range.start]);
        out.push_str(replacement.as_ref());
        done = range.end;
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}
