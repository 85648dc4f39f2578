//! The question before a live key invites many people.

use std::io::{self, IsTerminal, Write};

use clerk_core::Environment;

use crate::args::Args;

/// A live key invites this many people without a question.
const WITHOUT_QUESTION: usize = 50;

/// Makes sure that somebody wants this many people to be invited.
pub(crate) fn confirm(args: &Args, environment: Environment, count: usize) -> Result<(), String> {
    if environment == Environment::Development || count <= WITHOUT_QUESTION || args.yes {
        return Ok(());
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if args.reads_stdin() || !can_ask {
        return Err(format!(
            "the key is live and {count} people would be invited: say --yes to do so (nothing was sent)"
        ));
    }
    if ask(count).map_err(|error| format!("no answer could be read: {error}"))? {
        Ok(())
    } else {
        Err("nothing was sent".to_owned())
    }
}

fn ask(count: usize) -> io::Result<bool> {
    write!(
        io::stderr(),
        "The key is live: Clerk will invite {count} people. Go on? [y/N] "
    )?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
