//! The question before a live key invites many people, or revokes invitations.

use std::io::{self, IsTerminal, Write};

use clerk_core::Environment;

use crate::args::Args;

/// A live key invites this many people without a question.
const WITHOUT_QUESTION: usize = 50;

/// Makes sure that somebody wants what `would_be` says to be done to this many people.
pub(crate) fn confirm(args: &Args, environment: Environment, count: usize, would_be: &str) -> Result<(), String> {
    if environment == Environment::Development || count <= WITHOUT_QUESTION || args.yes {
        return Ok(());
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if args.reads_stdin() || !can_ask {
        return Err(format!(
            "the key is live and {would_be}: say --yes to do so (nothing was sent)"
        ));
    }
    if ask(would_be).map_err(|error| format!("no answer could be read: {error}"))? {
        Ok(())
    } else {
        Err("nothing was sent".to_owned())
    }
}

fn ask(would_be: &str) -> io::Result<bool> {
    write!(io::stderr(), "The key is live, and {would_be}. Go on? [y/N] ")?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
