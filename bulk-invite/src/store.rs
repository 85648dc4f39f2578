//! Values that are kept out of memory, in a private file that the system removes when the process ends.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;

/// The size up to which everything stays in memory.
const IN_MEMORY: usize = 4 << 20;

/// How much is read and written at a time.
const BLOCK: usize = 1 << 16;

/// Values, each found again by the position that [`push`](Self::push) returned for it.
#[derive(Debug)]
pub(crate) struct Store<T> {
    /// The lines of the values so far, as JSON.
    file: RefCell<Lines>,
    /// The lines that are not in the file yet.
    unwritten: Vec<u8>,
    /// The length of the file.
    written: u64,
    values: PhantomData<fn() -> T>,
}

/// Lines of a file, read in blocks: most are read in the order in which they were written.
#[derive(Debug)]
struct Lines {
    file: SpooledTempFile,
    block: Vec<u8>,
    /// Where the block begins in the file.
    block_at: u64,
}

impl<T: DeserializeOwned> Store<T> {
    pub(crate) fn new() -> Self {
        Self {
            file: RefCell::new(Lines {
                file: tempfile::spooled_tempfile(IN_MEMORY),
                block: Vec::new(),
                block_at: 0,
            }),
            unwritten: Vec::new(),
            written: 0,
            values: PhantomData,
        }
    }

    /// Adds a value in a form that `T` can be read from.
    ///
    /// # Errors
    ///
    /// If there is no room for the file.
    pub(crate) fn push(&mut self, value: &impl Serialize) -> io::Result<u64> {
        let at = self.written + self.unwritten.len() as u64;
        serde_json::to_writer(&mut self.unwritten, value)?;
        self.unwritten.push(b'\n');
        if self.unwritten.len() >= BLOCK {
            let Lines { file, .. } = self.file.get_mut();
            file.seek(SeekFrom::Start(self.written))?;
            file.write_all(&self.unwritten)?;
            self.written += self.unwritten.len() as u64;
            self.unwritten.clear();
        }
        Ok(at)
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or no value begins at this position.
    pub(crate) fn get(&self, at: u64) -> io::Result<T> {
        let mut file = self.file.borrow_mut();
        let line = match at.checked_sub(self.written) {
            Some(at) => line_at(&self.unwritten, at).map(|line| &self.unwritten[line]),
            None => file.line(at)?,
        };
        Ok(serde_json::from_slice(line.ok_or(ErrorKind::UnexpectedEof)?)?)
    }
}

impl Lines {
    /// Returns the line that begins at a position of the file, or `None` if there is no complete one.
    fn line(&mut self, at: u64) -> io::Result<Option<&[u8]>> {
        let in_block = at.checked_sub(self.block_at).and_then(|at| line_at(&self.block, at));
        if let Some(line) = in_block {
            return Ok(Some(&self.block[line]));
        }
        self.block.clear();
        self.block_at = at;
        self.file.seek(SeekFrom::Start(at))?;
        loop {
            let more = Read::by_ref(&mut self.file)
                .take(BLOCK as u64)
                .read_to_end(&mut self.block)?;
            let line = line_at(&self.block, 0);
            if line.is_some() || more == 0 {
                return Ok(line.map(|line| &self.block[line]));
            }
        }
    }
}

/// Returns where the line is that begins at a position, if it is complete.
fn line_at(text: &[u8], at: u64) -> Option<Range<usize>> {
    let begin = usize::try_from(at).ok()?;
    let length = text.get(begin..)?.iter().position(|byte| *byte == b'\n')?;
    Some(begin..begin + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_positions_in_any_order() {
        let long = "x".repeat(3 * BLOCK);
        let values: Vec<String> = ["", "two\nlines", "\"quoted\"", "Zoë", &long].map(str::to_owned).into();
        let mut store = Store::<String>::new();
        let mut positions = Vec::new();
        for round in 0..40 {
            for value in &values {
                positions.push(store.push(value).expect("room"));
            }
            // Values that are not in the file yet can be read too.
            let last = positions.last().copied().expect("a position");
            assert_eq!(store.get(last).expect("a value"), long, "round {round}");
        }
        assert!(store.written > IN_MEMORY as u64, "{} bytes", store.written);
        let read = |index: usize| {
            assert_eq!(
                store.get(positions[index]).expect("a value"),
                values[index % values.len()]
            );
        };
        (0..positions.len()).for_each(read);
        (0..positions.len()).rev().for_each(read);
        assert!(store.get(store.written + store.unwritten.len() as u64).is_err());
    }
}
