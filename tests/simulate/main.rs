//! Simulates invitation runs. A seed decides what happens in a simulation, and the simulation checks what the SDK promises.

mod arguments;
mod breakage;
mod check;
mod disk;
mod hostile;
mod log;
mod machines;
mod others;
mod pace;
mod process;
mod scenario;
mod seeds;
mod simulation;
mod tally;
mod target;
#[cfg(test)]
mod tests;
mod wire;
mod world;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use arguments::{Arguments, Command, Mode};
use breakage::Break;

fn main() -> ExitCode {
    let output = match Command::from_env() {
        Ok(Command::Help) => Ok((arguments::HELP.to_owned(), ExitCode::SUCCESS)),
        Ok(Command::Breakages) => Ok((Break::ALL.map(Break::name).join("\n"), ExitCode::SUCCESS)),
        Ok(Command::Simulate(arguments)) => simulate(&arguments),
        Err(error) => Err(error),
    };
    let written = output.and_then(|(text, code)| {
        let written = writeln!(io::stdout(), "{text}").map_err(|error| error.to_string());
        written.map(|()| code)
    });
    written.unwrap_or_else(|error| {
        // There is no other place to report that stderr cannot be written.
        let _ = writeln!(io::stderr(), "simulate: {error}");
        ExitCode::FAILURE
    })
}

/// Returns the output and the exit code.
fn simulate(arguments: &Arguments) -> Result<(String, ExitCode), String> {
    if arguments.mode == Mode::Pace {
        let pace = pace::measure(arguments.seeds.clone())?;
        return Ok((pace.to_string(), pace.exit_code()));
    }
    let result = match &arguments.log {
        Some(path) => {
            let (result, log) = seeds::log_one(arguments);
            fs::write(path, log).map_err(|error| format!("{}: {error}", path.display()))?;
            result
        }
        None => seeds::run(arguments),
    };
    Ok((result.describe(arguments), result.exit_code()))
}
