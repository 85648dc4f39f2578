//! What keeps people's addresses and secrets out of a file.
//!
//! All of it works on bytes, because an address can stand in a URL, in a header, in base64 or in what is no text at all.

mod address;
mod base64_run;
mod pseudonym;
mod secret;
mod spelling;
mod ticket;

use std::collections::HashMap;

pub(super) use pseudonym::Keep;
pub(super) use secret::holds_secret;

use crate::json::Json;

/// How often base64 within base64 is looked into.
const DEPTH: u8 = 2;

/// Replaces addresses by pseudonyms and tickets by nothing, and remembers who was replaced.
#[derive(Debug, Default)]
pub(super) struct Scrubber {
    keep: Keep,
    /// By pseudonym, the address as it was first written.
    people: HashMap<String, String>,
}

impl Scrubber {
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            keep,
            people: HashMap::new(),
        }
    }

    /// A whole string, such as a JSON value or a query parameter.
    pub(super) fn string(&mut self, text: String) -> String {
        if address::is_whole(&text) {
            return self.pseudonym(&text).unwrap_or(text);
        }
        match self.scrubbed(text.as_bytes()) {
            Some(scrubbed) => into_text(scrubbed),
            None => text,
        }
    }

    /// Bytes of any kind.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.scrubbed(bytes).unwrap_or_else(|| bytes.to_vec())
    }

    /// Every string of `json`, its keys as well, and whole what a key calls a ticket.
    pub(super) fn json(&mut self, json: Json) -> Json {
        ticket::redact_members(json).map_strings(&mut |text| self.string(text))
    }

    /// A query parameter's value.
    pub(super) fn parameter(&mut self, name: &str, value: String) -> String {
        if ticket::is_name(name) {
            ticket::REDACTED.to_owned()
        } else {
            self.string(value)
        }
    }

    /// Puts those who were replaced back into their places.
    pub(super) fn restore(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.people.is_empty() {
            return None;
        }
        rewrite(bytes, &|bytes| bytes.to_vec(), &mut |pseudonym| {
            self.people.get(pseudonym).cloned()
        })
    }

    fn scrubbed(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        rewrite(bytes, &ticket::redact, &mut |address| self.pseudonym(address))
    }

    /// The pseudonym for an address, unless it is kept or is one already.
    fn pseudonym(&mut self, address: &str) -> Option<String> {
        if self.keep.keeps(address) || pseudonym::is_one(address) {
            return None;
        }
        let pseudonym = pseudonym::of(address);
        self.people
            .entry(pseudonym.clone())
            .or_insert_with(|| address.to_owned());
        Some(pseudonym)
    }
}

/// Puts everything through `prepare`, and every address, in base64 too, through `change`. `None` if all stays.
fn rewrite(
    bytes: &[u8],
    prepare: &dyn Fn(&[u8]) -> Vec<u8>,
    change: &mut dyn FnMut(&str) -> Option<String>,
) -> Option<Vec<u8>> {
    let mut now = prepare(bytes);
    if let Some(changed) = address::rewrite(&now, address::Context::Text, change) {
        now = changed;
    }
    if let Some(changed) = base64_run::rewrite(&now, DEPTH, &mut |decoded, depth| {
        rewrite_decoded(decoded, prepare, change, depth)
    }) {
        now = changed;
    }
    (now != bytes).then_some(now)
}

/// Like [`rewrite`] for what was base64: most of it is noise, so an address has to look more like one.
fn rewrite_decoded(
    bytes: &[u8],
    prepare: &dyn Fn(&[u8]) -> Vec<u8>,
    change: &mut dyn FnMut(&str) -> Option<String>,
    depth: u8,
) -> Option<Vec<u8>> {
    let mut now = prepare(bytes);
    if let Some(changed) = address::rewrite(&now, address::Context::Noise, change) {
        now = changed;
    }
    if let Some(changed) = base64_run::rewrite(&now, depth, &mut |decoded, depth| {
        rewrite_decoded(decoded, prepare, change, depth)
    }) {
        now = changed;
    }
    (now != bytes).then_some(now)
}

/// What came of text is text: only ASCII was put into places that ASCII bounds.
fn into_text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
