//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use clerk_core::model::{InvitationTemplate, OrganizationId};
use clerk_core::run::Lanes;

use crate::people::{self, Destination, Settings};

/// Invites people to your Clerk application or organization, whatever their number, within Clerk's limits, each once.
///
/// PEOPLE.csv is a CSV file with a header. Its columns: email_address (or email), redirect_url, public_metadata (JSON),
/// public_metadata.NAME (a text, one column for each name), notify, ignore_existing, expires_in_days, template_slug; for
/// an organization role, and neither ignore_existing nor template_slug. Only the address is required, and for an
/// organization the role. An empty cell means what the options say, or else Clerk's default.
///
/// The file is UTF-8. Commas, semicolons or tabs separate its fields, whichever the header has most of, and lines end in LF,
/// CRLF or CR. A text with a separator, a quote or a line end in it stands in quotes, its own quotes doubled. A row with
/// fewer fields than the header is read as if empty ones followed; one with a value behind the last column is not sent.
///
/// What was done is kept in a journal. After a stop, a crash or a mended file, the same command goes on: nobody who was
/// invited is invited again.
///
/// Without CLERK_SECRET_KEY in the environment it is a demo: a fake of Clerk inside the program, and nobody is invited.
#[derive(Debug, Parser)]
#[command(name = "bulk-invite", version, after_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// The people file, or - for standard input
    #[arg(value_name = "PEOPLE.csv", required_unless_present_any = ["revoke_run", "purge"], conflicts_with = "revoke_run")]
    people: Option<PathBuf>,

    /// Check the people file alone: no calls at all
    #[arg(long, group = "mode", help_heading = INSTEAD)]
    pub(crate) dry_run: bool,

    /// Ask Clerk whom it knows, and tell who would be skipped and what the others would take
    #[arg(long, group = "mode", help_heading = INSTEAD)]
    pub(crate) plan: bool,

    /// Undo: revoke the invitations that this journal's run created
    #[arg(long, value_name = "JOURNAL", group = "mode", help_heading = INSTEAD, conflicts_with_all = ["journal", "report"])]
    pub(crate) revoke_run: Option<PathBuf>,

    /// Forget: remove the finished journal, with the addresses in it
    #[arg(long, group = "mode", help_heading = INSTEAD)]
    pub(crate) purge: bool,

    /// Take only the first N people of the file
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = WHOM)]
    pub(crate) max_people: Option<u32>,

    /// Invite to this organization, not to the application alone
    #[arg(long, value_name = "ID", value_parser = organization, help_heading = WHOM)]
    pub(crate) organization: Option<OrganizationId>,

    /// Answer yes: a live key asks before it invites more than 50 people, or revokes
    #[arg(long, help_heading = WHOM)]
    pub(crate) yes: bool,

    /// The role in the organization, such as org:member
    #[arg(long, value_name = "ROLE", requires = "organization", help_heading = DEFAULTS)]
    pub(crate) role: Option<String>,

    /// Where an invitation leads
    #[arg(long, value_name = "URL", value_parser = people::redirect_url, help_heading = DEFAULTS)]
    redirect_url: Option<String>,

    /// How long an invitation is valid
    #[arg(long, value_name = "DAYS", value_parser = people::expires_in_days, help_heading = DEFAULTS)]
    expires_in_days: Option<u16>,

    /// The mail template: invitation or waitlist_invitation
    #[arg(long, value_name = "SLUG", value_parser = people::template, conflicts_with = "organization", help_heading = DEFAULTS)]
    template: Option<InvitationTemplate>,

    /// Send no mail
    #[arg(long, help_heading = DEFAULTS)]
    no_notify: bool,

    /// Invite although an invitation is pending
    #[arg(long, conflicts_with = "organization", help_heading = DEFAULTS)]
    ignore_existing: bool,

    /// Where to keep what was done, or none [default: PEOPLE.csv.journal; none for standard input and the demo]
    #[arg(long, value_name = "FILE|none", help_heading = JOURNAL)]
    pub(crate) journal: Option<PathBuf>,

    /// Try those again whom an earlier run left unknown: that can invite them twice
    #[arg(long, help_heading = JOURNAL)]
    pub(crate) resend_unknown: bool,

    /// The endpoints to use
    #[arg(long, value_name = "LANES", value_enum, default_value = "both", hide_possible_values = false, help_heading = PACE)]
    pub(crate) lanes: LanesArg,

    /// The limits to keep: documented (Clerk's), none (go until Clerk says wait), or a list such as
    /// bulk=25/3600s,single=100/3600s,all=100/10s
    #[arg(long, value_name = "LIMITS", default_value = "documented", help_heading = PACE)]
    pub(crate) limits: String,

    /// The longest wait for a limit; the run stops before a longer one
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = duration, help_heading = PACE)]
    pub(crate) max_wait: Duration,

    /// Stop after so many failed calls in a row: not reached, or a failure on Clerk's side
    #[arg(long, value_name = "N", default_value = "5", value_parser = at_least_one, help_heading = PACE)]
    pub(crate) attempts: u32,

    /// Do not ask Clerk first who is invited or a user already
    #[arg(long, help_heading = PACE)]
    pub(crate) no_preflight: bool,

    /// How long after a call without an answer Clerk may still carry it out
    #[arg(long, value_name = "TIME", default_value = "120s", value_parser = delay, help_heading = PACE)]
    pub(crate) settle_delay: Duration,

    /// How long after its creation an invitation is listed at the latest
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = delay, help_heading = PACE)]
    pub(crate) read_lag: Duration,

    /// Makes the random part of waits after failures repeatable
    #[arg(long, value_name = "N", default_value = "0", help_heading = PACE)]
    pub(crate) seed: u64,

    /// Run on a fake of Clerk inside the program, even with a key
    #[arg(long, help_heading = CONNECTION)]
    pub(crate) demo: bool,

    /// Where Clerk's API is [default: CLERK_API_URL in the environment, or else Clerk]
    #[arg(long, value_name = "URL", conflicts_with = "demo", help_heading = CONNECTION)]
    pub(crate) api_url: Option<String>,

    /// How long one call may take, such as 30s or 500ms
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration, help_heading = CONNECTION)]
    pub(crate) timeout: Duration,

    /// How long connecting may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration, help_heading = CONNECTION)]
    pub(crate) connect_timeout: Duration,

    /// How to show progress, on standard error [default: bar on a terminal, plain elsewhere]
    #[arg(long, value_name = "HOW", help_heading = OUTPUT)]
    pub(crate) progress: Option<ProgressKind>,

    /// Write each person's outcome to this CSV file
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) report: Option<PathBuf>,

    /// Write each call and outcome as a JSON line to this file, as they happen
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) events: Option<PathBuf>,

    /// End standard output with the counts as one line of JSON
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

