//! Finds the encoding of a people file, and decodes it.

use std::io::{self, BufRead, Read};

use chardetng::EncodingDetector;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::UnusableFile;
use super::line_ends::LineCounter;
use super::source::{Reader, Source};
use crate::text::{escaped, quoted};

/// The number of bytes checked for a byte order mark, and for UTF-16 without one. No column name is shorter in UTF-16.
const BEGINNING: u64 = 8;

/// The length at which a quoted line is cut, in characters.
const EXCERPT: usize = 60;

/// The number of bytes that are decoded for the excerpt.
const EXCERPT_BYTES: u64 = 400;

/// The length of the beginning that tells the form of a file.
const HEAD: u64 = 1 << 20;

/// The size of the buffer of decoded text.
const BUFFER: usize = 1 << 16;

/// A file of text, all of which is valid in its encoding.
#[derive(Debug)]
pub(super) struct TextFile {
    source: Source,
    encoding: &'static Encoding,
    /// The length of the byte order mark.
    mark: u64,
}

impl TextFile {
    /// Checks that a file is text: in `encoding` if given, else by its byte order mark, else in UTF-8.
    ///
    /// # Errors
    ///
    /// If the file is not text in that encoding. The encoding is then guessed, but only for the message: with a wrong guess,
    /// people would get other addresses or names.
    pub(super) fn open(source: &Source, encoding: Option<&'static Encoding>) -> Result<Self, UnusableFile> {
        let mut beginning = Vec::new();
        let mut reader = source.reader().take(BEGINNING);
        reader.read_to_end(&mut beginning).map_err(|error| unreadable(&error))?;
        let marked = Encoding::for_bom(&beginning);
        let file = Self {
            source: source.clone(),
            encoding: encoding.or(marked.map(|(encoding, _)| encoding)).unwrap_or(UTF_8),
            mark: marked.map_or(0, |(_, length)| length as u64),
        };
        let is_assumed = encoding.is_none() && marked.is_none();
        if is_assumed && let Some(encoding) = utf_16_without_mark(&beginning) {
            return Err(UnusableFile(format!(
                "the file looks like UTF-16 without a byte order mark: add --encoding {encoding}, or save the file as CSV UTF-8"
            )));
        }
        let mut text = file.text();
        match io::copy(&mut text, &mut io::sink()) {
            Ok(_) => Ok(file),
            Err(_) if is_assumed && text.is_malformed => Err(file.not_utf_8(text.valid_up_to)?),
            Err(_) if text.is_malformed => Err(UnusableFile(format!(
                "the file is not valid {}: check --encoding, or save the file as CSV UTF-8",
                file.encoding.name()
            ))),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Returns the name of the encoding.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Returns the beginning of the text, up to the end of a line or behind a separator.
    pub(super) fn beginning(&self) -> Result<String, UnusableFile> {
        let mut bytes = Vec::new();
        let mut text = self.text().take(HEAD);
        text.read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 == HEAD {
            let end = |ends: &[u8]| bytes.iter().rposition(|byte| ends.contains(byte));
            if let Some(end) = end(b"\n\r").or_else(|| end(b",;\t")) {
                bytes.truncate(end + 1);
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns a reader of the text.
    pub(super) fn text(&self) -> Text {
        Text {
            inner: self.source.reader_at(self.mark),
            decoder: self.encoding.new_decoder_without_bom_handling(),
            buffer: String::new(),
            at: 0,
            valid_up_to: 0,
            is_malformed: false,
            is_at_end: false,
        }
    }

    /// Describes a file that is not UTF-8 from the byte at `position` on, with a guess at its encoding.
    fn not_utf_8(&self, position: u64) -> Result<UnusableFile, UnusableFile> {
        let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        let mut lines = LineCounter::new();
        let mut line_start = 0;
        let mut mixture = Mixture::new();
        let mut reader = self.source.reader();
        let mut at = 0;
        loop {
            let bytes = reader.fill_buf().map_err(|error| unreadable(&error))?;
            detector.feed(bytes, bytes.is_empty());
            mixture.feed(bytes);
            if bytes.is_empty() {
                break;
            }
            let until = usize::try_from(position.saturating_sub(at)).unwrap_or(usize::MAX);
            let before = &bytes[..bytes.len().min(until)];
            lines.count(before);
            if let Some(end) = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) {
                line_start = at + end as u64 + 1;
            }
            let length = bytes.len();
            at += length as u64;
            reader.consume(length);
        }
        let line = lines.line();
        let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
        // In encodings with several bytes per character, characters can be valid UTF-8 by chance.
        if let Some(utf_8_line) = mixture.utf_8_line
            && guess.is_single_byte()
        {
            return Ok(UnusableFile(format!(
                "line {line} is not UTF-8, but line {utf_8_line} is: the file mixes two encodings, so that --encoding cannot be right \
                 for all lines. Correct the characters that are not ASCII, and save the file as CSV UTF-8."
            )));
        }
        let mut excerpt = Vec::new();
        let mut reader = self.source.reader_at(line_start).take(EXCERPT_BYTES);
        reader.read_to_end(&mut excerpt).map_err(|error| unreadable(&error))?;
        let end = excerpt.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let is_cut = end.is_none() && excerpt.len() as u64 == EXCERPT_BYTES;
        let (text, _, is_malformed) = guess.decode(&excerpt[..end.unwrap_or(excerpt.len())]);
        if guess == UTF_8 || (is_malformed && !is_cut) {
            return Ok(UnusableFile(format!(
                "line {line} is not UTF-8: save the file as CSV UTF-8"
            )));
        }
        let excerpt: String = text.chars().take(EXCERPT).collect();
        let name = guess.name().to_ascii_lowercase();
        Ok(UnusableFile(format!(
            "line {line} is not UTF-8. The file seems to be {name}, in which the line reads {}. If that is right, add --encoding \
             {name}; otherwise save the file as CSV UTF-8.",
            quoted(&escaped(&excerpt))
        )))
    }
}

/// Finds letters in UTF-8 in a file that is not UTF-8 as a whole.
struct Mixture {
    lines: LineCounter,
    /// The first line with such a letter.
    utf_8_line: Option<u64>,
}

impl Mixture {
    const fn new() -> Self {
        Self {
            lines: LineCounter::new(),
            utf_8_line: None,
        }
    }

    /// Takes the next bytes. A character that continues in later ones is not found.
    fn feed(&mut self, mut bytes: &[u8]) {
        while self.utf_8_line.is_none() && !bytes.is_empty() {
            let valid = Encoding::utf8_valid_up_to(bytes);
            let (text, rest) = bytes.split_at(valid);
            let text = std::str::from_utf8(text).unwrap_or_default();
            let letter = text.find(|c: char| !c.is_ascii() && c.is_alphabetic());
            self.lines.count(&text.as_bytes()[..letter.unwrap_or(text.len())]);
            self.utf_8_line = letter.map(|_| self.lines.line());
            bytes = rest.get(1..).unwrap_or_default();
        }
    }
}

fn unreadable(error: &io::Error) -> UnusableFile {
    UnusableFile(format!("the file cannot be read: {error}"))
}

/// The text of a file, in UTF-8.
pub(super) struct Text {
    inner: Reader,
    decoder: Decoder,
    buffer: String,
    /// The position in the buffer of the text that is not consumed yet.
    at: usize,
    /// The position in the file, without the byte order mark, up to which it is valid.
    valid_up_to: u64,
    is_malformed: bool,
    is_at_end: bool,
}

impl Text {
    fn refill(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.reserve(BUFFER);
        self.at = 0;
        while self.buffer.is_empty() && !self.is_at_end {
            let bytes = self.inner.fill_buf()?;
            let is_last = bytes.is_empty();
            let (result, read) = self
                .decoder
                .decode_to_string_without_replacement(bytes, &mut self.buffer, is_last);
            self.inner.consume(read);
            self.valid_up_to += read as u64;
            match result {
                DecoderResult::Malformed(length, after) => {
                    self.valid_up_to -= u64::from(length) + u64::from(after);
                    self.is_malformed = true;
                    return Err(io::Error::from(io::ErrorKind::InvalidData));
                }
                DecoderResult::InputEmpty => self.is_at_end = is_last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            self.refill()?;
        }
        Ok(&self.buffer.as_bytes()[self.at..])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.fill_buf()?;
        let length = text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&text[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// Returns the encoding if the file begins with ASCII letters in UTF-16, in which every other byte is NUL.
fn utf_16_without_mark(first: &[u8]) -> Option<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<String, UnusableFile> {
        let source = Source::copy_of(bytes).expect("a copy");
        let file = TextFile::open(&source, encoding)?;
        Ok(io::read_to_string(file.text()).expect("text"))
    }

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
    fn a_mixture_of_encodings_has_no_name() {
        let mixed = b"email,name\njose@example.com,Jos\xC3\xA9\nana@example.com,Ana\nrene@example.com,Ren\xE9\n";
        let error = decode(mixed, None).expect_err("a mixture").to_string();
        assert!(
            error.starts_with("line 4 is not UTF-8, but line 2 is: the file mixes two encodings"),
            "{error}"
        );
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
