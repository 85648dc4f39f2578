//! What keeps people's addresses and secrets out of a file.
//!
//! All of it works on bytes, because an address can stand in a URL, in a header, in base64 or in what is no text at all.

mod address;
mod base64_run;
mod places;
mod pseudonym;
mod secret;
mod spelling;
mod ticket;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;

use address::{Change, Context};
pub(super) use places::Places;
pub(super) use pseudonym::Keep;
use pseudonym::Pseudonym;
pub(super) use secret::holds_secret;
use spelling::begins_escape;

use clerk_core::json::Json;

/// How often base64 within base64 is looked into.
const DEPTH: u8 = 2;

/// Replaces addresses by pseudonyms and tickets by nothing, and remembers who was replaced.
#[derive(Debug, Default)]
pub(super) struct Scrubber {
    keep: Keep,
    /// Each address as it was first written.
    people: HashMap<Pseudonym, String>,
}

impl Scrubber {
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            keep,
            people: HashMap::new(),
        }
    }

    /// A whole string, such as a JSON value or a query parameter.
    pub(super) fn string<'t>(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        if is_plain(&text) {
            return text;
        }
        let scrubbed = if address::is_whole(&text) {
            self.pseudonym(&text).map(Pseudonym::to_address)
        } else {
            self.scrubbed(text.as_bytes()).map(into_text)
        };
        scrubbed.map_or(text, Cow::Owned)
    }

    /// Bytes of any kind.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.scrubbed(bytes).unwrap_or_else(|| bytes.to_vec())
    }

    /// Every string of `json`, its keys as well, and whole what a key calls a ticket.
    pub(super) fn json(&mut self, json: &mut Json<'_>) {
        ticket::redact_members(json);
        self.strings(json);
    }

    fn strings<'t>(&mut self, json: &mut Json<'t>) {
        match json {
            Json::String(text) => *text = self.string(mem::take(text)),
            Json::Array(items) => items.iter_mut().for_each(|item| self.strings(item)),
            Json::Object(members) => {
                for (key, value) in members {
                    *key = self.string(mem::take(key));
                    self.strings(value);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// A query parameter's value.
    pub(super) fn parameter(&mut self, name: &str, value: String) -> String {
        if ticket::is_name(name) {
            ticket::REDACTED.to_owned()
        } else {
            self.string(value.into()).into_owned()
        }
    }

    /// Puts those who were replaced back into their places in `bytes`. `None` if nobody was.
    pub(super) fn restore(&self, bytes: &[u8], places: &Places) -> Option<Vec<u8>> {
        if self.people.is_empty() {
            return None;
        }
        let person = |pseudonym: Pseudonym| self.people.get(&pseudonym).map(String::as_str);
        if places.has_encoded {
            // Who is not known keeps the pseudonym, so that none of it passes for a part of the next address.
            let mut restore = |address: &str| {
                let pseudonym = Pseudonym::read(address)?;
                Some(person(pseudonym).map_or_else(|| pseudonym.to_address().into(), Cow::from))
            };
            return rewrite(bytes, Context::Text, DEPTH, &mut restore);
        }
        let people = places.plain.iter();
        address::splice(
            bytes,
            people.filter_map(|(place, pseudonym)| Some((place, person(*pseudonym)?))),
        )
    }

    /// A text for the caller, who is told of people by the addresses that the caller has used.
    pub(super) fn told(&self, text: String) -> String {
        let restored = self.restore(text.as_bytes(), &Places::find(text.as_bytes()));
        restored.map_or(text, into_text)
    }

    fn scrubbed(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut rename = |address: &str| Some(self.pseudonym(address)?.to_address().into());
        rewrite(bytes, Context::Text, DEPTH, &mut rename)
    }

    /// The pseudonym for an address, unless it is kept or is one already.
    fn pseudonym(&mut self, address: &str) -> Option<Pseudonym> {
        if self.keep.keeps(address) || Pseudonym::read(address).is_some() {
            return None;
        }
        let pseudonym = Pseudonym::of(address);
        self.people.entry(pseudonym).or_insert_with(|| address.to_owned());
        Some(pseudonym)
    }
}

/// Whether a text calls anyone by a pseudonym.
pub(super) fn has_pseudonym(text: &str) -> bool {
    !Places::find(text.as_bytes()).plain.is_empty()
}

/// Whether nothing of what is looked for can be in a text: no at sign, however it is spelled, no `ticket=`, and no base64,
/// which spells neither an at sign nor a token without an upper-case letter. Nearly every text is spared more than this look.
fn is_plain(text: &str) -> bool {
    !text
        .bytes()
        .any(|c| matches!(c, b'@' | b'=' | b'A'..=b'Z') || begins_escape(c))
}

/// Redacts tickets and puts every address through `change`, in base64 as well. `None` if nothing changed.
fn rewrite(bytes: &[u8], context: Context, depth: u8, change: &mut Change<'_>) -> Option<Vec<u8>> {
    let redacted = ticket::redact(bytes);
    let now = redacted.as_deref().unwrap_or(bytes);
    let renamed = address::rewrite(now, context, change);
    let now = renamed.as_deref().unwrap_or(now);
    let decoded = base64_run::rewrite(now, depth, &mut |decoded, depth| {
        // Most of what is decoded is noise, so an address has to look more like one.
        rewrite(decoded, Context::Noise, depth, change)
    });
    decoded.or(renamed).or(redacted)
}

/// What came of text is text: only ASCII was put into places that ASCII bounds.
fn into_text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    use super::*;

    const ADA: &str = "ada@example.org";

    /// Texts made of what matters to a search, so that it stands beside anything else.
    fn texts() -> impl Iterator<Item = String> {
        (1..=8).flat_map(|seed| texts_of(seed).take(5_000))
    }

    fn texts_of(seed: u64) -> impl Iterator<Item = String> {
        let ada = Pseudonym::of(ADA).to_address();
        let eve = Pseudonym::of("eve@example.org").to_address();
        let pieces = [
            ada.clone(),
            ada.replace('@', "%40"),
            ada.replace('@', r"\\u0040"),
            eve,
            // "ada@example.org" and Ada's pseudonym, which stands in base64 after one more character.
            "YWRhQGV4YW1wbGUub3Jn".to_owned(),
            "xcGVyc29uLTU0OWQ5YWIxZmY1ZkBleGFtcGxlLmNvbQ".to_owned(),
            "bob@example.org".to_owned(),
            "eyJhIjoxfQ.eyJhIjoxfQ.c2ln".to_owned(),
        ];
        let marks = [
            "@", ".", "-", "'", "\"", "%", "%40", "\\", "&#64;", "/", " ", "a", "é", "ticket", "=", "%3D", "person-",
        ];
        let mut random = fastrand::Rng::with_seed(seed);
        std::iter::repeat_with(move || {
            let count = random.usize(1..6);
            let mut piece = || match random.usize(0..pieces.len() * 3) {
                at if at < pieces.len() => pieces[at].clone(),
                _ => marks[random.usize(0..marks.len())].to_owned(),
            };
            (0..count).map(|_| piece()).collect()
        })
    }

    #[test]
    fn a_plain_text_is_one_in_which_nothing_is_found() {
        for text in texts().filter(|text| is_plain(text)) {
            let found = rewrite(text.as_bytes(), Context::Text, DEPTH, &mut |_| Some("found@x".into()));
            assert!(found.is_none() && !address::is_whole(&text), "{text}");
        }
    }

    /// The base64 that `bytes` take part in, wherever in a longer text they stand, and whatever stands beside them.
    fn encodings(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
        let mut found = BTreeSet::new();
        for offset in 0..3 {
            // One character of base64 holds at most half of a byte before it, and of one behind it.
            for (before, behind) in (0..16).flat_map(|low| (0..16).map(move |high| (low, high << 4))) {
                let text = [&vec![before; offset], bytes, &[behind]].concat();
                let first = offset * 8 / 6;
                let last = ((offset + bytes.len()) * 8).div_ceil(6);
                found.insert(STANDARD_NO_PAD.encode(text).as_bytes()[first..last].to_vec());
            }
        }
        found
    }

    #[test]
    fn base64_of_what_is_looked_for_has_an_upper_case_letter() {
        let spellings = [
            "@", "%40", "%2540", r"\u0040", r"\\u0040", "&#64;", "&#x40;", "&#X40;", "ticket=", "eyJ",
        ];
        for spelling in spellings {
            for encoded in encodings(spelling.as_bytes()) {
                for text in encodings(&encoded).iter().chain([&encoded]) {
                    let text = String::from_utf8_lossy(text);
                    assert!(text.bytes().any(|c| c.is_ascii_uppercase()), "{spelling} as {text}");
                }
            }
        }
    }

    #[test]
    fn an_address_in_base64_is_found_however_its_at_sign_is_spelled() {
        for spelling in ["@", "%40", "%2540", r"\u0040", r"\\u0040", "&#64;", "&#x40;", "&#X40;"] {
            for (before, behind) in [("", ""), ("to=", "&x"), ("as:", " "), ("a+b ", ";")] {
                // Short, so that nothing but the at sign makes it worth a look.
                let text = STANDARD_NO_PAD.encode(format!("{before}a{spelling}b.de{behind}"));
                assert_ne!(Scrubber::default().string(text.as_str().into()), text, "{spelling}");
            }
        }
    }

    #[test]
    fn what_is_put_together_is_what_a_search_makes() {
        let mut scrubber = Scrubber::default();
        let ada = scrubber.string(ADA.into());
        for text in texts() {
            let text = ticket::redact(text.as_bytes()).unwrap_or(text.into_bytes());
            let restored = scrubber.restore(&text, &Places::find(&text));
            // Whoever is not known is found as well: a search that passes over one pseudonym takes its end for the beginning
            // of the next, as in `person-…@example.com'person-…@example.com`, which no recording made of one address.
            let mut restore = |address: &str| {
                let pseudonym = Pseudonym::read(address)?.to_address();
                Some(if pseudonym == ada { ADA.into() } else { pseudonym.into() })
            };
            let searched = rewrite(&text, Context::Text, DEPTH, &mut restore);
            let unchanged = text.clone();
            assert_eq!(
                String::from_utf8_lossy(&restored.unwrap_or(unchanged)),
                String::from_utf8_lossy(&searched.unwrap_or(text))
            );
        }
    }
}
