//! Text that comes from the people file or from the network, made safe for a terminal.

use std::fmt::Write;

/// Replaces control characters and invisible characters by their code points, such as `<U+200B>`.
///
/// Control characters could move the cursor or forge lines, and text with invisible characters looks right when it is not.
pub(crate) fn escaped(text: &str) -> String {
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

/// Quotes a value from the user's input, with its control and invisible characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Formats a number of people.
pub(crate) fn people(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        _ => format!("{count} people"),
    }
}

/// Whether a character takes no space, changes the direction of text, or looks like the space U+0020.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00A0}'
            | '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
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
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(quoted("x\t"), "\"x<U+0009>\"");
    }
}
