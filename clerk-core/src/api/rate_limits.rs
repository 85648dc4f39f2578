//! The rate limits that Clerk documents, and the names that programs give them on the command line.

use std::time::Duration;

use super::{invitations, organization_invitations};
use crate::middleware::{InvalidRateLimits, Quota, RateLimits};
use crate::secret_key::Environment;

impl RateLimits {
    /// Returns the limits in Clerk's documentation.
    ///
    /// - Application invitations: 100 single and 25 bulk calls an hour.
    /// - Organization invitations: 250 single and 50 bulk calls an hour.
    /// - All calls together: 1,000 in 10 seconds in production, 100 in development.
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

    /// The documented limit of all calls together, and none for each endpoint: calls go on until Clerk says wait. Use it for an
    /// instance whose limits Clerk has raised. Each wait costs a call that Clerk turns away.
    pub fn discover(environment: Environment) -> Self {
        let all = Self::documented(environment).all();
        all.map_or_else(Self::none, |all| Self::none().with_all(all))
    }

    /// Parses limits from the command-line form: `documented`, `discover`, `none`, or a list such as
    /// `bulk=25/3600s,single=100/3600s,all=100/10s`.
    ///
    /// The names in a list are `all`, `single`, `bulk`, `organization-single` and `organization-bulk`. Endpoints that
    /// the list leaves out are unlimited.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRateLimits`], which quotes the part that is not understood.
    pub fn parse(text: &str, environment: Environment) -> Result<Self, InvalidRateLimits> {
        match text.trim() {
            "documented" => Ok(Self::documented(environment)),
            "discover" => Ok(Self::discover(environment)),
            "none" => Ok(Self::none()),
            list => list.split(',').try_fold(Self::none(), Self::with_parsed),
        }
    }

    fn with_parsed(self, part: &str) -> Result<Self, InvalidRateLimits> {
        let part = part.trim();
        let invalid = || InvalidRateLimits::new(part);
        let (name, quota) = part.split_once('=').ok_or_else(invalid)?;
        let quota = Quota::parse(quota).ok_or_else(invalid)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_keywords_and_lists() {
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
            assert!(error.starts_with(&format!("{bad:?} is not a rate limit")), "{error}");
        }
    }
}
