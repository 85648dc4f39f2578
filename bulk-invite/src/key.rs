//! Reads the secret key from the environment.

use std::env;
use std::ffi::OsString;

use clerk_core::{InvalidSecretKey, SecretKey};

use crate::text::is_invisible;

const VARIABLE: &str = "CLERK_SECRET_KEY";

/// Returns the key in `CLERK_SECRET_KEY`, or `None` if the variable is unset or blank.
pub(crate) fn from_env() -> Result<Option<SecretKey>, String> {
    parse(env::var_os(VARIABLE))
}

fn parse(value: Option<OsString>) -> Result<Option<SecretKey>, String> {
    let Some(value) = value else {
        return Ok(None);
    };
    let key = match value.to_str().map(str::trim) {
        Some("") => return Ok(None),
        Some(text) => match mistake(text) {
            Some(advice) => return Err(format!("invalid {VARIABLE}: {advice}")),
            None => SecretKey::new(text),
        },
        None => Err(InvalidSecretKey::Characters),
    };
    key.map(Some).map_err(|error| format!("invalid {VARIABLE}: {error}"))
}

/// Recognizes what people paste in place of a secret key, and returns what to do.
fn mistake(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '\u{AB}' | '\u{BB}' | '\u{2018}'..='\u{201F}');
    let mistake = if text.starts_with(is_quote) || text.ends_with(is_quote) {
        "remove the quotes around the key"
    } else if lower.starts_with("bearer") || lower.starts_with("authorization") {
        "remove the word Bearer: the value is the key alone"
    } else if lower.contains("clerk_") || text.contains('=') {
        "remove the name of the variable: the value is the key alone"
    } else if lower.starts_with("pk_") {
        "this is the publishable key. Use the secret key, which starts with sk_test_ or sk_live_."
    } else if lower.starts_with("whsec_") {
        "this is the signing secret of a webhook. Use the secret key, which starts with sk_test_ or sk_live_."
    } else if text.starts_with("ak_") || text.starts_with("eyJ") {
        "this is a token of a user or an organization. Use the secret key, which starts with sk_test_ or sk_live_."
    } else if text.contains(['*', '\u{2022}', '\u{2026}']) || text.contains("...") {
        "the key is masked or abbreviated: reveal it in the dashboard, and copy all of it"
    } else if text.contains(char::is_whitespace) {
        "the key has a space or a line break in it: copy it again in one piece"
    } else if text.chars().any(is_invisible) {
        "the key has an invisible character in it: copy it again from the dashboard"
    } else if text.starts_with("SK_") {
        "write the key in lower case where it starts with sk_, as the dashboard shows it"
    } else {
        return None;
    };
    Some(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_text_that_is_not_a_secret_key_without_showing_it() {
        let parse_text = |text: &str| parse(Some(OsString::from(text)));
        assert!(parse(None).expect("unset").is_none());
        assert!(parse_text(" \n").expect("blank").is_none());
        assert!(parse_text("sk_live_abc\n").expect("valid").is_some());
        let cases = [
            ("pk_test_abc", "this is the publishable key"),
            ("whsec_abc", "signing secret of a webhook"),
            ("ak_abc", "a token of a user or an organization"),
            ("\"sk_test_abc\"", "remove the quotes"),
            ("sk_live_abc\u{201D}", "remove the quotes"),
            ("Bearer sk_test_abc", "remove the word Bearer"),
            ("CLERK_SECRET_KEY=sk_test_abc", "remove the name of the variable"),
            ("sk_test_ab c", "a space or a line break"),
            ("sk_test_\nabc", "a space or a line break"),
            ("sk_test_\u{200B}abc", "an invisible character"),
            ("sk_test_abc\u{2022}\u{2022}", "masked or abbreviated"),
            ("sk_test_...abc", "masked or abbreviated"),
            ("SK_TEST_abc", "lower case"),
            ("sk_test_", "truncated"),
            ("abc", "does not start with sk_test_ or sk_live_"),
        ];
        for (text, expected) in cases {
            let error = parse_text(text).expect_err(text);
            assert!(error.starts_with("invalid CLERK_SECRET_KEY: "), "{error}");
            assert!(error.contains(expected), "{expected:?} is not in {error:?}");
            assert!(!error.contains("abc"), "the value shows: {error}");
        }
    }
}
