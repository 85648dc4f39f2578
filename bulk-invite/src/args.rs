//! The command line.

mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ColorChoice, Parser};
use clerk_core::model::{InvitationTemplate, OrganizationId};
use clerk_core::run::Again;
use clerk_hyper::{InvalidProxy, Proxy};
use encoding_rs::Encoding;

use self::values::{AgainStatus, encoding, layout_parser, organization, percent, positive, proxy};
pub(crate) use self::values::{Generate, LanesArg, ProgressStyle, ReportFor};
use crate::duration;
use crate::help::{ABOUT, AFTER_HELP, AFTER_LONG_HELP, EXAMPLES, HELP_TEMPLATE, LONG_ABOUT};
use crate::people::{self, Destination, Filter, LayoutOption, ReadOptions, Settings};

/// The options and arguments of `bulk-invite`.
#[derive(Debug, Parser)]
#[command(
    name = "bulk-invite",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    before_help = EXAMPLES,
    after_help = AFTER_HELP,
    after_long_help = AFTER_LONG_HELP,
    help_template = HELP_TEMPLATE
)]
pub(crate) struct Args {
    /// The people file, or - for standard input
    #[arg(value_name = "PEOPLE.csv", required_unless_present_any = ["revoke_run", "purge", "generate", "waitlist", "status"], conflicts_with = "revoke_run")]
    people: Option<PathBuf>,

    /// Check the people file without calling Clerk
    #[arg(long, group = "mode", help_heading = MODES)]
    pub(crate) dry_run: bool,

    /// Show how the people file is read: its form, columns and problems; calls nothing
    #[arg(long, group = "mode", help_heading = MODES)]
    pub(crate) explain_file: bool,

    /// Show who would be invited and how long it would take; sends no invitations
    #[arg(long, group = "mode", help_heading = MODES)]
    pub(crate) plan: bool,

    /// Show what became of the invitations of the people in the file, or in the journal that --journal names; changes nothing
    #[arg(long, group = "mode", help_heading = MODES)]
    pub(crate) status: bool,

    /// Revoke the invitations that the run of this journal created
    #[arg(long, value_name = "JOURNAL", group = "mode", help_heading = MODES, conflicts_with_all = ["journal", "report"])]
    pub(crate) revoke_run: Option<PathBuf>,

    /// Delete the journal of a finished run, with the email addresses in it
    #[arg(long, group = "mode", help_heading = MODES)]
    pub(crate) purge: bool,

    /// Print a man page, or the completions for a shell
    #[arg(long, value_name = "WHAT", group = "mode", help_heading = MODES)]
    pub(crate) generate: Option<Generate>,

    /// The product that exported the file, or none [default: recognized by the columns]
    #[arg(long, value_name = "NAME", value_parser = layout_parser(), help_heading = PEOPLE_FILE)]
    layout: Option<LayoutOption>,

    /// The column with the email addresses [default: recognized by its name]
    #[arg(long, value_name = "NAME", help_heading = PEOPLE_FILE)]
    email_column: Option<String>,

    /// Ignore columns that are not known
    #[arg(long, help_heading = PEOPLE_FILE)]
    ignore_other_columns: bool,

