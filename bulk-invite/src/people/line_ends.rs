//! Counts the lines of a file, which end in LF, CRLF, or CR alone.

/// Counts lines over parts of a text.
#[derive(Debug, Clone)]
pub(super) struct LineCounter {
    ends: u64,
    is_after_cr: bool,
}

impl LineCounter {
    pub(super) const fn new() -> Self {
        Self {
            ends: 0,
            is_after_cr: false,
        }
    }

    /// Advances over a part.
    pub(super) fn count(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.advance(*byte));
    }

    /// Advances over a byte.
    pub(super) const fn advance(&mut self, byte: u8) {
        if byte == b'\r' || (byte == b'\n' && !self.is_after_cr) {
            self.ends += 1;
        }
        self.is_after_cr = byte == b'\r';
    }

    /// Returns the line of the position behind the parts, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.ends + 1
    }
}

/// Counts the line ends in a text.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let mut lines = LineCounter::new();
    lines.count(bytes);
    lines.ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_of_line_end_once() {
        let text = b"a\nb\r\nc\rd\r\r\n\n";
        for split in 0..text.len() {
            let mut lines = LineCounter::new();
            lines.count(&text[..split]);
            lines.count(&text[split..]);
            assert_eq!(lines.line(), 7, "split at {split}");
        }
        assert_eq!(line_ends(text), 6);
        assert_eq!(line_ends(b""), 0);
    }
}
