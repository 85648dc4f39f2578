//! Parses the command line, with defaults from the environment.

use std::env;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ColorChoice, Command, CommandFactory, Error, FromArgMatches, ValueEnum};

use crate::args::Args;

/// Returns the command line of the process.
///
/// # Errors
///
/// If the command line or a default from the environment is invalid, or if it asks for help or the version.
pub(crate) fn parse() -> Result<Args, Error> {
    let given: Vec<OsString> = env::args_os().collect();
    let command = command().color(color(&given));
    let mut for_errors = command.clone();
    let matches = command
        .try_get_matches_from(&given)
        .map_err(|error| name_variable(error, &mut for_errors, &given))?;
    Args::from_arg_matches(&matches)
}

/// Returns the command line's definition. A blank environment variable counts as unset.
pub(crate) fn command() -> Command {
    Args::command().mut_args(|arg| {
        let arg = arg.hide_env_values(true);
        match is_blank(arg.get_env().and_then(env::var_os)) {
            true => arg.env(None),
            false => arg,
        }
    })
}

fn is_blank(value: Option<OsString>) -> bool {
    value.is_some_and(|value| value.to_str().is_some_and(|text| text.trim().is_empty()))
}

/// Returns the value of `--color` for clap's own output, which is printed if parsing fails.
fn color(given: &[OsString]) -> ColorChoice {
    let from_option = given.iter().enumerate().find_map(|(index, arg)| match arg.to_str()? {
        "--color" => given.get(index + 1)?.to_str(),
        arg => arg.strip_prefix("--color="),
    });
    let from_variable = env::var("CLERK_COLOR").ok();
    from_option
        .or(from_variable.as_deref())
        .and_then(|text| ColorChoice::from_str(text, false).ok())
        .unwrap_or_default()
}

/// Names the environment variable in an error about its value, in place of the option that is not on the command line.
fn name_variable(mut error: Error, command: &mut Command, given: &[OsString]) -> Error {
    command.build();
    let is_at_fault = |arg: &&Arg| {
        let name = arg.to_string();
        matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(fault)) if *fault == name)
    };
    let variable = command
        .get_arguments()
        .find(is_at_fault)
        .filter(|arg| !arg.get_long().is_some_and(|long| is_given(long, given)))
        .and_then(|arg| arg.get_env()?.to_str().map(str::to_owned));
    if let Some(variable) = variable {
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    error
}

fn is_given(long: &str, given: &[OsString]) -> bool {
    given
        .iter()
        .filter_map(|arg| arg.to_str()?.strip_prefix("--"))
        .any(|arg| {
            let (name, _) = arg.split_once('=').unwrap_or((arg, ""));
            name == long
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn each_option_with_an_environment_variable_is_named_after_it() {
        for arg in Args::command().get_arguments() {
            let expected = format!("CLERK_{}", arg.get_id().as_str().to_uppercase());
            assert!(arg.get_env().is_none_or(|name| *name == *expected), "{expected}");
        }
    }
}
