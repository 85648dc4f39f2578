//! Decodes the bytes of a people file.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};

use super::UnusableFile;
use crate::text::{escaped, quoted};

/// The number of bytes checked for UTF-16 without a byte order mark. No column name is shorter in UTF-16.
const BEGINNING: usize = 8;

/// The length at which a quoted line is cut, in characters.
const EXCERPT: usize = 60;

/// Decodes a file: in `encoding` if given, else by its byte order mark, else as UTF-8.
///
/// # Errors
///
/// If the file is not text in that encoding. The encoding is then guessed, but only for the message: with a wrong guess, people
/// would get other addresses or names.
pub(super) fn decode<'a>(bytes: &'a [u8], encoding: Option<&'static Encoding>) -> Result<Cow<'a, str>, UnusableFile> {
    let marked = Encoding::for_bom(bytes);
    let body = &bytes[marked.map_or(0, |(_, length)| length)..];
    if let Some(encoding) = encoding.or(marked.map(|(encoding, _)| encoding)) {
        return encoding
            .decode_without_bom_handling_and_without_replacement(body)
            .ok_or_else(|| {
                UnusableFile(format!(
                    "the file is not valid {}: check --encoding, or save the file as CSV UTF-8",
                    encoding.name()
                ))
            });
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return Err(UnusableFile(format!(
            "the file looks like UTF-16 without a byte order mark: add --encoding {encoding}, or save the file as CSV UTF-8"
        )));
    }
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|error| not_utf_8(bytes, error.valid_up_to()))
}

/// Returns the name of the encoding in which [`decode`] reads a file.
pub(super) fn name(bytes: &[u8], encoding: Option<&'static Encoding>) -> &'static str {
    let marked = || Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    encoding.or_else(marked).unwrap_or(UTF_8).name()
}

/// Returns the encoding if the file begins with ASCII letters in UTF-16, in which every other byte is NUL.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static str> {
    let first = &bytes[..bytes.len().min(BEGINNING)];
    let is_nul_at = |nul: usize| {
        let mut units = first.chunks_exact(2);
        units.len() > 0 && units.all(|unit| unit[nul] == 0 && unit[1 - nul] != 0)
    };
    match (is_nul_at(1), is_nul_at(0)) {
        (true, _) => Some("utf-16le"),
        (_, true) => Some("utf-16be"),
        _ => None,
    }
}

/// Describes a file that is not UTF-8 from the byte at `position` on, with a guess at its encoding.
fn not_utf_8(bytes: &[u8], position: usize) -> UnusableFile {
    let line = 1 + super::records::line_ends(&bytes[..position]);
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = bytes[..position].iter().rposition(is_line_end).map_or(0, |end| end + 1);
    let rest = &bytes[start..];
    let end = rest.iter().position(is_line_end).unwrap_or(rest.len());
    let (text, _, is_malformed) = guess.decode(&rest[..end]);
    if guess == UTF_8 || is_malformed {
        return UnusableFile(format!("line {line} is not UTF-8: save the file as CSV UTF-8"));
    }
    let excerpt: String = text.chars().take(EXCERPT).collect();
    let name = guess.name().to_ascii_lowercase();
    UnusableFile(format!(
        "line {line} is not UTF-8. The file seems to be {name}, in which the line reads {}. If that is right, add --encoding \
         {name}; otherwise save the file as CSV UTF-8.",
        quoted(&escaped(&excerpt))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_utf_8_and_marked_utf_16() {
        let utf_16 = |text: &str, encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{FEFF}"
                .encode_utf16()
                .chain(text.encode_utf16())
                .flat_map(encode)
                .collect()
        };
        let text = "email\nzoë@example.com";
        let files = [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            utf_16(text, u16::to_le_bytes),
            utf_16(text, u16::to_be_bytes),
        ];
        for bytes in files {
            assert_eq!(decode(&bytes, None).expect("text"), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_guessed_encoding_is_only_suggested() {
        let cases: [(&[u8], &str, &str); 3] = [
            (
                "email,name\njose@example.com,Jos\u{e9} Mu\u{f1}oz\nrene@example.com,Ren\u{e9}\n".as_bytes(),
                "windows-1252",
                "José Muñoz",
            ),
            (
                "email,name\nsato@example.com,\u{4f50}\u{85e4}\u{592a}\u{90ce}\n".as_bytes(),
                "shift_jis",
                "佐藤太郎",
            ),
            (
                "email,name\nivan@example.com,\u{418}\u{432}\u{430}\u{43d} \u{41f}\u{435}\u{442}\u{440}\u{43e}\u{432}\n".as_bytes(),
                "windows-1251",
                "Иван Петров",
            ),
        ];
        for (utf_8, name, readable) in cases {
            let text = std::str::from_utf8(utf_8).expect("UTF-8");
            let encoding = Encoding::for_label(name.as_bytes()).expect("a label");
            let (bytes, _, _) = encoding.encode(text);
            let error = decode(&bytes, None).expect_err(name).to_string();
            assert!(error.starts_with("line 2 is not UTF-8"), "{error}");
            assert!(error.contains(&format!("--encoding {name}")), "{error}");
            assert!(error.contains(readable), "{error}");
            assert_eq!(decode(&bytes, Some(encoding)).expect("text"), text);
        }
    }

    #[test]
    fn names_what_is_not_text() {
        let cases: [(&[u8], &str); 4] = [
            (b"e\0m\0a\0", "--encoding utf-16le"),
            (b"\0e\0m\0a\0i\0l\0\n", "--encoding utf-16be"),
            (b"e\0m\0a\0i\0l\0\n\0\x16\x04", "--encoding utf-16le"),
            (b"\xFF\xFEe\0m", "not valid UTF-16LE"),
        ];
        for (bytes, expected) in cases {
            let error = decode(bytes, None).expect_err(expected).to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        for with_nul in [&b"email\nada\0"[..], b"e\0mail\nada", b"\0\0\0\0\0\0\0\0", b"\0"] {
            assert!(decode(with_nul, None).is_ok(), "{with_nul:?}");
        }
    }
}