    /// Add these columns to the public metadata, which browsers can read, such as "First Name,Team"
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = PEOPLE_FILE)]
    metadata_columns: Vec<String>,

    /// Put this before the metadata names of --metadata-columns
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, requires = "metadata_columns", help_heading = PEOPLE_FILE)]
    metadata_prefix: String,

    /// The encoding, such as windows-1252 [default: UTF-8, or UTF-16 with a byte order mark]
    #[arg(long, value_name = "NAME", value_parser = encoding, help_heading = PEOPLE_FILE)]
    encoding: Option<&'static Encoding>,

    /// The sheet of a workbook [default: the one with email addresses]
    #[arg(long, value_name = "NAME", help_heading = PEOPLE_FILE)]
    sheet: Option<String>,

    /// Invite only rows that meet this condition, such as Status=Active or Status!=Suspended; can be repeated
    #[arg(long = "where", value_name = "CONDITION", value_parser = Filter::parse, help_heading = SELECTION)]
    filters: Vec<Filter>,

    /// Stop before sending unless there are exactly N people to invite
    #[arg(long, value_name = "N", help_heading = SELECTION)]
    pub(crate) expect: Option<usize>,

    /// Read only the first N rows of the people file, or the oldest N entries of the waitlist
    #[arg(long, value_name = "N", value_parser = positive, help_heading = SELECTION)]
    pub(crate) max_people: Option<u32>,

    /// Invite to this organization instead of to the application
    #[arg(long, value_name = "ID", value_parser = organization, help_heading = SELECTION)]
    pub(crate) organization: Option<OrganizationId>,

    /// Invite the people on the waitlist instead of those in a file: all who are pending, or those whose address matches TEXT
    #[arg(long, value_name = "TEXT", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = NOT_FOR_WAITLIST, help_heading = SELECTION)]
    pub(crate) waitlist: Option<String>,

    /// Invite people again who have not accepted, by what became of their invitation: pending, expired, revoked, or several
    /// of these with commas between. A pending invitation is revoked first
    #[arg(long, value_name = "STATUSES", value_enum, value_delimiter = ',', hide_possible_values = true, conflicts_with_all = NOT_WITH_AGAIN, help_heading = SELECTION)]
    again: Vec<AgainStatus>,

    /// With --again, leave out people whose newest invitation is younger than this, such as 7d
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "again", help_heading = SELECTION)]
    older_than: Option<Duration>,

    /// Skip the confirmation that a live key requires to invite more than 50 people, or to revoke
    #[arg(long, help_heading = SELECTION)]
    pub(crate) yes: bool,

    /// The role in the organization, such as org:member
    #[arg(long, value_name = "ROLE", requires = "organization", help_heading = DEFAULTS)]
    pub(crate) role: Option<String>,

    /// The page that the link in the email leads to
    #[arg(long, env = "CLERK_REDIRECT_URL", value_name = "URL", value_parser = people::redirect_url, help_heading = DEFAULTS)]
    redirect_url: Option<String>,

    /// Days until an invitation expires, from 1 to 365 [Clerk's default: 30]
    #[arg(long, env = "CLERK_EXPIRES_IN_DAYS", value_name = "DAYS", value_parser = people::expires_in_days, help_heading = DEFAULTS)]
    expires_in_days: Option<u16>,

    /// The email template: invitation or waitlist_invitation
    #[arg(long, value_name = "SLUG", value_parser = people::template, conflicts_with = "organization", help_heading = DEFAULTS)]
    template: Option<InvitationTemplate>,

    /// Create invitations without sending emails
    #[arg(long, help_heading = DEFAULTS)]
    no_notify: bool,

    /// Send another invitation to people who have a pending one
    #[arg(long, conflicts_with = "organization", help_heading = DEFAULTS)]
    ignore_existing: bool,

    /// Where to record what was done, none, or postgres://… to submit the people to an outbox [default: PEOPLE.csv.journal or waitlist.journal; none for standard input and the demo]
    #[arg(long, value_name = "FILE|none|URL", help_heading = JOURNAL)]
    pub(crate) journal: Option<PathBuf>,

    /// Retry people whose outcome in an earlier run is unknown; some may get a second invitation
    #[arg(long, help_heading = JOURNAL)]
    pub(crate) resend_unknown: bool,

    /// Remove a damaged end of the journal, and look up everyone without an outcome before inviting them
    #[arg(long, conflicts_with_all = ["dry_run", "plan", "status"], help_heading = JOURNAL)]
    pub(crate) recover_tail: bool,

    /// The API endpoints to use
    #[arg(long, env = "CLERK_LANES", value_name = "LANES", value_enum, default_value = "both", help_heading = LIMITS)]
    pub(crate) lanes: LanesArg,

    /// The rate limits to stay within: documented, discover (go on until Clerk says wait, if it has raised
    /// yours), none, or a list such as bulk=25/3600s,single=100/3600s,all=100/10s
    #[arg(long, env = "CLERK_LIMITS", value_name = "LIMITS", default_value = "documented", help_heading = LIMITS)]
    pub(crate) limits: String,

    /// The share of the rate limits to use, such as 50%; the rest is left to your application
    #[arg(long, env = "CLERK_SHARE", value_name = "PERCENT", default_value = "100%", value_parser = percent, help_heading = LIMITS)]
    pub(crate) share: u32,

    /// Go on even if Clerk refuses ten calls for the same reason, such as a wrong redirect URL
    #[arg(long, help_heading = LIMITS)]
    pub(crate) keep_going: bool,

    /// Stop instead of waiting longer than this for a rate limit
    #[arg(long, env = "CLERK_MAX_WAIT", value_name = "TIME", default_value = "2h", value_parser = duration::parse_nonzero, help_heading = LIMITS)]
    pub(crate) max_wait: Duration,

    /// Stop after this many calls in a row that failed because of the network or Clerk
    #[arg(long, env = "CLERK_ATTEMPTS", value_name = "N", default_value = "5", value_parser = positive, help_heading = LIMITS)]
    pub(crate) attempts: u32,

    /// Do not look up first which people are invited or users already
    #[arg(long, help_heading = LIMITS)]
    pub(crate) no_preflight: bool,

    /// How long Clerk may still carry out a call that got no response
    #[arg(long, env = "CLERK_SETTLE_DELAY", value_name = "TIME", default_value = "120s", value_parser = duration::parse, help_heading = LIMITS)]
    pub(crate) settle_delay: Duration,

    /// How long it may take until Clerk lists a new invitation
    #[arg(long, env = "CLERK_READ_LAG", value_name = "TIME", default_value = "30s", value_parser = duration::parse, help_heading = LIMITS)]
    pub(crate) read_lag: Duration,

    /// The seed of the random part of retry delays
    #[arg(long, value_name = "N", default_value = "0", help_heading = LIMITS)]
    pub(crate) seed: u64,

    /// Run the demo even if CLERK_SECRET_KEY is set
    #[arg(long, help_heading = CONNECTION)]
    pub(crate) demo: bool,

    /// The base URL of Clerk's API [default: CLERK_API_URL, or else api.clerk.com]
    #[arg(long, value_name = "URL", conflicts_with = "demo", help_heading = CONNECTION)]
    pub(crate) api_url: Option<String>,

    /// The proxy, such as `http://user:password@proxy.example.com:8080` or `socks5://HOST`
    /// [default: HTTPS_PROXY or ALL_PROXY, except for the hosts in NO_PROXY]
    #[arg(long, value_name = "URL", value_parser = proxy, help_heading = CONNECTION)]
    pub(crate) proxy: Option<Result<Proxy, InvalidProxy>>,

    /// Trust the root certificates in this PEM file too, such as those of a company's proxy
    #[arg(long, value_name = "FILE", help_heading = CONNECTION)]
    pub(crate) ca_cert: Option<PathBuf>,

    /// The timeout of one call, such as 30s or 500ms
    #[arg(long, env = "CLERK_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = duration::parse_nonzero, help_heading = CONNECTION)]
    pub(crate) timeout: Duration,

    /// The timeout for opening a connection
    #[arg(long, env = "CLERK_CONNECT_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = duration::parse_nonzero, help_heading = CONNECTION)]
    pub(crate) connect_timeout: Duration,

    /// How to show progress on standard error [default: bar on a terminal, plain otherwise]
    #[arg(long, env = "CLERK_PROGRESS", value_name = "STYLE", help_heading = OUTPUT)]
    pub(crate) progress: Option<ProgressStyle>,

    /// When to color the output [default: auto, which honors NO_COLOR]
    #[arg(long, value_name = "WHEN", env = "CLERK_COLOR", default_value = "auto", hide_default_value = true, help_heading = OUTPUT)]
    pub(crate) color: ColorChoice,

    /// Print only errors, and what --json prints
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) quiet: bool,

    /// Write each person's outcome to this file: a page to hand on if it ends in .html, and CSV otherwise
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) report: Option<PathBuf>,

    /// The program that opens the CSV report: excel needs a byte order mark
    #[arg(long, value_name = "PROGRAM", default_value = "any", requires = "report", help_heading = OUTPUT)]
    pub(crate) report_for: ReportFor,

    /// Log each call and each outcome to this file, one JSON object per line
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub(crate) events: Option<PathBuf>,

    /// Print the counts as one line of JSON at the end of standard output
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) json: bool,
}

