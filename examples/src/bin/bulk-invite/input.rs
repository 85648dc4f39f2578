//! The bytes of the people file.

use std::fs;
use std::io::{self, Read};

use crate::args::Args;

/// Reads the people file, or standard input, whole.
pub(crate) fn read(args: &Args) -> Result<Vec<u8>, String> {
    let bytes = if args.reads_stdin() {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(&args.people)
    };
    bytes.map_err(|error| format!("cannot read {}: {error}", name(args)))
}

/// What a person calls the people file.
pub(crate) fn name(args: &Args) -> String {
    if args.reads_stdin() {
        "standard input".to_owned()
    } else {
        args.people.display().to_string()
    }
}
