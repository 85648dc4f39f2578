use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Environment, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{BulkOn5xx, FakeClerkBuilder, FaultPlan, IgnoreExisting, OrganizationDuplicate, WindowKind};
use lexopt::{Arg, Parser};

pub(crate) const HELP: &str = "\
Behaves like Clerk's Backend API on 127.0.0.1. Prints its URL, and serves until it is ended.

Usage: fake-clerk [OPTIONS]

  --port N                      the port; 0, the default, is any that is free
  --secret-key KEY              the key that it takes (default: sk_test_fake, or sk_live_fake in production)
  --environment ENV             development (default) or production
  --existing-users FILE         addresses of users
  --existing-invitations FILE   addresses with a pending invitation
  --organization ID             an organization; can be given several times
  --members FILE                members of organizations: lines such as `org_1 ada@example.com`
  --administrators FILE         the same, of members who may invite
  --waitlist FILE               addresses that wait on the waitlist
  --reject FILE                 addresses that it calls malformed
  --blocklist FILE              addresses, or *@domain, that it does not let in
  --limits LIMITS               documented (default), none, or a list: bulk=25/3600s,single=100/3600s,all=100/10s
  --window KIND                 fixed (default) or sliding
  --ignore-existing RULE        refuses-users (default) or bypasses-users
  --organization-duplicate RULE not-unique (default) or duplicate-record: the code for who is invited already
  --bulk-on-5xx RULE            atomic (default) or partial: what a 5xx after its effect leaves of a bulk call
  --read-lag MS                 lists a new invitation only this long after it was made
  --latency MS                  answers this long after a request came
  --faults FILE                 what goes wrong: lines such as `CreateBulkInvitations 2 lost-after-effect`
  --fault-seed N                how the chances in --faults turn out (default: 0)
  --log FILE                    a line of JSON for each call
  --help                        this text

Files have one address a line unless said otherwise; blank lines and lines that begin with # count for nothing.

Besides Clerk's paths it answers GET /_fake/mails (how many mails went to each address), GET /_fake/calls (how many
calls of each operation arrived) and POST /_fake/reset.";

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
    /// Reads the command line. Errors are fit to be shown.
    pub(crate) fn from_env() -> Result<Self, String> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Self, String> {
        let mut given = Given::default();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long(name) => name.to_owned(),
                other => return Err(format!("{}; see --help", other.unexpected())),
            };
            let mut value = || parser.value().map_err(|error| error.to_string());
            given
                .take(&name, &mut value)
                .map_err(|error| format!("--{name}: {error}"))?;
        }
        given.into_arguments().map(Box::new).map(Self::Serve)
    }
}

/// What was given, before it is known how it fits together.
#[derive(Default)]
struct Given {
    port: u16,
    log: Option<PathBuf>,
    fake: FakeClerkBuilder,
    secret_key: Option<SecretKey>,
    environment: Option<Environment>,
    limits: Option<String>,
    faults: FaultPlan,
    fault_seed: u64,
}

impl Given {
    fn take(&mut self, name: &str, value: &mut dyn FnMut() -> Result<OsString, String>) -> Result<(), String> {
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
            "limits" => self.limits = Some(text(value()?)?),
            "faults" => self.faults = FaultPlan::parse(&read(&value()?)?).map_err(|error| error.to_string())?,
            "fault-seed" => self.fault_seed = number(value()?)?,
            _ => return self.take_behaviour(name, value),
        }
        Ok(())
    }

    fn take_behaviour(
        &mut self,
        name: &str,
        value: &mut dyn FnMut() -> Result<OsString, String>,
    ) -> Result<(), String> {
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
            _ => return Err("there is no such option; see --help".to_owned()),
        };
        Ok(())
    }

    fn into_arguments(self) -> Result<Arguments, String> {
        let key = match (self.secret_key, self.environment) {
            (Some(key), Some(environment)) if key.environment() != environment => {
                return Err("--secret-key is of another environment than --environment".to_owned());
            }
            (Some(key), _) => key,
            (None, Some(Environment::Production)) => secret_key("sk_live_fake".into())?,
            (None, _) => secret_key(FakeClerk::SECRET_KEY.into())?,
        };
        let limits = self.limits.as_deref().unwrap_or("documented");
        let limits = RateLimits::parse(limits, key.environment()).map_err(|error| format!("--limits: {error}"))?;
        Ok(Arguments {
            port: self.port,
            log: self.log,
            fake: self
                .fake
                .secret_key(key)
                .limits(limits)
                .faults(self.faults.seed(self.fault_seed)),
        })
    }
}

fn text(value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| "is not UTF-8".to_owned())
}

fn number<T: FromStr>(value: OsString) -> Result<T, String> {
    let number = text(value)?.parse().ok();
    number.ok_or_else(|| "is not a number, or out of range".to_owned())
}

fn secret_key(value: OsString) -> Result<SecretKey, String> {
    SecretKey::new(text(value)?).map_err(|error| error.to_string())
}

fn one_of<T, const N: usize>(value: OsString, known: [(&str, T); N]) -> Result<T, String> {
    let value = text(value)?;
    let names = known.each_ref().map(|(name, _)| *name).join(" or ");
    let found = known.into_iter().find(|(name, _)| *name == value);
    found.map(|(_, meaning)| meaning).ok_or(format!("has to be {names}"))
}

fn read(path: &OsString) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", Path::new(path).display()))
}

/// Organizations, each with the address of a member.
fn memberships(path: &OsString) -> Result<Vec<(String, String)>, String> {
    let split = |line: String| match line.split_once(char::is_whitespace) {
        Some((organization, address)) => Ok((organization.to_owned(), address.trim().to_owned())),
        None => Err(format!("{line:?} is not an organization and an address")),
    };
    lines(path)?.into_iter().map(split).collect()
}

/// The lines of a file that count.
fn lines(path: &OsString) -> Result<Vec<String>, String> {
    let text = read(path)?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}
