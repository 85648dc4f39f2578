//! The bytes of the people file.

use std::fs;
use std::io::{self, Read};

use crate::args::Args;

/// Reads the people file, or standard input, whole.
pub(crate) fn read(args: &Args) -> Result<Vec<u8>, String> {
    let bytes = match args.people_file() {
        Some(file) => fs::read(file),
        None => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
    };
    bytes.map_err(|error| format!("cannot read {}: {error}", name(args)))
}

/// What a person calls the people file.
pub(crate) fn name(args: &Args) -> String {
    match args.people_file() {
        Some(file) => file.display().to_string(),
        None => "standard input".to_owned(),
    }
}
