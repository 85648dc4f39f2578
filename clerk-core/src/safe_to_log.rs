//! Which text from the wire may appear in messages, `Debug` and logs.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// The beginnings of secret keys. A server that repeats the request's headers could write one into a message or an id.
const KEY_PREFIXES: [&str; 2] = ["sk_test_", "sk_live_"];

fn contains_key(text: &str) -> bool {
    KEY_PREFIXES.iter().any(|prefix| text.contains(prefix))
}

/// Replaces everything in `text` that looks like a secret key.
pub(crate) fn redact_keys(text: &str) -> Cow<'_, str> {
    if !contains_key(text) {
        return Cow::Borrowed(text);
    }
    let is_part_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = KEY_PREFIXES.iter().filter_map(|prefix| rest.find(prefix)).min() {
        redacted.push_str(&rest[..at]);
        redacted.push_str("<secret key>");
        rest = rest[at..].trim_start_matches(is_part_of_key);
    }
    redacted.push_str(rest);
    Cow::Owned(redacted)
}

/// Displays an id from the wire: control characters escaped, and secret keys redacted.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_safe_to_log(self.0) {
            return f.write_str(self.0);
        }
        for c in redact_keys(self.0).chars() {
            match c {
                ' '..='~' => f.write_char(c)?,
                _ => write!(f, "{}", c.escape_unicode())?,
            }
        }
        Ok(())
    }
}

/// Returns whether `text` has only the characters of codes and ids and is no secret key, so that it cannot be an email address
/// or a link.
pub(crate) fn is_safe_to_log(text: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain) && !contains_key(text)
}

/// Returns whether a message of another library may be shown: it is short, and looks free of keys, tickets and email addresses.
pub(crate) fn is_safe_message(text: &str) -> bool {
    let is_sensitive = |part| text.contains(part);
    (1..=200).contains(&text.len())
        && !text.chars().any(char::is_control)
        && !["@", "%40", "sk_test_", "sk_live_", "ticket"]
            .into_iter()
            .any(is_sensitive)
}

/// Displays text from the wire if it [is safe to log](is_safe_to_log), and a placeholder otherwise.
pub(crate) struct SafeToLog<'a>(pub(crate) &'a str);

impl fmt::Display for SafeToLog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if is_safe_to_log(self.0) {
            self.0
        } else {
            "<unprintable>"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_redacted_wherever_they_are() {
        for (text, shown) in [
            ("plain", "plain"),
            (
                "key sk_live_a-B_9, and sk_test_x!",
                "key <secret key>, and <secret key>!",
            ),
            ("sk_test_", "<secret key>"),
        ] {
            assert_eq!(redact_keys(text), shown, "{text}");
        }
        assert_eq!(SafeToLog("sk_live_abc").to_string(), "<unprintable>");
    }

    #[test]
    fn ids_are_escaped() {
        for (id, shown) in [
            ("inv_1", "inv_1"),
            ("a b/c", "a b/c"),
            ("\u{1b}[2J\u{202e}", "\\u{1b}[2J\\u{202e}"),
            ("inv_sk_live_abc", "inv_<secret key>"),
        ] {
            assert_eq!(Escaped(id).to_string(), shown);
        }
    }
}
