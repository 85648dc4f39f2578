use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::webhooks::WebhookSecret;
use clerk_core::{Clock, Environment, SecretKey, SystemClock};
use clerk_testkit::fake::{FakeClerkBuilder, FaultPlan, Seed, UnknownName};
use clerk_testkit::{FakeClerk, ManualClock};
use http::Uri;
use lexopt::{Arg, Parser};

pub(crate) const HELP: &str = "\
Serves a fake of Clerk's Backend API on 127.0.0.1. Prints its URL, and runs until it is killed.

Usage: fake-clerk [OPTIONS]

Server:
  --port N                      port; 0, the default, picks a free one
  --latency MS                  time between a request and its response
  --clock KIND                  system (default), or manual: time passes only by /_fake/advance, so that the same
                                calls give the same bytes in every run
  --now TIME                    time of day at the start, such as 2026-01-01T00:00:00Z
  --webhook-url URL             send webhooks for what happens in the fake to this http:// URL
  --webhook-secret SECRET       secret that signs them: whsec_ and Base64
  --log FILE                    write each call to FILE as a line of JSON
  --help                        print this text

Instance:
  --seed FILE                   users, organizations, invitations, lists and settings in YAML or JSON (*.json); the
                                options win over its settings
  --secret-key KEY              key that clients must send (default: sk_test_fake, or sk_live_fake in production)
  --environment ENV             development (default) or production
  --existing-users FILE         addresses of users
  --existing-invitations FILE   addresses with a pending invitation
  --organization ID             add an organization; can be repeated
  --members FILE                members of organizations: lines such as `org_1 ada@example.com`
  --administrators FILE         like --members, with the right to invite
  --organization-invitations FILE
                                pending invitations to organizations: lines as in --members
  --membership-limit ID=N       limit the members and pending invitations of an organization; can be repeated
  --role KEY                    add a role, such as org:billing; can be repeated
  --waitlist FILE               addresses with a pending waitlist entry
  --locked-waitlist FILE        addresses whose waitlist entry a batch action has locked
  --reject FILE                 addresses to refuse as malformed
  --allowlist FILE              the only addresses to allow; *@example.com covers a domain
  --blocklist FILE              addresses to refuse; *@example.com covers a domain

Rules:
  --limits LIMITS               documented (default), none, or a list: bulk=25/3600s,single=100/3600s,all=100/10s
  --window KIND                 window of the limits: fixed (default) or sliding
  --ignore-existing RULE        for users' addresses with ignore_existing: per-operation (default: single calls invite
                                them, bulk calls refuse them), refuses-users or bypasses-users
  --metadata-limit BYTES        largest size of each field of metadata, as JSON (default: 8192)
  --organization-duplicate RULE error for a second organization invitation: not-unique (default) or duplicate-record
  --pending-duplicate RULE      a second pending invitation for an address: refused (default) or accepted
  --read-lag MS                 delay until lists show a new invitation

Faults:
  --faults FILE                 fault plan: lines such as `CreateBulkInvitations 2 lost-after-effect`
  --fault-seed N                seed of the chances in --faults (default: 0)
  --bulk-on-5xx RULE            effect of a bulk call that ends in a 5xx after its effect: atomic (default) or partial

Files have one address per line by default. Blank lines and lines that start with # are ignored.

GET / lists the routes, the control calls, which need no key, and the settings.";

pub(crate) enum Command {
    Help,
    Serve(Box<Arguments>),
}

pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) log: Option<PathBuf>,
    pub(crate) fake: FakeClerkBuilder,
    pub(crate) webhooks: Option<(Uri, WebhookSecret)>,
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
        let mut given = Vec::new();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                Arg::Long(name) => name.to_owned(),
                other => return Err(format!("{}; see --help", other.unexpected())),
            };
            given.push((name, parser.value().map_err(|error| error.to_string())));
        }
        // The other options win over a seed, wherever it is given.
        given.sort_by_key(|(name, _)| name != "seed");
        let mut options = Options::default();
        for (name, value) in given {
            options
                .set(&name, value)
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
    faults: Option<FaultPlan>,
    fault_seed: u64,
    webhook_url: Option<Uri>,
    webhook_secret: Option<WebhookSecret>,
}

impl Options {
    fn set(&mut self, name: &str, value: Result<OsString, String>) -> Result<(), String> {
        match name {
            "port" => self.port = number(value?)?,
            "log" => self.log = Some(value?.into()),
            "secret-key" => self.secret_key = Some(secret_key(value?)?),
            "environment" => {
                let known = [
                    ("development", Environment::Development),
                    ("production", Environment::Production),
                ];
                self.environment = Some(one_of(value?, known)?);
            }
            "clock" => self.has_manual_clock = one_of(value?, [("system", false), ("manual", true)])?,
            "limits" => self.limits = Some(text(value?)?),
            "faults" => self.faults = Some(FaultPlan::parse(&read(&value?)?).map_err(|error| error.to_string())?),
            "fault-seed" => self.fault_seed = number(value?)?,
            "webhook-url" => self.webhook_url = Some(webhook_url(&text(value?)?)?),
            "webhook-secret" => {
                let secret = WebhookSecret::new(text(value?)?);
                self.webhook_secret = Some(secret.map_err(|error| error.to_string())?);
            }
            _ => return self.set_on_fake(name, value),
        }
        Ok(())
    }

