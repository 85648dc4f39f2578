//! The roles of the program: a worker, or the test that starts the workers.

use crate::plan::{Round, Variant, campaign};
use crate::worker::Setup;

pub(crate) enum Role {
    Worker(Box<Setup>),
    Test(Vec<Round>),
    /// No rounds were asked for.
    Nothing,
}

impl Role {
    /// Reads `worker SETUP`, `ROUNDS`, `VARIANT NUMBER` or nothing. Others are options and names for the other tests.
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.filter(|argument| !argument.starts_with('-')).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match *arguments.as_slice() {
            ["worker", setup] => {
                let setup = serde_json::from_str(setup).map_err(|error| format!("the setup of a worker: {error}"))?;
                Ok(Self::Worker(Box::new(setup)))
            }
            [variant, number] => Ok(Self::Test(vec![Round {
                variant: variant.parse()?,
                number: parse(number)?,
            }])),
            [rounds] if rounds.starts_with(|first: char| first.is_ascii_digit()) => {
                Ok(Self::Test(campaign(parse(rounds)?)))
            }
            [name] if name.parse::<Variant>().is_ok() => Err(format!("{name} needs the number of a round")),
            _ => Ok(Self::Nothing),
        }
    }
}

fn parse(number: &str) -> Result<u32, String> {
    number
        .parse()
        .map_err(|_| format!("{number:?} is not a number of rounds: give one such as 200"))
}
