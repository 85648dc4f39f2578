//! The command line.

use std::ffi::OsString;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use lexopt::{Arg, Parser};

use crate::breakage::Break;

pub(crate) const HELP: &str = "\
Simulates invitation runs against a fake Clerk in virtual time, with faults and crashes, and checks what the SDK promises.
The seed determines everything in a simulation. Exits with 1 if a check fails, and prints the command that repeats it.

Usage: simulate [OPTIONS]

  --seeds A..B      Simulate the seeds from A to B, without B (default: 0..1000)
  --seed N          Simulate one seed
  --mode MODE       promise (default): the assumptions hold, and the promise is checked;
                    broken-assumptions: one assumption does not hold, and no outcome may be lost or false;
                    sequels: after the first run, the user changes rows, undoes, and runs again;
                    damage: the journal is a file that is damaged, restored and recovered;
                    hostile: the server answers nonsense, and each process must end;
                    machines: several machines on one store, which are stopped, killed and cut from it;
                    pace: measure how long 10,000 people take under the documented limits
  --break WHAT      Break something that the promise needs, to show that the checks notice; WHAT decides the mode
  --breakages       List what can be broken
  --log FILE        Write everything that happens to a file; needs --seed
  --help            Print this text";

pub(crate) enum Command {
    Help,
    Breakages,
    Simulate(Arguments),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) seeds: Range<u64>,
    pub(crate) mode: Mode,
    pub(crate) broken: Option<Break>,
    pub(crate) log: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Promise,
    BrokenAssumptions,
    Sequels,
    Damage,
    Hostile,
    Machines,
    Pace,
}

impl Mode {
    const ALL: [Self; 7] = [
        Self::Promise,
        Self::BrokenAssumptions,
        Self::Sequels,
        Self::Damage,
        Self::Hostile,
        Self::Machines,
        Self::Pace,
    ];

    /// The modes of a single process that check something in each seed.
    #[cfg(test)]
    pub(crate) const CHECKED: [Self; 5] = [
        Self::Promise,
        Self::BrokenAssumptions,
        Self::Sequels,
        Self::Damage,
        Self::Hostile,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Promise => "promise",
            Self::BrokenAssumptions => "broken-assumptions",
            Self::Sequels => "sequels",
            Self::Damage => "damage",
            Self::Hostile => "hostile",
            Self::Machines => "machines",
            Self::Pace => "pace",
        }
    }
}

impl Command {
    /// Parses the command line. Errors are messages for the user.
    pub(crate) fn from_env() -> Result<Self, String> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Self, String> {
        let mut arguments = Arguments {
            seeds: 0..1000,
            mode: Mode::Promise,
            broken: None,
            log: None,
        };
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long("breakages") => return Ok(Self::Breakages),
                Arg::Long(name) => name.to_owned(),
                other => return Err(format!("{}; see --help", other.unexpected())),
            };
            let value = parser.value().map_err(|error| error.to_string())?;
            let parsed = arguments.set(&name, value);
            parsed.map_err(|problem| format!("--{name}: {problem}"))?;
        }
        if arguments.log.is_some() && arguments.seeds.end - arguments.seeds.start != 1 {
            return Err("--log needs --seed".to_owned());
        }
        Ok(Self::Simulate(arguments))
    }
}

impl Arguments {
    fn set(&mut self, name: &str, value: OsString) -> Result<(), String> {
        match name {
            "seeds" => self.seeds = seeds(value)?,
            "seed" => {
                let seed: u64 = number(&text(value)?)?;
                self.seeds = seed..seed.checked_add(1).ok_or("is too large")?;
            }
            "mode" => self.mode = one_of(value, Mode::ALL, Mode::name)?,
            "break" => {
                let broken = one_of(value, Break::ALL, Break::name)?;
                self.mode = broken.mode();
                self.broken = Some(broken);
            }
            "log" => self.log = Some(value.into()),
            _ => return Err("unknown option; see --help".to_owned()),
        }
        Ok(())
    }

    /// Returns the command that repeats this seed.
    pub(crate) fn replay(&self, seed: u64) -> String {
        let mut command = format!(
            "cargo run --release -p clerk-tests --bin simulate -- --seed {seed} --mode {}",
            self.mode.name()
        );
        if let Some(broken) = self.broken {
            command += &format!(" --break {}", broken.name());
        }
        command + " --log simulate.log"
    }
}

fn text(value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| "is not UTF-8".to_owned())
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "is not a number or is out of range".to_owned())
}

fn seeds(value: OsString) -> Result<Range<u64>, String> {
    let value = text(value)?;
    let (first, end) = value.split_once("..").ok_or("must be two numbers such as 0..1000")?;
    let seeds = number(first)?..number(end)?;
    if seeds.is_empty() {
        return Err("contains no seed".to_owned());
    }
    Ok(seeds)
}

fn one_of<T: Copy, const N: usize>(value: OsString, known: [T; N], name: fn(T) -> &'static str) -> Result<T, String> {
    let value = text(value)?;
    let found = known.into_iter().find(|known| name(*known) == value);
    found.ok_or_else(|| format!("must be one of {}", known.map(name).join(", ")))
}