    fn set_on_fake(&mut self, name: &str, value: Result<OsString, String>) -> Result<(), String> {
        let fake = std::mem::take(&mut self.fake);
        self.fake = match name {
            "existing-users" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::existing_user),
            "existing-invitations" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::pending_invitation),
            "seed" => fake.seed(&seed(&value?)?),
            "now" => fake.start_date(&text(value?)?).map_err(|error| error.to_string())?,
            "organization" => fake.organization(text(value?)?),
            "members" => memberships(&value?)?
                .iter()
                .fold(fake, |fake, (organization, address)| fake.member(organization, address)),
            "administrators" => memberships(&value?)?
                .iter()
                .fold(fake, |fake, (organization, address)| {
                    fake.administrator(organization, address)
                }),
            "organization-invitations" => memberships(&value?)?
                .iter()
                .fold(fake, |fake, (organization, address)| {
                    fake.pending_organization_invitation(organization, address)
                }),
            "membership-limit" => {
                let text = text(value?)?;
                let (organization, limit) = membership_limit(&text)?;
                fake.membership_limit(organization, limit)
            }
            "role" => fake.organization_role(text(value?)?),
            "waitlist" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::waitlist_entry),
            "locked-waitlist" => lines(&value?)?
                .iter()
                .fold(fake, FakeClerkBuilder::locked_waitlist_entry),
            "allowlist" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::allowed),
            "organization-duplicate" => fake.organization_duplicate(named(value?)?),
            "pending-duplicate" => fake.pending_duplicate(named(value?)?),
            "reject" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::malformed),
            "blocklist" => lines(&value?)?.iter().fold(fake, FakeClerkBuilder::blocked),
            "window" => fake.window(named(value?)?),
            "ignore-existing" => fake.ignore_existing(named(value?)?),
            "metadata-limit" => fake.metadata_limit(number(value?)?),
            "bulk-on-5xx" => fake.bulk_on_5xx(named(value?)?),
            "read-lag" => fake.read_lag(Duration::from_millis(number(value?)?)),
            "latency" => fake.latency(Duration::from_millis(number(value?)?)),
            _ => return Err("unknown option; see --help".to_owned()),
        };
        Ok(())
    }

    /// Completes the settings. Options that were not given leave those of a seed as they are.
    fn into_arguments(self) -> Result<Arguments, String> {
        let mut fake = self.fake;
        let key = match (self.secret_key, self.environment) {
            (Some(key), Some(environment)) if key.environment() != environment => {
                return Err("--secret-key does not belong to the environment of --environment".to_owned());
            }
            (Some(key), _) => Some(key),
            (None, Some(Environment::Production)) => Some(secret_key("sk_live_fake".into())?),
            (None, Some(Environment::Development)) => Some(secret_key(FakeClerk::SECRET_KEY.into())?),
            (None, None) => None,
        };
        let environment = key.as_ref().map_or(Environment::Development, SecretKey::environment);
        if let Some(key) = key {
            fake = fake.secret_key(key);
        }
        if let Some(limits) = &self.limits {
            let limits = RateLimits::parse(limits, environment).map_err(|error| format!("--limits: {error}"))?;
            fake = fake.limits(limits);
        }
        if let Some(faults) = self.faults {
            fake = fake.faults(faults.seed(self.fault_seed));
        }
        let clock: Arc<dyn Clock> = if self.has_manual_clock {
            Arc::new(ManualClock::new())
        } else {
            Arc::new(SystemClock::new())
        };
        Ok(Arguments {
            port: self.port,
            log: self.log,
            fake: fake.clock(clock),
            webhooks: match (self.webhook_url, self.webhook_secret) {
                (Some(url), Some(secret)) => Some((url, secret)),
                (None, None) => None,
                (Some(_), None) => {
                    return Err("--webhook-url needs --webhook-secret, which signs the webhooks".to_owned());
                }
                (None, Some(_)) => {
                    return Err("--webhook-secret needs --webhook-url, which receives the webhooks".to_owned());
                }
            },
        })
    }
}

fn webhook_url(url: &str) -> Result<Uri, String> {
    let parsed: Option<Uri> = url.parse().ok();
    let parsed = parsed.filter(|url| url.scheme_str() == Some("http") && url.authority().is_some());
    parsed.ok_or_else(|| format!("{url:?} is not a URL such as http://127.0.0.1:3000/webhooks"))
}

fn membership_limit(text: &str) -> Result<(&str, usize), String> {
    let parts = text
        .split_once('=')
        .filter(|(organization, _)| !organization.is_empty());
    let limit = parts.and_then(|(organization, limit)| Some((organization, limit.parse().ok()?)));
    limit.ok_or_else(|| format!("{text:?} is not a limit such as org_1=20"))
}

fn seed(path: &OsString) -> Result<Seed, String> {
    let text = read(path)?;
    let path = Path::new(path);
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let seed = if is_json {
        Seed::from_json(&text)
    } else {
        Seed::from_yaml(&text)
    };
    seed.map_err(|error| format!("{}: {error}", path.display()))
}

fn named<T: FromStr<Err = UnknownName>>(value: OsString) -> Result<T, String> {
    text(value)?.parse().map_err(|error: UnknownName| error.to_string())
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