const INSTEAD: &str = "Instead of inviting";
const WHOM: &str = "Whom to invite";
const DEFAULTS: &str = "For rows that do not say";
const JOURNAL: &str = "Journal";
const PACE: &str = "Pace and patience";
const CONNECTION: &str = "Connection";
const OUTPUT: &str = "Output";

const EXIT_STATUS: &str = "\
Exit status, the first that applies:
  2  wrong usage or configuration, or a journal that cannot be used: nothing was sent
  3  stopped with people pending: run it again
  1  some people were refused, invalid, or are in doubt, or an output could not be written whole;
     with --revoke-run, some invitations were accepted before, or people are in doubt
  0  everybody is settled: created, already invited, existing user or duplicate

The first Ctrl-C ends the run, after the calls under way if there are any, and says what is left. The second kills it.";

/// Which endpoints are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanesArg {
    /// Both at once, the fastest.
    Both,
    /// Ten people a call.
    Bulk,
    /// One person a call.
    Single,
}

impl From<LanesArg> for Lanes {
    fn from(lanes: LanesArg) -> Self {
        match lanes {
            LanesArg::Both => Self::Both,
            LanesArg::Bulk => Self::Bulk,
            LanesArg::Single => Self::Single,
        }
    }
}

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
    pub(crate) fn defaults(&self) -> Settings {
        Settings {
            role: self.role.clone(),
            redirect_url: self.redirect_url.clone(),
            expires_in_days: self.expires_in_days,
            template: self.template.clone(),
            notify: self.no_notify.then_some(false),
            ignore_existing: self.ignore_existing.then_some(true),
        }
    }

    pub(crate) const fn destination(&self) -> Destination {
        match self.organization {
            None => Destination::Application,
            Some(_) => Destination::Organization,
        }
    }

    /// The people file, unless the people come from standard input.
    pub(crate) fn people_file(&self) -> Option<&Path> {
        self.people.as_deref().filter(|people| people.as_os_str() != "-")
    }

    /// Whether the people come from standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.people.is_some() && self.people_file().is_none()
    }

    /// Whether nobody is to be invited.
    pub(crate) const fn sends_nothing(&self) -> bool {
        self.dry_run || self.plan
    }
}

fn organization(text: &str) -> Result<OrganizationId, &'static str> {
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_id
        .then(|| OrganizationId::from(text))
        .ok_or("it must be an organization's id, such as org_2abc")
}

fn at_least_one(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("it must be a whole number from 1")
}

const A_TIME: &str = "it must be a time such as 30s, 500ms, 2m or 1.5h";

/// Reads a duration that is more than nothing.
fn duration(text: &str) -> Result<Duration, &'static str> {
    delay(text).and_then(|time| if time.is_zero() { Err(A_TIME) } else { Ok(time) })
}

/// Reads a duration: `500ms`, `30s`, `2m`, `1.5h`, or seconds without a unit.
fn delay(text: &str) -> Result<Duration, &'static str> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds_per_unit = match &text[number.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(A_TIME),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| A_TIME)? * seconds_per_unit;
    Duration::try_from_secs_f64(seconds).map_err(|_| A_TIME)
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
        assert_eq!(delay("0s"), Ok(Duration::ZERO));
    }
}
