use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Clock, Environment, SecretKey, SystemClock};
use clerk_testkit::fake::{BulkOn5xx, FakeClerkBuilder, FaultPlan, IgnoreExisting, OrganizationDuplicate, WindowKind};
use clerk_testkit::{FakeClerk, ManualClock};
use lexopt::{Arg, Parser};

pub(crate) const HELP: &str = "\
Serves a fake of Clerk's Backend API on 127.0.0.1. Prints its URL, and runs until it is killed.

Usage: fake-clerk [OPTIONS]

Server:
  --port N                      port; 0, the default, picks a free one
  --latency MS                  time between a request and its response
  --clock KIND                  system (default), or manual: time passes only by /_fake/advance, so that the same
                                calls give the same bytes in every run
  --log FILE                    write each call to FILE as a line of JSON
  --help                        print this text

Instance:
  --secret-key KEY              key that clients must send (default: sk_test_fake, or sk_live_fake in production)
  --environment ENV             development (default) or production
  --existing-users FILE         addresses of users
  --existing-invitations FILE   addresses with a pending invitation
  --organization ID             add an organization; can be repeated
  --members FILE                members of organizations: lines such as `org_1 ada@example.com`
  --administrators FILE         like --members, with the right to invite
  --waitlist FILE               addresses with a pending waitlist entry
  --reject FILE                 addresses to refuse as malformed
  --blocklist FILE              addresses to refuse; *@example.com covers a domain

Rules:
  --limits LIMITS               documented (default), none, or a list: bulk=25/3600s,single=100/3600s,all=100/10s
  --window KIND                 window of the limits: fixed (default) or sliding
  --ignore-existing RULE        for users' addresses with ignore_existing: refuses-users (default) or bypasses-users
  --organization-duplicate RULE error for a second organization invitation: not-unique (default) or duplicate-record
  --read-lag MS                 delay until lists show a new invitation

Faults:
  --faults FILE                 fault plan: lines such as `CreateBulkInvitations 2 lost-after-effect`
  --fault-seed N                seed of the chances in --faults (default: 0)
  --bulk-on-5xx RULE            effect of a bulk call that ends in a 5xx after its effect: atomic (default) or partial

Files have one address per line by default. Blank lines and lines that start with # are ignored.

Control calls, which need no key:
  GET /_fake/mails              emails sent to each address
  GET /_fake/calls              calls of each operation
  POST /_fake/sign-up           sign up: {\"email_address\": \"ada@example.com\"}
  POST /_fake/join              join: {\"email_address\": \"ada@example.com\", \"organization_id\": \"org_1\"}
  POST /_fake/advance           advance the time: {\"seconds\": 86400}
  POST /_fake/reset             return to the state before the first call";

pub(crate) enum Command {
    Help,
    Serve(Box<Arguments>),
}

pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) log: Option<PathBuf>,
    pub(crate) fake: FakeClerkBuilder,
}

impl Command {
    /// Reads the command line.
    ///
    /// # Errors
    ///
    /// A message for the user.
    pub(crate) fn from_env() -> Result<Self, String> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Self, String> {
        let mut options = Options::default();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long(name) => name.to_owned(),
                other => return Err(format!("{}; see --help", other.unexpected())),
            };
            let mut value = || parser.value().map_err(|error| error.to_string());
            options
                .set(&name, &mut value)
                .map_err(|error| format!("--{name}: {error}"))?;
        }
        options.into_arguments().map(Box::new).map(Self::Serve)
    }
}

/// The options of the command line, before they are checked against each other.
#[derive(Default)]
struct Options {
    port: u16,
    log: Option<PathBuf>,
    fake: FakeClerkBuilder,
    has_manual_clock: bool,
    secret_key: Option<SecretKey>,
    environment: Option<Environment>,
    limits: Option<String>,
    faults: FaultPlan,
    fault_seed: u64,
}

impl Options {
    fn set(&mut self, name: &str, value: &mut dyn FnMut() -> Result<OsString, String>) -> Result<(), String> {
        match name {
            "port" => self.port = number(value()?)?,
            "log" => self.log = Some(value()?.into()),
            "secret-key" => self.secret_key = Some(secret_key(value()?)?),
            "environment" => {
                let known = [
                    ("development", Environment::Development),
                    ("production", Environment::Production),
                ];
                self.environment = Some(one_of(value()?, known)?);
            }
            "clock" => self.has_manual_clock = one_of(value()?, [("system", false), ("manual", true)])?,
            "limits" => self.limits = Some(text(value()?)?),
            "faults" => self.faults = FaultPlan::parse(&read(&value()?)?).map_err(|error| error.to_string())?,
            "fault-seed" => self.fault_seed = number(value()?)?,
            _ => return self.set_on_fake(name, value),
        }
        Ok(())
    }

