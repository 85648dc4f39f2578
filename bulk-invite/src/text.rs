//! Text that comes from the people file or from the network, made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// The number of characters that a quoted value may have, and that a message from the network may have.
const QUOTED_LENGTH: usize = 100;
const MESSAGE_LENGTH: usize = 500;

/// Replaces control characters and invisible characters by their code points, such as `<U+200B>`.
///
/// Control characters could move the cursor or forge lines, and text with invisible characters looks right when it is not.
pub(crate) fn escaped(text: &str) -> String {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    if text.as_bytes().iter().all(is_plain) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "<U+{:04X}>", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Quotes a value from the user's input, shortened, with its control and invisible characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(&shortened(text, QUOTED_LENGTH)))
}

/// Prepares a message of any length from the network for output.
pub(crate) fn message(text: &str) -> String {
    escaped(&shortened(text.trim(), MESSAGE_LENGTH))
}

/// Cuts text that has more than `length` characters.
pub(crate) fn shortened(text: &str, length: usize) -> Cow<'_, str> {
    if text.len() <= length {
        return text.into();
    }
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Formats a number of people.
pub(crate) fn people(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        _ => format!("{count} people"),
    }
}

/// Whether a character takes no space, changes the direction of text, looks like the space U+0020, or hides text (tags and
/// the variation selectors of the same plane).
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00A0}'
            | '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_and_invisible_characters_only() {
        let cases = [
            ("Zoë <zoe@example.com>", "Zoë <zoe@example.com>"),
            ("\u{1b}[2Jada", "<U+001B>[2Jada"),
            ("a\nb", "a<U+000A>b"),
            ("ada\u{200B}@example.com", "ada<U+200B>@example.com"),
            ("\u{202E}moc", "<U+202E>moc"),
            ("ada@example.com\u{A0}", "ada@example.com<U+00A0>"),
            ("a\u{9b}2J", "a<U+009B>2J"),
            ("\u{E0041}b", "<U+E0041>b"),
            ("I ❤\u{FE0F} it", "I ❤\u{FE0F} it"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(quoted("x\t"), "\"x<U+0009>\"");
        assert_eq!(quoted(&"ä".repeat(101)), format!("\"{}…\"", "ä".repeat(100)));
        assert_eq!(
            message(&format!(" a\n{}", "x".repeat(1_000))).chars().count(),
            500 + "<U+000A>".len()
        );
    }
}
