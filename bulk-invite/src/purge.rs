//! Forgetting a finished journal.

use std::io::Write;
use std::process::ExitCode;

use clerk_core::run::journal::FileJournal;

use crate::args::Args;
use crate::journal::Place;
use crate::program::say;

/// Removes the command's journal and the personal data in it. An error says why it was kept.
pub(crate) fn run(args: &Args) -> Result<ExitCode, String> {
    let Place::File(path) = Place::of(args, args.demo)? else {
        return Err("--purge needs a journal: name it by --journal FILE, or name the people file".to_owned());
    };
    FileJournal::purge(&path).map_err(|error| error.to_string())?;
    say(|out| writeln!(out, "The journal {} is forgotten.", path.display()))?;
    Ok(ExitCode::SUCCESS)
}
