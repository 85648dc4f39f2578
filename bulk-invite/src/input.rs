//! Reads the people file.

use std::fs;
use std::io::{self, Read};

use crate::args::Args;

/// Reads the whole people file, or all of standard input.
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

/// Returns the people file's name for messages.
pub(crate) fn name(args: &Args) -> String {
    match args.people_file() {
        Some(file) => file.display().to_string(),
        None => "standard input".to_owned(),
    }
}