/// The modes that invite nobody, and what would not read what became of earlier invitations.
const NOT_WITH_AGAIN: [&str; 5] = ["explain_file", "status", "revoke_run", "purge", "no_preflight"];

/// The options that the waitlist has no use for: it is no file, and Clerk chooses the settings of its invitations.
const NOT_FOR_WAITLIST: [&str; 17] = [
    "status",
    "revoke_run",
    "again",
    "people",
    "dry_run",
    "explain_file",
    "layout",
    "email_column",
    "ignore_other_columns",
    "metadata_columns",
    "encoding",
    "sheet",
    "filters",
    "organization",
    "template",
    "no_notify",
    "ignore_existing",
];

const MODES: &str = "Modes";
const PEOPLE_FILE: &str = "People file";
const SELECTION: &str = "Selection";
const DEFAULTS: &str = "Defaults for rows";
const JOURNAL: &str = "Journal";
const LIMITS: &str = "Rate limits and retries";
const CONNECTION: &str = "Connection";
const OUTPUT: &str = "Output";

impl Args {
    /// Returns the options for reading the people file.
    pub(crate) fn read_options(&self) -> ReadOptions {
        ReadOptions {
            destination: self.destination(),
            defaults: self.defaults(),
            max_rows: self.max_people.map_or(usize::MAX, |max| max as usize),
            encoding: self.encoding,
            sheet: self.sheet.clone(),
            layout: self.layout.unwrap_or(LayoutOption::Detect),
            email_column: self.email_column.clone(),
            ignore_other_columns: self.ignore_other_columns,
            metadata_columns: self.metadata_columns.clone(),
            metadata_prefix: self.metadata_prefix.clone(),
            filters: self.filters.clone(),
        }
    }

