//! Parses the values of cells, and of the options that replace them.

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::{InvalidMetadata, InvitationTemplate, Metadata};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde::de::value::StrDeserializer;

/// Words for true and false, as people write them and as spreadsheets export them in their language.
const TRUE: &[&str] = &[
    "true",
    "yes",
    "y",
    "1",
    "1.0",
    "wahr",
    "ja",
    "vrai",
    "oui",
    "verdadero",
    "sí",
    "si",
    "verdadeiro",
    "sim",
    "vero",
    "waar",
    "sant",
    "sann",
    "sand",
    "tosi",
    "prawda",
    "tak",
    "pravda",
    "ano",
    "igaz",
    "igen",
    "doğru",
    "evet",
    "истина",
    "да",
    "真",
    "はい",
    "是",
    "예",
];
const FALSE: &[&str] = &[
    "false",
    "no",
    "n",
    "0",
    "0.0",
    "falsch",
    "nein",
    "faux",
    "non",
    "falso",
    "não",
    "nao",
    "onwaar",
    "nee",
    "falskt",
    "usann",
    "falsk",
    "epätosi",
    "fałsz",
    "nie",
    "nepravda",
    "ne",
    "hamis",
    "nem",
    "yanlış",
    "hayır",
    "ложь",
    "нет",
    "假",
    "いいえ",
    "否",
    "아니요",
];

/// Parses a boolean.
pub(super) fn flag(text: &str) -> Result<bool, &'static str> {
    let word = text.to_lowercase();
    if TRUE.contains(&word.as_str()) {
        Ok(true)
    } else if FALSE.contains(&word.as_str()) {
        Ok(false)
    } else {
        Err("expected true or false")
    }
}

/// Parses a number of days in the range that Clerk accepts. Allows zeros after a decimal point or comma, such as `7.0`.
pub(crate) fn expires_in_days(text: &str) -> Result<u16, &'static str> {
    let whole = match text.split_once(['.', ',']) {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    whole
        .parse()
        .ok()
        .filter(|days| (1..=CreateInvitation::MAX_EXPIRES_IN_DAYS).contains(days))
        .ok_or("expected a number of days from 1 to 365")
}

/// Parses the slug of a template that the SDK knows.
pub(crate) fn template(text: &str) -> Result<InvitationTemplate, &'static str> {
    let template = InvitationTemplate::deserialize(StrDeserializer::<serde::de::value::Error>::new(text));
    template
        .ok()
        .filter(|template| InvitationTemplate::KNOWN.contains(template))
        .ok_or("expected invitation or waitlist_invitation")
}

/// Parses an absolute URL, or a path such as `/sign-up`. Custom schemes, as mobile apps use them, are allowed.
pub(crate) fn redirect_url(text: &str) -> Result<String, &'static str> {
    if text.contains(char::is_whitespace) {
        return Err("a URL cannot contain spaces: write %20 instead");
    }
    let host = text
        .split_once("://")
        .map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    if !host.is_ascii() {
        return Err("the host of a URL must be in its ASCII form, which begins with xn--");
    }
    let is_path = text.starts_with('/') && !text.starts_with("//");
    text.parse::<http::Uri>()
        .is_ok_and(|url| is_path || (url.scheme().is_some() && url.host().is_some_and(|host| !host.is_empty())))
        .then(|| text.to_owned())
        .ok_or("expected an absolute URL such as https://www.example.com/sign-up, or a path such as /sign-up")
}

/// Parses a JSON object; `null` means none. The message for text that is not JSON names the position of the error.
pub(super) fn metadata(text: &str) -> Result<Option<Metadata>, String> {
    if text.eq_ignore_ascii_case("null") {
        return Ok(None);
    }
    Metadata::from_json(text).map(Some).map_err(|error| {
        let problem = match (error, serde_json::from_str::<IgnoredAny>(text)) {
            (InvalidMetadata::NotJson, Err(error)) => format!("not JSON: {error}"),
            (error, _) => error.to_string(),
        };
        format!("{problem}; expected an object such as {{\"team\": \"Blue\"}}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_booleans_in_the_languages_of_spreadsheets() {
        for (text, expected) in [
            ("TRUE", true),
            ("Wahr", true),
            ("VRAI", true),
            ("FAŁSZ", false),
            ("ЛОЖЬ", false),
            ("はい", true),
            ("否", false),
            ("0", false),
        ] {
            assert_eq!(flag(text), Ok(expected), "{text}");
        }
        assert!(flag("maybe").is_err());
        assert!(TRUE.iter().all(|word| !FALSE.contains(word)));
    }

    #[test]
    fn parses_days_with_zeros_after_the_point() {
        for (text, days) in [
            ("7", Some(7)),
            ("7.0", Some(7)),
            ("7,0", Some(7)),
            ("365.00", Some(365)),
            ("7.5", None),
            ("0", None),
            ("366", None),
            ("-1", None),
        ] {
            assert_eq!(expires_in_days(text).ok(), days, "{text}");
        }
    }

    #[test]
    fn explains_what_is_wrong_with_a_url() {
        for url in [
            "https://example.com/in?a=b",
            "myapp://sign-up",
            "/sign-up",
            "https://xn--bcher-kva.example/",
        ] {
            assert_eq!(redirect_url(url).as_deref(), Ok(url));
        }
        let cases = [
            ("https://example.com/a b", "%20"),
            ("https://bücher.example/", "begins with xn--"),
            ("//example.com", "expected an absolute URL"),
            ("www.example.com", "expected an absolute URL"),
            ("https:///x", "expected an absolute URL"),
        ];
        for (url, expected) in cases {
            assert!(redirect_url(url).expect_err(url).contains(expected), "{url}");
        }
    }

    #[test]
    fn null_is_no_metadata() {
        assert_eq!(metadata("NULL"), Ok(None));
        assert_eq!(metadata("{}"), Ok(Some(Metadata::default())));
    }
}
