//! Asks for confirmation before a live key invites many people or revokes invitations.

use std::io::{self, IsTerminal, Write};

use clerk_core::Environment;

use crate::args::Args;

/// A live key may invite this many people without confirmation.
const UNCONFIRMED: usize = 50;

/// Asks for confirmation of `action` on `count` people, unless the key is for development, `--yes` is given, or they are few.
///
/// # Errors
///
/// Without a terminal to ask on, or after any answer but yes.
pub(crate) fn confirm(args: &Args, environment: Environment, count: usize, action: &str) -> Result<(), String> {
    if environment == Environment::Development || count <= UNCONFIRMED || args.yes {
        return Ok(());
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if args.reads_stdin() || !can_ask {
        return Err(format!(
            "this would {action} with a live key: add --yes to confirm (nothing was sent)"
        ));
    }
    if ask(action).map_err(|error| format!("cannot read the answer: {error}"))? {
        Ok(())
    } else {
        Err("not confirmed; nothing was sent".to_owned())
    }
}

fn ask(action: &str) -> io::Result<bool> {
    write!(io::stderr(), "This will {action} with a live key. Continue? [y/N] ")?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
