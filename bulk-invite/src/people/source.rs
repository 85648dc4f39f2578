//! The bytes of a people file, for any number of readers, each with its own position.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tempfile::SpooledTempFile;

/// The size up to which a private copy stays in memory.
const IN_MEMORY: usize = 4 << 20;

/// The size that a private copy may have, so that an endless input does not fill the disk.
const MAX_COPIED: u64 = 4 << 30;

/// The size of the buffer of a reader.
const BUFFER: usize = 1 << 16;

/// Bytes that can be read again and again. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Source(Arc<Mutex<Store>>);

#[derive(Debug)]
enum Store {
    /// A file of the user, with its state when it was opened.
    File(File, Option<State>),
    /// A copy in memory, or in a file that only this process can open and that the system removes when the process ends.
    Private(SpooledTempFile),
}

/// What differs after somebody writes to a file.
#[derive(Debug, PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

impl Source {
    /// Reads a file of the user.
    pub(crate) fn from_file(file: File) -> Self {
        let state = State::of(&file);
        Self::new(Store::File(file, state))
    }

    /// Reads a private copy of an input that can be read only once.
    ///
    /// # Errors
    ///
    /// If the input cannot be read, or there is no room for the copy.
    pub(crate) fn copy_of(input: impl Read) -> io::Result<Self> {
        let mut copy = private_file();
        if io::copy(&mut input.take(MAX_COPIED + 1), &mut copy)? > MAX_COPIED {
            let limit = format!("it has more than {} GB", MAX_COPIED >> 30);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
        }
        copy.flush()?;
        Ok(Self::from_private(copy))
    }

    /// Reads what was written to a [`private_file`].
    pub(super) fn from_private(file: SpooledTempFile) -> Self {
        Self::new(Store::Private(file))
    }

    fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// Returns a reader that begins at `position`.
    pub(super) fn reader_at(&self, position: u64) -> Reader {
        let reader = Positioned {
            source: self.clone(),
            at: position,
        };
        BufReader::with_capacity(BUFFER, reader)
    }

    /// Returns a reader of everything.
    pub(super) fn reader(&self) -> Reader {
        self.reader_at(0)
    }

    /// Whether the user's file has changed since it was opened.
    pub(super) fn has_changed(&self) -> bool {
        match &*self.store() {
            Store::File(file, state) => State::of(file) != *state,
            Store::Private(_) => false,
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(file: &File) -> Option<Self> {
        let from_metadata = |metadata: Metadata| Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        file.metadata().ok().map(from_metadata)
    }
}

/// Creates a file for a private copy.
pub(super) fn private_file() -> SpooledTempFile {
    tempfile::spooled_tempfile(IN_MEMORY)
}

/// Reads a [`Source`].
pub(super) type Reader = BufReader<Positioned>;

/// A position in a [`Source`].
#[derive(Debug)]
pub(super) struct Positioned {
    source: Source,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.store().read_at(self.at, buffer)?;
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Positioned {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.at = match position {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(offset) => offset_by(self.at, offset)?,
            SeekFrom::End(offset) => offset_by(self.source.store().length()?, offset)?,
        };
        Ok(self.at)
    }
}

fn offset_by(position: u64, offset: i64) -> io::Result<u64> {
    position
        .checked_add_signed(offset)
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
}

impl Store {
    /// Reads up to the length that a file had when it was opened, because a file can grow faster than it is read.
    fn read_at(&mut self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = SeekFrom::Start(position);
        match self {
            Self::File(file, state) => {
                let end = state.as_ref().map_or(u64::MAX, |state| state.length);
                file.seek(start)?;
                file.take(end.saturating_sub(position)).read(buffer)
            }
            Self::Private(file) => file.seek(start).and_then(|_| file.read(buffer)),
        }
    }

    fn length(&mut self) -> io::Result<u64> {
        match self {
            Self::File(_, Some(state)) => Ok(state.length),
            Self::File(file, None) => file.seek(SeekFrom::End(0)),
            Self::Private(file) => file.seek(SeekFrom::End(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_of_a_source_do_not_disturb_each_other() {
        let large = vec![b'x'; IN_MEMORY + 1];
        for bytes in [&b"ada@example.com"[..], &large] {
            let source = Source::copy_of(bytes).expect("a copy");
            let mut first = source.reader();
            let mut beginning = [0; 3];
            first.read_exact(&mut beginning).expect("bytes");
            let mut all = Vec::new();
            source.reader().read_to_end(&mut all).expect("bytes");
            assert!(all == bytes, "{} bytes", bytes.len());
            let mut rest = Vec::new();
            first.read_to_end(&mut rest).expect("bytes");
            assert!(rest == bytes[3..], "{} bytes", bytes.len());
            assert!(!source.has_changed());
        }
    }

    #[test]
    fn notices_that_a_file_is_written_to() {
        let mut named = tempfile::NamedTempFile::new().expect("a file");
        named.write_all(b"email\nada@example.com\n").expect("a write");
        let source = Source::from_file(named.reopen().expect("the file"));
        assert!(!source.has_changed());
        named.write_all(b"bob@example.com\n").expect("a write");
        assert!(source.has_changed());
        let text = io::read_to_string(source.reader()).expect("text");
        assert_eq!(text, "email\nada@example.com\n", "what is added is not read");
    }
}
