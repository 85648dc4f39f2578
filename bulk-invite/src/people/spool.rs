//! Values that are kept out of memory between two passes, as lines of JSON in a private file.

use std::env;
use std::io::{self, BufRead, BufWriter, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;

use super::UnusableFile;
use super::source::{Reader, Source, private_file};

/// Writes the values of a [`Spool`].
pub(super) struct SpoolWriter<T> {
    file: BufWriter<SpooledTempFile>,
    values: PhantomData<fn(T)>,
}

impl<T: Serialize + DeserializeOwned> SpoolWriter<T> {
    pub(super) fn new() -> Self {
        Self {
            file: BufWriter::new(private_file()),
            values: PhantomData,
        }
    }

    /// # Errors
    ///
    /// If there is no room for the private file.
    pub(super) fn push(&mut self, value: &T) -> Result<(), UnusableFile> {
        serde_json::to_writer(&mut self.file, value)
            .map_err(io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| no_room(&error))
    }

    /// # Errors
    ///
    /// If there is no room for the private file.
    pub(super) fn finish(self) -> Result<Spool<T>, UnusableFile> {
        let file = self.file.into_inner().map_err(|error| no_room(error.error()))?;
        Ok(Spool {
            source: Source::from_private(file),
            values: PhantomData,
        })
    }
}

fn no_room(error: &io::Error) -> UnusableFile {
    UnusableFile(format!(
        "its rows cannot be kept in a private file in {} ({error}): free some space there, or set TMPDIR to a folder with space",
        env::temp_dir().display()
    ))
}

/// The values, which can be read any number of times.
#[derive(Debug)]
pub(super) struct Spool<T> {
    source: Source,
    values: PhantomData<fn() -> T>,
}

impl<T> Spool<T> {
    pub(super) fn values(&self) -> Values<T> {
        Values {
            reader: self.source.reader(),
            line: Vec::new(),
            values: PhantomData,
        }
    }
}

/// The values of a [`Spool`] in their order.
pub(super) struct Values<T> {
    reader: Reader,
    line: Vec<u8>,
    values: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Values<T> {
    type Item = Result<T, UnusableFile>;

    fn next(&mut self) -> Option<Self::Item> {
        let unreadable = |error: io::Error| {
            UnusableFile(format!(
                "its rows cannot be read back from the private file in {}: {error}",
                env::temp_dir().display()
            ))
        };
        self.line.clear();
        match self.reader.read_until(b'\n', &mut self.line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_slice(&self.line).map_err(|error| unreadable(error.into()))),
            Err(error) => Some(Err(unreadable(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_as_they_were_written() {
        let words = ["", "two\nlines", "\"quoted\"", "\0", "Zoë"].map(str::to_owned);
        let mut writer = SpoolWriter::new();
        for word in &words {
            writer.push(word).expect("room");
        }
        let spool = writer.finish().expect("room");
        for _ in 0..2 {
            let read: Vec<String> = spool.values().collect::<Result<_, _>>().expect("the values");
            assert_eq!(read, words);
        }
    }
}