    fn defaults(&self) -> Settings {
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
        match (&self.organization, &self.waitlist) {
            (Some(_), _) => Destination::Organization,
            (None, Some(_)) => Destination::Waitlist,
            (None, None) => Destination::Application,
        }
    }

    /// Refuses settings of invitations that would have no effect on those of the waitlist. They can come from the environment.
    pub(crate) fn check_waitlist_options(&self) -> Result<(), String> {
        let set = [
            (self.redirect_url.is_some(), "--redirect-url (CLERK_REDIRECT_URL)"),
            (
                self.expires_in_days.is_some(),
                "--expires-in-days (CLERK_EXPIRES_IN_DAYS)",
            ),
        ];
        match set.iter().find(|(is_set, _)| *is_set) {
            None => Ok(()),
            Some((_, option)) => Err(format!(
                "{option} does not apply to --waitlist, whose invitations have Clerk's settings: leave it out"
            )),
        }
    }

    /// Returns the people file, or `None` if people are read from standard input.
    pub(crate) fn people_file(&self) -> Option<&Path> {
        self.people.as_deref().filter(|people| people.as_os_str() != "-")
    }

    /// Whether the command line names people: a file, or standard input.
    pub(crate) const fn has_people(&self) -> bool {
        self.people.is_some()
    }

    /// Whether a run sends, and neither invites people again nor resends unknown ones.
    #[cfg(feature = "postgres")]
    pub(crate) const fn invites_once(&self) -> bool {
        !self.sends_nothing() && self.again.is_empty() && !self.resend_unknown && !self.recover_tail
    }

    /// Returns who is invited again, if anyone is.
    pub(crate) fn again(&self) -> Option<Again> {
        if self.again.is_empty() {
            return None;
        }
        let again = self.again.iter().fold(Again::new(), |again, status| match status {
            AgainStatus::Pending => again.pending(),
            AgainStatus::Expired => again.expired(),
            AgainStatus::Revoked => again.revoked(),
        });
        Some(match self.older_than {
            Some(age) => again.older_than(age),
            None => again,
        })
    }

    /// Whether people are read from standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.people.is_some() && self.people_file().is_none()
    }

    /// Whether the mode sends no invitations.
    pub(crate) const fn sends_nothing(&self) -> bool {
        self.dry_run || self.plan
    }
}
