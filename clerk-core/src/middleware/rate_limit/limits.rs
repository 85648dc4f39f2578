use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::api::{invitations, organization_invitations};
use crate::operation::RateLimitKey;
use crate::secret_key::Environment;

/// So many calls in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    calls: u32,
    per: Duration,
}

impl Quota {
    /// This many calls in any stretch of this length. 0 calls count as 1.
    pub const fn new(calls: u32, per: Duration) -> Self {
        let calls = if calls == 0 { 1 } else { calls };
        Self { calls, per }
    }

    /// How many calls.
    pub const fn calls(self) -> u32 {
        self.calls
    }

    /// In how long.
    pub const fn per(self) -> Duration {
        self.per
    }
}

/// Limits of an instance: one for all calls together, and one for each of some endpoints.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::Environment;
/// use clerk_core::middleware::{Quota, RateLimits};
///
/// let documented = RateLimits::documented(Environment::Production);
/// assert_eq!(documented.all(), Some(Quota::new(1_000, Duration::from_secs(10))));
///
/// let agreed = RateLimits::parse("bulk=50/3600s,all=100/10s", Environment::Production)?;
/// assert_eq!(agreed.all(), Some(Quota::new(100, Duration::from_secs(10))));
/// # Ok::<(), clerk_core::middleware::InvalidRateLimits>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RateLimits {
    all: Option<Quota>,
    by_key: BTreeMap<RateLimitKey, Quota>,
}

impl RateLimits {
    /// No limits; a 429 is heeded all the same.
    pub const fn none() -> Self {
        Self {
            all: None,
            by_key: BTreeMap::new(),
        }
    }

    /// The limits in Clerk's documentation: 100 single and 25 bulk calls an hour that invite to the application, 250 and
    /// 50 that invite to organizations, and for all calls together 1,000 in 10 seconds in production, 100 in development.
    pub fn documented(environment: Environment) -> Self {
        const HOUR: Duration = Duration::from_secs(3600);
        let all = match environment {
            Environment::Development => 100,
            Environment::Production => 1_000,
        };
        Self::none()
            .with_all(Quota::new(all, Duration::from_secs(10)))
            .with(invitations::RATE_LIMIT_SINGLE, Quota::new(100, HOUR))
            .with(invitations::RATE_LIMIT_BULK, Quota::new(25, HOUR))
            .with(organization_invitations::RATE_LIMIT_SINGLE, Quota::new(250, HOUR))
            .with(organization_invitations::RATE_LIMIT_BULK, Quota::new(50, HOUR))
    }

    /// The same with this limit for all calls together.
    #[must_use]
    pub const fn with_all(mut self, quota: Quota) -> Self {
        self.all = Some(quota);
        self
    }

    /// The same with this limit for the calls of this key.
    #[must_use]
    pub fn with(mut self, key: RateLimitKey, quota: Quota) -> Self {
        self.by_key.insert(key, quota);
        self
    }

    /// The limit for all calls together.
    pub const fn all(&self) -> Option<Quota> {
        self.all
    }

    /// The limit for the calls of this key.
    pub fn quota(&self, key: RateLimitKey) -> Option<Quota> {
        self.by_key.get(&key).copied()
    }

    /// Reads limits as programs take them on their command line: `documented`, `none`, or a list such as
    /// `bulk=25/3600s,single=100/3600s,all=100/10s`, in which what is not named has no limit. The names are `all`, `single`
    /// and `bulk`, and for organizations `organization-single` and `organization-bulk`.
    ///
    /// # Errors
    ///
    /// [`InvalidRateLimits`] names the part that is not understood.
    pub fn parse(text: &str, environment: Environment) -> Result<Self, InvalidRateLimits> {
        match text.trim() {
            "documented" => Ok(Self::documented(environment)),
            "none" => Ok(Self::none()),
            list => list.split(',').try_fold(Self::none(), Self::with_parsed),
        }
    }

    fn with_parsed(self, part: &str) -> Result<Self, InvalidRateLimits> {
        let invalid = || InvalidRateLimits {
            part: part.trim().to_owned(),
        };
        let (name, quota) = part.trim().split_once('=').ok_or_else(invalid)?;
        let (calls, per) = quota.split_once('/').ok_or_else(invalid)?;
        let calls = calls.parse().ok().filter(|calls| *calls > 0);
        let seconds = per.strip_suffix('s').unwrap_or(per).parse().ok();
        let (Some(calls), Some(seconds @ 1..)) = (calls, seconds) else {
            return Err(invalid());
        };
        let quota = Quota::new(calls, Duration::from_secs(seconds));
        match name {
            "all" => Ok(self.with_all(quota)),
            "bulk" => Ok(self.with(invitations::RATE_LIMIT_BULK, quota)),
            "single" => Ok(self.with(invitations::RATE_LIMIT_SINGLE, quota)),
            "organization-bulk" => Ok(self.with(organization_invitations::RATE_LIMIT_BULK, quota)),
            "organization-single" => Ok(self.with(organization_invitations::RATE_LIMIT_SINGLE, quota)),
            _ => Err(invalid()),
        }
    }
}

/// A text that is not limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRateLimits {
    part: String,
}

impl fmt::Display for InvalidRateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a limit: say documented, none, or a list such as bulk=25/3600s,single=100/3600s,all=100/10s",
            self.part
        )
    }
}

impl StdError for InvalidRateLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_written() {
        let parse = |text| RateLimits::parse(text, Environment::Development);
        let hour = |calls| Some(Quota::new(calls, Duration::from_secs(3600)));

        let listed = parse("bulk=5/3600s, single=7/3600").expect("valid");
        assert_eq!(listed.quota(invitations::RATE_LIMIT_BULK), hour(5));
        assert_eq!(listed.quota(invitations::RATE_LIMIT_SINGLE), hour(7));
        assert_eq!(listed.quota(organization_invitations::RATE_LIMIT_BULK), None);
        assert_eq!(listed.all(), None);

        let listed = parse("organization-bulk=5/3600s,organization-single=7/3600s").expect("valid");
        assert_eq!(listed.quota(organization_invitations::RATE_LIMIT_BULK), hour(5));
        assert_eq!(listed.quota(organization_invitations::RATE_LIMIT_SINGLE), hour(7));
        assert_eq!(listed.quota(invitations::RATE_LIMIT_BULK), None);

        let documented = parse("documented").expect("valid");
        assert_eq!(documented.quota(invitations::RATE_LIMIT_BULK), hour(25));
        assert_eq!(documented.quota(invitations::RATE_LIMIT_SINGLE), hour(100));
        assert_eq!(documented.quota(organization_invitations::RATE_LIMIT_BULK), hour(50));
        assert_eq!(documented.quota(organization_invitations::RATE_LIMIT_SINGLE), hour(250));
        assert_eq!(documented.all(), Some(Quota::new(100, Duration::from_secs(10))));
        assert_eq!(parse("none"), Ok(RateLimits::none()));

        for bad in [
            "",
            "bulk",
            "bulk=5",
            "bulk=0/1s",
            "bulk=5/0s",
            "bulk=x/1s",
            "sngle=1/1s",
            "all=1/1m",
        ] {
            let error = parse(bad).expect_err(bad).to_string();
            assert!(error.starts_with(&format!("{bad:?} is not a limit")), "{error}");
        }
    }
}
