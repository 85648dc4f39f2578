//! Which text from the wire may appear in messages, `Debug` and logs.

use std::fmt;

/// Returns whether `text` has only the characters of codes and ids, so that it cannot be an email address or a link.
pub(crate) fn is_safe_to_log(text: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain)
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
