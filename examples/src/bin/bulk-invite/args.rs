//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use clerk_core::model::InvitationTemplate;

use crate::people::{self, Defaults};

/// Invites people to your Clerk application, whatever their number: ten a call, within Clerk's limits, each once.
///
/// PEOPLE is a CSV file with a header. Its columns: email_address (or email), redirect_url, public_metadata (JSON),
/// public_metadata.NAME (a text, one column for each name), notify, ignore_existing, expires_in_days, template_slug. Only
/// the address is required, and an empty cell means what the options say, or else Clerk's default.
///
/// Without CLERK_SECRET_KEY in the environment it is a demo: a fake of Clerk inside the program, and nobody is invited.
#[derive(Debug, Parser)]
#[command(name = "bulk-invite", version, after_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// The people file, or - for standard input
    #[arg(value_name = "PEOPLE.csv")]
    pub(crate) people: PathBuf,

    /// Run on a fake of Clerk inside the program, even with a key
    #[arg(long)]
    pub(crate) demo: bool,

    /// Check the people file and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Take only the first N people of the file
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) max_people: Option<u32>,

    /// Answer yes: a live key asks before it invites more than 50 people
    #[arg(long)]
    pub(crate) yes: bool,

    /// Where an invitation leads, for rows without redirect_url
    #[arg(long, value_name = "URL", value_parser = people::redirect_url)]
    redirect_url: Option<String>,

    /// How long an invitation is valid, for rows without expires_in_days
    #[arg(long, value_name = "DAYS", value_parser = people::expires_in_days)]
    expires_in_days: Option<u16>,

    /// The mail template, for rows without template_slug: invitation or waitlist_invitation
    #[arg(long, value_name = "SLUG", value_parser = people::template)]
    template: Option<InvitationTemplate>,

    /// Send no mail, for rows without notify
    #[arg(long)]
    no_notify: bool,

    /// Invite although an invitation is pending, for rows without ignore_existing
    #[arg(long)]
    ignore_existing: bool,

    /// Where Clerk's API is
    #[arg(long, value_name = "URL", conflicts_with = "demo")]
    pub(crate) api_url: Option<String>,

    /// The pace: documented (Clerk's limits), none (go until Clerk says wait), or a list such as
    /// bulk=25/3600s,single=100/3600s,all=100/10s
    #[arg(long, value_name = "LIMITS", default_value = "documented")]
    pub(crate) limits: String,

    /// How long one call may take, such as 30s or 500ms
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,

    /// How long connecting may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) connect_timeout: Duration,

    /// The longest wait for a limit; the run stops before a longer one
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = duration)]
    pub(crate) max_wait: Duration,

    /// Stop after so many failed calls in a row: not reached, rate-limited, or a failure on Clerk's side
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_one)]
    pub(crate) attempts: u32,

    /// How to show progress, on standard error [default: bar on a terminal, plain elsewhere]
    #[arg(long, value_name = "HOW")]
    pub(crate) progress: Option<ProgressKind>,

    /// Write each person's outcome to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Write each call and outcome as a JSON line to this file, as they happen
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,

    /// End standard output with the counts as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

const EXIT_STATUS: &str = "\
Exit status, the first that applies:
  2  wrong usage or configuration: nothing was sent
  3  stopped with people pending: run it again
  1  some people were refused, invalid, or are in doubt, or an output could not be written whole
  0  everybody is settled: created, already invited, existing user or duplicate

The first Ctrl-C ends the run, after the call under way if there is one, and says what is left. The second kills it.";

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressKind {
    /// Not at all.
    None,
    /// In lines.
    Plain,
    /// By a bar that is drawn over and over.
    Bar,
}

impl Args {
    /// What holds for the rows that do not say otherwise.
    pub(crate) fn defaults(&self) -> Defaults {
        Defaults {
            redirect_url: self.redirect_url.clone(),
            expires_in_days: self.expires_in_days,
            template: self.template.clone(),
            notify: self.no_notify.then_some(false),
            ignore_existing: self.ignore_existing.then_some(true),
        }
    }

    /// Whether the people come from standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.people.as_os_str() == "-"
    }
}

fn at_least_one(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("it must be a whole number from 1")
}

/// Reads a duration: `500ms`, `30s`, `2m`, `1.5h`, or seconds without a unit. It must be more than nothing.
fn duration(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "it must be a time such as 30s, 500ms, 2m or 1.5h";
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds_per_unit = match &text[number.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(EXPECTED),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| EXPECTED)? * seconds_per_unit;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(EXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        let cases = [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("30", Some(30_000)),
            ("0.5", Some(500)),
            ("2m", Some(120_000)),
            ("1.5h", Some(5_400_000)),
            ("1 h", Some(3_600_000)),
            ("0", None),
            ("-1s", None),
            ("", None),
            ("s", None),
            ("1d", None),
            ("inf", None),
            ("1e999", None),
            ("NaN", None),
        ];
        for (text, millis) in cases {
            assert_eq!(duration(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
    }
}
