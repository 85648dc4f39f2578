//! Opens the people file.

use std::fs::File;
use std::io;

use crate::args::Args;
use crate::people::Source;

/// Opens the people file. An input that can be read only once, such as standard input or a pipe, is copied.
pub(crate) fn open(args: &Args) -> Result<Source, String> {
    let source = match args.people_file() {
        Some(path) => File::open(path).and_then(|file| {
            let kind = file.metadata()?.file_type();
            if kind.is_dir() {
                return Err(io::Error::other("it is a folder: name a file in it"));
            }
            match kind.is_file() {
                true => Ok(Source::from_file(file)),
                false => Source::copy_of(file),
            }
        }),
        None => Source::copy_of(io::stdin().lock()),
    };
    source.map_err(|error| format!("cannot read {}: {error}", name(args)))
}

/// Returns the people file's name for messages.
pub(crate) fn name(args: &Args) -> String {
    match args.people_file() {
        Some(file) => file.display().to_string(),
        None => "standard input".to_owned(),
    }
}
