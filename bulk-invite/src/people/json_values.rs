//! Splits valid JSON into its values, without keeping more than one of them.

use std::io::{self, BufRead};

use super::UnusableFile;
use super::line_ends::LineCounter;
use super::records::MAX_RECORD;

/// Reads values one after another. The text must be valid JSON; other text is split arbitrarily.
pub(super) struct Scanner<R> {
    text: R,
    lines: LineCounter,
    json: Vec<u8>,
}

impl<R: BufRead> Scanner<R> {
    pub(super) const fn new(text: R) -> Self {
        Self {
            text,
            lines: LineCounter::new(),
            json: Vec::new(),
        }
    }

    /// Returns the line of the next byte.
    pub(super) const fn line(&self) -> u64 {
        self.lines.line()
    }

    /// Skips white space, and returns the byte behind it.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, UnusableFile> {
        loop {
            match self.byte()? {
                Some(byte) if byte.is_ascii_whitespace() => self.skip(),
                byte => return Ok(byte),
            }
        }
    }

    /// Skips the byte that [`peek`](Self::peek) returned.
    pub(super) fn skip(&mut self) {
        let byte = self.text.fill_buf().ok().and_then(|bytes| bytes.first().copied());
        if let Some(byte) = byte {
            self.lines.advance(byte);
            self.text.consume(1);
        }
    }

    /// Skips this byte behind white space, if it is there.
    pub(super) fn skip_if(&mut self, expected: u8) -> Result<bool, UnusableFile> {
        let is_there = self.peek()? == Some(expected);
        if is_there {
            self.skip();
        }
        Ok(is_there)
    }

    /// Returns the next value.
    pub(super) fn value(&mut self) -> Result<&str, UnusableFile> {
        self.json.clear();
        self.scan(true)?;
        std::str::from_utf8(&self.json).map_err(|error| UnusableFile(format!("line {}: {error}", self.lines.line())))
    }

    /// Skips the next value.
    pub(super) fn skip_value(&mut self) -> Result<(), UnusableFile> {
        self.scan(false)
    }

    fn scan(&mut self, keep: bool) -> Result<(), UnusableFile> {
        let line = self.line();
        let mut depth = 0_u64;
        let mut is_string = false;
        let mut is_escaped = false;
        let first = self.peek()?;
        let is_delimited = matches!(first, Some(b'{' | b'[' | b'"'));
        while let Some(byte) = self.byte()? {
            if !is_delimited && matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
                break;
            }
            self.skip();
            if keep {
                self.json.push(byte);
            }
            if self.json.len() > MAX_RECORD {
                return Err(UnusableFile(format!(
                    "the value on line {line} has more than {} MB: keep only the members that are needed",
                    MAX_RECORD >> 20
                )));
            }
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_string => is_escaped = true,
                b'"' => is_string = !is_string,
                b'{' | b'[' if !is_string => depth += 1,
                b'}' | b']' if !is_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if is_delimited && depth == 0 && !is_string {
                break;
            }
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<Option<u8>, UnusableFile> {
        let unreadable = |error: io::Error| UnusableFile(format!("the file cannot be read: {error}"));
        Ok(self.text.fill_buf().map_err(unreadable)?.first().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_values_of_all_kinds() {
        let json = "\n{\"a\":[1,{\"b\":\"}\\\"\"}]} \"x\\\\\" 12 null\r\n[[]]{}true";
        let expected = [
            (2, "{\"a\":[1,{\"b\":\"}\\\"\"}]}"),
            (2, "\"x\\\\\""),
            (2, "12"),
            (2, "null"),
            (3, "[[]]"),
            (3, "{}"),
            (3, "true"),
        ];
        let mut scanner = Scanner::new(json.as_bytes());
        for (line, value) in expected {
            assert!(scanner.peek().expect("JSON").is_some());
            assert_eq!((scanner.line(), scanner.value().expect("JSON")), (line, value));
        }
        assert_eq!(scanner.peek().expect("the end"), None);
    }

    #[test]
    fn a_value_has_a_limit_unless_it_is_skipped() {
        let json = format!("\n\"{}\"7", "x".repeat(MAX_RECORD));
        let error = Scanner::new(json.as_bytes()).value().expect_err("too long").to_string();
        assert!(error.starts_with("the value on line 1 has more than 4 MB"), "{error}");
        let mut scanner = Scanner::new(json.as_bytes());
        scanner.skip_value().expect("JSON");
        assert_eq!(scanner.value().expect("JSON"), "7");
    }
}
