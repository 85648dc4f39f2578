//! Standard output and standard error.

use std::io::{self, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ColorChoice;
use clerk_core::run::Outcome;

use crate::text::escaped;

/// The style of headings.
pub(crate) const HEADING: Style = Style::new().bold();

const ERROR: Style = AnsiColor::Red.on_default().bold();

static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Sets when to color the output, and whether [`print`](fn@print) prints.
pub(crate) fn configure(color: ColorChoice, is_quiet: bool) {
    let choice = match color {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    IS_QUIET.store(is_quiet, Ordering::Relaxed);
}

/// Returns the style of an outcome's name.
pub(crate) const fn outcome_style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Created => AnsiColor::Green.on_default(),
        Outcome::Unknown | Outcome::Refused | Outcome::Invalid => AnsiColor::Red.on_default(),
        Outcome::Pending => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    }
}

/// The lock of standard output. It removes styles unless the output is colored.
type Stdout = AutoStream<StdoutLock<'static>>;

/// Writes to standard output, unless `--quiet` is given.
///
/// A closed pipe is not an error: in `bulk-invite … | head -1`, the run goes on after `head` has ended.
pub(crate) fn print(write: impl FnOnce(&mut Stdout) -> io::Result<()>) -> Result<(), String> {
    if IS_QUIET.load(Ordering::Relaxed) {
        return Ok(());
    }
    print_result(write)
}

/// Writes to standard output what an option asks for, also with `--quiet`.
pub(crate) fn print_result(write: impl FnOnce(&mut Stdout) -> io::Result<()>) -> Result<(), String> {
    let mut stdout = AutoStream::auto(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints an error message on standard error, in clap's format.
pub(crate) fn print_error(message: &str) {
    print_line(&format!("{ERROR}error:{ERROR:#} {}", escaped(message)));
}

/// Prints a line on standard error.
pub(crate) fn print_line(line: &str) {
    // A closed standard error must not end the run.
    let _ = writeln!(anstream::stderr(), "{line}");
}
