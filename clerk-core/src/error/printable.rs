use std::fmt;

/// Whether text from the wire is made of what codes and ids are made of, and so holds no address.
pub(crate) fn is_safe_to_log(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    (1..=128).contains(&text.len()) && text.bytes().all(plain)
}

/// Shows text from the wire only if it is printable.
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