    fn set_on_fake(&mut self, name: &str, value: &mut dyn FnMut() -> Result<OsString, String>) -> Result<(), String> {
        let fake = std::mem::take(&mut self.fake);
        self.fake = match name {
            "existing-users" => lines(&value()?)?.iter().fold(fake, FakeClerkBuilder::existing_user),
            "existing-invitations" => lines(&value()?)?
                .iter()
                .fold(fake, FakeClerkBuilder::pending_invitation),
            "organization" => fake.organization(text(value()?)?),
            "members" => memberships(&value()?)?
                .iter()
                .fold(fake, |fake, (organization, address)| fake.member(organization, address)),
            "administrators" => memberships(&value()?)?
                .iter()
                .fold(fake, |fake, (organization, address)| {
                    fake.administrator(organization, address)
                }),
            "waitlist" => lines(&value()?)?.iter().fold(fake, FakeClerkBuilder::waitlist_entry),
            "organization-duplicate" => fake.organization_duplicate(one_of(
                value()?,
                [
                    ("not-unique", OrganizationDuplicate::NotUnique),
                    ("duplicate-record", OrganizationDuplicate::DuplicateRecord),
                ],
            )?),
            "reject" => lines(&value()?)?.iter().fold(fake, FakeClerkBuilder::malformed),
            "blocklist" => lines(&value()?)?.iter().fold(fake, FakeClerkBuilder::blocked),
            "window" => fake.window(one_of(
                value()?,
                [("fixed", WindowKind::Fixed), ("sliding", WindowKind::Sliding)],
            )?),
            "ignore-existing" => fake.ignore_existing(one_of(
                value()?,
                [
                    ("refuses-users", IgnoreExisting::RefusesUsers),
                    ("bypasses-users", IgnoreExisting::BypassesUsers),
                ],
            )?),
            "bulk-on-5xx" => fake.bulk_on_5xx(one_of(
                value()?,
                [("atomic", BulkOn5xx::Atomic), ("partial", BulkOn5xx::Partial)],
            )?),
            "read-lag" => fake.read_lag(Duration::from_millis(number(value()?)?)),
            "latency" => fake.latency(Duration::from_millis(number(value()?)?)),
            _ => return Err("unknown option; see --help".to_owned()),
        };
        Ok(())
    }

    fn into_arguments(self) -> Result<Arguments, String> {
        let key = match (self.secret_key, self.environment) {
            (Some(key), Some(environment)) if key.environment() != environment => {
                return Err("--secret-key does not belong to the environment of --environment".to_owned());
            }
            (Some(key), _) => key,
            (None, Some(Environment::Production)) => secret_key("sk_live_fake".into())?,
            (None, _) => secret_key(FakeClerk::SECRET_KEY.into())?,
        };
        let limits = self.limits.as_deref().unwrap_or("documented");
        let limits = RateLimits::parse(limits, key.environment()).map_err(|error| format!("--limits: {error}"))?;
        let clock: Arc<dyn Clock> = if self.has_manual_clock {
            Arc::new(ManualClock::new())
        } else {
            Arc::new(SystemClock::new())
        };
        Ok(Arguments {
            port: self.port,
            log: self.log,
            fake: self
                .fake
                .secret_key(key)
                .clock(clock)
                .limits(limits)
                .faults(self.faults.seed(self.fault_seed)),
        })
    }
}

fn text(value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| "must be UTF-8".to_owned())
}

fn number<T: FromStr>(value: OsString) -> Result<T, String> {
    let number = text(value)?.parse().ok();
    number.ok_or_else(|| "must be a number in range".to_owned())
}

fn secret_key(value: OsString) -> Result<SecretKey, String> {
    SecretKey::new(text(value)?).map_err(|error| error.to_string())
}

fn one_of<T, const N: usize>(value: OsString, known: [(&str, T); N]) -> Result<T, String> {
    let value = text(value)?;
    let names = known.each_ref().map(|(name, _)| *name).join(" or ");
    let found = known.into_iter().find(|(name, _)| *name == value);
    found.map(|(_, meaning)| meaning).ok_or(format!("must be {names}"))
}

fn read(path: &OsString) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", Path::new(path).display()))
}

/// Reads a file of organizations, each with the address of a member.
fn memberships(path: &OsString) -> Result<Vec<(String, String)>, String> {
    let split = |line: String| match line.split_once(char::is_whitespace) {
        Some((organization, address)) => Ok((organization.to_owned(), address.trim().to_owned())),
        None => Err(format!(
            "{line:?} has no address: write the organization, a space and the address"
        )),
    };
    lines(path)?.into_iter().map(split).collect()
}

/// Reads the lines of a file that are neither blank nor comments.
fn lines(path: &OsString) -> Result<Vec<String>, String> {
    let text = read(path)?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}
