//! Standard output and standard error.

use std::io::{self, Write};

use crate::text::escaped;

/// Writes to standard output.
///
/// A closed pipe is not an error: in `bulk-invite … | head -1`, the run goes on after `head` has ended.
pub(crate) fn print(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) -> Result<(), String> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints an error message on standard error, in clap's format.
pub(crate) fn print_error(message: &str) {
    print_line(&format!("error: {}", escaped(message)));
}

/// Prints a line on standard error.
pub(crate) fn print_line(line: &str) {
    // A closed standard error must not end the run.
    let _ = writeln!(io::stderr(), "{line}");
}
